"""What a data set says about display is read once, as far as it makes sense, and never fails."""

from typing import Any

import numpy as np
import pytest
from invented import DEEP, described, of
from pydicom import Dataset, Sequence
from pydicom.dataelem import DataElement

from pixelclean.dicom.display import Palette, Rendering, renderings_of

SIGNED = of(DEEP, signed=True)
COLOURS = ("Red", "Green", "Blue")


def item(**attributes: Any) -> Dataset:
    made = Dataset()
    for keyword, value in attributes.items():
        setattr(made, keyword, value)
    return made


def lut(descriptor: list[int], entries: list[int]) -> Dataset:
    made = item(LUTDescriptor=descriptor)
    made.add_new(0x00283006, "OW", np.asarray(entries, "<u2").tobytes())
    return made


def ways(**attributes: Any) -> tuple[Rendering, ...]:
    (frame,) = renderings_of(described(DEEP, **attributes))
    return frame


def test_windows_and_voi_luts_are_alternatives() -> None:
    found = ways(
        VOILUTFunction="LINEAR_EXACT",
        WindowCenter=[40, 400],
        WindowWidth=[80, 1000],
        VOILUTSequence=Sequence([lut([4, 10, 16], [0, 1, 2, 65535])]),
    )
    shown = [way.brightness(np.array([0, 10, 13, 4000])) for way in found]
    assert [(np.floor(tones * 1000 + 1e-9) / 1000).tolist() for tones in shown] == [
        [0, 0, 1, 1],
        [0, 0.125, 0.162, 1],
        [0.1, 0.11, 0.113, 1],
    ]


def test_a_rescale_with_a_negative_slope_turns_a_window_round() -> None:
    (way,) = ways(
        RescaleSlope=-0.5, RescaleIntercept=100, WindowCenter=50, WindowWidth=20, VOILUTFunction="LINEAR_EXACT"
    )
    assert way.brightness(np.array([0, 80, 100, 120, 4000])).tolist() == [1, 1, 0.5, 0, 0]


def test_each_frame_has_the_windows_of_its_own_group() -> None:
    frames = [
        item(FrameVOILUTSequence=Sequence([item(WindowCenter=center, WindowWidth=100)])) for center in (100, 900, 100)
    ]
    found = renderings_of(described(of(DEEP, frames=3), PerFrameFunctionalGroupsSequence=Sequence(frames)))
    assert [[tuple(way.edges) for way in frame] for frame in found] == [[(50, 150)], [(850, 950)]]


def test_a_first_value_below_zero_is_understood_with_and_without_its_sign() -> None:
    for first in (-100, 65436):
        found = described(SIGNED)
        for colour in COLOURS:
            found[f"{colour}PaletteColorLookupTableDescriptor"] = DataElement(
                f"{colour}PaletteColorLookupTableDescriptor", "SS" if first < 0 else "US", [3, first, 8]
            )
            setattr(found, f"{colour}PaletteColorLookupTableData", bytes([5, 6, 7, 0]))
        palette = Palette.of(found)
        assert palette is not None
        assert palette(np.array([-500, -100, -99, 0])).tolist() == [[5] * 3, [5] * 3, [6] * 3, [7] * 3]


def test_a_palette_is_shown_eight_bits_deep_whatever_its_own_depth() -> None:
    for bits, entries in ((16, [0, 256, 65535]), (8, [0, 1, 255])):
        found = described(DEEP)
        for colour in COLOURS:
            setattr(found, f"{colour}PaletteColorLookupTableDescriptor", [3, 0, bits])
            data = np.asarray(entries, "<u2" if bits == 16 else np.uint8).tobytes()
            setattr(found, f"{colour}PaletteColorLookupTableData", data + b"\0" * (len(data) % 2))
        palette = Palette.of(found)
        assert palette is not None
        assert palette.eight_bits(np.arange(3))[:, 0].tolist() == [0, 1, 255]


@pytest.mark.parametrize(
    "segments",
    [[2, 1, 0, 0] * 9, [2, 65535, 2, 0], [1, 4, 9], [0, 0], [0, 9], [7, 1, 1], [2, 1], [0, 1, 5, 2, 3, 0, 0]],
    ids=str,
)
def test_a_segmented_palette_that_is_none_is_no_palette(segments: list[int]) -> None:
    found = described(DEEP)
    for colour in COLOURS:
        setattr(found, f"{colour}PaletteColorLookupTableDescriptor", [0, 0, 16])
        setattr(found, f"Segmented{colour}PaletteColorLookupTableData", np.asarray(segments, "<u2").tobytes())
    assert Palette.of(found) is None


@pytest.mark.parametrize(
    ("keyword", "vr", "value"),
    [
        ("WindowCenter", "OB", b"\xff\xfe"), ("WindowWidth", "LO", ["a", "b"]), ("RescaleSlope", "DS", None),
        ("VOILUTSequence", "OB", b"\0" * 9), ("VOILUTSequence", "LO", "x"), ("ModalityLUTSequence", "US", 7),
        ("PerFrameFunctionalGroupsSequence", "OB", b""), ("SharedFunctionalGroupsSequence", "LO", "x"),
        ("NumberOfFrames", "LO", "many"), ("PixelPresentation", "US", 3), ("VOILUTFunction", "LO", ["A", "B"]),
        ("PresentationLUTShape", "US", 4), ("PhotometricInterpretation", "US", [1, 2]), ("PixelRepresentation", "LO", "x"),
    ],
)  # fmt: skip
def test_odd_attributes_are_left_out(keyword: str, vr: str, value: object) -> None:
    found = described(DEEP, WindowCenter=40, WindowWidth=80)
    found[keyword] = DataElement(keyword, vr, value)
    for frame in renderings_of(found):
        for way in frame:
            assert np.isfinite(way.brightness(np.arange(4096))).all()
