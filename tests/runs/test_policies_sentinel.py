"""After each shipped policy, and under any options, nothing is left of an object but what the tables say stays.

Objects of eight kinds hold a planted value in every attribute that can hold text, in sequences, private blocks,
overlays, and around the data set (planted.py, planted_objects.py); what must be left of it is worked out from the
tables alone (expected.py).
"""

import struct
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import pydicom
import pytest
from expected import reviewed, stays
from hypothesis import given, settings
from hypothesis import strategies as st
from planted import (
    ACCESSION,
    BIRTH,
    DAYS,
    NAMES,
    OLD,
    SPELLED,
    STUDY,
    UID_ROOT,
    Known,
    Place,
    Strangers,
    found_in,
    own_in,
    table_tags,
    vr_of,
)
from planted_objects import OBJECTS, as_file
from project import Project, assert_only_proven_files_are_out
from pydicom import Dataset

from pixelclean import resources
from pixelclean.devices import Kinds
from pixelclean.dicom import facts_of, read_bytes, write
from pixelclean.errors import Refused
from pixelclean.header import Identifiers, patient_of, survivors
from pixelclean.header.dates import day_shift
from pixelclean.header.identity.harvest import elements_with_paths
from pixelclean.heading import Deidentified
from pixelclean.key import ProjectKey
from pixelclean.options import Option
from pixelclean.policy import DateShift, HeaderPolicy, Limits, Policy
from pixelclean.reasons import ReasonCode

SAMPLES = Path(__file__).resolve().parents[2] / "sample_data"
SHIPPED = ("basic", "research", "teaching", "pseudonymize", "quasi-identifiers")
LIMITS = Limits()
POSSIBLE = [option for option in Option if option is not Option.CLEAN_RECOGNIZABLE_VISUAL_FEATURES]
FULL, MODIFIED = Option.RETAIN_FULL_DATES, Option.RETAIN_MODIFIED_DATES
TIMESTAMPS = frozenset((0x04000310, 0x00340007))  # bytes that full dates keep
SMALL = [name for name in OBJECTS if name != "ct"]
VARIED = ("mr-with-overlays", "presentation-state", "report", "enhanced-ct")


@cache
def strangers(name: str) -> tuple[bytes, Mapping[str, Place]]:
    """The file of an object, and what is planted in it; values that were planted over are left out."""
    filler = Strangers()
    file = as_file(OBJECTS[name](SAMPLES, filler), filler)
    there = found_in(file, filler.places)
    return file, {sentinel: place for sentinel, place in filler.places.items() if sentinel in there}


@cache
def known(name: str) -> bytes:
    filler = Known(reviewed("binary") | TIMESTAMPS)
    return as_file(OBJECTS[name](SAMPLES, filler), filler)


@cache
def kinds() -> Kinds:
    return Kinds.load(resources.rules("kinds.toml"))


@cache
def far_moving_key(file: bytes) -> ProjectKey:
    """A key under which the dates of this patient move farther than the planted days lie apart."""
    dataset = read_bytes(file, LIMITS).dataset
    keys = (ProjectKey(bytes((number,)) * 32) for number in range(256))
    return next(
        key for key in keys if day_shift(patient_of(dataset, key, "", issuers=("*",)).pseudonym, key, 3650).days < -DAYS
    )


def cleaned(
    file: bytes, policy: Policy, folder: Path, key: ProjectKey | None = None
) -> tuple[bytes, Dataset, Identifiers]:
    """The file as it leaves without a look at its pixels, as it is read again, and what it must not show."""
    source = read_bytes(file, LIMITS)
    heading = Deidentified(key or far_moving_key(file), policy)
    identifiers = heading.identifiers(source)
    leaving = heading.dataset(source, identifiers, kinds().judge(facts_of(source.dataset, kinds().keywords)))
    path = folder / "cleaned.dcm"
    path.unlink(missing_ok=True)
    write(leaving, source.transfer_syntax, path)
    written = path.read_bytes()
    return written, read_bytes(written, LIMITS).dataset, identifiers


def policy_of(*options: Option, shift: DateShift = DateShift.DAYS) -> Policy:
    """A policy of nobody's with these options."""
    chosen = tuple(option for option in Option if option in options)
    return Policy("options", "1", "nobody", "nobody", header=HeaderPolicy(options=chosen, shift=shift))


def assert_nothing_unexpected(name: str, policy: Policy, folder: Path) -> None:
    """What is there is what the tables keep, no more and no less, and the proof finds nothing to object to."""
    file, places = strangers(name)
    written, again, identifiers = cleaned(file, policy, folder)
    left = found_in(written, places)
    wrong = {
        (place, "left" if sentinel in left else "lost")
        for sentinel, place in places.items()
        if (wanted := stays(place, policy)) is not None and wanted != (sentinel in left)
    }
    assert wrong == set()
    assert survivors(again, identifiers) == ()
    assert OLD not in ages(again)


def ages(dataset: Dataset) -> set[str]:
    return {str(element.value) for _, element in elements_with_paths(dataset) if element.VR == "AS"}


def assert_nobody_is_known(name: str, policy: Policy, folder: Path) -> None:
    """No name and no ID of the patient or of the staff is left anywhere; days and UIDs only where they are retained."""
    written, again, identifiers = cleaned(known(name), policy, folder)
    options, kept = (
        policy.header.options,
        {order.attribute for order in policy.header.attributes if order.means == "keep"},
    )
    held = set(survivors(again, identifiers))
    found = own_in(written)
    if Option.CLEAN_GRAPHICS in options:  # what stands behind the bits of a plane goes when the plane is looked at
        held = {path for path in held if not path.endswith("3000")}
        found = set().union(*(own_in(value) for value in _values(again) if value is not None))
    allowed = {STUDY} if FULL in options else set()
    allowed |= {BIRTH} if "PatientBirthDate" in kept else set()
    allowed |= {UID_ROOT} if {Option.RETAIN_UIDS, Option.RETAIN_DEVICE_IDENTITY} & set(options) else set()
    assert found <= allowed
    assert held == set()


def _values(dataset: Dataset) -> Iterator[bytes]:
    for path, element in elements_with_paths(dataset):
        if not path.endswith("3000") and not path.startswith("7FE0"):
            yield element.value if isinstance(element.value, bytes) else str(element.value).encode()


# what went in


@pytest.mark.parametrize("name", OBJECTS)
def test_the_planted_values_are_in_the_file(name: str) -> None:
    _, places = strangers(name)
    assert len(places) > 500
    vrs = {place.vr for place in places.values()}
    assert vrs >= {"LO", "SH", "PN", "UI", "DA", "TM", "CS", "DS", "LT", "ST"}
    assert own_in(known(name)) >= {*NAMES, ACCESSION, STUDY, BIRTH, UID_ROOT}


def test_every_attribute_of_the_table_is_planted_at_the_root_and_three_sequences_down() -> None:
    _, places = strangers("ct")
    for depth in (0, 3):
        planted = {place.tag for place in places.values() if len(place.within) == depth and not place.corner}
        assert {tag for tag in table_tags() if vr_of(tag) in SPELLED} - planted == set()


@pytest.mark.parametrize("corner", ["meta", "preamble", "creator", "listed", "on no list", "in a sequence of bytes"])
def test_the_corners_are_planted(corner: str) -> None:
    _, places = strangers("ct")
    assert any(place.corner.removeprefix("nested ") == corner for place in places.values())


# shipped policies


@pytest.mark.parametrize("policy", SHIPPED)
@pytest.mark.parametrize("name", OBJECTS)
def test_after_each_shipped_policy_nothing_unexpected_is_left(name: str, policy: str, tmp_path: Path) -> None:
    assert_nothing_unexpected(name, Policy.load(policy), tmp_path)


@pytest.mark.parametrize("policy", SHIPPED)
@pytest.mark.parametrize("name", OBJECTS)
def test_after_each_shipped_policy_nobody_is_known(name: str, policy: str, tmp_path: Path) -> None:
    assert_nobody_is_known(name, Policy.load(policy), tmp_path)


@pytest.mark.parametrize("name", SMALL)
def test_after_both_stages_nothing_is_left_that_either_of_them_takes(name: str, tmp_path: Path) -> None:
    file, places = strangers(name)
    first, second = Policy.load("pseudonymize"), Policy.load("quasi-identifiers")
    between, _, _ = cleaned(file, first, tmp_path)
    written, again, _ = cleaned(between, second, tmp_path, far_moving_key(file))
    left = {places[sentinel] for sentinel in found_in(written, places)}
    assert {place for place in left if stays(place, first) is False or stays(place, second) is False} == set()
    assert ages(again) <= {"090Y", "000Y", ""}


# options


@pytest.mark.parametrize("option", POSSIBLE)
def test_no_option_alone_leaves_more_than_its_letters_say(option: Option, tmp_path: Path) -> None:
    for name in VARIED:
        assert_nothing_unexpected(name, policy_of(option), tmp_path)
        assert_nobody_is_known(name, policy_of(option), tmp_path)


@pytest.mark.parametrize("date", [FULL, MODIFIED])
def test_nor_do_all_of_them_together(date: Option, tmp_path: Path) -> None:
    everything = policy_of(*(option for option in POSSIBLE if option not in (FULL, MODIFIED)), date)
    for name in OBJECTS:
        assert_nothing_unexpected(name, everything, tmp_path)
        assert_nobody_is_known(name, everything, tmp_path)


@settings(max_examples=20, deadline=None)
@given(
    options=st.sets(st.sampled_from(POSSIBLE)),
    shift=st.sampled_from(DateShift),
    name=st.sampled_from(["plan", "report"]),
)
def test_nor_does_any_combination(
    options: set[Option], shift: DateShift, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("combination")
    policy = policy_of(*(options - {FULL} if options >= {FULL, MODIFIED} else options), shift=shift)
    assert_nothing_unexpected(name, policy, folder)
    assert_nobody_is_known(name, policy, folder)


# what is not released


def test_a_name_in_numbers_that_cannot_be_taken_out_holds_the_file(tmp_path: Path) -> None:
    """Arrays of coordinates are the measurement itself: they leave as they are or not at all."""
    everything = policy_of(*(option for option in POSSIBLE if option is not MODIFIED))
    filler = Known()
    _, again, identifiers = cleaned(as_file(OBJECTS["ct"](SAMPLES, filler), filler), everything, tmp_path)
    held = survivors(again, identifiers)
    left = {
        path
        for path, element in elements_with_paths(again)
        if isinstance(element.value, bytes) and _names(element.value)
    }
    assert left - {"7FE00010"} == set(held)
    assert len(held) > 40


def _names(value: bytes) -> bool:
    return not own_in(value).isdisjoint(NAMES)


@pytest.mark.parametrize("group", [0x0000, 0x0002])
@pytest.mark.parametrize("depth", [0, 1])
def test_commands_and_file_meta_inside_of_a_data_set_are_refused(group: int, depth: int) -> None:
    """Nothing of PS3.7 and PS3.10 may stand there, so nobody passes it on unread."""
    file, _ = strangers("plan")
    element = struct.pack("<HH2sH", group, 0x0010, b"LO", 14) + b"Zqxfamily^Zqxg"
    if depth:
        item = struct.pack("<HHL", 0xFFFE, 0xE000, len(element)) + element
        element = struct.pack("<HH2sHL", 0xFFFA, 0xFFFA, b"SQ", 0, len(item)) + item
    start = len(file) if depth else file.index(b"\x08\x00\x05\x00CS")
    read_bytes(file, LIMITS)
    with pytest.raises(Refused) as refused:
        read_bytes(file[:start] + element + file[start:], LIMITS)
    assert refused.value.code is ReasonCode.MALFORMED


# the whole pipeline


@pytest.mark.parametrize("policy, chosen", [("research", tuple(OBJECTS)), ("teaching", VARIED)])
def test_the_whole_pipeline_leaves_no_more(policy: str, chosen: tuple[str, ...], tmp_path: Path) -> None:
    """Nor does anything stand behind the bits of an overlay plane any more."""
    project = Project.new(tmp_path)
    for name in chosen:
        (project.inputs / f"{name}.dcm").write_bytes(strangers(name)[0])
    done = project.clean("--policy", policy)
    assert done.returncode == 0, done.stderr
    assert_only_proven_files_are_out(project)
    planes = pydicom.dcmread(project.out / project.result("mr-with-overlays.dcm")["output"]).group_dataset(0x6000)
    assert bool(planes) == (policy == "teaching")
    for name in chosen:
        _, places = strangers(name)
        left = found_in((project.out / project.result(f"{name}.dcm")["output"]).read_bytes(), places)
        unexpected = {places[each] for each in left if not stays(places[each], Policy.load(policy))}
        # The run has a key of its own: a day that was moved may be another planted one.
        assert {place for place in unexpected if place.vr not in ("DA", "DT")} == set()
