"""Levels: a frame as codes of at most 16 bits, and what each code means: every tone curve is then one table."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import cv2
import numpy as np
import numpy.typing as npt

from pixelclean.detect.network import Picture
from pixelclean.dicom import Kind, PixelFormat, Words, values_of

Tone = npt.NDArray[np.float64]
"""How bright each of the values is that are present, in their order: 0 to 1."""

Table = npt.NDArray[np.uint8]
"""How bright each code is shown, 0 to 255, or in which colour: (code,) or (code, RGB)."""

_CODES = 1 << 16
_STRIP = 1 << 21  # pixels that are worked on together: what is made on the way stays small
_SAMPLE = 2048  # rows and columns that tell the values of 32 bits and of floats
_STEP = 1 / 16  # of the brightness, 16 grey levels: what a tone curve is judged by


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """`codes` are (row, column, sample); `values` says what each code means, `counts` how many samples have it."""

    codes: Words
    values: npt.NDArray[np.float64]
    counts: npt.NDArray[np.int64]

    @classmethod
    def of(cls, words: Words, form: PixelFormat) -> Self:
        """The levels of stored words: the words themselves up to 16 bits, else the values in their order."""
        if form.kind is Kind.INTEGER and form.bits_allocated <= 16:
            values = values_of(np.arange(1 << 8 * words.dtype.itemsize, dtype=words.dtype), form).astype(np.float64)
            return cls(words, values, _counted(words, len(values)))
        knots = _knots(words, form)
        codes = np.empty(words.shape, np.uint16)
        for rows in strips(words):
            codes[rows] = np.searchsorted(knots, values_of(words[rows], form))
        return cls(codes, knots.astype(np.float64), _counted(codes, len(knots)))

    @property
    def present(self) -> npt.NDArray[np.intp]:
        """The codes of numbers that occur, by their value; those of one value stand together."""
        codes = np.flatnonzero((self.counts > 0) & np.isfinite(self.values))
        return codes[np.argsort(self.values[codes], kind="stable")]

    @property
    def heights(self) -> npt.NDArray[np.float32]:
        """The codes as numbers that single precision tells apart: the values of up to 16 bits, else their ranks."""
        exact = len(self.values) <= _CODES and np.array_equal(self.values, np.rint(self.values.clip(-_CODES, _CODES)))
        return np.asarray(self.values if exact else np.arange(len(self.values)), np.float32)

    def table(self, tone: Tone) -> Table:
        """The table of a tone curve over the present values; infinity is as bright as that side, no number dark."""
        table = np.zeros(len(self.values), np.uint8)
        table[self.present] = np.rint(tone * 255)
        if tone.size:
            ends = np.rint(tone[[0, -1]] * 255).astype(np.uint8)
            table[np.isneginf(self.values)], table[np.isposinf(self.values)] = ends
        return table

    def looked_up(self, table: Table, rows: slice = slice(None)) -> Picture:
        """The picture that a table makes of some rows.  Grey is one plane seen three times, and not copied."""
        if table.ndim > 1:
            return table[self.codes[rows, :, 0]]
        used = np.flatnonzero(self.counts)
        own = self.codes.dtype == np.uint8 and np.array_equal(table[used], used)
        return in_three(self.codes[rows] if own else table[self.codes[rows]])


def in_three(plane: Words) -> Picture:
    """(row, column, sample) of one or three samples as RGB."""
    return np.broadcast_to(plane, (*plane.shape[:2], 3))


def strips(words: Words) -> Iterator[slice]:
    """Rows that are worked on together, from the top."""
    step = max(1, _STRIP // max(1, words.shape[1] * words.shape[2]))
    return (slice(top, top + step) for top in range(0, words.shape[0], step))


def rising(values: Tone) -> Tone:
    """The tone curve that shows the present values from black to white in proportion."""
    if values.size < 2:
        return np.zeros(values.shape)
    halves = values / 2  # the whole range may be more than the largest number
    return np.asarray((halves - halves[0]) / (halves[-1] - halves[0] or 1.0), np.float64)


def evened(counts: npt.NDArray[np.int64]) -> Tone:
    """The tone curve that gives values as much room as there are pixels with them: crowds come apart."""
    ranks = np.cumsum(counts) - counts / 2
    return rising(ranks)


def adds(tone: Tone, chosen: list[Tone]) -> bool:
    """Whether it shows some values with more than twice the contrast that each of the chosen ones shows them with."""
    way = _travelled(tone)
    if not way.size or way[-1] < _STEP:
        return False
    marks = np.append(np.arange(0, way[-1], _STEP), way[-1])
    places = np.unique(np.searchsorted(way, marks))
    others = [np.diff(_travelled(other)[places]) for other in chosen]
    best = np.max(others, axis=0) if others else 0.0
    return bool((np.diff(way[places]) > 2 * best + _STEP / 2).any())


def gain(tone: Tone, counts: npt.NDArray[np.int64]) -> float:
    """How much contrast a tone curve gives to how many pixels."""
    return float((np.abs(np.diff(tone)) * (counts[1:] + counts[:-1])).sum())


def _travelled(tone: Tone) -> Tone:
    """How far a curve has gone up or down by each value."""
    return np.concatenate([[0.0], np.cumsum(np.abs(np.diff(tone)))]) if tone.size else tone


def _counted(codes: Words, most: int) -> npt.NDArray[np.int64]:
    counts = np.zeros(most, np.int64)
    for rows in strips(codes):
        part = np.ascontiguousarray(codes[rows]).reshape(-1, 1)
        counts += cv2.calcHist([part], [0], None, [most], [0, most]).reshape(-1).astype(np.int64)
    return counts


def _knots(words: Words, form: PixelFormat) -> npt.NDArray[Any]:
    """At most 65,536 ascending values, the lowest and the highest among them, between which no crowd is lost."""
    rows, columns = (-(-side // _SAMPLE) for side in words.shape[:2])
    some = np.sort(values_of(words[::rows, ::columns], form), axis=None)
    ends = [values_of(words[strip], form) for strip in strips(words)] if rows * columns > 1 else [some]
    numbers = [part[np.isfinite(part)] for part in ends]
    extremes = [edge for part in numbers if part.size for edge in (part.min(), part.max())]
    distinct = np.unique(some)
    if len(distinct) > _CODES // 2:
        places = np.linspace(0, len(some) - 1, _CODES // 2).astype(np.intp)
        distinct = np.unique(some[places])
    odd = [value for value in (-np.inf, np.inf, np.nan) if some.dtype.kind == "f"]
    return np.unique(np.concatenate([distinct, np.asarray([*extremes, *odd], some.dtype)]))
