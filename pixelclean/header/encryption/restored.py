"""Originals, decrypted and put back in their places (PS3.15 E.1.2).

Whoever has a recipient's certificate can make an envelope, so what comes out of one is as little trusted as a file.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from pydicom import DataElement, Dataset

from pixelclean.dicom.data_set import decode_data_set
from pixelclean.errors import Refused
from pixelclean.header.encryption.parts import (
    CHARACTER_SET,
    ENCRYPTED_ATTRIBUTES,
    ENCRYPTED_CONTENT,
    ENCRYPTED_TRANSFER_SYNTAX,
    IDENTITY_REMOVED,
    MARKS,
    METHODS,
    MODIFIED_ATTRIBUTES,
    NOT_OF_A_DATA_SET,
    OF_PIXELS,
    PIXELS,
    without_moved_blocks,
)
from pixelclean.header.values import values_of
from pixelclean.policy import Limits
from pixelclean.reasons import ReasonCode

_MOST_ITEMS = 100  # every one costs a private key's work
_ASCII = ("", "ISO_IR 6")
_UNICODE = "ISO_IR 192"


def restored(dataset: Dataset, open_envelope: Callable[[bytes], bytes], limits: Limits) -> Dataset:
    """A new data set with the original attributes back in their places; pixels, masks included, stay as they are.

    Every item of the Encrypted Attributes Sequence that can be opened is used.  Marks of pixelclean that the original did
    not have go.  Raises Refused: NOT_ENCRYPTED_HERE; what `open_envelope` raised where no item could be opened; and
    CANNOT_RESTORE where what came out is not one item of attributes that may be restored.
    """
    hidden = _merged(list(_decrypted(dataset, open_envelope, limits)))
    back = Dataset()
    implicit, little = dataset.original_encoding
    back.set_original_encoding(implicit, little, dataset.original_character_set)
    for element in without_moved_blocks(dataset, hidden):
        if element.tag != ENCRYPTED_ATTRIBUTES:
            back.add(element)
    for element in hidden:
        if element.tag not in OF_PIXELS:
            back.add(element)
    _say_in_one_character_set(back, dataset, hidden)
    _unmark(back, hidden)
    return back


def _decrypted(dataset: Dataset, open_envelope: Callable[[bytes], bytes], limits: Limits) -> Iterator[Dataset]:
    """The originals of every item that can be opened, at least one."""
    first: Refused | None = None
    opened = 0
    for syntax, sealed in _sealed(dataset):
        try:
            content = open_envelope(sealed)
        except Refused as refused:
            first = first or refused
            continue
        opened += 1
        yield _modified_attributes(content, syntax, limits, _character_sets(dataset))
    if not opened:
        raise first or Refused(ReasonCode.NOT_ENCRYPTED_HERE)


def _sealed(dataset: Dataset) -> Iterator[tuple[str, bytes]]:
    """Transfer syntax and envelope of each item."""
    sequence = _element(dataset, ENCRYPTED_ATTRIBUTES)
    if sequence is not None and sequence.VR != "SQ":
        raise Refused(ReasonCode.CANNOT_DECRYPT, "(0400,0500) is not a sequence")
    items = sequence.value if sequence is not None else ()
    if len(items) > _MOST_ITEMS:
        raise Refused(ReasonCode.CANNOT_DECRYPT, f"(0400,0500) has more than {_MOST_ITEMS} items")
    for item in items:
        syntax, content = _element(item, ENCRYPTED_TRANSFER_SYNTAX), _element(item, ENCRYPTED_CONTENT)
        if syntax is None or not syntax.value:
            raise Refused(ReasonCode.CANNOT_DECRYPT, "(0400,0510) is missing")
        if content is None or not content.value or not isinstance(content.value, bytes):
            raise Refused(ReasonCode.CANNOT_DECRYPT, "(0400,0520) is missing or not bytes")
        yield str(syntax.value), content.value


def _modified_attributes(content: bytes, syntax: str, limits: Limits, character_sets: str) -> Dataset:
    """The one item of the Modified Attributes Sequence in a decrypted data set.

    gdcmanon does not carry the character set of the names that it carries; they are then in that of the data set.
    """
    try:
        # One sequence is around what was as deep as the limit.
        decoded = decode_data_set(content, syntax, replace(limits, depth=limits.depth + 1), character_sets)
    except Refused as refused:
        raise _unfit(f"decrypted content: {refused}") from None
    sequence = _element(decoded, MODIFIED_ATTRIBUTES)
    if sequence is None or sequence.VR != "SQ" or len(sequence.value) != 1:
        raise _unfit("(0400,0550) is not a sequence of one item")
    hidden: Dataset = sequence.value[0]
    for tag in hidden.keys():  # noqa: SIM118 - iterating a Dataset gives elements
        if tag.group in (*NOT_OF_A_DATA_SET, PIXELS):
            raise _unfit(f"elements of group {tag.group:04X}")
    return hidden


def _merged(parts: list[Dataset]) -> Dataset:
    """The originals of several items, which must agree with each other."""
    merged, *others = parts
    for other in others:
        for element in other:
            if element.tag in merged and merged[element.tag] != element:
                raise _unfit("two items disagree")
            merged.add(element)
    return merged


def _say_in_one_character_set(back: Dataset, dataset: Dataset, hidden: Dataset) -> None:
    """What was retained may not be spelt in the character set of the original, if another program changed it."""
    original, retained = _character_sets(hidden), _character_sets(dataset)
    if CHARACTER_SET in hidden and retained not in (*_ASCII, original):
        back.add_new(CHARACTER_SET, "CS", _UNICODE)


def _unmark(back: Dataset, hidden: Dataset) -> None:
    """E.1.2 step 3, and the marks that the original did not have."""
    # add_new, since setting an attribute would edit the element that the given data set holds too.
    back.add_new(IDENTITY_REMOVED, "CS", "NO")
    for tag in METHODS:
        back.pop(tag, None)
    for tag in MARKS:
        if tag in hidden and hidden[tag].is_empty:
            del back[tag]


def _character_sets(dataset: Dataset) -> str:
    element = _element(dataset, CHARACTER_SET)
    return "\\".join(str(value) for value in values_of(element)) if element is not None else ""


def _element(dataset: Dataset, tag: int) -> DataElement | None:
    return dataset[tag] if tag in dataset else None  # noqa: SIM401 - get() of a data set gives the value of a keyword


def _unfit(detail: str) -> Refused:
    return Refused(ReasonCode.CANNOT_RESTORE, detail)
