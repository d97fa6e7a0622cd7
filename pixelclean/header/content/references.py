"""By-reference relationships: they name their target by its position in the content tree (PS3.3 C.17.3.2.5).

Once items are removed, the positions behind them mean other items.  So every relationship is numbered anew, and one
whose target is gone goes too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydicom import DataElement, Dataset
from pydicom.datadict import dictionary_VR
from pydicom.tag import BaseTag

from pixelclean.header import dummies
from pixelclean.header.annex_e.actions import Action
from pixelclean.header.content.items import (
    CONTENT_SEQUENCE,
    REFERENCED_ITEM,
    ValueType,
    items_at,
    points_to,
    value_type_of,
)
from pixelclean.header.content.structured import fate_of
from pixelclean.options import Option

_Place = tuple[int, ...]
_ROOT: _Place = (1,)


def renumber(source: Dataset, treated: Dataset, options: tuple[Option, ...]) -> tuple[str, ...]:
    """Let the by-reference relationships of `treated` point to what those of `source` point to.

    `treated` is what the walk made of `source` under these options: the same items in the same order, without those
    that `fate_of` removes.  Where that does not hold, there is nothing to point to.  Returns the paths, in the source,
    of the relationships that were dropped, such as 0040A730[0].0040DB73.
    """
    if not any(REFERENCED_ITEM in item for _, item in _places(treated)):
        return ()
    treated.pop(REFERENCED_ITEM, None)  # the document itself is nobody's target
    pairs = tuple(_pairs(source, treated, _ROOT, options))
    by_place = {pair.place: pair.treated for pair in pairs if REFERENCED_ITEM not in pair.treated}
    goals = {id(pair.treated): by_place[pair.points_to] for pair in pairs if pair.points_to in by_place}
    _drop_pointless(treated, goals)
    places = {id(item): place for place, item in _places(treated)}
    for _, item in _places(treated):
        if REFERENCED_ITEM in item:
            item[REFERENCED_ITEM] = _pointer(places[id(goals[id(item)])])
    if CONTENT_SEQUENCE in source and CONTENT_SEQUENCE not in treated:
        treated[CONTENT_SEQUENCE] = DataElement(CONTENT_SEQUENCE, "SQ", dummies.dummy(CONTENT_SEQUENCE, "SQ"))
    return tuple(pair.path for pair in pairs if pair.points_to and id(pair.treated) not in goals)


@dataclass(frozen=True, slots=True, eq=False)
class _Pair:
    """An item of the source that was not removed, the place it had there, and what it became.

    `points_to` is the place that its relationship names; () where it has none.
    """

    place: _Place
    treated: Dataset
    points_to: _Place

    @property
    def path(self) -> str:
        items = (f"{CONTENT_SEQUENCE:08X}[{number - 1}]." for number in self.place[1:])
        return f"{''.join(items)}{REFERENCED_ITEM:08X}"


def _pairs(source: Dataset, treated: Dataset, place: _Place, options: tuple[Option, ...]) -> Iterator[_Pair]:
    """The item at `place` and all below it; what stands below a relationship is content of nothing."""
    yield _Pair(place, treated, points_to(source))
    if place != _ROOT and REFERENCED_ITEM in source:
        return
    numbered = enumerate(_children(source), start=1)
    kept = [(number, item) for number, item in numbered if fate_of(item, options).action is not Action.REMOVE]
    after = _children(treated)
    if len(kept) == len(after):
        for (number, item), became in zip(kept, after, strict=True):
            yield from _pairs(item, became, (*place, number), options)


def _places(item: Dataset, place: _Place = _ROOT) -> Iterator[tuple[_Place, Dataset]]:
    """The items of the tree, each after its position."""
    yield place, item
    for number, child in enumerate(_children(item), start=1):
        yield from _places(child, (*place, number))


def _drop_pointless(item: Dataset, goals: Mapping[int, Dataset]) -> None:
    """Drop the relationships below `item` that have no goal: the item, or where it holds a value too, the pointer."""
    for child in _children(item):
        if REFERENCED_ITEM in child and id(child) not in goals and value_type_of(child) is not ValueType.NONE:
            del child[REFERENCED_ITEM]
        _drop_pointless(child, goals)
    children = _children(item)
    left = [child for child in children if REFERENCED_ITEM not in child or id(child) in goals]
    if len(left) < len(children):
        item[CONTENT_SEQUENCE].value = left
        if not left:
            del item[CONTENT_SEQUENCE]


def _pointer(place: _Place) -> DataElement:
    return DataElement(REFERENCED_ITEM, dictionary_VR(REFERENCED_ITEM), list(place))


def _children(item: Dataset) -> tuple[Dataset, ...]:
    return items_at(item, BaseTag(CONTENT_SEQUENCE))
