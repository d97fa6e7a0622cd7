"""Any mask, any transfer syntax: black inside it, the source's samples outside, whatever the image and its stream are."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import imagecodecs
import made_arithmetic
import numpy as np
import pydicom
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from invented import BIG, EXPLICIT, GREY, LIMITS, SYNTAX, all_of, described, of, opened, saved, source_of

from pixelclean.dicom import SYNTAXES, Codec, Kind, PixelFormat, Source, lossless_target, read
from pixelclean.dicom.codecs.jpeg_segments import SOS, segments_of
from pixelclean.dicom.fragments import encapsulate
from pixelclean.dicom.syntaxes import holds
from pixelclean.dicom.words import Words
from pixelclean.drafting import Draft, Drafter
from pixelclean.geometry import Act, BoolArray, Box, Origin, Region
from pixelclean.header import Identifiers
from pixelclean.pixels import make_plan
from pixelclean.proof import Compared

NOBODY = Identifiers(frozenset(), frozenset())
SEQUENTIAL = tuple(f"{SYNTAX}.4.{number}" for number in (50, 51))
PROGRESSIVE = tuple(f"{SYNTAX}.4.{number}" for number in (53, 55))
ARITHMETIC = {
    f"{SYNTAX}.4.51": made_arithmetic.sequential,
    f"{SYNTAX}.4.52": made_arithmetic.sequential,
    f"{SYNTAX}.4.54": made_arithmetic.spectral_selection,
    f"{SYNTAX}.4.56": made_arithmetic.full_progression,
}
RECOMPRESSED = f"{SYNTAX}.4.111"
WITHOUT_LOSS = tuple(
    uid for uid, row in SYNTAXES.items() if row.codec is not Codec.VIDEO and row.codec is not Codec.JPEG
)
ENCODED_HERE = tuple(uid for uid in WITHOUT_LOSS if uid != RECOMPRESSED)
WITH_LOSS = tuple(f"{SYNTAX}.4.{number}" for number in (81, 91, 111, 112, 203))
AS_THEY_ARE = (Codec.NATIVE, Codec.PLAIN_FRAME, Codec.DEFLATED_FRAME)

GREYS = [
    of(GREY, bits_allocated=allocated, bits_stored=stored, high_bit=high, signed=signed)
    for allocated, stored, high in ((8, 8, 7), (8, 5, 4), (16, 12, 11), (16, 12, 15), (16, 16, 15), (32, 24, 23))
    for signed in (False, True)
]
FORMS = [
    *GREYS,
    of(GREY, bits_allocated=32, bits_stored=32, high_bit=31),
    of(GREY, bits_allocated=1, bits_stored=1, high_bit=0),
    of(GREY, photometric="MONOCHROME1"),
    *(
        of(GREY, bits_allocated=bits, bits_stored=bits, high_bit=bits - 1, kind=kind)
        for kind, bits in ((Kind.FLOAT, 32), (Kind.DOUBLE, 64))
    ),
    *(
        of(GREY, samples=3, photometric=photometric, planar=planar)
        for photometric in ("RGB", "YBR_FULL")
        for planar in (0, 1)
    ),
    of(GREY, samples=3, photometric="YBR_FULL_422"),
    of(GREY, samples=3, photometric="RGB", bits_allocated=16, bits_stored=16, high_bit=15),
    of(GREY, samples=3, photometric="YBR_FULL", bits_allocated=16, bits_stored=10, high_bit=9),
]
SAMPLINGS = {
    "444": (cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444, (1, 1)),
    "422": (cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422, (1, 2)),
    "440": (cv2.IMWRITE_JPEG_SAMPLING_FACTOR_440, (2, 1)),
    "420": (cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420, (2, 2)),
}


@dataclass(frozen=True)
class Lossy:
    """How a lossy JPEG stream is made: `sampling` is "grey", "deep grey" of 12 bits, "rgb" or one of SAMPLINGS."""

    sampling: str
    restart: int
    quality: int
    progressive: bool

    @property
    def samples(self) -> int:
        return 1 if "grey" in self.sampling else 3

    @property
    def coarser(self) -> tuple[int, int]:
        """By how much chroma is coarser than luma, down and across."""
        return SAMPLINGS[self.sampling][1] if self.sampling in SAMPLINGS else (1, 1)


@st.composite
def shaped(draw: st.DrawFn, form: PixelFormat) -> PixelFormat:
    """The form at some size; shared chroma needs an even number of columns."""
    sizes = st.integers(1, 40) | st.sampled_from((16, 32))
    columns = draw(sizes)
    return of(
        form,
        rows=draw(sizes),
        columns=columns + columns % 2 if form.is_subsampled else columns,
        frames=draw(st.integers(1, 3)),
    )


@st.composite
def regions(draw: st.DrawFn, form: PixelFormat) -> list[Region]:
    """Boxes in any place, for one frame or for all of them."""
    made = []
    for _ in range(draw(st.integers(1, 3))):
        left, top = draw(st.integers(0, form.columns - 1)), draw(st.integers(0, form.rows - 1))
        right, bottom = draw(st.integers(left + 1, form.columns)), draw(st.integers(top + 1, form.rows))
        frame = draw(st.none() | st.integers(0, form.frames - 1))
        made.append(Region(Box(left, top, right, bottom), Act.MASK, Origin.OPERATOR, "test", frame))
    return made


def masks(form: PixelFormat, boxes: list[Region]) -> list[BoolArray]:
    """The pixels of the boxes, in each frame; where two neighbours share their chroma, both or none."""
    made = [np.zeros((form.rows, form.columns), bool) for _ in range(form.frames)]
    for region in boxes:
        for index in range(form.frames) if region.frame is None else (region.frame,):
            made[index][region.box.top : region.box.bottom, region.box.left : region.box.right] = True
    if form.is_subsampled:
        return [mask.reshape(-1, 2).any(axis=1).repeat(2).reshape(mask.shape) for mask in made]
    return made


def noise(form: PixelFormat, seed: int) -> list[Words]:
    """Frames of any words whose bits beside the stored ones say nothing."""
    rng = np.random.default_rng(seed)
    if form.kind is not Kind.INTEGER:
        return [rng.normal(0, 100, form.shape).astype(form.dtype) for _ in range(form.frames)]
    lowest = -(1 << form.bits_stored - 1) if form.signed else 0
    values = rng.integers(lowest, lowest + (1 << form.bits_stored), (form.frames, *form.shape))
    if form.is_subsampled:
        values[:, :, 1::2, 1:] = values[:, :, ::2, 1:]
    shift, ones = form.high_bit + 1 - form.bits_stored, (1 << form.bits_allocated) - 1
    return list((values << shift & ones).astype(form.dtype))


def waves(form: PixelFormat, seed: int) -> list[Words]:
    """Frames that a lossy encoder likes: colours that run into each other, with edges."""
    rng, (rows, columns, samples) = np.random.default_rng(seed), form.shape
    made = []
    for _ in range(form.frames):
        y, x = np.mgrid[:rows, :columns]
        planes = [np.sin(x / rng.uniform(2, 9)) * np.cos(y / rng.uniform(2, 9)) for _ in range(samples)]
        edge = 0.4 * (x > rng.integers(0, columns))
        picture = np.stack(planes, -1) * 0.4 + 0.3 + edge[..., None]
        made.append((picture.clip(0, 1) * ((1 << form.bits_stored) - 1)).astype(form.dtype))
    return made


def black_of(form: PixelFormat, frames: list[Words]) -> tuple[float, ...]:
    """What black is without a window, a table or padding: an end of the range, or of what the frames hold."""
    if form.samples == 3:
        middle = 1 << form.bits_stored - 1
        return (0, 0, 0) if form.photometric == "RGB" else (0, middle, middle)
    if form.kind is not Kind.INTEGER:
        return (min(float(frame.min()) for frame in frames),)
    if not form.signed:
        return ((1 << form.bits_stored) - 1 if form.photometric == "MONOCHROME1" else 0,)
    lowest = min(int(frame.view(f"i{frame.itemsize}").min()) for frame in frames)
    return (lowest & (1 << form.bits_allocated) - 1,)


def drafted(source: Source, folder: str, boxes: list[Region]) -> Draft:
    frames = opened(source)
    drafter = Drafter(source, NOBODY, Path(folder, "draft.dcm"), LIMITS)
    return drafter.of_image(deepcopy(source.dataset), frames, make_plan(boxes, frames.format))


def said_of_colour(source: Source, written: Source) -> Iterator[tuple[object, object]]:
    """What the attributes of an output say about its samples, and what they should (PS3.5 8.2, PS3.3 C.7.6.3.1)."""
    before, now = opened(source).format, opened(written).format
    codec, dataset = SYNTAXES[written.transfer_syntax].codec, written.dataset
    yield now.photometric, before.photometric
    if codec is Codec.JPEG:
        yield dataset.PhotometricInterpretation, source.dataset.PhotometricInterpretation
    elif codec in (Codec.JPEG_2000, Codec.HTJ2K) and now.photometric == "RGB":
        yield dataset.PhotometricInterpretation, "YBR_RCT"
    else:
        yield dataset.PhotometricInterpretation, now.photometric
    planar = 1 if codec is Codec.RLE else before.planar if codec in AS_THEY_ARE else 0
    yield dataset.get("PlanarConfiguration"), planar if now.samples > 1 else None
    yield (
        tuple(dataset.get(keyword) for keyword in ("BitsAllocated", "BitsStored", "HighBit", "NumberOfFrames")),
        tuple(source.dataset.get(keyword) for keyword in ("BitsAllocated", "BitsStored", "HighBit", "NumberOfFrames")),
    )


def check(source: Source, words: list[Words], boxes: list[Region], target: str) -> None:
    """Masked without loss: exactly the mask is black."""
    form = opened(source).format
    with TemporaryDirectory() as folder:
        draft = drafted(source, folder, boxes)
        written = read(draft.path, LIMITS)
        again = all_of(opened(written))
    assert draft.proof.holds
    assert draft.proof.compared is Compared.STORED_VALUES
    assert written.transfer_syntax == draft.proof.syntax_out == target
    assert len(again) == len(words) == form.frames
    fill = np.asarray(black_of(form, words), form.dtype)
    for before, after, mask in zip(words, again, masks(form, boxes), strict=True):
        assert after.dtype == before.dtype
        assert np.array_equal(after[~mask], before[~mask])
        assert (after[mask] == fill).all()
    for said, wanted in said_of_colour(source, written):
        assert said == wanted


@pytest.mark.parametrize("syntax", ENCODED_HERE)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_a_mask_is_black_and_everything_beside_it_is_the_source_s(syntax: str, data: st.DataObject) -> None:
    possible = [form for form in FORMS if holds(SYNTAXES[syntax].codec, form)]
    form = data.draw(st.sampled_from(possible).flatmap(shaped))
    words = noise(form, data.draw(st.integers(0, 1 << 16)))
    source = source_of(described(form), form, words, syntax)
    check(source, words, data.draw(regions(form)), syntax)


def lossy_stream(syntax: str, words: Words) -> bytes:
    """A stream that gave samples away, in a transfer syntax that permits it."""
    grey = words[..., 0]
    match SYNTAXES[syntax].codec:
        case Codec.JPEG_LS:
            return bytes(imagecodecs.jpegls_encode(grey, level=3))
        case Codec.JPEG_2000:
            return bytes(imagecodecs.jpeg2k_encode(grey, level=35, codecformat="j2k", reversible=False))
        case Codec.HTJ2K:
            return bytes(imagecodecs.htj2k_encode(grey, reversible=False))
        case _:
            return bytes(imagecodecs.jpegxl_encode(grey, lossless=False, distance=2.0))


@pytest.mark.parametrize("syntax", WITH_LOSS)
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_what_was_compressed_with_loss_loses_nothing_more(syntax: str, data: st.DataObject) -> None:
    form = data.draw(shaped(GREY))
    streams = [lossy_stream(syntax, words) for words in waves(form, data.draw(st.integers(0, 1 << 16)))]
    source = encapsulated(streams, form, syntax)
    check(source, all_of(opened(source)), data.draw(regions(form)), lossless_target(syntax, form))


def encapsulated(streams: list[bytes], form: PixelFormat, syntax: str) -> Source:
    dataset = described(form)
    value, _ = encapsulate(streams, form.frames)
    dataset["PixelData"] = pydicom.DataElement("PixelData", "OB", value, is_undefined_length=True)
    return saved(dataset, syntax)


def lossy_jpeg(how: Lossy, words: Words) -> bytes:
    if how.sampling == "deep grey":
        return bytes(imagecodecs.jpeg8_encode(words[..., 0], how.quality, bitspersample=12))
    if how.sampling == "rgb":
        return bytes(imagecodecs.jpeg8_encode(words, how.quality, colorspace="rgb", outcolorspace="rgb"))
    options = [cv2.IMWRITE_JPEG_QUALITY, how.quality, cv2.IMWRITE_JPEG_RST_INTERVAL, how.restart]
    options += [cv2.IMWRITE_JPEG_PROGRESSIVE, int(how.progressive)]
    if how.sampling in SAMPLINGS:
        options += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, SAMPLINGS[how.sampling][0]]
    made, stream = cv2.imencode(".jpg", words, options)
    assert made
    return stream.tobytes()


def form_of(how: Lossy) -> PixelFormat:
    if how.sampling == "deep grey":
        return of(GREY, bits_allocated=16, bits_stored=12, high_bit=11)
    if how.samples == 1:
        return GREY
    photometric = {"rgb": "RGB", "444": "YBR_FULL"}.get(how.sampling, "YBR_FULL_422")
    return of(GREY, samples=3, photometric=photometric)


def grown(mask: BoolArray, down: int, across: int) -> BoolArray:
    """The mask with the pixels beside it, up to so many."""
    padded = np.pad(mask, ((down, down), (across, across)))
    rows, columns = mask.shape
    steps = [(y, x) for y in range(2 * down + 1) for x in range(2 * across + 1)]
    return np.any([padded[y : y + rows, x : x + columns] for y, x in steps], axis=0)


def units(mask: BoolArray, coarser: tuple[int, int]) -> BoolArray:
    """The pixels of all units of 8 by 8 samples of the coarsest component that the mask touches.

    Where chroma is coarser, decoders mix it with that of the next pixel: units that are so near are touched too.
    """
    made = np.zeros_like(mask)
    down, across = (8 * factor for factor in coarser)
    for y, x in np.argwhere(grown(mask, int(coarser[0] > 1), int(coarser[1] > 1))):
        made[y // down * down : y // down * down + down, x // across * across : x // across * across + across] = True
    return made


def lossy_ways(*samplings: str, progressive: bool) -> st.SearchStrategy[Lossy]:
    return st.builds(
        Lossy,
        st.sampled_from(samplings),
        st.sampled_from((0, 1, 3)),
        st.sampled_from((30, 75, 95)),
        st.just(progressive),
    )


@pytest.mark.parametrize("syntax", SEQUENTIAL)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_in_a_sequential_jpeg_whole_units_are_black_and_beside_them_only_chroma_next_to_them_differs(
    syntax: str, data: st.DataObject
) -> None:
    deep = () if syntax == SEQUENTIAL[0] else ("deep grey",)
    how = data.draw(lossy_ways("grey", "rgb", *SAMPLINGS, *deep, progressive=False))
    form = data.draw(shaped(form_of(how)))
    source = encapsulated(
        [lossy_jpeg(how, words) for words in waves(form, data.draw(st.integers(0, 1 << 16)))], form, syntax
    )
    boxes = data.draw(regions(form))
    if check_units(source, boxes, how.coarser) is Compared.STORED_VALUES:
        # More than the repeated edges may stand in the units that reach beyond the image.
        assert form.rows % (8 * how.coarser[0]) or form.columns % (8 * how.coarser[1])
        check(source, all_of(opened(source)), boxes, lossless_target(syntax, opened(source).format))


def check_units(source: Source, boxes: list[Region], coarser: tuple[int, int]) -> Compared:
    """Masked in the stream: whole units are black, and beside them nothing but chroma differs; else nothing is said."""
    with TemporaryDirectory() as folder:
        draft = drafted(source, folder, boxes)
        written = read(draft.path, LIMITS)
        again = all_of(opened(written))
    if draft.proof.compared is Compared.STORED_VALUES:
        return draft.proof.compared
    assert draft.proof.holds
    assert written.transfer_syntax == draft.proof.syntax_out == source.transfer_syntax
    before, form = all_of(opened(source)), opened(source).format
    assert len(again) == form.frames
    fill = np.asarray(black_of(form, before), form.dtype)
    for was, now, mask in zip(before, again, masks(form, boxes), strict=True):
        area = units(mask, coarser)
        rim = grown(area, int(coarser[0] > 1), int(coarser[1] > 1)) & ~area
        assert (now[mask] == fill).all()
        assert (now[area][..., 0] == fill[0]).all()
        assert np.array_equal(now[~area][..., 0], was[~area][..., 0])
        assert np.array_equal(now[~(area | rim)], was[~(area | rim)])
    for said, wanted in said_of_colour(source, written):
        assert said == wanted
    return draft.proof.compared


@pytest.mark.parametrize("syntax", PROGRESSIVE)
@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_a_progressive_jpeg_is_masked_pixel_by_pixel_and_written_without_loss(syntax: str, data: st.DataObject) -> None:
    how = data.draw(lossy_ways("grey", *SAMPLINGS, progressive=True))
    form = data.draw(shaped(form_of(how)))
    streams = [lossy_jpeg(how, words) for words in waves(form, data.draw(st.integers(0, 1 << 16)))]
    source = encapsulated(streams, form, syntax)
    target = lossless_target(syntax, opened(source).format)
    check(source, all_of(opened(source)), data.draw(regions(form)), target)


@pytest.mark.parametrize("syntax", ARITHMETIC)
@settings(max_examples=6, deadline=None)
@given(data=st.data())
def test_a_jpeg_with_arithmetic_coding_is_masked_pixel_by_pixel_and_written_without_loss(
    syntax: str, data: st.DataObject
) -> None:
    how = replace(data.draw(lossy_ways("grey", "deep grey", "rgb", "444", progressive=False)), restart=0)
    form = data.draw(shaped(form_of(how)))
    coded = [lossy_jpeg(how, words) for words in waves(form, data.draw(st.integers(0, 1 << 16)))]
    streams = [ARITHMETIC[syntax](stream) for stream in coded]
    # A scan of nothing but what was expected has no byte, as if it were cut off: it is refused.
    assume(all(each.stop > each.end for stream in streams for each in segments_of(stream) if each.marker == SOS))
    source = encapsulated(streams, form, syntax)
    words = all_of(opened(source))
    assert all(map(np.array_equal, words, all_of(opened(encapsulated(coded, form, SEQUENTIAL[1])))))
    check(source, words, data.draw(regions(form)), lossless_target(syntax, opened(source).format))


def test_every_transfer_syntax_of_single_frames_is_among_them() -> None:
    frames_by_frames = {uid for uid, row in SYNTAXES.items() if row.codec is not Codec.VIDEO}
    assert {*ENCODED_HERE, *WITH_LOSS, *SEQUENTIAL, *PROGRESSIVE, *ARITHMETIC} == frames_by_frames
    assert {BIG, EXPLICIT} <= set(ENCODED_HERE)
