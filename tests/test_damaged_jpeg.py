"""Damaged JPEG streams through the whole flow: nothing crashes, and what is released is what the source showed."""

from collections import Counter
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import imagecodecs
import numpy as np
import pydicom
import pytest
from arithmetic_by_hand import Arithmetic
from damaged_jpeg import damaged, streams
from invented import COLOUR, GREY, LIMITS, SYNTAX, as_file, described, of
from jpeg_by_hand import ByHand
from made_arithmetic import Coding
from pydicom.encaps import generate_frames

from pixelclean.batch.task import Mask, cleaner_for
from pixelclean.dicom import PixelFormat, read_bytes
from pixelclean.dicom.fragments import encapsulate
from pixelclean.errors import Refused
from pixelclean.geometry import Box, grown
from pixelclean.key import ProjectKey
from pixelclean.outcome import Outcome, Quarantined, Released, reasons_of
from pixelclean.pipeline import Cleaner
from pixelclean.policy import Policy
from pixelclean.reasons import ReasonCode

MASKED = Box(10, 8, 22, 13)
_FAR = 24  # pixels: the largest MCU, and as many of chroma that is interpolated
_NEVER = {ReasonCode.INTERNAL_ERROR, ReasonCode.PROOF_FAILED, ReasonCode.OUT_OF_MEMORY, ReasonCode.NOT_DELIVERED}


def picture(samples: int) -> np.ndarray:
    y, x = np.mgrid[:48, :64]
    planes = [128 + 100 * np.sin(x / (5 + each)) * np.cos(y / (4 + each)) for each in range(samples)]
    return np.stack(planes, -1).astype(np.uint8)


def usual() -> list[bytes]:
    """Streams as encoders write them."""
    grey, colour = picture(1)[..., 0], picture(3)
    greys = (imagecodecs.jpeg8_encode(grey, 80), imagecodecs.jpeg8_encode(grey, 60, optimize=True))
    colours = (imagecodecs.jpeg8_encode(colour, 85, subsampling=sampling) for sampling in ("444", "422", "420"))
    options = (cv2.IMWRITE_JPEG_RST_INTERVAL, cv2.IMWRITE_JPEG_PROGRESSIVE)
    others = (cv2.imencode(".jpg", colour, [option, 1])[1].tobytes() for option in options)
    return [*map(bytes, greys), *map(bytes, colours), *others]


def arithmetic() -> list[bytes]:
    """Streams with arithmetic coding, sequential and progressive."""
    two_bands = (((0,), Coding(0, 0)), ((0,), Coding(1, 63)))
    whole = ByHand(rows=24, columns=32, spread=3)
    return [Arithmetic(whole).stream(), Arithmetic(whole, two_bands).stream()]


def announced(stream: bytes) -> PixelFormat:
    """What the frame header says, as attributes would."""
    at = max(stream.find(bytes((0xFF, marker))) for marker in (0xC0, 0xC1, 0xC2, 0xC9, 0xCA))
    rows, columns = (int.from_bytes(stream[at + each : at + each + 2], "big") for each in (5, 7))
    deep = {"bits_allocated": 16, "bits_stored": 12, "high_bit": 11} if stream[at + 4] == 12 else {}
    form = COLOUR if stream[at + 9] == 3 else GREY
    photometric = "YBR_FULL_422" if form is COLOUR else "MONOCHROME2"
    return of(form, rows=rows, columns=columns, photometric=photometric, **deep)


def syntax_of(stream: bytes) -> str:
    """The transfer syntax of such a stream, by what it announces."""
    processes = {b"\xff\xc2": 55, b"\xff\xc9": 52, b"\xff\xca": 56}
    by_process = next((number for marker, number in processes.items() if marker in stream[:300]), None)
    return f"{SYNTAX}.4.{by_process or (51 if announced(stream).bits_stored == 12 else 50)}"


def shown(path_or_bytes: BytesIO | Path) -> np.ndarray:
    """The samples of a file, (rows, columns, samples), as pydicom and libjpeg-turbo find them without any conversion."""
    dataset = pydicom.dcmread(path_or_bytes)
    if dataset.file_meta.TransferSyntaxUID in (f"{SYNTAX}.4.{number}" for number in range(50, 57)):
        (frame,) = generate_frames(dataset.PixelData, number_of_frames=1)
        space = None if dataset.SamplesPerPixel == 1 else "ycbcr"
        decoded = imagecodecs.jpeg8_decode(frame, colorspace=space, outcolorspace=space)
    else:
        decoded = pydicom.pixels.pixel_array(dataset, raw=True)
    return np.asarray(decoded).reshape(dataset.Rows, dataset.Columns, -1)


class Trial:
    """Cleans damaged streams one after the other, and holds what is released against what another decoder sees."""

    def __init__(self, cleaner: Cleaner, folder: Path) -> None:
        self.cleaner, self.folder = cleaner, folder
        self.ends, self.codes = Counter[type[Outcome]](), Counter[ReasonCode]()

    def clean(self, stream: bytes, form: PixelFormat, syntax: str) -> None:
        dataset = described(form)
        dataset.PixelData, _ = encapsulate([stream], 1)
        dataset["PixelData"].is_undefined_length = True
        file = as_file(dataset, syntax)
        try:
            source = read_bytes(file, LIMITS)
        except Refused:
            self.ends[Quarantined] += 1
            return
        result = self.cleaner.clean(source, self.folder)
        self.ends[type(result.outcome)] += 1
        self.codes.update(reason.code for reason in reasons_of(result.outcome))
        if result.output is not None:
            self.compare(file, self.folder / result.output.spool_name, form)
            for name in (result.output.spool_name, result.output.preview):
                (self.folder / name).unlink()
        assert (result.output is not None) == isinstance(result.outcome, Released)
        assert not list(self.folder.iterdir())

    def compare(self, file: bytes, output: Path, form: PixelFormat) -> None:
        before, after = shown(BytesIO(file)).astype(int), shown(output).astype(int)
        mask = np.zeros((form.rows, form.columns), bool)
        mask[MASKED.top : MASKED.bottom, MASKED.left : MASKED.right] = True
        away = ~grown(mask, _FAR)
        assert np.array_equal(before[away], after[away])
        assert np.abs(after[mask] - ((0,) if form.samples == 1 else (0, 128, 128))).max() <= 1


@pytest.mark.parametrize("part", range(4))
def test_of_ten_thousand_damaged_streams_none_is_released_unproven(part: int) -> None:
    cleaner = cleaner_for(Mask((MASKED,)), Policy.load(), ProjectKey(bytes(range(32))))
    seeds, rng = [*usual(), *arithmetic(), *streams()], np.random.default_rng(part)
    with TemporaryDirectory() as folder:
        trial = Trial(cleaner, Path(folder, "spool"))
        for number in range(2500):
            stream = seeds[number % len(seeds)]
            trial.clean(damaged(stream, rng), announced(stream), syntax_of(stream))
    assert sum(trial.ends.values()) == 2500
    assert not _NEVER & trial.codes.keys()
    assert trial.ends[Released] > 50
    assert trial.ends[Quarantined] > 500


def test_an_image_with_a_thumbnail_beside_it_is_masked_and_the_thumbnail_is_gone(tmp_path: Path) -> None:
    stream, thumbnail = usual()[3], bytes(range(100, 100 + 3 * 6 * 4))
    segment = b"JFIF\0\x01\x01\0\0\x01\0\x01\6\4" + thumbnail
    assert stream[2:4] == b"\xff\xe0"
    behind = 4 + int.from_bytes(stream[4:6], "big")
    stream = stream[:4] + (len(segment) + 2).to_bytes(2, "big") + segment + stream[behind:]
    dataset = described(announced(stream))
    dataset.PixelData, _ = encapsulate([stream], 1)
    dataset["PixelData"].is_undefined_length = True
    cleaner = cleaner_for(Mask((MASKED,)), Policy.load(), ProjectKey(bytes(range(32))))
    result = cleaner.clean(read_bytes(as_file(dataset, f"{SYNTAX}.4.50"), LIMITS), tmp_path / "spool")
    assert result.output is not None
    written = (tmp_path / "spool" / result.output.spool_name).read_bytes()
    assert thumbnail not in written
    assert b"JFIF" in written
