"""Source: one file, read once and interpreted to its last element."""

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pydicom
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import FileMetaDataset
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag
from pydicom.uid import UID

from pixelclean.dicom.convert import build
from pixelclean.dicom.dictionary import know_additions
from pixelclean.dicom.file_meta import PREAMBLE, read_file_meta, starts_like_dicom
from pixelclean.dicom.inflate import inflate
from pixelclean.dicom.quiet import quiet
from pixelclean.dicom.structure import walk
from pixelclean.dicom.syntaxes import syntax_of
from pixelclean.errors import Refused
from pixelclean.facts import Facts
from pixelclean.policy import Limits
from pixelclean.reasons import ReasonCode

_DIRECTORY_RECORDS = 0x00041220


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Source:
    """A file's SHA-256 in hex, its size in bytes, its data set (never changed) and its transfer syntax UID.

    `dataset.file_meta` holds the transfer syntax only: nothing else of the file meta information is carried on.
    """

    digest: str
    size: int
    dataset: pydicom.Dataset
    transfer_syntax: str


def read(path: Path, limits: Limits) -> Source:
    """Read one file, walk its bytes strictly and interpret every value.

    Raises Refused, with the reason; nothing of a library's own message goes with it.
    """
    data = _bytes_of(path, limits)
    return read_bytes(data, limits)


def read_bytes(data: bytes, limits: Limits) -> Source:
    """`read` for bytes that are already there."""
    know_additions()
    meta = read_file_meta(data)
    syntax = syntax_of(meta.transfer_syntax)
    body, start = (inflate(data[meta.start :], limits.file_bytes), 0) if syntax.deflated else (data, meta.start)
    tree = walk(body, start, implicit=syntax.implicit, little=syntax.little, limits=limits)
    if _DIRECTORY_RECORDS in tree.elements:
        raise Refused(ReasonCode.DICOMDIR)
    with quiet():
        dataset = build(tree)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = UID(syntax.uid)
    return Source(hashlib.sha256(data).hexdigest(), len(data), dataset, syntax.uid)


def digest_of(path: Path) -> str:
    """The SHA-256 of a file in hex; Refused(UNREADABLE) where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        raise Refused(ReasonCode.UNREADABLE) from None


def looks_like_dicom(path: Path) -> bool:
    """Whether a file may be DICOM by its first bytes: the prefix, or a plausible first element.

    For walks over folders: what does not look like DICOM is skipped.  Refused(UNREADABLE) where it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return starts_like_dicom(file.read(PREAMBLE + 16))
    except OSError:
        raise Refused(ReasonCode.UNREADABLE) from None


def facts_of(dataset: pydicom.Dataset, keywords: Iterable[str]) -> Facts:
    """The values of the named attributes at the root of a data set, as text; sequences and bytes are left out."""
    values: dict[str, tuple[str, ...]] = {}
    for keyword in keywords:
        element = _element(dataset, keyword)
        if element is not None and element.VR != "SQ" and not isinstance(element.value, bytes):
            values[keyword] = _texts(element.value)
    return Facts(values)


def _element(dataset: pydicom.Dataset, keyword: str) -> pydicom.DataElement | None:
    tag = _tag(keyword)
    if tag is None:
        return None
    holder = getattr(dataset, "file_meta", {}) if tag.group == 2 else dataset
    return holder[tag] if tag in holder else None  # noqa: SIM401 - get() of a data set gives the value of a keyword


@cache
def _tag(keyword: str) -> BaseTag | None:
    """pydicom makes a tag anew at every look that is not given one; the keywords are those of our own rules."""
    number = tag_for_keyword(keyword)
    return None if number is None else BaseTag(number)


def _texts(value: object) -> tuple[str, ...]:
    if value is None or value == "":
        return ()
    return tuple(str(each) for each in (value if isinstance(value, MultiValue | list) else [value]))


def _bytes_of(path: Path, limits: Limits) -> bytes:
    """The whole file, unless it is larger than the limit when it is opened or while it is read."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, io.SEEK_END)
            if size > limits.file_bytes:
                raise Refused(ReasonCode.OVER_SIZE_LIMIT, "file")
            file.seek(0)
            data = file.read(size + 1)  # one more, to notice a file that grows
    except OSError:
        raise Refused(ReasonCode.UNREADABLE) from None
    if len(data) > limits.file_bytes:
        raise Refused(ReasonCode.OVER_SIZE_LIMIT, "file")
    return data
