"""Attributes that must stay true after pixels have changed."""

from pydicom import Dataset

from pixelclean.dicom import Loss

# PS3.3 C.7.6.3.1: they describe the pixels as they were; both are Type 3, so absent is true.
_EXTREMES = (
    "SmallestImagePixelValue",
    "LargestImagePixelValue",
    "SmallestPixelValueInSeries",
    "LargestPixelValueInSeries",
)


def describe_change(dataset: Dataset, loss: Loss | None) -> None:
    """Make the data set true about changed pixels."""
    for keyword in _EXTREMES:
        if keyword in dataset:
            delattr(dataset, keyword)
    describe_encoding(dataset, loss)


def describe_encoding(dataset: Dataset, loss: Loss | None) -> None:
    """Make the data set true about pixels that were encoded anew, changed or not.

    An image that was ever compressed with loss says so for ever (PS3.3 C.7.6.1.1.5), also when it is written without
    loss afterwards.  Ratio and method that the source states are kept; where it states none, they are what its streams
    show.
    """
    if loss is None:
        return
    dataset.LossyImageCompression = "01"
    if not dataset.get("LossyImageCompressionRatio"):
        dataset.LossyImageCompressionRatio = f"{loss.ratio:.2f}"
    if not dataset.get("LossyImageCompressionMethod"):
        dataset.LossyImageCompressionMethod = loss.method
