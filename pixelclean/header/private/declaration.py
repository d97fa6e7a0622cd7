"""What an instance says of its own private elements: Private Data Element Characteristics Sequence (PS3.3 C.12.1.1.7).

Anybody may have written it, so it is believed where it warns, and where it vouches only as far as `sound.py` lets it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType
from typing import Self

from pydicom import Dataset
from pydicom.tag import BaseTag

from pixelclean.header.identity.harvest import read
from pixelclean.header.private.listed import Place, is_private_group
from pixelclean.header.values import numbers_at, texts_of

_CHARACTERISTICS = 0x00080300
_GROUP, _CREATOR, _STATUS = 0x00080301, 0x00080302, 0x00080303
_NONIDENTIFYING, _ACTIONS, _IDENTIFYING, _ACTION = 0x00080304, 0x00080305, 0x00080306, 0x00080307


class Verdict(IntEnum):
    """What a declaration demands of an element, the mildest first."""

    SAFE = 0
    NEW_UID = 1
    DUMMY = 2
    EMPTY = 3
    REMOVE = 4


_VERDICTS = {"U": Verdict.NEW_UID, "D": Verdict.DUMMY, "Z": Verdict.EMPTY, "X": Verdict.REMOVE}


@dataclass(frozen=True, slots=True)
class _Statement:
    """What one item says of the elements of a creator's blocks in one group, by low byte; `others` of the rest."""

    elements: Mapping[int, Verdict]
    others: Verdict

    def verdict(self, element: int) -> Verdict:
        return self.elements.get(element, self.others)

    @property
    def vouches(self) -> bool:
        return Verdict.SAFE in (self.others, *self.elements.values())


@dataclass(frozen=True, slots=True)
class Declaration:
    """Every statement of an instance, by creator and group; they hold at every depth."""

    statements: Mapping[tuple[str, int], tuple[_Statement, ...]] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def of(cls, dataset: Dataset) -> Self:
        """The declaration of an instance from its top level.

        An item that names no single creator and group speaks of nothing; whatever else an item leaves open, it warns of.
        """
        statements: dict[tuple[str, int], list[_Statement]] = {}
        for item in _items(dataset, _CHARACTERISTICS):
            creators, groups = _texts(item, _CREATOR), numbers_at(item, _GROUP)
            if len(creators) == len(groups) == 1 and is_private_group(groups[0]):
                statements.setdefault((creators[0], groups[0]), []).append(_statement(item))
        return cls(MappingProxyType({about: tuple(said) for about, said in statements.items()}))

    @property
    def vouched(self) -> frozenset[str]:
        """The creators of whose blocks anything is said to be safe."""
        return frozenset(
            creator for (creator, _), said in self.statements.items() if any(each.vouches for each in said)
        )

    def verdict(self, place: Place) -> Verdict | None:
        """The strictest of what is said of an element; None where nothing is."""
        creator, group, element = place
        said = self.statements.get((creator, group), ())
        return max((statement.verdict(element) for statement in said), default=None)


def _statement(item: Dataset) -> _Statement:
    status = _texts(item, _STATUS)
    elements = dict.fromkeys(numbers_at(item, _NONIDENTIFYING) if status == ("MIXED",) else (), Verdict.SAFE)
    for action in _items(item, _ACTIONS):
        identifying = numbers_at(action, _IDENTIFYING)
        if not identifying:
            return _Statement({}, Verdict.REMOVE)  # a warning that cannot be read may be of anything
        verdict = _strictest(_texts(action, _ACTION))
        # Some writers give the whole element number; to be warned of too much harms nobody.
        for element in (number & 0xFF for number in identifying):
            elements[element] = max(verdict, elements.get(element, verdict))
    return _Statement(elements, Verdict.SAFE if status == ("SAFE",) else Verdict.REMOVE)


def _strictest(actions: Iterable[str]) -> Verdict:
    return max((_VERDICTS.get(action, Verdict.REMOVE) for action in actions), default=Verdict.REMOVE)


def _items(dataset: Dataset, tag: int) -> tuple[Dataset, ...]:
    element = read(dataset, BaseTag(tag)) if tag in dataset else None
    return tuple(element.value or ()) if element is not None and element.VR == "SQ" else ()


def _texts(dataset: Dataset, tag: int) -> tuple[str, ...]:
    element = read(dataset, BaseTag(tag)) if tag in dataset else None
    return texts_of(element) if element is not None and element.VR != "SQ" else ()
