"""Which attributes identify, and how: rules/header/identifiers.toml, and every person name (VR PN)."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from pydicom.datadict import dictionary_has_tag, dictionary_VR

from pixelclean import resources
from pixelclean.header.annex_e.safe import tag_of
from pixelclean.header.identity.identifier import Kind

STUDY_INSTANCE_UID = 0x0020000D
_CODES = frozenset((0x00080100, 0x00080104, 0x00080119, 0x00080120))  # code, meaning, long code and URN code


@dataclass(frozen=True, slots=True)
class Coded:
    """What the codes in a sequence, and their meanings, name."""

    code: Kind
    meaning: Kind


@dataclass(frozen=True, slots=True)
class Telling:
    """Kinds by tag, code sequences by tag, and the tags whose values are no identifiers where a policy retains them."""

    kinds: Mapping[int, Kind]
    coded: Mapping[int, Coded]
    retainable: frozenset[int]


@cache
def telling() -> Telling:
    """The list, read once; a keyword that is no DICOM keyword is a mistake in the file."""
    table = tomllib.loads(resources.rules("header", "identifiers.toml").read_text("utf-8"))
    coded: dict[str, dict[str, Any]] = table.pop("coded")
    groups = table.values()
    retainable = {tag_of(keyword) for group in groups if group.get("retainable") for keyword in group["keywords"]}
    return Telling(
        {tag_of(keyword): Kind(group["kind"]) for group in groups for keyword in group["keywords"]},
        {tag_of(keyword): Coded(Kind(group["code"]), Kind(group["meaning"])) for keyword, group in coded.items()},
        frozenset(retainable | {tag_of(keyword) for keyword, group in coded.items() if group.get("retainable")}),
    )


@lru_cache(maxsize=1 << 14)
def meant_vr(tag: int, vr: str) -> str:
    """The dictionary's VR where that is a name or a UID: the attribute decides, not what a data set says of it."""
    known = dictionary_VR(tag) if dictionary_has_tag(tag) else vr
    return known if known in ("UI", "PN") else vr


def kind_at(tag: int, vr: str) -> Kind | None:
    """What a value of this attribute names; None where it identifies nobody."""
    return Kind.PERSON if meant_vr(tag, vr) == "PN" else telling().kinds.get(tag)


def may_identify(tag: int, vr: str | None) -> bool:
    """Whether an element may hold an identifier or names the study; `vr` is None where the encoding does not say."""
    return tag in _CODES or tag == STUDY_INSTANCE_UID or kind_at(tag, vr or "UN") is not None
