"""The view: stored words of a frame as the 8-bit RGB pictures that the networks look at, so that no text hides.

A common image of eight bits is one picture.  Deep images are seen as their windows show them, with all their values
drawn apart, and against their surroundings; what else an image may hold is shown where there is any (`hidden`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Self

import cv2
import numpy as np
from pydicom import Dataset

from pixelclean.detect.hidden import beyond_colour, equal_colours, has_faint_marks, no_numbers, planes
from pixelclean.detect.levels import Levels, Tone, adds, evened, gain, rising
from pixelclean.detect.local import local
from pixelclean.detect.network import Picture
from pixelclean.dicom import Kind, PixelFormat, Words, values_of
from pixelclean.dicom.display import Palette, Rendering, is_inverted, renderings_of

_MOST_RENDERINGS = 64  # that are tried on a frame; every frame of an enhanced image may have one of its own
_MOST_RENDERINGS_SHOWN = 2
_BYTE = 8
_WORTH = 0.25  # of the contrast that eight bits as they are give: a window that shows less shows hardly a pixel
_WHITE = 0.98  # of the brightness


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
    if form.is_ybr:
        return tuple(_luma_and_chroma(words, form))
    levels = Levels.of(words, form)
    if display.palette is not None and form.samples == 1:
        return tuple(_indexed(levels, form, display.palette))
    return tuple(_toned(levels, form, display))


def _toned(levels: Levels, form: PixelFormat, display: Display) -> Iterator[Picture]:
    """Grey and RGB: every sample through the same curves."""
    shown = [levels.shown(tone) for tone in _tones(levels, form, display)]
    yield from shown
    if len(levels.present) > 1 and (_is_deep(form) or has_faint_marks(shown[0])):
        yield local(levels, shown)
    yield from no_numbers(levels)
    yield from planes(levels, _stored_bits(form))


def _indexed(levels: Levels, form: PixelFormat, palette: Palette) -> Iterator[Picture]:
    """Palette images: their colours, and their indices, which another palette may show."""
    colours = palette.eight_bits(levels.values)[levels.codes[..., 0]]
    shown = [colours, *(levels.shown(tone) for tone in _tones(levels, form, Display()))]
    yield from shown
    if len(levels.present) > 1 and (_is_deep(form) or has_faint_marks(colours)):
        yield local(levels, shown)
    yield from equal_colours(levels, palette)
    yield from planes(levels, _stored_bits(form))


def _luma_and_chroma(words: Words, form: PixelFormat) -> Iterator[Picture]:
    """YBR as RGB, and as it is where RGB cannot hold it."""
    values, unit = values_of(words, form), 2.0 ** (form.bits_stored - _BYTE)
    bits = min(form.bits_stored, 2 * _BYTE)
    deep = replace(form, photometric="RGB", planar=0, bits_allocated=2 * _BYTE, bits_stored=bits, high_bit=bits - 1)
    if form.bits_stored == _BYTE and not form.signed:
        rgb, shown = _as_rgb(values), replace(deep, bits_allocated=_BYTE)
    else:
        rgb, shown = _deep_rgb(values, form), replace(deep, signed=False)
    yield from _toned(Levels.of(rgb, shown), shown, Display())
    yield from beyond_colour(values, unit)


def _is_deep(form: PixelFormat) -> bool:
    return form.kind is not Kind.INTEGER or form.bits_stored > _BYTE


def _stored_bits(form: PixelFormat) -> range:
    """The bits of a code that hold its value; none where codes are not the words themselves."""
    if form.kind is not Kind.INTEGER or form.bits_allocated > 2 * _BYTE:
        return range(0)
    return range(form.high_bit + 1 - form.bits_stored, form.high_bit + 1)


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


def _as_rgb(ybr: Words) -> Picture:
    """YBR_FULL to RGB as PS3.3 C.7.6.3.1.2 defines it; OpenCV calls the same space YCrCb and swaps the chromas."""
    swapped = np.empty_like(ybr)
    cv2.mixChannels([np.ascontiguousarray(ybr)], [swapped], [0, 0, 1, 2, 2, 1])
    return np.asarray(cv2.cvtColor(swapped, cv2.COLOR_YCrCb2RGB), np.uint8)


def _deep_rgb(values: Words, form: PixelFormat) -> Words:
    """The same for samples of other depths, in words of 16 bits."""
    bits = min(form.bits_stored, 2 * _BYTE)
    scaled = values.astype(np.float32) * np.float32(2.0 ** (bits - form.bits_stored))
    middle = 0 if form.signed else 1 << (bits - 1)
    luma, blue, red = scaled[..., 0], scaled[..., 1] - middle, scaled[..., 2] - middle
    rgb = np.stack([luma + 1.402 * red, luma - 0.344136 * blue - 0.714136 * red, luma + 1.772 * blue], axis=-1)
    return np.asarray(np.clip(np.rint(rgb), 0, (1 << bits) - 1), np.uint16)
