"""How much harmless text stays, and whether any that identifies does, when the policy removes identifying text only.

    python benchmarks/reading.py [--lines 300] [--seed 1] [--reader tesseract|rapidocr] [--show] [--programs]

Lines are drawn on flat, noisy, compressed and textured grounds in fonts of the system, and each is given to the judge in the
box of its letters, as a detector would; the header knows nobody, which is the worst case.  All of it is invented.  What
identifies also comes hidden: faint under harmless letters, and beside a box that leaves it out.  `--programs` times
Tesseract by pytesseract, by our pipe and in-process (tesserocr, where it is installed) on the same lines.
"""

import argparse
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from pixelclean import resources
from pixelclean.detect import Display
from pixelclean.detect.read import read_lines
from pixelclean.detect.reading import Block, Grammars, Line, load_reader
from pixelclean.dicom import PixelFormat
from pixelclean.dicom.words import Words
from pixelclean.geometry import Act, Box, Origin, Region
from pixelclean.header import Identifiers
from pixelclean.policy import PixelPolicy, ReaderName
from pixelclean.reading import Sparing

Grey = npt.NDArray[np.float64]
Random = np.random.Generator

ROWS, COLUMNS, CELL = 1000, 1200, (100, 400)
FONTS = [
    "DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono", "DejaVuSansCondensed", "LiberationSans-Regular", "LiberationSans-Bold",
    "LiberationMono-Regular", "LiberationSansNarrow-Regular", "Carlito-Regular", "FreeSans", "FreeSansBold", "DejaVuSerif",
]  # fmt: skip
WRITTEN = [
    "Z003-MediumItalic.otf",
    "DancingScript-Regular.otf",
    "Rufscript010.ttf",
    "ComicNeue-Italic.otf",
]  # as by hand
GROUNDS = ("flat", "noise", "jpeg", "speckle", "tissue")
NOBODY = Identifiers(frozenset(), frozenset())


# what is written


def harmless(random: Random) -> tuple[str, str]:
    """Modality and line."""

    def of(least: float, most: float, decimals: int = 1) -> str:
        return f"{random.uniform(least, most):.{decimals}f}"

    lines = {
        "US": [
            f"MI {of(0.1, 1.9)}", f"TIs {of(0.1, 3)}", f"Depth {of(3, 24)} cm", f"{of(3, 24)} cm", f"Gain {of(20, 90, 0)} %",
            f"FR {of(10, 90, 0)} Hz", f"{of(10, 90, 0)} Hz", f"DR {of(40, 80, 0)} dB", f"PRF {of(1, 9)} kHz", f"HR {of(50, 140, 0)} bpm",
            "Persist Med", "RT KIDNEY", "Kidney left sag", f"Dist {of(1, 9, 2)} cm", f"+ {of(1, 90)} mm",
            f"Vmax {of(20, 150)} cm/s", f"RI {of(0.4, 0.9, 2)}", f"Tiefe {of(3, 24)} cm", f"Profondeur {of(3, 24)} cm",
            f"MI {of(0.1, 1.9)} TIs {of(0.1, 3)}", f"{of(2, 12)} MHz", "Niere rechts", f"Map {of(1, 9, 0)}",
        ],
        "CT": [
            f"{of(80, 140, 0)} kV", f"{of(50, 500, 0)} mA", f"W {of(100, 900, 0)} L {of(0, 90, 0)}", f"SL {of(0.6, 8)}",
            f"DFOV {of(20, 50)} cm", f"{of(10, 90)} HU", "L", "R",
        ],
        "MR": [f"TR {of(300, 900, 0)}", f"TE {of(8, 90)} ms", f"FA {of(8, 90, 0)}", "T2", "sagittal", f"SL {of(1, 6)} mm"],
        "DX": [f"{of(40, 120, 0)} kV", f"{of(1, 90)} mAs", "R", "L", "RMLO", "L CC", "lateral", "ERECT"],
    }  # fmt: skip
    modality = str(random.choice(list(lines), p=[0.6, 0.15, 0.1, 0.15]))
    return modality, str(random.choice(lines[modality if modality != "DX" else "DX"]))


SYLLABLES = [
    "zo",
    "ba",
    "lin",
    "mer",
    "tov",
    "sko",
    "ren",
    "dal",
    "fi",
    "gus",
    "per",
    "nal",
    "vik",
    "ho",
    "lem",
    "tas",
    "mor",
    "eb",
    "ri",
    "ku",
]
TRAPS = [
    "LONG", "Depth", "DEPTH, MARY", "DR GAIN", "DR. GAIN", "Gain, Liver", "MI LEE", "MI 1962", "TI 1962", "12.5.62", "12.05.62", "L. K.",
    "LK", "M", "F", "F 62", "62 M", "62 F", "W 62", "55 Y", "055Y", "55 yrs", "12:30", "12:30:05", "3 Jul 62", "JUL 62", "7/62", "1962", "03.1962",
    "MR LEFT", "Dr Kidney", "L 1962", "R 0712", "ID 12.5", "12.5", "45", "A 12", "Rm 12", "HR. LINKS", "Kidney, Bob", "Mr 12 cm", "GA 20w3d",
    "SS 12 34", "12 34 56", "0712 cm", "07 mm", "1962 cm", "Nr 45", "Bed 7", "Ward 12", "ICU 3", "70 kg", "180 cm M", "TE LI", "AP, LAT",
    "Liver", "Foie", "FLAIR", "AP", "LAT", "WF low", "kV 120", "mA 250", "Arterial phase", "SUPINE", "PER HOCH", "B. MAX", "ASSIS",
]  # fmt: skip


def identifying(random: Random) -> tuple[str, str]:
    """Modality and line."""
    family, given = ("".join(random.choice(SYLLABLES, size)).capitalize() for size in (3, 2))
    year, month, day = int(random.integers(1930, 2020)), int(random.integers(1, 13)), int(random.integers(1, 29))
    number = str(random.integers(10**5, 10**8))
    setting = harmless(random)[1]
    lines = [
        f"{family}, {given}", f"{family.upper()} {given.upper()}", f"{family} {given[0]}.", f"{given[0]}. {family}", family.upper(), given,
        f"Dr. {family}", f"Name: {family}", f"{family}^{given}", f"{day:02d}.{month:02d}.{year}", f"{month}/{day}/{year % 100:02d}",
        f"{year}-{month:02d}-{day:02d}", f"{year}{month:02d}{day:02d}", f"{day} {given[:3]} {year}", f"{day:02d}:{month:02d}:{year % 60:02d}",
        f"{day:02d}:{month:02d}", number, f"ID {number}", f"MRN {number}", f"#{number[:5]}", f"{family[:2].upper()}{number}", f"Acc {number}",
        f"{year % 90 + 5} Y", f"{year % 90 + 5}/F", f"F {year % 90 + 5}Y", f"{family} Hospital", f"{family} Clinic 12", f"+49 {number}",
        f"{family} {setting}", f"{setting} {family}", f"{setting} {number[:4]}", f"{setting} {day:02d}.{month:02d}.{year % 100:02d}",
        f"{setting} {given[0]}{family[0]}", f"{given[0]}{family[0]} {setting}",
    ] + [str(trap) for trap in random.choice(TRAPS, 14)]  # fmt: skip
    return str(random.choice(["US", "US", "CT", "MR", "DX"])), str(random.choice(lines))


# how it is drawn


@dataclass(frozen=True)
class Drawn:
    """A line on a picture: what is said, on which ground, and the box that the judge is given."""

    text: str
    ground: str
    box: Box
    hidden: str = ""


def ground_of(kind: str, random: Random) -> Grey:
    rows, columns = CELL
    base = float(random.choice([0, 0, 0, 16, 60, 230]))
    if kind == "noise":
        return np.asarray(base + random.normal(0, 2, CELL))
    if kind == "speckle":
        return np.asarray(np.clip(np.hypot(*random.normal(0, 30, (2, rows, columns))), 0, 255))
    if kind == "tissue":
        return cv2.GaussianBlur(random.normal(90, 160, CELL), (0, 0), 4)
    return np.full(CELL, base)


def draw(text: str, at: tuple[int, int], font: ImageFont.FreeTypeFont) -> tuple[Grey, Box]:
    image = Image.new("L", CELL[::-1])
    pen = ImageDraw.Draw(image)
    pen.text(at, text, fill=255, font=font)
    left, top, right, bottom = (int(edge) for edge in pen.textbbox(at, text, font=font))
    return np.asarray(image, np.float64) / 255, Box(left, top, max(right, left + 1), max(bottom, top + 1))


def cell(text: str, random: Random, hidden: str, secret: str) -> tuple[Grey, Drawn]:
    """A picture of one line, and the line that it hides where it hides one."""
    kind, size = str(random.choice(GROUNDS, p=[0.45, 0.15, 0.2, 0.1, 0.1])), int(random.integers(10, 27))
    font = ImageFont.truetype(str(random.choice(WRITTEN if hidden == "written" else FONTS)), size)
    while font.getlength(text) > CELL[1] - 130:
        font = ImageFont.truetype("LiberationSansNarrow-Regular", max(8, int(font.size) - 2))
    ground = ground_of(kind, random)
    bright = 230.0 if ground.mean() < 120 else 20.0
    at = (60, 36)
    ink, box = draw(text, at, font)
    shown = ground * (1 - ink) + bright * ink
    if hidden == "faint":
        other, _ = draw(secret, (int(random.integers(40, 90)), int(random.integers(26, 46))), font)
        shown += other * (1 - ink) * np.sign(bright - 120) * random.uniform(14, 60)
    if hidden == "beside":
        other, _ = draw(secret[: int(random.integers(1, 9))], (box.right + int(random.integers(3, 14)), at[1]), font)
        shown = shown * (1 - other) + bright * other
    if kind == "jpeg":
        coded = cv2.imencode(".jpg", np.clip(shown, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 85])[1]
        shown = np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.float64)
    return np.clip(shown, 0, 255), Drawn(text, kind, box.grown(3), hidden)


# how it is judged


@dataclass(frozen=True)
class OneFrame:
    """A frame in memory."""

    words: Words
    decoder: str = "none"

    @property
    def format(self) -> PixelFormat:
        return PixelFormat(ROWS, COLUMNS, 1, 1, 8, 8, 7, signed=False, photometric="MONOCHROME2")

    def __len__(self) -> int:
        return 1

    def frame(self, index: int) -> Words:
        return self.words

    def digest(self, index: int) -> str:
        return "one"


def sheets(cells: list[tuple[Grey, Drawn]]) -> Iterator[tuple[OneFrame, list[Drawn]]]:
    """Frames of 30 lines each, far enough from each other."""
    across = COLUMNS // CELL[1]
    many = across * (ROWS // CELL[0])
    for start in range(0, len(cells), many):
        words, drawn = np.zeros((ROWS, COLUMNS, 1), np.uint8), []
        for place, (picture, line) in enumerate(cells[start : start + many]):
            top, left = place // across * CELL[0], place % across * CELL[1]
            words[top : top + CELL[0], left : left + CELL[1], 0] = picture
            box = line.box.clipped(*CELL)
            assert box is not None
            drawn.append(Drawn(line.text, line.ground, box.moved(left, top), line.hidden))
        yield OneFrame(words), drawn


def judged(sparing: Sparing, modality: str, cells: list[tuple[Grey, Drawn]]) -> Iterator[tuple[Drawn, bool]]:
    for frame, drawn in sheets(cells):
        masks = [Region(line.box, Act.MASK, Origin.DETECTOR, "network") for line in drawn]
        kept = {
            region.box for region in sparing.spared(frame, Display(), modality, masks, NOBODY) if region.act is Act.KEEP
        }
        yield from ((line, line.box in kept) for line in drawn)


def cells_of(
    write: Callable[[Random], tuple[str, str]], count: int, random: Random, hidden: str = ""
) -> dict[str, list[tuple[Grey, Drawn]]]:
    made: dict[str, list[tuple[Grey, Drawn]]] = {}
    for _ in range(count):
        modality, text = write(random)
        made.setdefault(modality, []).append(cell(text, random, hidden, identifying(random)[1]))
    return made


def table(sparing: Sparing, lines: int, seed: int, *, show: bool) -> None:
    sets = (
        ("harmless", harmless, lines, ""), ("identifying", identifying, lines, ""),
        ("identifying, as by hand", identifying, lines // 3, "written"),
        ("identifying, faint under harmless", harmless, lines // 3, "faint"),
        ("identifying, beside the box of harmless", harmless, lines // 3, "beside"),
    )  # fmt: skip
    print(f"| lines | ground | drawn | kept |\n|---|---|---|---|")  # noqa: F541
    for name, write, count, hidden in sets:
        drawn, kept = Counter[str](), Counter[str]()
        for modality, cells in cells_of(write, count, np.random.default_rng(seed), hidden).items():
            for line, stays in judged(sparing, modality, cells):
                for ground in ("all", line.ground):
                    drawn[ground] += 1
                    kept[ground] += stays
                if show and stays != (name == "harmless"):
                    print(f"    {'kept' if stays else 'masked'}: {modality} {line.ground} {line.text!r}")
        for ground in ("all", *GROUNDS):
            print(f"| {name} | {ground} | {drawn[ground]} | {kept[ground]} |")


def programs(lines: list[Line]) -> None:
    """Seconds for the same lines by each way of asking Tesseract."""
    from pytesseract import image_to_data  # noqa: PLC0415

    pictures = [line.shades for line in lines]
    ways: dict[str, Callable[[], object]] = {
        "pytesseract, a process and a file a line": lambda: [
            image_to_data(each, config="--psm 7") for each in pictures
        ],
        "our pipe, a process a line": lambda: [read_lines([each], ["eng"]) for each in pictures],
        "our pipe, a process for 16 lines": lambda: [
            read_lines(pictures[start : start + 16], ["eng"]) for start in range(0, len(pictures), 16)
        ],
    }
    try:
        import tesserocr  # noqa: PLC0415
    except ImportError:
        print("tesserocr is not installed")
    else:
        data = next(Path("/usr/share/tesseract-ocr").glob("*/tessdata"))
        with tesserocr.PyTessBaseAPI(path=str(data), lang="eng", psm=tesserocr.PSM.SINGLE_LINE) as api:

            def in_process() -> None:
                for each in pictures:
                    api.SetImage(Image.fromarray(each))
                    api.GetUTF8Text()

            ways["tesserocr, in-process"] = in_process
            ways["tesserocr, in-process, warm"] = in_process
            _time(ways, len(pictures))
            return
    _time(ways, len(pictures))


def _time(ways: dict[str, Callable[[], object]], count: int) -> None:
    for name, way in ways.items():
        started = time.perf_counter()
        way()
        print(f"| {name} | {(time.perf_counter() - started) / count * 1000:.0f} ms a line |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reader", choices=[*ReaderName], default=ReaderName.TESSERACT)
    parser.add_argument("--show", action="store_true", help="every line that was judged otherwise than wanted")
    parser.add_argument("--programs", action="store_true", help="time the ways of asking Tesseract instead")
    asked = parser.parse_args()
    if asked.programs:
        random = np.random.default_rng(asked.seed)
        cells = [cell(harmless(random)[1], random, "", "") for _ in range(asked.lines)]
        blocks = (
            Block.of([np.repeat(p[..., None], 3, 2).astype(np.uint8)], line.box, np.zeros(CELL, bool))
            for p, line in cells
        )
        programs([line for block in blocks if block for line in block.lines])
        return
    policy = PixelPolicy(reader=ReaderName(asked.reader))
    table(
        Sparing(load_reader(policy, 2), Grammars.load(resources.rules("reading"))),
        asked.lines,
        asked.seed,
        show=asked.show,
    )


if __name__ == "__main__":
    main()
