"""Reading text with Tesseract: it confirms and matches, it never decides alone to keep.

The picture goes through a pipe and the words come back through one, so that no frame lies in a temporary file.
"""

import csv
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from pixelclean.detect.network import Picture
from pixelclean.errors import ConfigurationError, PixelcleanError
from pixelclean.geometry import Box
from pixelclean.phi import Phi

_PROGRAM = "tesseract"
_SPARSE = "11"  # page segmentation mode: "sparse text, find as much text as possible in no particular order"
_ONE_LINE = "7"  # "treat the image as a single text line"
_LANGUAGES = ("eng", "deu", "fra", "spa", "ita", "por", "nld", "pol", "jpn")  # those of rules/reading/
_PAGE = "1"  # level of a page in a table
_PATIENCE = 120.0  # seconds; a file has its own limit, this one is for a reader that hangs
# One thread: files are cleaned in parallel.  Nothing else of the environment is handed on but where programs lie.
_ENVIRONMENT = {"OMP_THREAD_LIMIT": "1", "LC_ALL": "C.UTF-8"}


@dataclass(frozen=True, slots=True)
class Word:
    """One word that Tesseract read: its text, where it stands, and 0 to 100 how sure Tesseract is."""

    text: Phi
    box: Box
    confidence: float


def require_tesseract() -> str:
    """The version of the installed Tesseract; ConfigurationError when there is none."""
    if shutil.which(_PROGRAM) is None:
        raise ConfigurationError(
            "Tesseract is not installed: apt-get install tesseract-ocr, "
            'or choose a policy with pixel.second_look = "scale"'
        )
    found = re.match(r"tesseract v?(\S+)", _run("--version", picture=b"").decode("utf-8", "replace"))
    if found is None:
        raise ConfigurationError("the installed Tesseract does not tell its version")
    return found[1]


def read_words(pictures: Sequence[Picture]) -> tuple[tuple[Word, ...], ...]:
    """The words in each (row, column, RGB) picture, most of them wrong where there is no text.

    All of them go through one process, as pages: to start it takes longer than most pictures do.  Raises PixelcleanError
    where Tesseract fails.
    """
    shown = [
        np.asarray(cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2BGR), np.uint8) for picture in pictures
    ]
    return _read(shown, "--psm", _SPARSE)


def read_lines(pictures: Sequence[npt.NDArray[np.uint8]], languages: Sequence[str]) -> tuple[tuple[Word, ...], ...]:
    """The words of each grey picture of one line, dark on white; all of them go through one process, as pages.

    Raises PixelcleanError where Tesseract fails.
    """
    return _read(list(map(np.ascontiguousarray, pictures)), "--psm", _ONE_LINE, "-l", "+".join(languages))


def _read(pictures: Sequence[npt.NDArray[np.uint8]], *how: str) -> tuple[tuple[Word, ...], ...]:
    """The words of each page."""
    if not pictures:
        return ()
    made, pages = cv2.imencodemulti(".tiff", pictures)
    if not made:
        raise PixelcleanError("pictures could not be written as TIFF")
    found: list[list[Word]] = [[] for _ in pictures]
    for page, word in _words(_run("stdin", "stdout", *how, "tsv", picture=pages.tobytes()), len(pictures)):
        found[page - 1].append(word)
    return tuple(map(tuple, found))


def installed_languages() -> tuple[str, ...]:
    """Those of our languages whose data Tesseract has; ConfigurationError where it has none."""
    listed = set(_run("--list-langs", picture=b"").decode("utf-8", "replace").split())
    languages = tuple(language for language in _LANGUAGES if language in listed)
    if not languages:
        raise ConfigurationError("Tesseract has no data for any of: " + ", ".join(_LANGUAGES))
    return languages


def _words(output: bytes, pages: int) -> Iterator[tuple[int, Word]]:
    """The words of a table in TSV, each with the number of its page, from 1 on.

    An installation without its tsv configuration writes plain text or nothing, and ends as if all were well: a table is
    whole when it has its head, ends with its last row, and has a row for each page.
    """
    table = output.decode("utf-8", "replace")
    rows = list(csv.DictReader(table.removesuffix("\n").split("\n"), delimiter="\t", quoting=csv.QUOTE_NONE))
    told = {int(row["page_num"]) for row in rows if row.get("level") == _PAGE and (row.get("page_num") or "").isdigit()}
    if not table.endswith("\n") or told != set(range(1, pages + 1)) or any(None in row.values() for row in rows):
        raise PixelcleanError("Tesseract wrote no whole table")
    for row in rows:
        left, top, width, height = (int(row[name]) for name in ("left", "top", "width", "height"))
        text = row["text"].strip()
        if text and width > 0 and height > 0:
            yield int(row["page_num"]), Word(Phi(text), Box(left, top, left + width, top + height), float(row["conf"]))


def _run(*arguments: str, picture: bytes) -> bytes:
    program = shutil.which(_PROGRAM)
    if program is None:
        raise PixelcleanError("Tesseract has gone")
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program with fixed arguments
            [program, *arguments], input=picture, capture_output=True, env=_ENVIRONMENT, timeout=_PATIENCE, check=True
        )
    except (OSError, subprocess.SubprocessError):
        raise PixelcleanError("Tesseract failed") from None
    return done.stdout
