"""Redaction: the plan's pixels are overwritten with black, every other pixel stays what it was."""

from collections.abc import Iterator

import numpy as np

from pixelclean.dicom import Frames, without_hidden_bits
from pixelclean.pixels.fill import Fill, Words
from pixelclean.plan import Plan


def redacted(frames: Frames, plan: Plan, fill: Fill) -> Iterator[Words]:
    """The frames as they shall leave: hidden bits cleared, masked pixels black; the given frames stay untouched."""
    for index, mask in enumerate(plan.masks()):
        words = without_hidden_bits(frames.frame(index), frames.format)
        rows = np.flatnonzero(mask.any(axis=1))
        if len(rows):
            words, band = words.copy(), slice(rows[0], rows[-1] + 1)  # to go over all rows would take longer
            np.copyto(words[band], np.asarray(fill, dtype=words.dtype), where=mask[band, :, None])
        yield words


def hides_bits(frames: Frames) -> bool:
    """Whether any frame carries something in bits that Bits Stored does not name."""
    if frames.format.bits_stored == frames.format.bits_allocated:
        return False  # there are none, and decoding every frame again would only take time
    return any(
        without_hidden_bits(words, frames.format) is not words
        for words in (frames.frame(index) for index in range(len(frames)))
    )
