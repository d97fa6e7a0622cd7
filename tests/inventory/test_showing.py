"""Values as they are shown: one line, bounded, distinct where the values are, and harmless to whoever shows them."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import DataElement, Dataset, Sequence

from pixelclean.inventory.showing import cut, numbers_of, shown, visible


@pytest.mark.parametrize(
    ("vr", "value", "wanted"),
    [
        ("LO", "Sentinel", "Sentinel"),
        ("LO", ["a", "b"], "a\\b"),
        ("LO", "", ""),
        ("PN", "Sentinel^Zoe", "Sentinel^Zoe"),
        ("DS", "1.50", "1.50"),
        ("US", [1, 2], "1\\2"),
        ("SQ", Sequence([Dataset()]), "1 item"),
        ("SQ", Sequence(), "0 items"),
        ("UN", b"ZZ text\0", "ZZ text [8 bytes]"),
        ("LT", "two\r\nlines", "two<U+000D><U+000A>lines"),
    ],
)
def test_a_value_is_shown_whole(vr: str, value: object, wanted: str) -> None:
    assert shown(DataElement(0x00091001, vr, value)) == wanted


def test_long_texts_are_cut_and_say_how_long_they_are_and_still_differ() -> None:
    one, two = cut("x" * 100 + "a"), cut("x" * 100 + "b")
    assert one.startswith("x" * 80 + "… (101 characters #")
    assert one != two


def test_bytes_are_told_by_size_and_digest() -> None:
    one, two = (shown(DataElement(0x7FE00010, "OB", bytes([1, 2, each]))) for each in (3, 4))
    assert one.startswith("3 bytes #")
    assert one != two


def test_many_numbers_are_told_by_their_ends() -> None:
    element = DataElement(0x00283006, "US", list(range(7, 107)))
    assert shown(element).startswith("100 numbers, 7 to 106 #")


def test_what_is_no_number_does_not_count_as_one() -> None:
    assert numbers_of(DataElement(0x00181411, "DS", ["1", "", "3"])) == [1.0, 3.0]
    assert numbers_of(DataElement(0x00189306, "FD", [float("nan"), 2.0])) == [2.0]
    assert numbers_of(DataElement(0x00100010, "PN", "7")) == []


@given(st.text().filter(lambda text: "<U+" not in text))
def test_nothing_unseen_is_left_and_nothing_else_is_changed(text: str) -> None:
    line = visible(text)
    assert not any(unicodedata.category(each) in ("Cc", "Cf", "Cs", "Zl", "Zp") for each in line)
    assert re.sub(r"<U\+([0-9A-F]{4,6})>", lambda spelled: chr(int(spelled[1], 16)), line) == text


@given(st.text(max_size=400))
def test_no_text_becomes_long(text: str) -> None:
    assert len(cut(text)) <= 80 * len("<U+10FFFF>") + len("… (400 characters #12345678)")
