"""The options of PS3.15 E.3: what a policy can ask for beyond the Basic Profile (CID 7050)."""

import re
from collections.abc import Iterable
from enum import StrEnum

from pixelclean.errors import ConfigurationError


class Option(StrEnum):
    """One option by its key; the order is that of CID 7050, the last one is dcm4chee's own."""

    CLEAN_PIXEL_DATA = "clean_pixel_data"
    CLEAN_RECOGNIZABLE_VISUAL_FEATURES = "clean_recognizable_visual_features"
    CLEAN_GRAPHICS = "clean_graphics"
    CLEAN_STRUCTURED_CONTENT = "clean_structured_content"
    CLEAN_DESCRIPTORS = "clean_descriptors"
    RETAIN_FULL_DATES = "retain_full_dates"
    RETAIN_MODIFIED_DATES = "retain_modified_dates"
    RETAIN_PATIENT_CHARACTERISTICS = "retain_patient_characteristics"
    RETAIN_DEVICE_IDENTITY = "retain_device_identity"
    RETAIN_UIDS = "retain_uids"
    RETAIN_SAFE_PRIVATE = "retain_safe_private"
    RETAIN_INSTITUTION_IDENTITY = "retain_institution_identity"
    RETAIN_PATIENT_ID_HASH = "retain_patient_id_hash"


_PREFIX = "deidentify:"
_BY_CODE = {
    "113101": Option.CLEAN_PIXEL_DATA,
    "113102": Option.CLEAN_RECOGNIZABLE_VISUAL_FEATURES,
    "113103": Option.CLEAN_GRAPHICS,
    "113104": Option.CLEAN_STRUCTURED_CONTENT,
    "113105": Option.CLEAN_DESCRIPTORS,
    "113106": Option.RETAIN_FULL_DATES,
    "113107": Option.RETAIN_MODIFIED_DATES,
    "113108": Option.RETAIN_PATIENT_CHARACTERISTICS,
    "113109": Option.RETAIN_DEVICE_IDENTITY,
    "113110": Option.RETAIN_UIDS,
    "113111": Option.RETAIN_SAFE_PRIVATE,
    "113112": Option.RETAIN_INSTITUTION_IDENTITY,
    "113113": Option.RETAIN_PATIENT_ID_HASH,  # dcm4che: scheme 99DCM
}
CODES = {option: code for code, option in _BY_CODE.items()}
"""The code of each option: CID 7050 of scheme DCM, and 99DCM for Retain Patient ID Hash, as dcm4che has it."""

_THE_PROFILE = frozenset(
    ("basic", "113100", "basicapplicationconfidentialityprofile", "basicapplicationlevelconfidentialityprofile")
)  # always on, no option
_DATES = (Option.RETAIN_FULL_DATES, Option.RETAIN_MODIFIED_DATES)
# Words of the names that people leave out, so that every usual spelling comes down to the same few letters.
_FILLING = re.compile(r"longitudinal|temporal|information|with|option|identifiable|[^a-z0-9]")


def read_options(given: str | Iterable[str]) -> tuple[Option, ...]:
    """The options of a list, each once, in the order of CID 7050.

    Each may be spelled as its key, its code, its meaning in CID 7050, or as dcm4chee spells it; a text is a list
    separated by commas; dcm4chee's "deidentify:" may stand in front of it or of any of them.  Raises ConfigurationError for what is none.
    """
    names = given.split(",") if isinstance(given, str) else list(given)
    named = {name.strip().removeprefix(_PREFIX).strip() for name in names} - {""}
    chosen = {_option(name) for name in named if _essence(name) not in _THE_PROFILE}
    if Option.CLEAN_RECOGNIZABLE_VISUAL_FEATURES in chosen:
        raise ConfigurationError(
            "the Clean Recognizable Visual Features Option (113102) cannot be done yet: "
            "this version does not alter faces, so it does not claim to"
        )
    if chosen.issuperset(_DATES):
        raise ConfigurationError(f"{_DATES[0]} and {_DATES[1]} exclude each other (PS3.15 E.3.6)")
    return tuple(option for option in Option if option in chosen)


def _option(name: str) -> Option:
    found = _BY_CODE.get(name) or _spellings().get(_essence(name))
    if found is None:
        possible = [option for option in Option if option is not Option.CLEAN_RECOGNIZABLE_VISUAL_FEATURES]
        raise ConfigurationError(f"no option {name}; there are: {', '.join(possible)}")
    return found


def _essence(name: str) -> str:
    return _FILLING.sub("", name.casefold())


def _spellings() -> dict[str, Option]:
    """Every option by the letters that tell it from the others."""
    own = {_essence(option): option for option in Option}
    # As CID 7050 and dcm4chee shorten or lengthen them.
    return own | {
        "retainpatientcharacteristic": Option.RETAIN_PATIENT_CHARACTERISTICS,
        "retainpatientchars": Option.RETAIN_PATIENT_CHARACTERISTICS,
        "retaindates": Option.RETAIN_FULL_DATES,
    }
