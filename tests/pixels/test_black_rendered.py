"""Black is black for others: DCMTK renders what was filled, and functional groups, padding and odd tables are thought of."""

import shutil
import subprocess
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import COLOUR, DEEP, EXPLICIT, GREY, as_file, described, of, opened, source_of
from PIL import Image
from pydicom.pixels import apply_color_lut, apply_modality_lut
from pydicom.sequence import Sequence

from pixelclean.dicom import Kind, PixelFormat, Source, encode, put_pixels, values_of, words_of
from pixelclean.dicom.words import Words
from pixelclean.errors import Refused
from pixelclean.geometry import Act, Box, Origin, Region
from pixelclean.pixels import black, make_plan, redacted
from pixelclean.reasons import ReasonCode

DCM2PNM = shutil.which("dcm2pnm")
needs_dcmtk = pytest.mark.skipif(DCM2PNM is None, reason="NO SECOND OPINION: dcm2pnm is absent (apt-get install dcmtk)")

BOX = Box(4, 2, 10, 6)
SMALL = {"rows": 12, "columns": 16}
EIGHT, TWELVE = of(GREY, **SMALL), of(DEEP, **SMALL)
SIXTEEN = of(TWELVE, bits_stored=16, high_bit=15)
SIGNED = of(SIXTEEN, signed=True)
FLOAT = of(EIGHT, kind=Kind.FLOAT, bits_allocated=32, bits_stored=32, high_bit=31)
PALETTE = of(EIGHT, photometric="PALETTE COLOR")
ONE_BIT = of(EIGHT, bits_allocated=1, bits_stored=1, high_bit=0)
RGB = of(COLOUR, **SMALL)
SOFT_TISSUE = {"WindowCenter": 40, "WindowWidth": 400, "RescaleSlope": 1, "RescaleIntercept": -1024}
STEPS = list(range(0, 65536, 16))
WINDOW, SECOND_WINDOW, VOI_LUT, MIN_MAX = ("+Wi", "1"), ("+Wi", "2"), ("+Wl", "1"), ("+Wm",)

Values = Callable[[np.random.Generator, tuple[int, ...]], Words]


@dataclass(frozen=True)
class Case:
    """One way to display pixels, and how DCMTK is told to display them so; `reach` is the greys that black may have."""

    name: str
    form: PixelFormat
    attributes: dict[str, Any] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    values: Values | None = None
    reach: int = 0


def between(low: int, high: int) -> Values:
    return lambda rng, shape: rng.integers(low, high, shape)


def padded(value: int, low: int, high: int) -> Values:
    """Padding in two columns."""

    def made(rng: np.random.Generator, shape: tuple[int, ...]) -> Words:
        values = rng.integers(low, high, shape)
        values[:, :2] = value
        return values

    return made


def lut(entries: list[int], first: int = 0, bits: int = 16) -> Sequence:
    item = pydicom.Dataset()
    item.LUTDescriptor = [len(entries) % 65536, first, bits]
    item.add_new("LUTData", "OW", np.asarray(entries, "<u2").tobytes())
    item.ModalityLUTType = "US"
    return Sequence([item])


def palette(darkest: int, entries: int = 256, first: int = 0, bits: int = 16) -> dict[str, Any]:
    """A palette that is bright but for one entry."""
    rng, attributes = np.random.default_rng(3), {}
    for colour in ("Red", "Green", "Blue"):
        column = rng.integers(120, 255, entries) * 257
        column[darkest] = 0
        attributes[f"{colour}PaletteColorLookupTableDescriptor"] = [entries % 65536, first, bits]
        data = (column >> 16 - bits).astype(np.uint8 if bits == 8 else "<u2").tobytes()
        attributes[f"{colour}PaletteColorLookupTableData"] = data + b"\0" * (len(data) % 2)
    return attributes


def item(**attributes: Any) -> pydicom.Dataset:
    made = pydicom.Dataset()
    for keyword, value in attributes.items():
        setattr(made, keyword, value)
    return made


def group(transformation: dict[str, Any] | None = None, voi: dict[str, Any] | None = None) -> pydicom.Dataset:
    """The functional groups of one frame, or of all."""
    made = pydicom.Dataset()
    if transformation is not None:
        made.PixelValueTransformationSequence = Sequence([item(**transformation, RescaleType="US")])
    if voi is not None:
        made.FrameVOILUTSequence = Sequence([item(**voi)])
    return made


CASES = [
    Case("unsigned", TWELVE),
    Case("unsigned, window", TWELVE, SOFT_TISSUE, WINDOW),
    Case("unsigned, second window", TWELVE, SOFT_TISSUE | {"WindowCenter": [40, 600], "WindowWidth": [400, 90]}, SECOND_WINDOW),
    Case("unsigned, sigmoid", TWELVE, SOFT_TISSUE | {"VOILUTFunction": "SIGMOID"}, WINDOW),
    Case("unsigned, high bit 13", of(TWELVE, high_bit=13)),
    Case("signed, window", SIGNED, SOFT_TISSUE | {"RescaleIntercept": 0}, WINDOW, between(0, 500)),
    Case("signed, no window", SIGNED, {}, MIN_MAX, between(-1000, 2000)),
    Case("signed, negative slope, window", SIGNED, SOFT_TISSUE | {"RescaleSlope": -1, "RescaleIntercept": 0}, WINDOW, between(-300, 500)),
    Case("negative slope", TWELVE, {"RescaleSlope": -2, "RescaleIntercept": 9}),
    Case("MONOCHROME1", of(TWELVE, photometric="MONOCHROME1")),
    Case("MONOCHROME1, window", of(TWELVE, photometric="MONOCHROME1"), SOFT_TISSUE, WINDOW),
    Case("MONOCHROME1 in sixteen bits, few of them used", of(SIXTEEN, photometric="MONOCHROME1"), {}, MIN_MAX, between(0, 900)),
    Case("MONOCHROME1 in sixteen bits, window", of(SIXTEEN, photometric="MONOCHROME1"), {"WindowCenter": 600, "WindowWidth": 900}, WINDOW, between(0, 900)),
    Case("MONOCHROME1 and INVERSE", of(TWELVE, photometric="MONOCHROME1"), {"PresentationLUTShape": "INVERSE"}),
    Case("INVERSE", TWELVE, {"PresentationLUTShape": "INVERSE"}),
    Case("IDENTITY", TWELVE, {"PresentationLUTShape": "IDENTITY"}),
    Case("rising Modality LUT", TWELVE, {"ModalityLUTSequence": lut(STEPS)}),
    Case("falling Modality LUT", TWELVE, {"ModalityLUTSequence": lut(STEPS[::-1])}),
    Case("falling VOI LUT", TWELVE, {"VOILUTSequence": lut(STEPS[::-1])}, VOI_LUT),
    Case("VOI LUT that begins at 1000", TWELVE, {"VOILUTSequence": lut(STEPS[::-4], 1000)}, VOI_LUT),
    Case("VOI LUT darkest in the middle", TWELVE, {"VOILUTSequence": lut([abs(v - 2000) * 9 for v in range(4096)])}, VOI_LUT),
    Case("padding is the lowest value", SIGNED, SOFT_TISSUE | {"RescaleIntercept": 0, "PixelPaddingValue": -2000}, WINDOW, padded(-2000, 0, 900)),
    Case("padding is 0", TWELVE, SOFT_TISSUE | {"PixelPaddingValue": 0}, WINDOW, padded(0, 500, 1900)),
    Case("palette", PALETTE, palette(77)),
    Case("palette, 8-bit entries", PALETTE, palette(77, bits=8)),
    Case("palette, first mapped value", PALETTE, palette(12, 200, 30)),
    Case("palette in sixteen bits", of(SIXTEEN, photometric="PALETTE COLOR"), palette(900, 4096)),
    Case("one bit", ONE_BIT),
    Case("one bit, MONOCHROME1", of(ONE_BIT, photometric="MONOCHROME1")),
    Case("RGB", RGB),
    Case("RGB by plane", of(RGB, planar=1)),
    Case("YBR_FULL", of(RGB, photometric="YBR_FULL"), reach=1),
    Case("YBR_FULL_422", of(RGB, photometric="YBR_FULL_422"), reach=1),
    Case("YBR_PARTIAL_422", of(RGB, photometric="YBR_PARTIAL_422"), reach=3),
]  # fmt: skip


@needs_dcmtk
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_dcmtk_renders_the_filled_area_darkest(case: Case, tmp_path: Path) -> None:
    shown = rendered_by_dcmtk(saved(masked(case), tmp_path), *case.options)
    inside = shown[BOX.slices]
    assert inside.max() - inside.min() == 0
    assert inside.max() <= shown.min() + case.reach
    if case.options in (WINDOW, SECOND_WINDOW, MIN_MAX, VOI_LUT) or case.form.samples == 3:
        assert inside.max() <= 3 * max(case.reach, 1)


FITTED = [
    case
    for case in CASES
    if case.form.photometric.startswith("MONOCHROME") and "PixelPaddingValue" not in case.attributes
]


@needs_dcmtk
@pytest.mark.parametrize("case", FITTED, ids=lambda case: case.name)
def test_a_window_fitted_to_the_values_still_shows_the_image(case: Case, tmp_path: Path) -> None:
    before = rendered_by_dcmtk(saved(noise(case).dataset, tmp_path), *MIN_MAX)
    after = rendered_by_dcmtk(saved(masked(case), tmp_path), *MIN_MAX)
    assert np.ptp(after[6:]) >= 0.4 * np.ptp(before[6:])


FRAMES = {
    "a window of its own for each frame": (of(TWELVE, frames=3), {}, group({"RescaleSlope": 1, "RescaleIntercept": -1024}), [
        group(None, {"WindowCenter": center, "WindowWidth": 50}) for center in (-900, 40, 900)
    ]),
    "signed, windows below all values": (of(SIGNED, frames=3), {}, group({"RescaleSlope": 1, "RescaleIntercept": 0}), [
        group(None, {"WindowCenter": center, "WindowWidth": 50}) for center in (-900, 40, -90)
    ]),
    "a slope of its own for each frame": (of(SIGNED, frames=3), {}, group(None, {"WindowCenter": 0, "WindowWidth": 3000}), [
        group({"RescaleSlope": slope, "RescaleIntercept": slope * 3}) for slope in (0.5, 1, 9)
    ]),
    "falling slopes": (of(TWELVE, frames=2), {}, group(None, {"WindowCenter": 0, "WindowWidth": 90}), [
        group({"RescaleSlope": slope, "RescaleIntercept": 0}) for slope in (-2, -0.5)
    ]),
    "the shared window is not the root's": (of(SIGNED, frames=2), {"WindowCenter": 9000, "WindowWidth": 2}, group(
        {"RescaleSlope": 1, "RescaleIntercept": -5000}, {"WindowCenter": -6000, "WindowWidth": 10, "VOILUTFunction": "LINEAR_EXACT"}
    ), [group(), group()]),
    "MONOCHROME1": (of(TWELVE, frames=2, photometric="MONOCHROME1"), {}, group({"RescaleSlope": 1, "RescaleIntercept": 0}), [
        group(None, {"WindowCenter": center, "WindowWidth": 500}) for center in (300, 3800)
    ]),
}  # fmt: skip


@needs_dcmtk
@pytest.mark.parametrize("name", FRAMES)
def test_every_frame_shows_black_through_its_own_functional_groups(name: str, tmp_path: Path) -> None:
    form, root, shared, own = FRAMES[name]
    attributes = root | {"SharedFunctionalGroupsSequence": Sequence([shared])}
    output = masked(Case("", form, attributes | {"PerFrameFunctionalGroupsSequence": Sequence(own)}))
    for index in range(form.frames):
        shown = rendered_by_dcmtk(saved(single_frame(output, index), tmp_path), *WINDOW)
        assert shown[BOX.slices].max() == 0


def test_where_no_value_is_black_in_every_frame_none_is_taken() -> None:
    slopes = [group({"RescaleSlope": slope, "RescaleIntercept": 0}) for slope in (1, -1)]
    dataset = described(of(TWELVE, frames=2), PerFrameFunctionalGroupsSequence=Sequence(slopes))
    with pytest.raises(Refused) as caught:
        black(dataset, of(TWELVE, frames=2), frames_of(between(0, 4000), of(TWELVE, frames=2)))
    assert caught.value.code is ReasonCode.NO_PIXEL_VERDICT


def test_frames_without_functional_groups_of_their_own_are_shown_as_the_image_is() -> None:
    falling = group({"RescaleSlope": -1, "RescaleIntercept": 0})
    form = of(EIGHT, frames=2)
    for groups in ([falling], [falling, pydicom.Dataset()]):
        with pytest.raises(Refused):
            black(described(form, PerFrameFunctionalGroupsSequence=Sequence(groups)), form, ())
    assert black(described(form, PerFrameFunctionalGroupsSequence=Sequence([falling] * 2)), form, ()) == (255.0,)


def test_of_windows_and_tables_that_contradict_each_other_the_first_one_counts() -> None:
    middle = [abs(value - 128) for value in range(256)]
    contradiction = described(EIGHT, VOILUTSequence=Sequence([*lut(middle), *lut(middle[::-1], 60)]))
    assert black(contradiction, EIGHT, ()) == (128.0,)


@pytest.mark.parametrize(("rising", "fill"), [(True, 0.0), (False, 255.0)])
def test_the_presentation_lut_comes_last(rising: bool, fill: float) -> None:
    entries = list(range(4096)) if rising else list(range(4095, -1, -1))
    assert black(described(EIGHT, PresentationLUTSequence=lut(entries, bits=12)), EIGHT, ()) == (fill,)
    one = of(EIGHT, photometric="MONOCHROME1")
    assert black(described(one, PresentationLUTSequence=lut(entries, bits=12)), one, ()) == (255 - fill,)


@pytest.mark.parametrize(
    ("attributes", "values", "fill"),
    [
        # Another value is as black through the window.
        (SOFT_TISSUE | {"PixelPaddingValue": 0}, (500, 1900), 1),
        (SOFT_TISSUE | {"PixelPaddingValue": 0, "PixelPaddingRangeLimit": 63}, (500, 1900), 64),
        (SOFT_TISSUE | {"PixelPaddingValue": 63, "PixelPaddingRangeLimit": 0}, (500, 1900), 64),
        # Without a window the next value is as good as black.
        ({"PixelPaddingValue": 0}, (500, 1900), 1),
        # There is no other black.
        ({"PixelPaddingValue": 0, "PixelPaddingRangeLimit": 2000}, (2500, 4000), 0),
    ],
)
def test_padding_is_taken_only_where_nothing_else_is_black(
    attributes: dict[str, Any], values: tuple[int, int], fill: int
) -> None:
    assert black(described(TWELVE, **attributes), TWELVE, frames_of(between(*values), TWELVE)) == (fill,)


@pytest.mark.parametrize("stated", [-2000, 65536 - 2000])
def test_padding_does_not_stretch_the_range_of_an_image(stated: int) -> None:
    dataset = described(SIGNED)
    dataset.add_new("PixelPaddingValue", "SS" if stated < 0 else "US", stated)
    lowest = min(
        value for frame in frames_of(padded(-2000, 5, 900), SIGNED) for value in [values_of(frame, SIGNED)[:, 2:].min()]
    )
    assert black(dataset, SIGNED, frames_of(padded(-2000, 5, 900), SIGNED)) == (words_of(int(lowest), SIGNED),)


def test_padding_of_float_pixels_is_left_out_too() -> None:
    frame = np.linspace(2, 9, 12 * 16).reshape(FLOAT.shape).astype(np.float32)
    frame[:, :2] = -1e30
    plain, stated = described(FLOAT), described(FLOAT, FloatPixelPaddingValue=-1e30)
    assert black(plain, FLOAT, (frame,)) == (float(np.float32(-1e30)),)
    assert black(stated, FLOAT, (frame,)) == (float(frame[0, 2, 0]),)


@pytest.mark.parametrize("photometric", ["MONOCHROME2", "PALETTE COLOR"])
def test_in_a_label_map_black_is_what_belongs_to_no_segment(photometric: str) -> None:
    form = of(EIGHT, photometric=photometric)
    shown = palette(3) if photometric == "PALETTE COLOR" else {}
    assert black(described(form, SegmentationType="LABELMAP", **shown), form, ()) == (0.0,)
    stated = described(form, SegmentationType="LABELMAP", PixelPaddingValue=255, **shown)
    assert black(stated, form, ()) == (255.0,)


@pytest.mark.parametrize("form", [ONE_BIT, EIGHT])
def test_in_a_segmentation_black_is_where_no_segment_is(form: PixelFormat) -> None:
    kind = "BINARY" if form is ONE_BIT else "FRACTIONAL"
    assert black(described(form, SegmentationType=kind, MaximumFractionalValue=255), form, ()) == (0.0,)


def test_a_supplemental_palette_colours_no_black() -> None:
    colours = palette(0, 56, 200)
    plain = described(EIGHT, PixelPresentation="COLOR", **colours)
    assert black(plain, EIGHT, ()) == (0.0,)
    falling = described(of(EIGHT, photometric="MONOCHROME1"), PixelPresentation="MIXED", **colours)
    assert black(falling, of(EIGHT, photometric="MONOCHROME1"), ()) == (200.0,)
    bright = {key: b"\xff" * len(value) if key.endswith("Data") else value for key, value in colours.items()}
    grey = described(of(EIGHT, photometric="MONOCHROME1"), PixelPresentation="MIXED", **bright)
    assert black(grey, of(EIGHT, photometric="MONOCHROME1"), ()) == (199.0,)


def test_the_entries_of_a_segmented_palette_are_expanded() -> None:
    """A discrete and a linear segment; pydicom expands them too, and shows the fill black."""
    for bits, order in ((16, "<u2"), (8, np.uint8)):
        top = (1 << bits) - 1
        segments = [0, 2, top, top - 3, 1, 100, 5, 1, 90, top, 0, 64, *([top // 2] * 64)]
        dataset = with_segments(np.asarray(segments, order).tobytes(), bits)
        (fill,) = black(dataset, PALETTE, ())
        every = np.arange(256, dtype=np.uint8).reshape(16, 16)
        shown = apply_color_lut(every, dataset).sum(axis=-1)
        assert shown.reshape(-1)[int(fill)] == shown.min()


def test_an_indirect_segment_copies_segments_from_its_byte_offset() -> None:
    # Three bright entries; a linear one down to 40 and up again; then that twice more, darker for the last time.
    words = [0, 3, 900, 900, 900, 1, 2, 40, 1, 2, 900, 2, 2, 10, 0, 0, 1, 7, 1, 5, 900]
    dataset = with_segments(np.asarray(words, "<u2").tobytes(), 16, entries=17)
    assert black(dataset, PALETTE, ()) == (11.0,)


@pytest.mark.parametrize(
    "words",
    [
        [], [0], [0, 9, 1], [1, 4, 7], [2, 1, 0, 0], [3, 1, 1], [0, 0, 0, 0], [0, 1, 5, 2, 1, 9999, 9999],
        [0, 1, 5, 2, 0, 0, 0], [0, 1, 5, 2, 65535, 0, 0], [0, 1, 5, 2, 1, 6, 0],
    ],
)  # fmt: skip
def test_a_segmented_palette_that_cannot_be_read_gives_no_black(words: list[int]) -> None:
    with pytest.raises(Refused) as caught:
        black(with_segments(np.asarray(words, "<u2").tobytes(), 16, entries=60000), PALETTE, ())
    assert caught.value.code is ReasonCode.NO_PIXEL_VERDICT


@pytest.mark.parametrize("bits", [8, 16])
@given(data=st.binary(max_size=40))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_a_segmented_palette_or_refused(bits: int, data: bytes) -> None:
    try:
        (fill,) = black(with_segments(data, bits, entries=65535), PALETTE, ())
    except Refused:
        return
    assert 0 <= fill <= 255


FORMS = st.builds(
    lambda stored, signed, one: of(
        SIXTEEN, bits_stored=stored, high_bit=stored - 1, signed=signed, photometric=f"MONOCHROME{one}"
    ),
    st.integers(2, 16),
    st.booleans(),
    st.sampled_from((1, 2)),
)
SLOPES = st.floats(0.01, 50).flatmap(lambda slope: st.sampled_from((slope, -slope)))
WINDOWS = st.tuples(
    st.integers(-9000, 9000), st.integers(2, 9000), st.sampled_from(("LINEAR", "LINEAR_EXACT", "SIGMOID"))
)


@given(form=FORMS, slope=SLOPES, intercept=st.integers(-5000, 5000), window=WINDOWS | st.none(), data=st.data())
@settings(max_examples=150, deadline=None)
def test_no_value_of_an_image_displays_darker_than_the_fill(
    form: PixelFormat, slope: float, intercept: int, window: tuple[int, int, str] | None, data: st.DataObject
) -> None:
    low = -(1 << form.bits_stored - 1) if form.signed else 0
    held = data.draw(st.lists(st.integers(low, low + (1 << form.bits_stored) - 1), min_size=1, max_size=6))
    dataset = described(form, RescaleSlope=f"{slope:.10g}", RescaleIntercept=intercept)
    if window is not None:
        dataset.WindowCenter, dataset.WindowWidth, dataset.VOILUTFunction = window
    frame = np.resize([words_of(value, form) for value in held], form.shape).astype(form.dtype)
    (fill,) = black(dataset, form, (frame,))
    value = int(values_of(np.full(form.shape, int(fill), form.dtype), form)[0, 0, 0])
    shown = shown_by_hand(np.array([value, *held]), dataset)
    assert shown[0] <= shown.min() + 1e-9


def shown_by_hand(values: npt.NDArray[Any], dataset: pydicom.Dataset) -> npt.NDArray[np.float64]:
    """PS3.3 C.11.1.1.2, C.11.2.1.2 and C.11.2.1.3; brighter is larger."""
    shown = apply_modality_lut(values, dataset).astype(np.float64)
    if "WindowCenter" in dataset:
        center, width = float(dataset.WindowCenter), float(dataset.WindowWidth)
        match dataset.VOILUTFunction:
            case "SIGMOID":
                shown = np.tanh(2 * (shown - center) / width)
            case "LINEAR":
                shown = np.clip(((shown - (center - 0.5)) / (width - 1) + 0.5), 0, 1)
            case _:
                shown = np.clip((shown - center) / width + 0.5, 0, 1)
    return -shown if dataset.PhotometricInterpretation == "MONOCHROME1" else shown


def with_segments(data: bytes, bits: int, entries: int = 168) -> pydicom.Dataset:
    data += b"\0" * (len(data) % 2)
    made: dict[str, Any] = {}
    for colour in ("Red", "Green", "Blue"):
        made[f"{colour}PaletteColorLookupTableDescriptor"] = [entries, 0, bits]
        made[f"Segmented{colour}PaletteColorLookupTableData"] = data
    dataset = described(PALETTE, **made)
    dataset.set_original_encoding(False, True)
    return dataset


def frames_of(values: Values, form: PixelFormat) -> list[Words]:
    rng = np.random.default_rng(1)
    stored = (values(rng, form.shape) for _ in range(form.frames))
    return [
        np.vectorize(lambda value: words_of(int(value), form), otypes=[np.uint64])(frame).astype(form.dtype)
        for frame in stored
    ]


def noise(case: Case) -> Source:
    """Such an image, as pixelclean reads it."""
    form = case.form
    low = -(1 << form.bits_stored - 1) if form.signed else 0
    frames = frames_of(case.values or between(low, low + (1 << form.bits_stored)), form)
    if form.is_subsampled:
        for frame in frames:
            frame[:, 1::2, 1:] = frame[:, ::2, 1:]
    return source_of(described(form, **case.attributes), form, frames)


def masked(case: Case) -> pydicom.Dataset:
    """Such an image, filled in the box of every frame, as pydicom reads it."""
    source = noise(case)
    frames = opened(source)
    plan = make_plan([Region(BOX, Act.MASK, Origin.OPERATOR, "test")], frames.format)
    fill = black(source.dataset, frames.format, (frames.frame(index) for index in range(len(frames))))
    output = deepcopy(source.dataset)
    put_pixels(output, encode(redacted(frames, plan, fill), frames.format, EXPLICIT))
    return pydicom.dcmread(BytesIO(as_file(output, EXPLICIT)))


def saved(dataset: pydicom.Dataset, folder: Path) -> Path:
    path = folder / "made.dcm"
    path.write_bytes(as_file(dataset, EXPLICIT))
    return path


def rendered_by_dcmtk(path: Path, *options: str) -> npt.NDArray[np.int64]:
    """The first frame as dcm2pnm shows it: the sum of the colours of each pixel, or its grey, 0 to 255."""
    assert DCM2PNM is not None
    made = subprocess.run([DCM2PNM, "-q", *options, "+op", str(path)], capture_output=True, check=True)
    shown = np.asarray(Image.open(BytesIO(made.stdout))).astype(np.int64)
    return shown if shown.ndim == 2 else shown.sum(axis=-1)


def single_frame(dataset: pydicom.Dataset, index: int) -> pydicom.Dataset:
    """The frame as an image of its own, with what its functional groups say at the root."""
    made = deepcopy(dataset)
    pixels = dataset.pixel_array[index]
    shared, own = dataset.SharedFunctionalGroupsSequence[0], dataset.PerFrameFunctionalGroupsSequence[index]
    for keyword in ("PixelValueTransformationSequence", "FrameVOILUTSequence"):
        for element in (own if keyword in own else shared).get(keyword, [pydicom.Dataset()])[0]:
            made[element.tag] = element
    del made.SharedFunctionalGroupsSequence, made.PerFrameFunctionalGroupsSequence, made.NumberOfFrames
    made.PixelData = pixels.tobytes()
    return made


def test_black_of_luma_and_chroma_stands_in_the_bits_that_high_bit_names() -> None:
    form = of(COLOUR, photometric="YBR_FULL", bits_allocated=16, bits_stored=12, high_bit=15)
    assert black(described(form), form, []) == (0, 2048 << 4, 2048 << 4)
