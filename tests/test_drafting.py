"""Drafts: bytes that need no change keep every byte; what changes is proven on the written file."""

from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import cv2
import imagecodecs
import made_arithmetic
import numpy as np
import pydicom
import pytest
from invented import (
    BIG,
    COLOUR,
    DEEP,
    EXPLICIT,
    GREY,
    LIMITS,
    SYNTAX,
    all_of,
    described,
    of,
    opened,
    saved,
    source_of,
    speckled,
    words_for,
)
from jpeg_by_hand import ByHand

from pixelclean.dicom import Codec, Source, encode, pixel_data, put_pixels, read
from pixelclean.dicom.codecs import ENCODERS
from pixelclean.dicom.fragments import encapsulate
from pixelclean.dicom.words import Words
from pixelclean.drafting import Draft, Drafter
from pixelclean.errors import Refused
from pixelclean.geometry import Act, Box, Origin, Region
from pixelclean.header import Identifier, Identifiers, Kind, harvest
from pixelclean.phi import Phi
from pixelclean.pixels import make_plan
from pixelclean.proof import Compared
from pixelclean.reasons import ReasonCode

NOBODY = Identifiers(frozenset(), frozenset())
BOX = Box(90, 70, 160, 110)
AREA = BOX.width * BOX.height
NATIVE = [SYNTAX, EXPLICIT, BIG, f"{EXPLICIT}.99"]


def drafted(source: Source, folder: Path, *boxes: Box) -> Draft:
    frames = opened(source)
    regions = [Region(box, Act.MASK, Origin.OPERATOR, "test") for box in boxes]
    drafter = Drafter(source, NOBODY, folder / "draft.dcm", LIMITS)
    return drafter.of_image(deepcopy(source.dataset), frames, make_plan(regions, frames.format))


@pytest.mark.parametrize("syntax", [*NATIVE, f"{SYNTAX}.5", f"{SYNTAX}.4.80", f"{SYNTAX}.4.90", f"{SYNTAX}.4.70"])
def test_an_image_without_a_mask_keeps_its_pixel_data_byte_for_byte(syntax: str, tmp_path: Path) -> None:
    source = source_of(described(DEEP), DEEP, [words_for(speckled(120, 200), DEEP)], syntax)
    draft = drafted(source, tmp_path)
    assert draft.proof.holds
    assert draft.proof.pixels_unchanged
    written = read(draft.path, LIMITS)
    assert pixel_data(written.dataset) == pixel_data(source.dataset)
    assert written.transfer_syntax == syntax
    assert written.digest == draft.digest


def test_an_odd_number_of_bytes_is_padded_and_nothing_else(tmp_path: Path) -> None:
    form = of(GREY, rows=9, columns=11)
    source = source_of(described(form), form, [words_for(speckled(9, 11), form)])
    source.dataset["PixelData"].value = source.dataset.PixelData[:99]
    draft = drafted(source, tmp_path)
    assert draft.proof.pixels_unchanged
    assert pixel_data(read(draft.path, LIMITS).dataset) == pixel_data(source.dataset) + b"\0"


@pytest.mark.parametrize("syntax", [*NATIVE, f"{SYNTAX}.5"])
def test_text_in_hidden_bits_does_not_come_through(syntax: str, tmp_path: Path) -> None:
    words = words_for(speckled(120, 200), DEEP)
    hiding = words.copy()
    hiding[30:40, 50:90] |= 0x5000
    source = source_of(described(DEEP), DEEP, [hiding], syntax)
    draft = drafted(source, tmp_path)
    assert draft.proof.holds
    assert not draft.proof.pixels_unchanged
    assert draft.proof.planned_pixels == 0
    assert np.array_equal(opened(read(draft.path, LIMITS)).frame(0), words)


@pytest.mark.parametrize("marker", [0xFE, 0xE1, 0xEF])
def test_text_beside_the_pixels_of_a_jpeg_stream_does_not_come_through(marker: int, tmp_path: Path) -> None:
    stream = bytes(imagecodecs.jpeg8_encode(words_for(speckled(120, 200), GREY)[..., 0], 90))
    hidden = b"Hidden-Sentinel^Zoe"
    segment = bytes([0xFF, marker]) + (len(hidden) + 2).to_bytes(2, "big") + hidden
    source = jpeg_source(stream[:2] + segment + stream[2:])
    draft = drafted(source, tmp_path)
    assert draft.proof.holds
    assert b"Hidden" not in draft.path.read_bytes()
    written = read(draft.path, LIMITS)
    assert written.transfer_syntax == source.transfer_syntax
    assert np.array_equal(opened(written).frame(0), opened(source).frame(0))


def test_rows_behind_those_of_the_frame_header_are_refused(tmp_path: Path) -> None:
    """An encoder that is told to write 240 rows, and a header that announces the upper 120 only."""
    tall = np.vstack([words_for(speckled(120, 200, seed), GREY)[..., 0] for seed in (1, 2)])
    for syntax, marker, options in ((".4.50", 0xC0, {}), (".4.70", 0xC3, {"lossless": True, "predictor": 1})):
        stream = bytearray(imagecodecs.jpeg8_encode(tall, **options))
        at = stream.index(bytes((0xFF, marker))) + 5
        stream[at : at + 2] = (120).to_bytes(2, "big")
        for boxes in ((), (BOX,)):
            with pytest.raises(Refused) as caught:
                drafted(jpeg_source(bytes(stream), syntax), tmp_path, *boxes)
            assert caught.value.code is ReasonCode.UNDECODABLE


@pytest.mark.parametrize("boxes", [(), (BOX,)], ids=["kept", "masked"])
@pytest.mark.parametrize("fill", [b"\0", b"\xff\0", b"\0\0\0\0", b"\xff\0\0"])
def test_fill_behind_the_last_unit_of_a_scan_is_no_part_of_the_image(
    fill: bytes, boxes: tuple[Box, ...], tmp_path: Path
) -> None:
    """Encoders leave it, and libjpeg calls it extraneous."""
    for syntax, options in ((".4.50", {}), (".4.70", {"lossless": True, "predictor": 1})):
        stream = bytes(imagecodecs.jpeg8_encode(words_for(speckled(120, 200), GREY)[..., 0], **options))
        source = jpeg_source(stream[:-2] + fill + stream[-2:], syntax)
        draft = drafted(source, tmp_path, *boxes)
        assert draft.proof.holds
        assert stream[-60:-2] + fill + stream[-2:] not in bytes(pixel_data(read(draft.path, LIMITS).dataset))
        for more in (fill + b"Z", b"Z" + fill):
            with pytest.raises(Refused) as caught:
                drafted(jpeg_source(stream[:-2] + more + stream[-2:], syntax), tmp_path, *boxes)
            assert caught.value.code is ReasonCode.UNDECODABLE


@pytest.mark.parametrize(
    "coarser", ["1x1,2x1,2x1", "1x1,1x2,1x2", "1x1,2x2,2x2", "1x2,2x1,1x1", "1x1,2x1,1x1", "2x2,1x2,2x1"]
)
def test_any_component_may_be_the_one_that_is_interpolated(coarser: str, tmp_path: Path) -> None:
    sampling = tuple(tuple(int(factor) for factor in each.split("x")) for each in coarser.split(","))
    stream = ByHand(rows=96, columns=96, sampling=sampling, scans=((0, 1, 2),), complete=True, spread=20).stream()
    form = of(COLOUR, rows=96, columns=96, photometric="YBR_FULL_422")
    made = described(form)
    made.PixelData, _ = encapsulate([stream], 1)
    made["PixelData"].is_undefined_length = True
    for box in (Box(0, 0, 30, 20), Box(33, 33, 47, 60), Box(40, 70, 96, 96)):
        draft = drafted(saved(made, f"{SYNTAX}.4.50"), tmp_path, box)
        assert draft.proof.holds
        assert draft.proof.compared is Compared.COEFFICIENTS
        assert draft.proof.fringe_pixels > 0


@pytest.mark.parametrize("says_rgb", [b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0\0", b""])
def test_colours_that_markers_deny_each_other_are_refused(says_rgb: bytes, tmp_path: Path) -> None:
    """libjpeg goes by JFIF, others by Adobe or by the letters of the components."""
    made = described(COLOUR)
    stream = bytes(imagecodecs.jpeg8_encode(words_for(speckled(120, 200), COLOUR), 90))
    if not says_rgb:
        header, scan = stream.index(b"\xff\xc0"), stream.index(b"\xff\xda")
        told = bytearray(stream)
        told[header + 10 : header + 19 : 3] = told[scan + 5 : scan + 11 : 2] = b"RGB"
        stream = bytes(told)
    made.PixelData, _ = encapsulate([stream[:20] + says_rgb + stream[20:]], 1)
    made["PixelData"].is_undefined_length = True
    with pytest.raises(Refused) as caught:
        drafted(saved(made, f"{SYNTAX}.4.50"), tmp_path, BOX)
    assert caught.value.code is ReasonCode.INCONSISTENT_PIXEL_DATA


@pytest.mark.parametrize("boxes", [(), (BOX,)], ids=["kept", "masked"])
@pytest.mark.parametrize("pad", [b"\0", b"\xff", b"Z", b"\xe9"])
@pytest.mark.parametrize("syntax, encode_one", [
    (".4.50", lambda words: imagecodecs.jpeg8_encode(words, 90)),
    (".4.81", lambda words: imagecodecs.jpegls_encode(words, level=2)),
    (".4.91", lambda words: imagecodecs.jpeg2k_encode(words, codecformat="j2k", level=30)),
])  # fmt: skip
def test_the_byte_that_makes_a_fragment_even_may_be_any_and_does_not_come_through(
    syntax: str, encode_one: Callable[[Words], bytes], pad: bytes, boxes: tuple[Box, ...], tmp_path: Path
) -> None:
    """dcmcjpls +en leaves in it what was in memory."""
    seeds = (words_for(speckled(120, 200, seed), GREY)[..., 0] for seed in range(1, 40))
    stream = next(made for made in (bytes(encode_one(words)) for words in seeds) if len(made) % 2)
    source = jpeg_source(stream + pad, syntax)
    draft = drafted(source, tmp_path, *boxes)
    assert draft.proof.holds
    kept = pixel_data(read(draft.path, LIMITS).dataset)
    assert kept[-1:] == pad if pad in (b"\0", b"\xff") and not boxes else stream[-40:] + pad not in kept


@pytest.mark.parametrize("count", [2, 3, 60])
def test_zeros_behind_the_byte_planes_of_rle_are_no_part_of_the_image(count: int, tmp_path: Path) -> None:
    words = words_for(speckled(120, 200), GREY)
    stream = ENCODERS[Codec.RLE](words, GREY)
    source = jpeg_source(stream + bytes(count), ".5")
    for boxes in ((), (BOX,)):
        draft = drafted(source, tmp_path, *boxes)
        assert draft.proof.holds
        assert boxes or bytes(pixel_data(read(draft.path, LIMITS).dataset)).endswith(stream)
    with pytest.raises(Refused):
        drafted(jpeg_source(stream + bytes(count) + b"Z", ".5"), tmp_path)


def test_what_no_decoder_goes_by_is_true_afterwards(tmp_path: Path) -> None:
    form = of(COLOUR, photometric="YBR_FULL_422")
    stream = bytes(imagecodecs.jpeg8_encode(words_for(speckled(120, 200), COLOUR), 90, subsampling="422"))
    for boxes in ((), (BOX,)):
        made = described(form, NumberOfFrames=0, PlanarConfiguration=1)
        made.PixelData, _ = encapsulate([stream], 1)
        made["PixelData"].is_undefined_length = True
        written = read(drafted(saved(made, f"{SYNTAX}.4.50"), tmp_path, *boxes).path, LIMITS).dataset
        assert (written.NumberOfFrames, written.PlanarConfiguration) == (1, 0)


@pytest.mark.parametrize("syntax", [EXPLICIT, f"{SYNTAX}.5"])
def test_cleared_bits_are_told(syntax: str, tmp_path: Path) -> None:
    words = words_for(speckled(120, 200), DEEP)
    for hiding, boxes in ((True, ()), (True, (BOX,)), (False, ()), (False, (BOX,))):
        source = source_of(described(DEEP), DEEP, [words | 0x5000 if hiding else words], syntax)
        assert drafted(source, tmp_path, *boxes).hidden is hiding


@pytest.mark.parametrize("tail", [b"Z", b"ZOE", b"ZZ-SENTINEL-0001"])
def test_bytes_behind_the_last_sample_of_a_jpeg_ls_scan_are_refused(tail: bytes, tmp_path: Path) -> None:
    stream = bytes(imagecodecs.jpegls_encode(words_for(speckled(120, 200), GREY)[..., 0]))
    with pytest.raises(Refused) as caught:
        drafted(jpeg_source(stream[:-2] + tail + stream[-2:], ".4.80"), tmp_path)
    assert caught.value.code is ReasonCode.UNDECODABLE


def test_bytes_behind_a_jpeg_xl_stream_do_not_come_through(tmp_path: Path) -> None:
    words = words_for(speckled(120, 200), GREY)[..., 0]
    source = jpeg_source(bytes(imagecodecs.jpegxl_encode(words, lossless=True)) + b"Hidden-Sentinel^Zoe", ".4.110")
    draft = drafted(source, tmp_path)
    written = read(draft.path, LIMITS)
    assert draft.proof.holds
    assert written.transfer_syntax == f"{SYNTAX}.4.110"
    assert b"Hidden" not in draft.path.read_bytes()
    assert np.array_equal(opened(written).frame(0)[..., 0], words)


def test_an_identifier_that_a_kept_stream_spells_is_in_the_proof(tmp_path: Path) -> None:
    words = words_for(speckled(120, 200), GREY)
    words[5, 40:58, 0] = np.frombuffer(b"SENTINEL QUARVOTHE", np.uint8)  # as a literal run of RLE has it
    source = source_of(described(GREY), GREY, [words], f"{SYNTAX}.5")
    named = Identifiers(frozenset({Identifier(Kind.PERSON, Phi("Quarvothe^Zoe"))}), frozenset())
    drafter = Drafter(source, named, tmp_path / "draft.dcm", LIMITS)
    draft = drafter.of_image(deepcopy(source.dataset), opened(source), make_plan([], GREY))
    assert "7FE00010" in draft.proof.identifiers_left
    assert not draft.proof.holds


def test_text_in_place_of_an_offset_table_does_not_come_through(tmp_path: Path) -> None:
    source = source_of(described(GREY), GREY, [words_for(speckled(120, 200), GREY)])
    source.dataset.ExtendedOffsetTable = b"Hidden-Sentinel^"
    draft = drafted(source, tmp_path)
    assert draft.proof.pixels_unchanged
    assert b"Hidden" not in draft.path.read_bytes()
    assert "ExtendedOffsetTable" in source.dataset


@pytest.mark.parametrize(("reversible", "told"), [(False, "01"), (True, None)])
def test_a_masked_jpeg_2000_image_says_that_it_was_lossy_where_its_stream_was(
    reversible: bool, told: str | None, tmp_path: Path
) -> None:
    words = words_for(speckled(120, 200), GREY)[..., 0]
    level = 0 if reversible else 40
    stream = bytes(imagecodecs.jpeg2k_encode(words, codecformat="j2k", reversible=reversible, level=level))
    draft = drafted(jpeg_source(stream, ".4.91"), tmp_path, BOX)
    assert read(draft.path, LIMITS).dataset.get("LossyImageCompression") == told


def test_a_masked_image_is_proven_on_the_written_file(tmp_path: Path) -> None:
    form = of(COLOUR, frames=2)
    source = source_of(described(form), form, [words_for(speckled(120, 200, seed), COLOUR) for seed in (1, 2)])
    draft = drafted(source, tmp_path, BOX)
    assert draft.proof.holds
    assert draft.proof.planned_pixels == 2 * AREA
    assert not draft.proof.pixels_unchanged
    assert draft.proof.decoder
    assert draft.frames is not None
    for before, after in zip(all_of(opened(source)), all_of(draft.frames), strict=True):
        assert not after[BOX.slices].any()
        mask = make_plan([Region(BOX, Act.MASK, Origin.OPERATOR, "test")], form).mask(0)
        assert np.array_equal(after[~mask], before[~mask])


def test_a_masked_jpeg_keeps_its_syntax_and_its_coefficients_beside_the_mask(tmp_path: Path) -> None:
    source = jpeg_source(bytes(imagecodecs.jpeg8_encode(words_for(speckled(120, 200), GREY)[..., 0], 60)))
    draft = drafted(source, tmp_path, BOX)
    written = read(draft.path, LIMITS)
    assert draft.proof.holds
    assert draft.proof.compared is Compared.COEFFICIENTS
    assert (
        draft.proof.planned_pixels + draft.proof.filled_beyond == 72 * 48
    )  # the units of 8 x 8 that the box of 70 x 40 touches
    assert draft.proof.syntax_out == draft.proof.syntax_in == f"{SYNTAX}.4.50"
    assert written.dataset.LossyImageCompression == "01"
    before, after = opened(source).frame(0), opened(written).frame(0)
    units = np.zeros(before.shape, bool)
    units[64:112, 88:160] = True
    assert not after[units].any()
    assert np.array_equal(after[~units], before[~units])


def progressive(words: Words) -> bytes:
    made, stream = cv2.imencode(".jpg", words, [cv2.IMWRITE_JPEG_PROGRESSIVE, 1])
    assert made
    return stream.tobytes()


def arithmetic(words: Words) -> bytes:
    return made_arithmetic.sequential(bytes(imagecodecs.jpeg8_encode(words)))


@pytest.mark.parametrize("boxes", [(BOX,), ()], ids=["masked", "unmasked"])
@pytest.mark.parametrize(("coded", "syntax"), [(progressive, ".4.55"), (arithmetic, ".4.52")])
def test_a_lossy_source_without_such_units_is_written_without_loss_and_stays_lossy_by_name(
    coded, syntax: str, boxes: tuple[Box, ...], tmp_path: Path
) -> None:
    source = jpeg_source(coded(words_for(speckled(120, 200), GREY)[..., 0]), syntax)
    draft = drafted(source, tmp_path, *boxes)
    written = read(draft.path, LIMITS)
    assert draft.proof.holds
    assert draft.proof.compared is Compared.STORED_VALUES
    assert (draft.proof.syntax_in, draft.proof.syntax_out) == (SYNTAX + syntax, f"{SYNTAX}.4.80")
    assert written.dataset.LossyImageCompression == "01"


def test_text_beside_the_pixels_of_a_masked_jpeg_does_not_come_through(tmp_path: Path) -> None:
    stream = bytes(imagecodecs.jpeg8_encode(words_for(speckled(120, 200), GREY)[..., 0], 60))
    comment = b"\xff\xfe\x00\x0fNOBODY AT ALL"
    draft = drafted(jpeg_source(stream[:2] + comment + stream[2:]), tmp_path, BOX)
    assert draft.proof.holds
    assert draft.proof.syntax_out == f"{SYNTAX}.4.50"
    assert b"NOBODY" not in draft.path.read_bytes()


def test_a_later_draft_replaces_the_earlier_one(tmp_path: Path) -> None:
    source = source_of(described(GREY), GREY, [words_for(speckled(120, 200), GREY)])
    first, second = drafted(source, tmp_path), drafted(source, tmp_path, BOX)
    assert first.digest != second.digest
    assert first.path == second.path
    assert [path.name for path in tmp_path.iterdir()] == ["draft.dcm"]


def test_what_identifies_and_is_still_there_is_in_the_proof(tmp_path: Path) -> None:
    source = source_of(described(GREY), GREY, [words_for(speckled(120, 200), GREY)])
    drafter = Drafter(source, harvest(source.dataset), tmp_path / "draft.dcm", LIMITS)
    draft = drafter.of_image(deepcopy(source.dataset), opened(source), make_plan([], GREY))
    assert draft.proof.identifiers_left
    assert not draft.proof.holds
    assert "Sentinel" not in repr(draft.proof)


def test_an_object_without_pixels_is_drafted_without_frames(tmp_path: Path) -> None:
    dataset = described(GREY)
    source = saved(dataset, EXPLICIT)
    draft = Drafter(source, NOBODY, tmp_path / "draft.dcm", LIMITS).without_pixels(deepcopy(source.dataset))
    assert draft.frames is None
    assert draft.proof.holds


def test_drafting_never_changes_the_source(tmp_path: Path) -> None:
    words = words_for(speckled(120, 200), DEEP) | 0x4000
    dataset = described(DEEP, SmallestImagePixelValue=1)
    put_pixels(dataset, encode([words], DEEP, EXPLICIT))
    source = saved(dataset, EXPLICIT)
    before = deepcopy(source.dataset)
    drafted(source, tmp_path, BOX)
    assert source.dataset == before


def jpeg_source(stream: bytes, syntax: str = ".4.50") -> Source:
    dataset = described(GREY)
    value, _ = encapsulate([stream], 1)
    dataset["PixelData"] = pydicom.DataElement("PixelData", "OB", value, is_undefined_length=True)
    return saved(dataset, f"{SYNTAX}{syntax}")
