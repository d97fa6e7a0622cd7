"""Frames that are worked at together: no output, no proof and no end of a file depends on how many."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import imagecodecs
import numpy as np
import pytest
from invented import (
    COLOUR,
    DEEP,
    EXPLICIT,
    GREY,
    LIMITS,
    SYNTAX,
    described,
    of,
    opened,
    saved,
    source_of,
    speckled,
    words_for,
)

from pixelclean.batch.task import Mask, cleaner_for
from pixelclean.dicom import Encoded, PixelFormat, Source, StillFrames, Streams, bared
from pixelclean.dicom.fragments import encapsulate
from pixelclean.geometry import Box
from pixelclean.key import ProjectKey
from pixelclean.outcome import Released, Result, reasons_of
from pixelclean.policy import Policy
from pixelclean.proof import Compared
from pixelclean.reasons import ReasonCode

KEY = ProjectKey(bytes(range(32)))
BOX = Box(9, 7, 60, 33)
FRAMES = 11
LATE = 9
JPEG = f"{SYNTAX}.4.50"
CINE = of(COLOUR, rows=112, columns=192, frames=FRAMES, photometric="YBR_FULL_422")
"""Of whole MCUs: nothing is coded beyond its edges."""


def jpegs(form: PixelFormat) -> list[bytes]:
    """A stream for each frame, all different, every other one with tables of its own."""
    pictures = [words_for(speckled(form.rows, form.columns, seed), form) for seed in range(form.frames)]
    return [
        bytes(imagecodecs.jpeg8_encode(np.squeeze(picture), 85, subsampling="422", optimize=bool(number % 2)))
        for number, picture in enumerate(pictures)
    ]


def cine(streams: list[bytes], form: PixelFormat) -> Source:
    dataset = described(form)
    dataset.PixelData, _ = encapsulate(streams, len(streams))
    dataset["PixelData"].is_undefined_length = True
    return saved(dataset, JPEG)


def of_jpegs(samples: int) -> Source:
    form = CINE if samples == 3 else of(GREY, rows=CINE.rows, columns=CINE.columns, frames=FRAMES)
    return cine(jpegs(form), form)


def of_words(syntax: str) -> Source:
    form = of(DEEP, frames=FRAMES)
    words = [words_for(speckled(form.rows, form.columns, seed), form) for seed in range(FRAMES)]
    return source_of(described(form), form, words, syntax)


SOURCES: dict[str, Callable[[], Source]] = {
    "jpeg grey": lambda: of_jpegs(1),
    "jpeg colour": lambda: of_jpegs(3),
    "native": lambda: of_words(EXPLICIT),
    "rle": lambda: of_words(f"{SYNTAX}.5"),
    "jpeg 2000": lambda: of_words(f"{SYNTAX}.4.90"),
    "jpeg-ls": lambda: of_words(f"{SYNTAX}.4.80"),
}


def cleaned(source: Source, folder: Path, threads: int, *boxes: Box, resident: int = LIMITS.resident_bytes) -> Result:
    policy = replace(Policy.load(), limits=replace(LIMITS, resident_bytes=resident))
    return replace(cleaner_for(Mask(boxes), policy, KEY, threads).clean(source, folder), seconds=0.0)


@pytest.mark.parametrize("name", SOURCES)
def test_results_and_bytes_are_those_of_one_thread(name: str, tmp_path: Path) -> None:
    source = SOURCES[name]()
    alone, together = (cleaned(source, tmp_path / str(threads), threads, BOX) for threads in (1, 4))
    assert alone == together
    assert isinstance(alone.outcome, Released)
    assert alone.output is not None
    assert alone.proof is not None
    assert alone.proof.compared is (Compared.COEFFICIENTS if source.transfer_syntax == JPEG else Compared.STORED_VALUES)
    assert alone.proof.planned_pixels == FRAMES * BOX.width * BOX.height
    written = alone.output.spool_name
    assert (tmp_path / "1" / written).read_bytes() == (tmp_path / "4" / written).read_bytes()


@pytest.mark.parametrize("doubtful", [False, True])
def test_streams_are_bared_alike_by_any_number_of_threads(doubtful: bool) -> None:
    """One of them holds a comment; and one, where it is doubtful, more rows than it announces."""
    form, streams = CINE, jpegs(CINE)
    streams[3] = streams[3][:2] + b"\xff\xfe\x00\x11Sentinel^Zoe 42" + streams[3][2:]
    if doubtful:
        at = streams[LATE].index(b"\xff\xc0") + 5
        streams[LATE] = streams[LATE][:at] + (form.rows - 8).to_bytes(2, "big") + streams[LATE][at + 2 :]
    source = cine(streams, form)
    frames = opened(source)
    assert isinstance(frames, StillFrames)
    alone, together = (bared(frames, form, JPEG, threads=threads) for threads in (1, 4))
    if doubtful:
        assert alone is together is Streams.UNCLEAR
    else:
        assert isinstance(alone, Encoded)
        assert alone == together
        assert isinstance(alone.value, bytes)
        assert b"Sentinel" not in alone.value


@pytest.mark.parametrize("resident", [1, 1 << 16, 1 << 19])
def test_results_do_not_depend_on_how_many_frames_may_stay_in_memory(resident: int, tmp_path: Path) -> None:
    source = of_jpegs(3)
    results = [cleaned(source, tmp_path / str(n), 3, BOX, resident=n) for n in (LIMITS.resident_bytes, resident)]
    assert results[0].output == results[1].output
    assert results[0].proof == results[1].proof


@pytest.mark.parametrize("threads", [1, 4])
@pytest.mark.parametrize(
    ("harm", "code"),
    [
        (lambda stream: stream[: len(stream) // 2] + b"\xff\xd9", ReasonCode.TRUNCATED),
        (lambda stream: stream[:-2] + b"\x55" * 40 + b"\xff\xd9", ReasonCode.UNDECODABLE),
        (lambda _: b"no stream at all", ReasonCode.UNDECODABLE),
    ],
)
def test_an_error_in_a_late_frame_is_the_end_of_its_file(
    threads: int, harm: Callable[[bytes], bytes], code: ReasonCode, tmp_path: Path
) -> None:
    form, streams = CINE, jpegs(CINE)
    streams[LATE] = harm(streams[LATE])
    result = cleaned(cine(streams, form), tmp_path / "spool", threads, BOX)
    assert [reason.code for reason in reasons_of(result.outcome)] == [code]
    assert result.output is None
    assert not list((tmp_path / "spool").iterdir())


@pytest.mark.parametrize("threads", [1, 2, 4])
def test_of_two_frames_with_errors_the_first_one_tells_the_reason(threads: int, tmp_path: Path) -> None:
    form, streams = CINE, jpegs(CINE)
    streams[LATE - 1] = streams[LATE - 1][: len(streams[LATE - 1]) // 2] + b"\xff\xd9"
    streams[LATE] = b"no stream at all"
    result = cleaned(cine(streams, form), tmp_path / "spool", threads, BOX)
    assert [reason.code for reason in reasons_of(result.outcome)] == [ReasonCode.TRUNCATED]
