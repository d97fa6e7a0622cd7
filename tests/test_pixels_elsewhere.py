"""The last look at a written file: where a heading left a copy of the pixels in it, nothing leaves."""

from copy import deepcopy
from pathlib import Path

import pytest
from invented import EXPLICIT, GREY, LIMITS, described, of, opened, saved, source_of, speckled, words_for
from pydicom import Dataset, Sequence

from pixelclean.dicom import Source, encode, put_pixels
from pixelclean.drafting import Drafter
from pixelclean.errors import Refused
from pixelclean.geometry import Act, Box, Origin, Region
from pixelclean.header import Identifiers
from pixelclean.pixels import make_plan
from pixelclean.reasons import ReasonCode

NOBODY = Identifiers(frozenset(), frozenset())
BOX = Region(Box(90, 70, 160, 110), Act.MASK, Origin.OPERATOR, "test")
SMALL = of(GREY, rows=16, columns=16)


def drafter(source: Source, folder: Path) -> Drafter:
    return Drafter(source, NOBODY, folder / "draft.dcm", LIMITS)


def icon() -> Dataset:
    made = Dataset()
    made.Rows, made.Columns = SMALL.rows, SMALL.columns
    put_pixels(made, encode([words_for(speckled(16, 16), SMALL)], SMALL, EXPLICIT))
    return made


def image_inside() -> Dataset:
    made = Dataset()
    made.ReferencedSOPClassUID = "1.2.840.10008.5.1.4.1.1.7"
    made.PixelData = b"\0" * 256
    made["PixelData"].VR = "OB"
    return made


@pytest.mark.parametrize("regions", [[], [BOX]], ids=["nothing masked", "masked"])
@pytest.mark.parametrize(
    "keyword, item, told",
    [
        ("IconImageSequence", icon, "00880200"),
        ("SourceImageSequence", image_inside, "00082112[0].7FE00010"),
    ],
)
def test_a_heading_that_leaves_a_copy_of_the_pixels_is_refused_with_its_place(
    keyword: str, item: object, told: str, regions: list[Region], tmp_path: Path
) -> None:
    assert callable(item)
    dataset = described(GREY, **{keyword: Sequence([item()])})
    source = source_of(dataset, GREY, [words_for(speckled(120, 200), GREY)])
    frames = opened(source)
    with pytest.raises(Refused) as caught:
        drafter(source, tmp_path).of_image(deepcopy(source.dataset), frames, make_plan(regions, frames.format))
    assert caught.value.code is ReasonCode.PIXELS_ELSEWHERE
    assert caught.value.detail == told


def test_an_object_without_pixels_must_not_show_any_either(tmp_path: Path) -> None:
    dataset = described(GREY, IconImageSequence=Sequence([icon()]))
    source = saved(dataset, EXPLICIT)
    with pytest.raises(Refused) as caught:
        drafter(source, tmp_path).without_pixels(deepcopy(source.dataset))
    assert caught.value.code is ReasonCode.PIXELS_ELSEWHERE
