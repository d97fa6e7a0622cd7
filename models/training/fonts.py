"""Fonts of the Debian packages that split.toml names, each with the scripts that it can write.

python fonts.py [evaluation]        prints the packages of training, or of evaluation
"""

import gzip
import io
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from fontTools.ttLib import TTCollection, TTFont
from PIL import ImageFont, PcfFontFile

AnyFont = ImageFont.FreeTypeFont | ImageFont.ImageFont

SPLIT = Path(__file__).resolve().parent / "split.toml"
_OUTLINES = {".ttf", ".otf", ".ttc"}
_NO_LETTERS = ("symbol", "dingbat", "emoji", "icon", "wing", "math", "music", "cursor", "braille")
_BITMAPS = ("ISO8859-1.pcf.gz", "ISO10646-1.pcf.gz")

# A letter of each script stands for it: a font without it cannot write the script.
SCRIPTS: Mapping[str, tuple[str, tuple[tuple[int, int], ...]]] = {
    "latin": ("Ae", ()),
    "accented": ("ÄéñçØ", ((0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0x17F))),
    "greek": ("Σω", ((0x391, 0x3A1), (0x3A3, 0x3C9))),
    "cyrillic": ("Жя", ((0x410, 0x44F),)),
    "hebrew": ("שם", ((0x5D0, 0x5EA),)),
    "arabic": ("عب", ((0x621, 0x63A), (0x641, 0x64A))),
    "thai": ("ก", ((0xE01, 0xE2E),)),
    "devanagari": ("क", ((0x905, 0x939),)),
    "kana": ("あア", ((0x3041, 0x3093), (0x30A1, 0x30F6))),
    "han": ("医日", ((0x4E00, 0x6FFF),)),
    "hangul": ("한", ((0xAC00, 0xB9FF),)),
}


@dataclass(frozen=True, slots=True)
class Font:
    """One face of a font file.  `letters` are the code points that it draws; a bitmap font has one size only."""

    path: Path
    number: int
    bitmap: bool
    letters: frozenset[int] = field(repr=False)

    @property
    def scripts(self) -> tuple[str, ...]:
        """The scripts that it can write."""
        return tuple(name for name, (proof, _) in SCRIPTS.items() if all(ord(c) in self.letters for c in proof))

    def at(self, size: int) -> AnyFont:
        """The font at a size in pixels; a bitmap font in the size it has."""
        return _loaded_bitmap(self.path) if self.bitmap else _loaded(self.path, self.number, size)


def fonts_of(side: str) -> tuple[Font, ...]:
    """The fonts of "training" or "evaluation", in the order of their paths; stops the script where a package is missing.

    Without one of them every sample would be another one.
    """
    packages = tomllib.loads(SPLIT.read_text(encoding="utf-8"))["fonts"][side]
    found = {package: list(_files(package)) for package in packages}
    if missing := sorted(package for package, files in found.items() if not files):
        sys.exit(f"fonts are missing: apt-get install {' '.join(missing)}")
    files = sorted({path for of_package in found.values() for path in of_package})
    return tuple(font for path in files for font in _faces(path))


def _files(package: str) -> Iterator[Path]:
    listing = subprocess.run(["dpkg", "-L", package], capture_output=True, text=True, check=False)
    for line in listing.stdout.splitlines():
        path = Path(line)
        if path.suffix.lower() in _OUTLINES or path.name.endswith(_BITMAPS):
            yield path.resolve()


def _faces(path: Path) -> Iterator[Font]:
    if any(word in path.name.lower() for word in _NO_LETTERS) or not path.is_file():
        return
    if path.name.endswith(".gz"):
        if _loaded_bitmap(path) is not None:
            yield Font(path, 0, bitmap=True, letters=frozenset(range(0x21, 0x7F)))
        return
    try:
        faces = list(TTCollection(path).fonts) if path.suffix == ".ttc" else [TTFont(path, lazy=True)]
        tables = [frozenset(face.getBestCmap() or {}) for face in faces]
    except Exception:  # noqa: BLE001 - a font that cannot be read is left out
        return
    for number, letters in enumerate(tables):
        font = Font(path, number, bitmap=False, letters=letters)
        if font.scripts and ord("0") in letters:
            yield font


@lru_cache(maxsize=2048)
def _loaded(path: Path, number: int, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size, index=number)


@lru_cache(maxsize=256)
def _loaded_bitmap(path: Path) -> ImageFont.ImageFont | None:
    """A PCF font; Pillow reads one only after it was written in its own format."""
    try:
        parsed = PcfFontFile.PcfFontFile(io.BytesIO(gzip.decompress(path.read_bytes())))
    except Exception:  # noqa: BLE001 - as above
        return None
    with tempfile.TemporaryDirectory() as folder:
        parsed.save(f"{folder}/font")
        return ImageFont.load(f"{folder}/font.pil")


if __name__ == "__main__":
    print(*tomllib.loads(SPLIT.read_text(encoding="utf-8"))["fonts"]["".join(sys.argv[1:]) or "training"])
