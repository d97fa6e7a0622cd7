"""Outcomes: the gravest reason decides, and nothing is released by accident."""

from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from pixelclean.outcome import Output, Quarantined, Queued, Reason, Released, Result, held, outcome_of
from pixelclean.proof import Proof
from pixelclean.reasons import End, ReasonCode

GOOD = Proof(0, 0, 0, 0, (), True, "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.1", "native")
OUTPUT = Output("a.dcm", "0" * 64, PurePosixPath("p/s/e/i.dcm"))


def test_every_code_has_words_and_an_end():
    for code in ReasonCode:
        assert code.words.endswith(".")
        assert code.end in End


def test_a_code_that_nobody_gave_an_end_to_is_quarantine():
    assert ReasonCode.INTERNAL_ERROR.end is End.QUARANTINE
    assert ReasonCode.CRASHED.end is End.QUARANTINE


def test_the_gravest_reason_decides():
    note, ask, bad = (
        Reason(code) for code in (ReasonCode.TRANSFER_SYNTAX_CHANGED, ReasonCode.FAINT_TEXT, ReasonCode.TRUNCATED)
    )
    assert outcome_of(()) == Released()
    assert outcome_of((note,)) == Released((note,))
    assert outcome_of((note, ask)) == Queued((note, ask))
    assert outcome_of((note, ask, bad)) == Quarantined((note, ask, bad))


def test_nothing_waits_without_a_reason():
    for end in (Queued, Quarantined):
        with pytest.raises(ValueError, match="without a reason"):
            end(())


def test_a_held_file_is_never_released_even_when_its_reasons_are_only_notes():
    assert isinstance(held("0" * 64, (Reason(ReasonCode.SAME_FILE_AGAIN),)).outcome, Quarantined)
    assert isinstance(held("0" * 64, ()).outcome, Quarantined)


@pytest.mark.parametrize(
    "flaw",
    [{"changed_outside": 1}, {"not_filled_inside": 1}, {"text_left": 1}, {"identifiers_left": ("00100010",)}],
)
def test_a_release_needs_a_proof_that_holds(flaw):
    broken = replace(GOOD, **flaw)
    assert GOOD.holds and not broken.holds
    with pytest.raises(ValueError, match="without a proof"):
        Result("0" * 64, Released(), OUTPUT, proof=broken)
    with pytest.raises(ValueError, match="without a proof"):
        Result("0" * 64, Released(), OUTPUT)


def test_released_and_having_an_output_are_the_same_thing():
    with pytest.raises(ValueError, match="same thing"):
        Result("0" * 64, Released(), None, proof=GOOD)
    with pytest.raises(ValueError, match="same thing"):
        Result("0" * 64, Queued((Reason(ReasonCode.FAINT_TEXT),)), OUTPUT, proof=GOOD)
