"""What becomes of a content item: the Clean Structured Content Option (PS3.15 E.3.4).

The concept decides by Table E.3.4-1, and for other concepts the Value Type.  Five places go beyond the letter:

- X/D is a dummy always: whether an item may be missing is said by templates, which an object need not name.
- A concept that names somebody or something does so under any Value Type: the row's own action applies to the others
  too, but not its options, since those were given for the type that the row names.
- X on an image or waveform that coordinates are selected from would leave coordinates of nothing, which the IOD forbids:
  the reference stays, with replaced UIDs.
- A table goes: its rows and columns name the concepts, and each cell would have to be judged by two of them.
- A number under a concept that no row names is taken out where its unit says that it is the size of a body (`sizes`).
"""

from dataclasses import dataclass

from pydicom import DataElement, Dataset, Sequence
from pydicom.datadict import dictionary_VR

from pixelclean.header import codes, dummies
from pixelclean.header.annex_e.actions import Action, resolve
from pixelclean.header.annex_e.iod import Type
from pixelclean.header.content.items import (
    CONTENT_SEQUENCE,
    DATES,
    MEASURED_VALUES,
    NAMED,
    REFERENCES,
    VALUES,
    ValueType,
    concepts_of,
    value_type_of,
)
from pixelclean.header.content.sizes import is_size_of_a_body
from pixelclean.header.content.table import ContentRow, rows_of
from pixelclean.header.values import text_at
from pixelclean.options import Option

CONTENT_SEQUENCES = frozenset(
    (
        CONTENT_SEQUENCE,
        *(0x00400555, 0x0040B020),  # Acquisition Context, Waveform Annotation
        *(0x00400612, 0x00400620),  # Specimen Preparation Step Content Item, Specimen Localization Content Item
        *(0x00400440, 0x00400441),  # Protocol Context, Content Item Modifier
        *(0x00741210, 0x00741212, 0x00409220),  # Scheduled and Performed Processing Parameters, Quantity Definition
        *(0x00741007, 0x00240325, 0x30100027),  # Procedure Step Progress, Data Observation, Segment Characteristics
        *(0x00440013, 0x00440019),  # Product Parameter, Substance Administration Parameter
        *(0x30020110, 0x30020131, 0x30020135),  # Device Position, Device Specific Acquisition, Acquisition Initiation
        *(0x300A062D, 0x300A065A, 0x300A065B),  # Patient Support Position Tolerance and Parameter, Commissioning Key
        *(0x300A073E, 0x300A0793),  # Alternate Value, Patient Treatment Preparation Procedure Parameter
        *(0x30100070, 0x30100081),  # Dosimetric Objective Parameter, Prescription Notes
    )
)
"""Sequences whose items are content items, whatever their form; elsewhere an item is one by its form (`is_content`)."""

_SIZE = "E.3.4: NUM, the size of a body by its unit, concept not in E.3.4-1"
_DATE_OPTIONS = frozenset((Option.RETAIN_FULL_DATES, Option.RETAIN_MODIFIED_DATES))
_POINTERS = REFERENCES | {ValueType.UIDREF}
_WRITTEN = frozenset((ValueType.TEXT, ValueType.PNAME))
_REPLACEABLE = NAMED | REFERENCES | {ValueType.CONTAINER}
# An option keeps these values, though no row of Table E.1-1 does: Text Value, and UID.
_KEPT_BY_ITEM = frozenset((ValueType.TEXT, ValueType.UIDREF))


@dataclass(frozen=True, slots=True)
class ItemFate:
    """What happens to a content item, and why: codes of published concepts only, never a value.

    REMOVE drops it, DUMMY replaces its value (see `dummied`), KEEP treats its attributes as those of any item, except
    that an option keeps the value of those that `keeps` names.
    """

    action: Action
    why: str
    keeps: frozenset[int] = frozenset()


def fate_of(item: Dataset, options: tuple[Option, ...]) -> ItemFate:
    """The fate of one content item; where its concept and the equivalents of that lead to several, the strictest."""
    kind, concepts = value_type_of(item), concepts_of(item)
    if kind is None or concepts is None or (kind in NAMED and not concepts) or kind is ValueType.TABLE:
        return ItemFate(Action.REMOVE, f"E.3.4: {_not_understood(kind)}")
    rows = [row for concept in concepts for row in _concerned(rows_of(*concept), kind)]
    if not rows:
        keeps_sizes = kind is not ValueType.NUM or Option.RETAIN_PATIENT_CHARACTERISTICS in options
        is_size = not keeps_sizes and is_size_of_a_body(item, concepts)
        return ItemFate(Action.DUMMY, _SIZE) if is_size else _by_value_type(kind, options)
    fate = min((_by_row(row, kind, options) for row in rows), key=_leniency)
    if fate.action is Action.REMOVE and kind in REFERENCES and text_at(item, "RelationshipType") == "SELECTED FROM":
        return ItemFate(Action.DUMMY, f"{fate.why}, but coordinates are selected from it")
    return fate


def dummied(item: Dataset, treated: Dataset) -> None:
    """Put the dummy for its Value Type into `treated`, which holds what the walk left of the attributes of `item`.

    References and UIDs are dummies once they are mapped.  Values of any other type than the item's own are taken out.
    """
    kind = value_type_of(item) or ValueType.NONE
    own = VALUES.get(ValueType.COMPOSITE if kind in REFERENCES else kind, ())
    for tag in {tag for tags in VALUES.values() for tag in tags}.difference(own):
        treated.pop(tag, None)
    match kind:
        case ValueType.CODE:
            treated.ConceptCodeSequence = Sequence([_local_code()])
        case ValueType.NUM:
            _take_number_from(treated)
        case ValueType.CONTAINER:
            treated.pop(CONTENT_SEQUENCE, None)
        case _ if kind in NAMED and not (kind is ValueType.UIDREF and own[0] in treated):
            vr = dictionary_VR(own[0])
            treated[own[0]] = DataElement(own[0], vr, dummies.dummy(own[0], vr))


def when_emptied(tag: int, kind: Type, at_top: bool) -> Action:
    """What becomes of a content sequence, `kind` by its IOD, that lost every item.

    A container may have nothing in it, a document may not (PS3.3 C.17.3): its dummy is the one item of dummies.toml.
    """
    if tag == CONTENT_SEQUENCE:
        return Action.DUMMY if at_top and kind is not Type.UNDEFINED else Action.REMOVE
    return resolve("X/Z/D", kind)


def _not_understood(kind: ValueType | None) -> str:
    if kind is None:
        return "no Value Type that is known"
    return (
        "a table, whose cells have the concepts of rows and columns" if kind is ValueType.TABLE else "not one concept"
    )


def _concerned(rows: tuple[ContentRow, ...], kind: ValueType) -> tuple[ContentRow, ...]:
    """The rows that concern an item of this Value Type: those that name it, or else those whose concept reaches it."""
    named = tuple(row for row in rows if row.value_type == kind)
    others = tuple(row for row in rows if not row.value_type or (not named and _reaches(row, kind)))
    return named + others


def _reaches(row: ContentRow, kind: ValueType) -> bool:
    """Whether the concept of a row for another Value Type tells something of its own under this one.

    A finding may be a text that must be cleaned and a code that need not.  An image may be pointed to by other means.
    """
    if row.value_type in _POINTERS:
        return kind in _POINTERS | _WRITTEN
    return row.options.keys() != {Option.CLEAN_DESCRIPTORS}


def _by_row(row: ContentRow, kind: ValueType, options: tuple[Option, ...]) -> ItemFate:
    is_meant = row.value_type in ("", kind) or (row.value_type in DATES and kind in DATES)
    code = row.code(options) if is_meant else row.basic
    asking = ", ".join(option for option in options if is_meant and row.options.get(option) == code)
    why = f"{row.source}: {code}, {row.name}" + (f", {asking}" if asking else "")
    if code in ("K", "C"):
        is_kept = code == "K" and row.value_type == kind and kind in _KEPT_BY_ITEM
        return ItemFate(Action.KEEP, why, frozenset(VALUES[kind]) if is_kept else frozenset())
    is_dummy = "D" in code and kind in _REPLACEABLE and (kind not in REFERENCES or row.value_type in _POINTERS)
    return ItemFate(Action.DUMMY if is_dummy else Action.REMOVE, why)


def _by_value_type(kind: ValueType, options: tuple[Option, ...]) -> ItemFate:
    """For concepts that the table does not name."""
    why = f"E.3.4: {kind or 'no value'}, concept not in E.3.4-1"
    is_dummy = (
        kind is ValueType.PNAME
        or (kind is ValueType.TEXT and Option.CLEAN_DESCRIPTORS not in options)
        or (kind in DATES and _DATE_OPTIONS.isdisjoint(options))
    )
    return ItemFate(Action.DUMMY if is_dummy else Action.KEEP, why)


def _leniency(fate: ItemFate) -> tuple[int, int]:
    return (Action.REMOVE, Action.DUMMY, Action.KEEP).index(fate.action), len(fate.keeps)


def _local_code() -> Dataset:
    """A code that says nothing (`codes`: a local one that was replaced)."""
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = (
        dummies.TEXT,
        codes.LOCAL_SCHEME,
        codes.LOCAL_MEANING,
    )
    return code


def _take_number_from(treated: Dataset) -> None:
    """Measured Value Sequence may be empty (PS3.3 C.18.1, Type 2); where the number stands in the item, it is 0."""
    was_flat = any(tag in treated for tag in VALUES[ValueType.NUM] if tag != MEASURED_VALUES)
    for tag in VALUES[ValueType.NUM]:
        treated.pop(tag, None)
    if was_flat:
        treated.NumericValue = "0"
    else:
        treated.MeasuredValueSequence = Sequence()
