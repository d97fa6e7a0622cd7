"""The ultrasound samples: a single image, a cine loop, and one with a palette whose black is not index 0."""

import imagecodecs
import numpy as np
from drawing import NARROW, SANS, Canvas, coloured, sector
from headers import identified, image, ultrasound_region
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import JPEGBaseline8Bit
from sample import Sample

WHITE, PALE, CYAN, YELLOW = (236, 236, 236), (176, 184, 190), (120, 205, 235), (240, 214, 90)
US_IMAGE, US_MULTIFRAME = "1.2.840.10008.5.1.4.1.1.6.1", "1.2.840.10008.5.1.4.1.1.3.1"


def still() -> Sample:
    """A RGB image as a console stores it: banner, settings, sector, ruler."""
    canvas = _console(480, 640, seed=11, phase=0, apex=(330, 22), reach=(62, 440))
    _banner(canvas, 640)
    _settings(canvas, 112)
    _ruler(canvas, 606, 72, 452, 15)
    data = image(
        identified(US_IMAGE, "US", 1, 1, 1), ("ORIGINAL", "PRIMARY", "ABDOMINAL", "0001"), canvas.pixels.shape, "RGB"
    )
    data.SequenceOfUltrasoundRegions = Sequence([ultrasound_region(96, 64, 596, 466, 0.039)])
    data.PixelData = canvas.pixels.tobytes()
    return Sample("us-single-rgb.dcm", "ultrasound image, RGB", data, "released", canvas.lines)


def cine() -> Sample:
    """Six frames of JPEG baseline; one line is in the middle frames only."""
    frames, lines = [], []
    for number in range(6):
        canvas = _console(300, 400, seed=21 + number, phase=number / 2, apex=(200, 2), reach=(44, 282))
        canvas.write("SENTINEL,ZOE", 6, 16, colour=WHITE, kind="name", phi=True, size=12, weight=700)
        canvas.write("ZZ-SENTINEL-0001", 6, 31, colour=PALE, kind="id", phi=True, size=11)
        canvas.label("MI 0.9", 350, 16, colour=PALE, size=11)
        if number == 0:
            lines = list(canvas.lines)
        if number in (2, 3, 4):
            with canvas.only_in(2, 3, 4):
                line = canvas.write("04/03/2001 10:11:13", 262, 288, colour=YELLOW, kind="date", phi=True, size=12)
            lines += [line] * (number == 2)
        frames.append(canvas.pixels)
    data = image(
        identified(US_MULTIFRAME, "US", 2, 1, 1),
        ("ORIGINAL", "PRIMARY", "ABDOMINAL", "0001"),
        frames[0].shape,
        "YBR_FULL_422",
    )
    data.NumberOfFrames, data.FrameTime, data.FrameIncrementPointer = len(frames), "66.7", 0x00181063
    data.SequenceOfUltrasoundRegions = Sequence([ultrasound_region(36, 36, 364, 292, 0.05)])
    data.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    encoded = [
        bytes(imagecodecs.jpeg8_encode(frame, level=82, colorspace="RGB", outcolorspace="YCBCR", subsampling="422"))
        for frame in frames
    ]
    data.LossyImageCompression, data.LossyImageCompressionMethod = "01", "ISO_10918_1"
    data.LossyImageCompressionRatio = f"{sum(f.nbytes for f in frames) / sum(map(len, encoded)):.1f}"
    data.PixelData = encapsulate(encoded)
    return Sample("us-cine-jpeg.dcm", "ultrasound cine loop, JPEG baseline 4:2:2", data, "released", lines)


def palette() -> Sample:
    """Doppler on a palette: index 16 is black, 0 to 15 are the colours of the screen."""
    grey = sector(np.random.default_rng(31), 300, 400, (200, 0), (40, 286))
    indices = (16 + np.rint(grey.astype(np.float64) * 191 / 255)).astype(np.uint8)
    rows, columns = np.mgrid[0:300, 0:400]
    vessel = ((columns - 175 - (rows - 160) * 0.5) / 13.0) ** 2 + ((rows - 160) / 30.0) ** 2
    indices[vessel < 1] = (208 + np.clip(20 * (1 - vessel[vessel < 1]), 0, 23)).astype(np.uint8)
    vein = ((columns - 226) / 22.0) ** 2 + ((rows - 190 - (columns - 226) * 0.3) / 10.0) ** 2
    indices[vein < 1] = (232 + np.clip(20 * (1 - vein[vein < 1]), 0, 23)).astype(np.uint8)
    indices[60:180, 8:18] = np.repeat(np.linspace(231, 208, 60).astype(np.uint8), 2)[:, np.newaxis]
    indices[120:180, 8:18] = np.repeat(np.linspace(232, 255, 30).astype(np.uint8), 2)[:, np.newaxis]

    canvas = Canvas(indices[..., np.newaxis])
    _indexed(canvas, "Sentinel Hospital", 6, 15, 2, "institution", phi=True)
    _indexed(canvas, "Zoe Sentinel", 6, 31, 0, "name", phi=True)
    _indexed(canvas, "DOB 03-Feb-1901", 6, 47, 1, "birth date", phi=True)
    _indexed(canvas, "PRF 1.2 kHz", 318, 15, 1, "technical", phi=False)
    _indexed(canvas, "+24", 22, 68, 1, "technical", phi=False)
    _indexed(canvas, "-24", 22, 180, 1, "technical", phi=False)
    data = image(
        identified(US_IMAGE, "US", 3, 1, 2),
        ("ORIGINAL", "PRIMARY", "ABDOMINAL", "0011"),
        canvas.pixels.shape,
        "PALETTE COLOR",
    )
    _with_palette(data)
    data.PixelData = canvas.pixels.tobytes()
    return Sample(
        "us-palette.dcm", "ultrasound, palette colour whose black is index 16", data, "released", canvas.lines
    )


def _console(
    rows: int, columns: int, *, seed: int, phase: float, apex: tuple[float, float], reach: tuple[float, float]
) -> Canvas:
    grey = sector(np.random.default_rng(seed), rows, columns, apex, reach, phase)
    return Canvas(coloured(grey))


def _banner(canvas: Canvas, columns: int) -> None:
    """The strip on top that tells whose image it is."""
    canvas.pixels[:54] = (24, 34, 46)
    canvas.pixels[54:55] = (70, 96, 120)
    canvas.write("SENTINEL, ZOE", 12, 21, colour=WHITE, kind="name", phi=True, size=17, weight=700)
    canvas.write("ZZ-SENTINEL-0001", 12, 43, colour=PALE, kind="id", phi=True)
    canvas.write("Sentinel Hospital", 236, 21, colour=WHITE, kind="institution", phi=True, size=15)
    canvas.write("F 03.02.1901", 236, 43, colour=PALE, kind="birth date", phi=True)
    canvas.write("04.03.2001", 440, 21, colour=WHITE, kind="date", phi=True)
    canvas.write("10:11:13", 440, 43, colour=PALE, kind="time", phi=True)
    canvas.label("MI 1.2", columns - 84, 21, colour=CYAN, font=NARROW, size=15)
    canvas.label("TIs 0.4", columns - 84, 43, colour=CYAN, font=NARROW, size=15)


def _settings(canvas: Canvas, top: int) -> None:
    """The column of settings at the left."""
    for number, text in enumerate(("C5-1", "34 Hz", "15.0 cm", "2D", "62 %", "C 52", "P Low", "HGen")):
        canvas.label(text, 12, top + 17 * number, colour=CYAN if number < 3 else PALE, font=NARROW, size=14)
    for step in range(120):  # the grey bar
        canvas.pixels[top + 160 + step, 16:26] = 255 - 2 * step


def _ruler(canvas: Canvas, left: int, top: int, bottom: int, cm: int) -> None:
    for mark in range(cm + 1):
        row = round(top + (bottom - top) * mark / cm)
        canvas.pixels[row, left : left + (10 if mark % 5 == 0 else 5)] = PALE
        if mark % 5 == 0 and mark:
            canvas.label(str(mark), left + 13, row + 5, colour=PALE, font=NARROW, size=13)


def _indexed(canvas: Canvas, text: str, left: int, baseline: int, index: int, kind: str, *, phi: bool) -> None:
    """Text as an index of the palette, without grey edges: a mixture of two indices is no colour between them."""
    canvas.write(text, left, baseline, colour=(index,), kind=kind, phi=phi, font=SANS, size=13, crisp=True)


def _with_palette(data: Dataset) -> None:
    """256 entries of 16 bits: screen colours, 192 greys, a red and a blue ramp."""
    table = np.zeros((256, 3))
    table[:3] = [(255, 255, 0), (255, 255, 255), (0, 255, 255)]
    table[16:208] = np.linspace(0, 255, 192)[:, np.newaxis]
    table[208:232] = np.linspace((90, 0, 0), (255, 200, 60), 24)
    table[232:256] = np.linspace((0, 0, 90), (80, 220, 255), 24)
    words = np.rint(table * 257).astype("<u2")
    for number, name in enumerate(("Red", "Green", "Blue")):
        setattr(data, f"{name}PaletteColorLookupTableDescriptor", [256, 0, 16])
        setattr(data, f"{name}PaletteColorLookupTableData", words[:, number].tobytes())
