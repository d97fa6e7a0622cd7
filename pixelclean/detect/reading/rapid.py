"""Reading text with RapidOCR, which is an extra: PP-OCR's networks from its wheel, and nothing from the network.

RapidOCR fetches models that it does not find.  So each is named by its file in the installed wheel, and a wheel without
them is refused before the run.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Self

import numpy as np

from pixelclean.detect.network import Picture
from pixelclean.detect.read import Word
from pixelclean.detect.reading.block import Grey
from pixelclean.errors import ConfigurationError, PixelcleanError
from pixelclean.geometry import Box
from pixelclean.phi import Phi

_PACKAGE = "rapidocr"
_HALF = 0.35  # of the height of a line and its paper: half of a wide character
_MODELS = {"Det": "*_det_*.onnx", "Cls": "*_cls_*.onnx", "Rec": "*_rec_*.onnx"}


@dataclass(frozen=True, slots=True)
class RapidReader:
    """PP-OCR's finder of lines and its recogniser, one picture at a time; files are cleaned in parallel."""

    version: str
    engine: Any

    @classmethod
    def load(cls) -> Self:
        """ConfigurationError without RapidOCR, or where its wheel holds no models."""
        try:
            release = version(_PACKAGE)
        except PackageNotFoundError:
            raise ConfigurationError(
                'RapidOCR is not installed: pip install "pixelclean[rapidocr]", or choose a policy with pixel.reader = "tesseract"'
            ) from None
        return cls(f"{_PACKAGE} {release}", _engine(_models()))

    def words(self, pictures: Iterable[Picture]) -> tuple[tuple[Word, ...], ...]:
        """The words of whole pictures, one after the other."""
        return tuple(map(self._words_in, pictures))

    def _words_in(self, picture: Picture) -> tuple[Word, ...]:
        """Lines of a whole picture, cut into words of which each has the place of its line: found in one, it takes all."""
        found = self._asked(np.ascontiguousarray(picture[..., ::-1]), use_det=True)
        if found.txts is None:
            return ()
        lines = zip(found.boxes, found.txts, found.scores, strict=True)
        return tuple(
            Word(Phi(word), _around(corners), 100 * float(score))
            for corners, text, score in lines
            for word in text.split()
        )

    def lines(self, pictures: Sequence[Grey]) -> tuple[tuple[Word, ...], ...]:
        """The words of each line, each over the characters that it was read from."""
        return tuple(tuple(self._line(picture)) for picture in pictures)

    def _line(self, picture: Grey) -> Iterator[Word]:
        found = self._asked(np.repeat(picture[..., None], 3, axis=2), use_det=False, return_word_box=True)
        for text, told in zip(found.txts or (), found.word_results, strict=False):
            if told is not None:
                yield from _words(text, told, picture.shape)

    def _asked(self, picture: Picture, *, use_det: bool, return_word_box: bool = False) -> Any:
        try:
            return self.engine(picture, use_det=use_det, use_cls=False, use_rec=True, return_word_box=return_word_box)
        except Exception:  # noqa: BLE001 - RapidOCR promises no exception type
            raise PixelcleanError("RapidOCR failed") from None


def _models() -> dict[str, Path]:
    """The file of each network in the installed wheel."""
    spec = find_spec(_PACKAGE)
    folder = Path(spec.origin).parent / "models" if spec and spec.origin else Path()
    found = {role: sorted(folder.glob(pattern)) for role, pattern in _MODELS.items()}
    if missing := [role for role, files in found.items() if len(files) != 1]:
        raise ConfigurationError(
            f"the installed RapidOCR brings no models of its own ({', '.join(missing)}), and none is fetched: install a "
            "release of rapidocr that does"
        )
    return {role: files[0] for role, files in found.items()}


def _engine(models: dict[str, Path]) -> Any:
    from rapidocr import RapidOCR  # noqa: PLC0415 - an extra: imported only where a policy asks for it

    named = {f"{role}.model_path": str(path) for role, path in models.items()}
    threads = {f"EngineConfig.onnxruntime.{kind}_op_num_threads": 1 for kind in ("intra", "inter")}
    return RapidOCR(params={**named, **threads, "Global.log_level": "critical"})


def _words(text: str, told: Any, shape: tuple[int, ...]) -> Iterator[Word]:
    """The words of a line of that (rows, columns) by the columns of the network's steps that its characters were read in.

    Nothing where the columns are not those of the text: what stands somewhere unknown was not read.
    """
    characters = [character for word in told.words for character in word]
    columns = [column for word in told.word_cols for column in word]
    if "".join(characters) != "".join(text.split()) or len(columns) != len(characters) or not told.line_txt_len:
        return
    rows, width = shape[:2]
    confidence = 100 * float(min(told.confs))
    places = [(column + 0.5) / float(told.line_txt_len) * width for column in columns]
    for word in text.split():
        over, places = places[: len(word)], places[len(word) :]
        left, right = (int(min(max(place, 0), width)) for place in (over[0] - _HALF * rows, over[-1] + _HALF * rows))
        yield Word(Phi(word), Box(left, 0, max(left + 1, right), rows), confidence)


def _around(corners: Any) -> Box:
    """The box around four (x, y) corners."""
    low, high = np.floor(np.min(corners, axis=0)), np.ceil(np.max(corners, axis=0))
    left, top = (max(0, int(edge)) for edge in low)
    return Box(left, top, max(left + 1, int(high[0])), max(top + 1, int(high[1])))
