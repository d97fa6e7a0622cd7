"""What the output says about its own de-identification (PS3.15 E.1.1 step 6, E.3; PS3.3 C.7.5.1, C.12.1.1)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Literal, Self

from pydicom import DataElement, Dataset, Sequence

from pixelclean import resources
from pixelclean.header import codes
from pixelclean.header.annex_e.iod import Type, top_level, type_of
from pixelclean.header.values import text_at
from pixelclean.options import CODES, Option

_PRODUCT = "pixelclean"
_BURNED_IN_ANNOTATION = 0x00280301
_RECOGNIZABLE_FEATURES = 0x00280302


@dataclass(frozen=True, slots=True)
class Method:
    """By what the identity was removed: codes of CID 7050 such as "113100", and texts of at most 64 characters."""

    codes: tuple[str, ...]
    texts: tuple[str, ...]

    def after(self, earlier: Self) -> Self:
        """Both, each once (PS3.3 C.7.1.1: items and values accumulate): codes in order, texts of earlier steps first."""
        return replace(
            self,
            codes=tuple(sorted({*earlier.codes, *self.codes})),
            texts=tuple(dict.fromkeys((*earlier.texts, *self.texts))),
        )


def mark_identity_removed(dataset: Dataset, method: Method) -> None:
    """Say that the identity was removed, and by which profile, options and manners."""
    dataset.PatientIdentityRemoved = "YES"
    dataset.DeidentificationMethod = list(method.texts)
    dataset.DeidentificationMethodCodeSequence = Sequence([_method(code) for code in method.codes])
    if not method.codes:
        del dataset.DeidentificationMethodCodeSequence


def mark_pixels(dataset: Dataset, burned_in: Literal["NO"] | None, features: Literal["YES", "NO"] | None) -> None:
    """Say what was established about the pixels; None: nothing was.

    Burned In Annotation is about "sufficient burned in annotation to identify the patient and date the image was acquired"
    (PS3.3 C.7.6.1), and the Clean Pixel Data Option asks for NO (PS3.15 E.3.1): settings and units that a policy keeps are
    no such annotation, so NO is true of an image that shows them, too.

    An incoming NO that nothing here established goes, where the IOD lets it; an incoming YES stays, it is a warning.
    """
    _claim(dataset, _BURNED_IN_ANNOTATION, burned_in)
    _claim(dataset, _RECOGNIZABLE_FEATURES, features)


def mark_equipment(dataset: Dataset, version: str) -> None:
    """Name pixelclean as the de-identifying equipment (PS3.3 C.12.1.1.5), without date, place or institution."""
    dataset.ContributingEquipmentSequence = Sequence([_equipment(version)])


@cache
def _equipment(version: str) -> Dataset:
    """The item that every output has; like those of codes it is made once, and nobody changes it."""
    item = Dataset()
    item.Manufacturer = _PRODUCT
    item.ManufacturerModelName = _PRODUCT
    item.SoftwareVersions = version
    item.PurposeOfReferenceCodeSequence = Sequence([_code("109104", "De-identifying Equipment")])
    return item


def _claim(dataset: Dataset, tag: int, claim: str | None) -> None:
    if claim is not None:
        dataset.add_new(tag, "CS", claim)
    elif tag in dataset and str(dataset[tag].value).strip().upper() != "YES" and not _is_demanded(dataset, tag):
        del dataset[tag]


def _is_demanded(dataset: Dataset, tag: int) -> bool:
    return type_of(top_level(text_at(dataset, "SOPClassUID")), tag) <= Type.ONE_C


@cache
def _method(code: str) -> Dataset:
    if code == CODES[Option.RETAIN_PATIENT_ID_HASH]:
        return _code(code, "Retain Patient ID Hash Option", "99DCM")
    return _code(code, _meanings()[code])


def _code(value: str, meaning: str, scheme: str = "DCM") -> Dataset:
    parts = ((codes.VALUE, "SH", value), (codes.DESIGNATOR, "SH", scheme), (codes.MEANING, "LO", meaning))
    elements = (DataElement(tag, vr, text, already_converted=True) for tag, vr, text in parts)
    return Dataset({element.tag: element for element in elements})


@cache
def _meanings() -> Mapping[str, str]:
    table = json.loads(resources.rules("header", "cid_7050.json").read_text("utf-8"))
    return {entry["code"]: entry["meaning"] for entry in table["codes"]}
