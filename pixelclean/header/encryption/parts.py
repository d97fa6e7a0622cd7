"""Which attributes travel encrypted, and which stay as de-identification left them (PS3.15 E.1.1, E.1.2)."""

from collections.abc import Iterator

from pydicom import DataElement, Dataset

ENCRYPTED_ATTRIBUTES = 0x04000500
ENCRYPTED_TRANSFER_SYNTAX = 0x04000510
ENCRYPTED_CONTENT = 0x04000520
MODIFIED_ATTRIBUTES = 0x04000550

CHARACTER_SET = 0x00080005
SOP_INSTANCE_UID = 0x00080018
MARKS = (0x0018A001, 0x00280303)
"""What de-identification adds to say so, and what an original may say of earlier times: equipment, dates."""
ALWAYS = frozenset((CHARACTER_SET, SOP_INSTANCE_UID, ENCRYPTED_ATTRIBUTES, *MARKS))
"""Carried although they may not have changed.

Names cannot be read without their character set; gdcmanon restores nothing without the SOP Instance UID; an inner envelope
lies where the outer one will lie; and marks are carried empty where the original has none, so that they go.
"""

IDENTITY_REMOVED = 0x00120062
METHODS = (0x00120063, 0x00120064)

OF_PIXELS = frozenset(
    0x00280000 | number
    for number in (
        *(0x02, 0x03, 0x04, 0x05, 0x06, 0x08, 0x10, 0x11, 0x12, 0x14, 0x100, 0x101, 0x102, 0x103),  # their form
        *(0x104, 0x105, 0x106, 0x107, 0x108, 0x109, 0x110, 0x111),  # smallest and largest values
        *(0x301, 0x302),  # burned-in text, recognisable features
        *(0x2110, 0x2112, 0x2114),  # lossy compression
    )
)
"""What describes the pixels stays with them: masked pixels stay masked (PS3.3 C.7.6.3, C.7.6.1)."""

PIXELS = 0x7FE0
NOT_OF_A_DATA_SET = (0x0000, 0x0002, 0x0004)
"""Groups of commands, file meta information and directories."""
_WAVEFORMS, _SPECTRA = 0x5400, 0x5600
_CURVES, _OVERLAYS = 0x50, 0x60


def may_be_carried(tag: int) -> bool:
    """Whether an attribute is one of those that come back.

    Neither pixels, waveforms, spectra, curves and overlays, which are as large as the object, nor what describes pixels;
    nor what E.1.2 decides by itself; nor groups that do not belong into a data set.
    """
    group = tag >> 16
    is_bulk = group in (PIXELS, _WAVEFORMS, _SPECTRA) or (group >> 8 in (_CURVES, _OVERLAYS) and not group & 1)
    is_decided = tag in OF_PIXELS or tag in (IDENTITY_REMOVED, *METHODS)
    return not (is_bulk or is_decided or group in NOT_OF_A_DATA_SET)


def without_moved_blocks(dataset: Dataset, hidden: Dataset) -> Iterator[DataElement]:
    """The elements of a data set but those of private blocks that lay elsewhere before de-identification.

    What `hidden` says of a group is how its blocks lay (PS3.5 7.8.1); elements of another creator that now lie in the same
    numbers would be taken for its own, and the same creator's in other numbers are there twice.
    """
    before, now = _creators(hidden), _creators(dataset)
    moved = {place for place in now if _has_moved(place, now, before)}
    for element in dataset:
        tag = element.tag
        place = (tag.group, tag.element if tag.element < 0x100 else tag.element >> 8)
        if not tag.is_private or place not in moved:
            yield element


_Place = tuple[int, int]


def _creators(dataset: Dataset) -> dict[_Place, str]:
    """The private creators of a data set, by group and block number."""
    return {
        (element.tag.group, element.tag.element): str(element.value).strip()
        for element in dataset
        if element.tag.is_private_creator
    }


def _has_moved(place: _Place, now: dict[_Place, str], before: dict[_Place, str]) -> bool:
    if place in before:
        return before[place] != now[place]
    return any(group == place[0] and creator == now[place] for (group, _), creator in before.items())
