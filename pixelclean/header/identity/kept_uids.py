"""UIDs that tell something: devices make them of dates, times and numbers of patients (PS3.5 9.1 lets them).

Where UIDs are retained and dates are not, one that holds a date of the file would tell by how much dates were moved.
"""

import re
from collections.abc import Collection, Iterator

from pixelclean.header.identity.identifier import Identifier, Kind
from pixelclean.header.identity.stems import Stems

_A_COMPONENT = 5  # digits of an ID that is a whole component; shorter ones are the numbers of a root
_IN_A_COMPONENT = 6


def told_in(uids: Collection[str], texts: Collection[Identifier]) -> frozenset[str]:
    """Those of the UIDs in which a date of the file stands, YYYYMMDD, or an ID: as a component or inside a longer one."""
    if not uids:
        return frozenset()
    numbers = {number for identifier in texts for number in _numbers(identifier)}
    inside = Stems(frozenset(number for number in numbers if len(number) >= _IN_A_COMPONENT))
    return frozenset(uid for uid in uids if _tells(uid.split("."), numbers, inside))


def _tells(components: list[str], numbers: Collection[str], inside: Stems) -> bool:
    return any(component in numbers or inside.stand_in(component) for component in components)


def _numbers(identifier: Identifier) -> Iterator[str]:
    """The digits of a date or an ID, without zeros that fill it up."""
    if identifier.kind in (Kind.DATE, Kind.ID):
        digits = re.sub(r"[^0-9]", "", identifier.value.reveal()).lstrip("0")
        if len(digits) >= _A_COMPONENT:
            yield digits
