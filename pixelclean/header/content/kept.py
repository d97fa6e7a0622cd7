"""UIDs that stay because an option keeps the content item that they are the value of (PS3.15 Table E.3.4-1, K)."""

from dataclasses import replace

from pydicom import Dataset

from pixelclean.header.content.structured import fate_of
from pixelclean.header.identity.harvest import items_with_paths
from pixelclean.header.identity.identifiers import Identifiers
from pixelclean.header.values import text_at
from pixelclean.options import Option

_UID = 0x0040A124


def without_kept_items(identifiers: Identifiers, dataset: Dataset, options: tuple[Option, ...]) -> Identifiers:
    """The identifiers without UIDs that stay on purpose, such as that of an observing device."""
    if Option.CLEAN_STRUCTURED_CONTENT not in options:
        return identifiers
    kept = {
        text_at(item, "UID")
        for path, item in items_with_paths(dataset)
        if path and _UID in item and _UID in fate_of(item, options).keeps
    }
    return replace(identifiers, uids=identifiers.uids - kept) if kept & identifiers.uids else identifiers
