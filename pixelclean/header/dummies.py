"""Dummy values (action D): non-empty, valid, the same for everyone."""

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from pydicom import DataElement, Dataset, Sequence
from pydicom.datadict import dictionary_VR, keyword_for_tag

from pixelclean import resources
from pixelclean.errors import Refused
from pixelclean.header.annex_e.safe import tag_of
from pixelclean.reasons import ReasonCode

TEXT = "REMOVED"
NAME = "REMOVED^"
ENCAPSULATED_DOCUMENT = 0x00420011

_BY_VR: Mapping[str, object] = {
    "PN": NAME,
    "DA": "19000101",
    "DT": "19000101000000",
    "TM": "000000",
    "AS": "000Y",
    "AE": TEXT,
    "CS": TEXT,
    "SH": TEXT,
    "LO": TEXT,
    "ST": TEXT,
    "LT": TEXT,
    "UC": TEXT,
    "UT": TEXT,
    "UR": "about:blank",
    "UI": "2.25.0",
    "DS": "0",
    "IS": "0",
    "FL": 0.0,
    "FD": 0.0,
} | dict.fromkeys(("US", "SS", "UL", "SL", "UV", "SV", "US or SS", "AT"), 0)

_NOTHING_TO_SEE = b"\0\0"

_PDF = (
    b"%PDF-1.4\n"
    b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>endobj\n"
    b"xref\n"
    b"0 4\n"
    b"0000000000 65535 f \n"
    b"0000000009 00000 n \n"
    b"0000000052 00000 n \n"
    b"0000000101 00000 n \n"
    b"trailer<</Size 4/Root 1 0 R>>\n"
    b"startxref\n"
    b"162\n"
    b"%%EOF\n"
)

# The least document of each MIME type that DICOM encapsulates (PS3.3 A.45, A.85); an odd length is padded on writing.
_DOCUMENTS: Mapping[str, bytes] = {
    "application/pdf": _PDF,
    "text/xml": b'<?xml version="1.0"?>\n<removed/>\n',
    "model/stl": bytes(84),
    "model/obj": b"# removed\n",
    "model/mtl": b"# removed\n",
}


def dummy(tag: int, vr: str) -> object:
    """A value for an attribute: a text, number, bytes or `Sequence` of one item, as its VR demands."""
    keyword = keyword_for_tag(tag)
    if vr == "SQ":
        return Sequence([_item(_shapes()["item"].get(keyword, {}))])
    return _shapes()["value"].get(keyword, _BY_VR.get(vr, _NOTHING_TO_SEE))


def document(mime_type: str) -> bytes:
    """An empty document of that MIME type; a type that has none here is refused."""
    if mime_type.lower() not in _DOCUMENTS:
        raise Refused(ReasonCode.SOP_CLASS_REFUSED, "00420012: no empty document of this type")
    return _DOCUMENTS[mime_type.lower()]


@cache
def texts() -> frozenset[str]:
    """Every text that this module writes, so that none of them is taken for an original."""
    written = (value for value in (*_BY_VR.values(), *_shapes()["value"].values()) if isinstance(value, str))
    return frozenset(written)


def _item(shape: Mapping[str, Any]) -> Dataset:
    item = Dataset()
    for keyword, value in shape.items():
        tag = tag_of(keyword)
        item.add(DataElement(tag, dictionary_VR(tag), _value(dictionary_VR(tag), value)))
    return item


def _value(vr: str, value: Any) -> Any:
    if vr == "SQ":
        return Sequence([_item(shape) for shape in value])
    return value.encode() if vr == "OB" else value


@cache
def _shapes() -> Any:
    table = tomllib.loads(resources.rules("header", "dummies.toml").read_text("utf-8"))
    return {"value": table["value"], "item": table["item"]}
