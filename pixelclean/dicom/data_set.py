"""A data set without a file around it, as it lies encrypted in a value of another data set (PS3.5 7, PS3.15 E.1.1)."""

from itertools import chain

from pydicom import Dataset

from pixelclean.dicom.body import body
from pixelclean.dicom.convert import build
from pixelclean.dicom.dictionary import know_additions
from pixelclean.dicom.element import Element
from pixelclean.dicom.inflate import inflate
from pixelclean.dicom.quiet import quiet
from pixelclean.dicom.stored import pieces
from pixelclean.dicom.structure import walk
from pixelclean.dicom.syntaxes import syntax_of
from pixelclean.errors import Refused
from pixelclean.policy import Limits
from pixelclean.reasons import ReasonCode

_CHARACTER_SET = 0x00080005


def encode_data_set(dataset: Dataset, transfer_syntax: str) -> bytes:
    """The bytes of a data set in a native transfer syntax that is not deflated.

    Raises Refused(NOT_ENCODED) where a value cannot be encoded.
    """
    syntax = syntax_of(transfer_syntax)
    try:
        with quiet():
            elements = body(dataset, implicit=syntax.implicit, little=syntax.little)
            return b"".join(chain.from_iterable(pieces(element) for element in elements))
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - pydicom raises anything
        raise Refused(ReasonCode.NOT_ENCODED, "data set") from None


def decode_data_set(data: bytes, transfer_syntax: str, limits: Limits, character_sets: str) -> Dataset:
    """The data set that `data` encodes, walked as strictly as a file.

    `character_sets`, the value of Specific Character Set with its backslashes, holds where the data set names none.
    Raises Refused.
    """
    know_additions()
    syntax = syntax_of(transfer_syntax)
    plain = inflate(data, limits.loaded_bytes) if syntax.deflated else data
    tree = walk(plain, 0, implicit=syntax.implicit, little=syntax.little, limits=limits)
    tree.elements.setdefault(
        _CHARACTER_SET, Element(_CHARACTER_SET, "CS", character_sets.encode("ascii", "replace"), 0)
    )
    with quiet():
        return build(tree)
