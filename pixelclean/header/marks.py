"""What the output says about its own de-identification (PS3.15 E.1.1 step 6, E.3; PS3.3 C.7.5.1, C.12.1.1)."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Literal

from pydicom import Dataset, Sequence

from pixelclean import resources
from pixelclean.header.iod import Type, top_level, type_of
from pixelclean.header.values import text_at

_PRODUCT = "pixelclean"
_METHOD = "pixelclean: DICOM PS3.15 2026d Annex E"
_BURNED_IN_ANNOTATION = 0x00280301
_RECOGNIZABLE_FEATURES = 0x00280302


def mark_identity_removed(dataset: Dataset, methods: tuple[str, ...]) -> None:
    """Say that the identity was removed, and by which profile and options: codes of CID 7050 such as "113100".

    What an earlier de-identification said is not repeated: this output answers for itself, and the text may identify.
    """
    dataset.PatientIdentityRemoved = "YES"
    dataset.DeidentificationMethod = _METHOD
    dataset.DeidentificationMethodCodeSequence = Sequence([_code(method, _meanings()[method]) for method in methods])


def mark_pixels(dataset: Dataset, burned_in: Literal["NO"] | None, features: Literal["YES", "NO"] | None) -> None:
    """Say what was established about the pixels; None: nothing was.

    An incoming NO that nothing here established goes, where the IOD lets it; an incoming YES stays, it is a warning.
    """
    _claim(dataset, _BURNED_IN_ANNOTATION, burned_in)
    _claim(dataset, _RECOGNIZABLE_FEATURES, features)


def mark_equipment(dataset: Dataset, version: str) -> None:
    """Name pixelclean as the de-identifying equipment (PS3.3 C.12.1.1.5), without date, place or institution."""
    item = Dataset()
    item.Manufacturer = _PRODUCT
    item.ManufacturerModelName = _PRODUCT
    item.SoftwareVersions = version
    item.PurposeOfReferenceCodeSequence = Sequence([_code("109104", "De-identifying Equipment")])
    dataset.ContributingEquipmentSequence = Sequence([item])


def _claim(dataset: Dataset, tag: int, claim: str | None) -> None:
    if claim is not None:
        dataset.add_new(tag, "CS", claim)
    elif tag in dataset and str(dataset[tag].value).strip().upper() != "YES" and not _is_demanded(dataset, tag):
        del dataset[tag]


def _is_demanded(dataset: Dataset, tag: int) -> bool:
    return type_of(top_level(text_at(dataset, "SOPClassUID")), tag) <= Type.ONE_C


def _code(value: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue = value
    item.CodingSchemeDesignator = "DCM"
    item.CodeMeaning = meaning
    return item


@cache
def _meanings() -> Mapping[str, str]:
    table = json.loads(resources.rules("header", "cid_7050.json").read_text("utf-8"))
    return {entry["code"]: entry["meaning"] for entry in table["codes"]}
