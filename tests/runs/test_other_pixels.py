"""Everything that holds pixels beside Pixel Data: what is drawn there is nowhere in an output, under any policy."""

from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pydicom
import pytest
from invented import (
    BIG,
    CT,
    DEEP,
    EXPLICIT,
    GREY,
    SYNTAX,
    ULTRASOUND,
    as_file,
    banner,
    described,
    of,
    saved,
    source_of,
    speckled,
    with_banner,
    words_for,
)
from other_places import COLUMNS, LISTED, PLACES, ROWS, bits, card, chunks, plane, shown
from project import Project, assert_only_proven_files_are_out
from pydicom import Dataset, Sequence
from pydicom.pixels import pixel_array

from pixelclean.batch.task import Clean, Mask, MaskOnly, Task, cleaner_for
from pixelclean.dicom import Kind, Source, pixel_data
from pixelclean.geometry import Box
from pixelclean.key import ProjectKey
from pixelclean.outcome import Outcome, Quarantined, Queued, Released, Result, reasons_of
from pixelclean.pipeline import Cleaner
from pixelclean.pixels.copies import pixel_copies
from pixelclean.policy import Policy, SlideLabels
from pixelclean.reasons import ReasonCode

KEY = ProjectKey(bytes(range(32)))
UPPER = Box(0, 0, COLUMNS, ROWS // 2)
WAYS: dict[str, tuple[Task, str]] = {
    "basic": (Clean(), "basic"),
    "research": (Clean(), "research"),
    "pseudonymize": (Clean(), "pseudonymize"),
    "mask": (Mask((UPPER,)), "basic"),
    "mask --keep-header": (MaskOnly((UPPER,)), "basic"),
}
SLIDE, PARAMETRIC_MAP = "1.2.840.10008.5.1.4.1.1.77.1.6", "1.2.840.10008.5.1.4.1.1.30"
PRESENTATION_STATE, KEY_OBJECTS = "1.2.840.10008.5.1.4.1.1.11.1", "1.2.840.10008.5.1.4.1.1.88.59"


@pytest.fixture(scope="module")
def cleaners() -> dict[str, Cleaner]:
    """A cleaner for each way of leaving."""
    return {way: cleaner_for(task, Policy.load(policy), KEY) for way, (task, policy) in WAYS.items()}


def ultrasound() -> Dataset:
    """A data set around speckle without any text."""
    data = described(GREY, SOPClassUID=ULTRASOUND, Modality="US")
    source_of(data, GREY, [words_for(speckled(ROWS, COLUMNS), GREY)])
    return data


def output(result: Result, spool: Path) -> Path:
    assert isinstance(result.outcome, Released), reasons_of(result.outcome)
    assert result.output is not None
    return spool / result.output.spool_name


def codes(outcome: Outcome) -> set[ReasonCode]:
    return {reason.code for reason in reasons_of(outcome)}


def assert_nothing_left(path: Path, payload: bytes) -> None:
    """No part of the payload is in the file, as it stands there or as its decoded pixels."""
    written = pydicom.dcmread(path)
    held = [path.read_bytes()]
    if "PixelData" in written:
        held.append(pixel_array(written, raw=True).tobytes())
    assert not [part for part in chunks(payload) if any(part in value for value in held)]
    assert pixel_copies(written) == ()


ELSEWHERE = [place for place in PLACES if place != "an overlay"]


# Only with Retain Safe Private does Annex E let anything of these near an output.
SEVERALLY = [(place, "mask --keep-header") for place in ELSEWHERE] + [
    (place, "research") for place in ELSEWHERE if place.startswith(("a private", "a raw copy"))
]


@pytest.mark.parametrize(("place", "way"), SEVERALLY)
def test_what_shows_the_patient_elsewhere_leaves(
    cleaners: dict[str, Cleaner], place: str, way: str, tmp_path: Path
) -> None:
    data = ultrasound()
    payload = PLACES[place](data)
    result = cleaners[way].clean(saved(data, EXPLICIT), tmp_path)
    assert_nothing_left(output(result, tmp_path), payload)
    assert (ReasonCode.PIXEL_COPIES_REMOVED in codes(result.outcome)) == (way == "mask --keep-header")


@pytest.mark.parametrize("way", WAYS)
def test_it_leaves_from_everywhere_at_once_and_the_source_stays(
    cleaners: dict[str, Cleaner], way: str, tmp_path: Path
) -> None:
    data = ultrasound()
    payloads = [PLACES[place](data) for place in ELSEWHERE]
    source = saved(data, EXPLICIT)
    before = deepcopy(source.dataset)
    path = output(cleaners[way].clean(source, tmp_path), tmp_path)
    for payload in payloads:
        assert_nothing_left(path, payload)
    assert source.dataset == before


@pytest.mark.parametrize("syntax", [SYNTAX, f"{EXPLICIT}.99", BIG, f"{SYNTAX}.5"])
def test_it_leaves_from_files_of_every_structure(cleaners: dict[str, Cleaner], syntax: str, tmp_path: Path) -> None:
    data = described(GREY, SOPClassUID=ULTRASOUND, Modality="US")
    payloads = [
        PLACES[place](data) for place in ("an icon of a frame", "a raw copy", "a maker note", "trailing padding")
    ]
    source = source_of(data, GREY, [words_for(speckled(ROWS, COLUMNS), GREY)], syntax)
    path = output(cleaners["mask --keep-header"].clean(source, tmp_path), tmp_path)
    for payload in payloads:
        assert_nothing_left(path, payload)


def test_a_copy_of_the_frames_behind_a_header_leaves(cleaners: dict[str, Cleaner], tmp_path: Path) -> None:
    for way in ("research", "mask --keep-header"):
        frame = words_for(with_banner(), GREY)
        data = described(GREY, SOPClassUID=ULTRASOUND, Modality="US")
        value = b"ACME1.0 " + bytes(504) + frame.tobytes()
        data.private_block(0x0129, LISTED, create=True).add_new(0x08, "OB", value)
        result = cleaners[way].clean(source_of(data, GREY, [frame]), tmp_path)
        path = output(result, tmp_path)
        assert result.plan is not None
        row = int(np.argmax(banner().sum(axis=1)))  # through the middle of the letters
        masked = frame[row, :, 0][result.plan.mask(0)[row]].tobytes()
        assert len(set(masked)) > 1
        assert masked not in path.read_bytes()
        assert (0x0129, 0x1008) not in pydicom.dcmread(path)


def test_a_kept_header_keeps_everything_that_shows_no_pixels(cleaners: dict[str, Cleaner], tmp_path: Path) -> None:
    data = ultrasound()
    reference, icon = Dataset(), shown(card(64, 64))
    reference.ReferencedSOPInstanceUID, reference.IconImageSequence = "1.2.826.0.1.3680043.10.9", Sequence([icon])
    data.ReferencedImageSequence = Sequence([reference])
    data.private_block(0x0029, "ACME", create=True).add_new(0x10, "OB", b"SV10\4\3\2\1" + bytes(400))
    written = pydicom.dcmread(output(cleaners["mask --keep-header"].clean(saved(data, EXPLICIT), tmp_path), tmp_path))
    assert written.PatientName == "Sentinel^Zoe"
    assert written.ReferencedImageSequence[0].ReferencedSOPInstanceUID == "1.2.826.0.1.3680043.10.9"
    assert written[0x0029, 0x1010].value == data[0x0029, 0x1010].value


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("sop_class", [PRESENTATION_STATE, KEY_OBJECTS])
def test_objects_without_pixels_show_none_either(
    cleaners: dict[str, Cleaner], sop_class: str, way: str, tmp_path: Path
) -> None:
    data = described(GREY, SOPClassUID=sop_class, Modality="PR" if sop_class == PRESENTATION_STATE else "KO")
    payloads = [PLACES[place](data) for place in ("an icon of a reference", "a private jpg", "pixels in a sequence")]
    path = output(cleaners[way].clean(saved(data, EXPLICIT), tmp_path), tmp_path)
    for payload in payloads:
        assert_nothing_left(path, payload)


def drawn(path: Path, frames: int = 1) -> np.ndarray:
    """The bits of the overlay in group 6000 as (frame, row, column)."""
    value = np.frombuffer(pydicom.dcmread(path)[0x6000, 0x3000].value, np.uint8)
    return np.unpackbits(value, bitorder="little", count=frames * ROWS * COLUMNS).reshape(frames, ROWS, COLUMNS)


def text_at(row: int, column: int) -> np.ndarray:
    ink = np.zeros((ROWS, COLUMNS), np.uint8)
    cv2.putText(ink, "ZOE", (column, row), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 1, 1)
    return ink


def packed(*frames: np.ndarray) -> bytes:
    return np.packbits(np.concatenate([frame.reshape(-1) for frame in frames]), bitorder="little").tobytes()


def test_a_kept_overlay_draws_nothing_over_the_mask_in_any_frame(cleaners: dict[str, Cleaner], tmp_path: Path) -> None:
    data, above, below = ultrasound(), text_at(30, 10), text_at(100, 10)
    plane(data, 0x6000, packed(above | below, above, below), x0015=("IS", "3"))
    left = drawn(output(cleaners["mask --keep-header"].clean(saved(data, EXPLICIT), tmp_path), tmp_path), 3)
    assert np.array_equal(left, [below, np.zeros_like(below), below])


def test_a_kept_overlay_is_cleared_where_it_lies_in_the_image(cleaners: dict[str, Cleaner], tmp_path: Path) -> None:
    data, ink = ultrasound(), np.ones((ROWS, COLUMNS), np.uint8)
    plane(
        data, 0x6000, packed(ink), x0050=("SS", [21, -4])
    )  # its first pixel at row 20, five columns left of the image
    left = drawn(output(cleaners["mask --keep-header"].clean(saved(data, EXPLICIT), tmp_path), tmp_path))
    ink[: UPPER.bottom - 20, 5:] = 0
    assert np.array_equal(left[0], ink)


WRONG_PLANES = {
    "nobody says where it lies": {"x0050": ("SS", 1)},
    "in the pixel words": {"x0100": ("US", 8), "x0102": ("US", 9)},
    "shorter than it says": {"x0011": ("US", COLUMNS + 1)},
}


@pytest.mark.parametrize("name", WRONG_PLANES)
def test_a_kept_overlay_that_cannot_be_cleared_goes(cleaners: dict[str, Cleaner], name: str, tmp_path: Path) -> None:
    data = ultrasound()
    plane(data, 0x6000, bits(), **WRONG_PLANES[name])
    result = cleaners["mask --keep-header"].clean(saved(data, EXPLICIT), tmp_path)
    path = output(result, tmp_path)
    assert ReasonCode.OVERLAY_REMOVED in codes(result.outcome)
    assert_nothing_left(path, bits())
    assert not [tag for tag in pydicom.dcmread(path).keys() if tag.group == 0x6000]  # noqa: SIM118


def deep(frames: int, hidden: np.ndarray) -> Source:
    """Twelve bits of speckle in words of sixteen, `hidden` in the bits above in the last frame, and a group that says so."""
    form = of(DEEP, frames=frames)
    words = [words_for(speckled(ROWS, COLUMNS, seed), DEEP) for seed in range(frames)]
    words[-1] = words[-1] | hidden[..., None]
    data = described(form, SOPClassUID=CT, Modality="CT")
    plane(data, 0x6000, None, x0100=("US", 16), x0102=("US", 13))
    return source_of(data, form, words)


@pytest.mark.parametrize("frames", [1, 3])
@pytest.mark.parametrize("way", ["basic", "pseudonymize", "mask --keep-header"])
def test_a_plane_in_high_bits_leaves_with_its_group_in_every_frame(
    cleaners: dict[str, Cleaner], way: str, frames: int, tmp_path: Path
) -> None:
    source = deep(frames, (card() > 200).astype(np.uint16) << 13)
    written = pydicom.dcmread(output(cleaners[way].clean(source, tmp_path), tmp_path))
    assert not (pixel_array(written, raw=True) >> 12).any()
    assert not [tag for tag in written.keys() if tag.group == 0x6000]  # noqa: SIM118


@pytest.mark.parametrize("way", ["pseudonymize", "mask --keep-header"])
def test_a_plane_in_bits_of_the_image_itself_holds_the_file(
    cleaners: dict[str, Cleaner], way: str, tmp_path: Path
) -> None:
    data = described(DEEP, SOPClassUID=CT, Modality="CT")
    plane(data, 0x6000, None, x0100=("US", 16), x0102=("US", 0))
    words = words_for(speckled(ROWS, COLUMNS), DEEP) & ~np.uint16(1) | (card() > 200)[..., None]
    outcome = cleaners[way].clean(source_of(data, DEEP, [words.astype(np.uint16)]), tmp_path).outcome
    assert isinstance(outcome, Quarantined)
    assert ReasonCode.INCONSISTENT_PIXEL_DATA in codes(outcome)


@pytest.mark.parametrize("kind", [Kind.FLOAT, Kind.DOUBLE])
def test_float_pixels_are_masked_as_any_others(cleaners: dict[str, Cleaner], kind: Kind, tmp_path: Path) -> None:
    width = 32 if kind is Kind.FLOAT else 64
    form = of(GREY, kind=kind, bits_allocated=width, bits_stored=width, high_bit=width - 1)
    data = described(form, SOPClassUID=PARAMETRIC_MAP, Modality="OT")
    source = source_of(data, form, [words_for(card().astype(np.float64), form)])
    for way in ("mask", "mask --keep-header"):
        path = output(cleaners[way].clean(source, tmp_path), tmp_path)
        values = np.frombuffer(pixel_data(pydicom.dcmread(path)), form.dtype).reshape(ROWS, COLUMNS)
        assert len(np.unique(values[UPPER.slices])) == 1
        assert np.array_equal(values[ROWS // 2 :], card()[ROWS // 2 :])


@pytest.mark.parametrize("way", WAYS)
def test_two_kinds_of_pixel_data_hold_the_file(cleaners: dict[str, Cleaner], way: str, tmp_path: Path) -> None:
    data = ultrasound()
    data.FloatPixelData = card().astype("<f4").tobytes()
    assert isinstance(cleaners[way].clean(saved(data, EXPLICIT), tmp_path).outcome, Quarantined)


def slide(kind: str, **attributes: object) -> Source:
    form = of(GREY)
    data = described(
        form, SOPClassUID=SLIDE, Modality="SM", ImageType=["ORIGINAL", "PRIMARY", kind, "NONE"], **attributes
    )
    return source_of(data, form, [words_for(speckled(ROWS, COLUMNS), form)])


LABELS = [("LABEL", "YES"), ("OVERVIEW", "YES"), ("OVERVIEW", "NO"), ("VOLUME", "YES")]


@pytest.mark.parametrize("kind, said", LABELS)
def test_a_label_of_a_slide_waits_for_a_person(
    cleaners: dict[str, Cleaner], kind: str, said: str, tmp_path: Path
) -> None:
    outcome = cleaners["research"].clean(slide(kind, SpecimenLabelInImage=said, LabelText="Sentinel"), tmp_path).outcome
    assert isinstance(outcome, Queued)
    assert ReasonCode.SLIDE_LABEL in codes(outcome)


@pytest.mark.parametrize("kind, said", LABELS)
def test_a_policy_may_release_no_label_at_all(tmp_path: Path, kind: str, said: str) -> None:
    policy = Policy.load()
    strict = replace(policy, pixel=replace(policy.pixel, slide_labels=SlideLabels.REMOVE))
    result = cleaner_for(Clean(), strict, KEY).clean(slide(kind, SpecimenLabelInImage=said), tmp_path)
    assert isinstance(result.outcome, Quarantined)
    assert ReasonCode.SLIDE_LABEL_NOT_RELEASED in codes(result.outcome)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", ["VOLUME", "THUMBNAIL"])
def test_tissue_without_a_label_is_released(cleaners: dict[str, Cleaner], kind: str, tmp_path: Path) -> None:
    source = slide(kind, SpecimenLabelInImage="NO", BarcodeValue="ZZ-SENTINEL-0001", LabelText="Zoe Sentinel")
    path = output(cleaners["research"].clean(source, tmp_path), tmp_path)
    assert b"SENTINEL" not in path.read_bytes().upper()


@pytest.mark.parametrize("way", ["mask", "mask --keep-header"])
def test_boxes_for_a_whole_folder_do_not_say_that_anybody_saw_its_labels(
    cleaners: dict[str, Cleaner], way: str, tmp_path: Path
) -> None:
    outcome = cleaners[way].clean(slide("LABEL", SpecimenLabelInImage="YES"), tmp_path).outcome
    assert isinstance(outcome, Queued)
    assert ReasonCode.SLIDE_LABEL in codes(outcome)


def test_the_command_line_leaves_no_copy_behind(tmp_path: Path) -> None:
    """`pixelclean mask --keep-header`, from files to files."""
    project = Project.new(tmp_path)
    payloads = []
    for number, place in enumerate(("an icon", "a private icon", "a raw copy", "trailing padding")):
        data = ultrasound()
        data.SOPInstanceUID = f"1.2.826.0.1.3680043.10.9999.1.{number}"
        payloads.append(PLACES[place](data))
        (project.inputs / f"{number}.dcm").write_bytes(as_file(data, EXPLICIT))
    done = project.run(
        *("mask", project.inputs, project.out, "--key", tmp_path / "key", "--keep-header", "--box", "0,0,200,60")
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert_only_proven_files_are_out(project)
    outputs = project.outputs()
    assert len(outputs) == len(payloads)
    assert not [part for payload in payloads for part in chunks(payload) for value in outputs.values() if part in value]
