"""What must never show itself: Phi, Facts, the project key."""

import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pixelclean.facts import Facts
from pixelclean.key import ProjectKey
from pixelclean.phi import Phi

SECRET = "Sentinel^Zoe"
KEY = ProjectKey(bytes(range(32)))


def test_phi_hides_itself_in_every_kind_of_text():
    phi = Phi(SECRET)
    shown = [repr(phi), str(phi), f"{phi}", f"{phi!r:>20}", "%s" % phi, str([phi]), str({"a": phi})]
    assert not any("Sentinel" in text for text in shown)
    assert phi.reveal() == SECRET


def test_phi_is_never_pickled():
    with pytest.raises(TypeError):
        pickle.dumps(Phi(SECRET))


def test_equal_texts_are_equal_phi():
    assert Phi(SECRET) == Phi(SECRET)
    assert len({Phi(SECRET), Phi(SECRET), Phi("other")}) == 2


def test_facts_hide_their_values_and_cannot_be_changed():
    facts = Facts({"StationName": (SECRET,)})
    assert "Sentinel" not in repr(facts)
    assert facts.first("StationName") == SECRET
    assert facts.get("Modality") == () and facts.first("Modality") == ""
    with pytest.raises(TypeError):
        facts.values["Modality"] = ("US",)  # type: ignore[index]


def test_a_key_shows_its_fingerprint_only():
    assert KEY.secret.hex() not in repr(KEY)
    assert KEY.fingerprint in repr(KEY)


def test_a_key_of_another_length_is_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        ProjectKey(b"short")


@given(st.text(max_size=80))
def test_every_new_uid_is_a_valid_uid_and_depends_on_the_key(original):
    uid = KEY.uid(original)
    root, arc, number = uid.split(".")
    assert (root, arc) == ("2", "25") and len(uid) <= 64
    assert 0 < int(number) < 1 << 128 and number == str(int(number))
    assert uid == KEY.uid(original) != ProjectKey(bytes(32)).uid(original)


@given(st.text(max_size=40), st.text(max_size=40))
def test_different_originals_get_different_pseudonyms_and_purposes_do_not_mix(one, other):
    assert (KEY.pseudonym("patient", one) == KEY.pseudonym("patient", other)) == (one == other)
    assert KEY.pseudonym("patient", one) != KEY.pseudonym("study", one)


def test_pseudonyms_are_safe_file_names():
    assert set(KEY.pseudonym("patient", SECRET, length=51)) <= set("abcdefghijklmnopqrstuvwxyz234567")
