"""What a policy keeps on purpose of a planted object, worked out from the tables' own letters and from nothing else.

PS3.15 Table E.1-1 and E.3.4-1 by the letters of the options in force, what the policy orders for single attributes, the
reviewed list of rules/header/safe_text.toml, and for the rest the VR: coded values and numbers stay.
"""

import json
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from planted import Place, tag_of
from planted_objects import content_rows

from pixelclean import resources
from pixelclean.options import Option
from pixelclean.policy import DateShift, Policy

_TIMEZONE = 0x00080201
_BIRTH_DATE = 0x00100030
"""Where it stays, it does for those only whose age it may tell; planted patients are old."""
_EITHER = frozenset(map(tag_of, ("ReferencedImageSequence", "SourceImageSequence")))
"""X/Z/U*: removed or walked into, by the Type in the IOD."""
_NAMING_A_CONCEPT = tag_of("AlternateContentDescriptionSequence")
"""Its items go with the concept that is planted in them, which is none; those that hold a manufacturer only have none."""
_CONTENT = frozenset(
    map(
        tag_of,
        (
            *("ContentSequence", "AcquisitionContextSequence", "WaveformAnnotationSequence", "ProtocolContextSequence"),
            *("SpecimenPreparationStepContentItemSequence", "SpecimenLocalizationContentItemSequence"),
            *("ContentItemModifierSequence", "ScheduledProcessingParametersSequence", "QuantityDefinitionSequence"),
            "PerformedProcessingParametersSequence",
            *("ProcedureStepProgressParametersSequence", "DataObservationSequence", "SegmentCharacteristicsSequence"),
            *("ProductParameterSequence", "SubstanceAdministrationParameterSequence", "AlternateValueSequence"),
            *("DevicePositionParameterSequence", "DeviceSpecificAcquisitionParameterSequence"),
            *("AcquisitionInitiationSequence", "PatientSupportPositionToleranceSequence"),
            *("PatientSupportPositionParameterSequence", "DosimetricObjectiveParameterSequence"),
            "RadiationDeviceConfigurationAndCommissioningKeySequence",
            *("PatientTreatmentPreparationProcedureParameterSequence", "PrescriptionNotesSequence"),
        ),
    )
)
"""Their items are content items; the planted ones that have no Value Type are none."""
# Coded values of which only certain terms stay, and those that say what was done to the object.
_TERMS = frozenset(
    map(tag_of, ("PatientOrientation", "ContextIdentifier", "MappingResource", "ApprovalStatus", "GraphicLayer"))
)
_SAID_ANEW = frozenset(map(tag_of, ("LongitudinalTemporalInformationModified", "RecognizableVisualFeatures")))
# Tables that are cut to what describes them: the planted ones are described by nothing.
_MEASURED = frozenset(
    map(
        tag_of,
        (
            *("LUTData", "BlendingLookupTableData", "ICCProfile", "WaveformData", "ChannelMinimumValue"),
            *("ChannelMaximumValue", "WaveformPaddingValue", "FillPattern"),
            *(f"{colour}PaletteColorLookupTableData" for colour in ("Red", "Green", "Blue", "Alpha")),
            *(f"Segmented{colour}PaletteColorLookupTableData" for colour in ("Red", "Green", "Blue", "Alpha")),
        ),
    )
)


@cache
def _rows() -> Mapping[int, Mapping[str, Any]]:
    rows = json.loads(resources.rules("header", "table_e1_1.json").read_text("utf-8"))
    return {int(row["id"], 16): row for row in rows if row["match"] == "exact"}


@cache
def reviewed(kind: str) -> frozenset[int]:
    """The tags of a part of the reviewed list: text, binary, removed, replaced, characteristics."""
    groups = tomllib.loads(resources.rules("header", "safe_text.toml").read_text("utf-8"))[kind]
    return frozenset(tag_of(keyword) for group in groups for keyword in group["keywords"])


@cache
def _nobodys() -> frozenset[int]:
    """Moments that go where dates move, since they are no patient's."""
    groups = tomllib.loads(resources.rules("header", "moments.toml").read_text("utf-8"))["group"]
    return frozenset(tag_of(keyword) for group in groups for keyword in group["keywords"])


def stays(place: Place, policy: Policy) -> bool | None:
    """Whether the value of a place leaves as it is; None where that depends on more than the tables."""
    if place.corner:
        return _in_corner(place, policy)
    if _EITHER.intersection(place.within) or (place.tag == _BIRTH_DATE and _BIRTH_DATE in _orders(policy)):
        return None
    if _NAMING_A_CONCEPT in place.within and place.tag != tag_of("Manufacturer"):
        return False
    return all(_is_walked(tag, policy) for tag in place.within) and _is_kept(place, policy)


def _orders(policy: Policy) -> Mapping[int, str]:
    return {tag_of(order.attribute): str(order.means) for order in policy.header.attributes}


def _letter(row: Mapping[str, Any], options: Iterable[Option]) -> str:
    """The row's letter under these options: an option overrides the profile, cleaning wins over keeping."""
    letters = {row[option] for option in options if row.get(option)}
    return "C" if "C" in letters else "K" if "K" in letters else str(row["basic"])


def _never_passing(policy: Policy) -> frozenset[int]:
    keeps = Option.RETAIN_PATIENT_CHARACTERISTICS in policy.header.options
    return reviewed("removed") if keeps else reviewed("removed") | reviewed("characteristics")


def _is_walked(sequence: int, policy: Policy) -> bool:
    """Whether the items of a sequence stay, each to be treated by itself."""
    if sequence in _CONTENT or sequence in _never_passing(policy):
        return False
    if order := _orders(policy).get(sequence):
        return order in ("keep", "clean")
    row = _rows().get(sequence)
    return row is None or _letter(row, policy.header.options) in ("K", "C")


def _is_kept(place: Place, policy: Policy) -> bool:
    tag, vr, options = place.tag, place.vr, policy.header.options
    if order := _orders(policy).get(tag):
        return order == "keep"
    if tag >> 16 == 0x0004 or tag in _TERMS | {_TIMEZONE} or (tag in _SAID_ANEW and not place.within):
        return False
    if (row := _rows().get(tag)) is not None:
        letter = _letter(row, options)
        return letter == "K" or (letter == "C" and vr == "TM" and tag not in _nobodys() and _keeps_times(policy))
    if tag in _never_passing(policy) | reviewed("replaced"):
        return False
    if tag in reviewed("text") | reviewed("binary"):
        return tag not in _MEASURED
    is_moved = Option.RETAIN_MODIFIED_DATES in options and tag in _nobodys()
    return vr in ("CS", "DS", "IS") or (_is_kept_as_date(vr, policy) and not is_moved)


def _is_kept_as_date(vr: str, policy: Policy) -> bool:
    if Option.RETAIN_FULL_DATES in policy.header.options:
        return vr in ("DA", "DT", "TM")
    return vr == "TM" and _keeps_times(policy)


def _keeps_times(policy: Policy) -> bool:
    """Whether dates move by whole days, which leaves times of day."""
    return Option.RETAIN_MODIFIED_DATES in policy.header.options and policy.header.shift is DateShift.DAYS


def _in_corner(place: Place, policy: Policy) -> bool | None:
    """Content items, private elements, and what stands behind a plane or around the data set."""
    options, corner = policy.header.options, place.corner
    if corner.startswith("row ") or corner in ("other content", "meaning of a published code"):
        return Option.CLEAN_STRUCTURED_CONTENT in options and _is_kept_content(place, policy)
    if corner == "behind an overlay" and Option.CLEAN_GRAPHICS in options:
        return None  # cut off when the bits of the plane are looked at
    return Option.RETAIN_SAFE_PRIVATE in options and _is_kept_private(place, policy)


def _is_kept_private(place: Place, policy: Policy) -> bool | None:
    uid = place.vr == "UI" and Option.RETAIN_UIDS in policy.header.options
    match place.corner.removeprefix("nested "):
        case "listed":
            # A coded value that is no word of a dictionary goes, and so does a number that counts from a day long ago.
            is_number = place.vr in ("DS", "IS") and (_keeps_days(policy) or not _is_a_time(place))
            return uid or is_number or _is_kept_as_date(place.vr, policy)
        case "on no list" if uid:
            return None  # declared to be safe; it stays where nothing else is known of the element
        case "of a declared creator" if uid or _is_kept_as_date(place.vr, policy):
            return None
        case "on no list":
            return _is_kept_as_date(place.vr, policy)
        case _:
            return False


def _is_a_time(place: Place) -> bool:
    rows = json.loads(resources.rules("header", "safe_private.json").read_text("utf-8"))
    return any(
        (int(row["group"], 16), int(row["element"], 16)) == (place.tag >> 16, place.tag & 0xFF)
        and "time" in (row["meaning"] or "").lower()
        for row in rows
    )


def _keeps_days(policy: Policy) -> bool:
    return Option.RETAIN_FULL_DATES in policy.header.options


def _is_kept_content(place: Place, policy: Policy) -> bool:
    if place.corner == "other content":
        return _is_kept_as_date(place.vr, policy) or (place.tag in _rows() and _is_kept(place, policy))
    if place.corner.startswith("meaning"):
        return False  # words of no dictionary
    letter = _letter(content_rows()[int(place.corner.removeprefix("row "))], policy.header.options)
    return letter == "K" or (letter == "C" and place.vr == "TM" and _keeps_times(policy))
