"""Files too long for memory: everything but their pixel data is read, and walked as strictly as any other file.

Only pixel data of the root stay in the file.  Of encapsulated ones the fragments are followed from header to header,
which reads eight bytes of each.
"""

import struct
from dataclasses import dataclass
from typing import NamedTuple

from pixelclean.dicom.convert import build
from pixelclean.dicom.element import (
    ITEM,
    PIXEL_TAGS,
    SEQUENCE_END,
    UNDEFINED,
    Header,
    Item,
    has_vr,
    header_at,
    show,
)
from pixelclean.dicom.format import PixelFormat, check_size
from pixelclean.dicom.native import value_length
from pixelclean.dicom.quiet import quiet
from pixelclean.dicom.stored import OpenFile, Stored
from pixelclean.dicom.structure import Hole, walk, walk_until
from pixelclean.dicom.syntaxes import TransferSyntax
from pixelclean.errors import Refused
from pixelclean.policy import Limits
from pixelclean.reasons import ReasonCode

_PIXELS = 0x7FE00000
_FIRST, _MORE = 1 << 20, 8  # bytes of the first look for the pixels, and how many times as many the next one takes in
_LONGEST_HEADER = 12


class _Value(NamedTuple):
    """Where the value of an element begins and ends in the file."""

    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class LongFile:
    """`size` bytes of an open file, whose data set starts at `start`."""

    file: OpenFile
    size: int
    start: int
    syntax: TransferSyntax
    limits: Limits

    def tree(self) -> Item:
        """The walked data set, its pixel data left in the file.  Raises Refused as `structure.walk` does."""
        found = self._pixels()
        if found is None:
            return self._walked(self._bytes(0, self.size), None)
        loaded = found.start + self.size - found.stop
        if loaded > self.limits.loaded_bytes:
            raise Refused(ReasonCode.OVER_SIZE_LIMIT, "what stands beside the pixel data")
        data = self._bytes(0, found.start) + self._bytes(found.stop, self.size)
        return self._walked(data, Hole(found.start, Stored(self.file, found.start, found.stop - found.start)))

    def announced(self) -> int:
        """How many bytes the file has at most, by what stands before its pixel data: it may still be in the making.

        Raises Refused where that says nothing of pixels, or of more of them than may be.
        """
        tree, position, implicit = self._before_pixels()
        if tree is None:
            raise Refused(ReasonCode.OVER_SIZE_LIMIT, "what stands beside the pixel data")
        header = self._header(position, implicit=implicit)
        while header.tag not in PIXEL_TAGS and header.length != UNDEFINED:
            header = self._header(header.start + header.length, implicit=implicit)
        with quiet():
            dataset = build(tree)
            dataset.add_new(header.tag, "OB", b"")
            pixels = PixelFormat.of(dataset)
        check_size(pixels, self.limits)
        return header.start + min(header.length, value_length(pixels)) + self.limits.loaded_bytes

    def _walked(self, data: bytes, hole: Hole | None) -> Item:
        implicit, little = self.syntax.implicit, self.syntax.little
        return walk(data, self.start, implicit=implicit, little=little, limits=self.limits, hole=hole)

    def _pixels(self) -> _Value | None:
        """The long pixel data of the root; None where there are none."""
        _, position, implicit = self._before_pixels()
        while position + 8 <= self.size:
            header = self._header(position, implicit=implicit)
            if header.tag in PIXEL_TAGS:
                stop = self._end_of_fragments(header) if header.length == UNDEFINED else header.start + header.length
                if stop > self.size:
                    raise Refused(ReasonCode.TRUNCATED, show(header.tag))
                return _Value(header.start, stop) if stop - header.start > self.limits.resident_bytes else None
            if header.length == UNDEFINED:
                return None
            position = header.start + header.length
        return None

    def _before_pixels(self) -> tuple[Item | None, int, bool]:
        """What stands before the pixels' group, where the first element from there on does, and whether its VR is implicit.

        None and the end of the file where there is no such element.
        """
        size = self.start + _FIRST
        while True:
            data = self._bytes(0, min(size, self.size))
            implicit = self.syntax.implicit if not self.syntax.little else not has_vr(data, self.start)
            try:
                tree, reached = walk_until(
                    _PIXELS,
                    data,
                    self.start,
                    implicit=self.syntax.implicit,
                    little=self.syntax.little,
                    limits=self.limits,
                )
            except Refused as refused:
                if refused.code is not ReasonCode.TRUNCATED or len(data) == self.size:
                    raise
                reached = None
            if reached is not None:
                return tree, reached, implicit
            if len(data) == self.size:
                return None, self.size, implicit
            size *= _MORE

    def _header(self, position: int, *, implicit: bool) -> Header:
        try:
            found = header_at(
                self._read(position, position + _LONGEST_HEADER), 0, implicit=implicit, little=self.syntax.little
            )
        except struct.error:
            raise Refused(ReasonCode.TRUNCATED, "pixel data") from None
        if found is None:
            raise Refused(ReasonCode.MALFORMED, "pixel data")
        return found._replace(start=position + found.start)

    def _end_of_fragments(self, header: Header) -> int:
        """Where the delimiter of encapsulated Pixel Data stands (PS3.5 A.4)."""
        position = header.start
        for _ in range(self.limits.elements):
            item = self._header(position, implicit=True)
            if item.tag == SEQUENCE_END and not item.length:
                return position
            if item.tag != ITEM or item.length == UNDEFINED:
                raise Refused(ReasonCode.MALFORMED, show(header.tag))
            position = item.start + item.length
        raise Refused(ReasonCode.OVER_SIZE_LIMIT, "fragments")

    def _bytes(self, start: int, stop: int) -> bytes:
        """A part of the file in memory, as long as that may be."""
        if stop - start > self.limits.loaded_bytes:
            raise Refused(ReasonCode.OVER_SIZE_LIMIT, "what stands beside the pixel data")
        return self._read(start, stop)

    def _read(self, start: int, stop: int) -> bytes:
        return Stored(self.file, 0, self.size).read(start, stop)
