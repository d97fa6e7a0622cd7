"""Where attributes stand: names that are the same in every file, whatever block or item a value is in."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from pydicom import DataElement, Dataset
from pydicom.datadict import keyword_for_tag
from pydicom.tag import BaseTag

from pixelclean.inventory.showing import cut

_FIRST_OF_A_BLOCK = 0x1000  # PS3.5 7.8.1
_REPEATING = frozenset((0x50, 0x60))
_LONGEST_CREATOR = 64


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Place:
    """One element before and after, at least one of them there.

    `name` and `tags` leave item numbers out, `path` is that of `header.Fate`.  `is_alone`: it stands in an item that
    cannot be told apart from the others on the other side.
    """

    name: str
    tags: str
    path: str
    before: DataElement | None
    after: DataElement | None
    is_alone: bool = False


def places(before: Dataset, after: Dataset | None) -> Iterator[Place]:
    """Every element of two data sets at every depth, each sequence before what stands in its items.

    Items of a sequence that has another number of items afterwards are not those that they were: each stands alone.
    """
    yield from _places(before, after, _Above())


@dataclass(frozen=True, slots=True)
class _Above:
    """The sequences around an item, each with a dot at its end."""

    names: str = ""
    tags: str = ""
    path: str = ""
    alone: bool = False


def _places(before: Dataset | None, after: Dataset | None, above: _Above) -> Iterator[Place]:
    for tag in _tags(before, after):
        was, will_be = _element(before, tag), _element(after, tag)
        item = before if before is not None and was is not None else after
        assert item is not None
        name, shown = _named(tag, item)
        path = f"{above.path}{int(tag):08X}"
        here = Place(f"{above.names}{name}", f"{above.tags}{shown}", path, was, will_be, above.alone)
        yield here
        for number, (inner, later, alone) in enumerate(_items(was, will_be)):
            within = _Above(f"{here.name}.", f"{here.tags}.", f"{path}[{number}].", alone or above.alone)
            yield from _places(inner, later, within)


def _tags(before: Dataset | None, after: Dataset | None) -> list[BaseTag]:
    return sorted({tag for item in (before, after) if item is not None for tag in item.keys()})  # noqa: SIM118


def _element(item: Dataset | None, tag: BaseTag) -> DataElement | None:
    return item[tag] if item is not None and tag in item else None


_Items = Iterator[tuple[Dataset | None, Dataset | None, bool]]


def _items(before: DataElement | None, after: DataElement | None) -> _Items:
    """The items of a sequence before and after, together where there are as many, and whether they stand alone."""
    was, will_be = (list(each.value or ()) if each is not None and each.VR == "SQ" else [] for each in (before, after))
    if was and will_be and len(was) != len(will_be):
        yield from ((item, None, True) for item in was)
        yield from ((None, item, True) for item in will_be)
    else:
        yield from ((*pair, False) for pair in zip_longest(was, will_be))


def _named(tag: BaseTag, item: Dataset) -> tuple[str, str]:
    """The keyword and the tag; private ones by their creator, since their block is another in every file."""
    shown = f"({tag.group:04X},{tag.element:04X})"
    if not tag.is_private:
        if tag.group >> 8 in _REPEATING:
            shown = f"({tag.group >> 8:02X}xx,{tag.element:04X})"
        return keyword_for_tag(tag) or shown, shown
    if tag.is_private_creator:
        shown = f"({tag.group:04X},00xx)"
        return f"{shown} private creator", shown
    creator = _creator(tag, item)
    if creator is None:
        return f"{shown} no creator", shown
    shown = f"({tag.group:04X},xx{tag.element & 0xFF:02X})"
    return f"{shown[:-1]} {cut(creator, _LONGEST_CREATOR)})", shown


def _creator(tag: BaseTag, item: Dataset) -> str | None:
    if tag.element < _FIRST_OF_A_BLOCK or tag.private_creator not in item:
        return None
    value = item[tag.private_creator].value
    return value.strip() if isinstance(value, str) else None
