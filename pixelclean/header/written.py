"""Whether a text may be written as a value of a value representation (PS3.5 6.2), for texts that come from people."""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from pixelclean.header.forms import has_form
from pixelclean.header.instants import clock_of, date_of, date_time_of

_CODED = re.compile(r"[A-Z0-9_ ]{0,16}")
_NUMBER_LENGTH = 16  # characters of VR DS; IS is shorter by its form
_LONGEST: Mapping[str, int] = MappingProxyType(
    {"AE": 16, "SH": 16, "LO": 64, "ST": 1024, "LT": 10240, "UC": 65534, "UT": 65534}
)
_LONGEST_GROUP = 64  # of a PN, which has at most three
_OF_TIME: Mapping[str, Callable[[str], object]] = MappingProxyType({"DA": date_of, "TM": clock_of, "DT": date_time_of})


def is_value_of(vr: str, text: str) -> bool:
    """Whether the text is one value of that VR; "" is one of any."""
    if not text:
        return True
    match vr:
        case "DA" | "TM" | "DT":
            return _OF_TIME[vr](text) is not None
        case "CS":
            return _CODED.fullmatch(text) is not None
        case "AS" | "DS" | "IS":
            return has_form(vr, text) and len(text) <= _NUMBER_LENGTH
        case "PN":
            groups = text.split("=")
            return len(groups) <= 3 and all(len(group) <= _LONGEST_GROUP for group in groups)
        case _:
            return len(text) <= _LONGEST.get(vr, 0)
