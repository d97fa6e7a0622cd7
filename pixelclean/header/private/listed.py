"""What a list says of one private element, and which groups and creators there can be."""

from dataclasses import dataclass

_FIRST_GROUP, _LAST_GROUP = 0x0009, 0xFFFD  # PS3.5 7.8: 0001 to 0007 and FFFF are not for private elements

Place = tuple[str, int, int]
"""Creator, group and the low byte of the element number: what an element of a private block is known by."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One element of a private block, (group,xxelement), that is known to be safe.

    `vr` is "" where the list has none, and may name two, as in "OW/OB"; `most` is how many values it has at most, None
    for any number; `source` says who listed it.
    """

    creator: str
    group: int
    element: int
    vr: str
    most: int | None
    meaning: str
    source: str

    @property
    def place(self) -> Place:
        """What it is found by."""
        return self.creator, self.group, self.element

    @property
    def vrs(self) -> tuple[str, ...]:
        """The value representations that it may have; () where the list does not say."""
        return tuple(vr for vr in self.vr.split("/") if vr)


def most_of(vm: str) -> int | None:
    """The upper end of a value multiplicity such as "1", "3-4" or "1-n"; None for any number."""
    most = vm.rpartition("-")[2]
    return int(most) if most.isdigit() else None


def is_private_group(group: int) -> bool:
    """Whether private blocks may stand in this group (PS3.5 7.8)."""
    return bool(group & 1) and _FIRST_GROUP <= group <= _LAST_GROUP
