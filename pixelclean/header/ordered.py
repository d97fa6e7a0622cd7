"""What a policy orders for single attributes, done: a value, a bin, one of some values, a derived age."""

from collections.abc import Callable, Mapping
from math import floor, isfinite

from pydicom import Dataset
from pydicom.datadict import keyword_for_tag

from pixelclean.header import ages
from pixelclean.header.forms import has_form
from pixelclean.header.values import text_at, whole_text_at
from pixelclean.overrides import Means, Override

_TOO_LARGE = 1e12  # what is not written in the 16 characters of VR DS
_DAYS = ("StudyDate", "SeriesDate", "AcquisitionDate")


def ordered(order: Override, item: Dataset, texts: tuple[str, ...], oldest_age: int) -> str | None:
    """The values that the order makes of `texts`, joined by backslashes; None where one of them cannot be understood.

    An age that is missing is worked out from birth date and study date of `item`; "" where they do not tell.
    """
    match order.means:
        case Means.VALUE:
            return order.value
        case Means.ONLY:
            return "\\".join(text if text in order.only else "" for text in texts).strip("\\")
        case Means.DERIVE:
            return _each(texts or _derived(item), lambda text: ages.grouped(text, oldest_age))
        case Means.BIN if order.attribute == "PatientAge":
            width = max(1, round(order.width))
            return _each(texts or _derived(item), lambda text: ages.binned(text, width, oldest_age))
        case Means.BIN:
            return _each(texts, lambda text: _binned(text, order))
        case _:
            return None


def ordered_in(dataset: Dataset, orders: Mapping[int, Override]) -> frozenset[str]:
    """Values that the policy orders, and that stand at their attribute already: they say nothing about anybody.

    Elsewhere the same text is an identifier like any other.
    """
    values = {tag: order.value for tag, order in orders.items() if order.means is Means.VALUE and order.value}
    return frozenset(value for tag, value in values.items() if whole_text_at(dataset, keyword_for_tag(tag)) == value)


def _each(texts: tuple[str, ...], change: Callable[[str], str | None]) -> str | None:
    changed = [change(text) for text in texts]
    return None if None in changed else "\\".join(text for text in changed if text is not None)


def _derived(item: Dataset) -> tuple[str, ...]:
    day = next(filter(None, (text_at(item, keyword) for keyword in _DAYS)), "")
    age = ages.age_between(text_at(item, "PatientBirthDate"), day)
    return (age,) if age else ()


def _binned(text: str, order: Override) -> str | None:
    """The lower bound of the number's bin, inside the bounds."""
    if not has_form("DS", text) or not isfinite(number := float(text)):
        return None
    number = number if order.lowest is None else max(number, order.lowest)
    number = number if order.highest is None else min(number, order.highest)
    if not abs(number) < _TOO_LARGE:  # nor what is no number
        return None
    binned = floor(number / order.width) * order.width if order.width else number
    return f"{binned:.10g}"
