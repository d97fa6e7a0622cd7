"""Coded values: what of a code passes (PS3.3 section 8; schemes in rules/header/safe_text.toml).

A code of a published scheme says the same everywhere: it passes.  A local code was invented at one site or by one
vendor, and so was its meaning: designator, value and meaning are replaced, the value by a keyed pseudonym, so that equal
codes stay equal.
"""

from pydicom import Dataset

from pixelclean.header.safe import reviewed
from pixelclean.header.uids import replaced
from pixelclean.key import ProjectKey

_DESIGNATOR = 0x00080102
_UID = 0x0008010C
_URN = 0x00080120
_VALUES = (0x00080100, 0x00080119)
LOCAL_SCHEME = "99REMOVED"
LOCAL_MEANING = "REMOVED"


def is_published(item: Dataset) -> bool:
    """Whether the code in this item, or the scheme that it describes, belongs to a published scheme and looks like it."""
    pattern = reviewed().schemes.get(_text(item, _DESIGNATOR))
    values = [_text(item, tag) for tag in _VALUES if tag in item]
    return pattern is not None and _URN not in item and all(pattern.fullmatch(value) for value in values if value)


def local(tag: int, value: str, designator: str, key: ProjectKey) -> str:
    """What stands for one part of a local code."""
    if not value:
        return value
    if tag == _UID:
        return replaced(value, key)
    if tag == _URN:
        return f"urn:oid:{key.uid(value)}"
    if tag in _VALUES:
        return key.pseudonym("code", f"{designator}\0{value}", 12)
    return LOCAL_SCHEME if tag == _DESIGNATOR else LOCAL_MEANING


def designator_of(item: Dataset) -> str:
    """The coding scheme designator of an item, "" when it has none."""
    return _text(item, _DESIGNATOR)


def _text(item: Dataset, tag: int) -> str:
    return str(item[tag].value or "").strip() if tag in item else ""
