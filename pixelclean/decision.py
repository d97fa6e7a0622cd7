"""The decision: evidence in, one of the three ends out.  No proof, no release."""

from collections.abc import Iterator
from dataclasses import dataclass

from pixelclean.outcome import Outcome, Quarantined, Reason, Released, outcome_of
from pixelclean.policy import Policy, WithoutPixels
from pixelclean.proof import Proof
from pixelclean.reasons import ReasonCode


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that speaks for or against releasing one file.

    `noted`            reasons and notes gathered on the way: kind of object, device rules, change of syntax
    `expects_pixels`   the SOP class is an image
    `has_pixels`       there is pixel data
    `says_burned_in`   Burned In Annotation of the source is YES
    `certain`          something that is masked is text beyond doubt (told apart where `says_burned_in`)
    `doubtful`         number of places that may be text
    `document`         the image looks like a page of text
    `masked_share`     largest share of a frame that the plan masks, 0 to 1
    `readable`         number of words of the cleaned image that match an identifier
    `proof`            the proof of the written output, None where there is none
    """

    noted: tuple[Reason, ...] = ()
    expects_pixels: bool = False
    has_pixels: bool = False
    says_burned_in: bool = False
    certain: bool = False
    doubtful: int = 0
    document: bool = False
    masked_share: float = 0.0
    readable: int = 0
    proof: Proof | None = None


def decide(evidence: Evidence, policy: Policy) -> Outcome:
    """Released only with a proof that holds and no reason to ask."""
    reasons = (*doubts(evidence, policy), *_faults(evidence.proof))
    outcome = outcome_of(reasons)
    if isinstance(outcome, Released) and (evidence.proof is None or not evidence.proof.holds):
        return Quarantined((*reasons, Reason(ReasonCode.PROOF_FAILED)))
    return outcome


def doubts(evidence: Evidence, policy: Policy) -> tuple[Reason, ...]:
    """What is said about a file, and what speaks against releasing it, whether or not there is a proof yet."""
    return (*evidence.noted, *_doubts(evidence, policy))


def _doubts(evidence: Evidence, policy: Policy) -> Iterator[Reason]:
    if evidence.expects_pixels and not evidence.has_pixels and policy.header.without_pixels is WithoutPixels.QUEUE:
        yield Reason(ReasonCode.NO_PIXEL_DATA)
    if evidence.document:
        yield Reason(ReasonCode.LOOKS_LIKE_DOCUMENT)
    if evidence.masked_share > policy.pixel.largest_mask:
        yield Reason(ReasonCode.MASK_TOO_LARGE, f"{evidence.masked_share:.0%} of a frame")
    if evidence.doubtful:
        yield Reason(ReasonCode.FAINT_TEXT, f"{evidence.doubtful} places")
    if evidence.says_burned_in and evidence.has_pixels and not evidence.certain:
        yield Reason(ReasonCode.BURNED_IN_YES_NOTHING_FOUND, "(0028,0301)")
    if evidence.readable:
        yield Reason(ReasonCode.IDENTIFIER_READABLE, f"{evidence.readable} words")


def _faults(proof: Proof | None) -> Iterator[Reason]:
    if proof is None:
        yield Reason(ReasonCode.PROOF_FAILED)
        return
    if proof.changed_outside:
        yield Reason(ReasonCode.CHANGED_OUTSIDE_MASK, f"{proof.changed_outside} pixels")
    if proof.not_filled_inside:
        yield Reason(ReasonCode.NOT_FILLED, f"{proof.not_filled_inside} pixels")
    if proof.text_left:
        yield Reason(ReasonCode.TEXT_LEFT, f"{proof.text_left} places")
    if proof.identifiers_left:
        yield Reason(ReasonCode.IDENTIFIER_SURVIVES, ", ".join(proof.identifiers_left[:10]))
