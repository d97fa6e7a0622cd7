"""Values as texts, whatever state they are in."""

from functools import cache

from pydicom import DataElement, Dataset
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag, Tag
from pydicom.valuerep import PersonName

_REPLACEMENT = "\ufffd"


def values_of(element: DataElement) -> tuple[object, ...]:
    """The values of an element, one by one; () where it is empty."""
    value = element.value
    if value is None or value == "":
        return ()
    return tuple(value) if isinstance(value, MultiValue | list | tuple) else (value,)


def texts_of(element: DataElement) -> tuple[str, ...]:
    """The non-empty values of an element as texts, a name with bad characters also as its bytes read one by one."""
    texts: list[str] = []
    for value in values_of(element):
        if isinstance(value, bytes):
            texts.extend(texts_of_bytes(value))
            continue
        texts.append(str(value).strip(" \0"))
        if isinstance(value, PersonName) and _REPLACEMENT in texts[-1] and isinstance(value.original_string, bytes):
            texts.extend(texts_of_bytes(value.original_string))
    return tuple(text for text in texts if text)


def texts_of_bytes(value: bytes) -> tuple[str, ...]:
    """The texts that bytes may be, one by one, without padding; ISO 8859-1 reads any bytes."""
    readings = {_decoded(value, encoding) for encoding in ("latin-1", "utf-8")}
    texts = (text.strip(" \0") for reading in sorted(readings) for text in reading.split("\\"))
    return tuple(text for text in texts if text)


def _decoded(value: bytes, encoding: str) -> str:
    return value.replace(b"\0", b"").decode(encoding, errors="ignore")


@cache
def _tag(keyword: str) -> BaseTag:
    """pydicom looks a keyword up, and makes a tag of it, at every call."""
    return Tag(keyword)


def text_at(dataset: Dataset, keyword: str) -> str:
    """The first value of an attribute as text; "" where it is absent, empty, or does not decode."""
    try:
        tag = _tag(keyword)
        return next(iter(texts_of(dataset[tag])), "") if tag in dataset else ""
    except Exception:  # noqa: BLE001 - pydicom promises no exception type for a value that does not decode
        return ""


def whole_text_at(dataset: Dataset, keyword: str) -> str:
    """Every value of an attribute, joined by backslashes; "" where it is absent, empty, or does not decode."""
    try:
        return "\\".join(texts_of(dataset[keyword])) if keyword in dataset else ""
    except Exception:  # noqa: BLE001 - pydicom promises no exception type for a value that does not decode
        return ""


def numbers_at(dataset: Dataset, tag: int) -> tuple[int, ...]:
    """The values of an attribute as integers; () where it is absent, or holds anything else."""
    try:
        return tuple(int(str(value)) for value in values_of(dataset[tag])) if tag in dataset else ()
    except Exception:  # noqa: BLE001 - pydicom promises no exception type for a value that does not decode
        return ()
