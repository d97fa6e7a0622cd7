"""Frames to text findings: the network, the view it gets, the reader, and pictures of what was found."""

from pixelclean.detect.barcodes import barcodes, readable_barcodes
from pixelclean.detect.document import looks_like_document
from pixelclean.detect.faces import faces
from pixelclean.detect.find import Finder, Findings, sample_of
from pixelclean.detect.network import REACH, Network, Picture
from pixelclean.detect.preview import drawn, png
from pixelclean.detect.read import Word, read_words, require_tesseract
from pixelclean.detect.view import Display, one_by_one, pictures, prepare

__all__ = [
    "Display",
    "Finder",
    "Findings",
    "Network",
    "REACH",
    "Picture",
    "Word",
    "barcodes",
    "drawn",
    "faces",
    "looks_like_document",
    "one_by_one",
    "pictures",
    "png",
    "prepare",
    "read_words",
    "readable_barcodes",
    "require_tesseract",
    "sample_of",
]
