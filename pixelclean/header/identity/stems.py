"""Letters and digits to be found inside longer runs of them, in time that does not grow with how many are looked for.

A file may name thousands of people in thousands of texts: each text is looked through once, not once a name.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import final

_FEW = 64  # that many are sooner looked for one by one
_AS_MANY_IN_LONG_TEXTS = 1500
_COST_OF_ONE = 500  # characters that are looked through in the time that it takes to begin
_HEAD, _SHORT_HEAD = 5, 2
_LONG, _CORE = 1 << 16, 4


@final
@dataclass(frozen=True, slots=True, repr=False)
class Stems:
    """Strings of at least two characters; by the first of these the lengths of those that begin so are known."""

    known: frozenset[str]
    _sizes: Mapping[str, tuple[int, ...]] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        sizes: dict[str, set[int]] = {}
        for stem in self.known:
            sizes.setdefault(_head(stem), set()).add(len(stem))
        object.__setattr__(self, "_sizes", {head: tuple(sorted(found)) for head, found in sizes.items()})

    def __bool__(self) -> bool:
        """Whether there is anything to look for."""
        return bool(self.known)

    def stand_in(self, text: str) -> bool:
        """Whether any of them stands anywhere in the text."""
        if self.are_few_for(text):
            if len(text) >= _LONG and not any(map(text.__contains__, _cores(self.known))):
                return False
            return any(map(text.__contains__, self.known))
        return next(self.spans(text), None) is not None

    def are_few_for(self, text: str) -> bool:
        """Whether the text is sooner looked through once for each of them than place by place for all."""
        return len(self.known) * (len(text) + _COST_OF_ONE) <= max(len(text), _FEW) * _AS_MANY_IN_LONG_TEXTS

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where each of them begins and ends, by where it begins."""
        for start in range(len(text)):
            for head in {text[start : start + _SHORT_HEAD], text[start : start + _HEAD]}:
                for size in self._sizes.get(head, ()):
                    if start + size <= len(text) and text[start : start + size] in self.known:
                        yield start, start + size


@final
@dataclass(frozen=True, slots=True, repr=False)
class Edges:
    """Strings to be found at the beginning or the end of a word."""

    known: frozenset[str]
    _sizes: tuple[int, ...] = field(init=False, compare=False)
    _each: tuple[str, ...] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_sizes", tuple(sorted(set(map(len, self.known)))))
        object.__setattr__(self, "_each", tuple(self.known) if len(self.known) <= _FEW else ())

    def stand_at(self, word: str) -> bool:
        """Whether the word begins or ends with any of them."""
        if len(self.known) <= _FEW:
            return word.startswith(self._each) or word.endswith(self._each)
        return any(word[:size] in self.known or word[-size:] in self.known for size in self._sizes)


def _cores(stems: frozenset[str]) -> Iterator[str]:
    """A few short strings of which each stem has one in it: the spellings of a date share its year, for instance.

    A long text has none of them sooner than it has none of the stems.
    """
    left = set(stems)
    while left:
        counted = Counter(part for stem in left for part in _parts(stem))
        core = max(counted, key=lambda part: (counted[part], part))
        left = {stem for stem in left if core not in stem}
        yield core


def _parts(stem: str) -> set[str]:
    return {stem[at : at + _CORE] for at in range(max(1, len(stem) - _CORE + 1))}


def _head(stem: str) -> str:
    return stem[: _HEAD if len(stem) >= _HEAD else _SHORT_HEAD]
