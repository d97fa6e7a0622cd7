"""What a private value really is: the value representation of the file where it agrees with what is known of the
element, and what is known where the file says UN or leaves it to a guess (PS3.5 6.2.2, PS3.15 E.3.10).

The strict reader has already walked into private sequences that came as UN, of either length; what it left as bytes is
no sequence.
"""

from collections.abc import Sequence

from pydicom import DataElement, Dataset
from pydicom import Sequence as Items
from pydicom._private_dict import private_dictionaries
from pydicom.datadict import private_dictionary_VR
from pydicom.dataelem import RawDataElement, convert_raw_data_element
from pydicom.tag import BaseTag

from pixelclean.dicom.quiet import quiet
from pixelclean.header.private.listed import Place
from pixelclean.header.values import texts_of

BINARY = frozenset(("FL", "FD", "SL", "SS", "SV", "UL", "US", "UV"))
TEXT = frozenset(("SH", "LO", "ST", "LT", "UC", "UT"))
"""VRs of free text."""
_WRITTEN = TEXT | {"CS", "DS", "IS", "UI", "DA", "TM", "DT"}
_NUMBERS = BINARY | {"DS", "IS"}
_BYTES = frozenset(("OB", "OW"))
_FIRST_ELEMENT = 0x1000


def known_vrs(place: Place) -> tuple[str, ...]:
    """What pydicom's dictionary of private elements says; () where it is silent or names several."""
    creator, group, element = place
    if creator not in private_dictionaries:
        return ()
    try:
        vr = private_dictionary_VR(group << 16 | _FIRST_ELEMENT | element, creator)
    except KeyError:
        return ()
    return (vr,) if len(vr) == 2 and vr != "UN" else ()


def decoded(element: DataElement, vrs: Sequence[str], source: Dataset) -> DataElement | None:
    """The element of `source` under the VR that it really has; None where file and knowledge contradict each other.

    `vrs` are those that are known of it, () for none: then only what the file says is left.
    """
    said = element.VR
    if said == "UN" or " or " in said:
        return _of_bytes(element, vrs, source)
    if not vrs or said in vrs or (said in TEXT and not TEXT.isdisjoint(vrs)):
        return element
    known = vrs[0]
    if said in _WRITTEN and known in _WRITTEN:
        return _of_text(element, known)
    if said in _NUMBERS and known in _NUMBERS:
        # In Implicit VR it was pydicom that said it: digits read as a double are no number.
        return element if (said in BINARY) == (known in BINARY) or not source.original_encoding[0] else None
    return element if said in _BYTES and known in _BYTES else None


def _of_text(element: DataElement, vr: str) -> DataElement | None:
    """A written value under another VR; None where it is no value of that VR."""
    try:
        with quiet():
            return DataElement(element.tag, vr, "\\".join(texts_of(element)))
    except Exception:  # noqa: BLE001 - pydicom raises anything for a value that is not of its VR
        return None


def _of_bytes(element: DataElement, vrs: Sequence[str], source: Dataset) -> DataElement | None:
    """A value of unknown VR, read as what it is known to be, in the byte order of Little Endian."""
    value = element.value
    if not vrs or not isinstance(value, bytes | None):
        return None
    vr = vrs[-1]
    if vr == "SQ":
        return DataElement(element.tag, "SQ", Items()) if not value else None
    if source.original_encoding[1] is False and vr not in _WRITTEN | {"OB"}:
        return None
    raw = RawDataElement(BaseTag(element.tag), vr, len(value or b""), value or b"", 0, True, True, True)
    try:
        with quiet():
            return convert_raw_data_element(raw, encoding=source.original_character_set)
    except Exception:  # noqa: BLE001 - pydicom raises anything for a value that is not of its VR
        return None
