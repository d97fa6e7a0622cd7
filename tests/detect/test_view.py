"""The view shows whatever a viewer may show: in one of the pictures the text stands out."""

from dataclasses import replace
from typing import Any

import cv2
import numpy as np
import pydicom
import pytest
from invented import (
    BIG,
    COLOUR,
    DEEP,
    EXPLICIT,
    GREY,
    banner,
    described,
    of,
    opened,
    source_of,
    speckled,
    with_banner,
    words_for,
)
from pydicom import Dataset, Sequence
from pydicom.pixels import apply_color_lut, convert_color_space

from pixelclean.detect import Display, Picture, pictures
from pixelclean.dicom import Kind, PixelFormat
from pixelclean.dicom.words import Words

INK = banner()
FLOAT = of(GREY, kind=Kind.FLOAT, bits_allocated=32, bits_stored=32, high_bit=31)
DOUBLE = of(FLOAT, kind=Kind.DOUBLE, bits_allocated=64, bits_stored=64, high_bit=63)
FORMATS = [
    GREY, DEEP, of(DEEP, signed=True), of(DEEP, photometric="MONOCHROME1"), of(GREY, photometric="MONOCHROME1"),
    of(DEEP, bits_stored=16, high_bit=15), of(GREY, bits_allocated=32, bits_stored=32, high_bit=31),
    of(GREY, bits_allocated=32, bits_stored=32, high_bit=31, signed=True), of(DEEP, high_bit=15),
    of(GREY, bits_allocated=1, bits_stored=1, high_bit=0), FLOAT, DOUBLE, COLOUR, of(COLOUR, planar=1),
    of(COLOUR, bits_allocated=16, bits_stored=16, high_bit=15), of(COLOUR, photometric="YBR_FULL"),
    of(COLOUR, photometric="YBR_FULL_422"), of(COLOUR, bits_stored=5, high_bit=4),
]  # fmt: skip


def contrast(picture: Picture, ink: np.ndarray = INK) -> float:
    """How far the letters stand out from the pixels right beside them, in the brightest channel, brighter counted up."""
    around = np.zeros_like(ink)
    around[:56, :150] = True
    return float((picture[ink].mean(axis=0) - picture[around & ~ink].mean(axis=0)).max())


def seen(words: Words, form: PixelFormat, **attributes: Any) -> tuple[Picture, ...]:
    dataset = described(form, **attributes)
    found = pictures(words, form, Display.of(dataset))
    for picture in found:
        assert (picture.shape, picture.dtype) == ((form.rows, form.columns, 3), np.uint8)
    return found


@pytest.mark.parametrize("form", FORMATS)
def test_text_stands_out_bright_in_every_format(form: PixelFormat) -> None:
    assert max(map(contrast, seen(words_for(with_banner(), form), form))) > 150


def test_what_the_header_window_shows_is_the_first_picture() -> None:
    values = np.full((120, 200), 30000)
    values[INK] = 30020  # among 65536 values, and a few extreme ones
    values[100:, :100], values[100:, 100:] = 0, 65535
    form = of(DEEP, bits_stored=16, high_bit=15)
    words = values[..., np.newaxis].astype(np.uint16)
    assert contrast(seen(words, form)[0]) < 5
    assert contrast(seen(words, form, WindowCenter=30010, WindowWidth=40)[0]) > 100
    rescaled = {"RescaleSlope": 2, "RescaleIntercept": -60000, "WindowCenter": 20, "WindowWidth": 80}
    assert contrast(seen(words, form, **rescaled)[0]) > 100


def test_a_window_that_makes_most_pixels_white_is_not_the_first_picture() -> None:
    words = words_for(0.5 + with_banner() / 2, DEEP)
    shown = seen(words, DEEP, WindowCenter=100, WindowWidth=100)
    assert (shown[0] > 250).mean() < 0.5


def test_text_that_is_far_brighter_than_the_image_is_seen() -> None:
    values = np.rint(speckled(120, 200) * 1000).astype(np.uint16)
    values[INK] = 65535
    words = values[..., np.newaxis]
    found = seen(words, of(DEEP, bits_stored=16, high_bit=15))
    assert max(map(contrast, found)) > 240


def test_faint_text_in_the_lowest_values_of_a_deep_image_is_seen() -> None:
    values = np.where(INK, 12, 0).astype(np.uint16)[..., np.newaxis]
    for form in (DEEP, of(GREY, bits_allocated=32, bits_stored=32, high_bit=31)):
        assert max(map(contrast, seen(values.astype(form.dtype), form))) > 200


@pytest.mark.parametrize("base", [1 << 30, (1 << 32) - 100])
def test_neighbouring_values_of_32_bits_are_told_apart(base: int) -> None:
    form = of(GREY, bits_allocated=32, bits_stored=32, high_bit=31)
    values = np.where(INK, base + 9, base).astype(np.uint32)[..., np.newaxis]
    assert max(map(contrast, seen(values, form))) > 200


@pytest.mark.parametrize("photometric", ["RGB", "YBR_FULL"])
@pytest.mark.parametrize("bits", [8, 16])
def test_colour_that_uses_little_of_its_range_is_seen(photometric: str, bits: int) -> None:
    form = of(COLOUR, bits_allocated=bits, bits_stored=bits, high_bit=bits - 1, photometric=photometric)
    words = np.zeros(form.shape, form.dtype)
    words[INK, 0] = 30
    if photometric != "RGB":
        words[..., 1:] = 1 << (bits - 1)
    assert max(map(contrast, seen(words, form))) > 200


def test_coloured_text_is_seen_in_its_colour() -> None:
    words = np.zeros(COLOUR.shape, np.uint8)
    words[INK] = (250, 20, 0)
    assert np.array_equal(seen(words, COLOUR)[0], words)


def test_ybr_is_shown_as_pydicom_shows_it() -> None:
    form = of(COLOUR, photometric="YBR_FULL")
    words = np.random.default_rng(1).integers(0, 256, form.shape).astype(np.uint8)
    shown = seen(words, form)[0]
    assert np.abs(shown.astype(int) - convert_color_space(words, "YBR_FULL", "RGB")).max() <= 1


@pytest.mark.parametrize("photometric", ["YBR_FULL", "YBR_FULL_422"])
@pytest.mark.parametrize("most", [255, 90, 1])
def test_grey_that_is_stored_as_luma_and_chroma_is_seen_as_its_luma(photometric: str, most: int) -> None:
    """And one pixel of any colour makes a colour picture of it."""
    form = of(COLOUR, photometric=photometric)
    luma = (speckled(form.rows, form.columns) * most / 255 + banner() * most / 2).clip(0, most).astype(np.uint8)
    words = np.dstack([luma, np.full_like(luma, 128), np.full_like(luma, 128)])
    grey = seen(luma[..., np.newaxis], of(GREY, rows=form.rows, columns=form.columns))
    assert all(np.array_equal(one, other) for one, other in zip(seen(words, form), grey, strict=True))
    words[33, 57, 1] += 60
    red, _, blue = seen(words, form)[0][33, 57]
    assert blue > red


@pytest.mark.parametrize("inverse", [False, True])
def test_monochrome1_is_turned_round_once(inverse: bool) -> None:
    form = of(DEEP, photometric="MONOCHROME1")
    attributes = {"PresentationLUTShape": "INVERSE"} if inverse else {}
    assert contrast(seen(words_for(with_banner(), form), form, **attributes)[0]) > 150


def palette(entries: int, first: int, bits: int, order: str = "<") -> dict[str, Any]:
    rng = np.random.default_rng(1)
    made: dict[str, Any] = {}
    for colour in ("Red", "Green", "Blue"):
        column = rng.integers(0, 1 << bits, entries).astype(np.uint8 if bits == 8 else np.dtype(f"{order}u2"))
        made[f"{colour}PaletteColorLookupTableDescriptor"] = [entries, first, bits]
        made[f"{colour}PaletteColorLookupTableData"] = column.tobytes()
    return made


@pytest.mark.parametrize("first", [0, 30, 250])
@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("allocated", [8, 16])
def test_a_palette_image_is_shown_in_its_colours_and_as_indices(first: int, bits: int, allocated: int) -> None:
    form = of(GREY, bits_allocated=allocated, photometric="PALETTE COLOR")
    words = np.random.default_rng(2).integers(0, 256, form.shape).astype(form.dtype)
    attributes = palette(200, first, bits)
    coloured, indices, *_ = seen(words, form, **attributes)
    wanted = apply_color_lut(words[..., 0], described(form, **attributes))
    assert np.array_equal(coloured, (wanted >> (bits - 8)).astype(np.uint8))
    assert indices[words[..., 0] == 255].min() == 255


def test_first_mapped_values_that_no_byte_holds_are_understood() -> None:
    form = of(GREY, photometric="PALETTE COLOR")
    for first in (300, 65000):
        coloured = seen(np.zeros(form.shape, np.uint8), form, **palette(200, first, 8))[0]
        assert len(np.unique(coloured.reshape(-1, 3), axis=0)) == 1


def test_a_big_endian_palette_is_shown_in_its_colours() -> None:
    form = of(GREY, photometric="PALETTE COLOR")
    words = np.random.default_rng(2).integers(0, 200, form.shape).astype(np.uint8)
    big, little = (
        source_of(described(form, **palette(200, 0, 16, order)), form, [words], syntax)
        for order, syntax in ((">", BIG), ("<", EXPLICIT))
    )
    shown = [pictures(words, form, Display.of(source.dataset))[0] for source in (big, little)]
    assert np.array_equal(*shown)


def test_a_palette_that_cannot_be_read_leaves_the_indices() -> None:
    form = of(GREY, photometric="PALETTE COLOR")
    attributes = palette(200, 0, 8) | {"GreenPaletteColorLookupTableData": b"\0\0"}
    assert max(map(contrast, seen(words_for(with_banner(), form), form, **attributes))) > 150


@pytest.mark.parametrize("form", [FLOAT, DOUBLE])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_values_that_are_no_numbers_hide_no_text(form: PixelFormat, bad: float) -> None:
    words = words_for(with_banner(), form) * 3000
    words[60:64, ::2] = bad
    assert max(map(contrast, seen(words, form))) > 150


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 0.0, 1e30])
def test_an_image_of_one_value_is_shown_without_complaint(value: float) -> None:
    for form in (FLOAT, DOUBLE):
        assert len(seen(np.full(form.shape, value, form.dtype), form)) >= 1
    assert len(seen(np.full(GREY.shape, 7, np.uint8), GREY)) >= 1
    assert len(seen(np.full(DEEP.shape, 7, np.uint16), DEEP)) >= 1


@pytest.mark.parametrize(
    "attributes",
    [
        {"WindowCenter": 40, "WindowWidth": 0}, {"WindowCenter": [40, 50, 60], "WindowWidth": [1, 2]},
        {"RescaleSlope": 0, "RescaleIntercept": 0, "WindowCenter": 1, "WindowWidth": 2},
        {"WindowCenter": None, "WindowWidth": 10}, {"WindowCenter": 5},
    ],
)  # fmt: skip
def test_odd_windows_are_left_out(attributes: dict[str, Any]) -> None:
    assert max(map(contrast, seen(words_for(with_banner(), DEEP), DEEP, **attributes))) > 150


def test_a_common_image_is_looked_at_once() -> None:
    """What is shown twice costs twice."""
    gradient = np.tile(np.linspace(0, 1, 200), (120, 1))
    for form in (GREY, of(GREY, photometric="MONOCHROME1"), COLOUR, of(COLOUR, photometric="YBR_FULL")):
        assert len(seen(words_for(with_banner(), form), form)) == 1
        assert len(seen(words_for(gradient, form), form)) == 1
    window = {"WindowCenter": 128, "WindowWidth": 256}
    assert len(seen(words_for(with_banner(), GREY), GREY, **window)) == 1


@pytest.mark.parametrize("bits", [10, 12, 16])
def test_a_deep_image_is_looked_at_four_times_at_most(bits: int) -> None:
    form = of(DEEP, bits_stored=bits, high_bit=bits - 1)
    windows = {"WindowCenter": [100, 300, 500, 700], "WindowWidth": [20, 60, 90, 300]}
    for picture in (with_banner(), np.tile(np.linspace(0, 1, 200), (120, 1)), speckled(120, 200)):
        assert len(seen(words_for(picture, form), form)) <= 3
        assert len(seen(words_for(picture, form), form, **windows)) <= 4


def test_a_grey_picture_of_eight_bits_is_the_frame_itself_and_no_copy() -> None:
    words = words_for(with_banner(), GREY)
    assert np.shares_memory(seen(words, GREY)[0], words)


def test_the_frames_of_a_file_are_shown_as_they_are_stored() -> None:
    words = words_for(with_banner(), DEEP)
    source = source_of(described(DEEP), DEEP, [words])
    frame = opened(source).frame(0)
    assert all(map(np.array_equal, pictures(frame, DEEP, Display.of(source.dataset)), seen(words, DEEP)))
    assert isinstance(source.dataset, pydicom.Dataset)


def bright_corner(text_above_ground: int) -> Words:
    """Ground with faint text on it, and a tenth of the pixels far brighter: metal, a collimator."""
    words = np.full((200, 320, 1), 1000, np.uint16)
    words[:, 288:] = 60000
    ink = np.zeros((200, 320), np.uint8)
    cv2.putText(ink, "SENTINEL ZOE 0042", (20, 100), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 255, 1)
    words[ink > 0] += text_above_ground
    return words


def test_faint_text_beside_very_bright_pixels_shows_in_one_of_the_pictures() -> None:
    form = replace(GREY, rows=200, columns=320, bits_allocated=16, bits_stored=16, high_bit=15)
    shown = pictures(bright_corner(60), form, Display())
    contrast = max(int(np.ptp(picture[80:110, 10:280].astype(int))) for picture in shown)
    assert contrast > 100


def test_windows_of_functional_groups_and_voi_luts_are_looked_through() -> None:
    voi, group, lut = Dataset(), Dataset(), Dataset()
    voi.WindowCenter, voi.WindowWidth = 500, 40
    group.FrameVOILUTSequence = Sequence([voi])
    lut.LUTDescriptor = [64, 900, 8]
    lut.add_new(0x00283006, "OW", np.arange(0, 256, 4, dtype="<u2").tobytes())
    attributes = {"PerFrameFunctionalGroupsSequence": [group], "VOILUTSequence": [lut]}
    for ground in (485, 920):
        words = np.where(INK, ground + 20, ground)[..., np.newaxis].astype(np.uint16)
        words[100:, :100], words[100:, 100:] = 0, 4095
        assert abs(contrast(seen(words, DEEP, **attributes)[0])) > 60
