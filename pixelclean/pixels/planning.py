"""Regions to Plan."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pixelclean.dicom import PixelFormat
from pixelclean.geometry import Act, Box, Region
from pixelclean.plan import Plan


def make_plan(regions: Iterable[Region], form: PixelFormat) -> Plan:
    """The plan of an image: regions clipped to it, each once, in a stable order.

    Native 4:2:2 keeps one chroma for two columns (PS3.3 C.7.6.3.1.2), so there a box starts and ends between pairs: a
    mask takes in the pairs that it touches, a keep lets go of those that it does not cover.
    """
    inside = set(_clipped(regions, form))
    ordered = sorted(inside, key=lambda r: (r.origin, r.act, r.reference, -1 if r.frame is None else r.frame, r.box))
    return Plan(form.rows, form.columns, form.frames, tuple(ordered))


def _clipped(regions: Iterable[Region], form: PixelFormat) -> Iterator[Region]:
    for region in regions:
        box = _on_pairs(region) if form.is_subsampled else region.box
        clipped = box.clipped(form.rows, form.columns) if box is not None else None
        if clipped is not None:
            yield replace(region, box=clipped)


def _on_pairs(region: Region) -> Box | None:
    box, outward = region.box, 1 if region.act is Act.MASK else -1
    left, right = box.left - outward * (box.left % 2), box.right + outward * (box.right % 2)
    return Box(left, box.top, right, box.bottom) if left < right else None
