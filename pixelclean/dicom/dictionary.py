"""Teaches pydicom the public attributes it lacks (PS3.6 is newer than its dictionary)."""

import json
from functools import cache

from pydicom.datadict import add_dict_entries, dictionary_has_tag

from pixelclean import resources


@cache
def know_additions() -> None:
    """Add the attributes of rules/header/dict_additions.json that pydicom does not know; harmless when called again.

    Without them an attribute that PS3.15 names has no keyword, and in Implicit VR no value representation.
    """
    rows = json.loads(resources.rules("header", "dict_additions.json").read_text(encoding="utf-8"))
    additions = {
        int(row["id"], 16): (row["vr"], row["vm"], row["name"] or row["keyword"], _retired(row), row["keyword"])
        for row in rows
        if not dictionary_has_tag(int(row["id"], 16))
    }
    add_dict_entries(additions)


def _retired(row: dict[str, object]) -> str:
    return "Retired" if row["retired"] else ""
