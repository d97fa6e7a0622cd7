"""JPEG streams read by pixelclean, and by its library alone."""

import imagecodecs
import numpy as np

from pixelclean.dicom import PixelFormat
from pixelclean.dicom.codecs import jpeg
from pixelclean.dicom.words import Words


def read_back(form: PixelFormat, data: bytes) -> Words:
    return jpeg.decode(data, jpeg.look(data, form))


def plainly(form: PixelFormat, data: bytes) -> Words:
    """What the library alone makes of it."""
    space = "ycbcr" if form.samples == 3 else None
    return np.asarray(imagecodecs.jpeg8_decode(data, colorspace=space, outcolorspace=space)).reshape(form.shape)
