"""The strict walk over the bytes of a data set, before any library interprets a value (PS3.5 7).

It never recurses over sequences, never trusts a length it has not compared with what is there, and accounts for every
byte.  Its tree is what the data set is built from, so no second parser can disagree with it.
"""

import struct
from dataclasses import dataclass

from pixelclean.dicom.element import (
    ITEM,
    ITEM_END,
    PIXEL_DATA,
    SEQUENCE_END,
    UNDEFINED,
    Element,
    Header,
    Item,
    SequenceElement,
    has_vr,
    header_at,
    is_private,
    public_vr,
    show,
    tag_at,
)
from pixelclean.dicom.stored import Stored
from pixelclean.errors import Refused
from pixelclean.policy import Limits
from pixelclean.reasons import ReasonCode

_ITEM_BYTES = b"\xfe\xff\x00\xe0"
_COMMAND, _META, _DELIMITERS = 0x0000, 0x0002, 0xFFFE
_NEVER = 1 << 32


@dataclass(frozen=True, slots=True)
class Hole:
    """Where the value of an element of the root is missing from the data walked: it stays in its file."""

    position: int
    stored: Stored


def walk(data: bytes, start: int, *, implicit: bool, little: bool, limits: Limits, hole: Hole | None = None) -> Item:
    """The data set that `data[start:]` encodes.

    Raises Refused: TRUNCATED, MALFORMED, NESTED_TOO_DEEP, OVER_SIZE_LIMIT (too many elements).
    """
    root = _root(data, start, implicit=implicit, little=little)
    reader = _Walk(data, _Budget(limits.elements), limits.depth, truncated=ReasonCode.TRUNCATED, hole=hole)
    reader.run(_OpenItem(root, start, len(data), is_root=True))
    return root


def walk_until(
    tag: int, data: bytes, start: int, *, implicit: bool, little: bool, limits: Limits
) -> tuple[Item, int | None]:
    """What `data[start:]` encodes before the first element from `tag` on, and where that stands; None without any.

    `data` may end anywhere behind its header.  Raises Refused as `walk` does.
    """
    root = _root(data, start, implicit=implicit, little=little)
    reader = _Walk(data, _Budget(limits.elements), limits.depth, truncated=ReasonCode.TRUNCATED, until=tag)
    reader.run(_OpenItem(root, start, len(data), is_root=True))
    return root, reader.reached


def _root(data: bytes, start: int, *, implicit: bool, little: bool) -> Item:
    if start + 8 > len(data):
        raise Refused(ReasonCode.TRUNCATED, "no data set")
    # Files that announce the one and hold the other are common and every reader copes; the walk proves the guess.
    return Item(implicit=implicit if not little else not has_vr(data, start), little=little)


@dataclass(slots=True)
class _Budget:
    """How many elements, items and fragments may still be met."""

    left: int

    def spend(self) -> None:
        self.left -= 1
        if self.left < 0:
            raise Refused(ReasonCode.OVER_SIZE_LIMIT, "elements")


@dataclass(slots=True)
class _OpenItem:
    item: Item
    position: int
    end: int
    is_root: bool = False


@dataclass(slots=True)
class _OpenSequence:
    sequence: SequenceElement
    position: int
    end: int
    implicit: bool
    little: bool


@dataclass(slots=True)
class _Walk:
    """One pass over one buffer; `truncated` is what running past its end means, `nested` how many sequences are open.

    `nested` starts above zero in a buffer that is itself a value inside sequences.  At the first element of the root
    from `until` on the pass ends, and has `reached` its position.
    """

    data: bytes
    budget: _Budget
    depth: int
    truncated: ReasonCode
    nested: int = 0
    until: int = _NEVER
    reached: int | None = None
    hole: Hole | None = None

    def run(self, first: _OpenItem | _OpenSequence) -> None:
        """Walk until everything that was opened is closed.

        The innermost level stands last; each step either opens one more or closes it and tells its parent where it
        ended.
        """
        levels: list[_OpenItem | _OpenSequence] = []
        opened: _OpenItem | _OpenSequence | None = first
        while opened or levels:
            if opened:
                levels.append(opened)
                self._count(opened, 1)
            level = levels[-1]
            opened = self._elements(level) if isinstance(level, _OpenItem) else self._items(level)
            if opened is None:
                self._count(levels.pop(), -1)
                if levels:
                    levels[-1].position = level.position

    def _count(self, level: _OpenItem | _OpenSequence, step: int) -> None:
        if isinstance(level, _OpenSequence):
            self.nested += step
            if self.nested > self.depth:
                raise Refused(ReasonCode.NESTED_TOO_DEEP, show(level.sequence.tag))

    def _elements(self, level: _OpenItem) -> _OpenSequence | None:
        """Read elements up to the next sequence, or to the end of the item."""
        item = level.item
        while level.position < level.end:
            if level.is_root and self._is_padding(level.position):
                level.position = level.end
                return None
            header = self._header(level.position, level.end, implicit=item.implicit, little=item.little)
            if header.tag == ITEM_END and item.undefined:
                if header.length:
                    raise _malformed(header.tag)
                level.position = header.start
                return None
            if level.is_root and header.tag >= self.until:
                self.reached, level.position = level.position, level.end
                return None
            self._check(header, item)
            if (sequence := self._sequence(header, level)) is not None:
                item.elements[header.tag] = sequence.sequence
                return sequence
            element, level.position = self._element(header, level)
            item.elements[header.tag] = element
        if item.undefined:
            raise self._past(level.end, ITEM_END)
        return None

    def _items(self, level: _OpenSequence) -> _OpenItem | None:
        """Open the next item, or close the sequence."""
        if level.position == level.end:
            if level.sequence.undefined:
                raise self._past(level.end, level.sequence.tag)
            return None
        header = self._header(level.position, level.end, implicit=True, little=level.little)
        if header.tag == SEQUENCE_END and level.sequence.undefined and not header.length:
            level.position = header.start
            return None
        if header.tag != ITEM:
            raise _malformed(level.sequence.tag)
        self.budget.spend()
        undefined = header.length == UNDEFINED
        end = level.end if undefined else self._end(header, level.end)
        # Some writers put Implicit VR items into Explicit VR files, never the other way round.
        explicit = not level.implicit and (header.start == end or self._spells_vr(header.start, level.little))
        item = Item(implicit=not explicit, little=level.little, undefined=undefined)
        level.sequence.items.append(item)
        return _OpenItem(item, header.start, end)

    def _spells_vr(self, position: int, little: bool) -> bool:
        if has_vr(self.data, position):
            return True
        return position + 4 <= len(self.data) and tag_at(self.data, position, little=little) == ITEM_END

    def _sequence(self, header: Header, level: _OpenItem) -> _OpenSequence | None:
        """The sequence that a header opens, None for a plain value."""
        item = level.item
        undefined = header.length == UNDEFINED
        if undefined and header.tag == PIXEL_DATA:
            return None
        # PS3.5 6.2.2 Note 2: a UN value of undefined length, and a sequence in UN, is Implicit VR Little Endian
        silent = header.vr is None or (header.vr == "UN" and item.little)
        if header.vr == "SQ":
            implicit = item.implicit
        elif silent and (undefined or public_vr(header.tag) == "SQ"):
            implicit = True
        elif undefined:
            raise _malformed(header.tag)
        else:
            return None
        end = level.end if undefined else self._end(header, level.end)
        sequence = SequenceElement(header.tag, undefined)
        return _OpenSequence(sequence, header.start, end, implicit, item.little)

    def _element(self, header: Header, level: _OpenItem) -> tuple[Element | SequenceElement, int]:
        """A plain value and where it ends; a private one that reads as a sequence becomes one."""
        if self.hole is not None and header.start == self.hole.position:
            return self._left_out(header, self.hole.stored)
        if header.length == UNDEFINED:
            end = self._fragments(header, level)
            return Element(header.tag, header.vr, self.data[header.start : end], header.start, undefined=True), end + 8
        end = self._end(header, level.end)
        value = self.data[header.start : end]
        if header.vr in (None, "UN") and is_private(header.tag) and level.item.little and value[:4] == _ITEM_BYTES:
            items = self._private_sequence(header.tag, value)
            if items is not None:
                return items, end
        return Element(header.tag, header.vr, value, header.start), end

    def _left_out(self, header: Header, stored: Stored) -> tuple[Element, int]:
        """The element whose value stays in the file; `long.py` has followed its fragments to their delimiter."""
        undefined = header.length == UNDEFINED
        element = Element(header.tag, header.vr, b"", header.start, undefined=undefined, stored=stored)
        return element, header.start + (8 if undefined else 0)

    def _private_sequence(self, tag: int, value: bytes) -> SequenceElement | None:
        """The sequence that a private value of unknown VR encodes; None where it is no sequence to its last byte."""
        sequence = SequenceElement(tag, undefined=False)
        inner = _Walk(value, self.budget, self.depth, ReasonCode.MALFORMED, self.nested)
        try:
            inner.run(_OpenSequence(sequence, 0, len(value), implicit=not has_vr(value, 8), little=True))
        except Refused as refused:
            if refused.code is ReasonCode.MALFORMED:
                return None
            raise
        return sequence

    def _fragments(self, header: Header, level: _OpenItem) -> int:
        """Where the items of encapsulated Pixel Data end (PS3.5 A.4)."""
        position = header.start
        while True:
            self.budget.spend()
            fragment = self._header(position, level.end, implicit=True, little=level.item.little)
            if fragment.tag == SEQUENCE_END and not fragment.length:
                return position
            if fragment.tag != ITEM or fragment.length == UNDEFINED:
                raise _malformed(header.tag)
            position = self._end(fragment, level.end)

    def _header(self, position: int, end: int, *, implicit: bool, little: bool) -> Header:
        try:
            header = header_at(self.data, position, implicit=implicit, little=little)
        except struct.error:
            raise self._past(len(self.data), None) from None
        if header is None:
            raise _malformed(tag_at(self.data, position, little=little))
        if header.start > end:
            raise self._past(end, header.tag)
        return header

    def _end(self, header: Header, end: int) -> int:
        """Where a value of defined length ends, which must be inside its parent."""
        stop = header.start + header.length
        if stop > end:
            raise self._past(end if stop <= len(self.data) else len(self.data), header.tag)
        return stop

    def _past(self, end: int, tag: int | None) -> Refused:
        """What to raise where something runs past `end`: the end of the buffer, or of its parent."""
        code = self.truncated if end == len(self.data) else ReasonCode.MALFORMED
        return Refused(code, show(tag) if tag is not None else "")

    def _check(self, header: Header, item: Item) -> None:
        """Refuse elements that may not stand in a data set, and second ones of the same tag."""
        self.budget.spend()
        if header.tag >> 16 in (_COMMAND, _META, _DELIMITERS) or header.tag in item.elements:
            raise _malformed(header.tag)

    def _is_padding(self, position: int) -> bool:
        """Whether nothing but zeros follows: some writers fill the last block of a disk."""
        return self.data[position : position + 4] in (b"\0\0\0\0", b"\0\0\0", b"\0\0", b"\0") and (
            self.data.count(0, position) == len(self.data) - position
        )


def _malformed(tag: int) -> Refused:
    return Refused(ReasonCode.MALFORMED, show(tag))
