"""Values as texts, whatever state they are in."""

from pydicom import DataElement, Dataset
from pydicom.multival import MultiValue


def values_of(element: DataElement) -> tuple[object, ...]:
    """The values of an element, one by one; () where it is empty."""
    value = element.value
    if value is None or value == "":
        return ()
    return tuple(value) if isinstance(value, MultiValue | list | tuple) else (value,)


def texts_of(element: DataElement) -> tuple[str, ...]:
    """The non-empty values of an element as texts; bytes are not text."""
    texts = (str(value).strip(" \0") for value in values_of(element) if not isinstance(value, bytes))
    return tuple(text for text in texts if text)


def text_at(dataset: Dataset, keyword: str) -> str:
    """The first value of an attribute as text; "" where it is absent, empty, or does not decode."""
    try:
        return next(iter(texts_of(dataset[keyword])), "") if keyword in dataset else ""
    except Exception:  # noqa: BLE001 - pydicom promises no exception type for a value that does not decode
        return ""
