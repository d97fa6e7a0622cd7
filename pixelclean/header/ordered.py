"""What a policy orders for single attributes, done: a value, a bin, one of some values, a derived age."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from itertools import islice

from pydicom import Dataset
from pydicom.datadict import keyword_for_tag

from pixelclean.header import ages
from pixelclean.header.forms import has_form
from pixelclean.header.study_days import study_days
from pixelclean.header.values import text_at, whole_text_at
from pixelclean.overrides import Means, Override

_TOO_LARGE = Decimal(10) ** 12  # what is not written in the 16 characters of VR DS
_LONGEST = 16
_OLDEST = 999  # years of an age, VR AS


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
        case Means.BIN if order.is_of_age:
            return _each(texts or _derived(item), lambda text: _binned_age(text, order, oldest_age))
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
    birth = text_at(item, "PatientBirthDate")
    found = (ages.age_between(birth, day) for day in study_days(item))
    return tuple(islice(filter(None, found), 1))


def _binned_age(text: str, order: Override, oldest_age: int) -> str | None:
    """The lower bound of the age's bin; a bin of one year where only bounds are ordered."""
    bounds = int(order.lowest or 0), _OLDEST if order.highest is None else int(order.highest)
    return ages.binned(text, int(order.width) or 1, oldest_age, *bounds)


def _binned(text: str, order: Override) -> str | None:
    """The lower bound of the number's bin, never below `lowest`; "" for "", None for what is no number or has no room."""
    if not text.strip():
        return ""
    number = _number_in(text)
    if number is None or not (number := _bounded(number, order)).copy_abs() < _TOO_LARGE:
        return None
    if order.width:
        number = _lower_bound(number, _exactly(order.width))
        number = number if order.lowest is None else max(number, _exactly(order.lowest))
    written = f"{number.normalize() + 0:f}"  # zero has no sign
    return written if len(written) <= _LONGEST else None


def _number_in(text: str) -> Decimal | None:
    """Exactly what is written; None for what is no number, and for exponents that nobody measures."""
    try:
        return Decimal(text.strip()) if has_form("DS", text) else None
    except InvalidOperation:
        return None


def _bounded(number: Decimal, order: Override) -> Decimal:
    number = number if order.lowest is None else max(number, _exactly(order.lowest))
    return number if order.highest is None else min(number, _exactly(order.highest))


def _lower_bound(number: Decimal, width: Decimal) -> Decimal:
    """The multiple of `width` at or below `number`, exactly: in binary fractions 1.9 lies below 19 times 0.1."""
    towards_zero = number // width * width
    return towards_zero if towards_zero <= number else towards_zero - width


def _exactly(number: float) -> Decimal:
    """The number as it stands in the policy's file: the shortest digits that make the float."""
    return Decimal(repr(number))
