"""Regions to Plan."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pixelclean.dicom import PixelFormat
from pixelclean.geometry import Box, Region
from pixelclean.plan import Plan


def make_plan(regions: Iterable[Region], form: PixelFormat) -> Plan:
    """The plan of an image: regions clipped to it, each once, in a stable order.

    Native 4:2:2 keeps one chroma for two columns (PS3.3 C.7.6.3.1.2), so there a box starts and ends between pairs.
    """
    inside = set(_clipped(regions, form))
    ordered = sorted(inside, key=lambda r: (r.origin, r.act, r.reference, -1 if r.frame is None else r.frame, r.box))
    return Plan(form.rows, form.columns, form.frames, tuple(ordered))


def _clipped(regions: Iterable[Region], form: PixelFormat) -> Iterator[Region]:
    for region in regions:
        box = _on_pairs(region.box) if form.is_subsampled else region.box
        clipped = box.clipped(form.rows, form.columns)
        if clipped is not None:
            yield replace(region, box=clipped)


def _on_pairs(box: Box) -> Box:
    return Box(box.left - box.left % 2, box.top, box.right + box.right % 2, box.bottom)
