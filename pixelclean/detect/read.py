"""Reading text with Tesseract: it confirms and matches, it never decides alone to keep."""

import os
import shutil
from dataclasses import dataclass

import pytesseract

from pixelclean.detect.network import Picture
from pixelclean.errors import ConfigurationError
from pixelclean.geometry import Box
from pixelclean.phi import Phi

_SPARSE = "--psm 11"  # "sparse text: find as much text as possible in no particular order"


@dataclass(frozen=True, slots=True)
class Word:
    """One word that Tesseract read: its text, where it stands, and 0 to 100 how sure Tesseract is."""

    text: Phi
    box: Box
    confidence: float


def require_tesseract() -> str:
    """The version of the installed Tesseract; ConfigurationError when there is none."""
    if shutil.which(pytesseract.pytesseract.tesseract_cmd) is None:
        raise ConfigurationError(
            "Tesseract is not installed: apt-get install tesseract-ocr, "
            'or choose a policy with pixel.second_look = "scale"'
        )
    return str(pytesseract.get_tesseract_version())


def read_words(picture: Picture) -> tuple[Word, ...]:
    """The words in a (row, column, RGB) picture, most of them wrong where there is no text.

    Tesseract's temporary files go to the process's temporary folder; a worker points that into its spool.
    """
    os.environ.setdefault("OMP_THREAD_LIMIT", "1")
    table = pytesseract.image_to_data(picture, config=_SPARSE, output_type=pytesseract.Output.DICT)
    lines = zip(*(table[name] for name in ("text", "conf", "left", "top", "width", "height")), strict=True)
    return tuple(
        Word(Phi(text.strip()), Box(left, top, left + width, top + height), float(confidence))
        for text, confidence, left, top, width, height in lines
        if text.strip() and width > 0 and height > 0
    )
