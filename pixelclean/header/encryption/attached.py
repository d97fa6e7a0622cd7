"""Originals, encrypted into the data set that was cleaned of them (PS3.15 E.1.1 steps 1 and 4; PS3.3 C.12.1.1.4).

Only the data sets are made here; who may decrypt them, and how they are encrypted, is a function of the caller.
"""

from collections.abc import Callable, Iterator

from pydicom import DataElement, Dataset, Sequence
from pydicom.tag import Tag

from pixelclean.dicom.data_set import encode_data_set
from pixelclean.dicom.syntaxes import EXPLICIT_BIG, EXPLICIT_LITTLE
from pixelclean.header.encryption.parts import ALWAYS, ENCRYPTED_ATTRIBUTES, MARKS, SOP_INSTANCE_UID, may_be_carried
from pixelclean.header.forms import empty

_TRIAL, _IMAGE = 0x0012, 0x0028
_WORDS = frozenset(("OW", "OL", "OF", "OD", "OV"))


def attach(cleaned: Dataset, original: Dataset, seal: Callable[[bytes], bytes]) -> None:
    """Add to `cleaned` an Encrypted Attributes Sequence with everything that `original` said otherwise.

    What was removed or replaced is carried, private elements too, as far as `may_be_carried`.  An attribute that `original`
    did not have is carried empty, so that no replacement outlives its use.  `original` is not touched.
    Raises Refused(NOT_ENCODED) where a value of the original cannot be written.
    """
    cleaned.pop(ENCRYPTED_ATTRIBUTES, None)
    hidden = Dataset()
    for element in (*_missing(cleaned, original), *_originals(cleaned, original)):
        hidden.add(element)
    content = Dataset()
    content.ModifiedAttributesSequence = Sequence([hidden])
    # gdcmanon reads this transfer syntax only.  Words of a big-endian file are right in no other order than their own.
    syntax = EXPLICIT_BIG if original.original_encoding[1] is False and _has_words(hidden) else EXPLICIT_LITTLE
    item = Dataset()
    item.EncryptedContentTransferSyntaxUID = syntax
    item.EncryptedContent = seal(encode_data_set(content, syntax))
    cleaned.EncryptedAttributesSequence = Sequence([item])


def _originals(cleaned: Dataset, original: Dataset) -> Iterator[DataElement]:
    """The elements of the original that `cleaned` does not hold as they were."""
    changed = set(_changed(cleaned, original))
    # Private blocks move up when others go: where anything of a group changed, all of the group is carried.
    rearranged = {tag >> 16 for tag in changed if tag >> 16 & 1}
    for tag in original.keys():  # noqa: SIM118 - iterating a Dataset gives elements
        if tag in changed or tag.group in rearranged:
            yield original[tag]


def _changed(cleaned: Dataset, original: Dataset) -> Iterator[int]:
    for tag in original.keys():  # noqa: SIM118 - iterating a Dataset gives elements
        if may_be_carried(tag) and (tag in ALWAYS or tag not in cleaned or not _same(cleaned[tag], original[tag])):
            yield int(tag)


def _same(one: DataElement, other: DataElement) -> bool:
    return one is other or bool(one == other)


def _missing(cleaned: Dataset, original: Dataset) -> Iterator[DataElement]:
    """What the original would have been given: empty, but for UIDs, and for what a trial or the pixels added."""
    yield from (empty(Tag(tag)) for tag in MARKS)
    if SOP_INSTANCE_UID in cleaned:
        yield cleaned[SOP_INSTANCE_UID]
    for element in cleaned:
        tag = element.tag
        stays = tag in ALWAYS or tag.group in (_TRIAL, _IMAGE) or tag.is_private or element.VR == "UI"
        if tag not in original and not stays and may_be_carried(tag):
            yield DataElement(tag, element.VR, Sequence() if element.VR == "SQ" else None)


def _has_words(dataset: Dataset) -> bool:
    """Whether any value at any depth consists of words, which pydicom leaves in the byte order of their file."""
    return any(element.VR in _WORDS for element in dataset.iterall())
