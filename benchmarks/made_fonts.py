"""The typefaces of the held-out frames: those of the Debian packages that models/training/split.toml leaves to evaluation.

Some families of them draw letters as a font of training does under another name, and are left out.
"""

import re
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
from PIL import ImageFont

SPLIT = Path(__file__).resolve().parent.parent / "models" / "training" / "split.toml"
_CAPITAL = {"latin": "H", "cyrillic": "Н", "greek": "Η", "cjk": "国", "arabic": "ا", "hebrew": "ה"}
_SMALL = "n"
_SCHOOL_HAND = "Ecolier"  # its small letters are a third of its capitals, so its height is that of the small ones
_NOWHERE = "\U0010fffe"  # no typeface has it, so it shows what a typeface draws instead of what it lacks
# The same drawings, more or less: C059, Nimbus and FreeFont gave culmus its Latin letters (FreeSerif differs), Noto Sans began as
# Open Sans, Noto Mono as the mono of WenQuanYi Micro Hei.
_ALIKE = r"(FreeMono|FreeSans)|(NotoSans|NotoSansDisplay|NotoSansMono)-|C059|NimbusMonoPS|NimbusSans-"
_NO_LETTERS = ("D050000L", "StandardSymbols", "Music", "Symbols", "Math", "Emoji")
_STYLES = (
    ("script", r"Z003|Ecolier|ComicNeue"),
    ("italic", r"Italic|Oblique|Ita\b|Obl"),
    ("thin", r"Thin|ExtraLight|Light|Hairline"),
    ("bold", r"Bold|Black|Heavy|Demi|Bd"),
)
_ARABIC, _HEBREW = ("NotoNaskhArabic", "NotoKufiArabic", "NotoSansArabic", "NotoNastaliqUrdu"), ("Hebrew",)
_WESTERN = ("latin", "cyrillic", "greek")
Font = ImageFont.FreeTypeFont


@dataclass(frozen=True, slots=True)
class Typeface:
    """One font of one package; `strike` is the only size in pixels that a bitmap font has, else 0."""

    package: str
    path: Path
    index: int
    style: str
    scripts: tuple[str, ...]
    strike: int = 0

    def font(self, script: str, height: float) -> tuple[Font, int]:
        """The font whose capitals are about `height` pixels high, and how often each of its pixels must be repeated."""
        if self.strike:
            capital = _capital(self.path, self.index, self.strike, script)
            return _loaded(self.path, self.index, self.strike), max(1, round(height / capital))
        capital = _capital(self.path, self.index, 200, script) / 200
        return _loaded(self.path, self.index, round(max(4.0, height / capital), 1)), 1

    def holds(self, text: str) -> bool:
        """Whether there is a glyph for every character."""
        return all(_has(self.path, self.index, self.strike or 40, character) for character in set(text) - {" "})


@cache
def typefaces() -> tuple[Typeface, ...]:
    """All of them, in the order of the split; stops the script when a package is not installed."""
    packages = tomllib.loads(SPLIT.read_text(encoding="utf-8"))["fonts"]["evaluation"]
    found = [face for package in packages for file in _files(package) for face in _faces(package, file)]
    if missing := set(packages) - {face.package for face in found}:
        sys.exit(f"fonts are missing: apt-get install {' '.join(sorted(missing))}")
    return tuple(found)


def typeface(rng: np.random.Generator, script: str, style: str, text: str) -> Typeface:
    """One that writes a text in a style, or else in any style; every package has the same chance.

    A typeface of a script need not have the letters of a text of another: then it is the first one that has.
    """
    able = [face for face in typefaces() if script in face.scripts]
    for among in ([face for face in able if face.style == style], able):
        packages = sorted({face.package for face in among})
        for package in rng.permutation(packages) if packages else ():
            faces = [face for face in among if face.package == package]
            face = faces[int(rng.integers(len(faces)))]
            if face.holds(text):
                return face
    if (other := next((face for face in typefaces() if face.holds(text)), None)) is not None:
        return other
    raise ValueError(f"no typeface of the evaluation writes this {script} text")


def _files(package: str) -> list[Path]:
    listed = subprocess.run(["dpkg", "-L", package], capture_output=True, text=True, check=False).stdout.splitlines()
    files = sorted(Path(line) for line in listed if re.search(r"\.(ttf|otf|ttc|pcf\.gz)$", line))
    files = [file for file in files if not re.match(_ALIKE, file.name)]
    return [file for file in files if not any(word in file.name for word in _NO_LETTERS)]


def _faces(package: str, file: Path) -> list[Typeface]:
    if file.name.endswith(".pcf.gz"):
        strike = re.search(r"ter-u(\d+)[nb]_unicode", file.name)
        return [Typeface(package, file, 0, "bitmap", _WESTERN, int(strike[1]))] if strike else []
    style = next((style for style, pattern in _STYLES if re.search(pattern, file.name)), "plain")
    scripts = _scripts(package, file.name)
    indices = (0, 1, 2) if file.suffix == ".ttc" else (0,)  # Japanese, Korean, simplified Chinese
    return [Typeface(package, file, index, style, scripts) for index in indices] if scripts else []


def _scripts(package: str, name: str) -> tuple[str, ...]:
    if package == "fonts-noto-core":
        if name.startswith(_ARABIC):
            return ("arabic",)
        if any(word in name for word in _HEBREW):
            return ("hebrew",)
        return _WESTERN if re.match(r"Noto(Serif|SerifDisplay)-", name) else ()
    if package in ("fonts-noto-cjk", "fonts-mplus"):
        return ("cjk", "latin") if "Latin" not in name else ("latin",)
    return _WESTERN if package not in ("fonts-ecolier-court", "fonts-ocr-a", "fonts-ocr-b") else ("latin",)


@lru_cache(maxsize=256)
def _loaded(path: Path, index: int, size: float) -> Font:
    return ImageFont.truetype(str(path), size, index=index, layout_engine=ImageFont.Layout.RAQM)


@cache
def _capital(path: Path, index: int, size: int, script: str) -> int:
    font = _loaded(path, index, size)
    first = _SMALL if _SCHOOL_HAND in path.name else _CAPITAL[script]
    for character in (first, "H"):
        rows = np.flatnonzero(_drawn(font, character).any(axis=1))
        if rows.size:
            return int(rows[-1] - rows[0] + 1)
    return size


@lru_cache(maxsize=100_000)
def _has(path: Path, index: int, size: int, character: str) -> bool:
    font = _loaded(path, index, size)
    drawn, lacking = _drawn(font, character), _drawn(font, _NOWHERE)
    return bool(drawn.any()) and not np.array_equal(drawn, lacking)


def _drawn(font: Font, text: str) -> np.ndarray:
    mask = font.getmask(text)
    return (
        np.asarray(mask, np.uint8).reshape(mask.size[1], mask.size[0])
        if mask.size[0] and mask.size[1]
        else np.zeros((1, 1), np.uint8)
    )
