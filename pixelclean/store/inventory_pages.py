"""inventory.csv and inventory.html: an inventory for people.  They show values of data sets, so they are private."""

import base64
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import jinja2

from pixelclean.errors import ConfigurationError
from pixelclean.inventory import Attribute, Fate, Inventory, Value, Word
from pixelclean.private import write_private
from pixelclean.spreadsheet import write_csv

_TEMPLATE = Path(__file__).with_name("inventory.html.j2")
_SCRIPT = Path(__file__).with_name("inventory.js")
_CSV, _HTML = "inventory.csv", "inventory.html"
_COLUMNS = (
    *("attribute", "tags", "vr", "private", "files", "occurrences", "patients"),
    *("fate", "why", "times with this fate", "distinct values", "lowest", "highest"),
    *("value", "would leave as", "times", "in one patient only"),
)
_IN_SIGHT, _OF_WHAT_GOES = 6, 2  # values that are shown without a click


def require_none(folder: Path) -> None:
    """ConfigurationError where the lists of an earlier inventory are in a folder."""
    for name in (_CSV, _HTML):
        if os.path.lexists(folder / name):
            raise ConfigurationError(f"{folder / name} exists already; choose a new --out, or replace it with --force")


def replaced(inventory: Inventory, folder: Path, most: int) -> tuple[Path, Path]:
    """Write both lists into a private folder: every remembered value as CSV, the `most` frequent ones as HTML.

    Those of an earlier inventory are gone then.  Raises ConfigurationError where they cannot be written.
    """
    sheet, page = folder / _CSV, folder / _HTML
    content = rendered(inventory, most).encode("utf-8", "backslashreplace")
    try:
        sheet.unlink(missing_ok=True)
        page.unlink(missing_ok=True)
        write_private(page, "inventory", content)
    except OSError:
        raise ConfigurationError(f"the inventory {page} cannot be written") from None
    write_csv(sheet, "inventory", rows(inventory))
    return sheet, page


def rows(inventory: Inventory) -> Iterator[tuple[str, ...]]:
    """The sheet: one line for each value, its attribute and its fate in front."""
    yield _COLUMNS
    for attribute in inventory.attributes:
        for fate in attribute.fates:
            about = (*_about(attribute), *_told(fate))
            for value in fate.values:
                yield (*about, *_listed(value))
            if fate.more:
                yield (*about, "(values beyond those that were remembered)", "", str(fate.more), "")


def rendered(inventory: Inventory, most: int) -> str:
    """The page: one file, nothing fetched, and the one script in it is its own."""
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)
    script = _SCRIPT.read_text(encoding="utf-8")
    return environment.from_string(_TEMPLATE.read_text(encoding="utf-8")).render(
        inventory=inventory,
        counts={word: count for word in Word if (count := sum(each.word is word for each in inventory.attributes))},
        most=most,
        in_sight=_in_sight,
        script=script,
        script_hash=base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    )


def _in_sight(fate: Fate) -> int:
    return _IN_SIGHT if fate.word.stays else _OF_WHAT_GOES


def _about(attribute: Attribute) -> tuple[str, ...]:
    return (
        attribute.name,
        attribute.tags,
        " or ".join(attribute.vrs),
        "yes" if attribute.is_private else "no",
        str(attribute.instances),
        str(attribute.occurrences),
        str(attribute.patients),
    )


def _told(fate: Fate) -> tuple[str, ...]:
    distinct = f"more than {fate.distinct}" if fate.more else str(fate.distinct)
    ends = ("" if number is None else f"{number:g}" for number in (fate.lowest, fate.highest))
    return (fate.word.value, "; ".join(fate.why), str(fate.count), distinct, *ends)


def _listed(value: Value) -> tuple[str, ...]:
    return (value.text, value.after or "", str(value.count), "yes" if value.of_one_patient else "no")
