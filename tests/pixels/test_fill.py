"""The fill displays black: pydicom's own display pipeline says so, for every way in which an image can be displayed."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import numpy as np
import pydicom
import pytest
from invented import BIG, COLOUR, DEEP, EXPLICIT, GREY, as_file, described, of, opened, source_of
from pydicom.pixels import (
    apply_color_lut,
    apply_modality_lut,
    apply_voi_lut,
    convert_color_space,
    pixel_array,
)
from pydicom.sequence import Sequence

from pixelclean.dicom import Kind, PixelFormat, encode, put_pixels, words_of
from pixelclean.dicom.words import Words
from pixelclean.errors import Refused
from pixelclean.geometry import Act, Box, Origin, Region
from pixelclean.pixels import black, make_plan, redacted
from pixelclean.reasons import ReasonCode

BOX = Box(4, 2, 10, 6)
SMALL = {"rows": 8, "columns": 16}
TWELVE = of(DEEP, **SMALL)
SIGNED = of(DEEP, **SMALL, signed=True)
SIGNED_16 = of(SIGNED, bits_stored=16, high_bit=15)
EIGHT = of(GREY, **SMALL)
FLOAT = of(EIGHT, kind=Kind.FLOAT, bits_allocated=32, bits_stored=32, high_bit=31)
DOUBLE = of(FLOAT, kind=Kind.DOUBLE, bits_allocated=64, bits_stored=64, high_bit=63)
PALETTE = of(EIGHT, photometric="PALETTE COLOR")


@dataclass(frozen=True)
class Case:
    """One way to display pixels; `darkest` says that no stored value at all may display darker than the fill."""

    name: str
    form: PixelFormat
    attributes: dict[str, Any] = field(default_factory=dict)
    values: Callable[[np.random.Generator, tuple[int, ...]], Words] | None = None
    darkest: bool = True
    syntax: str = EXPLICIT


def lut(descriptor: list[int], data: list[int]) -> Sequence:
    item = pydicom.Dataset()
    item.LUTDescriptor = descriptor
    item.add_new(0x00283006, "OW", np.asarray(data, "<u2").tobytes())
    item.ModalityLUTType = "US"
    return Sequence([item])


def palette(entries: int, first: int, bits: int, darkest: int) -> dict[str, Any]:
    """A palette that is bright but for one entry; 8-bit entries are packed in pairs."""
    rng = np.random.default_rng(3)
    attributes: dict[str, Any] = {}
    for colour in ("Red", "Green", "Blue"):
        column = rng.integers(120, 255, entries) * (257 if bits == 16 else 1)
        column[darkest] = 0
        attributes[f"{colour}PaletteColorLookupTableDescriptor"] = [entries % 65536, first, bits]
        data = column.astype(np.uint8 if bits == 8 else np.dtype("<u2")).tobytes()
        attributes[f"{colour}PaletteColorLookupTableData"] = data + b"\0" * (len(data) % 2)
    return attributes


def between(low: int, high: int) -> Callable[[np.random.Generator, tuple[int, ...]], Words]:
    return lambda rng, shape: rng.integers(low, high, shape)


def padded(rng: np.random.Generator, shape: tuple[int, ...]) -> Words:
    values = rng.integers(-1024, 1500, shape)
    values[:, :2] = -2000
    return values


WINDOW = {"WindowCenter": 40, "WindowWidth": 400}
RISING, FALLING = list(range(0, 65536, 16)), list(range(65520, -1, -16))
CASES = [
    Case("unsigned twelve bits", TWELVE),
    Case("unsigned, window", TWELVE, WINDOW | {"RescaleSlope": 1, "RescaleIntercept": -1024}),
    Case("unsigned, sigmoid window", TWELVE, {"WindowCenter": 2000, "WindowWidth": 900, "VOILUTFunction": "SIGMOID"}),
    Case("unsigned sixteen bits", of(TWELVE, bits_stored=16, high_bit=15)),
    Case("eight bits in sixteen, high bit 11", of(TWELVE, bits_stored=8, high_bit=11)),
    Case("eight bits", EIGHT),
    Case("eight bits, two windows", EIGHT, {"WindowCenter": [100, 50], "WindowWidth": [90, 20]}),
    Case("signed twelve bits", SIGNED, darkest=False),
    Case("signed with a padding value", SIGNED_16, {"PixelPaddingValue": -2000}, padded, darkest=False),
    Case("signed, the window reaches below every pixel", SIGNED_16, WINDOW, between(0, 100)),
    Case("signed, exact window", SIGNED_16, WINDOW | {"VOILUTFunction": "LINEAR_EXACT"}, between(0, 100)),
    Case("signed, rescaled window", SIGNED_16, WINDOW | {"RescaleSlope": "0.5", "RescaleIntercept": 9}, between(0, 99)),
    Case("signed, negative slope, window", SIGNED_16, WINDOW | {"RescaleSlope": -1, "RescaleIntercept": 0}, between(0, 100)),
    Case("signed MONOCHROME1, window", of(SIGNED_16, photometric="MONOCHROME1"), WINDOW, between(0, 100)),
    Case("signed, window in which all is white", SIGNED_16, {"WindowCenter": -900, "WindowWidth": 50}, between(0, 9)),
    Case("signed eight bits", of(EIGHT, signed=True), darkest=False),
    Case("signed, constant", SIGNED_16, {}, between(-2000, -1999), darkest=False),
    Case("MONOCHROME1", of(TWELVE, photometric="MONOCHROME1")),
    Case("MONOCHROME1 eight bits", of(EIGHT, photometric="MONOCHROME1"), {"WindowCenter": 100, "WindowWidth": 90}),
    Case("MONOCHROME1 that says INVERSE too", of(TWELVE, photometric="MONOCHROME1"), {"PresentationLUTShape": "INVERSE"}),
    Case("INVERSE", TWELVE, {"PresentationLUTShape": "INVERSE"}),
    Case("IDENTITY", TWELVE, {"PresentationLUTShape": "IDENTITY"}),
    Case("negative slope", TWELVE, {"RescaleSlope": -1, "RescaleIntercept": 4095}),
    Case("negative slope, MONOCHROME1", of(TWELVE, photometric="MONOCHROME1"), {"RescaleSlope": -2, "RescaleIntercept": 0}),
    Case("Modality LUT", TWELVE, {"ModalityLUTSequence": lut([4096, 0, 16], RISING)}),
    Case("falling Modality LUT", TWELVE, {"ModalityLUTSequence": lut([4096, 0, 16], FALLING)}),
    Case("VOI LUT", TWELVE, {"VOILUTSequence": lut([4096, 0, 16], RISING)}),
    Case("falling VOI LUT", TWELVE, {"VOILUTSequence": lut([4096, 0, 16], FALLING)}),
    Case("falling VOI LUT after a rescale", TWELVE, {
        "VOILUTSequence": lut([4096, 0, 16], FALLING), "RescaleSlope": 1, "RescaleIntercept": 0,
    }),
    Case("VOI LUT that is darkest in the middle", TWELVE, {
        "VOILUTSequence": lut([4096, 0, 16], [abs(value - 2000) * 9 + 5 for value in range(4096)]),
    }),
    Case("falling VOI LUT, signed", SIGNED, {"VOILUTSequence": lut([4096, 0, 16], FALLING)}),
    Case("palette, 8-bit entries", PALETTE, palette(256, 0, 8, 77)),
    Case("palette, 16-bit entries", PALETTE, palette(256, 0, 16, 200)),
    Case("palette, first mapped value", PALETTE, palette(200, 30, 16, 12)),
    Case("palette, first mapped value, 8-bit entries", PALETTE, palette(200, 30, 8, 199)),
    Case("palette whose darkest entry no pixel can reach", PALETTE, palette(256, 100, 16, 240)),
    Case("palette for sixteen bits", of(TWELVE, photometric="PALETTE COLOR", bits_stored=16, high_bit=15), palette(65536, 0, 16, 40000)),
    Case("palette for sixteen bits, first mapped value", of(TWELVE, photometric="PALETTE COLOR"), palette(300, 1000, 16, 150)),
    Case("RGB", of(COLOUR, **SMALL)),
    Case("RGB by plane", of(COLOUR, **SMALL, planar=1)),
    Case("RGB sixteen bits", of(COLOUR, **SMALL, bits_allocated=16, bits_stored=16, high_bit=15)),
    Case("YBR_FULL", of(COLOUR, **SMALL, photometric="YBR_FULL")),
    Case("YBR_FULL_422", of(COLOUR, **SMALL, photometric="YBR_FULL_422")),
    Case("one bit", of(EIGHT, bits_allocated=1, bits_stored=1, high_bit=0)),
    Case("one bit, MONOCHROME1", of(EIGHT, bits_allocated=1, bits_stored=1, high_bit=0, photometric="MONOCHROME1")),
    Case("unsigned 32 bits", of(EIGHT, bits_allocated=32, bits_stored=32, high_bit=31), darkest=False),
    Case("signed 32 bits", of(EIGHT, bits_allocated=32, bits_stored=32, high_bit=31, signed=True), darkest=False),
    Case("float", FLOAT, {}, lambda rng, shape: rng.normal(0, 50, shape), darkest=False),
    Case("float, window", FLOAT, WINDOW, lambda rng, shape: rng.normal(100, 2, shape), darkest=False),
    Case("float, negative slope, window", FLOAT, WINDOW | {"RescaleSlope": -1, "RescaleIntercept": 0},
         lambda rng, shape: rng.normal(100, 2, shape), darkest=False),
    Case("double", DOUBLE, {}, lambda rng, shape: rng.normal(0, 1e200, shape), darkest=False),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_filled_area_is_rendered_darkest(case: Case) -> None:
    dataset = filled(case)
    shown = brightness(dataset)
    inside = np.zeros(shown.shape, bool)
    inside[BOX.slices] = True
    outside = ~inside  # padding is no pixel of the image (PS3.3 C.7.5.1.1.2)
    if "PixelPaddingValue" in dataset:
        outside &= pixel_array(dataset, raw=True) != dataset.PixelPaddingValue
    assert len(set(shown[inside].tolist())) == 1
    assert shown[inside].max() <= shown[outside].min()


@pytest.mark.parametrize("case", [case for case in CASES if case.darkest], ids=lambda case: case.name)
def test_no_stored_value_displays_darker_than_the_fill(case: Case) -> None:
    dataset = filled(case)
    fill = brightness(dataset)[BOX.top, BOX.left]
    if case.form.samples == 3:
        assert fill == 0
        return
    low = -(1 << case.form.bits_stored - 1) if case.form.signed else 0
    every = np.arange(low, low + (1 << case.form.bits_stored), dtype=np.int64).reshape(-1, 1)
    assert fill <= rendered(every, dataset).min() + 1e-9


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_float_image_with_values_that_are_no_numbers_gets_a_number(bad: float) -> None:
    def values(rng: np.random.Generator, shape: tuple[int, ...]) -> Words:
        made = rng.normal(7, 1, shape)
        made[0, :4] = bad
        return made

    for form in (FLOAT, DOUBLE):
        fill = brightness(filled(Case("", form, {}, values)))[BOX.top, BOX.left]
        assert np.isfinite(fill)
        assert fill <= 7


def test_a_float_image_without_any_number_gets_zero() -> None:
    case = Case("", FLOAT, {}, lambda _, shape: np.full(shape, np.nan))
    assert brightness(filled(case))[BOX.top, BOX.left] == 0


@pytest.mark.parametrize("keyword", ["RedPaletteColorLookupTableDescriptor", "BluePaletteColorLookupTableData"])
@pytest.mark.parametrize("value", [None, b"\0\0"])
def test_a_palette_that_cannot_be_read_gives_no_black(keyword: str, value: object) -> None:
    dataset = described(PALETTE, **palette(256, 0, 8, 1))
    if value is None:
        delattr(dataset, keyword)
    else:
        dataset[keyword].value = value if keyword.endswith("Data") else [256, 0]
    with pytest.raises(Refused) as caught:
        black(dataset, PALETTE, ())
    assert caught.value.code is ReasonCode.NO_PIXEL_VERDICT


def test_the_entries_of_a_big_endian_palette_are_read_in_its_byte_order() -> None:
    column = np.full(256, 0xFF00, ">u2")
    column[9], column[10] = 0x00FF, 0xFE00
    attributes = palette(256, 0, 16, 0)
    attributes |= {key: column.tobytes() for key in attributes if key.endswith("Data")}
    source = source_of(described(PALETTE, **attributes), PALETTE, [np.zeros(PALETTE.shape, np.uint8)], BIG)
    assert black(source.dataset, PALETTE, ()) == (9.0,)


def test_an_odd_number_of_packed_entries_is_read() -> None:
    assert black(described(PALETTE, **palette(255, 0, 8, 77)), PALETTE, ()) == (77.0,)


@pytest.mark.parametrize(
    "form",
    [
        of(COLOUR, photometric="YBR_ICT"), of(COLOUR, photometric="XYB"), of(COLOUR, signed=True),
        of(FLOAT, photometric="PALETTE COLOR"),
    ],
)  # fmt: skip
def test_a_colour_space_without_a_known_black_is_refused(form: PixelFormat) -> None:
    with pytest.raises(Refused) as caught:
        black(described(form), form, ())
    assert caught.value.code is ReasonCode.NO_PIXEL_VERDICT


@pytest.mark.parametrize(
    "attributes",
    [
        {"WindowCenter": 40, "WindowWidth": 0},
        {"RescaleSlope": 0, "RescaleIntercept": 0},
        {"VOILUTSequence": lut([4096, 0, 7], [0])},
        {"ModalityLUTSequence": lut([4096, 0, 16], [1, 2, 3])},
        {"VOILUTFunction": "ZZ"} | WINDOW,
    ],
)
def test_odd_display_attributes_leave_the_values_themselves(attributes: dict[str, Any]) -> None:
    assert black(described(TWELVE, **attributes), TWELVE, ()) == (0.0,)


def filled(case: Case) -> pydicom.Dataset:
    """Such an image, filled in the box, as pydicom reads it."""
    form, rng = case.form, np.random.default_rng(1)
    source = source_of(described(form, **case.attributes), form, [_words(case, rng)], case.syntax)
    frames = opened(source)
    plan = make_plan([Region(BOX, Act.MASK, Origin.OPERATOR, "test")], frames.format)
    fill = black(source.dataset, frames.format, (frames.frame(0),))
    output = deepcopy(source.dataset)
    put_pixels(output, encode(redacted(frames, plan, fill), frames.format, case.syntax))
    return pydicom.dcmread(BytesIO(as_file(output, case.syntax)))


def brightness(dataset: pydicom.Dataset) -> np.ndarray:
    """What is displayed, as one number for each pixel: brighter is larger."""
    return rendered(pixel_array(dataset, raw=True), dataset)


def rendered(stored: np.ndarray, dataset: pydicom.Dataset) -> np.ndarray:
    photometric = dataset.PhotometricInterpretation
    if photometric == "PALETTE COLOR":
        return np.asarray(apply_color_lut(stored, dataset).sum(axis=-1, dtype=np.int64))
    if photometric.startswith("YBR"):
        return np.asarray(convert_color_space(stored, photometric, "RGB").sum(axis=-1, dtype=np.int64))
    if photometric == "RGB":
        return np.asarray(stored.sum(axis=-1, dtype=np.int64))
    shown = apply_modality_lut(stored, dataset)
    windowed = windowed_by_hand if "WindowCenter" in dataset and "VOILUTSequence" not in dataset else apply_voi_lut
    shown = windowed(shown, dataset).astype(np.float64)
    inverse = photometric == "MONOCHROME1" or dataset.get("PresentationLUTShape") == "INVERSE"
    return np.asarray(-shown if inverse else shown)


def windowed_by_hand(values: np.ndarray, dataset: pydicom.Dataset) -> np.ndarray:
    """PS3.3 C.11.2.1.2 and C.11.2.1.3, 0 to 1.  pydicom turns dark and bright round where Rescale Slope is negative."""
    center, width = (float(np.atleast_1d(dataset[keyword].value)[0]) for keyword in ("WindowCenter", "WindowWidth"))
    function = dataset.get("VOILUTFunction", "LINEAR")
    if function == "SIGMOID":
        return 1 / (1 + np.exp(-4 * (values - center) / width))
    if function == "LINEAR":
        center, width = center - 0.5, width - 1
    return np.clip((values - center) / width + 0.5, 0, 1)


def _words(case: Case, rng: np.random.Generator) -> Words:
    form = case.form
    if case.values is not None:
        values = case.values(rng, form.shape)
    else:
        low = -(1 << form.bits_stored - 1) if form.signed else 0
        values = rng.integers(low, low + (1 << form.bits_stored), form.shape)
    if form.kind is not Kind.INTEGER:
        return values.astype(form.dtype)
    if form.is_subsampled:
        values[:, 1::2, 1:] = values[:, ::2, 1:]
    return np.vectorize(lambda value: words_of(int(value), form), otypes=[np.uint64])(values).astype(form.dtype)
