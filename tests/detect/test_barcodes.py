"""Barcodes are covered with all of their bars, however they lie; nothing that was read is told."""

import cv2
import numpy as np
import numpy.typing as npt
import pytest
import zxingcpp
from invented import COLOUR, DEEP, described, of, opened, source_of, speckled

from pixelclean.detect import Display, Finder, Picture, barcodes
from pixelclean.detect.barcodes import barcodes_at
from pixelclean.detect.kernels import sum_gradients
from pixelclean.detect.novelty import Sightings
from pixelclean.detect.shades import patches
from pixelclean.detect.stripes import Stripes, stripes_in
from pixelclean.geometry import mask_of
from pixelclean.policy import Policy

SAYS = {
    "QRCode": "SENTINEL^ZOE 0042", "MicroQRCode": "ZZ0042", "DataMatrix": "SENTINEL^ZOE 0042", "Aztec": "SENTINEL^ZOE 0042",
    "PDF417": "SENTINEL^ZOE 0042", "Code128": "ZZ-SENTINEL-0042", "Code39": "SENTINEL-0042", "Code93": "SENTINEL-0042",
    "ITF": "00420042004200", "Codabar": "A004200420042B", "EAN13": "4006381333931", "EAN8": "96385074",
    "UPCA": "042100005264", "UPCE": "04252614",
}  # fmt: skip
MATRIX = ("QRCode", "MicroQRCode", "DataMatrix", "Aztec")
Mask = npt.NDArray[np.bool_]
Scene = tuple[Picture, Mask]


def symbol(kind: str, module: int = 3) -> Picture:
    """A symbol in grey without quiet zone, so many pixels a module."""
    made = zxingcpp.create_barcode(SAYS[kind], getattr(zxingcpp.BarcodeFormat, kind))
    return np.array(zxingcpp.write_barcode_to_image(made, scale=module, add_quiet_zones=False))


def scene(
    kind: str, module: int = 3, angle: float = 0, ground: float | None = 255, dark: int = 0, light: int = 255
) -> Scene:
    """A symbol with its quiet zone in the middle of an even ground, or of speckle; and where it is."""
    drawn = symbol(kind, module)
    quiet = module * (4 if kind in MATRIX else 10)
    label = np.pad(drawn, quiet, constant_values=255) / 255 * (light - dark) + dark
    side = int(np.hypot(*label.shape)) + 60
    rows, columns = max(300, side), max(400, side)
    under = speckled(rows, columns) * 255 if ground is None else np.full((rows, columns), ground)
    turn = cv2.getRotationMatrix2D((label.shape[1] / 2, label.shape[0] / 2), angle, 1)
    turn[:, 2] += (columns - label.shape[1]) / 2, (rows - label.shape[0]) / 2
    inner = np.zeros(label.shape)
    inner[quiet:-quiet, quiet:-quiet] = 1
    placed, shown, where = (
        cv2.warpAffine(layer, turn, (columns, rows), flags=cv2.INTER_LINEAR)
        for layer in (np.ones(label.shape), label, inner)
    )
    grey = np.clip(np.rint(under * (1 - placed) + shown), 0, 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2), where > 0.5


def covered(picture: Picture, where: Mask) -> float:
    return float((mask_of(barcodes(picture), *where.shape) & where).sum() / where.sum())


@pytest.mark.parametrize("kind", SAYS)
def test_every_common_kind_is_covered_whole(kind: str) -> None:
    assert covered(*scene(kind)) == 1.0


@pytest.mark.parametrize("kind", ["QRCode", "Code128", "EAN13", "PDF417"])
@pytest.mark.parametrize("angle", [-8, 30, 45, 90, 100])
def test_a_turned_barcode_is_covered_whole(kind: str, angle: float) -> None:
    assert covered(*scene(kind, angle=angle)) > 0.995


@pytest.mark.parametrize("kind", ["QRCode", "DataMatrix", "Code39", "ITF", "PDF417"])
def test_two_pixels_a_module_are_enough(kind: str) -> None:
    assert covered(*scene(kind, module=2)) == 1.0


@pytest.mark.parametrize("kind", ["QRCode", "Code128", "PDF417"])
def test_a_barcode_in_a_negative_is_covered(kind: str) -> None:
    picture, where = scene(kind)
    assert covered(255 - picture, where) == 1.0


@pytest.mark.parametrize("kind", ["QRCode", "Code128", "Codabar"])
def test_a_barcode_over_speckle_is_covered(kind: str) -> None:
    assert covered(*scene(kind, ground=None)) == 1.0


@pytest.mark.parametrize("kind", ["QRCode", "Code93", "UPCA"])
def test_a_barcode_of_little_contrast_is_covered(kind: str) -> None:
    assert covered(*scene(kind, ground=150, dark=120, light=150)) == 1.0


def test_bars_are_followed_as_far_as_they_reach() -> None:
    picture = np.full((500, 500, 3), 255, np.uint8)
    bars = symbol("Code128", 2)[10]
    picture[60:440, 50 : 50 + len(bars)] = bars[None, :, None]
    where = np.zeros((500, 500), np.bool_)
    where[60:440, 50 : 50 + len(bars)] = True
    assert covered(picture, where) == 1.0


def test_every_barcode_of_a_picture_is_covered() -> None:
    (one, first), (other, second) = scene("QRCode"), scene("Code128")
    rows = max(len(one), len(other))
    both = [np.pad(p, ((0, rows - len(p)), (0, 0), (0, 0)), constant_values=255) for p in (one, other)]
    masks = [np.pad(m, ((0, rows - len(m)), (0, 0))) for m in (first, second)]
    assert covered(np.hstack(both), np.hstack(masks)) == 1.0


def test_a_symbol_too_damaged_to_be_read_is_covered_all_the_same() -> None:
    picture, where = scene("QRCode", module=4)
    rows, columns = np.nonzero(where)
    middle = (rows.min() + rows.max()) // 2, (columns.min() + columns.max()) // 2
    picture[middle[0] - 8 : middle[0] + 30, middle[1] - 8 : middle[1] + 30] = 255
    grey = np.ascontiguousarray(picture[..., 0])
    assert not zxingcpp.read_barcodes(grey)
    assert covered(picture, where) == 1.0


def test_what_is_masked_cannot_be_read() -> None:
    for kind in ("QRCode", "Code128", "PDF417"):
        picture, where = scene(kind, angle=10)
        picture[mask_of(barcodes(picture), *where.shape)] = 0
        assert not zxingcpp.read_barcodes(picture)


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (7, 9), (64, 64)])
def test_no_size_is_too_odd(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(1)
    for picture in (np.zeros((*shape, 3), np.uint8), rng.integers(0, 256, (*shape, 3), dtype=np.uint8)):
        assert barcodes(picture) == ()


def test_gratings_speckle_and_rulers_are_no_barcodes() -> None:
    columns = np.arange(400)
    grating = np.tile(np.where(columns // 3 % 2, 255, 0).astype(np.uint8), (300, 1))
    ruler = np.zeros((300, 400), np.uint8)
    ruler[280:, ::10] = ruler[260:, ::50] = 255
    for grey in (grating, ruler, (speckled(300, 400) * 255).astype(np.uint8)):
        assert barcodes(np.repeat(grey[..., None], 3, axis=2)) == ()


@pytest.mark.parametrize("look", ["everything", "the_sure"])
def test_a_barcode_that_one_frame_between_the_sampled_shows_is_found(look: str) -> None:
    shown, where = scene("QRCode")
    frames = [np.roll(np.full_like(shown, 20), index) + index for index in range(7)]
    frames[2] = shown
    form = of(COLOUR, rows=shown.shape[0], columns=shown.shape[1], frames=7)
    cine = opened(source_of(described(form), form, frames))
    found = getattr(Finder.load(Policy.load().pixel), look)(cine, Display()).barcodes
    assert (mask_of(found, *where.shape) & where).sum() == where.sum()


@pytest.mark.parametrize("kind", ["QRCode", "DataMatrix", "EAN13"])
@pytest.mark.parametrize("ground", [0, 200])
def test_a_barcode_of_twelve_grey_levels_is_covered(kind: str, ground: int) -> None:
    assert covered(*scene(kind, module=4, ground=ground, dark=118, light=130)) > 0.99


@pytest.mark.parametrize("kind", ["QRCode", "DataMatrix", "Code128", "PDF417"])
def test_a_barcode_in_colours_of_equal_luma_is_covered(kind: str) -> None:
    grey, where = scene(kind, module=4)
    red, green = np.array((200, 40, 40), np.uint8), np.array((30, 124, 60), np.uint8)
    picture = np.where(grey < 128, red, green)
    assert np.ptp(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)) <= 2
    assert covered(picture, where) > 0.99


def grainy(seed: int, rows: int, columns: int) -> Picture:
    noise = np.random.default_rng(seed).normal(110, 60, (rows, columns))
    return np.repeat(np.clip(noise, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


@pytest.mark.parametrize("kind", ["QRCode", "DataMatrix", "Code128", "Code39", "EAN13", "PDF417"])
@pytest.mark.parametrize("module", [2, 4])
def test_a_barcode_in_one_frame_of_moving_noise_is_covered(kind: str, module: int) -> None:
    shown, where = scene(kind, module)
    label = cv2.dilate(where.astype(np.uint8), np.ones((20 * module + 1,) * 2, np.uint8)) > 0
    frames = [grainy(number, *where.shape) for number in range(5)]
    frames[3][label] = shown[label]
    sightings = Sightings()
    found = [barcodes_at(sightings.fresh(frame), frame) for frame in frames]
    assert found[:3] == [()] * 3
    assert (mask_of(found[3], *where.shape) & where).sum() == where.sum()


@pytest.mark.parametrize("look", ["everything", "the_sure"])
def test_a_barcode_that_one_frame_of_a_noisy_film_shows_is_found_though_noise_has_more_edges(look: str) -> None:
    shown, where = scene("QRCode")
    label = cv2.dilate(where.astype(np.uint8), np.ones((25, 25), np.uint8)) > 0
    frames = [grainy(number, *where.shape) for number in range(7)]
    frames[4][label] = shown[label]
    form = of(COLOUR, rows=where.shape[0], columns=where.shape[1], frames=7)
    cine = opened(source_of(described(form), form, frames))
    found = getattr(Finder.load(Policy.load().pixel), look)(cine, Display()).barcodes
    assert (mask_of(found, *where.shape) & where).sum() == where.sum()


def test_a_barcode_that_only_the_header_window_shows_is_found() -> None:
    shown, where = scene("QRCode", module=4)
    values = np.where(shown[..., :1] < 128, 30000, 30020).astype(np.uint16)
    values[0, 0], values[-1, -1] = 0, 65535
    form = of(DEEP, bits_stored=16, high_bit=15, rows=where.shape[0], columns=where.shape[1])
    source = source_of(described(form, WindowCenter=30010, WindowWidth=40), form, [values])
    found = Finder.load(Policy.load().pixel).the_sure(opened(source), Display.of(source.dataset)).barcodes
    assert (mask_of(found, *where.shape) & where).sum() == where.sum()


def test_frames_of_noise_and_even_ground_are_not_searched_for_barcodes() -> None:
    for picture in (grainy(1, 300, 400), np.full((300, 400, 3), 130, np.uint8)):
        assert patches(picture) == ()


def test_a_place_is_searched_again_only_when_it_shows_something_else() -> None:
    (one, _), (other, _) = scene("QRCode", 4), scene("DataMatrix", 8)
    rows, columns = (min(sides) for sides in zip(one.shape[:2], other.shape[:2], strict=True))
    sightings = Sightings()
    searched = [bool(sightings.fresh(shown[:rows, :columns])) for shown in (one, one, other, other)]
    assert searched == [True, False, True, False]


def test_bars_of_letters_are_told_from_a_code_by_how_often_they_change() -> None:
    (picture, where), letters = scene("EAN8"), np.zeros((300, 400), np.uint8)
    cv2.putText(letters, "HILLMIN", (20, 150), cv2.FONT_HERSHEY_SIMPLEX, 2, 255, 3)
    rows, columns = np.nonzero(where)
    code = Stripes(0.0, float(columns.min()), float(columns.max()), float(rows.min()), float(rows.max()))
    assert (
        code.changes(np.ascontiguousarray(picture[..., 0])) == 2 * 22 - 2
    )  # edges of its 22 bars, the outermost apart
    assert all(place.changes(letters) < 18 for place in stripes_in(letters))


@pytest.mark.parametrize("shape", [(8, 8), (33, 70), (3, 5), (1, 9)])
def test_the_gradient_is_summed_as_opencv_does(shape: tuple[int, int]) -> None:
    grey = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    x, y = (cv2.Scharr(grey, cv2.CV_64F, *axis, scale=1 / 32) for axis in ((1, 0), (0, 1)))
    sums = sum_gradients(grey, 8)
    rows, columns = (-(-side // 8) * 8 for side in shape)
    for got, product in zip(sums, (x * x, y * y, x * y, x, y), strict=True):
        inner = np.zeros((rows, columns))
        inner[: shape[0], 1 : shape[1] - 1] = product[:, 1:-1]
        inner[[0, shape[0] - 1]] = 0  # rows at an edge are mirrored by one and repeated by the other
        assert got.shape == (rows // 8, columns // 8)
        if shape[0] == 33:
            assert np.allclose(
                got[1:-1], inner.reshape(rows // 8, 8, -1, 8).mean(axis=(1, 3))[1:-1], rtol=1e-4, atol=1e-3
            )


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (500, 1), (7, 9), (17, 33)])
def test_no_size_is_too_odd_to_be_sighted(shape: tuple[int, int]) -> None:
    assert Sightings().fresh(np.random.default_rng(1).integers(0, 256, (*shape, 3), dtype=np.uint8)) == ()
