"""From the walked tree to a pydicom data set whose every value has been interpreted once, at every depth."""

from collections.abc import MutableSequence
from dataclasses import dataclass

from pydicom import DataElement, Dataset, Sequence
from pydicom.charset import convert_encodings, default_encoding
from pydicom.datadict import private_dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.filewriter import correct_ambiguous_vr_element
from pydicom.tag import BaseTag
from pydicom.valuerep import PersonName
from pydicom.values import convert_value

from pixelclean.dicom.character_sets import defined_terms
from pixelclean.dicom.element import UNDEFINED, Element, Item, SequenceElement, is_private, public_vr, show
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

_CHARACTER_SET, _PIXEL_REPRESENTATION = 0x00080005, 0x00280103
_LUT_DESCRIPTORS = frozenset((0x00281101, 0x00281102, 0x00281103, 0x00283002))  # C.11.1.1: the first value has no sign
_NUMBERS = frozenset(("AT", "FD", "FL", "SL", "SS", "SV", "UL", "US", "UV"))
_SPELLED = frozenset(("AE", "AS", "CS", "DA", "DT", "LO", "LT", "PN", "SH", "ST", "TM", "UC", "UI", "UR", "UT"))
_LONGEST_SHORT = 0xFFFF
_FIRST_OF_A_BLOCK = 0x1000  # PS3.5 7.8.1: elements below it reserve blocks, or are nothing
Charset = str | list[str]


def build(root: Item) -> Dataset:
    """The data set, every element converted.

    Raises Refused with a tag: MALFORMED where a value does not fit its VR, UNKNOWN_CHARACTER_SET where a character set is
    no defined term.  Call it inside `quiet`.
    """
    made, pending = _dataset(root, default_encoding, signed=False)
    while pending:
        item, holder, charset, signed = pending.pop()
        child, more = _dataset(item, charset, signed=signed)
        holder.append(child)
        pending.extend(more)
    return made


_Pending = list[tuple[Item, Sequence, Charset, bool]]


def _dataset(item: Item, parent: Charset, *, signed: bool) -> tuple[Dataset, _Pending]:
    """One level, and the items below it with the sequence each belongs to, last item first."""
    charset = _charset(item, parent)
    level = _Level(item.implicit, item.little, charset, _signed(item, default=signed))
    elements: dict[BaseTag, RawDataElement | DataElement] = {}
    # Filled behind its back: pydicom looks three times at each element that is put in, and converts it at the third.
    dataset = Dataset(elements, parent_encoding=parent)
    dataset.set_original_encoding(item.implicit, item.little, charset)
    dataset.is_undefined_length_sequence_item = item.undefined
    pending: _Pending = []
    for number, element in sorted(item.elements.items()):  # what others depend on stands before them
        tag = BaseTag(number)
        if isinstance(element, SequenceElement):
            holder = Sequence()
            made = DataElement(tag, "SQ", holder, None, element.undefined, already_converted=True)
            pending.extend((below, holder, charset, level.signed) for below in reversed(element.items))
        else:
            made = level.converted(tag, element, dataset)
        if is_private(number):
            made.private_creator = _creator(tag, dataset)
        elements[tag] = made
    return dataset, pending


@dataclass(frozen=True, slots=True)
class _Level:
    """What the values of one data set are read by; `signed` is what Pixel Representation says."""

    implicit: bool
    little: bool
    charset: Charset
    signed: bool

    def converted(self, tag: BaseTag, element: Element, dataset: Dataset) -> DataElement:
        """The element with its value interpreted; `dataset` holds those before it."""
        try:
            return self._converted(tag, element, dataset)
        except Exception:  # noqa: BLE001 - pydicom raises anything, and its messages quote the value
            raise Refused(ReasonCode.MALFORMED, show(element.tag)) from None

    def _converted(self, tag: BaseTag, element: Element, dataset: Dataset) -> DataElement:
        vr = self._representation(tag, element, dataset)
        if element.stored is not None:
            made = DataElement(tag, vr, element.stored, element.start, element.undefined, already_converted=True)
            if len(vr) != 2:
                correct_ambiguous_vr_element(made, dataset, self.little)
            return made
        length = UNDEFINED if element.undefined else len(element.value)
        raw = RawDataElement(tag, vr, length, element.value, element.start, self.implicit, self.little)
        value = convert_value(vr, raw, self.charset if element.tag != _CHARACTER_SET else default_encoding)
        if vr == "PN":
            _remember_bytes(value, element.value)
        if element.tag in _LUT_DESCRIPTORS and isinstance(value, list) and value[0] < 0:
            value[0] += 1 << 16
        made = DataElement(tag, vr, value, element.start, element.undefined, already_converted=True)
        if len(vr) != 2:
            correct_ambiguous_vr_element(made, dataset, self.little)
        if len(made.VR) != 2 and not is_private(element.tag):
            made.VR = "OW"  # pydicom leaves some open, retired or not of medicine: their values are bytes still
        return made

    def _representation(self, tag: BaseTag, element: Element, dataset: Dataset) -> str:
        """The VR by which a value shall be interpreted."""
        vr = element.vr
        if vr in (None, "UN") and is_private(element.tag):
            vr = _private_vr(tag, dataset)
        elif vr is None or (vr == "UN" and (self.little or len(element.value) < _LONGEST_SHORT)):
            vr = public_vr(element.tag)
        elif vr in _NUMBERS and public_vr(element.tag) in _SPELLED:
            vr = "UN"  # a text by its attribute: as numbers, nobody would find what it says
        if vr == "US or SS":
            # PS3.5 A.1: the root's Pixel Representation decides for the whole tree
            vr = "SS" if self.signed else "US"
        return vr or "UN"


def _remember_bytes(value: PersonName | MutableSequence[PersonName], encoded: bytes) -> None:
    """Give names that do not decode their bytes back, which may be read by another character set."""
    names = [value] if isinstance(value, PersonName) else value
    spelled = encoded.rstrip(b"\0 ").split(b"\\")
    if len(spelled) == len(names) and any("\ufffd" in str(name) for name in names):
        for name, original in zip(names, spelled, strict=True):
            name.original_string = original


def _private_vr(tag: BaseTag, dataset: Dataset) -> str | None:
    """What pydicom's private dictionary says of an element of a named block."""
    if tag.is_private_creator:
        return "LO"
    creator = _creator(tag, dataset)
    if creator is None:
        return None
    try:
        known = private_dictionary_VR(tag, str(creator))
    except KeyError:
        return None
    # The walk found no sequence in it: pydicom must not look for one with its lenient reader.
    return known if known != "SQ" else None


def _creator(tag: BaseTag, dataset: Dataset) -> str | None:
    """Who reserved the block that a private element stands in; None where it stands in none (PS3.5 7.8.1)."""
    reserving = tag.private_creator
    if tag.element < _FIRST_OF_A_BLOCK or reserving not in dataset:
        return None
    try:
        value: str | None = dataset[reserving].value
    except Exception:  # noqa: BLE001 - a value that does not fit its VR
        raise Refused(ReasonCode.MALFORMED, show(reserving)) from None
    return value


def _charset(item: Item, parent: Charset) -> Charset:
    """The character sets of one level: its own, or those of the level above (PS3.5 6.1.2.5)."""
    element = item.elements.get(_CHARACTER_SET)
    if element is None or (isinstance(element, Element) and not element.value):
        return parent
    if not isinstance(element, Element) or (terms := defined_terms(element.value)) is None:
        raise Refused(ReasonCode.UNKNOWN_CHARACTER_SET, show(_CHARACTER_SET))
    # The term is written as it is defined: in place of one, a misspelt or made-up one would leave as it came.
    element.value = "\\".join(terms).encode("ascii")
    return list(convert_encodings(list(terms)))


def _signed(item: Item, *, default: bool) -> bool:
    """Whether Pixel Representation says two's complement."""
    element = item.elements.get(_PIXEL_REPRESENTATION)
    if not isinstance(element, Element) or len(element.value) != 2:
        return default
    return int.from_bytes(element.value, "little" if item.little else "big") == 1
