"""A data set -> a file, with file meta information that says nothing about where it came from (PS3.10 7.1)."""

import os
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path

import pydicom
from pydicom.charset import default_encoding

from pixelclean.dicom.body import body, short_element
from pixelclean.dicom.file_meta import PREAMBLE, PREFIX
from pixelclean.dicom.inflate import deflated
from pixelclean.dicom.quiet import quiet
from pixelclean.dicom.stored import pieces
from pixelclean.dicom.syntaxes import TransferSyntax, syntax_of
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

IMPLEMENTATION_CLASS_UID = "2.25.299219030878321193404483877860779469215"
"""Made once, from a random number (PS3.5 B.2); names this implementation in everything it writes."""
IMPLEMENTATION_VERSION_NAME = "PIXELCLEAN_1"


def write(dataset: pydicom.Dataset, transfer_syntax: str, path: Path) -> None:
    """Write a data set whose pixels are already in that transfer syntax.

    The same data set gives the same bytes.  The file is new, and on the disk when this returns.
    Raises Refused(NOT_ENCODED) where a value cannot be encoded, OSError where the disk refuses.
    """
    elements = _encoded(dataset, syntax_of(transfer_syntax))
    with path.open("xb") as file:
        file.writelines(elements)
        file.flush()
        os.fsync(file.fileno())


def _encoded(dataset: pydicom.Dataset, syntax: TransferSyntax) -> Iterator[bytes]:
    """All bytes of the file: made in memory before the first is written, but for long values.

    pydicom raises OSError too, and quotes the value in it.
    """
    try:
        with quiet():
            meta = b"".join(_meta(dataset, syntax))
            elements = body(dataset, implicit=syntax.implicit, little=syntax.little)
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - pydicom raises anything
        raise Refused(ReasonCode.NOT_ENCODED, "data set") from None
    length = short_element(0x00020000, "UL", len(meta).to_bytes(4, "little"))
    written = chain.from_iterable(pieces(element) for element in elements)
    return chain([b"\0" * PREAMBLE + PREFIX, length, meta], deflated(written) if syntax.deflated else written)


def _meta(dataset: pydicom.Dataset, syntax: TransferSyntax) -> Iterator[bytes]:
    """Only what PS3.10 requires, all of it made here or taken from the cleaned data set."""
    yield short_element(0x00020001, "OB", b"\0\1")
    yield _named(0x00020002, "UI", dataset.get("SOPClassUID", ""))
    yield _named(0x00020003, "UI", dataset.get("SOPInstanceUID", ""))
    yield _named(0x00020010, "UI", syntax.uid)
    yield _named(0x00020012, "UI", IMPLEMENTATION_CLASS_UID)
    yield _named(0x00020013, "SH", IMPLEMENTATION_VERSION_NAME)


def _named(tag: int, vr: str, text: str | Sequence[str]) -> bytes:
    """An element of text; what holds a backslash in the data set is several values there."""
    value = (text if isinstance(text, str) else "\\".join(text)).encode(default_encoding)
    return short_element(tag, vr, value + (b"\0" if vr == "UI" else b" ") * (len(value) % 2))
