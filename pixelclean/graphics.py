"""Graphics: overlay planes under the Clean Graphics Option lose what reads as text (PS3.15 E.3.3).

What describes a plane has been cleaned with the header by now.  Its bits are looked at as an image that burns in text
is; a plane that cannot be looked at, or that never looks clean, leaves with its whole group.
"""

from collections.abc import Callable
from dataclasses import dataclass

from pydicom import Dataset

from pixelclean.dicom import Frames
from pixelclean.dicom.overlays import Overlay, overlay_groups, remove_group
from pixelclean.errors import Refused
from pixelclean.geometry import Act, Box
from pixelclean.header import Identifiers, spelled_in
from pixelclean.header.consistency import drop_idle_shutter
from pixelclean.outcome import Reason
from pixelclean.plan import Plan
from pixelclean.reasons import ReasonCode

_ROUNDS = 3
_LEAST_SIDE = 16  # pixels; the network does not know text in anything lower or narrower
_MOST_PIXELS = 1 << 25  # of frames that differ: a minute or two of looking
_ACTIVATION_LAYER = 0x1001

Look = Callable[[Frames], tuple[Box, ...]]
"""Tells where any frame of a one-bit image shows what may be text."""


@dataclass(frozen=True, slots=True)
class Eyes:
    """The first look at a plane, and the second, by other means, at what is left of it."""

    first: Look
    second: Look


@dataclass(frozen=True, slots=True)
class Overlays:
    """What becomes of the overlay groups of one source: planes as they leave, and groups that do not leave.

    `unmasked` says that planes stay as they are although something should be masked: there is no image to place it in.
    """

    planes: tuple[Overlay, ...] = ()
    removed: tuple[int, ...] = ()
    unmasked: bool = False

    def put_into(self, dataset: Dataset) -> Dataset:
        """Make it so in a cleaned data set of the source, which is given back."""
        for plane in self.planes:
            plane.put_into(dataset)
        for group in self.removed:
            remove_group(dataset, group)
        tuple(drop_idle_shutter(dataset))
        return dataset

    @property
    def notes(self) -> tuple[Reason, ...]:
        """Which groups could not be kept, and that nothing was masked."""
        if self.unmasked:
            return (Reason(ReasonCode.NOTHING_MASKED, "overlay planes without an image"),)
        if not self.removed:
            return ()
        return (Reason(ReasonCode.OVERLAY_REMOVED, ", ".join(f"{group:04X}" for group in self.removed[:10])),)


def no_overlays(dataset: Dataset) -> Overlays:
    """Every group leaves nothing behind: for whoever does not look for text."""
    return Overlays(removed=overlay_groups(dataset))


def uncovered_overlays(dataset: Dataset, plan: Plan) -> Overlays:
    """The planes of a header that is kept on purpose, with nothing drawn over the pixels that the plan masks.

    Nobody looks at them: what a mask hides must not be written over it, in any frame.  Groups whose plane is not whole,
    or lies where nobody says, must go; so must those of planes in the high bits of the pixel words, which were cleared.
    """
    boxes = [region.box for region in plan.regions if region.act is Act.MASK]
    planes: list[Overlay] = []
    removed: list[int] = []
    for group in overlay_groups(dataset):
        try:
            plane = Overlay.of(dataset, group)
            over = [part for box in boxes if (part := plane.under(box, dataset)) is not None]
        except Refused:
            removed.append(group)
        else:
            planes.append(plane.without(over))
    return Overlays(tuple(planes), tuple(removed))


def cleaned_overlays(dataset: Dataset, identifiers: Identifiers, eyes: Eyes) -> Overlays:
    """The planes of a data set whose header is cleaned, each without what may be text, and the groups that must go."""
    planes: list[Overlay] = []
    removed: list[int] = []
    for group in overlay_groups(dataset):
        if _only_activates(dataset, group):
            continue
        plane = _cleaned(dataset, group, eyes)
        if plane is None or spelled_in(plane.bits, identifiers):
            removed.append(group)
        else:
            planes.append(plane)
    return Overlays(tuple(planes), tuple(removed))


def _only_activates(dataset: Dataset, group: int) -> bool:
    """Whether a presentation state names the layer of a plane of its images here, and nothing else (PS3.3 C.11.7)."""
    return {tag.element for tag in dataset.keys() if tag.group == group} == {_ACTIVATION_LAYER}  # noqa: SIM118


def _cleaned(dataset: Dataset, group: int, eyes: Eyes) -> Overlay | None:
    """The plane without what may be text; None where it is not whole, cannot be searched, or never looks clean."""
    try:
        plane = Overlay.of(dataset, group)
    except Refused:
        return None
    return _without_text(plane, eyes) if _can_be_searched(plane) else None


def _can_be_searched(plane: Overlay) -> bool:
    if min(plane.format.rows, plane.format.columns) < _LEAST_SIDE or plane.is_blank:
        return False
    form = plane.distinct().format
    return form.rows * form.columns * form.frames <= _MOST_PIXELS


def _without_text(plane: Overlay, eyes: Eyes) -> Overlay | None:
    """Look, clear, and look again by other means until nothing is seen; None where nothing is left, or never clean."""
    plane = plane.without(_seen(plane, eyes.first))
    for _ in range(_ROUNDS):
        if plane.is_blank:
            return None
        left = _seen(plane, eyes.second)
        if not left:
            return plane
        plane = plane.without(left)
    return None


def _seen(plane: Overlay, look: Look) -> tuple[Box, ...]:
    """Where something is drawn that may be text: boxes of every frame, for every frame."""
    ink = plane.ink
    return tuple(box for box in look(plane.distinct().frames) if ink[box.slices].any())
