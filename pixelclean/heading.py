"""Headings: what becomes of the header around the pixels, and what it may say afterwards.

`Deidentified` is PS3.15 Annex E.  `Untouched` keeps the header for use inside the house and claims nothing.
"""

from copy import copy
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from pydicom import Dataset

from pixelclean.assignments import EVERY_ISSUER, NO_ASSIGNMENTS, Assignments, Patient
from pixelclean.devices import Kind, Standing
from pixelclean.dicom import Source, has_pixels
from pixelclean.envelope import Cipher, Recipients, seal
from pixelclean.header import (
    ENCRYPTED,
    Cleaned,
    Identifiers,
    Method,
    Trace,
    assigned_in,
    attach,
    clean_header,
    earlier_method,
    harvest,
    is_own,
    kept_by_order,
    made_by,
    mark_equipment,
    mark_identity_removed,
    mark_pixels,
    method_for,
    method_of,
    ordered_in,
    orders_of,
    patient_of,
    placed_by,
    retains,
    rules_of,
    says_deidentified,
    silence,
    withhold,
    without_kept_items,
)
from pixelclean.key import ProjectKey
from pixelclean.options import CODES, Option
from pixelclean.outcome import Reason
from pixelclean.pixels import MASKED, say_masked
from pixelclean.pixels.copies import pixel_copies, remove_copies
from pixelclean.policy import Policy
from pixelclean.reasons import ReasonCode
from pixelclean.version import __version__

_DERIVATION = 0x00082111
_TOLD = 10  # places in the detail of a reason


class Heading(Protocol):
    """Treats the header of one source."""

    @property
    def digest(self) -> str:
        """Names what it depends on beside policy and key."""

    @property
    def cleans(self) -> bool:
        """Whether it takes out what identifies; one that does not keeps overlay planes, but not over what is masked."""

    def patient(self, source: Source) -> str:
        """What keeps the files of one patient together in OUT."""

    def notes(self, source: Source) -> tuple[Reason, ...]:
        """What is to be said about the header's past."""

    def identifiers(self, source: Source, siblings: frozenset[Trace] = frozenset()) -> Identifiers:
        """What the output must not show any more, taken before the header is cleaned.

        `siblings` is what other instances of the study say.
        """

    def dataset(self, source: Source, identifiers: Identifiers, kind: Kind) -> Dataset:
        """A new data set with the header as it shall leave; its pixel data are the source's."""


@dataclass(frozen=True, slots=True)
class Deidentified:
    """Profile and options of a policy: claimed here, proven before release; ConfigurationError for a wrong policy.

    The claims are written before the proof is made, since the proof is made on the written file; a draft whose proof
    does not hold is thrown away with its claims.
    """

    key: ProjectKey
    policy: Policy
    assignments: Assignments = NO_ASSIGNMENTS
    recipients: Recipients | None = None
    cipher: Cipher = Cipher.AES_256

    def __post_init__(self) -> None:
        # A wrong order, or a mapping of another key, stops the run before its first file.
        rules_of(self.policy.header)
        self.assignments.require_key(self.key)

    @property
    def digest(self) -> str:
        """What a mapping assigns, the recipients of originals, and what theirs are encrypted with."""
        return f"{self.assignments.digest} {f'{self.recipients.digest} {self.cipher}' if self.recipients else ''}"

    @property
    def cleans(self) -> bool:
        """It does."""
        return True

    def patient(self, source: Source) -> str:
        """The pseudonym of the patient."""
        return self._patient(source).pseudonym

    def notes(self, source: Source) -> tuple[Reason, ...]:
        """Whether the source was de-identified before."""
        if is_own(source.dataset, self.key, self.assignments):
            return (Reason(ReasonCode.CLEANED_BEFORE),)
        return (Reason(ReasonCode.SAYS_DEIDENTIFIED),) if says_deidentified(source.dataset) else ()

    def identifiers(self, source: Source, siblings: frozenset[Trace] = frozenset()) -> Identifiers:
        """Everything identifying that this header and those of its siblings know."""
        by_order = ordered_in(source.dataset, orders_of(self.policy.header))
        assigned = self._patient(source).assigned if self.assignments.entries else None
        by_key, by_mapping = made_by(self.key, by_order), assigned_in(source.dataset, assigned)
        retained = retains(self.policy.header)
        ordered = kept_by_order(self.policy.header)
        found = harvest(source.dataset, retained, siblings, lambda text: by_key(text) or by_mapping(text), ordered)
        placed = placed_by(self.policy.header, assigned, self._said_of_it(source)) | {(_DERIVATION, MASKED)}
        return without_kept_items(replace(found, placed=placed), source.dataset, self.policy.header.options)

    def cleaned(self, source: Source, identifiers: Identifiers) -> Cleaned:
        """The cleaned header, before anything is claimed, and the fate of every attribute."""
        header = clean_header(
            source.dataset, self.key, self.policy.header, source.digest, identifiers, self.assignments
        )
        return withhold(header, identifiers)

    def dataset(self, source: Source, identifiers: Identifiers, kind: Kind) -> Dataset:
        """The cleaned header with its marks (PS3.15 E.1.1, E.3.1)."""
        dataset = self.cleaned(source, identifiers).dataset
        if self._masked_before(source):
            say_masked(dataset)
        if has_pixels(dataset) and Option.CLEAN_PIXEL_DATA in self.policy.header.options:
            return self.marked(dataset, source, (CODES[Option.CLEAN_PIXEL_DATA],), "NO", kind)
        return self.marked(dataset, source, (), None, kind)

    def marked(
        self, dataset: Dataset, source: Source, pixels: tuple[str, ...], burned_in: Literal["NO"] | None, kind: Kind
    ) -> Dataset:
        """The data set with its marks; `pixels` are the codes of what is done to the pixels."""
        if kind.standing is Standing.EMBEDDED:
            silence(dataset)
        remove_copies(dataset)
        method = method_for(self.policy, str(dataset.get("LongitudinalTemporalInformationModified", "")))
        texts = (*method.texts, ENCRYPTED) if self.recipients else method.texts
        mark_identity_removed(dataset, Method((*method.codes, *pixels), texts).after(self._earlier(source)))
        # Without pixels nothing shows.
        mark_pixels(dataset, burned_in, kind.features if has_pixels(dataset) else None)
        mark_equipment(dataset, __version__)
        if (recipients := self.recipients) is not None:
            attach(dataset, source.dataset, lambda content: seal(content, recipients, self.cipher))
        return dataset

    def _masked_before(self, source: Source) -> bool:
        """Whether an earlier stage of ours masked pixels; the word of others counts for nothing."""
        return is_own(source.dataset, self.key, self.assignments) and MASKED in str(
            source.dataset.get("DerivationDescription", "")
        )

    def _said_of_it(self, source: Source) -> tuple[str, ...]:
        """Every text that De-identification Method may hold afterwards: words of programs, which people bear too."""
        return (*self._earlier(source).texts, *method_of(self.policy).texts, ENCRYPTED)

    def _earlier(self, source: Source) -> Method:
        return earlier_method(source.dataset, self.key, self.assignments, self.policy)

    def _patient(self, source: Source) -> Patient:
        return patient_of(source.dataset, self.key, source.digest, self.assignments, self.policy.header.issuers)


@dataclass(frozen=True, slots=True)
class Masked:
    """The header as the policy wants it where only given boxes were masked.

    No text was searched, so no pixel option is claimed.
    """

    header: Deidentified

    @property
    def digest(self) -> str:
        """That of the header's cleaning."""
        return self.header.digest

    @property
    def cleans(self) -> bool:
        """It does."""
        return True

    def patient(self, source: Source) -> str:
        """The pseudonym of the patient."""
        return self.header.patient(source)

    def notes(self, source: Source) -> tuple[Reason, ...]:
        """Whether the source was de-identified before."""
        return self.header.notes(source)

    def identifiers(self, source: Source, siblings: frozenset[Trace] = frozenset()) -> Identifiers:
        """Everything identifying that this header and those of its siblings know."""
        return self.header.identifiers(source, siblings)

    def dataset(self, source: Source, identifiers: Identifiers, kind: Kind) -> Dataset:
        """The cleaned header; of Burned In Annotation an incoming YES stays, it is a warning, and a NO goes."""
        return self.header.marked(self.header.cleaned(source, identifiers).dataset, source, (), None, kind)


@dataclass(frozen=True, slots=True)
class Untouched:
    """The header as it was, with no attribute that speaks of de-identification.

    Whatever shows the pixels once more is no header: icons and other copies leave, or a mask would hide nothing.
    """

    key: ProjectKey

    @property
    def digest(self) -> str:
        """Nothing."""
        return ""

    @property
    def cleans(self) -> bool:
        """It does not: the caller keeps the header on purpose."""
        return False

    def patient(self, source: Source) -> str:
        """The pseudonym of the patient, for the names of folders only."""
        return patient_of(source.dataset, self.key, source.digest, issuers=(EVERY_ISSUER,)).pseudonym

    def notes(self, source: Source) -> tuple[Reason, ...]:
        """What does not stay of a header that is kept; what it claims goes on as it came."""
        copies = pixel_copies(source.dataset)
        return (Reason(ReasonCode.PIXEL_COPIES_REMOVED, ", ".join(copies[:_TOLD])),) if copies else ()

    def identifiers(self, source: Source, siblings: frozenset[Trace] = frozenset()) -> Identifiers:
        """Nothing: the caller keeps the header on purpose."""
        return Identifiers(frozenset(), frozenset())

    def dataset(self, source: Source, identifiers: Identifiers, kind: Kind) -> Dataset:
        """A data set of its own with what the source has, but for copies of its pixels."""
        kept = Dataset()
        implicit, little = source.dataset.original_encoding
        kept.set_original_encoding(implicit, little, source.dataset.original_character_set)
        for element in source.dataset:
            kept.add(copy(element))  # pydicom edits in place what is assigned to a keyword
        remove_copies(kept)
        return kept
