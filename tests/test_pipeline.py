"""The whole flow: in every transfer syntax text leaves, everything else stays, and the file says what is true."""

import shutil
import subprocess
from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import cv2
import imagecodecs
import numpy as np
import pydicom
import pytest
from invented import (
    BIG,
    COLOUR,
    CT,
    DEEP,
    EXPLICIT,
    GREY,
    LIMITS,
    SYNTAX,
    ULTRASOUND,
    all_of,
    banner,
    described,
    of,
    opened,
    saved,
    source_of,
    speckled,
    with_banner,
    words_for,
)
from pydicom.pixels import pixel_array

from pixelclean.batch.task import Clean, Mask, MaskOnly, cleaner_for
from pixelclean.dicom import PixelFormat, Source, lossless_target, pixel_data, read, values_of
from pixelclean.dicom.fragments import encapsulate
from pixelclean.dicom.words import Words
from pixelclean.geometry import Box, Origin
from pixelclean.outcome import Queued, Released, Result, reasons_of
from pixelclean.pipeline import Cleaner
from pixelclean.proof import Compared
from pixelclean.reasons import ReasonCode

INK = banner()
NATIVE = [SYNTAX, EXPLICIT, f"{EXPLICIT}.99", BIG]
GREYS = [*NATIVE, f"{EXPLICIT}.98", f"{SYNTAX}.5", f"{SYNTAX}.8.1", *(
    f"{SYNTAX}.4.{end}" for end in (57, 70, 80, 81, 90, 91, 110, 112, 201, 202, 203)
)]  # fmt: skip
COLOURS = [EXPLICIT, BIG, f"{SYNTAX}.5", *(f"{SYNTAX}.4.{end}" for end in (70, 80, 90, 110, 201))]
DEEPS = [EXPLICIT, BIG, f"{SYNTAX}.5", *(f"{SYNTAX}.4.{end}" for end in (57, 80, 90, 110, 201))]
INDEPENDENT = {*NATIVE, f"{SYNTAX}.5", *(f"{SYNTAX}.4.{end}" for end in (80, 81, 90, 91, 201, 202, 203))}
LOSSLESS_JPEG = {f"{SYNTAX}.4.57", f"{SYNTAX}.4.70"}


def ultrasound(form: PixelFormat, **attributes: object) -> pydicom.Dataset:
    sop_class = ULTRASOUND if form.frames == 1 else "1.2.840.10008.5.1.4.1.1.3.1"
    return described(form, SOPClassUID=sop_class, Modality="US", **attributes)


def with_text(form: PixelFormat) -> list[Words]:
    """Frames with the banner, each with a speckle of its own."""
    return [words_for(with_banner(form.rows, form.columns, seed), form) for seed in range(form.frames)]


def released(result: Result, spool: Path) -> tuple[pydicom.Dataset, Path]:
    """The output of a result, which must be released, as pydicom reads it."""
    assert isinstance(result.outcome, Released), reasons_of(result.outcome)
    assert result.output is not None
    path = spool / result.output.spool_name
    return pydicom.dcmread(path), path


def decoded(dataset: pydicom.Dataset, path: Path, form: PixelFormat) -> list[np.ndarray]:
    """The stored values of the output by a decoder that pixelclean does not use for it, where there is one."""
    syntax = str(dataset.file_meta.TransferSyntaxUID)
    if syntax in LOSSLESS_JPEG and shutil.which("dcmdjpeg"):
        native = path.with_suffix(".native")
        subprocess.run(["dcmdjpeg", "+cn", str(path), str(native)], check=True, capture_output=True)
        dataset, syntax = pydicom.dcmread(native), EXPLICIT
        native.unlink()
    if syntax in INDEPENDENT:
        values = pixel_array(dataset, raw=True)
        return list(values.reshape(form.frames, form.rows, form.columns, form.samples))
    frames = opened(read(path, LIMITS))
    return [values_of(frame, frames.format) for frame in all_of(frames)]


def assert_cleaned(result: Result, spool: Path, before: list[Words], form: PixelFormat) -> pydicom.Dataset:
    """Text is black, what the plan leaves alone is the source's, and the attributes are true."""
    dataset, path = released(result, spool)
    assert result.plan is not None
    assert result.proof is not None
    assert result.proof.syntax_out == dataset.file_meta.TransferSyntaxUID
    black = np.asarray((0, 128, 128) if form.photometric.startswith("YBR") else (0,) * form.samples)
    if form.signed:
        black = np.asarray([-(1 << form.bits_stored - 1)])
    for index, (values, words) in enumerate(zip(decoded(dataset, path, form), before, strict=True)):
        mask = result.plan.mask(index)
        assert (mask & INK).sum() / INK.sum() >= 0.95
        assert mask.mean() < 0.5
        assert (values[mask] == black).all()
        assert np.array_equal(values[~mask], values_of(words, form)[~mask])
    codes = {item.CodeValue for item in dataset.DeidentificationMethodCodeSequence}
    assert {"113100", "113101"} <= codes
    assert dataset.BurnedInAnnotation == "NO"
    assert dataset.PatientIdentityRemoved == "YES"
    assert b"SENTINEL" not in path.read_bytes().upper()
    return dataset


@pytest.mark.parametrize(
    ("syntax", "form"),
    [(syntax, GREY) for syntax in GREYS] + [(syntax, of(DEEP, frames=2)) for syntax in DEEPS],
    ids=[*GREYS, *(f"{syntax}, twelve bits, two frames" for syntax in DEEPS)],
)
def test_grey_is_cleaned_in_every_lossless_syntax(
    cleaner: Cleaner, syntax: str, form: PixelFormat, tmp_path: Path
) -> None:
    before = with_text(form)
    encoded = lossless_target(syntax, form)  # not every codec holds twelve bits
    source = source_of(ultrasound(form), form, before, encoded)
    dataset = assert_cleaned(cleaner.clean(source, tmp_path), tmp_path, before, form)
    assert dataset.file_meta.TransferSyntaxUID == encoded
    assert dataset.PhotometricInterpretation == "MONOCHROME2"
    assert "LossyImageCompression" not in dataset
    assert "PlanarConfiguration" not in dataset


@pytest.mark.parametrize(
    ("syntax", "planar"), [*((syntax, 0) for syntax in COLOURS), (EXPLICIT, 1), (f"{SYNTAX}.5", 1)]
)
def test_colour_is_cleaned_in_every_lossless_syntax(cleaner: Cleaner, syntax: str, planar: int, tmp_path: Path) -> None:
    form = of(COLOUR, planar=planar, frames=2)
    before = with_text(form)
    source = source_of(ultrasound(form), form, before, syntax)
    dataset = assert_cleaned(cleaner.clean(source, tmp_path), tmp_path, before, form)
    assert dataset.file_meta.TransferSyntaxUID == syntax
    transformed = syntax in (f"{SYNTAX}.4.90", f"{SYNTAX}.4.201")
    assert dataset.PhotometricInterpretation == ("YBR_RCT" if transformed else "RGB")
    by_plane = {EXPLICIT: planar, BIG: planar, f"{SYNTAX}.5": 1}
    assert dataset.PlanarConfiguration == by_plane.get(syntax, 0)


@pytest.mark.parametrize(
    "form",
    [
        of(COLOUR, photometric="YBR_FULL"), of(COLOUR, photometric="YBR_FULL_422"),
        of(DEEP, signed=True), of(COLOUR, frames=3, photometric="YBR_FULL_422"),
    ],
)  # fmt: skip
def test_native_pixels_are_cleaned_in_their_own_colour_space(
    cleaner: Cleaner, form: PixelFormat, tmp_path: Path
) -> None:
    before = with_text(form)
    source = source_of(ultrasound(form), form, before)
    dataset = assert_cleaned(cleaner.clean(source, tmp_path), tmp_path, before, form)
    assert dataset.PhotometricInterpretation == form.photometric


LOSSY = {
    "baseline grey": (GREY, 50, {}),
    "baseline 4:2:2": (of(COLOUR, photometric="YBR_FULL_422"), 50, {"subsampling": "422"}),
    "baseline 4:2:0": (of(COLOUR, photometric="YBR_FULL_422"), 50, {"subsampling": "420"}),
    "baseline 4:4:4": (of(COLOUR, photometric="YBR_FULL"), 50, {"subsampling": "444"}),
    "baseline RGB": (COLOUR, 50, {"colorspace": "rgb", "outcolorspace": "rgb"}),
    "baseline cine": (of(COLOUR, frames=3, photometric="YBR_FULL_422"), 50, {"subsampling": "422"}),
    "extended, twelve bits": (DEEP, 51, {"bitspersample": 12}),
    "extended, eight bits": (GREY, 51, {}),
}


@pytest.mark.parametrize("name", LOSSY)
def test_lossy_jpeg_is_cleaned_without_a_second_loss(cleaner: Cleaner, name: str, tmp_path: Path) -> None:
    form, end, how = LOSSY[name]
    source = jpeg(form, f"{SYNTAX}.4.{end}", how)
    before = opened(source)
    result = cleaner.clean(source, tmp_path)
    dataset, path = released(result, tmp_path)
    assert dataset.file_meta.TransferSyntaxUID == source.transfer_syntax
    assert dataset.LossyImageCompression == "01"
    assert dataset.PhotometricInterpretation == form.photometric
    assert result.proof is not None
    assert result.proof.compared is Compared.COEFFICIENTS
    assert result.plan is not None
    after = opened(read(path, LIMITS))
    for index, mask in enumerate(result.plan.masks()):
        words = after.frame(index)
        assert len(np.unique(words[mask], axis=0)) == 1
        assert not words[mask][:, 0].any()
        far = ~cv2.dilate(mask.astype(np.uint8), np.ones((35, 35), np.uint8)).astype(bool)
        assert np.array_equal(words[far], before.frame(index)[far])


@pytest.mark.parametrize("end", [50, 51])
def test_lossy_jpeg_without_text_keeps_its_bytes(cleaner: Cleaner, end: int, tmp_path: Path) -> None:
    source = jpeg(GREY, f"{SYNTAX}.4.{end}", {}, speckled(120, 200))
    dataset, path = released(cleaner.clean(source, tmp_path), tmp_path)
    assert pixel_data(read(path, LIMITS).dataset) == pixel_data(source.dataset)
    assert dataset.file_meta.TransferSyntaxUID == source.transfer_syntax


def slice_words(hidden: int = 0) -> Words:
    values = np.rint(speckled(120, 200) * 3000).astype(np.uint16)
    values[INK] |= hidden
    return values[..., np.newaxis]


@pytest.mark.parametrize("syntax", [EXPLICIT, SYNTAX, BIG])
def test_a_slice_without_text_keeps_its_pixels_byte_for_byte(cleaner: Cleaner, syntax: str, tmp_path: Path) -> None:
    dataset = described(DEEP, SOPClassUID=CT, Modality="CT", LargestImagePixelValue=2000)
    source = source_of(dataset, DEEP, [slice_words()], syntax)
    result = cleaner.clean(source, tmp_path)
    output, path = released(result, tmp_path)
    assert pixel_data(read(path, LIMITS).dataset) == pixel_data(source.dataset)
    assert result.proof is not None
    assert result.proof.pixels_unchanged
    assert output.LargestImagePixelValue == 2000


def test_nothing_of_text_in_the_high_bits_remains(cleaner: Cleaner, tmp_path: Path) -> None:
    dataset = described(DEEP, SOPClassUID=CT, Modality="CT")
    source = source_of(dataset, DEEP, [slice_words(0x1000)])
    result = cleaner.clean(source, tmp_path)
    _, path = released(result, tmp_path)
    assert np.array_equal(opened(read(path, LIMITS)).frame(0), slice_words())
    assert ReasonCode.HIDDEN_BITS_CLEARED in {reason.code for reason in reasons_of(result.outcome)}


def test_text_in_one_frame_is_masked_in_all(cleaner: Cleaner, tmp_path: Path) -> None:
    form = of(GREY, frames=4)
    frames = [words_for(speckled(120, 200, seed), GREY) for seed in range(4)]
    frames[2] = words_for(with_banner(), GREY)
    result = cleaner.clean(source_of(ultrasound(form), form, frames), tmp_path)
    assert_cleaned(result, tmp_path, frames, form)
    assert result.plan is not None
    assert {region.frame for region in result.plan.regions} == {None}


def test_monochrome1_is_cleaned_to_its_own_black(cleaner: Cleaner, tmp_path: Path) -> None:
    form = of(DEEP, photometric="MONOCHROME1")
    result = cleaner.clean(source_of(ultrasound(form), form, with_text(form)), tmp_path)
    output, _ = released(result, tmp_path)
    assert result.plan is not None
    assert (pixel_array(output)[result.plan.mask(0)] == 4095).all()


def test_a_released_file_has_a_preview_in_the_spool_and_nothing_else(cleaner: Cleaner, tmp_path: Path) -> None:
    source = source_of(ultrasound(GREY), GREY, with_text(GREY))
    result = cleaner.clean(source, tmp_path)
    assert result.output is not None
    assert {path.name for path in tmp_path.iterdir()} == {result.output.spool_name, result.output.preview}


def test_the_same_file_gives_the_same_output_and_the_source_stays(cleaner: Cleaner, tmp_path: Path) -> None:
    source = source_of(ultrasound(GREY), GREY, with_text(GREY))
    before = deepcopy(source.dataset)
    first, second = cleaner.clean(source, tmp_path), cleaner.clean(source, tmp_path)
    assert first == second
    assert source.dataset == before


def test_cleaning_what_was_cleaned_finds_nothing_more(cleaner: Cleaner, tmp_path: Path) -> None:
    _, path = released(cleaner.clean(source_of(ultrasound(COLOUR), COLOUR, with_text(COLOUR)), tmp_path), tmp_path)
    again = read(path, LIMITS)
    result = cleaner.clean(again, tmp_path)
    assert isinstance(result.outcome, Released)
    assert result.proof is not None
    assert result.proof.pixels_unchanged


def test_burned_in_yes_without_a_finding_is_asked_about(cleaner: Cleaner, tmp_path: Path) -> None:
    source = source_of(ultrasound(GREY, BurnedInAnnotation="YES"), GREY, [words_for(speckled(120, 200), GREY)])
    result = cleaner.clean(source, tmp_path)
    assert isinstance(result.outcome, Queued)
    assert [reason.code for reason in result.outcome.reasons] == [ReasonCode.BURNED_IN_YES_NOTHING_FOUND]
    assert list(tmp_path.iterdir()) == []


def test_burned_in_no_on_an_image_with_text_is_not_believed(cleaner: Cleaner, tmp_path: Path) -> None:
    before = with_text(GREY)
    source = source_of(ultrasound(GREY, BurnedInAnnotation="NO"), GREY, before)
    assert_cleaned(cleaner.clean(source, tmp_path), tmp_path, before, GREY)


def test_a_palette_without_entries_is_asked_about_once_something_must_be_masked(
    cleaner: Cleaner, tmp_path: Path
) -> None:
    form = of(GREY, photometric="PALETTE COLOR")
    result = cleaner.clean(source_of(ultrasound(form), form, with_text(form)), tmp_path)
    assert [reason.code for reason in reasons_of(result.outcome)] == [ReasonCode.NO_PIXEL_VERDICT]
    assert list(tmp_path.iterdir()) == []


BOX = Box(90, 70, 160, 110)


@pytest.fixture(scope="module")
def masking(cleaner: Cleaner) -> Cleaner:
    return cleaner_for(Mask((BOX,)), cleaner.policy, cleaner.key)


@pytest.fixture(scope="module")
def masking_only(cleaner: Cleaner) -> Cleaner:
    return cleaner_for(MaskOnly((BOX,)), cleaner.policy, cleaner.key)


def test_masking_fills_the_given_boxes_cleans_the_header_and_claims_no_more(masking: Cleaner, tmp_path: Path) -> None:
    before = with_text(GREY)
    source = source_of(ultrasound(GREY, BurnedInAnnotation="NO"), GREY, before)
    result = masking.clean(source, tmp_path)
    output, path = released(result, tmp_path)
    assert result.plan is not None
    assert {(region.box, region.origin) for region in result.plan.regions} == {(BOX, Origin.OPERATOR)}
    values = pixel_array(output)
    assert not values[BOX.slices].any()
    assert np.array_equal(values[~result.plan.mask(0)], before[0][..., 0][~result.plan.mask(0)])
    assert {item.CodeValue for item in output.DeidentificationMethodCodeSequence} == {"113100"}
    assert output.get("BurnedInAnnotation") != "NO"
    assert b"SENTINEL" not in path.read_bytes()


def test_masking_alone_leaves_the_header_and_claims_nothing(masking_only: Cleaner, tmp_path: Path) -> None:
    source = source_of(ultrasound(GREY, LargestImagePixelValue=9), GREY, with_text(GREY))
    before = deepcopy(source.dataset)
    result = masking_only.clean(source, tmp_path)
    output, _ = released(result, tmp_path)
    assert source.dataset == before
    assert output.PatientName == "Sentinel^Zoe"
    assert output.SOPInstanceUID == source.dataset.SOPInstanceUID
    assert not {"PatientIdentityRemoved", "DeidentificationMethod", "BurnedInAnnotation"} & set(output.dir())
    assert "LargestImagePixelValue" not in output
    assert not pixel_array(output)[BOX.slices].any()
    same = {element.tag for element in before} - {0x7FE00010, 0x00280107}
    assert all(output[tag].value == before[tag].value for tag in same)


def test_masking_a_box_outside_the_image_is_asked_about(cleaner: Cleaner, tmp_path: Path) -> None:
    far = cleaner_for(MaskOnly((Box(900, 900, 950, 950),)), cleaner.policy, cleaner.key)
    result = far.clean(source_of(ultrasound(GREY), GREY, with_text(GREY)), tmp_path)
    assert [reason.code for reason in reasons_of(result.outcome)] == [ReasonCode.NOTHING_MASKED]
    assert not isinstance(result.outcome, Released)


def test_a_slice_that_claims_burned_in_text_and_shows_none_waits(
    cleaner: Cleaner, sample_data: Path, tmp_path: Path
) -> None:
    claimed = pydicom.dcmread(sample_data / "ct-plain.dcm")
    claimed.BurnedInAnnotation = "YES"
    claimed.save_as(tmp_path / "claimed.dcm")
    result = cleaner.clean(read(tmp_path / "claimed.dcm", LIMITS), tmp_path)
    assert ReasonCode.BURNED_IN_YES_NOTHING_FOUND in {reason.code for reason in reasons_of(result.outcome)}


def test_a_scanned_page_behind_other_frames_waits_too(cleaner: Cleaner, sample_data: Path, tmp_path: Path) -> None:
    page = pydicom.dcmread(sample_data / "sc-scanned-form-jpeg2000.dcm")
    shown = page.pixel_array
    form = replace(GREY, rows=shown.shape[0], columns=shown.shape[1], frames=3)
    dark = np.zeros((*shown.shape[:2], 1), np.uint8)
    grey = (shown if shown.ndim == 2 else shown.mean(axis=2)).astype(np.uint8)[..., None]
    result = cleaner.clean(source_of(ultrasound(form), form, [dark, grey, dark]), tmp_path)
    assert ReasonCode.LOOKS_LIKE_DOCUMENT in {reason.code for reason in reasons_of(result.outcome)}


def test_a_disk_that_refuses_is_no_fault_of_the_file(cleaner: Cleaner, tmp_path: Path) -> None:
    source = source_of(ultrasound(GREY), GREY, with_text(GREY))
    result = cleaner.clean(source, tmp_path / "a file where a folder belongs")
    (tmp_path / "blocked").write_bytes(b"")
    blocked = cleaner.clean(source, tmp_path / "blocked" / "spool")
    for held in (result, blocked):
        assert isinstance(held.outcome, Released) or {r.code for r in reasons_of(held.outcome)} == {
            ReasonCode.NOT_DELIVERED
        }
    assert not isinstance(blocked.outcome, Released)


def test_what_one_task_released_is_not_done_for_another(cleaner: Cleaner) -> None:
    """The digest is what a run asks the ledger with: it names the task, the boxes and the treatment of the header."""
    tasks = (Clean(), Mask((BOX,)), MaskOnly((BOX,)), MaskOnly((Box(0, 0, 9, 9),)), MaskOnly((BOX, Box(0, 0, 9, 9))))
    digests = [cleaner_for(task, cleaner.policy, cleaner.key).digest for task in (*tasks, *tasks)]
    assert len(set(digests)) == len(tasks)
    assert digests[0] == cleaner.digest


RULE = """
[source.own]
name = "Our own measurement"
url = "none"
licence = "Apache-2.0"

[[rule]]
id = "zz-plate"
sources = ["own"]
match = { all = [{ attribute = "PlateType", prefix = "ZZ", case = "ignore" }] }
rows = 120
columns = 200
mask = [[90, 70, 160, 110]]
frames = "all"
example = { PlateType = "ZZ one" }
counter_example = { PlateType = "YY" }
date = 2026-11-20
author = "nobody"
"""


def test_a_rule_file_may_ask_about_attributes_that_no_shipped_rule_names(cleaner: Cleaner, tmp_path: Path) -> None:
    rules, spool = tmp_path / "rules", tmp_path / "spool"
    rules.mkdir()
    spool.mkdir()
    (rules / "zz.toml").write_text(RULE, encoding="utf-8")
    assert "PlateType" not in cleaner.kinds.keywords | cleaner.examiner.keywords
    task = MaskOnly(rules=rules)
    source = source_of(ultrasound(GREY, PlateType="ZZ two"), GREY, with_text(GREY))
    output, _ = released(cleaner_for(task, cleaner.policy, cleaner.key).clean(source, spool), spool)
    assert not pixel_array(output)[BOX.slices].any()


def jpeg(form: PixelFormat, syntax: str, how: dict[str, object], picture: np.ndarray | None = None) -> Source:
    """A file of JPEG frames of RGB, YBR or one sample."""
    shown = [with_banner(seed=seed) if picture is None else picture for seed in range(form.frames)]
    plain = replace(form, photometric="RGB" if form.samples == 3 else "MONOCHROME2")
    frames = [words_for(one, plain) for one in shown]
    streams = [
        bytes(imagecodecs.jpeg8_encode(frame if form.samples == 3 else frame[..., 0], 92, **how)) for frame in frames
    ]
    dataset = ultrasound(form)
    value, _ = encapsulate(streams, len(streams))
    dataset["PixelData"] = pydicom.DataElement("PixelData", "OB", value, is_undefined_length=True)
    return saved(dataset, syntax)


def test_a_tiny_image_whose_frame_does_not_decode_is_not_released(cleaner: Cleaner, tmp_path: Path) -> None:
    form = replace(GREY, rows=10, columns=10, frames=5)
    good = imagecodecs.jpeg2k_encode(np.zeros((10, 10), np.uint8), codecformat="j2k", reversible=True, level=0)
    start = good.index(b"\xff\x93") + 2
    broken = good[:start] + b"\xff" * (len(good) - start - 2) + good[-2:]
    source = source_of(ultrasound(form), form, [np.zeros((10, 10, 1), np.uint8)] * 5)
    value, _ = encapsulate([good, broken, good, good, good], 5)  # the second look is at the others
    source.dataset["PixelData"].is_undefined_length = True
    source.dataset["PixelData"].value = value
    tiny = replace(source, transfer_syntax=f"{SYNTAX}.4.90")
    result = cleaner.clean(tiny, tmp_path)
    assert not isinstance(result.outcome, Released), reasons_of(result.outcome)
