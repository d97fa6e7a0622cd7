"""A data set -> a file, with file meta information that says nothing about where it came from (PS3.10 7.1)."""

import os
from pathlib import Path

import pydicom
from pydicom.dataset import FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset, write_file_meta_info
from pydicom.uid import UID

from pixelclean.dicom.file_meta import PREAMBLE, PREFIX
from pixelclean.dicom.inflate import deflate
from pixelclean.dicom.quiet import quiet
from pixelclean.dicom.source import digest_of
from pixelclean.dicom.syntaxes import TransferSyntax, syntax_of
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

IMPLEMENTATION_CLASS_UID = "2.25.299219030878321193404483877860779469215"
"""Made once, from a random number (PS3.5 B.2); names this implementation in everything it writes."""
IMPLEMENTATION_VERSION_NAME = "PIXELCLEAN_1"


def write(dataset: pydicom.Dataset, transfer_syntax: str, path: Path) -> str:
    """Write a data set whose pixels are already in that transfer syntax; the SHA-256 of the file, in hex.

    The same data set gives the same bytes.  The file is new, and on the disk when this returns.
    Raises Refused(NOT_ENCODED) where a value cannot be encoded, OSError where the disk refuses.
    """
    data = _encoded(dataset, syntax_of(transfer_syntax))
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return digest_of(path)


def _encoded(dataset: pydicom.Dataset, syntax: TransferSyntax) -> bytes:
    """All bytes of the file, made in memory: pydicom raises OSError too, and quotes the value in it."""
    file = DicomBytesIO()
    file.write(b"\0" * PREAMBLE + PREFIX)
    try:
        with quiet():
            _write_meta(file, dataset, syntax)
            _write_body(file, dataset, syntax)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - pydicom raises anything
        raise Refused(ReasonCode.NOT_ENCODED, "data set") from None
    return file.getvalue()


def _write_meta(file: DicomBytesIO, dataset: pydicom.Dataset, syntax: TransferSyntax) -> None:
    """Only what PS3.10 requires, all of it made here or taken from the cleaned data set."""
    meta = FileMetaDataset()
    meta.FileMetaInformationGroupLength = 0  # pydicom counts and corrects it
    meta.FileMetaInformationVersion = b"\0\1"
    meta.MediaStorageSOPClassUID = dataset.get("SOPClassUID", "")
    meta.MediaStorageSOPInstanceUID = dataset.get("SOPInstanceUID", "")
    meta.TransferSyntaxUID = UID(syntax.uid)
    meta.ImplementationClassUID = UID(IMPLEMENTATION_CLASS_UID)
    meta.ImplementationVersionName = IMPLEMENTATION_VERSION_NAME
    write_file_meta_info(file, meta, enforce_standard=False)


def _write_body(file: DicomBytesIO, dataset: pydicom.Dataset, syntax: TransferSyntax) -> None:
    target = DicomBytesIO() if syntax.deflated else file
    target.is_implicit_VR, target.is_little_endian = syntax.implicit, syntax.little
    write_dataset(target, dataset)
    if syntax.deflated:
        file.write(deflate(target.getvalue()))
