"""The Sequence of Ultrasound Regions (0018,6011) as evidence (PS3.3 C.8.5.5).

Text outside the regions is the usual place of a burned-in identity.  The regions alone prove nothing: they may hold
text themselves, cover the whole image, or be absent (the module is optional).  So nothing is masked or kept on their
word alone: outside them less evidence is asked of what may be text.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from pydicom import Dataset

from pixelclean.geometry import Box

_SEQUENCE = "SequenceOfUltrasoundRegions"
_EDGES = ("RegionLocationMinX0", "RegionLocationMinY0", "RegionLocationMaxX1", "RegionLocationMaxY1")


class RegionState(StrEnum):
    """What the sequence amounts to."""

    ABSENT = "absent"
    """There is no sequence, or it has no items."""
    INVALID = "invalid"
    """At least one item has no bounds that lie in the image."""
    WHOLE_IMAGE = "whole-image"
    """At least one region is the whole image: nothing lies outside."""
    USABLE = "usable"


@dataclass(frozen=True, slots=True)
class Ultrasound:
    """`regions`: half-open boxes of the valid items, clipped to the image of `rows` x `columns`, without repeats."""

    state: RegionState
    regions: tuple[Box, ...]
    rows: int
    columns: int

    def outside(self, box: Box) -> bool:
        """Whether no pixel of `box` lies in a region; False as well when the regions cannot tell."""
        return self.state is RegionState.USABLE and not any(region.intersection(box) for region in self.regions)


def ultrasound_regions(dataset: Dataset, rows: int, columns: int) -> Ultrasound:
    """What the regions of `dataset` say about an image of that size; never raises for what the items hold."""
    try:
        items = tuple(dataset.get(_SEQUENCE) or ())
    except Exception:  # noqa: BLE001  pydicom converts on access: a damaged element raises whatever its converter met
        return Ultrasound(RegionState.INVALID, (), rows, columns)
    boxes = [_box(item, rows, columns) for item in items]
    regions = tuple(dict.fromkeys(box for box in boxes if box is not None))
    if not items:
        state = RegionState.ABSENT
    elif None in boxes:
        state = RegionState.INVALID
    elif Box(0, 0, columns, rows) in regions:
        state = RegionState.WHOLE_IMAGE
    else:
        state = RegionState.USABLE
    return Ultrasound(state, regions, rows, columns)


def _box(item: object, rows: int, columns: int) -> Box | None:
    """The item's region; its maxima are the last pixels INSIDE (PS3.3 C.8.5.5.1.3), so one more is outside."""
    edges = tuple(_edges(item)) if isinstance(item, Dataset) else ()
    if len(edges) != len(_EDGES):
        return None
    left, top, right, bottom = edges
    if left > right or top > bottom or left >= columns or top >= rows:
        return None
    return Box(left, top, right + 1, bottom + 1).clipped(rows, columns)


def _edges(item: Dataset) -> Iterator[int]:
    for keyword in _EDGES:
        try:
            value = item.get(keyword)
        except Exception:  # noqa: BLE001  as above: conversion on access
            return
        if type(value) is int and value >= 0:
            yield value
