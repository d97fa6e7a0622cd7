"""The decision: no proof, no release; every doubt has its code and its end."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixelclean.decision import Evidence, decide, doubts
from pixelclean.outcome import Quarantined, Queued, Reason, Released, reasons_of
from pixelclean.policy import HeaderPolicy, Policy, WithoutPixels
from pixelclean.proof import Proof
from pixelclean.reasons import End, ReasonCode

POLICY = Policy.load()
GOOD = Proof(0, 0, 0, 0, (), pixels_unchanged=True, syntax_in="1.2", syntax_out="1.2", decoder="")
SOUND = Evidence(has_pixels=True, expects_pixels=True, proof=GOOD)


def test_sound_evidence_is_released_with_its_notes() -> None:
    note = Reason(ReasonCode.TRANSFER_SYNTAX_CHANGED, "1.2 to 1.3")
    assert decide(SOUND, POLICY) == Released()
    assert decide(replace(SOUND, noted=(note,)), POLICY) == Released((note,))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"document": True}, ReasonCode.LOOKS_LIKE_DOCUMENT),
        ({"masked_share": 0.51}, ReasonCode.MASK_TOO_LARGE),
        ({"doubtful": 1}, ReasonCode.FAINT_TEXT),
        ({"says_burned_in": True}, ReasonCode.BURNED_IN_YES_NOTHING_FOUND),
        ({"readable": 1}, ReasonCode.IDENTIFIER_READABLE),
        ({"noted": (Reason(ReasonCode.SOP_CLASS_NOT_ALLOWED),)}, ReasonCode.SOP_CLASS_NOT_ALLOWED),
        ({"proof": replace(GOOD, text_left=1)}, ReasonCode.TEXT_LEFT),
        ({"proof": replace(GOOD, identifiers_left=("00100010",))}, ReasonCode.IDENTIFIER_SURVIVES),
    ],
)
def test_every_doubt_asks_an_operator_under_its_code(changes: dict[str, object], code: ReasonCode) -> None:
    outcome = decide(replace(SOUND, **changes), POLICY)  # type: ignore[arg-type]
    assert isinstance(outcome, Queued)
    assert code in {reason.code for reason in outcome.reasons}


@pytest.mark.parametrize(
    ("proof", "code"),
    [
        (None, ReasonCode.PROOF_FAILED),
        (replace(GOOD, changed_outside=1), ReasonCode.CHANGED_OUTSIDE_MASK),
        (replace(GOOD, not_filled_inside=1), ReasonCode.NOT_FILLED),
    ],
)
def test_a_proof_that_is_missing_or_broken_quarantines(proof: Proof | None, code: ReasonCode) -> None:
    outcome = decide(replace(SOUND, proof=proof), POLICY)
    assert isinstance(outcome, Quarantined)
    assert [reason.code for reason in outcome.reasons] == [code]


def test_burned_in_yes_is_content_once_something_masked_is_text_beyond_doubt() -> None:
    assert decide(replace(SOUND, says_burned_in=True, certain=True, masked_share=0.01), POLICY) == Released()
    assert decide(replace(SOUND, says_burned_in=True, masked_share=0.01), POLICY) != Released()
    assert decide(Evidence(says_burned_in=True, proof=GOOD), POLICY) == Released()


def test_a_mask_of_exactly_the_largest_share_is_not_too_large() -> None:
    assert decide(replace(SOUND, masked_share=POLICY.pixel.largest_mask), POLICY) == Released()


def test_an_image_class_without_pixels_is_the_policys_to_judge() -> None:
    bare = Evidence(expects_pixels=True, proof=GOOD)
    strict = replace(POLICY, header=HeaderPolicy(without_pixels=WithoutPixels.QUEUE))
    assert decide(bare, POLICY) == Released()
    assert decide(bare, strict) == Queued((Reason(ReasonCode.NO_PIXEL_DATA),))
    assert decide(replace(bare, expects_pixels=False), strict) == Released()


def test_the_names_of_many_surviving_identifiers_are_cut_short() -> None:
    proof = replace(GOOD, identifiers_left=tuple(f"0010{tag:04d}" for tag in range(50)))
    (reason,) = reasons_of(decide(replace(SOUND, proof=proof), POLICY))
    assert len(reason.detail) < 120


def test_doubts_need_no_proof_and_are_part_of_every_decision() -> None:
    early = Evidence(has_pixels=True, document=True, doubtful=2, masked_share=0.9)
    found = doubts(early, POLICY)
    assert {reason.code for reason in found} == {
        ReasonCode.LOOKS_LIKE_DOCUMENT,
        ReasonCode.MASK_TOO_LARGE,
        ReasonCode.FAINT_TEXT,
    }
    assert reasons_of(decide(replace(early, proof=GOOD), POLICY)) == found


counts = st.integers(0, 3)
proofs = st.builds(
    Proof, counts, counts, counts, counts, st.lists(st.just("00100010"), max_size=2).map(tuple), st.booleans(),
    st.just("1.2"), st.just("1.2"), st.just(""),
)  # fmt: skip
evidence = st.builds(
    Evidence,
    noted=st.lists(st.sampled_from(ReasonCode).map(Reason), max_size=3).map(tuple),
    expects_pixels=st.booleans(), has_pixels=st.booleans(), says_burned_in=st.booleans(), doubtful=counts,
    document=st.booleans(), masked_share=st.floats(0, 1), readable=counts, proof=st.none() | proofs,
)  # fmt: skip


@given(evidence)
def test_nothing_is_released_without_a_proof_that_holds(given_evidence: Evidence) -> None:
    outcome = decide(given_evidence, POLICY)
    if isinstance(outcome, Released):
        assert given_evidence.proof is not None
        assert given_evidence.proof.holds
        assert not (given_evidence.document or given_evidence.doubtful or given_evidence.readable)
        assert given_evidence.masked_share <= POLICY.pixel.largest_mask


@given(evidence)
def test_the_gravest_reason_decides(given_evidence: Evidence) -> None:
    outcome = decide(given_evidence, POLICY)
    ends = {reason.code.end for reason in reasons_of(outcome)}
    wanted = Quarantined if End.QUARANTINE in ends else Queued if End.QUEUE in ends else Released
    assert type(outcome) is wanted


@given(evidence)
def test_more_doubt_never_helps(given_evidence: Evidence) -> None:
    order = {Released: 0, Queued: 1, Quarantined: 2}
    before = order[type(decide(given_evidence, POLICY))]
    worse = replace(given_evidence, document=True, doubtful=given_evidence.doubtful + 1)
    assert order[type(decide(worse, POLICY))] >= max(before, 1)
