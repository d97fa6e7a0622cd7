"""Data sets cleaned and encrypted by hand, for invented recipients, and what is found when they come back."""

from copy import deepcopy
from io import BytesIO
from pathlib import Path

from pydicom import Dataset, Sequence
from pydicom.filereader import read_dataset
from recipient_keys import private_key, recipients

from pixelclean.dicom import read, write
from pixelclean.dicom.data_set import encode_data_set
from pixelclean.envelope import open_envelope, seal
from pixelclean.header.encryption.restored import restored
from pixelclean.policy import Limits

LIMITS = Limits()
IMPLICIT, EXPLICIT = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
DEFLATED, BIG = "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2"
MADE_UID = "2.25.4711"
IDENTITY = {0x00120062, 0x00120063, 0x00120064}


def sealed(content: bytes) -> bytes:
    return seal(content, recipients("anna", "ben"))


def opened(envelope: bytes, name: str = "ben") -> bytes:
    return open_envelope(envelope, private_key(name))


def back(dataset: Dataset) -> Dataset:
    return restored(dataset, opened, LIMITS)


def stripped(original: Dataset, *keywords: str) -> Dataset:
    """A cleaned data set by hand: these attributes are gone, the usual ones are replaced, and the marks are there."""
    cleaned = deepcopy(original)
    for keyword in keywords:
        del cleaned[keyword]
    cleaned.SOPInstanceUID = MADE_UID
    cleaned.PatientName, cleaned.PatientID = "PX-7^", "7"
    cleaned.PatientIdentityRemoved, cleaned.DeidentificationMethod = "YES", "by hand"
    cleaned.DeidentificationMethodCodeSequence = Sequence([Dataset()])
    cleaned.LongitudinalTemporalInformationModified = "REMOVED"
    cleaned.ContributingEquipmentSequence = Sequence([Dataset()])
    return cleaned


def differing(one: Dataset, other: Dataset) -> set[int]:
    """Tags that one of two data sets lacks, or holds otherwise; group lengths aside."""
    tags = {tag for tag in {*one.keys(), *other.keys()} if tag.element}
    return {int(tag) for tag in tags if tag not in one or tag not in other or one[tag] != other[tag]}


def through_a_file(dataset: Dataset, folder: Path, syntax: str = EXPLICIT) -> Dataset:
    """The data set as it is read again."""
    path = folder / f"{len(list(folder.iterdir()))}.dcm"
    write(dataset, syntax, path)
    return read(path, LIMITS).dataset


def by_hand(dataset: Dataset, *envelopes: bytes, syntax: str = EXPLICIT) -> Dataset:
    """A data set with the given items of encrypted content."""
    items = []
    for envelope in envelopes:
        item = Dataset()
        item.EncryptedContentTransferSyntaxUID, item.EncryptedContent = syntax, envelope
        items.append(item)
    dataset.EncryptedAttributesSequence = Sequence(items)
    return dataset


def content(*originals: Dataset, syntax: str = EXPLICIT) -> bytes:
    """A data set with these items of modified attributes, encoded."""
    around = Dataset()
    around.ModifiedAttributesSequence = Sequence(originals)
    return encode_data_set(around, syntax)


def of(**values: object) -> Dataset:
    dataset = Dataset()
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


def hidden_in(dataset: Dataset, name: str = "ben") -> Dataset:
    """The one item of modified attributes that a data set carries for somebody."""
    data = opened(dataset.EncryptedAttributesSequence[0].EncryptedContent, name)
    around = read_dataset(BytesIO(data), is_implicit_VR=False, is_little_endian=True)
    hidden: Dataset = around.ModifiedAttributesSequence[0]
    return hidden
