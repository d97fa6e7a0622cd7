"""The header of a file: as many of its bytes as come before the pixels, and of these no more than is asked for."""

from collections.abc import Callable
from pathlib import Path

import pydicom

from pixelclean.dicom.convert import build
from pixelclean.dicom.dictionary import know_additions
from pixelclean.dicom.element import Item, SequenceElement
from pixelclean.dicom.file_meta import read_file_meta
from pixelclean.dicom.inflate import inflated_start
from pixelclean.dicom.quiet import quiet
from pixelclean.dicom.structure import walk_until
from pixelclean.dicom.syntaxes import syntax_of
from pixelclean.errors import Refused
from pixelclean.policy import Limits
from pixelclean.reasons import ReasonCode

_DIRECTORY_RECORDS = 0x00041220
_PIXELS = 0x7FE00000  # from this tag on: offset tables, pixel data, padding, signatures
_CHARACTER_SET = 0x00080005
_FIRST, _MORE = 1 << 18, 8  # bytes of the first look, and how many times as many the next one takes in

Wanted = Callable[[int, str | None], bool]


def read_header(path: Path, limits: Limits, wanted: Wanted) -> pydicom.Dataset:
    """The elements before the pixels that are `wanted` by tag and VR (None where the encoding does not say it).

    Sequences are there as far as anything in them is wanted.  The walk is as strict as that of `source.read`, but for
    what it does not come to; a file that is cut short in its pixels has a header.  Raises Refused.
    """
    know_additions()
    tree = _tree(path, limits)
    if _DIRECTORY_RECORDS in tree.elements:
        raise Refused(ReasonCode.DICOMDIR)
    _keep(tree, wanted)
    with quiet():
        return build(tree)


def _tree(path: Path, limits: Limits) -> Item:
    """The walked header; reads on as long as the bytes so far end before it does."""
    try:
        with path.open("rb") as file:
            data, size = b"", _FIRST
            while True:
                data += file.read(size - len(data))
                tree = _walked(data, size, limits)
                if tree is not None:
                    return tree
                if size >= limits.loaded_bytes:
                    raise Refused(ReasonCode.OVER_SIZE_LIMIT, "what stands before the pixel data")
                size = min(size * _MORE, limits.loaded_bytes)
    except OSError:
        raise Refused(ReasonCode.UNREADABLE) from None


def _walked(data: bytes, size: int, limits: Limits) -> Item | None:
    """The header in the first `size` bytes, of a file or of what it inflates to; None where it may go on behind them."""
    is_whole = len(data) < size
    try:
        meta = read_file_meta(data)
        syntax, body, start = syntax_of(meta.transfer_syntax), data, meta.start
        if syntax.deflated:
            body, start = inflated_start(data[start:], size), 0
            is_whole = is_whole and len(body) < size
        tree, reached = walk_until(_PIXELS, body, start, implicit=syntax.implicit, little=syntax.little, limits=limits)
    except Refused as refused:
        if refused.code is ReasonCode.TRUNCATED and not is_whole:
            return None
        raise
    return tree if reached is not None or is_whole else None


def _keep(item: Item, wanted: Wanted) -> None:
    """Drop what is not wanted, and what would then be empty; character sets say how to read the rest."""
    for tag, element in list(item.elements.items()):
        if isinstance(element, SequenceElement):
            for below in element.items:
                _keep(below, wanted)
            element.items = [below for below in element.items if below.elements.keys() - {_CHARACTER_SET}]
            if not element.items:
                del item.elements[tag]
        elif tag != _CHARACTER_SET and not wanted(tag, element.vr):
            del item.elements[tag]
