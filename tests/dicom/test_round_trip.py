"""What is encoded without loss is decoded bit for bit, in every transfer syntax that is written."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import BIG, COLOUR, EXPLICIT, GREY, IMPLICIT, LIMITS, noise, of, written

from pixelclean.dicom import (
    SYNTAXES,
    Codec,
    Fidelity,
    Kind,
    PixelFormat,
    codec_report,
    encode,
    lossless_target,
    open_frames,
)
from pixelclean.dicom.native import cut_frame, frame_length, pack_frames, swap_pairs, unpack_frame, value_length
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

FORMATS = [
    of(GREY, bits_allocated=allocated, bits_stored=stored, high_bit=stored - 1, signed=signed)
    for allocated, stored in ((8, 8), (8, 7), (16, 8), (16, 10), (16, 12), (16, 16), (32, 32))
    for signed in (False, True)
] + [
    of(GREY, bits_allocated=1, bits_stored=1, high_bit=0),
    of(GREY, photometric="MONOCHROME1"),
    of(GREY, bits_allocated=8, bits_stored=8, high_bit=7, photometric="PALETTE COLOR"),
    COLOUR,
    of(COLOUR, planar=1),
    of(COLOUR, bits_allocated=16, bits_stored=16, high_bit=15),
    of(COLOUR, photometric="YBR_FULL"),
    of(COLOUR, photometric="YBR_FULL_422"),
]  # fmt: skip


@pytest.mark.parametrize("syntax", sorted(SYNTAXES))
def test_changed_pixels_find_a_lossless_syntax_and_come_back_bit_for_bit(syntax: str, tmp_path: Path) -> None:
    for form in FORMATS:
        target, frames = lossless_target(syntax, form), noise(form)
        source = written(tmp_path, form, frames, target)
        again = open_frames(source.dataset, target, LIMITS)
        assert len(again) == form.frames
        assert all(np.array_equal(again.frame(i), frames[i]) for i in range(form.frames)), (target, form)
        assert again.format.photometric == form.photometric, target


@pytest.mark.parametrize("syntax", sorted(uid for uid, row in SYNTAXES.items() if row.fidelity is not Fidelity.LOSSY))
def test_a_syntax_that_permits_lossless_is_kept_for_ordinary_grey(syntax: str) -> None:
    eight = of(GREY, bits_allocated=8, bits_stored=8, high_bit=7)
    kept = dict[str, str]()
    assert lossless_target(syntax, eight) == kept.get(syntax, syntax)


def test_a_lossy_syntax_becomes_jpeg_ls_and_what_that_cannot_hold_explicit() -> None:
    assert lossless_target("1.2.840.10008.1.2.4.50", COLOUR) == "1.2.840.10008.1.2.4.80"
    assert lossless_target("1.2.840.10008.1.2.4.51", of(GREY, bits_allocated=32, bits_stored=32)) == EXPLICIT


def test_the_smallest_images_are_encoded_too(tmp_path: Path) -> None:
    for codec_uid in ("80", "90", "70", "201", "110"):
        form = of(GREY, rows=1, columns=1, bits_stored=16, high_bit=15)
        frames = noise(form)
        source = written(tmp_path, form, frames, f"1.2.840.10008.1.2.4.{codec_uid}")
        again = open_frames(source.dataset, source.transfer_syntax, LIMITS)
        assert all(np.array_equal(again.frame(i), frames[i]) for i in range(2))


def test_words_above_bits_stored_survive_a_lossless_codec(tmp_path: Path) -> None:
    frames = noise(of(GREY, bits_stored=16, high_bit=15))
    for uid in ("1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.70", "1.2.840.10008.1.2.4.90", EXPLICIT):
        source = written(tmp_path, GREY, frames, uid)
        assert np.array_equal(open_frames(source.dataset, uid, LIMITS).frame(1), frames[1])


def test_colour_is_written_as_the_standard_wants_it(tmp_path: Path) -> None:
    wanted = {
        "1.2.840.10008.1.2.4.90": ("YBR_RCT", 0),
        "1.2.840.10008.1.2.4.201": ("YBR_RCT", 0),
        "1.2.840.10008.1.2.4.80": ("RGB", 0),
        "1.2.840.10008.1.2.5": ("RGB", 1),
        EXPLICIT: ("RGB", 1),
    }
    form = of(COLOUR, planar=1)
    for uid, (photometric, planar) in wanted.items():
        dataset = written(tmp_path, form, noise(form), uid).dataset
        assert (dataset.PhotometricInterpretation, dataset.PlanarConfiguration) == (photometric, planar), uid


def test_an_unknown_target_or_other_frames_are_refused() -> None:
    wide = of(GREY, bits_allocated=32, bits_stored=32, high_bit=31)
    for frames, form in ((noise(wide), wide), (noise(GREY)[:1], GREY), (noise(COLOUR), GREY)):
        with pytest.raises(Refused) as caught:
            encode(frames, form, "1.2.840.10008.1.2.4.80")
        assert caught.value.code is ReasonCode.NOT_ENCODED


def test_pixels_that_share_chroma_must_agree_about_it() -> None:
    form = of(COLOUR, photometric="YBR_FULL_422")
    frames = noise(form)
    frames[0][0, 0, 1] ^= 1
    with pytest.raises(Refused) as caught:
        encode(frames, form, EXPLICIT)
    assert caught.value.code is ReasonCode.NOT_ENCODED


def native_formats() -> st.SearchStrategy[PixelFormat]:
    def build(rows: int, columns: int, frames: int, kind: int, swapped: bool) -> PixelFormat:
        photometric, samples, bits, planar = [
            ("MONOCHROME2", 1, 1, 0), ("MONOCHROME2", 1, 8, 0), ("MONOCHROME2", 1, 16, 0), ("MONOCHROME2", 1, 32, 0),
            ("RGB", 3, 8, 0), ("RGB", 3, 16, 1), ("YBR_FULL", 3, 8, 1), ("YBR_FULL_422", 3, 8, 0),
        ][kind]  # fmt: skip
        wide = columns + columns % 2 if photometric == "YBR_FULL_422" else columns
        return PixelFormat(
            rows, wide, frames, samples, bits, bits, bits - 1, signed=False, photometric=photometric, planar=planar,
            swapped=swapped and bits <= 8,
        )  # fmt: skip

    small = st.integers(1, 9)
    return st.builds(build, small, small, st.integers(1, 4), st.integers(0, 7), st.booleans())


@settings(max_examples=150, deadline=None)
@given(form=native_formats(), data=st.data(), little=st.booleans())
def test_packing_unpacked_native_frames_gives_back_the_bytes(
    form: PixelFormat, data: st.DataObject, little: bool
) -> None:
    length = value_length(form)
    value = data.draw(st.binary(min_size=length, max_size=length))
    spare = form.rows * form.columns * form.frames % 8
    if form.bits_allocated == 1 and spare:
        value = value[:-1] + bytes([value[-1] & (1 << spare) - 1])
    value += b"\0" * (length % 2)
    in_file = swap_pairs(value) if form.swapped else value
    cut = [cut_frame(in_file, form, index) for index in range(form.frames)]
    assert all(len(frame) == frame_length(form) for frame in cut)
    packed = pack_frames([unpack_frame(frame, form, little=little) for frame in cut], form, little=little)
    assert packed == (value if little else in_file)


@pytest.mark.parametrize("kind", [Kind.FLOAT, Kind.DOUBLE])
@pytest.mark.parametrize("syntax", [EXPLICIT, IMPLICIT, BIG])
def test_float_pixels_are_native_and_exact(kind: Kind, syntax: str, tmp_path: Path) -> None:
    bits = 32 if kind is Kind.FLOAT else 64
    form = of(GREY, kind=kind, bits_allocated=bits, bits_stored=bits, high_bit=bits - 1)
    frames = noise(form)
    source = written(tmp_path, form, frames, syntax)
    assert np.array_equal(open_frames(source.dataset, syntax, LIMITS).frame(1), frames[1])


def test_every_codec_that_encodes_is_listed() -> None:
    report = {state.uid: state for state in codec_report()}
    assert set(report) == set(SYNTAXES)
    assert all(state.available for state in report.values())
    assert {uid for uid, state in report.items() if state.encoder is None} == {
        uid for uid, row in SYNTAXES.items() if row.codec is Codec.JPEG
    }
