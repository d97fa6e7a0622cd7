"""Stored words and the values in them: the bits that Bits Stored and High Bit name, and the bits that they do not.

Bits outside may hold anything that no viewer shows, an overlay for instance (PS3.5 8.1.1, retired since 2004).
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from pixelclean.dicom.format import Kind, PixelFormat

Words = npt.NDArray[Any]


def values_of(words: Words, form: PixelFormat) -> Words:
    """The values that stored words mean: only the stored bits, with their sign; floats are their own values.

    It is the same array where each word is its value.
    """
    if form.kind is not Kind.INTEGER or (form.bits_stored == form.bits_allocated and not form.signed):
        return words
    if form.bits_stored == form.bits_allocated == 8 * words.dtype.itemsize and not form.signed:
        return words
    stored: Words = (words >> np.uint8(_shift(form))) & words.dtype.type(_ones(form.bits_stored))
    if not form.signed:
        return stored
    sign = 1 << (form.bits_stored - 1)
    signed: Words = (stored.astype(np.int64) ^ sign) - sign
    return signed


def words_of(value: int, form: PixelFormat) -> int:
    """The stored word of one value, its sign extended to Bits Allocated."""
    return (value << _shift(form)) & _ones(form.bits_allocated)


def without_hidden_bits(words: Words, form: PixelFormat) -> Words:
    """The same array when the bits outside the stored ones are all zero or all sign extension, else a clean copy."""
    if form.kind is not Kind.INTEGER or form.bits_stored == form.bits_allocated:
        return words
    inside = words.dtype.type(_ones(form.bits_stored) << _shift(form))
    zeroed: Words = words & inside
    if np.array_equal(zeroed, words):
        return words
    if not form.signed:
        return zeroed
    extended = (values_of(words, form) << _shift(form)).astype(words.dtype)
    return words if np.array_equal(extended, words) else extended


def _shift(form: PixelFormat) -> int:
    return form.high_bit + 1 - form.bits_stored


def _ones(count: int) -> int:
    return (1 << count) - 1
