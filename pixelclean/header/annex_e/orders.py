"""The orders of a policy by tag, and whether they leave the Basic Profile whole."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType

from pydicom.datadict import dictionary_has_tag, dictionary_VR, keyword_for_tag, tag_for_keyword

from pixelclean.dicom.dictionary import know_additions
from pixelclean.errors import ConfigurationError
from pixelclean.header.annex_e import by_vr
from pixelclean.header.annex_e.actions import Action, cleaned
from pixelclean.header.annex_e.table import row_for
from pixelclean.header.written import is_value_of
from pixelclean.options import Option
from pixelclean.overrides import Means, Override
from pixelclean.policy import DateShift, HeaderPolicy

_MOVING: Mapping[DateShift, frozenset[str]] = MappingProxyType(
    {DateShift.DAYS: frozenset(("DA", "DT")), DateShift.DAYS_AND_SECONDS: by_vr.DATES}
)
"""VRs of values that a shift alters: whole days leave times of day."""
_ISSUER_OF_PATIENT_ID = 0x00100021
_OF_THE_PATIENT = 0x0010
_NOTHING_ORIGINAL = frozenset((Means.REMOVE, Means.EMPTY, Means.DUMMY, Means.VALUE))
_VRS: Mapping[Means, frozenset[str]] = MappingProxyType(
    {
        Means.BIN: frozenset(("AS", "DS", "IS")),
        Means.ONLY: frozenset(("CS", "SH", "LO", "AS")),
        Means.DERIVE: frozenset(("AS",)),
        Means.PSEUDONYM: frozenset(("LO", "SH", "AE", "UC", "PN")),
        Means.VALUE: (by_vr.TEXTUAL | by_vr.DATES | {"PN", "AE"}) - {"UI"},
    }
)
"""VRs that an order can be given for, where it cannot be for all."""
_KEEPING = frozenset((Action.KEEP, Action.KEEP_IF_WELL_FORMED, Action.KEEP_DATE, Action.KEEP_UID))
_LEAVING: Mapping[Means, frozenset[Action]] = MappingProxyType(
    {
        Means.CLEAN: _KEEPING | {Action.CLEAN, Action.SHIFT, Action.PSEUDONYM},
        Means.PSEUDONYM: _KEEPING | {Action.CLEAN, Action.DUMMY, Action.PSEUDONYM},
    }
)
"""What an attribute that the table does not name comes to without an order that leaves no more; else one that keeps."""
_UNALTERABLE = frozenset(
    (
        *(0x00080005, 0x00080016, 0x00080018, 0x0020000D, 0x0020000E),
        *(0x00120062, 0x00120063, 0x00120064, 0x0018A001, 0x00280301, 0x00280302, 0x00280303, 0x04000500),
    )
)


@lru_cache(maxsize=16)
def orders_of(policy: HeaderPolicy) -> Mapping[int, Override]:
    """By tag; ConfigurationError for what is no attribute or cannot be ordered for it, and where some dates would stay
    beside others that move.
    """
    know_additions()
    orders = _by_tag(policy)
    _check_dates(policy, orders)
    return MappingProxyType(orders)


def _by_tag(policy: HeaderPolicy) -> dict[int, Override]:
    orders: dict[int, Override] = {}
    for order in policy.attributes:
        tag = _tag(order)
        if tag in orders:
            raise ConfigurationError(f"header.attributes.{order.attribute}: another order names the same attribute")
        orders[tag] = order
    return orders


def _check_dates(policy: HeaderPolicy, orders: Mapping[int, Override]) -> None:
    """No date is kept beside one that moves: the interval between the two would tell by how much."""
    of_dates = {tag: order.means for tag, order in orders.items() if dictionary_VR(tag) in _MOVING[policy.shift]}
    means = set(of_dates.values())
    keeps = Option.RETAIN_FULL_DATES in policy.options or Means.KEEP in means
    if keeps and (Option.RETAIN_MODIFIED_DATES in policy.options or Means.CLEAN in means):
        named = sorted(keyword_for_tag(tag) for tag, each in of_dates.items() if each in (Means.KEEP, Means.CLEAN))
        raise ConfigurationError(
            f"header.attributes: {', '.join(named)}: dates that stay beside dates that move would tell by how much"
        )


def is_profile_or_stricter(policy: HeaderPolicy) -> bool:
    """Whether every order leaves at most what profile and options leave: only then may 113100 be claimed."""
    return all(_is_as_strict(order, tag, policy) for tag, order in orders_of(policy).items())


def retains(policy: HeaderPolicy) -> Callable[[int], bool]:
    """Tells the attributes whose values the policy lets through as they are, or what they name by another name."""
    orders, options = orders_of(policy), policy.options
    private = {Option.RETAIN_SAFE_PRIVATE, Option.RETAIN_UIDS} <= set(options)

    def retained(tag: int) -> bool:
        if tag >> 16 & 1:
            return private  # UIDs of safe private elements stay only where UIDs do
        if (order := orders.get(tag)) is not None:
            return order.means is Means.KEEP
        if tag == _ISSUER_OF_PATIENT_ID and Option.RETAIN_INSTITUTION_IDENTITY in options:
            return True  # it goes, and yet it is the short name of an institution that stays by its long one
        row = row_for(tag)
        return row is not None and row.code(options) == "K"

    return retained


def left_of_dates(policy: HeaderPolicy) -> str:
    """What options and orders leave of dates and times: a value of Longitudinal Temporal Information Modified.

    No policy keeps some dates and moves others (`orders_of`).
    """
    of_dates = {order.means for tag, order in orders_of(policy).items() if dictionary_VR(tag) in by_vr.DATES}
    if Option.RETAIN_MODIFIED_DATES in policy.options or Means.CLEAN in of_dates:
        return "MODIFIED"
    return "UNMODIFIED" if Option.RETAIN_FULL_DATES in policy.options or Means.KEEP in of_dates else "REMOVED"


def kept_by_order(policy: HeaderPolicy) -> frozenset[int]:
    """The attributes that the policy keeps by name, whoever they identify."""
    return frozenset(tag for tag, order in orders_of(policy).items() if order.means is Means.KEEP)


def _tag(order: Override) -> int:
    name = order.attribute
    tag = int(name.replace(",", ""), 16) if "," in name else tag_for_keyword(name)
    if tag is None or tag >> 16 & 1 or not dictionary_has_tag(tag) or not keyword_for_tag(tag):
        raise ConfigurationError(f"header.attributes.{name}: no attribute of the DICOM data dictionary")
    if tag >> 16 in (0x0000, 0x0002, 0x0004, 0x7FE0) or tag >> 24 in (0x50, 0x60) or _is_unalterable(tag):
        raise ConfigurationError(f"header.attributes.{name}: this attribute takes no order")
    vr = dictionary_VR(tag)
    if not _fits(order, tag, vr):
        raise ConfigurationError(f"header.attributes.{name}: {order.means} is nothing for VR {vr}")
    if order.means is Means.BIN:
        _check_bin(order, tag, vr)
    if not all(is_value_of(vr, text) for text in (order.value, *order.only)):
        raise ConfigurationError(f"header.attributes.{name}: a value is not one of VR {vr}")
    return tag


def _check_bin(order: Override, tag: int, vr: str) -> None:
    """Bins are for numbers about people.  What the pixels mean, how large and where they are is none of these: a slope of 0
    for one of 0.7 would be another image, and no reader could tell.
    """
    where = f"header.attributes.{order.attribute}"
    if tag >> 16 != _OF_THE_PATIENT and row_for(tag) is None:
        raise ConfigurationError(f"{where}: bins are for attributes of the patient (0010,xxxx) and of Table E.1-1")
    if vr == "AS" and not order.is_of_age:
        raise ConfigurationError(f"{where}: of ages only PatientAge has bins")
    if vr == "IS" and any(number % 1 for number in order.numbers.values()):
        raise ConfigurationError(f"{where}: expected whole numbers, as VR IS has")


def _is_unalterable(tag: int) -> bool:
    """What says of which kind the object is, how its pixels and texts are to be read, and what was done to it."""
    return tag in _UNALTERABLE or 0x00280002 <= tag <= 0x00280103


def _fits(order: Override, tag: int, vr: str) -> bool:
    match order.means:
        case Means.CLEAN:
            return cleaned(tag, vr) is not None
        case Means.DUMMY:
            return " or " not in vr
        case means:
            return vr in _VRS.get(means, {vr})


def _is_as_strict(order: Override, tag: int, policy: HeaderPolicy) -> bool:
    if order.means in _NOTHING_ORIGINAL:
        return True
    row = row_for(tag)
    if row is None:
        return by_vr.fate(tag, dictionary_VR(tag), policy.options)[0] in _LEAVING.get(order.means, _KEEPING)
    code = row.code(policy.options)
    match order.means:
        case Means.KEEP | Means.DERIVE:
            return code == "K"
        case Means.PSEUDONYM:
            return code in ("K", "C") or "D" in code or "Z" in code
        case _:
            return code in ("K", "C")
