"""Does an image look like a scanned page?  Such an image is all text: masking it leaves nothing, a person must decide."""

import numpy as np

from pixelclean.detect.network import Picture

_PAPER = 200  # grey from which a pixel can be paper
_PAPER_SHARE = 0.6  # of the image is paper
_PAPER_SPREAD = 12.0  # grey levels that paper varies by, as mean absolute deviation
_ENOUGH = 300  # pixels along the shorter side that tell paper from other things
_INK_SHARE = 0.01  # of the image is clearly darker than the paper


def looks_like_document(picture: Picture) -> bool:
    """Whether most of an RGB picture is evenly bright paper with dark ink on it."""
    step = max(1, min(picture.shape[:2]) // _ENOUGH)
    grey = picture[::step, ::step].mean(axis=2)
    paper = grey >= _PAPER
    if paper.mean() < _PAPER_SHARE:
        return False
    shade = float(np.median(grey[paper]))
    even = float(np.abs(grey[paper] - shade).mean()) <= _PAPER_SPREAD
    return even and float((grey < shade - 80).mean()) >= _INK_SHARE
