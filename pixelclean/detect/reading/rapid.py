"""Reading text with RapidOCR, which is an extra: PP-OCR's networks from its wheel, and nothing from the network.

RapidOCR fetches models that it does not find.  So each is named by its file in the installed wheel, and a wheel without
them is refused before the run.
"""

from collections.abc import Iterator, Sequence
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

    def words(self, picture: Picture) -> tuple[Word, ...]:
        """Lines of a whole picture, cut into words of which each has the place of its line."""
        found = self._asked(np.ascontiguousarray(picture[..., ::-1]), use_det=True)
        if found.txts is None:
            return ()
        lines = zip(found.boxes, found.txts, found.scores, strict=True)
        return tuple(word for corners, text, score in lines for word in _words(_around(corners), text, score))

    def lines(self, pictures: Sequence[Grey]) -> tuple[tuple[Word, ...], ...]:
        """The words of each line; where a word stands in it RapidOCR does not tell."""
        return tuple(tuple(self._line(picture)) for picture in pictures)

    def _line(self, picture: Grey) -> Iterator[Word]:
        whole = Box(0, 0, picture.shape[1], picture.shape[0])
        found = self._asked(np.repeat(picture[..., None], 3, axis=2), use_det=False)
        for text, score in zip(found.txts or (), found.scores or (), strict=True):
            yield from _words(whole, text, score)

    def _asked(self, picture: Picture, *, use_det: bool) -> Any:
        try:
            return self.engine(picture, use_det=use_det, use_cls=False, use_rec=True)
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


def _words(box: Box, text: str, score: float) -> Iterator[Word]:
    for word in text.split():
        yield Word(Phi(word), box, 100 * float(score))


def _around(corners: Any) -> Box:
    """The box around four (x, y) corners."""
    low, high = np.floor(np.min(corners, axis=0)), np.ceil(np.max(corners, axis=0))
    left, top = (max(0, int(edge)) for edge in low)
    return Box(left, top, max(left + 1, int(high[0])), max(top + 1, int(high[1])))
