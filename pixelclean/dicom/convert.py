"""From the walked tree to a pydicom data set whose every value has been interpreted once, at every depth."""

from pydicom import DataElement, Dataset, Sequence
from pydicom.charset import convert_encodings, default_encoding
from pydicom.datadict import private_dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.tag import BaseTag
from pydicom.valuerep import PersonName

from pixelclean.dicom.character_sets import defined_terms
from pixelclean.dicom.element import UNDEFINED, Element, Item, SequenceElement, is_private, public_vr, show
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

_CHARACTER_SET, _PIXEL_REPRESENTATION = 0x00080005, 0x00280103
Charset = str | list[str]


def build(root: Item) -> Dataset:
    """The data set, every element converted.

    Raises Refused(MALFORMED, tag) where a value does not fit its VR.  Call it inside `quiet`.
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
    signed = _signed(item, default=signed)
    dataset = Dataset(parent_encoding=parent)
    dataset.set_original_encoding(item.implicit, item.little, charset)
    dataset.is_undefined_length_sequence_item = item.undefined
    pending: _Pending = []
    for tag, element in item.elements.items():
        if isinstance(element, SequenceElement):
            holder = Sequence()
            dataset[tag] = DataElement(BaseTag(tag), "SQ", holder, None, element.undefined, already_converted=True)
            pending.extend((below, holder, charset, signed) for below in reversed(element.items))
        else:
            dataset[tag] = _raw(element, item, dataset, signed=signed)
    for tag in item.elements:
        _force(dataset, tag)
    return dataset, pending


def _raw(element: Element, item: Item, dataset: Dataset, *, signed: bool) -> RawDataElement | DataElement:
    """The element as pydicom holds it before interpretation, with the VR it shall be interpreted by."""
    vr = element.vr
    if vr in (None, "UN") and is_private(element.tag):
        if _private_vr(element.tag, dataset) == "SQ":
            # The walk found no sequence in it: pydicom must not look for one with its lenient reader.
            return DataElement(BaseTag(element.tag), "UN", element.value, already_converted=True)
    elif vr is None or (vr == "UN" and item.little):
        vr = public_vr(element.tag) or "UN"
    if vr == "US or SS":
        # PS3.5 A.1: the root's Pixel Representation decides for the whole tree
        vr = "SS" if signed else "US"
    return RawDataElement(
        BaseTag(element.tag),
        vr,
        UNDEFINED if element.undefined else len(element.value),
        element.value,
        element.start,
        item.implicit,
        item.little,
        True,
    )


def _private_vr(tag: int, dataset: Dataset) -> str | None:
    """What pydicom's private dictionary says of an element of a named block."""
    block = dataset.get(BaseTag(tag & 0xFFFF0000 | (tag & 0xFF00) >> 8))
    if tag & 0xFFFF < 0x1000 or block is None:
        return None
    try:
        return private_dictionary_VR(tag, str(block.value))
    except KeyError:
        return None


def _force(dataset: Dataset, tag: int) -> None:
    """Interpret one value now, names too, which are lazy on their own."""
    try:
        value = dataset[tag].value
        for name in value if isinstance(value, list | tuple) else (value,):
            if isinstance(name, PersonName):
                str(name)
    except Exception:  # noqa: BLE001 - pydicom raises anything, and its messages quote the value
        raise Refused(ReasonCode.MALFORMED, show(tag)) from None


def _charset(item: Item, parent: Charset) -> Charset:
    """The character sets of one level: its own, or those of the level above (PS3.5 6.1.2.5)."""
    element = item.elements.get(_CHARACTER_SET)
    if element is None or (isinstance(element, Element) and not element.value):
        return parent
    if not isinstance(element, Element) or (terms := defined_terms(element.value)) is None:
        raise Refused(ReasonCode.MALFORMED, show(_CHARACTER_SET))
    # The term is written as it is defined: in place of one, a misspelt or made-up one would leave as it came.
    element.value = "\\".join(terms).encode("ascii")
    return list(convert_encodings(list(terms)))


def _signed(item: Item, *, default: bool) -> bool:
    """Whether Pixel Representation says two's complement."""
    element = item.elements.get(_PIXEL_REPRESENTATION)
    if not isinstance(element, Element) or len(element.value) != 2:
        return default
    return int.from_bytes(element.value, "little" if item.little else "big") == 1
