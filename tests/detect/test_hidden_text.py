"""No text hides: however stored values hold it, one of the pictures shows it by 25 of 255 grey levels, or more."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import COLOUR, DEEP, GREY, Ink, described, lettering, of, words_for
from pydicom import Dataset, Sequence

from pixelclean.detect import Display, Picture, pictures
from pixelclean.detect.bit_planes import planes
from pixelclean.detect.kernels import COUNT_CHANGES, EVERY, TILE, count_changes
from pixelclean.detect.view import one_by_one
from pixelclean.dicom import Kind, PixelFormat, words_of
from pixelclean.dicom.compiled import compiled
from pixelclean.dicom.words import Words

LEAST = 25
ROWS, COLUMNS = 192, 320
SIZE = {"rows": ROWS, "columns": COLUMNS}
EIGHT, TWELVE, RGB = of(GREY, **SIZE), of(DEEP, **SIZE), of(COLOUR, **SIZE)
SIXTEEN = of(TWELVE, bits_stored=16, high_bit=15)
SIGNED = of(SIXTEEN, signed=True)
WIDE = of(EIGHT, bits_allocated=32, bits_stored=32, high_bit=31)
FLOAT = of(WIDE, kind=Kind.FLOAT)
DOUBLE = of(FLOAT, kind=Kind.DOUBLE, bits_allocated=64, bits_stored=64, high_bit=63)
RGB_16 = of(RGB, bits_allocated=16, bits_stored=16, high_bit=15)
YBR = of(RGB, photometric="YBR_FULL")
PALETTE = of(EIGHT, photometric="PALETTE COLOR")

Values = npt.NDArray[Any]
_Y, _X = np.mgrid[0:ROWS, 0:COLUMNS]


def text(size: int) -> Ink:
    """Two lines of an invented patient, letters `size` pixels high, over the middle of the image."""
    lines = (("SENTINEL ZOE", 20, 40), ("03.02.1901", 20, 50 + size * 3 // 2))
    return np.any([lettering(ROWS, COLUMNS, line, x, y, size) > 100 for line, x, y in lines], axis=0)


def contrast(picture: Picture, ink: Ink) -> float:
    """By how many levels the letters differ from the pixels around them, in the channel that tells them apart best."""
    near = cv2.dilate(ink.astype(np.uint8), np.ones((7, 7), np.uint8)).astype(bool) & ~ink
    return float(np.abs(picture[ink].mean(axis=0) - picture[near].mean(axis=0)).max())


def noise(deviation: float, seed: int = 1) -> Values:
    return np.random.default_rng(seed).normal(0, deviation, (ROWS, COLUMNS))


def body(outside: float, soft: float, bone: float, metal: float) -> Values:
    """A slice through nobody: a body with two lungs, ribs and a screw."""
    made = np.full((ROWS, COLUMNS), outside, float)
    made[np.hypot((_X - 160) / 150, (_Y - 250) / 90) < 1] = soft
    made[np.hypot((_X - 160) / 150, (_Y - 250) / 90) % 0.3 < 0.03] = bone
    made[180:186, 200:212] = metal
    return made


@dataclass(frozen=True)
class Hidden:
    """A place where text may hide: `made` gives the values with ink in them."""

    name: str
    form: PixelFormat
    made: Callable[[Ink], Values]
    attributes: dict[str, Any] = field(default_factory=dict)

    def words(self, ink: Ink) -> Words:
        values = np.atleast_3d(self.made(ink))
        if self.form.kind is not Kind.INTEGER:
            return values.astype(self.form.dtype)
        low = -(1 << self.form.bits_stored - 1) if self.form.signed else 0
        held = np.clip(np.rint(values), low, low + (1 << self.form.bits_stored) - 1).astype(np.int64)
        distinct, places = np.unique(held, return_inverse=True)
        return np.array([words_of(int(value), self.form) for value in distinct], self.form.dtype)[
            places.reshape(held.shape)
        ]


def on(ground: Values | float, ink_adds: float) -> Callable[[Ink], Values]:
    return lambda ink: ground + np.where(ink, ink_adds, 0.0)


def instead(ground: Values | float, ink_is: Any) -> Callable[[Ink], Values]:
    return lambda ink: np.where(ink, ink_is, ground)


def coloured(ground: tuple[int, ...], ink_is: tuple[int, ...]) -> Callable[[Ink], Values]:
    return lambda ink: np.where(ink[..., None], ink_is, ground)


def in_bit(ground: Values, bit: int) -> Callable[[Ink], Values]:
    """The plane of one bit is the text, whatever else the values are."""
    return lambda ink: np.where(ink, ground.astype(np.int64) | 1 << bit, ground.astype(np.int64) & ~(1 << bit))


def outliers(ground: Values, low: float, high: float) -> Values:
    made = ground.copy()
    made[:12, :40], made[:12, 40:80] = low, high
    return made


def lut(descriptor: list[int], data: Values) -> Sequence:
    item = Dataset()
    item.LUTDescriptor = descriptor
    item.add_new(0x00283006, "OW", np.asarray(data, "<u2").tobytes())
    item.ModalityLUTType = "US"
    return Sequence([item])


def stepped(at: int) -> dict[str, Any]:
    """A VOI LUT that is black below a value and white from it on."""
    return {"VOILUTSequence": lut([4096, 0, 16], np.where(np.arange(4096) >= at, 65535, 0))}


def palette(colours: Values, first: int = 0, bits: int = 8) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for colour, column in zip(("Red", "Green", "Blue"), np.asarray(colours).T, strict=True):
        made[f"{colour}PaletteColorLookupTableDescriptor"] = [len(column), first % 65536, bits]
        made[f"{colour}PaletteColorLookupTableData"] = column.astype(np.uint8 if bits == 8 else "<u2").tobytes()
    return made


def segmented(first: int) -> dict[str, Any]:
    """One discrete entry, then a ramp of 99 to white (PS3.3 C.7.9.2)."""
    made: dict[str, Any] = {}
    for colour in ("Red", "Green", "Blue"):
        made[f"{colour}PaletteColorLookupTableDescriptor"] = [100, first, 16]
        made[f"Segmented{colour}PaletteColorLookupTableData"] = np.array([0, 1, 0, 1, 99, 65535], "<u2").tobytes()
    return made


def groups(*windows: tuple[float, float]) -> dict[str, Any]:
    """A window for each frame."""
    frames = []
    for center, width in windows:
        voi, group = Dataset(), Dataset()
        voi.WindowCenter, voi.WindowWidth = center, width
        group.FrameVOILUTSequence = Sequence([voi])
        frames.append(group)
    return {"PerFrameFunctionalGroupsSequence": Sequence(frames), "NumberOfFrames": len(windows)}


def window(center: float, width: float, **more: Any) -> dict[str, Any]:
    return {"WindowCenter": center, "WindowWidth": width, **more}


CT = body(-1000, 40, 900, 3000)
LUNG = np.where(np.abs(_X - 160) < 130, -850.0, 60.0)
METAL = instead(np.where(_Y < 150, 3000.0, -1000.0) + noise(3), 3050)
SLOPE = _X * 200.0
RINGS = 30000 + 20000 * np.sin(_X / 30.0)
RAMP = np.repeat(np.arange(256)[:, None], 3, axis=1)
TWINS = np.where(np.arange(256)[:, None] >= 128, RAMP - 128, RAMP)
GREY_CHROMA = (120, 128, 128)

DEEP_CASES = [
    *(Hidden(f"{units} above even ground", TWELVE, on(1000.0, units)) for units in (1, 2, 4)),
    *(Hidden(f"{units} above noise of one, in the window", TWELVE, on(1000 + noise(1), units), window(1000, 30)) for units in (2, 4)),
    Hidden("1 above even ground beside extremes", SIXTEEN, on(outliers(np.full((ROWS, COLUMNS), 30000.0), 0, 65535), 1)),
    Hidden("brighter than any window", SIXTEEN, instead(900 + noise(300), 65535), window(900, 900)),
    Hidden("brighter than a window in which all is white", TWELVE, on(3000 + noise(9), 60), window(100, 200)),
    Hidden("darker than any window", SIGNED, instead(900 + noise(100), -30000), window(900, 900)),
    Hidden("darker than a window in which all is black", SIGNED, on(-900 + noise(3), -20), window(400, 200)),
    Hidden("10 in air", SIGNED, on(CT + np.where(CT == -1000, 0, noise(12)), 10), window(40, 400)),
    Hidden("10 in noisy air", SIGNED, on(CT + noise(4), 10), window(40, 400)),
    Hidden("30 in lung", SIGNED, on(LUNG + noise(12), 30), window(40, 400)),
    Hidden("50 in metal", SIGNED, METAL, window(40, 400)),
    *(Hidden(f"bit {bit} over even ground", SIXTEEN, in_bit(np.full((ROWS, COLUMNS), 21000), bit)) for bit in (0, 3, 8, 12, 15)),
    *(Hidden(f"bit {bit} under noise", SIXTEEN, in_bit(21000 + noise(900), bit)) for bit in (0, 3, 6)),
    Hidden("on a steep slope", SIXTEEN, on(SLOPE, 200)),
    Hidden("on a steep slope with noise", SIXTEEN, on(SLOPE + noise(40), 200)),
    Hidden("on waves", SIXTEEN, on(RINGS + noise(30), 200)),
    Hidden("beside a step", SIXTEEN, on(np.where(_Y < 30, 60000.0, 1000.0) + noise(3), 15)),
    Hidden("between two entries of a VOI LUT", TWELVE, instead(1000, 1001), stepped(1001)),
    Hidden("between two entries of a VOI LUT, under noise", TWELVE, instead(1000 - 40 * np.abs(noise(1)), 1001), stepped(1001)),
    Hidden("signed with a negative rescale slope", SIGNED, on(-2000 + noise(3), 20), window(4000, 60, RescaleSlope=-2, RescaleIntercept=0)),
    Hidden("with a fractional rescale slope", SIXTEEN, on(20000 + noise(3), 20), window(2.0, 0.006, RescaleSlope="0.0001", RescaleIntercept=0)),
    Hidden("with the window of another frame", SIXTEEN, on(20000 + noise(3), 20), groups((40, 400), (20000, 90), (1, 2))),
    Hidden("as padding", SIGNED, instead(-1000 + noise(5), -2000), {"PixelPaddingValue": -2000} | window(40, 400)),
    Hidden("under a shutter", TWELVE, on(noise(3) + 500, 20), {"ShutterShape": "RECTANGULAR", "ShutterLeftVerticalEdge": 300}),
    Hidden("MONOCHROME1", of(TWELVE, photometric="MONOCHROME1"), on(1000 + noise(2), 8)),
    Hidden("in eight bits of sixteen", of(TWELVE, bits_stored=8, high_bit=11), on(100, 3)),
    Hidden("32 bits", WIDE, on(3_000_000_000.0, 1)),
    Hidden("32 bits, signed", of(WIDE, signed=True), on(-2_000_000_000 + noise(9), 40)),
    *(Hidden(f"bit {bit} of 32 under noise", WIDE, in_bit(3e9 + noise(1e6), bit)) for bit in (0, 7, 8, 16)),
    Hidden("bit 0 of 32 under noise, signed", of(WIDE, signed=True), in_bit(noise(1e6), 0)),
    Hidden("bit 0 under noise, as noisy elsewhere", SIXTEEN, lambda ink: np.where((_Y > 96 + 32) | (_X > 256), 21000 + noise(900), in_bit(21000 + noise(900), 0)(ink))),
    Hidden("32 bits, beside extremes", WIDE, on(outliers(np.full((ROWS, COLUMNS), 1e6), 0, 4e9), 3)),
]  # fmt: skip
FLOAT_CASES = [
    Hidden(f"{name} in {form.kind}", form, made)
    for form in (FLOAT, DOUBLE)
    for name, made in {
        "one thousandth": on(7.0, 0.007),
        "faint over noise": on(7 + noise(0.01), 0.03),
        "infinity": instead(noise(1), np.inf),
        "infinity below": instead(noise(1), -np.inf),
        "no number": instead(noise(1), np.nan),
        "no number on the darkest": instead(0.0, np.nan),
        "infinity on the brightest": instead(np.where(_Y < 180, 9.0, 1.0), np.inf),
        "among values that are no numbers": on(outliers(7 + noise(0.01), np.nan, np.inf), 0.03),
        **{
            f"{ink} on {ground}, numbers below": instead(np.where(_Y > 170, noise(1), ground), ink)
            for ink in (np.nan, np.inf, -np.inf)
            for ground in (np.nan, np.inf, -np.inf)
            if str(ink) != str(ground)
        },
        "beside the largest numbers": on(outliers(7 + noise(0.01), -3e38, 3e38), 0.03),
        "beside the smallest numbers": on(np.full((ROWS, COLUMNS), 1e-30), 2e-30),
    }.items()
]
COLOUR_CASES = [
    Hidden("equal luma in RGB", RGB, coloured((150, 60, 60), (60, 106, 60))),
    *(Hidden(f"channel {channel} only", RGB, coloured((90, 90, 90), tuple(np.eye(3, dtype=int)[channel] * 40 + 90))) for channel in range(3)),
    *(Hidden(f"10 levels of channel {channel} on even ground", RGB, coloured((90, 90, 200), tuple(np.eye(3, dtype=int)[channel] * 10 + (90, 90, 200)))) for channel in range(3)),
    Hidden("10 levels of RGB on black, white elsewhere", RGB, lambda ink: np.where(_Y[..., None] > 170, 255, np.where(ink[..., None], 10, 0)).repeat(3, axis=2)),
    Hidden("chroma only", YBR, coloured(GREY_CHROMA, (120, 128, 168))),
    Hidden("chroma only, faint", YBR, coloured(GREY_CHROMA, (120, 138, 128))),
    Hidden("chroma only, shared by two pixels", of(YBR, photometric="YBR_FULL_422"), lambda ink: coloured(GREY_CHROMA, (120, 90, 128))(np.repeat(ink[:, ::2], 2, axis=1))),
    Hidden("chroma that no screen shows", YBR, coloured((0, 128, 128), (0, 128, 60))),
    Hidden("chroma that no screen shows, on white", YBR, coloured((255, 200, 128), (255, 255, 128))),
    Hidden("low values of sixteen bits", RGB_16, coloured((300, 300, 300), (330, 300, 300))),
    Hidden("low values of sixteen bits, equal luma", RGB_16, coloured((350, 250, 300), (250, 301, 300))),
    Hidden("low values of sixteen bits beside white", RGB_16, lambda ink: np.where(_Y[..., None] > 170, 65535, coloured((300, 300, 300), (330, 300, 300))(ink))),
    Hidden("sixteen bits, chroma only", of(YBR, bits_allocated=16, bits_stored=16, high_bit=15), coloured((9000, 32768, 32768), (9000, 32768, 33100))),
    Hidden("the lowest bit of luma", YBR, lambda ink: np.stack([in_bit(120 + noise(30), 0)(ink), 128 + noise(9, 2), 128 + noise(9, 3)], axis=-1)),
    Hidden("the lowest bits of each channel, a line in each", RGB, lambda ink: np.stack([in_bit(120 + noise(30, part), 0)(ink & (part == _X // 107)) for part in range(3)], axis=-1)),
    Hidden("the lowest bit of one channel", RGB, lambda ink: np.stack([in_bit(120 + noise(30, seed), 0)(ink & (seed == 2)) if seed == 2 else 120 + noise(30, seed) for seed in (1, 2, 3)], axis=-1)),
]  # fmt: skip
EIGHT_CASES = [
    Hidden("10 levels on even ground", EIGHT, instead(np.where(_Y > 170, 255, 40), 50)),
    Hidden("4 levels on even ground", EIGHT, lambda ink: np.where(ink, 4, np.where(_Y > 170, 255, 0))),
    Hidden("1 level, nothing else", EIGHT, instead(90, 91)),
    Hidden("one bit", of(EIGHT, bits_allocated=1, bits_stored=1, high_bit=0), instead(0, 1)),
    Hidden("one bit, dark on bright", of(EIGHT, bits_allocated=1, bits_stored=1, high_bit=0), instead(1, 0)),
    Hidden("a narrow window", EIGHT, on(np.where(_Y > 170, 255, 100 + noise(1)), 4), window(100, 12)),
    Hidden("the lowest bit under noise", EIGHT, in_bit(120 + noise(30), 0)),
]  # fmt: skip
PALETTE_CASES = [
    Hidden("in colour only", PALETTE, instead(10, 11), palette(np.where(np.arange(256)[:, None] == 11, (60, 200, 60), (150, 60, 60)))),
    Hidden("two entries of one colour, side by side", PALETTE, instead(10, 11), palette(RAMP // 4 * 4)),
    Hidden("two entries of one colour, far apart", PALETTE, instead(10, 138), palette(TWINS)),
    Hidden("two entries of one colour, on a picture", PALETTE, lambda ink: _Y // 2 + np.where(ink, 128, 0), palette(TWINS)),
    Hidden("sixteen-bit entries", PALETTE, instead(3, 200), palette(RAMP * 257, bits=16)),
    Hidden("entries for negative values", of(PALETTE, bits_allocated=16, bits_stored=16, high_bit=15, signed=True), instead(-90, -20), palette(RAMP, first=-100)),
    Hidden("more indices than entries", PALETTE, instead(100, 250), palette(RAMP[:64])),
    Hidden("segmented", PALETTE, instead(12, 60), segmented(10)),
    Hidden("a palette that cannot be read", PALETTE, instead(12, 60), palette(RAMP) | {"BluePaletteColorLookupTableData": b"\0\0"}),
    Hidden("a supplemental palette", TWELVE, instead(1000, 2001), palette(RAMP, first=2000) | {"PixelPresentation": "MIXED"}),
]  # fmt: skip


@pytest.mark.parametrize("size", [10, 20, 40])
@pytest.mark.parametrize(
    "case", [*DEEP_CASES, *FLOAT_CASES, *COLOUR_CASES, *EIGHT_CASES, *PALETTE_CASES], ids=lambda case: case.name
)
def test_text_shows_in_one_of_the_pictures(case: Hidden, size: int) -> None:
    ink = text(size)
    shown = pictures(case.words(ink), case.form, Display.of(described(case.form, **case.attributes)))
    assert max(contrast(picture, ink) for picture in shown) >= LEAST
    assert len(shown) <= 5


def one_line(rows: int, columns: int, size: int) -> Ink:
    return lettering(rows, columns, "SENTINEL ZOE 03.02.1901", columns // 2, rows // 2, size) > 100


LARGE = [(1024, 1024), (2000, 3000)]


@pytest.mark.parametrize(("rows", "columns"), LARGE)
@pytest.mark.parametrize("form", [EIGHT, SIXTEEN, WIDE], ids=["8", "16", "32"])
def test_one_line_in_a_bit_under_the_noise_of_a_large_image_shows(form: PixelFormat, rows: int, columns: int) -> None:
    ink = one_line(rows, columns, 10)
    words = np.random.default_rng(2).integers(0, 1 << form.bits_stored, ink.shape, form.dtype) & ~form.dtype.type(4)
    large = of(form, rows=rows, columns=columns)
    shown = pictures((words | (ink * form.dtype.type(4)))[..., np.newaxis], large, Display())
    assert max(contrast(picture, ink) for picture in shown) >= 200


@pytest.mark.parametrize(("rows", "columns"), LARGE)
def test_one_line_in_a_chroma_that_no_screen_shows_is_seen_in_a_large_image(rows: int, columns: int) -> None:
    ink = one_line(rows, columns, 12)
    words = np.where(ink[..., np.newaxis], (255, 255, 128), (255, 200, 128)).astype(np.uint8)
    shown = pictures(words, of(YBR, rows=rows, columns=columns), Display())
    assert max(contrast(picture, ink) for picture in shown) >= LEAST


@given(
    st.integers(1, 140),
    st.integers(1, 140),
    st.sampled_from([EIGHT, SIXTEEN, SIGNED, WIDE, RGB, RGB_16]),
    st.integers(0),
)
@settings(max_examples=40, deadline=None)
def test_noise_is_no_drawing(rows: int, columns: int, form: PixelFormat, seed: int) -> None:
    noisy = of(form, rows=rows, columns=columns)
    words = np.random.default_rng(seed).integers(0, 1 << form.bits_stored, noisy.shape[-3:], form.dtype)
    assert list(planes(words, noisy)) == []


@given(st.integers(32, 100), st.integers(64, 300), st.integers(0, 6), st.integers(0))
@settings(max_examples=40, deadline=None)
def test_a_stroke_in_any_bit_under_noise_is_drawn_where_it_is(rows: int, columns: int, bit: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    ink = np.zeros((rows, columns), bool)
    ink[4:12, columns // 2 : columns // 2 + 3] = True
    words = rng.integers(0, 256, ink.shape, np.uint8) & np.uint8(255 - (1 << bit)) | (ink * np.uint8(1 << bit))
    (drawn,) = planes(words[..., np.newaxis], of(EIGHT, rows=rows, columns=columns))
    assert np.array_equal(drawn, np.repeat(ink[..., np.newaxis] * np.uint8(255), 3, axis=2))


@given(st.integers(1, 70), st.integers(1, 70), st.integers(1, 6), st.integers(0))
@settings(max_examples=40, deadline=None)
def test_changes_are_counted_of_each_bit_in_each_tile(rows: int, columns: int, step: int, seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (rows, columns, step), np.uint8)
    counted = compiled(count_changes, COUNT_CHANGES)(pixels.reshape(rows, -1), step)
    for sample, bit, down, across in np.ndindex(counted.shape):
        first = max(0, across * TILE - 1)
        part = pixels[down * TILE : (down + 1) * TILE : EVERY, first : (across + 1) * TILE, sample] >> bit & 1
        assert counted[sample, bit, down, across] == np.count_nonzero(np.diff(part.astype(int), axis=1))


def test_pictures_are_made_one_by_one() -> None:
    """The same ones, each when it is asked for."""
    ink = text(20)
    for case in (*DEEP_CASES[::9], *COLOUR_CASES[::3], *PALETTE_CASES[::5]):
        words, display = case.words(ink), Display.of(described(case.form, **case.attributes))
        each = one_by_one(words, case.form, display)
        for picture in pictures(words, case.form, display):
            assert np.array_equal(next(each), picture)
        assert next(each, None) is None


def test_a_palette_says_its_colours_in_one_picture_and_its_indices_in_the_next() -> None:
    words = words_for(_X / COLUMNS, of(EIGHT))
    colours = np.random.default_rng(4).permutation(256)[:, None].repeat(3, axis=1)
    first, second, *_ = pictures(words, PALETTE, Display.of(described(PALETTE, **palette(colours))))
    assert np.array_equal(first, colours[words[..., 0]])
    assert (np.diff(second[0, :, 0].astype(int)) >= 0).all()
