"""The attributes of a clinical trial that a mapping may fill (PS3.3 C.7.1.3, C.7.2.3, C.7.3.2)."""

import tomllib
from dataclasses import dataclass
from functools import cache

from pixelclean import resources


@dataclass(frozen=True, slots=True)
class TrialAttribute:
    """One attribute: its module (subject, study or series), and the Type that the module gives it."""

    keyword: str
    tag: int
    vr: str
    module: str
    type: str


@cache
def trial_attributes() -> tuple[TrialAttribute, ...]:
    """Every attribute that a mapping may fill, by tag: rules/header/clinical_trial.toml."""
    table = tomllib.loads(resources.rules("header", "clinical_trial.toml").read_text("utf-8"))
    found = (
        TrialAttribute(keyword, row["tag"], row["vr"], module, row["type"])
        for module, rows in table.items()
        for keyword, row in rows.items()
        if keyword != "source"
    )
    return tuple(sorted(found, key=lambda attribute: attribute.tag))


@cache
def keywords_by_tag() -> dict[int, str]:
    """The keyword of each of them."""
    return {attribute.tag: attribute.keyword for attribute in trial_attributes()}
