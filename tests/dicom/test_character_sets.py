"""Specific Character Set holds defined terms only, at every depth; anything else may be a name."""

import pytest
from made import LIMITS, element, item, part10

from pixelclean.dicom import read_bytes
from pixelclean.dicom.character_sets import defined_terms
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode


@pytest.mark.parametrize(
    ("value", "terms"),
    [
        (b"ISO_IR 100", ("ISO_IR 100",)),
        (b"ISO_IR 192 ", ("ISO_IR 192",)),
        (b"GB18030", ("GB18030",)),
        (b"\\ISO 2022 IR 87", ("", "ISO 2022 IR 87")),
        (b"ISO 2022 IR 13\\ISO 2022 IR 87", ("ISO 2022 IR 13", "ISO 2022 IR 87")),
        (b"ISO_IR 100\\", ("ISO_IR 100",)),
        (b"ISO-IR 100", ("ISO_IR 100",)),
        (b"ISO IR 192", ("ISO_IR 192",)),
        (b"ISO_2022_IR_87", ("", "ISO 2022 IR 87")),
        (b"iso_ir 100", ("ISO_IR 100",)),
        (b"utf-8", ("ISO_IR 192",)),
        (b"ISO 2022 IR 87", ("", "ISO 2022 IR 87")),
        (b"ISO 2022 IR 159\\ISO 2022 IR 87", ("", "ISO 2022 IR 159", "ISO 2022 IR 87")),
    ],
)
def test_a_defined_term_or_a_misspelling_of_one_is_written_as_the_standard_does(value, terms):
    assert defined_terms(value) == terms
    dataset = read_bytes(part10(element(0x00080005, "CS", value + b" " * (len(value) % 2))), LIMITS).dataset
    written = dataset["SpecificCharacterSet"].value
    assert (written,) == terms if len(terms) == 1 else tuple(written) == terms


@pytest.mark.parametrize(
    "value", [b"SENTINEL ZOE", b"ISO_IR 100\\SENTINEL", b"ISO_IR 100 SENTINEL", b"ISO_IR 999", b"ISO-IR 1961", b"\xe9"]
)
def test_anything_else_is_refused_at_every_depth(value):
    bad = element(0x00080005, "CS", value + b" " * (len(value) % 2))
    deep = element(0x00082218, "SQ", item(element(0x00082218, "SQ", item(bad))))
    for body in (bad, deep):
        with pytest.raises(Refused) as caught:
            read_bytes(part10(body), LIMITS)
        assert (caught.value.code, caught.value.detail) == (ReasonCode.UNKNOWN_CHARACTER_SET, "(0008,0005)")


def test_a_sequence_in_its_place_is_refused():
    body = element(0x00080005, "SQ", item(element(0x00100010, "PN", b"Sentinel^Zoe")))
    with pytest.raises(Refused):
        read_bytes(part10(body), LIMITS)
