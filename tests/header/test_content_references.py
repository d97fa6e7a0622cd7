"""By-reference relationships point to the same content after items were removed (PS3.3 C.17.3.2.5)."""

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import Dataset, Sequence

from pixelclean.header.content.references import renumber
from pixelclean.options import Option

OPTIONS = (Option.CLEAN_STRUCTURED_CONTENT,)
REMOVED, KEPT = "121022", "121206"  # Accession Number, and Distance, which the table does not name
Place = tuple[int, ...]


def item(concept: str, number: int, *children: Dataset) -> Dataset:
    """A number that tells this item from the others, under a concept that is removed or kept."""
    name, value, made = Dataset(), Dataset(), Dataset()
    name.CodeValue, name.CodingSchemeDesignator = concept, "DCM"
    value.NumericValue = str(number)
    made.ValueType, made.ConceptNameCodeSequence, made.MeasuredValueSequence = (
        "NUM",
        Sequence([name]),
        Sequence([value]),
    )
    if children:
        made.ContentSequence = Sequence(children)
    return made


def pointer(*place: int) -> Dataset:
    made = Dataset()
    made.RelationshipType, made.ReferencedContentItemIdentifier = "INFERRED FROM", list(place)
    return made


def document(*children: Dataset) -> Dataset:
    made = item(KEPT, 0, *children)
    made.ValueType = "CONTAINER"
    return made


def walked(source: Dataset) -> Dataset:
    """What the walk makes of a tree: a copy without the items of the removed concept."""
    copy = Dataset()
    for element in source:
        if element.keyword != "ContentSequence":
            copy[element.tag] = element
    if "ContentSequence" in source:
        left = [walked(child) for child in source.ContentSequence if not is_removed(child)]
        if left:
            copy.ContentSequence = Sequence(left)
    return copy


def is_removed(child: Dataset) -> bool:
    return "ConceptNameCodeSequence" in child and child.ConceptNameCodeSequence[0].CodeValue == REMOVED


def at(tree: Dataset, place: Place) -> Dataset:
    """The item at a place; LookupError where there is none."""
    assert place[0] == 1
    for number in place[1:]:
        if number < 1:
            raise IndexError
        tree = tree["ContentSequence"].value[number - 1]
    return tree


def pointers(tree: Dataset) -> Iterator[Place]:
    for child in tree.get("ContentSequence", ()):
        if "ReferencedContentItemIdentifier" in child:
            value = child.ReferencedContentItemIdentifier
            yield tuple(value) if hasattr(value, "__iter__") else (value,)
        yield from pointers(child)


def number_of(found: Dataset) -> int:
    return int(found.MeasuredValueSequence[0].NumericValue)


def test_a_place_behind_a_removed_item_moves_up() -> None:
    source = document(item(REMOVED, 1), item(KEPT, 2, item(REMOVED, 3), item(KEPT, 4)), item(KEPT, 5, pointer(1, 2, 2)))
    treated = walked(source)
    assert renumber(source, treated, OPTIONS) == ()
    assert list(pointers(treated)) == [(1, 1, 1)]


def test_a_relationship_to_what_was_removed_goes_too_and_says_where_it_was() -> None:
    source = document(
        item(KEPT, 1, pointer(1, 2), item(KEPT, 6)), item(REMOVED, 2, item(KEPT, 3)), item(KEPT, 4, pointer(1, 2, 1))
    )
    treated = walked(source)
    dropped = renumber(source, treated, OPTIONS)
    assert dropped == ("0040A730[0].0040A730[0].0040DB73", "0040A730[2].0040A730[0].0040DB73")
    assert list(pointers(treated)) == []
    assert [number_of(child) for child in treated.ContentSequence] == [1, 4]
    assert [number_of(child) for child in treated.ContentSequence[0].ContentSequence] == [6]
    assert "ContentSequence" not in treated.ContentSequence[1]


def test_places_behind_a_dropped_relationship_move_up_as_well() -> None:
    source = document(pointer(1, 3), item(KEPT, 1, pointer(1, 4)), item(REMOVED, 2), item(KEPT, 3))
    treated = walked(source)
    renumber(source, treated, OPTIONS)
    assert list(pointers(treated)) == [(1, 2)]
    assert number_of(at(treated, (1, 2))) == 3


@pytest.mark.parametrize("place", [(1,), (1, 2)])
def test_the_document_and_what_holds_the_relationship_can_be_pointed_to(place) -> None:
    source = document(item(REMOVED, 1), item(KEPT, 2, pointer(*place)))
    treated = walked(source)
    renumber(source, treated, OPTIONS)
    assert list(pointers(treated)) == [place[:1] + (1,) * (len(place) - 1)]


@pytest.mark.parametrize("place", [(2,), (1, 0), (1, 99), (1, 2, 1, 1), (4294967295,) * 40, (1, 1)])
def test_a_place_that_is_none_or_that_of_a_relationship_is_no_goal(place) -> None:
    source = document(pointer(1, 2), item(KEPT, 2, pointer(*place)))
    treated = walked(source)
    renumber(source, treated, OPTIONS)
    assert list(pointers(treated)) == [(1, 2)]


def test_a_value_with_a_pointless_place_keeps_the_value() -> None:
    mixed = item(KEPT, 1)
    mixed.ReferencedContentItemIdentifier = [1, 9]
    source = document(mixed)
    treated = walked(source)
    renumber(source, treated, OPTIONS)
    (left,) = treated.ContentSequence
    assert number_of(left) == 1
    assert "ReferencedContentItemIdentifier" not in left


def test_a_document_that_held_relationships_to_nothing_only_holds_one_dummy() -> None:
    source = document(pointer(1, 7))
    treated = walked(source)
    renumber(source, treated, OPTIONS)
    (dummy,) = treated.ContentSequence
    assert (dummy.ValueType, dummy.TextValue) == ("TEXT", "REMOVED")


def test_a_document_without_relationships_is_left_alone() -> None:
    source = document(item(KEPT, 1), item(REMOVED, 2))
    treated = walked(source)
    before = treated.to_json()
    assert renumber(source, treated, OPTIONS) == ()
    assert treated.to_json() == before


def test_nothing_is_pointed_to_where_the_walk_kept_other_items_than_it_should() -> None:
    source = document(item(KEPT, 1), item(KEPT, 2), item(KEPT, 3, pointer(1, 2)))
    treated = walked(source)
    del treated.ContentSequence[0]
    assert renumber(source, treated, OPTIONS) == ()
    assert list(pointers(treated)) == []


def test_a_place_on_the_document_itself_is_taken_away() -> None:
    source = document(item(KEPT, 1), item(KEPT, 2, pointer(1, 1)))
    source.ReferencedContentItemIdentifier = [1, 1]
    treated = walked(source)
    renumber(source, treated, OPTIONS)
    assert "ReferencedContentItemIdentifier" not in treated
    assert list(pointers(treated)) == [(1, 1)]


LEAVES = st.sampled_from([KEPT, KEPT, REMOVED]) | st.lists(st.integers(1, 4), max_size=4).map(lambda rest: (1, *rest))
TREES = st.recursive(
    LEAVES, lambda below: st.tuples(st.sampled_from([KEPT, KEPT, REMOVED]), st.lists(below, max_size=4))
)


def grown(shape: object, numbers: Iterator[int]) -> Dataset:
    match shape:
        case str(concept):
            return item(concept, next(numbers))
        case (str(concept), list(below)):
            return item(concept, next(numbers), *(grown(each, numbers) for each in below))
        case _:
            return pointer(*shape)


@settings(max_examples=50, deadline=None)
@given(st.lists(TREES, max_size=6))
def test_every_relationship_that_is_left_points_to_what_it_pointed_to(shapes) -> None:
    numbers = iter(range(1, 1000))
    source = document(*(grown(shape, numbers) for shape in shapes))
    treated = walked(source)
    expected = list(goals_that_are_left(source, source))
    renumber(source, treated, OPTIONS)
    assert [number_of(at(treated, place)) for place in pointers(treated)] == expected


def goals_that_are_left(tree: Dataset, root: Dataset) -> Iterator[int]:
    """The numbers that the relationships which stay pointed to, in the order of the document."""
    for child in tree.get("ContentSequence", ()):
        if is_removed(child):
            continue
        if "ReferencedContentItemIdentifier" in child:
            value = child.ReferencedContentItemIdentifier
            place = tuple(value) if hasattr(value, "__iter__") else (value,)
            try:
                way = [at(root, place[:length]) for length in range(1, len(place) + 1)]
            except (LookupError, KeyError):
                continue
            if not any(is_removed(step) or "ReferencedContentItemIdentifier" in step for step in way):
                yield number_of(way[-1])
        yield from goals_that_are_left(child, root)
