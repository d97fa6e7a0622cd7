"""Retained text that happens to hold an identifier of this very file is withheld: a name typed into a device field."""

from dataclasses import replace

from pydicom import DataElement
from pydicom.datadict import keyword_for_tag

from pixelclean.header.actions import Action
from pixelclean.header.clean import Cleaned
from pixelclean.header.dummies import TEXT
from pixelclean.header.harvest import elements_with_paths
from pixelclean.header.identifiers import Identifiers
from pixelclean.header.search import survives
from pixelclean.header.walk import Fate

_FREE_TEXT = frozenset(("SH", "LO", "ST", "LT", "UT", "UC"))
_WHY = "kept by the profile, but it holds an identifier of this file"


def withhold(cleaned: Cleaned, identifiers: Identifiers) -> Cleaned:
    """Replace such values by a dummy, in the cleaned data set itself, and say so in the fates.

    Only free text can be replaced without harm; whatever else survives is left for the proof to find.
    """
    held = [
        (path, element)
        for path, element in elements_with_paths(cleaned.dataset)
        if element.VR in _FREE_TEXT and survives(element, identifiers)
    ]
    for _, element in held:
        element.value = TEXT
    fates = {fate.path: fate for fate in cleaned.fates} | {path: _fate(path, element) for path, element in held}
    return replace(cleaned, fates=tuple(fates[path] for path in sorted(fates)))


def _fate(path: str, element: DataElement) -> Fate:
    return Fate(path, keyword_for_tag(element.tag), Action.DUMMY, _WHY)
