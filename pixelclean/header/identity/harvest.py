"""What identifies in a source data set, taken before the header is cleaned."""

import re
from collections.abc import Callable, Iterator

from pydicom import DataElement, Dataset
from pydicom.tag import BaseTag

from pixelclean.dicom.dictionary import know_additions
from pixelclean.errors import Refused
from pixelclean.header.ages import age_between
from pixelclean.header.identity.identifier import Identifier, Kind, Trace, day_of
from pixelclean.header.identity.identifiers import Identifiers
from pixelclean.header.identity.kept_uids import told_in
from pixelclean.header.identity.telling import Coded, kind_at, meant_vr, telling
from pixelclean.header.legible import readings_of
from pixelclean.header.uids import is_registered
from pixelclean.header.values import text_at, texts_of, texts_of_bytes
from pixelclean.header.words import Words, words_of
from pixelclean.phi import Phi
from pixelclean.reasons import ReasonCode

_SOP_CLASS_UID = 0x00080016  # the kind of the object; the rules for kinds know every value that they let pass
_PATIENT_AGE = 0x00101010
_CODE_VALUES = ("CodeValue", "LongCodeValue", "URNCodeValue")
_AGE = re.compile(r"([0-9]{1,3}) *([DWMY]?)", re.IGNORECASE)
_MOST = 5000
_SEXES = frozenset(("f", "m", "o", "female", "male", "other"))  # PS3.3 C.7.1.1, and what is typed instead


def _no_tag(_: int) -> bool:
    return False


def _no_text(_: str) -> bool:
    return False


def harvest(
    dataset: Dataset,
    retained: Callable[[int], bool] = _no_tag,
    siblings: frozenset[Trace] = frozenset(),
    made: Callable[[str], bool] = _no_text,
    ordered: frozenset[int] = frozenset(),
) -> Identifiers:
    """Names of patient and staff, IDs, addresses, places, devices, dates, traits and UIDs, at every depth.

    The attribute decides what a value is, not the value representation that the data set gives it.  Of a value that
    does not decode, the bytes are read as ISO 8859-1.

    `retained` tells the tags whose values the policy lets through: a place, device or date that stands at one of them
    is no identifier anywhere, nor is a UID that tells none of the others; names, IDs and addresses of persons always are.  `siblings` is what the
    index of the study knows.  `ordered` are tags that the policy keeps by name: what stands there identifies nobody any
    more, whatever it is.  `made` tells the values that leave as they came, since the project's key made them.
    """
    known = {trace for trace in siblings if not made(trace.identifier.value.reveal())}
    texts, spared = _without_retained(traces_of(dataset, made) | known, retained, ordered)
    if len(texts) > _MOST:
        raise Refused(ReasonCode.TOO_MANY_IDENTIFIERS, f"more than {_MOST}")
    uids = frozenset(_uids(dataset))
    kept = {uid for tag, uid in uids if retained(tag)}
    replaced = {uid for _, uid in uids if uid not in kept and not is_registered(uid) and not made(uid)}
    told = {uid for uid in told_in(kept, texts) if not is_registered(uid) and not made(uid)}
    return Identifiers(texts, frozenset(replaced | told), spared)


def traces_of(dataset: Dataset, made: Callable[[str], bool] = _no_text) -> frozenset[Trace]:
    """Everything that `harvest` finds in a data set but its UIDs, each with the attribute that it stands in."""
    know_additions()
    found = {(tag, kind, normal) for tag, kind, text in _texts(dataset) if (normal := _normal(kind, text))}
    if age := age_between(text_at(dataset, "PatientBirthDate"), text_at(dataset, "StudyDate")):
        found.add((_PATIENT_AGE, Kind.TRAIT, age))  # screens work it out where the header does not say it
    return frozenset(Trace(tag, Identifier(kind, Phi(text))) for tag, kind, text in found if not made(text))


def study_of(dataset: Dataset) -> str:
    """The Study Instance UID, "" where there is none."""
    return text_at(dataset, "StudyInstanceUID")


def _without_retained(
    traces: frozenset[Trace], retained: Callable[[int], bool], ordered: frozenset[int]
) -> tuple[frozenset[Identifier], frozenset[Words]]:
    """The identifiers, and what is none because it stands where the policy retains it, or is written like that."""
    soft = telling().retainable
    kept = frozenset(_words(trace) for trace in traces if trace.tag in ordered)
    spared = frozenset(_words(trace) for trace in traces if trace.tag in soft and retained(trace.tag)) | kept
    left = (
        trace
        for trace in traces
        if _words(trace) not in kept and (trace.tag not in soft or _words(trace) not in spared)
    )
    return frozenset(trace.identifier for trace in left), spared


def _words(trace: Trace) -> Words:
    return words_of(trace.identifier.value.reveal())


def _normal(kind: Kind, text: str) -> str:
    """The value in the form that an Identifier promises; "" where it is nothing of that kind."""
    match kind:
        case Kind.DATE:
            day = day_of(text)
            return f"{day:%Y%m%d}" if day and day.year > 999 else ""
        case Kind.TRAIT:
            if match := _AGE.fullmatch(text):
                return f"{int(match[1]):03d}{match[2].upper() or 'Y'}"
            return text[0].upper() if text.casefold() in _SEXES else ""
        case _:
            return text


def _texts(item: Dataset) -> Iterator[tuple[int, Kind, str]]:
    """Tag, kind and text of every value that identifies, at every depth."""
    for tag, element in decoded(item):
        if element is not None and element.VR == "SQ":
            coded = telling().coded.get(int(tag))
            for inner in element.value or ():
                yield from _texts(inner)
                yield from ((int(tag), kind, text) for kind, text in _codes(inner, coded))
            continue
        kind = kind_at(int(tag), element.VR if element is not None else "UN")
        if kind is not None:
            values = texts_of(element) if element is not None else _undecoded(item, tag)
            yield from ((int(tag), kind, text) for value in values for text in readings_of(value, item))


def _codes(item: Dataset, coded: Coded | None) -> Iterator[tuple[Kind, str]]:
    """What the code in an item names; nothing where its sequence codes neither people nor places."""
    if coded is not None:
        yield from ((coded.code, text_at(item, keyword)) for keyword in _CODE_VALUES)
        yield coded.meaning, text_at(item, "CodeMeaning")


def _uids(item: Dataset) -> Iterator[tuple[int, str]]:
    for tag, element in decoded(item):
        if element is not None and element.VR == "SQ":
            for inner in element.value or ():
                yield from _uids(inner)
        elif int(tag) != _SOP_CLASS_UID and meant_vr(int(tag), element.VR if element is not None else "UN") == "UI":
            values = texts_of(element) if element is not None else _undecoded(item, tag)
            yield from ((int(tag), value) for value in values)


def _undecoded(item: Dataset, tag: BaseTag) -> tuple[str, ...]:
    value = item.get_item(tag).value
    return texts_of_bytes(value) if isinstance(value, bytes) else ()


def items_with_paths(dataset: Dataset, path: str = "") -> Iterator[tuple[str, Dataset]]:
    """The data set and the items of its sequences at every depth, each after the path of what stands in it.

    Such as "0040A730[0].", with the dot, and "" for the data set itself.
    """
    yield path, dataset
    for tag, element in decoded(dataset):
        if element is not None and element.VR == "SQ":
            for number, item in enumerate(element.value or ()):
                yield from items_with_paths(item, f"{path}{int(tag):08X}[{number}].")


def read(dataset: Dataset, tag: BaseTag) -> DataElement | None:
    """The element with its value decoded; None where pydicom cannot."""
    try:
        return dataset[tag]
    except Exception:  # noqa: BLE001 - pydicom promises no exception type for a value that does not decode
        return None


def decoded(dataset: Dataset) -> Iterator[tuple[BaseTag, DataElement | None]]:
    """Every element with its tag, as `read` gives it; those that are decoded already, as a rule all, without asking."""
    for tag, element in tuple(dataset.items()):
        yield tag, element if isinstance(element, DataElement) else read(dataset, tag)


def elements_with_paths(dataset: Dataset, path: str = "") -> Iterator[tuple[str, DataElement]]:
    """Every element that decodes, at every depth, with its path, such as 0040A730[0].00100010; no sequences."""
    for tag, element in decoded(dataset):
        if element is None:
            continue
        here = f"{path}{int(tag):08X}"
        if element.VR != "SQ":
            yield here, element
            continue
        for number, item in enumerate(element.value or ()):
            yield from elements_with_paths(item, f"{here}[{number}].")
