"""Values as a person reads them: short, on one line, and nothing in them acts on whoever shows them."""

import hashlib
import unicodedata
from collections.abc import Iterable

from pydicom import DataElement

_LONGEST = 80  # characters
_FEW = 16  # numbers that are read one by one
_NUMBERS = frozenset(("DS", "IS", "FL", "FD", "SL", "SS", "UL", "US", "SV", "UV"))
_TEXT_IN_BYTES = 1024
# Controls turn lines around or end them; marks of direction, surrogates and code points of no meaning hide or reorder.
_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


def shown(element: DataElement) -> str:
    """The whole value of an element, several values joined by backslashes; "" for an empty one.

    Long texts are cut at 80 characters, bytes and long rows of numbers are told by their size; both end in the first
    digits of their SHA-256, so that what differs looks different.
    """
    if element.VR == "SQ":
        return _counted(len(element.value or ()), "item")
    values = values_of(element)
    if element.VR in _NUMBERS and len(values) > _FEW:
        numbers = numbers_of(element)
        ends = f", {min(numbers):g} to {max(numbers):g}" if numbers else ""
        return f"{_counted(len(values), 'number')}{ends} {_mark(repr(values).encode())}"
    if any(isinstance(value, bytes) for value in values):
        return _bytes(b"\\".join(value if isinstance(value, bytes) else str(value).encode() for value in values))
    return cut("\\".join(str(value) for value in values))


def values_of(element: DataElement) -> tuple[object, ...]:
    """The values of an element one by one; () where it is empty."""
    if element.is_empty:
        return ()
    return tuple(element.value) if element.VM > 1 else (element.value,)


def numbers_of(element: DataElement) -> list[float]:
    """The values of an element of numbers, without those that are none."""
    if element.VR not in _NUMBERS:
        return []
    return [number for value in values_of(element) if (number := _number(value)) is not None and number == number]  # noqa: PLR0124 - NaN


def cut(text: str, longest: int = _LONGEST) -> str:
    """The text on one line, cut where it is long; what cannot be seen is spelled, such as <U+202E>."""
    line = visible(text[:longest])
    return (
        line if len(text) <= longest else f"{line}… ({len(text)} characters {_mark(text.encode('utf-8', 'replace'))})"
    )


def visible(text: str) -> str:
    """The text with what cannot be seen spelled."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(f"<U+{ord(each):04X}>" if unicodedata.category(each) in _UNSEEN else each for each in text)


def _bytes(value: bytes) -> str:
    """Size and mark; text that stands in bytes is shown, since that is what a person looks for."""
    size = _counted(len(value), "byte")
    text = value.rstrip(b"\0 ")
    if 0 < len(value) <= _TEXT_IN_BYTES and text.isascii() and text.decode("ascii").isprintable() and text:
        return f"{cut(text.decode('ascii'))} [{size}]"
    return f"{size} {_mark(value)}"


def _mark(value: bytes) -> str:
    return f"#{hashlib.sha256(value).hexdigest()[:8]}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _number(value: object) -> float | None:
    try:
        return float(str(value))
    except (ValueError, OverflowError):
        return None


def spread(numbers: Iterable[float], lowest: float | None, highest: float | None) -> tuple[float | None, float | None]:
    """The lowest and the highest number so far, with these."""
    for number in numbers:
        lowest = number if lowest is None or number < lowest else lowest
        highest = number if highest is None or number > highest else highest
    return lowest, highest
