"""Readers: pictures in, words with their places out.  What they read is private, and stays in this process."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, Self

from pixelclean.detect.network import Picture
from pixelclean.detect.read import Word, installed_languages, read_lines, read_words, require_tesseract
from pixelclean.detect.reading.block import Grey
from pixelclean.detect.reading.rapid import RapidReader
from pixelclean.policy import PixelPolicy, ReaderName
from pixelclean.side_by_side import in_order

_TOGETHER = 16  # lines that one process reads: as long as it takes to start, at least
_PIXELS = (
    1 << 21
)  # of pictures that one process reads: as long as it takes to start, and no more memory than one large one


class Reader(Protocol):
    """Reads whole frames and single lines."""

    @property
    def version(self) -> str:
        """Names program, version and languages: what is read depends on them."""

    def words(self, pictures: Iterable[Picture]) -> tuple[tuple[Word, ...], ...]:
        """The words in each (row, column, RGB) picture; PixelcleanError where the reader fails."""

    def lines(self, pictures: Sequence[Grey]) -> tuple[tuple[Word, ...], ...]:
        """The words of each (row, column) picture of one line, dark on white; PixelcleanError where the reader fails."""


@dataclass(frozen=True, slots=True)
class TesseractReader:
    """Tesseract, in as many processes at a time as there are threads."""

    version: str
    languages: tuple[str, ...]
    threads: int = 1

    @classmethod
    def load(cls, threads: int = 1) -> Self:
        """With every language of ours whose data are installed; ConfigurationError without Tesseract."""
        languages = installed_languages()
        return cls(f"{require_tesseract()} {'+'.join(languages)}", languages, threads)

    def words(self, pictures: Iterable[Picture]) -> tuple[tuple[Word, ...], ...]:
        """Sparse text of whole pictures, of which small ones share a process."""
        return tuple(words for batch in in_order(read_words, _batches(pictures), self.threads) for words in batch)

    def lines(self, pictures: Sequence[Grey]) -> tuple[tuple[Word, ...], ...]:
        """Lines of one batch share a process, so that its languages are loaded once."""
        batches = [pictures[start : start + _TOGETHER] for start in range(0, len(pictures), _TOGETHER)]
        read = in_order(lambda batch: read_lines(batch, self.languages), batches, self.threads)
        return tuple(words for batch in read for words in batch)


def _batches(pictures: Iterable[Picture]) -> Iterator[list[Picture]]:
    """The pictures in their order, so many together that they have the pixels that one process shall read."""
    batch, pixels = list[Picture](), 0
    for picture in pictures:
        batch.append(picture)
        pixels += picture.shape[0] * picture.shape[1]
        if pixels >= _PIXELS:
            yield batch
            batch, pixels = [], 0
    if batch:
        yield batch


def load_reader(policy: PixelPolicy, threads: int = 1) -> Reader:
    """The reader that a policy names; ConfigurationError where it is not installed."""
    match policy.reader:
        case ReaderName.TESSERACT:
            return TesseractReader.load(threads)
        case ReaderName.RAPIDOCR:
            return RapidReader.load()
