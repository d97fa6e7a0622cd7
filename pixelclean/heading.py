"""Headings: what becomes of the header around the pixels, and what it may say afterwards.

`Deidentified` is PS3.15 Annex E.  `Untouched` keeps the header for use inside the house and claims nothing.
"""

from dataclasses import dataclass
from typing import Literal, Protocol

from pydicom import Dataset

from pixelclean.devices import Kind
from pixelclean.dicom import Source, has_pixels
from pixelclean.header import (
    Cleaned,
    Identifiers,
    clean_header,
    harvest,
    mark_equipment,
    mark_identity_removed,
    mark_pixels,
    withhold,
)
from pixelclean.key import ProjectKey
from pixelclean.policy import HeaderPolicy
from pixelclean.version import __version__

_BASIC_PROFILE, _CLEAN_PIXEL_DATA = "113100", "113101"  # CID 7050


class Heading(Protocol):
    """Treats the header of one source."""

    def identifiers(self, source: Source) -> Identifiers:
        """What the output must not show any more, taken before the header is cleaned."""

    def dataset(self, source: Source, identifiers: Identifiers, kind: Kind) -> Dataset:
        """A new data set with the header as it shall leave; its pixel data are the source's."""


@dataclass(frozen=True, slots=True)
class Deidentified:
    """The Basic Profile, and the Clean Pixel Data option for images: claimed here, proven before release.

    The claims are written before the proof is made, since the proof is made on the written file; a draft whose proof
    does not hold is thrown away with its claims.
    """

    key: ProjectKey
    policy: HeaderPolicy

    def identifiers(self, source: Source) -> Identifiers:
        """Everything identifying that the header knows."""
        return harvest(source.dataset)

    def cleaned(self, source: Source, identifiers: Identifiers) -> Cleaned:
        """The cleaned header, before anything is claimed, and the fate of every attribute."""
        header = clean_header(source.dataset, self.key, self.policy, instance_fallback=source.digest)
        return withhold(header, identifiers)

    def dataset(self, source: Source, identifiers: Identifiers, kind: Kind) -> Dataset:
        """The cleaned header with its marks (PS3.15 E.1.1, E.3.1)."""
        dataset = self.cleaned(source, identifiers).dataset
        if has_pixels(dataset):
            return _marked(dataset, (_BASIC_PROFILE, _CLEAN_PIXEL_DATA), "NO", kind)
        return _marked(dataset, (_BASIC_PROFILE,), None, kind)


@dataclass(frozen=True, slots=True)
class Masked:
    """The Basic Profile where only given boxes were masked: no text was searched, so no pixel option is claimed."""

    header: Deidentified

    def identifiers(self, source: Source) -> Identifiers:
        """Everything identifying that the header knows."""
        return self.header.identifiers(source)

    def dataset(self, source: Source, identifiers: Identifiers, kind: Kind) -> Dataset:
        """The cleaned header; of Burned In Annotation an incoming YES stays, it is a warning, and a NO goes."""
        return _marked(self.header.cleaned(source, identifiers).dataset, (_BASIC_PROFILE,), None, kind)


@dataclass(frozen=True, slots=True)
class Untouched:
    """The header as it was, with no attribute that speaks of de-identification."""

    def identifiers(self, source: Source) -> Identifiers:
        """Nothing: the caller keeps the header on purpose."""
        return Identifiers(frozenset(), frozenset())

    def dataset(self, source: Source, identifiers: Identifiers, kind: Kind) -> Dataset:
        """A data set of its own with the source's elements; pixel attributes are replaced, never edited in place."""
        kept = Dataset()
        implicit, little = source.dataset.original_encoding
        kept.set_original_encoding(implicit, little, source.dataset.original_character_set)
        for element in source.dataset:
            kept.add(element)
        return kept


def _marked(dataset: Dataset, methods: tuple[str, ...], burned_in: Literal["NO"] | None, kind: Kind) -> Dataset:
    mark_identity_removed(dataset, methods)
    mark_pixels(dataset, burned_in, kind.features if has_pixels(dataset) else None)  # without pixels nothing shows
    mark_equipment(dataset, __version__)
    return dataset
