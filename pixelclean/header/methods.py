"""De-identification Method: what a policy does, in texts and codes, and what earlier steps left behind."""

import re
import tomllib
from collections.abc import Iterator
from functools import cache, lru_cache

from pydicom import Dataset
from pydicom.datadict import dictionary_VR, keyword_for_tag, tag_for_keyword

from pixelclean import resources
from pixelclean.assignments import Assignments
from pixelclean.header.annex_e.by_vr import DATES
from pixelclean.header.annex_e.orders import is_profile_or_stricter, orders_of
from pixelclean.header.identity.harvest import read
from pixelclean.header.marks import Method
from pixelclean.header.past import is_own, says_deidentified
from pixelclean.header.values import text_at, texts_of
from pixelclean.key import ProjectKey
from pixelclean.options import CODES, Option
from pixelclean.overrides import Means, Override
from pixelclean.policy import DateShift, HeaderPolicy, Policy
from pixelclean.version import __version__

BASIC_PROFILE = "113100"
ENCRYPTED = "originals encrypted for whoever holds the private key"
EARLIER = "earlier de-identification, its description removed"
_SHIFTS = {DateShift.DAYS: "whole days", DateShift.DAYS_AND_SECONDS: "days and seconds"}
_LONGEST = 64  # VR LO
_POLICY = re.compile(r"policy [ -~]{1,57}")
_OF_ATTRIBUTE = re.compile(r"([A-Za-z]+): (?:bins|rare)")
_MOVED = "dates moved by"
_BY_DATES_LEFT = {"UNMODIFIED": CODES[Option.RETAIN_FULL_DATES], "MODIFIED": CODES[Option.RETAIN_MODIFIED_DATES]}
_OF_DATES = frozenset(_BY_DATES_LEFT.values())
_CLEANING = (Option.CLEAN_PIXEL_DATA, Option.CLEAN_GRAPHICS, Option.CLEAN_STRUCTURED_CONTENT, Option.CLEAN_DESCRIPTORS)
_CLEANED = frozenset(CODES[option] for option in _CLEANING)
_METHOD, _CODES = 0x00120063, 0x00120064


@lru_cache(maxsize=16)
def method_of(policy: Policy) -> Method:
    """What a policy does to a header.  113100 only where it is the profile or stricter; pixels are not spoken of."""
    header = policy.header
    options = [option for option in header.options if option is not Option.CLEAN_PIXEL_DATA]
    profile = (BASIC_PROFILE,) if is_profile_or_stricter(header) else ()
    texts = tuple(text[:_LONGEST] for text in _texts(policy))
    return Method((*profile, *(CODES[option] for option in options)), texts)


def method_for(policy: Policy, dates_left: str) -> Method:
    """The same for one file, by its Longitudinal Temporal Information Modified: an earlier step may have left less."""
    method = method_of(policy)
    code = _BY_DATES_LEFT.get(dates_left, "")
    codes = (code if each in _OF_DATES else each for each in method.codes)
    texts = (text for text in method.texts if dates_left == "MODIFIED" or not text.startswith(_MOVED))
    return Method(tuple(filter(None, codes)), tuple(texts))


def earlier_method(source: Dataset, key: ProjectKey, assignments: Assignments, policy: Policy) -> Method:
    """What earlier steps said, as far as it may be repeated.

    Texts that are known to come from a program are kept.  Codes are claims about this file, so only those are kept that
    this key's own run made: the file bears a UID or Patient ID that nobody else can make.  What was cleaned stays so; the
    profile, and what is retained, is claimed by the last stage or not at all; originals that were encrypted do not go on.
    """
    if not says_deidentified(source):
        return Method((), ())
    own = is_own(source, key, assignments)
    given = [text for text in _values(source, _METHOD) if text != ENCRYPTED]
    texts = tuple(text if _is_known(text) or (own and _POLICY.fullmatch(text)) else EARLIER for text in given)
    lasting = _CLEANED | set(method_of(policy).codes)
    codes = tuple(code for code in _own_codes(source) if code in lasting and code not in _OF_DATES) if own else ()
    return Method(codes, texts or ((EARLIER,) if not own else ()))


def _texts(policy: Policy) -> Iterator[str]:
    header = policy.header
    yield f"pixelclean {__version__}: DICOM PS3.15 2026d Annex E"
    yield f"policy {policy.name} {policy.version}"
    if _moves_dates(header):
        yield f"{_MOVED} {_SHIFTS[header.shift]}, one shift a patient"
    if Option.RETAIN_PATIENT_CHARACTERISTICS in header.options or _orders_age(header):
        yield f"ages over {header.oldest_age} years as one group"
    if Option.RETAIN_PATIENT_ID_HASH in header.options:
        yield "Patient ID is a keyed hash"
    yield from filter(None, map(_of_order, header.attributes))


def _moves_dates(header: HeaderPolicy) -> bool:
    return Option.RETAIN_MODIFIED_DATES in header.options or any(
        order.means is Means.CLEAN and dictionary_VR(tag) in DATES for tag, order in orders_of(header).items()
    )


def _orders_age(header: HeaderPolicy) -> bool:
    return any(order.is_of_age for order in header.attributes)


def _of_order(order: Override) -> str:
    name = order.attribute if "," not in order.attribute else keyword_for_tag(order.attribute.replace(",", ""))
    match order.means:
        case Means.BIN if order.width:
            unit = " years" if order.is_of_age else ""
            return f"{name}: bins of {order.width:g}{unit}, lower bound written"
        case Means.BIN:
            return f"{name}: rare values bounded"
        case Means.ONLY:
            return f"{name}: rare values emptied"
        case _:
            return ""


def _values(source: Dataset, tag: int) -> tuple[str, ...]:
    element = read(source, source[tag].tag) if tag in source else None
    return texts_of(element) if element is not None and element.VR != "SQ" else ()


def _own_codes(source: Dataset) -> Iterator[str]:
    for item in source.get("DeidentificationMethodCodeSequence") or ():
        code = text_at(item, "CodeValue")
        if code == BASIC_PROFILE or code in CODES.values():
            yield code


def _is_known(text: str) -> bool:
    attribute = _OF_ATTRIBUTE.match(text)
    if attribute is not None and tag_for_keyword(attribute[1]) is None:
        return False  # a word that anybody may have put there
    return any(pattern.fullmatch(text) for pattern in _patterns())


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    table = tomllib.loads(resources.rules("header", "methods.toml").read_text("utf-8"))
    return tuple(re.compile(pattern) for group in ("pixelclean", "others") for pattern in table[group])
