"""What an inventory says of each attribute: frozen, ready to be written down."""

from dataclasses import dataclass
from enum import StrEnum

from pixelclean.reasons import ReasonCode


class Word(StrEnum):
    """What becomes of a value, what reveals the most first.

    CLEANED may still say a part of what it said, REPLACED nothing.  EMPTY was empty and stays so.  HELD: its file would
    not leave at all.
    """

    KEPT = "kept"
    CLEANED = "cleaned"
    REPLACED = "replaced"
    ADDED = "added"
    EMPTY = "empty"
    REMOVED = "removed"
    HELD = "held"

    @property
    def stays(self) -> bool:
        """Whether the value, or a part of it, would leave."""
        return self in (Word.KEPT, Word.CLEANED)

    @property
    def changes(self) -> bool:
        """Whether another value would leave."""
        return self in (Word.CLEANED, Word.REPLACED, Word.ADDED)


@dataclass(frozen=True, slots=True, repr=False)
class Value:
    """One value as it is shown, and what it would leave as: None where it leaves as it is, or does not.

    `count` is how often it stands there, `of_one_patient` whether all of that is in files of one patient.
    """

    text: str
    after: str | None
    count: int
    of_one_patient: bool


@dataclass(frozen=True, slots=True, repr=False)
class Fate:
    """One fate of an attribute, why, how often, and the values that share it, the most frequent first.

    `distinct` values were remembered, of which UIDs that leave as others are in `values` by a few examples only; `more`
    counts the occurrences of values that were not.  `lowest` and `highest` are of numbers.
    """

    word: Word
    why: tuple[str, ...]
    count: int
    values: tuple[Value, ...]
    distinct: int
    more: int
    lowest: float | None
    highest: float | None


@dataclass(frozen=True, slots=True, repr=False)
class Attribute:
    """One attribute, wherever it stands in items of the same sequences.

    `name` is made of keywords, `tags` of tags; `instances` are the files that have it, or would, `occurrences` counts
    each item of a sequence.  `fates` begin with the one that reveals the most.
    """

    name: str
    tags: str
    vrs: tuple[str, ...]
    instances: int
    occurrences: int
    patients: int
    fates: tuple[Fate, ...]

    @property
    def is_private(self) -> bool:
        """Whether it stands in an odd group, or below a sequence that does."""
        return any(part[4] in "13579BDF" for part in self.tags.split("."))

    @property
    def word(self) -> Word:
        """The fate that reveals the most."""
        return self.fates[0].word


@dataclass(frozen=True, slots=True, repr=False)
class Inventory:
    """What was found: `unread` and `held` are files by reason, `left_out` attributes beyond the most that it holds."""

    outlook: str
    files: int
    patients: int
    unread: tuple[tuple[ReasonCode, int], ...]
    held: tuple[tuple[ReasonCode, int], ...]
    attributes: tuple[Attribute, ...]
    left_out: int
