"""Attributes that must stay true after pixels have changed.

Image Type and Frame Type stay.  Value 1 DERIVED is for values made out of those of other images, ORIGINAL for values
based on original data (PS3.3 C.7.6.1.1.2), and every value that is left is one of those; that processing alone need not
make an image DERIVED says C.8.11.3.1.1.  The Clean Pixel Data Option does not ask for it (PS3.15 E.3.1), other programs
that black out text do not do it, and conditions of other attributes and the stacking of slices hang on it.  What was
done says Derivation Description.  Derivation Code Sequence stays too: CID 7203 has no code for it, its "Pixel by pixel
mask" is a calculation with a second image (C.8.16.1.4).
"""

from collections.abc import Iterator

from pydicom import Dataset
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag

from pixelclean.dicom import Codec, Loss, StillFrames, syntax_of
from pixelclean.pixels.items import Changed, apply, changed_item, with_items

MASKED = "Pixels masked by pixelclean"
"""What Derivation Description says afterwards.  It names no version: a text is said once, whoever said it before."""

# PS3.3 C.7.6.3.1, C.11.5: they describe the pixels as they were; absent is true.
_STATISTICS = (
    "SmallestImagePixelValue",
    "LargestImagePixelValue",
    "SmallestPixelValueInSeries",
    "LargestPixelValueInSeries",
    "SmallestImagePixelValueInPlane",
    "LargestImagePixelValueInPlane",
    "HistogramSequence",
)
_PROVIDER = "PixelDataProviderURL"  # PS3.3 C.7.6.3: where the same pixels are to be had, the masked ones too
# PS3.3 C.12.1.1.3.1: they are over the bytes of Pixel Data; a signature of an item is over that item alone, and holds.
_SIGNATURES = ("DigitalSignaturesSequence", "MACParametersSequence")
# Items that describe other pixels than those of the image.
_OTHER_IMAGES = ("IconImageSequence",)
# PS3.5 8.2.1, 8.2.4, 8.2.14: Planar Configuration is 0 there, whatever the scans of a stream are.
_INTERLEAVED = (Codec.JPEG, Codec.JPEG_2000, Codec.HTJ2K, Codec.JPEG_XL)
_DERIVATION = "DerivationDescription"
_MOST_CHARACTERS = 1024  # of a Short Text (PS3.5 6.2)

# Methods that a stream may show although the loss was another one's: HTJ2K codes the coefficients of JPEG 2000 again,
# and JPEG XL those of JPEG, both without a further loss.
_SAME_STEP = {
    "ISO_15444_15": ("ISO_15444_15", "ISO_15444_1"),
    "ISO_15444_1": ("ISO_15444_1", "ISO_15444_15"),
    "ISO_18181_1": ("ISO_18181_1", "ISO_10918_1"),
}


def describe_change(dataset: Dataset, loss: Loss | None) -> None:
    """Make the data set true about pixels that were overwritten with black.

    `loss` is that of the source's streams.
    """
    apply(dataset, _changes(dataset))
    dataset.pop(_PROVIDER, None)
    say_masked(dataset)
    describe_encoding(dataset, loss)


def describe_frames(dataset: Dataset, frames: StillFrames, transfer_syntax: str) -> None:
    """Correct what says something that no decoder goes by: 0 frames, and planes of streams that interleave samples."""
    if "NumberOfFrames" in dataset and dataset.NumberOfFrames != len(frames):
        dataset.NumberOfFrames = len(frames)
    if "PlanarConfiguration" in dataset and syntax_of(transfer_syntax).codec in _INTERLEAVED:
        dataset.PlanarConfiguration = 0


def say_masked(dataset: Dataset) -> None:
    """Say once in Derivation Description, behind what it says already, that pixels were masked.

    Where there is no room left, or where its value is no text, it stays as it is.
    """
    said = dataset.get(_DERIVATION) or ""
    if not isinstance(said, str) or MASKED in said:
        return
    text = f"{said}; {MASKED}" if said else MASKED
    if len(text) <= _MOST_CHARACTERS:
        dataset.add_new(_DERIVATION, "ST", text)


def describe_encoding(dataset: Dataset, loss: Loss | None) -> None:
    """Make the data set true about pixels that were encoded anew, changed or not.

    An image that was ever compressed with loss says so for ever (PS3.3 C.7.6.1.1.5), also when it is written without
    loss afterwards, which adds no step to its history.
    """
    for keyword in _SIGNATURES:
        dataset.pop(keyword, None)
    if loss is not None:
        _remember(dataset, loss)


def add_step(dataset: Dataset, loss: Loss) -> None:
    """Say that the image was compressed with loss once more: one value more, behind those of its past."""
    dataset.LossyImageCompression = "01"
    for name, value in (("Method", loss.method), ("Ratio", f"{loss.ratio:.2f}")):
        values = [*_values(dataset, f"LossyImageCompression{name}"), value]
        setattr(dataset, f"LossyImageCompression{name}", values if len(values) > 1 else value)


def describe_loss(dataset: Dataset, loss: Loss | None) -> None:
    """Say of pixels that stay as they are that they were compressed with loss, where the attributes do not say so."""
    if loss is not None and dataset.get("LossyImageCompression") != "01":
        _remember(dataset, loss)


def _remember(dataset: Dataset, loss: Loss) -> None:
    """Say by how much and by what method the source was compressed, one value for each step in their order.

    What the source states is kept.  A last step by another method than its streams show was one before theirs.
    """
    methods, ratios = (_values(dataset, f"LossyImageCompression{name}") for name in ("Method", "Ratio"))
    stated = not methods or methods[-1] in _SAME_STEP.get(loss.method, (loss.method,))
    ratio = f"{loss.ratio:.2f}"
    if not stated and len(methods) == len(ratios):
        methods, ratios = [*methods, loss.method], [*ratios, ratio]
    elif len(methods) <= 1 and len(ratios) <= 1:  # of several values nobody knows which one is missing
        methods, ratios = methods or [loss.method], ratios or [ratio] if stated else ratios
    dataset.LossyImageCompression = "01"
    for keyword, values in (("Method", methods), ("Ratio", ratios)):
        if values and values != _values(dataset, f"LossyImageCompression{keyword}"):
            setattr(dataset, f"LossyImageCompression{keyword}", values if len(values) > 1 else values[0])


def _values(dataset: Dataset, keyword: str) -> list[str]:
    value = dataset.get(keyword)
    if value is None or value == "":
        return []
    return [str(each) for each in value] if isinstance(value, MultiValue | list) else [str(value)]


def _changes(dataset: Dataset) -> Iterator[tuple[BaseTag, Changed]]:
    """The elements that lose statistics, as they shall be, None for those that go.

    Items that lose something are made anew: a source that shares them stays as it is.
    """
    for element in dataset:
        if element.keyword in _STATISTICS:
            yield element.tag, None
        elif element.VR == "SQ" and element.keyword not in _OTHER_IMAGES:
            after = with_items(element, [changed_item(item, dict(_changes(item))) for item in element.value])
            if after is not element:
                yield element.tag, after
