"""Copies: what else in a data set shows pixels, or may.

Pixel Data at the root are looked at and masked; an icon, pixel data in a sequence, a thumbnail in a private element show
the same image, and nobody looks at those.  So none of them leaves, under whatever policy: they are taken out before
a file is written, and the written file is searched for them.

A copy is known by its place, by the bytes with which a format of pictures begins, by its length where only its maker knows
what a value is, or by parts of the pixel data in it, in whatever attribute.  Overlay planes at the root are not meant
(graphics.py).  What cannot be known is another picture than the image without compression, and one that only a vendor's
software can read; without the Retain Safe Private Option no private element leaves, and with it those on a list do.
"""

from collections.abc import Iterator, MutableSequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from pydicom import DataElement, Dataset
from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.tag import BaseTag

from pixelclean.dicom import has_pixels
from pixelclean.dicom.format import PIXEL_KEYWORDS
from pixelclean.dicom.stored import Stored, read
from pixelclean.pixels.items import Changed, apply, changed_item, with_items
from pixelclean.pixels.pictures import begins_picture, holds_picture, spells_picture

_ICON, _TRAILING_PADDING = 0x00880200, 0xFFFCFFFC
_PIXEL_GROUP, _OVERLAYS = 0x7FE0, 0x60
_AT_THE_ROOT = frozenset((0x7FE00001, 0x7FE00002, 0x7FE00008, 0x7FE00009, 0x7FE00010))
_DOCUMENT, _ENCRYPTED, _PROFILE = 0x00420011, 0x04000520, 0x00282000
_ANY_BYTES = frozenset(("OB", "UN"))
_NUMBERS = {
    vr: np.dtype(kind)
    for vr, kind in (
        *(("US", "<u2"), ("SS", "<i2"), ("UL", "<u4"), ("SL", "<i4"), ("UV", "<u8"), ("SV", "<i8")),
        *(("FL", "<f4"), ("FD", "<f8")),
    )
}
_PIXEL_WIDTHS = (1, 2, 3, 4, 6, 8, 12)
"""Bytes a pixel of a copy may have: 8, 16, 32 or 64 bits, in colour too."""
_SHORTEST_COPY = 4096
_SAMPLES, _MOST_SAMPLES, _SAMPLE, _VARIETY = 64, 16, 24, 8
"""How many parts of the pixel data are looked at, how many of them a value is searched for at most, the bytes of each, and
how many different steps between its bytes it has at least."""


def pixel_copies(dataset: Dataset) -> tuple[str, ...]:
    """Where a data set shows pixels beside its root's, such as 00880200 or 00081140[0].7FE00010; never a value."""
    search = _Search.of(dataset)
    tuple(search.changes(dataset, ""))
    return tuple(search.found)


def remove_copies(dataset: Dataset) -> tuple[str, ...]:
    """Take out of a data set what `pixel_copies` finds in it, and say what that was.

    Items that lose something are made anew: a source that shares them stays as it is.
    """
    search = _Search.of(dataset)
    apply(dataset, search.changes(dataset, ""))
    return tuple(search.found)


@dataclass(frozen=True, slots=True)
class _Search:
    """One search: how a copy is known, the object's own content, and what was found.

    `lengths` in bytes are those of a copy without a header, `samples` are parts of the pixel data as they are stored.
    """

    lengths: frozenset[int]
    samples: tuple[bytes, ...]
    own: frozenset[int]
    found: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, dataset: Dataset) -> "_Search":
        # A document is the content of an object without pixels: kinds.toml says what becomes of that.
        own = frozenset() if has_pixels(dataset) else frozenset((_DOCUMENT,))
        samples = tuple(_samples(dataset))
        return cls(_lengths(dataset), samples[:: -(-len(samples) // _MOST_SAMPLES) or 1], own)

    def changes(self, dataset: Dataset, path: str) -> Iterator[tuple[BaseTag, Changed]]:
        """The elements that lose something, as they shall be; None for those that go."""
        for tag, element in dataset.items():
            if isinstance(element, RawDataElement):
                element = dataset[tag]
            if self._shows(int(tag), element, at_root=not path):
                self.found.append(f"{path}{int(tag):08X}")
                yield tag, None
            elif element.VR == "SQ" and (after := self._without(element, f"{path}{int(tag):08X}")) is not element:
                yield tag, after

    def _without(self, sequence: DataElement, path: str) -> DataElement:
        items = enumerate(sequence.value or ())
        return with_items(
            sequence, [changed_item(item, dict(self.changes(item, f"{path}[{number}]."))) for number, item in items]
        )

    def _shows(self, tag: int, element: DataElement, *, at_root: bool) -> bool:
        group = tag >> 16
        if tag in (_ICON, _TRAILING_PADDING):
            return True
        if group == _PIXEL_GROUP and tag & 0xFFFF:
            return not (at_root and tag in _AT_THE_ROOT)
        if group >> 8 == _OVERLAYS and not group & 1:
            return not at_root
        if tag == _ENCRYPTED or (at_root and tag in self.own):
            return False
        return self._is_picture(tag, element)

    def _is_picture(self, tag: int, element: DataElement) -> bool:
        value = element.value
        if isinstance(value, str):
            return spells_picture(value)
        if not isinstance(value, bytes):
            value = _packed(element.VR, value)
        if not value:
            return False
        if _may_be_anything(tag) and (len(value) in self.lengths or begins_picture(value)):
            return True
        return holds_picture(value) or self._is_sampled(value)

    def _is_sampled(self, value: bytes) -> bool:
        return len(value) >= _SHORTEST_COPY and any(sample in value for sample in self.samples)


def _packed(vr: str, value: object) -> bytes:
    """Numbers as they are written in Little Endian, where they are as many as a copy has; else nothing."""
    kind = _NUMBERS.get(vr)
    if kind is None or not isinstance(value, MutableSequence) or len(value) * kind.itemsize < _SHORTEST_COPY:
        return b""
    try:
        return np.asarray(list(value), kind).tobytes()
    except (OverflowError, TypeError, ValueError):
        return b""  # no numbers of that kind: the writer refuses them


def _lengths(dataset: Dataset) -> frozenset[int]:
    """What one frame and all frames come to, without compression, at even length too."""
    rows, columns = (_number(dataset, keyword) for keyword in ("Rows", "Columns"))
    frames = max(1, _number(dataset, "NumberOfFrames"))
    sizes = (rows * columns * count * width for count in (1, frames) for width in _PIXEL_WIDTHS)
    bits = (-(-rows * columns * count // 8) for count in (1, frames))
    return frozenset(even for size in (*sizes, *bits) if size >= _SHORTEST_COPY for even in (size, size + size % 2))


def _samples(dataset: Dataset) -> Iterator[bytes]:
    """Parts of the pixel data that only they hold: nothing plain, and no ramp, which is in every look-up table."""
    for keyword in PIXEL_KEYWORDS.values():
        value = dataset.get(keyword)
        if not isinstance(value, bytes | Stored):
            continue
        for start in range(0, len(value) - _SAMPLE, max(1, len(value) // _SAMPLES)):
            sample = read(value, start, start + _SAMPLE)
            steps = {(after - before) % 256 for before, after in pairwise(sample)}
            if len(steps) >= _VARIETY:
                yield sample


def _number(dataset: Dataset, keyword: str) -> int:
    value = dataset.get(keyword)
    return value if isinstance(value, int) and value > 0 else 0


def _may_be_anything(tag: int) -> bool:
    """Whether only whoever wrote a value of bytes knows what it is; a look-up table and a profile are what they are."""
    if tag >> 16 & 1 or not dictionary_has_tag(tag):
        return True
    return dictionary_VR(tag) in _ANY_BYTES and tag != _PROFILE
