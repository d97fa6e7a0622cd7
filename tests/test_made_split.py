"""What measures shares nothing with what trains: the tables of both programs, read beside each other."""

import ast
import gzip
import hashlib
import json
import re
import subprocess
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import product
from pathlib import Path

import made_real
import numpy as np
import pytest
from made_fonts import SPLIT, Typeface, typefaces
from PIL import ImageFont

BENCHMARKS, TRAINING = Path(made_real.__file__).parent, SPLIT.parent
TABLES = tomllib.loads(SPLIT.read_text(encoding="utf-8"))
OUTLINES, BITMAPS = (".ttf", ".otf", ".ttc"), ".pcf.gz"
LETTERS = "RGagQ&5S"
ALIKE = 0.93
"""Correlation of letters: those of Hack and DejaVu Sans Mono reach 0.98, those of Roboto and Inter 0.89."""


def texts_of(program: Path) -> Iterator[tuple[str, str]]:
    """Every text that a program holds but its docstrings, with the name of the table it stands in, "" where in none."""
    tree = ast.parse(program.read_text(encoding="utf-8"))
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for statement in tree.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        name = next((target.id for target in targets if isinstance(target, ast.Name)), "")
        for node in ast.walk(statement):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
                yield name, node.value


def words_of(texts: Iterable[str]) -> set[str]:
    """Words of two letters and more, as they are compared."""
    return {word.casefold() for text in texts for word in re.findall(r"[^\W\d_]{2,}", text)}


def tables_of(program: Path) -> dict[str, set[str]]:
    tables: dict[str, set[str]] = {}
    for name, text in texts_of(program):
        tables.setdefault(name, set()).add(text)
    return tables


def test_no_word_but_units_stands_in_the_strings_of_both() -> None:
    training, evaluation = tables_of(TRAINING / "strings.py"), tables_of(BENCHMARKS / "made_words.py")
    names = {"latin", "cyrillic", "greek", "cjk", "arabic", "hebrew"}  # keys of scripts, which nobody draws
    units = words_of(training["_UNITS"])
    drawn = words_of(text for table in training.values() for text in table)
    measured = words_of(text for table in evaluation.values() for text in table)
    assert {"tumblewick", "quillfeather", "supine", "kidney"} & (drawn | measured)  # the tables were found
    assert (drawn & measured) - units - names - syllables() == set()


@cache
def syllables() -> set[str]:
    """The parts of training's names: they never stand alone."""
    return tables_of(TRAINING / "strings.py")["_SYLLABLES"]


def test_no_word_is_a_name_that_training_can_make() -> None:
    parts = syllables()
    made = {"".join(some) for count in (2, 3) for some in product(parts, repeat=count)}
    measured = words_of(text for _, text in texts_of(BENCHMARKS / "made_words.py"))
    assert measured & made == set()


def test_neither_draws_the_letters_that_opencv_has() -> None:
    programs = [*TRAINING.glob("*.py"), *BENCHMARKS.glob("made_*.py")]
    assert len(programs) > 15
    assert [program.name for program in programs if "putText" in program.read_text(encoding="utf-8")] == []


def files_of(package: str) -> list[Path]:
    """The font files of a package."""
    listed = subprocess.run(["dpkg", "-L", package], capture_output=True, text=True, check=False).stdout.splitlines()
    paths = [Path(line).resolve() for line in listed]
    return sorted({path for path in paths if path.name.lower().endswith((*OUTLINES, BITMAPS))})


@pytest.fixture(scope="module")
def faces() -> tuple[Typeface, ...]:
    try:
        return typefaces()
    except (SystemExit, FileNotFoundError):
        pytest.skip("the fonts of the evaluation are not installed")


@pytest.fixture(scope="module")
def trained_files() -> list[Path]:
    found = {package: files_of(package) for package in TABLES["fonts"]["training"]}
    if missing := sorted(package for package, files in found.items() if not files):
        pytest.skip(f"fonts of training are not installed: {' '.join(missing)}")
    return sorted({path for files in found.values() for path in files})


def content_of(path: Path) -> str:
    content = path.read_bytes()
    return hashlib.sha256(gzip.decompress(content) if path.suffix == ".gz" else content).hexdigest()


def family_of(path: Path) -> str:
    """The family that a font names; of a bitmap font the package's word for it is its file's."""
    if path.suffix == ".gz":
        return re.split(r"[-_.\d]", path.name)[0].casefold()
    return str(ImageFont.truetype(str(path), 20).getname()[0]).casefold()


def test_no_package_no_file_and_no_family_of_fonts_is_in_both(
    faces: tuple[Typeface, ...], trained_files: list[Path]
) -> None:
    measured = {face.path.resolve() for face in faces}
    assert not set(TABLES["fonts"]["training"]) & set(TABLES["fonts"]["evaluation"])
    assert {face.package for face in faces} == set(TABLES["fonts"]["evaluation"])
    assert not measured & set(trained_files)
    assert not {content_of(path) for path in measured} & {content_of(path) for path in trained_files}
    assert not {family_of(path) for path in measured} & {family_of(path) for path in trained_files} - {""}


def drawn(path: Path, index: int = 0) -> np.ndarray | None:
    """A few letters at one height beside each other, without their mean, of length 1; None where some are missing."""
    font = ImageFont.truetype(str(path), 64, index=index)
    lacking = letter(font, "\U0010fffe")
    found = [letter(font, character) for character in LETTERS]
    if any(one is None or (lacking is not None and np.array_equal(one, lacking)) for one in found):
        return None
    row = np.concatenate([one for one in found if one is not None])
    row -= row.mean()
    return row / np.linalg.norm(row)


def letter(font: ImageFont.FreeTypeFont, character: str) -> np.ndarray | None:
    mask = font.getmask(character, mode="L")
    if not all(mask.size):
        return None
    cut = np.asarray(mask, np.uint8).reshape(mask.size[1], mask.size[0])
    rows = (np.arange(32) * cut.shape[0] / 32).astype(int)
    columns = np.minimum((np.arange(48) * cut.shape[0] / 32).astype(int), cut.shape[1] - 1)
    beyond = np.arange(48) * cut.shape[0] / 32 >= cut.shape[1]
    return np.where(beyond, 0, cut[rows][:, columns]).astype(np.float32).ravel()


def test_no_family_draws_its_letters_as_a_font_of_training_does(
    faces: tuple[Typeface, ...], trained_files: list[Path]
) -> None:
    known = [drawn(path) for path in trained_files if path.suffix != ".gz"]
    training = np.stack([row for row in known if row is not None])
    assert len(training) > 400
    outlines = sorted({(face.path, face.index) for face in faces if not face.strike and "latin" in face.scripts})
    alike = {
        path.name: round(float((training @ row).max()), 3)
        for path, index in outlines
        if (row := drawn(path, index)) is not None and float((training @ row).max()) >= ALIKE
    }
    assert alike == {}


def test_no_repository_gives_images_to_both(shared_data: Path) -> None:
    split = TABLES["backgrounds"]
    assert not set(split["training"]) & set(split["evaluation"])
    listed = json.loads((shared_data / "inventory.json").read_text(encoding="utf-8"))
    origins = {entry["file"]: entry["repo"] for entry in listed}
    named = [f"files/{name}" for name in (*made_real.ULTRASOUND, made_real.NUCLEAR)]
    assert {origins[name] for name in named} <= set(split["evaluation"])
    grounds = json.loads((shared_data / "backgrounds.json").read_text(encoding="utf-8"))
    sides = [
        {entry["sha1"] for entry in grounds if entry["repo"] in split[side]} for side in ("training", "evaluation")
    ]
    assert all(sides) and not sides[0] & sides[1]


def test_no_labelled_scene_is_a_ground_of_either(shared_data: Path) -> None:
    scenes = json.loads((shared_data / "burned_in_boxes.json").read_text(encoding="utf-8"))["scenes"]
    grounds = json.loads((shared_data / "backgrounds.json").read_text(encoding="utf-8"))
    labelled = {scene["file"] for scene in scenes}
    named = {f"files/{name}" for name in (*made_real.ULTRASOUND, made_real.NUCLEAR)}
    assert not labelled & (named | {entry["file"] for entry in grounds})
