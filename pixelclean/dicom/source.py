"""Source: one file, read once and interpreted to its last element."""

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass
from errno import errorcode
from functools import cache
from pathlib import Path
from typing import Self

import pydicom
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import FileMetaDataset
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag
from pydicom.uid import UID

from pixelclean.dicom.convert import build
from pixelclean.dicom.dictionary import know_additions
from pixelclean.dicom.element import Item
from pixelclean.dicom.file_meta import PREAMBLE, read_file_meta, starts_like_dicom
from pixelclean.dicom.inflate import inflated
from pixelclean.dicom.long_file import LongFile
from pixelclean.dicom.quiet import quiet
from pixelclean.dicom.stored import IN_MEMORY, Gathered, OpenFile, Spool, Stored, Value, pieces
from pixelclean.dicom.structure import walk
from pixelclean.dicom.syntaxes import TransferSyntax, syntax_of
from pixelclean.errors import Refused
from pixelclean.facts import Facts
from pixelclean.policy import Limits
from pixelclean.reasons import ReasonCode

_DIRECTORY_RECORDS = 0x00041220
_META = 1 << 20  # bytes in which the file meta information of a long file ends


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Source:
    """A file's SHA-256 in hex, its size in bytes, its data set (never changed) and its transfer syntax UID.

    `dataset.file_meta` holds the transfer syntax only: nothing else of the file meta information is carried on.
    Pixel data of a long file are a `Stored` there, which reads from the file; `watch` is on that file.
    """

    digest: str
    size: int
    dataset: pydicom.Dataset
    transfer_syntax: str
    watch: "Watch | None" = None

    def require_unchanged(self) -> None:
        """Raise Refused(UNREADABLE) where a file that is still read from is not what it was when it was opened."""
        if self.watch is not None and not self.watch.holds:
            raise Refused(ReasonCode.UNREADABLE, "the file changed while it was cleaned")


@dataclass(frozen=True, slots=True)
class Watch:
    """What the system says of an open file: its size, and when it was written last."""

    file: OpenFile
    size: int
    written: int

    @classmethod
    def on(cls, file: OpenFile) -> Self:
        """From now on."""
        status = os.fstat(file.number)
        return cls(file, status.st_size, status.st_mtime_ns)

    @property
    def holds(self) -> bool:
        """Whether nobody has written to it since."""
        return Watch.on(self.file) == self


def read(path: Path, limits: Limits, spool: Spool = IN_MEMORY) -> Source:
    """Read one file, walk its bytes strictly and interpret every value.

    A deflated data set is inflated into `spool`.  Raises Refused, with the reason; nothing of a library's own message
    goes with it.
    """
    try:
        watch = Watch.on(OpenFile.of(path))
        if watch.size > limits.file_bytes:
            raise Refused(ReasonCode.OVER_SIZE_LIMIT, "file")
        stored = Stored(watch.file, 0, watch.size)
        if watch.size > limits.resident_bytes:
            return _read_long(stored, watch, limits, spool)
        source = read_bytes(stored.read(0, watch.size), limits, spool)
    except OSError:
        raise Refused(ReasonCode.UNREADABLE) from None
    if not watch.holds:
        raise Refused(ReasonCode.UNREADABLE, "the file changed while it was read")
    return source


def read_bytes(data: bytes, limits: Limits, spool: Spool = IN_MEMORY) -> Source:
    """`read` for bytes that are already there."""
    know_additions()
    meta = read_file_meta(data)
    syntax = syntax_of(meta.transfer_syntax)
    if syntax.deflated:
        tree = _inflated_tree(data[meta.start :], syntax, limits, spool)
    else:
        tree = _tree(data, meta.start, syntax, limits)
    return Source(hashlib.sha256(data).hexdigest(), len(data), _interpreted(tree, syntax), syntax.uid)


def _read_long(stored: Stored, watch: Watch, limits: Limits, spool: Spool) -> Source:
    """A file that is not read into memory but for its header."""
    know_additions()
    meta = read_file_meta(stored.read(0, _META))
    syntax = syntax_of(meta.transfer_syntax)
    if syntax.deflated:
        tree = _inflated_tree(stored.within(meta.start, len(stored)), syntax, limits, spool)
    else:
        tree = LongFile(stored.file, len(stored), meta.start, syntax, limits).tree()
    state = hashlib.sha256()
    for piece in stored.pieces():
        state.update(piece)
    return Source(state.hexdigest(), len(stored), _interpreted(tree, syntax), syntax.uid, watch)


def _inflated_tree(deflated: Value, syntax: TransferSyntax, limits: Limits, spool: Spool) -> Item:
    """What a deflated data set holds; in memory no more than is read at once."""
    try:
        value = _inflated(deflated, syntax, limits, spool)
    except OSError as error:  # the disk, not the file: a later run tries again
        raise Refused(ReasonCode.NOT_DELIVERED, errorcode.get(error.errno or 0, "")) from None
    if isinstance(value, Stored):
        return LongFile(value.file, len(value), 0, syntax, limits).tree()
    return _tree(value, 0, syntax, limits)


def _inflated(deflated: Value, syntax: TransferSyntax, limits: Limits, spool: Spool) -> Value:
    """A few bytes inflate to thousands of times as many: more than are read at once have to be announced as pixels."""
    gathered, most, is_announced = Gathered(spool), limits.loaded_bytes, False
    for piece in inflated(pieces(deflated), limits.file_bytes):
        gathered.add(piece)
        so_far = gathered.value() if gathered.length > most and not is_announced else None
        if isinstance(so_far, Stored):
            most, is_announced = LongFile(so_far.file, len(so_far), 0, syntax, limits).announced(), True
        if gathered.length > most:
            raise Refused(ReasonCode.OVER_SIZE_LIMIT, "deflated data set")
    return gathered.value()


def _tree(data: bytes, start: int, syntax: TransferSyntax, limits: Limits) -> Item:
    return walk(data, start, implicit=syntax.implicit, little=syntax.little, limits=limits)


def _interpreted(tree: Item, syntax: TransferSyntax) -> pydicom.Dataset:
    if _DIRECTORY_RECORDS in tree.elements:
        raise Refused(ReasonCode.DICOMDIR)
    with quiet():
        dataset = build(tree)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = UID(syntax.uid)
    return dataset


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
