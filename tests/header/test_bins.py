"""Bins that a policy orders: exact, inside their bounds, and for what describes people only."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from bad_files import a_policy
from hypothesis import example, given
from hypothesis import strategies as st
from pydicom import Dataset

from pixelclean.errors import ConfigurationError
from pixelclean.header import is_profile_or_stricter, rules_of
from pixelclean.header.ordered import ordered
from pixelclean.overrides import Override
from pixelclean.policy import HeaderPolicy, Policy

HEAD = 'name = "site"\nversion = "1"\nauthor = "a"\napprover = "b"\n'
NUMBERS = st.decimals(-9999, 9999, places=3).map(lambda number: f"{number:f}")
WIDTHS = st.decimals("0.001", 500, places=3)


def binned(text: str, attribute: str = "PatientSize", **order: float) -> str | None:
    named = {name.rstrip("_"): number for name, number in order.items()}
    return ordered(Override.read(attribute, named), Dataset(), (text,), 89)


def of_size(text: str) -> str | None:
    """As the policy quasi-identifiers orders it."""
    order = next(each for each in Policy.load("quasi-identifiers").header.attributes if each.attribute == "PatientSize")
    return ordered(order, Dataset(), (text,), 89)


@pytest.mark.parametrize("size", ["1.4", "1.5", "1.6", "1.7", "1.8", "1.9"])
def test_a_size_at_the_beginning_of_its_bin_is_written_as_it_is(size: str) -> None:
    assert of_size(size) == of_size(f"{size}0") == of_size(f" {size} ") == of_size(f"{size}9") == size


@pytest.mark.parametrize(
    "size, written", [("1.3", "1.4"), ("1.39", "1.4"), ("0.5", "1.4"), ("2.0", "2"), ("2.31", "2")]
)
def test_a_size_outside_the_bounds_becomes_the_nearest_one(size: str, written: str) -> None:
    assert of_size(size) == written


@given(number=NUMBERS, width=WIDTHS)
@example(number="1.9", width=Decimal("0.1"))
@example(number="-0.3", width=Decimal("0.1"))
@example(number="4.35", width=Decimal("0.05"))
def test_a_number_lies_in_its_bin_and_the_bin_in_itself(number: str, width: Decimal) -> None:
    lower = binned(number, bin=float(width))
    assert lower is not None and len(lower) <= 16
    assert (Fraction(lower) / Fraction(width)).denominator == 1
    assert Fraction(lower) <= Fraction(number) < Fraction(lower) + Fraction(width)
    assert binned(lower, bin=float(width)) == lower


@given(multiple=st.integers(-500, 500), width=WIDTHS, shares=st.tuples(st.integers(0, 99), st.integers(0, 99)))
def test_numbers_of_one_bin_are_not_told_apart(multiple: int, width: Decimal, shares: tuple[int, int]) -> None:
    first, second = (f"{width * multiple + width * share / 100:f}" for share in shares)
    assert binned(first, bin=float(width)) == binned(second, bin=float(width))


@given(number=NUMBERS, width=WIDTHS, bounds=st.tuples(*[st.decimals(-999, 999, places=2)] * 2).map(sorted))
def test_bounds_hold_and_a_second_stage_alters_nothing(number: str, width: Decimal, bounds: list[Decimal]) -> None:
    order = {"bin": float(width), "from": float(bounds[0]), "to": float(bounds[1])}
    once = binned(number, **order)
    assert once is not None and bounds[0] <= Decimal(once) <= bounds[1]
    assert binned(once, **order) == once
    if Decimal(number) <= bounds[0]:
        assert Decimal(once) == bounds[0]
    if Decimal(number) >= bounds[1]:
        assert once == binned(str(bounds[1]), **order)


@pytest.mark.parametrize(
    "weight, written",
    [
        ("12", "45"),
        ("45", "45"),
        ("49.9", "45"),
        ("50", "50"),
        ("119", "110"),
        ("124", "120"),
        ("125", "120"),
        ("180", "120"),
    ],
)
def test_bins_begin_at_multiples_and_the_first_and_the_last_one_are_open(weight: str, written: str) -> None:
    assert binned(weight, "PatientWeight", **{"bin": 10, "from": 45, "to": 125}) == written


@pytest.mark.parametrize("weight, written", [("12", "40"), ("83.4", "83.4"), ("83.40", "83.4"), ("180", "120")])
def test_bounds_alone_leave_what_lies_between(weight: str, written: str) -> None:
    assert binned(weight, "PatientWeight", **{"from": 40, "to": 120}) == written


@pytest.mark.parametrize(
    "text", ["heavy", "nan", "inf", "1e12", "-1e300", "1e999999999", f"1e{9**30}", "1,5", "٣", "1_0"]
)
def test_what_is_no_number_or_has_no_room_is_not_binned(text: str) -> None:
    assert binned(text, bin=0.1) is None


def test_a_number_near_zero_is_in_the_first_bin_whatever_its_exponent() -> None:
    assert binned("1e-999999999", bin=0.1) == "0" == binned("-0", bin=0.1)
    assert binned("", bin=0.1) == ""


@pytest.mark.parametrize(
    "age, written",
    [
        *[("067Y", "060Y"), ("060Y", "060Y"), ("095Y", "060Y"), ("800M", "060Y")],
        *[("019Y", "020Y"), ("003D", "020Y"), ("020Y", "020Y"), ("029Y", "020Y"), ("045Y", "040Y")],
    ],
)
def test_ages_below_and_above_the_bounds_become_the_bounds(age: str, written: str) -> None:
    assert binned(age, "PatientAge", **{"bin": 10, "from": 20, "to": 60}) == written
    assert binned(age, "0010,1010", **{"bin": 10, "from": 20, "to": 60}) == written


@pytest.mark.parametrize("age, written", [("067Y", "060Y"), ("019Y", "020Y"), ("045Y", "045Y"), ("600M", "050Y")])
def test_bounds_of_ages_without_a_bin_leave_whole_years(age: str, written: str) -> None:
    assert binned(age, "PatientAge", **{"from": 20, "to": 60}) == written


NO_NUMBERS = ["nan", "inf", "-inf", "1e12", "1" + "0" * 400]


@pytest.mark.parametrize("number", NO_NUMBERS)
@pytest.mark.parametrize("name", ["bin", "from", "to"])
@pytest.mark.parametrize("attribute", ["PatientWeight", "PatientAge", "0010,1010"])
def test_a_width_or_a_bound_that_is_no_number_is_refused_by_name(
    attribute: str, name: str, number: str, tmp_path: Path
) -> None:
    path = tmp_path / "site.toml"
    path.write_text(f'{HEAD}[header.attributes]\n"{attribute}" = {{ {name} = {number} }}\n')
    with pytest.raises(ConfigurationError, match=rf"header\.attributes\.{attribute}\.{name}: expected a number"):
        Policy.load(path)


@pytest.mark.parametrize(
    "order, named",
    [
        ({"bin": 0.4}, r"PatientAge\.bin: expected whole years, 1 to 45"),
        ({"bin": 2.5}, r"PatientAge\.bin: expected whole years, 1 to 45"),
        ({"bin": 46}, r"PatientAge\.bin: expected whole years, 1 to 45"),
        ({"bin": 500}, r"PatientAge\.bin: expected whole years, 1 to 45"),
        ({"bin": -5}, r"PatientAge\.bin: expected whole years, 1 to 45"),
        ({"bin": 5, "from": 17.5}, r"PatientAge\.from: expected whole years, 0 to 150"),
        ({"bin": 5, "from": -1}, r"PatientAge\.from: expected whole years, 0 to 150"),
        ({"bin": 5, "to": 151}, r"PatientAge\.to: expected whole years, 0 to 150"),
        ({"bin": 5, "from": 60, "to": 20}, "from lies above to"),
    ],
)
def test_a_bin_of_ages_is_of_whole_years_and_tells_ages_apart(order: dict[str, float], named: str) -> None:
    with pytest.raises(ConfigurationError, match=named):
        Override.read("PatientAge", order)


def test_bins_of_ages_do_not_begin_above_the_group_of_the_oldest() -> None:
    order = Override.read("PatientAge", {"bin": 5, "from": 65})
    assert HeaderPolicy(attributes=(order,), oldest_age=65)
    with pytest.raises(ConfigurationError, match=r"PatientAge: from lies above header\.oldest_age"):
        HeaderPolicy(attributes=(order,), oldest_age=64)


@pytest.mark.parametrize("width", [1e-9, 0.0009, -1])
def test_a_bin_narrower_than_any_scale_is_refused(width: float) -> None:
    with pytest.raises(ConfigurationError, match=r"PatientWeight\.bin: a bin is at least 0\.001 wide"):
        Override.read("PatientWeight", {"bin": width})


@pytest.mark.parametrize(
    "attribute",
    [
        *("RescaleSlope", "RescaleIntercept", "ImagerPixelSpacing", "SliceThickness", "ImagePositionPatient"),
        *("WindowCenter", "InstanceNumber", "RadionuclideTotalDose", "EchoTime", "DoseGridScaling", "SelectorASValue"),
    ],
)
def test_numbers_that_say_nothing_about_a_person_have_no_bins(attribute: str) -> None:
    with pytest.raises(
        ConfigurationError, match=rf"header\.attributes\.{attribute}: .*(\(0010,xxxx\)|only PatientAge)"
    ):
        rules_of(a_policy("site", **{attribute: {"bin": 5}}).header)


@pytest.mark.parametrize(
    "attribute, of_the_profile",
    [
        *[("PatientAge", False), ("PatientSize", False), ("PatientWeight", False), ("GPSLatitude", False)],
        ("MeasuredAPDimension", True),  # Table E.1-1 does not name it
    ],
)
def test_numbers_about_a_person_have_bins(attribute: str, of_the_profile: bool) -> None:
    policy = a_policy("site", **{attribute: {"bin": 5}}).header
    assert rules_of(policy) and is_profile_or_stricter(policy) is of_the_profile


def test_a_whole_number_has_whole_bins() -> None:
    with pytest.raises(ConfigurationError, match="GPSDifferential: expected whole numbers"):
        rules_of(a_policy("site", GPSDifferential={"bin": 0.5}).header)
    assert rules_of(a_policy("site", GPSDifferential={"bin": 5}).header)
