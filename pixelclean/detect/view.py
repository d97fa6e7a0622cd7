"""The view: stored words of a frame as the 8-bit RGB pictures that the networks look at, so that no text hides.

A common image of eight bits is one picture.  Deep images are seen as their windows show them, with all their values
drawn apart, and against their surroundings; what else an image may hold is shown where there is any (`hidden`, `faint`, `chroma`, `bit_planes`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

import cv2
import numpy as np
from pydicom import Dataset

from pixelclean.detect.bit_planes import planes
from pixelclean.detect.chroma import as_deep_rgb, as_rgb, beyond_colour, luma_alone
from pixelclean.detect.faint import has_faint_marks
from pixelclean.detect.hidden import equal_colours, no_numbers
from pixelclean.detect.kernels import COUNT_CHANGES, FIND_FAINT, count_changes, find_faint
from pixelclean.detect.levels import Levels, Table, Tone, adds, evened, gain, in_three, rising
from pixelclean.detect.local import local
from pixelclean.detect.network import Picture
from pixelclean.dicom import Kind, PixelFormat, Words, values_of
from pixelclean.dicom.compiled import compiled
from pixelclean.dicom.display import Palette, Rendering, is_inverted, renderings_of

_MOST_RENDERINGS = 64  # that are tried on a frame; every frame of an enhanced image may have one of its own
_MOST_RENDERINGS_SHOWN = 2
_BYTE = 8
_WORTH = 0.25  # of the contrast that eight bits as they are give: a window that shows less shows hardly a pixel
_MOST = (1 << _BYTE) - 1
_WHITE = 0.98  # of the brightness


def prepare() -> None:
    """Load what makes machine code of kernels, which takes a second, before the first frame waits for it."""
    compiled(find_faint, FIND_FAINT)
    compiled(count_changes, COUNT_CHANGES)


@dataclass(frozen=True, slots=True, eq=False)
class Display:
    """What the data set says about showing its pixels: renderings of grey values, palette, inversion."""

    renderings: tuple[Rendering, ...] = ()
    palette: Palette | None = None
    inverted: bool = False

    @classmethod
    def of(cls, dataset: Dataset) -> Self:
        """Read it from a data set; whatever is absent or odd there is left out, never an error."""
        if dataset.get("PhotometricInterpretation") == "PALETTE COLOR":
            return cls(palette=Palette.of(dataset))
        ways = dict.fromkeys(way for frame in renderings_of(dataset) for way in frame)
        telling = [way for way in ways if way.voi is not None or way.has_table]
        step = -(-len(telling) // _MOST_RENDERINGS) or 1
        return cls(tuple(telling[::step]), None, is_inverted(dataset))


def pictures(words: Words, form: PixelFormat, display: Display) -> tuple[Picture, ...]:
    """The (row, column, RGB) pictures that together show all that a (row, column, sample) frame may show.

    The first one shows it as a viewer does.  They cannot be written to.
    """
    return tuple(one_by_one(words, form, display))


def one_by_one(words: Words, form: PixelFormat, display: Display) -> Iterator[Picture]:
    """The same pictures, each made when it is asked for: of a large frame only one need be held."""
    if form.is_ybr and _is_in_bytes(form) and (luma := luma_alone(words)) is not None:
        yield from one_by_one(luma, replace(form, photometric="MONOCHROME2", samples=1, planar=0), Display())
        return
    if form.is_ybr:
        yield from _luma_and_chroma(words, form)
    elif display.palette is not None and form.samples == 1:
        yield from _indexed(Levels.of(words, form), form, display.palette)
    else:
        yield from _toned(words, form, display)
    yield from planes(words, form)


def _toned(words: Words, form: PixelFormat, display: Display) -> Iterator[Picture]:
    """Grey and RGB: every sample through the same curves."""
    if not display.renderings and not display.inverted and _fills_a_byte(words, form):
        shown = in_three(words)
        yield shown
        if has_faint_marks(shown):
            yield local(Levels.of(words, form), [np.arange(1 << _BYTE, dtype=np.uint8)])
        return
    levels = Levels.of(words, form)
    yield from _shown(levels, form, [levels.table(tone) for tone in _tones(levels, form, display)])
    yield from no_numbers(levels)


def _indexed(levels: Levels, form: PixelFormat, palette: Palette) -> Iterator[Picture]:
    """Palette images: their colours, and their indices, which another palette may show."""
    indices = [levels.table(tone) for tone in _tones(levels, form, Display())]
    yield from _shown(levels, form, [palette.eight_bits(levels.values), *indices])
    yield from equal_colours(levels, palette)


def _shown(levels: Levels, form: PixelFormat, tables: Sequence[Table]) -> Iterator[Picture]:
    """The pictures that tables make, and beside them the local one where it may show more."""
    yield from map(levels.looked_up, tables)
    if len(levels.present) > 1 and (_is_deep(form) or has_faint_marks(levels.looked_up(tables[0]))):
        yield local(levels, tables)


def _luma_and_chroma(words: Words, form: PixelFormat) -> Iterator[Picture]:
    """YBR as RGB, and as it is where RGB cannot hold it."""
    values, unit = values_of(words, form), 2.0 ** (form.bits_stored - _BYTE)
    bits = min(form.bits_stored, 2 * _BYTE)
    rgb: Words
    if bits == _BYTE and not form.signed:
        rgb = as_rgb(values)
    else:
        middle = 0 if form.signed else 1 << (bits - 1)
        rgb = as_deep_rgb(values, 2.0 ** (form.bits_stored - bits), middle, (1 << bits) - 1)
    held = replace(
        form, photometric="RGB", planar=0, bits_allocated=8 * rgb.itemsize, bits_stored=bits, high_bit=bits - 1
    )
    yield from _toned(rgb, replace(held, signed=False), Display())
    yield from beyond_colour(values, unit)


def _fills_a_byte(words: Words, form: PixelFormat) -> bool:
    """Whether samples are bytes and show most of what a byte can: they are shown as they are, and need no curve."""
    if not _is_in_bytes(form):
        return False
    lowest, highest, _, _ = cv2.minMaxLoc(words.reshape(len(words), -1))
    return bool(highest - lowest >= _MOST / 2)


def _is_in_bytes(form: PixelFormat) -> bool:
    """Whether samples are bytes as they are, without a sign."""
    return form.kind is Kind.INTEGER and not form.signed and form.bits_stored == form.bits_allocated == _BYTE


def _is_deep(form: PixelFormat) -> bool:
    return form.kind is not Kind.INTEGER or form.bits_stored > _BYTE


def _tones(levels: Levels, form: PixelFormat, display: Display) -> list[Tone]:
    """The tone curves worth looking through, the natural one first; none that shows little more than the others.

    Half of what the last one of a deep image shows are the values in proportion: text brighter than any window.
    """
    present = levels.present
    values, counts = levels.values[present], levels.counts[present]
    whole, crowds = rising(values), evened(counts)
    if display.inverted:
        whole, crowds = 1 - whole, 1 - crowds
    rendered = (rendering.brightness(values) for rendering in display.renderings if values.size > 1)
    by_gain = sorted(rendered, key=lambda tone: -gain(tone, counts))
    if not _is_deep(form):
        plain = _plain(values, form, whole)
        return _with([tone for tone in by_gain if gain(tone, counts) > _WORTH * gain(plain, counts)], [plain])
    windows = _with(by_gain, [whole])[1:] or [whole]
    # What is white all over may look like paper, and is nobody's choice.
    return sorted(
        _with([(whole + crowds) / 2], windows), key=lambda tone: 2 * counts[tone > _WHITE].sum() > counts.sum()
    )


def _with(more: list[Tone], chosen: list[Tone]) -> list[Tone]:
    """The chosen tones and the first ones of the others that add to them."""
    most = len(chosen) + _MOST_RENDERINGS_SHOWN
    for tone in more:
        if len(chosen) < most and adds(tone, chosen):
            chosen = [*chosen, tone]
    return chosen


def _plain(values: Tone, form: PixelFormat, whole: Tone) -> Tone:
    """Eight bits as they are; stretched where they use less than half of their range."""
    highest = (1 << form.bits_stored) - 1
    if form.signed or not values.size or values[-1] - values[0] < highest / 2:
        return whole
    return np.asarray(values / highest if whole[-1] >= whole[0] else 1 - values / highest, np.float64)
