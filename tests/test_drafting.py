"""Drafts: bytes that need no change keep every byte; what changes is proven on the written file."""

from copy import deepcopy
from pathlib import Path

import imagecodecs
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

from pixelclean.dicom import Source, encode, pixel_data, put_pixels, read
from pixelclean.dicom.fragments import encapsulate
from pixelclean.drafting import Draft, Drafter
from pixelclean.geometry import Act, Box, Origin, Region
from pixelclean.header import Identifiers, harvest
from pixelclean.pixels import make_plan

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


def test_a_lossy_source_is_written_without_loss_and_stays_lossy_by_name(tmp_path: Path) -> None:
    source = jpeg_source(bytes(imagecodecs.jpeg8_encode(words_for(speckled(120, 200), GREY)[..., 0], 60)))
    draft = drafted(source, tmp_path, BOX)
    written = read(draft.path, LIMITS)
    assert draft.proof.holds
    assert (draft.proof.syntax_in, draft.proof.syntax_out) == (f"{SYNTAX}.4.50", f"{SYNTAX}.4.80")
    assert written.dataset.LossyImageCompression == "01"


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


def jpeg_source(stream: bytes) -> Source:
    dataset = described(GREY)
    value, _ = encapsulate([stream])
    dataset["PixelData"] = pydicom.DataElement("PixelData", "OB", value, is_undefined_length=True)
    return saved(dataset, f"{SYNTAX}.4.50")
