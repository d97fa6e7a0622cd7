"""Whatever a data set does, `Cleaner.clean` answers: held with a code, nothing quoted, nothing left in the spool."""

from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import (
    COLOUR,
    DEEP,
    EXPLICIT,
    GREY,
    SYNTAX,
    ULTRASOUND,
    described,
    of,
    source_of,
    speckled,
    with_banner,
    words_for,
)
from pydicom.dataelem import RawDataElement
from pydicom.tag import Tag

from pixelclean.dicom import Kind, Source
from pixelclean.examination import Examination, Known, OpenImage
from pixelclean.geometry import Act, Box, Origin, Region
from pixelclean.header import Identifiers
from pixelclean.heading import Untouched
from pixelclean.outcome import Quarantined, Released, Result, reasons_of
from pixelclean.pipeline import Cleaner
from pixelclean.plan import Plan
from pixelclean.reasons import ReasonCode

VALUE = "ZZ-VALUE-SENTINEL"
PALETTE = {
    f"{colour}PaletteColorLookupTable{part}": value
    for colour in ("Red", "Green", "Blue")
    for part, value in (("Descriptor", [256, 0, 8]), ("Data", bytes(range(256))))
}


def source(form: Any = GREY, syntax: str = EXPLICIT, **attributes: Any) -> Source:
    dataset = described(form, SOPClassUID=ULTRASOUND, Modality="US", **attributes)
    words = with_banner(form.rows, form.columns) if form.rows > 60 else speckled(form.rows, form.columns)
    return source_of(dataset, form, [words_for(words, form)] * form.frames, syntax)


def held(cleaner: Cleaner, given_source: Source) -> Result:
    """The result, which is not a release, quotes nothing and leaves nothing behind."""
    with TemporaryDirectory() as folder:
        result = cleaner.clean(given_source, Path(folder))
        assert not isinstance(result.outcome, Released)
        assert list(Path(folder).iterdir()) == []
    assert_quotes_nothing(result)
    return result


def assert_quotes_nothing(result: Result) -> None:
    assert reasons_of(result.outcome) or isinstance(result.outcome, Released)
    said = repr(result)
    assert VALUE not in said
    assert "Sentinel" not in said
    assert "ZZ-SENTINEL" not in said


def with_value(given_source: Source, keyword: str, value: object) -> Source:
    """The source with one value that no reader would have made."""
    dataset = deepcopy(given_source.dataset)
    tag = Tag(keyword)
    vr = dataset.get_item(tag).VR if tag in dataset else pydicom.datadict.dictionary_VR(tag)
    dataset._dict[tag] = pydicom.DataElement(tag, vr, value, already_converted=True)  # past every check
    if keyword == "PixelData":
        dataset[tag].is_undefined_length = given_source.dataset[tag].is_undefined_length
    return replace(given_source, dataset=dataset)


WRONG = [None, "", VALUE, b"", VALUE.encode(), -1, 0, 1 << 40, 1.5, [], [VALUE, VALUE], pydicom.Dataset(), object()]


@pytest.mark.parametrize(
    "keyword",
    ["PixelData", "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "SamplesPerPixel",
     "PhotometricInterpretation", "SOPClassUID"],
)  # fmt: skip
@pytest.mark.parametrize("value", WRONG, ids=lambda value: repr(value)[:18])
def test_a_wrong_value_where_a_right_one_is_needed_holds_the_file(
    cleaner: Cleaner, keyword: str, value: object
) -> None:
    if (keyword, value) == ("HighBit", "") or (keyword == "HighBit" and value is None):
        return  # an absent High Bit is Bits Stored - 1
    held(cleaner, with_value(source(of(GREY, rows=24, columns=40)), keyword, value))


@pytest.mark.parametrize(
    "keyword", ["RedPaletteColorLookupTableDescriptor", "GreenPaletteColorLookupTableData", "PixelRepresentation"]
)
@pytest.mark.parametrize("value", WRONG[::3], ids=lambda value: repr(value)[:18])
def test_a_wrong_palette_never_raises(cleaner: Cleaner, keyword: str, value: object, tmp_path: Path) -> None:
    palette = source(of(GREY, photometric="PALETTE COLOR"), **PALETTE)
    result = cleaner.clean(with_value(palette, keyword, value), tmp_path)
    assert_quotes_nothing(result)
    assert isinstance(result.outcome, Released) or list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("keyword", ["SOPInstanceUID", "PatientID", "StudyInstanceUID", "IssuerOfPatientID"])
@pytest.mark.parametrize("value", ["\ud800" + VALUE, object(), [VALUE, "\ud800"]], ids=["surrogate", "object", "list"])
def test_an_identity_that_cannot_be_spelled_never_raises(
    cleaner: Cleaner, keyword: str, value: object, tmp_path: Path
) -> None:
    result = cleaner.clean(with_value(source(of(GREY, rows=24, columns=40)), keyword, value), tmp_path)
    assert_quotes_nothing(result)


class Exploding(pydicom.Dataset):
    """A data set that cannot be asked about one attribute."""

    at = ""

    def __getitem__(self, key: Any) -> Any:
        if key == Tag(self.at):
            raise ValueError(VALUE)
        return super().__getitem__(key)

    def get(self, key: Any, default: Any = None) -> Any:
        if key in (self.at, Tag(self.at)):
            raise ValueError(VALUE)
        return super().get(key, default)


@pytest.mark.parametrize("keyword", ["PixelData", "Rows", "SOPInstanceUID", "Modality", "SOPClassUID"])
def test_a_data_set_that_explodes_holds_the_file(cleaner: Cleaner, keyword: str) -> None:
    whole = source(of(GREY, rows=24, columns=40))
    dataset = Exploding(whole.dataset)
    dataset.set_original_encoding(is_implicit_vr=False, is_little_endian=True)
    dataset.at = keyword
    held(cleaner, replace(whole, dataset=dataset))


class Failing:
    """An examiner that fails where it is told to, with a message that quotes a value."""

    keywords: frozenset[str] = frozenset()
    task = "test"

    def __init__(self, error: BaseException, *, again: bool) -> None:
        self.error, self.again = error, again

    def examine(self, image: OpenImage) -> Examination:
        if not self.again:
            raise self.error
        return Examination()

    def spared(self, image: OpenImage, seen: Examination, known: Known) -> Examination:
        return seen

    def examine_again(
        self, cleaned: OpenImage, plan: Plan, identifiers: Identifiers, fresh: tuple[Region, ...] = ()
    ) -> tuple[Region, ...]:
        raise self.error


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ValueError(VALUE), ReasonCode.INTERNAL_ERROR),
        (AssertionError(VALUE), ReasonCode.INTERNAL_ERROR),
        (OSError(28, VALUE, VALUE), ReasonCode.NOT_DELIVERED),
        (RecursionError(VALUE), ReasonCode.INTERNAL_ERROR),
        (MemoryError(VALUE), ReasonCode.OUT_OF_MEMORY),
    ],
)
def test_an_error_of_any_stage_is_named_by_kind_and_place_only(
    cleaner: Cleaner, error: Exception, code: ReasonCode, again: bool
) -> None:
    failing = replace(cleaner, examiner=Failing(error, again=again))
    result = held(failing, source(of(GREY, rows=24, columns=40)))
    (reason,) = reasons_of(result.outcome)
    assert reason.code is code
    if code is ReasonCode.INTERNAL_ERROR:
        assert reason.detail.startswith(type(error).__name__)
    assert isinstance(result.outcome, Quarantined)


class Insatiable(Failing):
    """An examiner that is never content."""

    def examine_again(
        self, cleaned: OpenImage, plan: Plan, identifiers: Identifiers, fresh: tuple[Region, ...] = ()
    ) -> tuple[Region, ...]:
        return (Region(Box(0, 0, 4, 4), Act.MASK, Origin.DETECTOR, "test"),)


def test_text_that_no_mask_takes_away_is_asked_about(cleaner: Cleaner) -> None:
    never = replace(cleaner, examiner=Insatiable(ValueError(), again=True))
    result = held(never, source(of(GREY, rows=24, columns=40)))
    assert [reason.code for reason in reasons_of(result.outcome)] == [ReasonCode.TEXT_LEFT]
    assert result.proof is not None
    assert not result.proof.holds


def test_a_spool_that_cannot_be_made_holds_the_file(cleaner: Cleaner, tmp_path: Path) -> None:
    result = cleaner.clean(source(of(GREY, rows=24, columns=40)), tmp_path / "gone" / "spool")
    assert [reason.code for reason in reasons_of(result.outcome)] == [ReasonCode.NOT_DELIVERED]
    assert str(tmp_path) not in repr(result)


def test_a_full_spool_leaves_no_preview_behind(cleaner: Cleaner, tmp_path: Path) -> None:
    whole = source()
    (tmp_path / f"{whole.digest}.png").mkdir()  # no preview can be written there
    result = cleaner.clean(whole, tmp_path)
    assert [reason.code for reason in reasons_of(result.outcome)] == [ReasonCode.NOT_DELIVERED]
    assert not (tmp_path / f"{whole.digest}.dcm").exists()


@pytest.mark.parametrize(
    "form",
    [
        of(GREY, rows=1, columns=1), of(COLOUR, rows=1, columns=1), of(DEEP, rows=7, columns=5),
        of(GREY, rows=1, columns=300), of(COLOUR, rows=300, columns=1),
        of(COLOUR, bits_allocated=16, bits_stored=16, high_bit=15), of(DEEP, rows=16, columns=16, signed=True),
        of(GREY, bits_allocated=1, bits_stored=1, high_bit=0, rows=9, columns=9, frames=3),
    ],
)  # fmt: skip
def test_odd_images_come_to_an_end(cleaner: Cleaner, form: Any, tmp_path: Path) -> None:
    result = cleaner.clean(source(form), tmp_path)
    assert ReasonCode.INTERNAL_ERROR not in {reason.code for reason in reasons_of(result.outcome)}
    assert_quotes_nothing(result)


@pytest.mark.parametrize("value", [np.nan, np.inf, 0.0, 1e300])
def test_float_images_of_one_value_come_to_an_end(cleaner: Cleaner, value: float, tmp_path: Path) -> None:
    form = of(GREY, kind=Kind.DOUBLE, bits_allocated=64, bits_stored=64, high_bit=63)
    dataset = described(form, SOPClassUID="1.2.840.10008.5.1.4.1.1.30", Modality="MR")
    result = cleaner.clean(source_of(dataset, form, [np.full(form.shape, value)]), tmp_path)
    assert isinstance(result.outcome, Released)


def test_an_image_of_padding_only_is_released_as_it_is(cleaner: Cleaner, tmp_path: Path) -> None:
    form = of(DEEP, bits_stored=16, high_bit=15, signed=True)
    dataset = described(form, SOPClassUID="1.2.840.10008.5.1.4.1.1.2", Modality="CT", PixelPaddingValue=-2000)
    words = np.full(form.shape, -2000, np.int16).view(np.uint16)
    result = cleaner.clean(source_of(dataset, form, [words]), tmp_path)
    assert isinstance(result.outcome, Released)
    assert result.proof is not None
    assert result.proof.pixels_unchanged


KEYWORDS = [
    "PixelData", "Rows", "Columns", "NumberOfFrames", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation",
    "SamplesPerPixel", "PhotometricInterpretation", "PlanarConfiguration", "SOPClassUID", "SOPInstanceUID", "Modality",
    "PatientID", "PatientName", "StudyInstanceUID", "WindowCenter", "WindowWidth", "RescaleSlope", "RescaleIntercept",
    "VOILUTSequence", "ModalityLUTSequence", "PresentationLUTShape", "BurnedInAnnotation", "SpecificCharacterSet",
    "SequenceOfUltrasoundRegions", "IconImageSequence", "ExtendedOffsetTable", "Manufacturer", "ImageType",
    "LossyImageCompression", "DeidentificationMethodCodeSequence", "SmallestImagePixelValue",
]  # fmt: skip
values = st.one_of(
    st.none(), st.integers(-2, 70000), st.floats(), st.sampled_from(["", VALUE, "RGB", "MONOCHROME1", "YES", "1.2"]),
    st.binary(max_size=64), st.just(pydicom.Dataset()), st.just([pydicom.Dataset()]), st.lists(st.integers(), max_size=3),
)  # fmt: skip
FORMS = [of(form, rows=20, columns=32) for form in (GREY, DEEP, COLOUR, of(GREY, frames=2))]
SOURCES = [source(form, syntax) for form in FORMS for syntax in (EXPLICIT, f"{SYNTAX}.5", f"{SYNTAX}.4.80")]


def mutated(whole: Source, changes: list[tuple[str, Any, bool]]) -> Source:
    for keyword, value, raw in changes:
        if raw:  # bytes that nobody has interpreted yet
            dataset = deepcopy(whole.dataset)
            content = value if isinstance(value, bytes) else VALUE.encode()
            vr = pydicom.datadict.dictionary_VR(Tag(keyword)).split(" ")[0]
            dataset[Tag(keyword)] = RawDataElement(Tag(keyword), vr, len(content), content, 0, False, True)
            whole = replace(whole, dataset=dataset)
        else:
            whole = with_value(whole, keyword, value)
    return whole


def test_no_data_set_makes_it_raise(cleaner: Cleaner) -> None:
    @settings(max_examples=60, deadline=None)
    @given(
        which=st.integers(0, len(SOURCES) - 1),
        changes=st.lists(st.tuples(st.sampled_from(KEYWORDS), values, st.booleans()), min_size=1, max_size=3),
    )
    def law(which: int, changes: list[tuple[str, Any, bool]]) -> None:
        with TemporaryDirectory() as folder:
            result = cleaner.clean(mutated(SOURCES[which], changes), Path(folder))
            left = {path.name for path in Path(folder).iterdir()}
        if isinstance(result.outcome, Released):
            assert result.output is not None
            assert result.proof is not None
            assert result.proof.holds
            assert left <= {result.output.spool_name, result.output.preview}
        else:
            assert left == set()
        assert_quotes_nothing(result)

    law()


def test_no_pixel_bytes_make_it_raise(cleaner: Cleaner) -> None:
    @settings(max_examples=40, deadline=None)
    @given(
        which=st.integers(0, len(SOURCES) - 1),
        at=st.floats(0, 0.999),
        how=st.binary(max_size=4),
        cut=st.integers(0, 4),
    )
    def law(which: int, at: float, how: bytes, cut: int) -> None:
        value = bytes(SOURCES[which].dataset.PixelData)
        place = int(at * len(value))
        broken = with_value(SOURCES[which], "PixelData", value[:place] + how + value[place + cut :])
        with TemporaryDirectory() as folder:
            assert_quotes_nothing(cleaner.clean(broken, Path(folder)))

    law()


def test_keeping_the_header_meets_the_same_end(cleaner: Cleaner) -> None:
    keeping = replace(cleaner, heading=Untouched(cleaner.key))
    held(keeping, with_value(source(of(GREY, rows=24, columns=40)), "Rows", VALUE))
