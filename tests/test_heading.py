"""Headings: what an output may say about its pixels, and what it must not."""

import pytest
from invented import CT, GREY, described, saved, source_of, speckled, words_for

from pixelclean.dicom import Source, facts_of
from pixelclean.heading import Deidentified, Heading, Masked
from pixelclean.pipeline import Cleaner


def headings(cleaner: Cleaner) -> tuple[Heading, ...]:
    header = Deidentified(cleaner.key, cleaner.policy)
    return header, Masked(header)


def claims(cleaner: Cleaner, heading: Heading, source: Source) -> tuple[str | None, str | None]:
    """Burned In Annotation and Recognizable Visual Features of the output."""
    kind = cleaner.kinds.judge(facts_of(source.dataset, cleaner.kinds.keywords))
    dataset = heading.dataset(source, heading.identifiers(source), kind)
    return dataset.get("BurnedInAnnotation"), dataset.get("RecognizableVisualFeatures")


def ct(*, pixels: bool, **attributes: str) -> Source:
    dataset = described(GREY, SOPClassUID=CT, Modality="CT", BodyPartExamined="HEAD", **attributes)
    if pixels:
        return source_of(dataset, GREY, [words_for(speckled(120, 200), GREY)])
    return saved(dataset, "1.2.840.10008.1.2.1")


def test_an_object_without_pixels_claims_nothing_about_pixels(cleaner: Cleaner) -> None:
    for heading in headings(cleaner):
        assert claims(cleaner, heading, ct(pixels=False)) == (None, None)
        assert claims(cleaner, heading, ct(pixels=False, RecognizableVisualFeatures="NO")) == (None, None)


def test_an_image_says_whether_a_face_may_show(cleaner: Cleaner) -> None:
    assert {claims(cleaner, heading, ct(pixels=True))[1] for heading in headings(cleaner)} == {"YES"}


@pytest.mark.parametrize("incoming, outgoing", [("YES", "YES"), ("NO", None)])
def test_masking_given_boxes_keeps_a_warning_and_makes_no_promise(
    cleaner: Cleaner, incoming: str, outgoing: str | None
) -> None:
    _, masked = headings(cleaner)
    assert claims(cleaner, masked, ct(pixels=True, BurnedInAnnotation=incoming))[0] == outgoing
