"""Attributes that must stay true after pixels have changed."""

from pydicom import Dataset

# PS3.3 C.7.6.3.1: they describe the pixels as they were; both are Type 3, so absent is true.
_EXTREMES = (
    "SmallestImagePixelValue",
    "LargestImagePixelValue",
    "SmallestPixelValueInSeries",
    "LargestPixelValueInSeries",
)


def describe_change(dataset: Dataset) -> None:
    """Make the data set true about pixels that have changed."""
    for keyword in _EXTREMES:
        if keyword in dataset:
            delattr(dataset, keyword)


def describe_loss(dataset: Dataset) -> None:
    """Say that the image was compressed with loss.

    It says so for ever (PS3.3 C.7.6.1.1.5), also when it is written without loss afterwards.
    """
    dataset.LossyImageCompression = "01"
