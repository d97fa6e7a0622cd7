"""Policy: the one frozen settings value of a run, read from TOML.

A policy holds no key and no PHI, so it may be shown, mailed and stored.  Unknown names in the file are errors: a
misspelt limit must not silently be the default.
"""

import dataclasses
import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Self, TypeGuard

from pixelclean import resources
from pixelclean.errors import ConfigurationError
from pixelclean.options import Option, read_options
from pixelclean.overrides import Override

MEBIBYTE = 1 << 20
_SHORTEST_SHIFT = 30
"""Days that the longest shift has at least.  With 1, everybody's dates move by the same day, which is no secret."""
_LONGEST_SHIFT = 36500


class WithoutPixels(StrEnum):
    """What happens to an allowed object of an image SOP class that has no pixels."""

    RELEASE = "release"
    QUEUE = "queue"


class SecondLook(StrEnum):
    """Which different look judges the cleaned image on modalities that burn in text."""

    SCALE = "scale"
    SCALE_AND_OCR = "scale-and-ocr"


class SlideLabels(StrEnum):
    """What happens to images that may show the label of a slide: handwriting and barcodes are no text to a detector."""

    HOLD = "hold"
    REMOVE = "remove"
    """From what is released: such an image is quarantined, the other instances of its study are not."""


class Removal(StrEnum):
    """Which burned-in text is removed."""

    ALL_TEXT = "all-text"
    """PS3.15 E.3.1 note 2: removing all of it conforms."""
    IDENTIFYING_TEXT = "identifying-text"
    """What is positively read as harmless stays (rules/reading/); unread, half-read and unknown text goes."""


class ReaderName(StrEnum):
    """What reads text in pixels."""

    TESSERACT = "tesseract"
    RAPIDOCR = "rapidocr"


class DateShift(StrEnum):
    """By what the dates of a patient are moved under the Modified Dates option."""

    DAYS = "days"
    """Whole days; times of day stay, as in the public archives."""
    DAYS_AND_SECONDS = "days-and-seconds"


class Embedded(StrEnum):
    """What happens to objects whose content cannot be cleaned: documents, recorded voices, raw data."""

    HOLD = "hold"
    REPLACE = "replace"
    """The content by an empty one of its kind; the header is cleaned."""


class Unmapped(StrEnum):
    """What happens to a patient that a given mapping does not name."""

    HOLD = "hold"
    PSEUDONYM = "pseudonym"


@dataclass(frozen=True, slots=True)
class HeaderPolicy:
    """What becomes of the header.

    `options`             beside the Basic Profile (PS3.15 E.3), in the order of CID 7050; a policy that names none
                          cleans pixels, () is the profile alone
    `attributes`          orders for single attributes, above profile and options
    `shift`               see DateShift
    `longest_shift_days`  dates move back by 1 to so many days, 30 at least, the same for all of a patient
    `oldest_age`          ages in years above this one become one group
    `issuers`             the issuers whose Patient IDs are told from equal IDs of others, "*" for every issuer;
                          within one house the same patient comes with and without an issuer
    `without_pixels`, `embedded`, `unmapped`  see WithoutPixels, Embedded, Unmapped
    """

    options: tuple[Option, ...] = (Option.CLEAN_PIXEL_DATA,)
    attributes: tuple[Override, ...] = ()
    shift: DateShift = DateShift.DAYS
    longest_shift_days: int = 3650
    oldest_age: int = 89
    issuers: tuple[str, ...] = ()
    without_pixels: WithoutPixels = WithoutPixels.RELEASE
    embedded: Embedded = Embedded.HOLD
    unmapped: Unmapped = Unmapped.HOLD

    def __post_init__(self) -> None:
        if self.options != read_options(self.options):
            raise ConfigurationError("header.options: each option once, in the order of CID 7050")
        if not _SHORTEST_SHIFT <= self.longest_shift_days <= _LONGEST_SHIFT:
            raise ConfigurationError(
                f"header.longest_shift_days lies outside {_SHORTEST_SHIFT} to {_LONGEST_SHIFT}: fewer days are soon guessed"
            )
        if not 0 < self.oldest_age < 150:
            raise ConfigurationError("header.oldest_age lies outside 1 to 149")
        if len({override.attribute for override in self.attributes}) != len(self.attributes):
            raise ConfigurationError("header.attributes: an attribute is named twice")
        for order in self.attributes:
            if order.is_of_age and order.numbers.get("from", 0) > self.oldest_age:
                raise ConfigurationError(f"header.attributes.{order.attribute}: from lies above header.oldest_age")


@dataclass(frozen=True, slots=True)
class PixelPolicy:
    """What text to find and when to ask; scores are scores of the text network (models/README.md).

    `text_score`      on kinds that burn in text, every place from this score of the first look is masked
    `seed_score`      where it reaches this score somewhere
    `faint_score`     where it only reaches this score, and no mask covers it in the end, an operator is asked
    `suspect_score`   on other kinds, the score of the first look from which the careful look is taken
    `sure_score`      a place with this score in the careful look is text: masked on every kind
    `ask_score`       a place with this score in the careful look may be text: an operator is asked
    `margin`          pixels that a finding is grown by on each side
    `largest_mask`    share of the image that may be masked without asking, 0 to 1
    `second_look`, `slide_labels`, `remove`, `reader`  see SecondLook, SlideLabels, Removal, ReaderName
    `video_psnr`      dB that each frame of a video that is encoded anew keeps outside the mask
    `video_residue`   how far from black its masked samples may be, in steps of 256
    """

    text_score: float = -2.0
    seed_score: float = -1.0
    faint_score: float = -1.5
    suspect_score: float = 0.0
    sure_score: float = 4.5
    ask_score: float = 2.0
    margin: int = 3
    largest_mask: float = 0.5
    second_look: SecondLook = SecondLook.SCALE_AND_OCR
    slide_labels: SlideLabels = SlideLabels.HOLD
    remove: Removal = Removal.ALL_TEXT
    reader: ReaderName = ReaderName.TESSERACT
    video_psnr: float = 40.0
    video_residue: float = 16.0

    def __post_init__(self) -> None:
        if self.text_score > self.faint_score:
            raise ConfigurationError("pixel.text_score lies above pixel.faint_score")
        if self.faint_score > self.seed_score:
            raise ConfigurationError("pixel.faint_score lies above pixel.seed_score")
        if self.ask_score > self.sure_score:
            raise ConfigurationError("pixel.ask_score lies above pixel.sure_score")
        if not 0 < self.largest_mask <= 1:
            raise ConfigurationError("pixel.largest_mask lies outside 0 to 1")
        if self.margin < 0:
            raise ConfigurationError("pixel.margin is negative")
        if min(self.video_psnr, self.video_residue) <= 0:
            raise ConfigurationError("pixel.video_psnr and pixel.video_residue are positive numbers")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost.

    `file_bytes`         the file, and the data set that a deflated one becomes
    `pixel_bytes`        all its frames, decoded
    `frame_bytes`        one frame, decoded
    `resident_bytes`     pixel data longer than this stay in their file
    `loaded_bytes`       what is read at once: all but such pixel data
    `depth`, `elements`  nesting of sequences; elements, items and fragments
    `seconds`            its cleaning, and `seconds_per_frame` for each frame beside the first
    `memory_bytes`       beyond an idle worker
    """

    file_bytes: int = 65536 * MEBIBYTE
    pixel_bytes: int = 262144 * MEBIBYTE
    frame_bytes: int = 1024 * MEBIBYTE
    resident_bytes: int = 64 * MEBIBYTE
    loaded_bytes: int = 1024 * MEBIBYTE
    depth: int = 32
    elements: int = 1_000_000
    seconds: float = 300.0
    seconds_per_frame: float = 5.0
    memory_bytes: int = 6144 * MEBIBYTE

    def __post_init__(self) -> None:
        if min(dataclasses.astuple(self)) <= 0:
            raise ConfigurationError("limits are positive numbers")


@dataclass(frozen=True, slots=True)
class Policy:
    """Everything a user can choose about what is removed, kept, asked and refused.

    Who wrote it and who approved it is part of it: a change of either is another policy.
    """

    name: str
    version: str
    author: str
    approver: str
    header: HeaderPolicy = field(default_factory=HeaderPolicy)
    pixel: PixelPolicy = field(default_factory=PixelPolicy)
    limits: Limits = field(default_factory=Limits)

    @classmethod
    def load(cls, name_or_path: str | Path = "basic") -> Self:
        """A policy shipped in rules/policies by its name, or one in a file of the user's."""
        path = Path(name_or_path)
        if path.suffix != ".toml":
            if str(name_or_path) not in shipped_policies():
                raise ConfigurationError(
                    f"no policy {name_or_path}; shipped are: {', '.join(shipped_policies())}; a file of yours ends in .toml"
                )
            path = resources.rules("policies", f"{name_or_path}.toml")
        try:
            return cls._from_table(tomllib.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise ConfigurationError(f"{path}: no such file") from None
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"{path}: cannot be read") from error
        except tomllib.TOMLDecodeError as error:
            raise ConfigurationError(f"{path}: not TOML: {error}") from error
        except ConfigurationError as error:
            raise ConfigurationError(f"{path}: {error}") from error

    @classmethod
    def _from_table(cls, table: Mapping[str, Any]) -> Self:
        rooms = {"header": HeaderPolicy, "pixel": PixelPolicy, "limits": Limits}
        if missing := [name for name in _SIGNED if name not in table]:
            raise ConfigurationError(f"a policy says its {_listed(_SIGNED)}; {_listed(missing)} {_be(missing)} missing")
        _require_known(table, [f.name for f in dataclasses.fields(cls)], "a policy")
        parts = {room: _part(kind, room, table.get(room, {})) for room, kind in rooms.items()}
        name, version, author, approver = (_word(name, table[name]) for name in _SIGNED)
        return cls(name, version, author, approver, **parts)

    def with_options(self, given: str) -> Self:
        """The same policy with these options added, as `read_options` understands them; its name says so."""
        options = read_options((*self.header.options, *read_options(given)))
        if options == self.header.options:
            return self
        return dataclasses.replace(
            self, name=f"{self.name}+options", header=dataclasses.replace(self.header, options=options)
        )

    @property
    def digest(self) -> str:
        """SHA-256 over the canonical JSON of every setting, in hex."""
        text = json.dumps(dataclasses.asdict(self), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def shipped_policies() -> tuple[str, ...]:
    """The names of the policies in rules/policies, in the order of the alphabet."""
    return tuple(sorted(file.stem for file in resources.rules("policies").glob("*.toml")))


_SIGNED = ("name", "version", "author", "approver")
_LONGEST_WORD = 40


def _word(name: str, value: object) -> str:
    """Name, version and people of a policy: they appear in outputs, which have room for so much (VR LO)."""
    if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST_WORD or not value.isprintable():
        raise ConfigurationError(f"{name}: expected a text of 1 to {_LONGEST_WORD} characters")
    if "\\" in value:
        raise ConfigurationError(f"{name}: a backslash separates values in DICOM")
    return value


def _require_known(table: Mapping[str, Any], known: Sequence[str], where: str) -> None:
    if unknown := sorted(set(table) - set(known)):
        raise ConfigurationError(f"{_listed(unknown)} {_be(unknown)} unknown: {where} has {_listed(known)}")


def _listed(names: Sequence[str]) -> str:
    """As in "version, author and approver"."""
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last


def _be(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _part(kind: type[Any], room: str, table: object) -> Any:
    """One section of the file as its dataclass, each value of the type of the default."""
    if not isinstance(table, Mapping):
        raise ConfigurationError(f"{room} is not a table")
    known = {f.name: f for f in dataclasses.fields(kind)}
    _require_known(table, list(known), f"[{room}]")
    return kind(**{name: _value(f"{room}.{name}", known[name].default, value) for name, value in table.items()})


_KINDS = {
    "header.attributes": "a table of orders",
    "tuple": "a list of texts",
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "bool": "true or false",
}
"""What a value should be, in the words of TOML: by the name of the setting, or else by its type."""


def _value(name: str, default: object, value: object) -> object:
    """`value` as the type of `default`; bool is no number here."""
    if name == "header.options" and (isinstance(value, str) or _is_list_of_texts(value)):
        return read_options(value)
    if name == "header.issuers" and _is_list_of_texts(value):
        return tuple(value)
    if name == "header.attributes" and isinstance(value, Mapping):
        return tuple(Override.read(attribute, order) for attribute, order in value.items())
    kind = type(default)
    if issubclass(kind, StrEnum):
        try:
            return kind(str(value))
        except ValueError:
            raise ConfigurationError(f"{name}: choose one of {', '.join(kind)}") from None
    if kind is float and type(value) is int:
        return float(value)
    if type(value) is not kind:
        raise ConfigurationError(f"{name}: expected {_KINDS.get(name, _KINDS[kind.__name__])}")
    return value


def _is_list_of_texts(value: object) -> TypeGuard[list[str]]:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
