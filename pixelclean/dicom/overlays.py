"""Overlay planes: the bits of a repeating group 60xx, apart from the image (PS3.3 C.9.2, PS3.5 8.1.2).

A plane is native one-bit frames: without a gap between frames, the first pixel least significant.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import partial
from typing import Self

from pydicom import DataElement, Dataset

from pixelclean.dicom.format import PixelFormat
from pixelclean.dicom.frames import StillFrames
from pixelclean.dicom.native import cut_frame, pack_frames, swap_pairs, unpack_frame, value_length
from pixelclean.errors import Refused
from pixelclean.geometry import BoolArray, Box, mask_of
from pixelclean.reasons import ReasonCode

_REPEATING = 0x60
_ROWS, _COLUMNS, _FRAMES, _ORIGIN = 0x0010, 0x0011, 0x0015, 0x0050
_BITS_ALLOCATED, _BIT_POSITION, _DATA = 0x0100, 0x0102, 0x3000
_AXES = 2
_MOST_PIXELS = 1 << 28  # far more than any viewer draws; the bits are a byte each while they are changed


def overlay_groups(dataset: Dataset) -> tuple[int, ...]:
    """The groups 60xx that have any element, in order."""
    return tuple(sorted({tag.group for tag in dataset.keys() if tag.group >> 8 == _REPEATING and not tag.group & 1}))  # noqa: SIM118


def remove_group(dataset: Dataset, group: int) -> None:
    """Take every element of a group out of a data set."""
    for tag in [tag for tag in dataset.keys() if tag.group == group]:  # noqa: SIM118
        del dataset[tag]


def require_no_plane_in_the_image(dataset: Dataset, pixels: PixelFormat) -> None:
    """Raise Refused(INCONSISTENT_PIXEL_DATA) where a plane is said to lie in bits that are the image's own.

    Planes in other bits of the pixel words (retired in 2004, PS3.5 8.1.2) go with those bits.  One within Bits Stored
    cannot be told from the image: in the lowest bit nobody who looks at the image sees it.
    """
    own = range(pixels.high_bit + 1 - pixels.bits_stored, pixels.high_bit + 1)
    for group in overlay_groups(dataset):
        position, data = _element(dataset, group, _BIT_POSITION), _element(dataset, group, _DATA)
        allocated = _element(dataset, group, _BITS_ALLOCATED)
        apart = data is not None or allocated is None or allocated.value == 1
        if not apart and (position is None or position.value in own):
            raise _not_whole(group)


def stored_planes(dataset: Dataset) -> dict[int, bytes]:
    """Overlay Data as they are stored, at even length, by group."""
    data = {group: _element(dataset, group, _DATA) for group in overlay_groups(dataset)}
    values = {group: found.value for group, found in data.items() if found is not None}
    return {group: _even(value) for group, value in values.items() if isinstance(value, bytes)}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Overlay:
    """One plane: `bits` holds exactly the pixels that `format` promises, the bits behind the last one are zero."""

    group: int
    format: PixelFormat
    bits: bytes

    @classmethod
    def of(cls, dataset: Dataset, group: int) -> Self:
        """The plane in a group; data beyond what the attributes promise are left behind.

        Raises Refused where it is not whole: INCONSISTENT_PIXEL_DATA, TRUNCATED, OVER_SIZE_LIMIT.  Planes in the high
        bits of pixel words (retired) are not.
        """
        if (_number(dataset, group, _BITS_ALLOCATED), _number(dataset, group, _BIT_POSITION)) != (1, 0):
            raise _not_whole(group)
        rows, columns = _number(dataset, group, _ROWS), _number(dataset, group, _COLUMNS)
        frames = _frames(dataset, group)
        if not 0 < rows * columns * frames <= _MOST_PIXELS:
            raise Refused(ReasonCode.OVER_SIZE_LIMIT, _named(group))
        form = PixelFormat(rows, columns, frames, 1, 1, 1, 0, signed=False, photometric="MONOCHROME2")
        value = _value(dataset, group)
        if len(value) < value_length(form):
            raise Refused(ReasonCode.TRUNCATED, _named(group))
        return cls(group, form, _trimmed(value, form))

    def under(self, box: Box, dataset: Dataset) -> Box | None:
        """The part of the plane that is drawn over a box of the image (Overlay Origin, PS3.3 C.9.2); None for no part.

        Raises Refused where the data set does not say where the plane lies.
        """
        found = _element(dataset, self.group, _ORIGIN)
        origin = list(found.value) if found is not None and found.VR == "SS" and found.VM == _AXES else []
        if not all(isinstance(edge, int) for edge in origin) or len(origin) != _AXES:
            raise _not_whole(self.group)
        top, left = (edge - 1 for edge in origin)
        edges = (box.left - left, box.top - top, box.right - left, box.bottom - top)
        if min(edges[2:]) <= 0:
            return None
        moved = Box(max(0, edges[0]), max(0, edges[1]), edges[2], edges[3])
        return moved.clipped(self.format.rows, self.format.columns)

    @property
    def is_blank(self) -> bool:
        """Whether nothing is drawn."""
        return not self.bits.strip(b"\0")

    @property
    def frames(self) -> StillFrames:
        """The plane as an image of one-bit pixels."""
        cut = partial(cut_frame, self.bits, self.format)
        return StillFrames(self.format, "overlay", cut, partial(unpack_frame, pixels=self.format))

    @property
    def ink(self) -> BoolArray:
        """Where anything is drawn in any frame, as (row, column)."""
        frames = self.frames
        drawn = frames.frame(0)[..., 0] > 0
        for index in range(1, len(frames)):
            drawn |= frames.frame(index)[..., 0] > 0
        return drawn

    def distinct(self) -> Self:
        """The frames in which something is drawn, each once; the plane is not blank."""
        blank = bytes(-(-self.format.rows * self.format.columns // 8))
        frames = self.frames
        drawn = {frames.encoded(index): index for index in reversed(range(len(frames)))}
        return self._made_of(sorted(index for bits, index in drawn.items() if bits != blank))

    def without(self, boxes: Collection[Box]) -> Self:
        """The same plane with nothing drawn in the boxes, in any frame."""
        if not boxes:
            return self
        form, frames = self.format, self.frames
        kept = ~mask_of(boxes, form.rows, form.columns)[..., None]
        bits = pack_frames((frames.frame(index) & kept for index in range(len(frames))), form, little=True)
        return replace(self, bits=bits[: value_length(form)])

    def put_into(self, dataset: Dataset) -> None:
        """Give a data set these bits, in the VR and the byte order that its Overlay Data have; its element is new."""
        before = dataset[self.group, _DATA]
        value = swap_pairs(_even(self.bits)) if _is_swapped(dataset, before) else _even(self.bits)
        dataset[before.tag] = DataElement(before.tag, before.VR, value)

    def _made_of(self, indices: list[int]) -> Self:
        form, frames = replace(self.format, frames=len(indices)), self.frames
        bits = pack_frames((frames.frame(index) for index in indices), form, little=True)
        return replace(self, format=form, bits=bits[: value_length(form)])


def _element(dataset: Dataset, group: int, element: int) -> DataElement | None:
    found: DataElement | None = dataset.get((group, element))
    return found


def _number(dataset: Dataset, group: int, element: int) -> int:
    """A number of VR US; anything else is none."""
    found = _element(dataset, group, element)
    if found is None or found.VR != "US" or not isinstance(found.value, int):
        raise _not_whole(group)
    return int(found.value)


def _frames(dataset: Dataset, group: int) -> int:
    """Number of Frames in Overlay, 1 where the attribute is missing (PS3.3 C.9.3)."""
    found = _element(dataset, group, _FRAMES)
    if found is None:
        return 1
    if found.VR != "IS" or not isinstance(found.value, int) or found.value < 1:
        raise _not_whole(group)
    return int(found.value)


def _value(dataset: Dataset, group: int) -> bytes:
    """Overlay Data, the first pixel in the first byte."""
    found = _element(dataset, group, _DATA)
    if found is None or found.VR not in ("OB", "OW") or found.is_undefined_length or not isinstance(found.value, bytes):
        raise _not_whole(group)
    if not _is_swapped(dataset, found):
        return found.value
    if len(found.value) % 2:
        raise _not_whole(group)
    return swap_pairs(found.value)


def _is_swapped(dataset: Dataset, data: DataElement) -> bool:
    """Whether the bytes stand in words of Big Endian (PS3.5 7.3)."""
    return dataset.original_encoding[1] is False and data.VR == "OW"


def _trimmed(value: bytes, form: PixelFormat) -> bytes:
    """What the attributes promise and no bit more."""
    bits = bytearray(value[: value_length(form)])
    if used := form.rows * form.columns * form.frames % 8:
        bits[-1] &= (1 << used) - 1
    return bytes(bits)


def _even(value: bytes) -> bytes:
    return value + b"\0" * (len(value) % 2)


def _not_whole(group: int) -> Refused:
    return Refused(ReasonCode.INCONSISTENT_PIXEL_DATA, _named(group))


def _named(group: int) -> str:
    return f"overlay {group:04X}"
