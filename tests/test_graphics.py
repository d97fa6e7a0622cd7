"""Overlay planes under the Clean Graphics Option: text leaves them, everything else that is drawn stays bit by bit."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pydicom
import pytest
from invented import (
    BIG,
    EXPLICIT,
    GREY,
    SYNTAX,
    described,
    lettering,
    saved,
    source_of,
    speckled,
    words_for,
)
from pydicom import Dataset, Sequence

from pixelclean.batch.task import Mask, MaskOnly, cleaner_for
from pixelclean.dicom import Frames, Source
from pixelclean.dicom.overlays import Overlay
from pixelclean.examination import LookingOnly
from pixelclean.geometry import Box
from pixelclean.graphics import Eyes, cleaned_overlays
from pixelclean.header import Identifiers, harvest
from pixelclean.heading import Deidentified
from pixelclean.outcome import Queued, Released, Result, reasons_of
from pixelclean.pipeline import Cleaner
from pixelclean.reasons import ReasonCode

Bits = npt.NDArray[np.bool_]
NOBODY = Identifiers(frozenset(), frozenset())
ROWS, COLUMNS = 300, 417  # an odd number of pixels, so that the last byte of a plane is not full
PRESENTATION_STATE = "1.2.840.10008.5.1.4.1.1.11.1"


@pytest.fixture(scope="session")
def graphics(cleaner: Cleaner) -> Cleaner:
    """The whole flow with the Clean Graphics Option."""
    policy = cleaner.policy.with_options("clean_graphics")
    return replace(cleaner, policy=policy, heading=Deidentified(cleaner.key, policy))


def writing(text: str, left: int, top: int, size: int) -> Bits:
    return np.asarray(lettering(ROWS, COLUMNS, text, left, top, size) > 100)


def drawing() -> Bits:
    """A circle, a line, an arrow and a frame in the lower half."""
    canvas = np.zeros((ROWS, COLUMNS), np.uint8)
    cv2.circle(canvas, (330, 220), 55, 1, 1)
    cv2.line(canvas, (10, 285), (190, 200), 1, 1)
    cv2.arrowedLine(canvas, (230, 280), (150, 180), 1, 1)
    cv2.rectangle(canvas, (20, 170), (80, 230), 1, 1)
    return canvas.astype(bool)


def packed(frames: list[Bits]) -> bytes:
    value = np.packbits(np.concatenate([frame.reshape(-1) for frame in frames]), bitorder="little").tobytes()
    return value + b"\0" * (len(value) % 2)


def drawn(data: Dataset, frames: int = 1, group: int = 0x6000, *, swapped: bool = False) -> Bits:
    """The bits of a plane as (frame, row, column), read without pixelclean."""
    value = np.frombuffer(data[group, 0x3000].value, np.uint8)
    value = value.reshape(-1, 2)[:, ::-1].reshape(-1) if swapped else value
    bits = np.unpackbits(value, bitorder="little", count=frames * ROWS * COLUMNS)
    return bits.reshape(frames, ROWS, COLUMNS).astype(bool)


def with_overlay(data: Dataset, value: bytes | None, group: int = 0x6000, vr: str = "OW", **others: object) -> Dataset:
    """Give a data set a whole plane; `others` replace or, where None, take away one of its elements."""
    elements = {
        "0010": ("US", ROWS), "0011": ("US", COLUMNS), "0022": ("LO", "Annotation of Sentinel Zoe"), "0040": ("CS", "G"),
        "0050": ("SS", [1, 1]), "0100": ("US", 1), "0102": ("US", 0), "3000": (vr, value),
    } | {number.removeprefix("x"): element for number, element in others.items()}  # fmt: skip
    for number, element in elements.items():
        if element is not None:
            data.add_new((group, int(number, 16)), *element)
    return data


def image(data: Dataset, syntax: str = EXPLICIT) -> Source:
    return source_of(data, GREY, [words_for(speckled(120, 200), GREY)], syntax)


def cleaned(cleaner: Cleaner, source: Source, spool: Path) -> tuple[Dataset, list[ReasonCode]]:
    result = cleaner.clean(source, spool)
    return output(result, spool), [reason.code for reason in reasons_of(result.outcome)]


def output(result: Result, spool: Path) -> Dataset:
    """The output of a result, which must be released, as pydicom reads it."""
    assert isinstance(result.outcome, Released), reasons_of(result.outcome)
    assert result.output is not None
    return pydicom.dcmread(spool / result.output.spool_name)


def groups(data: Dataset) -> set[int]:
    return {tag.group for tag in data.keys() if tag.group >> 8 == 0x60}  # noqa: SIM118


@pytest.mark.parametrize("size", [8, 10, 13, 20, 34, 60])
def test_text_of_any_size_leaves_and_graphics_stay_bit_by_bit(graphics: Cleaner, size: int, tmp_path: Path) -> None:
    text, figures = writing("Sentinel^Zoe", 8, 10, size), drawing()
    source = image(with_overlay(described(GREY), packed([text | figures])))
    data, notes = cleaned(graphics, source, tmp_path)
    assert np.array_equal(drawn(data)[0], figures)
    assert ReasonCode.OVERLAY_REMOVED not in notes
    assert "113103" in {item.CodeValue for item in data.DeidentificationMethodCodeSequence}


def test_what_describes_a_plane_stays_and_its_words_are_cleaned(graphics: Cleaner, tmp_path: Path) -> None:
    statistics = {"x1301": ("IS", "77"), "x1302": ("DS", "1.5"), "x1500": ("LO", "Sentinel Zoe, liver")}
    source = image(with_overlay(described(GREY), packed([drawing()]), 0x6002, **statistics))
    data, _ = cleaned(graphics, source, tmp_path)
    kept = {element.tag.element: element.value for element in data.group_dataset(0x6002)}
    assert kept[0x0010] == ROWS
    assert kept[0x0011] == COLUMNS
    assert kept[0x0050] == [1, 1]
    assert (kept[0x1301], kept[0x1302]) == (77, 1.5)
    assert not any("sentinel" in str(value).lower() for value in kept.values())


def test_text_in_one_frame_of_several_leaves(graphics: Cleaner, tmp_path: Path) -> None:
    text, figures = writing("SENTINEL ZOE 03.02.1901", 8, 10, 20), drawing()
    frames = [figures, figures | text, np.roll(figures, 3, axis=1), np.zeros_like(text), figures]
    source = image(with_overlay(described(GREY), packed(frames), x0015=("IS", "5"), x0051=("US", 1)))
    data, _ = cleaned(graphics, source, tmp_path)
    assert data[0x6000, 0x0015].value == 5
    expected = [figures, figures, np.roll(figures, 3, axis=1), np.zeros_like(text), figures]
    assert np.array_equal(drawn(data, frames=5), expected)


@pytest.mark.parametrize(
    ("syntax", "vr"),
    [(SYNTAX, "OW"), (EXPLICIT, "OW"), (EXPLICIT, "OB"), (BIG, "OW"), (BIG, "OB"), (f"{SYNTAX}.5", "OB")],
)
def test_bits_keep_their_order_in_every_byte_order(graphics: Cleaner, syntax: str, vr: str, tmp_path: Path) -> None:
    text, figures = writing("Sentinel^Zoe", 8, 10, 16), drawing()
    swapped = syntax == BIG and vr == "OW"
    value = packed([text | figures])
    if swapped:
        value = np.frombuffer(value, np.uint16).byteswap().tobytes()
    data, _ = cleaned(graphics, image(with_overlay(described(GREY), value, vr=vr), syntax), tmp_path)
    assert np.array_equal(drawn(data, swapped=swapped)[0], figures)


def test_what_hides_behind_the_last_pixel_is_cut_off(graphics: Cleaner, tmp_path: Path) -> None:
    value = bytearray(packed([drawing()]))
    value[ROWS * COLUMNS // 8] |= 0xFF << ROWS * COLUMNS % 8 & 0xFF
    source = image(with_overlay(described(GREY), bytes(value) + b"Patient: Zoe Sentinel "))
    data, _ = cleaned(graphics, source, tmp_path)
    assert data[0x6000, 0x3000].value == packed([drawing()])
    assert b"Sentinel" not in (next(tmp_path.glob("*.dcm"))).read_bytes()


WHOLE = packed([drawing()])
NOT_WHOLE = {
    "no data": {"x3000": None},
    "empty data": {"x3000": ("OW", b"")},
    "data too short": {"x3000": ("OW", WHOLE[:-2])},
    "data of another VR": {"x3000": ("LT", "a drawing")},
    "no rows": {"x0010": None},
    "rows of another VR": {"x0010": ("SS", ROWS)},
    "several rows": {"x0010": ("US", [ROWS, ROWS])},
    "rows 0": {"x0010": ("US", 0)},
    "enormous": {"x0010": ("US", 65535), "x0011": ("US", 65535)},
    "bits in the pixel words": {"x0100": ("US", 16), "x0102": ("US", 12)},
    "another bit position": {"x0102": ("US", 1)},
    "no bits allocated": {"x0100": None},
    "no frames": {"x0015": ("IS", "0")},
    "fewer frames than promised": {"x0015": ("IS", "2")},
    "too low to be searched": {"x0010": ("US", 15)},
    "too narrow to be searched": {"x0011": ("US", 15)},
    "nothing drawn": {"x3000": ("OW", bytes(len(WHOLE)))},
}


@pytest.mark.parametrize("changes", NOT_WHOLE.values(), ids=NOT_WHOLE)
def test_a_plane_that_is_not_whole_or_cannot_be_searched_leaves_nothing_behind(
    graphics: Cleaner, changes: dict[str, object], tmp_path: Path
) -> None:
    data, notes = cleaned(graphics, image(with_overlay(described(GREY), WHOLE, **changes)), tmp_path)
    assert groups(data) == set()
    assert notes.count(ReasonCode.OVERLAY_REMOVED) == 1


def test_a_plane_of_nothing_but_text_leaves_and_the_others_stay(graphics: Cleaner, tmp_path: Path) -> None:
    data = with_overlay(described(GREY), packed([writing("SENTINEL^ZOE", 20, 40, 30)]), 0x6004)
    with_overlay(data, WHOLE, 0x601E)
    result = graphics.clean(image(data), tmp_path)
    assert groups(output(result, tmp_path)) == {0x601E}
    (reason,) = reasons_of(result.outcome)
    assert (reason.code, reason.detail) == (ReasonCode.OVERLAY_REMOVED, "6004")


def test_a_plane_whose_bytes_spell_the_patient_is_no_drawing(graphics: Cleaner, tmp_path: Path) -> None:
    value = bytearray(WHOLE)
    value[9000:9012] = b"Sentinel^Zoe"
    data, notes = cleaned(graphics, image(with_overlay(described(GREY), bytes(value))), tmp_path)
    assert groups(data) == set()
    assert ReasonCode.OVERLAY_REMOVED in notes


def test_without_the_option_no_plane_stays_and_nothing_is_said(cleaner: Cleaner, tmp_path: Path) -> None:
    data, notes = cleaned(cleaner, image(with_overlay(described(GREY), WHOLE)), tmp_path)
    assert groups(data) == set()
    assert notes == []


def test_whoever_looks_for_no_text_lets_no_plane_pass(graphics: Cleaner, tmp_path: Path) -> None:
    for others in (
        replace(graphics, examiner=LookingOnly(graphics.examiner)),
        cleaner_for(Mask((Box(0, 0, 4, 4),)), graphics.policy, graphics.key),
    ):
        data, notes = cleaned(others, image(with_overlay(described(GREY), WHOLE)), tmp_path)
        assert groups(data) == set()
        assert ReasonCode.OVERLAY_REMOVED in notes


def test_a_header_that_is_kept_on_purpose_keeps_its_planes(graphics: Cleaner, tmp_path: Path) -> None:
    kept = cleaner_for(MaskOnly((Box(0, 0, 4, 4),)), graphics.policy, graphics.key)
    text = packed([writing("Sentinel^Zoe", 8, 10, 20)])
    data, _ = cleaned(kept, image(with_overlay(described(GREY), text)), tmp_path)
    assert data[0x6000, 0x3000].value == text


def presentation_state(**attributes: object) -> Dataset:
    state = described(GREY, SOPClassUID=PRESENTATION_STATE, Modality="PR", **attributes)
    for keyword in ("Rows", "Columns", "SamplesPerPixel", "PhotometricInterpretation", "BitsAllocated", "BitsStored"):
        delattr(state, keyword)
    return state


def test_planes_of_a_presentation_state_that_keeps_its_header_wait_since_no_box_reaches_them(
    graphics: Cleaner, tmp_path: Path
) -> None:
    kept = cleaner_for(MaskOnly((Box(0, 0, 200, 120),)), graphics.policy, graphics.key)
    state = with_overlay(presentation_state(), packed([writing("Sentinel^Zoe", 8, 10, 20)]))
    outcome = kept.clean(saved(state, EXPLICIT), tmp_path).outcome
    assert isinstance(outcome, Queued)
    assert [reason.code for reason in outcome.reasons] == [ReasonCode.NOTHING_MASKED]


def item(**attributes: object) -> Dataset:
    made = Dataset()
    for keyword, value in attributes.items():
        setattr(made, keyword, value)
    return made


def test_the_planes_of_a_presentation_state_are_cleaned_too(graphics: Cleaner, tmp_path: Path) -> None:
    state = presentation_state(GraphicLayerSequence=Sequence([item(GraphicLayer="DR SENTINEL", GraphicLayerOrder=1)]))
    text = writing("Sentinel^Zoe", 8, 10, 20)
    with_overlay(state, packed([drawing() | text]), 0x6000, x1001=("CS", "DR SENTINEL"))
    state.add_new((0x6002, 0x1001), "CS", "DR SENTINEL")  # shows a plane of the images
    data, notes = cleaned(graphics, saved(state, EXPLICIT), tmp_path)
    assert np.array_equal(drawn(data)[0], drawing())
    assert data[0x6000, 0x1001].value == data[0x6002, 0x1001].value == data.GraphicLayerSequence[0].GraphicLayer
    assert ReasonCode.OVERLAY_REMOVED not in notes


def test_annotations_stay_in_their_layers_without_their_text(graphics: Cleaner, tmp_path: Path) -> None:
    text = item(UnformattedTextValue="Zoe Sentinel", AnchorPoint=[1.0, 2.0], AnchorPointVisibility="Y")
    line = item(GraphicType="POLYLINE", GraphicDimensions=2, NumberOfGraphicPoints=2, GraphicData=[1.0, 2.0, 3.0, 4.5])
    arrow = item(CompoundGraphicType="ARROW", CompoundGraphicInstanceID=1, GraphicData=[9.0, 8.0, 7.0, 6.5])
    state = presentation_state(
        GraphicLayerSequence=Sequence([item(GraphicLayer="ZOE"), item(GraphicLayer="DR SENTINEL")]),
        GraphicAnnotationSequence=Sequence(
            [
                item(GraphicLayer="DR SENTINEL", TextObjectSequence=Sequence([text])),
                item(GraphicLayer="ZOE", GraphicObjectSequence=Sequence([line])),
                item(GraphicLayer="DR SENTINEL", CompoundGraphicSequence=Sequence([arrow])),
            ]
        ),
    )
    data, _ = cleaned(graphics, saved(state, EXPLICIT), tmp_path)
    assert [layer.GraphicLayer for layer in data.GraphicLayerSequence] == ["LAYER1", "LAYER2"]
    texts, lines, arrows = data.GraphicAnnotationSequence
    assert [each.GraphicLayer for each in (texts, lines, arrows)] == ["LAYER2", "LAYER1", "LAYER2"]
    assert texts.TextObjectSequence[0].UnformattedTextValue == "REMOVED"
    assert texts.TextObjectSequence[0].AnchorPoint == [1.0, 2.0]
    assert lines.GraphicObjectSequence[0] == line
    assert arrows.CompoundGraphicSequence[0] == arrow


def test_a_shutter_goes_with_its_plane(graphics: Cleaner, tmp_path: Path) -> None:
    shutter = {"ShutterOverlayGroup": 0x6000, "ShutterPresentationValue": 0}
    state = presentation_state(ShutterShape="BITMAP", **shutter)
    data, _ = cleaned(graphics, saved(with_overlay(state, WHOLE), EXPLICIT), tmp_path)
    assert (data.ShutterShape, data.ShutterOverlayGroup) == ("BITMAP", 0x6000)
    state = presentation_state(ShutterShape=["BITMAP", "RECTANGULAR"], **shutter)
    data, _ = cleaned(graphics, saved(with_overlay(state, WHOLE[:-2]), EXPLICIT), tmp_path)
    assert data.ShutterShape == "RECTANGULAR"
    assert "ShutterOverlayGroup" not in data
    state = presentation_state(ShutterShape="BITMAP", **shutter)
    data, _ = cleaned(graphics, saved(with_overlay(state, WHOLE[:-2]), EXPLICIT), tmp_path)
    assert not {"ShutterShape", "ShutterOverlayGroup", "ShutterPresentationValue"} & set(data.dir())


def plane(value: bytes = WHOLE) -> Dataset:
    made = with_overlay(Dataset(), value)
    made.set_original_encoding(is_implicit_vr=False, is_little_endian=True)
    return made


def test_what_the_second_look_sees_is_cleared_and_looked_at_again() -> None:
    left = iter([(Box(20, 170, 40, 231),), (Box(300, 150, 417, 300),), ()])
    seen: list[Bits] = []

    def second(frames: Frames) -> tuple[Box, ...]:
        seen.append(frames.frame(0)[..., 0] > 0)
        return next(left)

    overlays = cleaned_overlays(plane(), NOBODY, Eyes(lambda _: (), second))
    expected = drawing()
    expected[170:231, 20:40] = False
    assert np.array_equal(seen[1], expected)
    expected[150:300, 300:417] = False
    assert np.array_equal(drawn(overlays.put_into(plane()))[0], expected)


def somewhere_else() -> Iterator[tuple[Box, ...]]:
    return iter([(Box(20 + step, 170, 21 + step, 231),) for step in range(60)])


def test_a_plane_that_never_looks_clean_leaves() -> None:
    boxes = somewhere_else()
    assert cleaned_overlays(plane(), NOBODY, Eyes(lambda _: (), lambda _: next(boxes))).removed == (0x6000,)


def test_boxes_in_which_nothing_is_drawn_are_no_text() -> None:
    blank = (Box(0, 0, 400, 100),)
    overlays = cleaned_overlays(plane(), NOBODY, Eyes(lambda _: blank, lambda _: blank))
    assert drawn(overlays.put_into(plane())).tolist() == [drawing().tolist()]


def test_every_distinct_frame_is_looked_at_once() -> None:
    frames = [np.roll(drawing(), step % 3, axis=0) for step in range(9)]
    data = plane(packed([np.zeros_like(frames[0]), *frames]))
    data.add_new((0x6000, 0x0015), "IS", "10")
    looked: list[int] = []

    def look(shown: Frames) -> tuple[Box, ...]:
        looked.append(len(shown))
        assert {shown.frame(i).tobytes() for i in range(3)} == {frame.tobytes() for frame in frames}
        return ()

    cleaned_overlays(data, NOBODY, Eyes(look, look))
    assert looked == [3, 3]


def test_a_plane_with_more_to_look_at_than_time_allows_is_not_searched() -> None:
    noise = np.random.default_rng(1).integers(0, 256, 6 * 2400 * 2400 // 8, np.uint8).tobytes()
    data = plane(noise)
    data[0x6000, 0x0010].value = data[0x6000, 0x0011].value = 2400
    data.add_new((0x6000, 0x0015), "IS", "6")
    eyes = Eyes(lambda _: pytest.fail("looked at"), lambda _: ())
    assert cleaned_overlays(data, NOBODY, eyes).removed == (0x6000,)


def test_a_word_that_only_the_reader_sees_is_cleared(graphics: Cleaner) -> None:
    text = writing("SENTINEL", 30, 20, 40)
    source = with_overlay(described(GREY), packed([text | drawing()]))
    source.set_original_encoding(is_implicit_vr=False, is_little_endian=True)
    frames = Overlay.of(source, 0x6000).frames
    blind = replace(graphics.examiner.finder.policy, sure_score=1e6, ask_score=1e6)
    examiner = replace(graphics.examiner, finder=replace(graphics.examiner.finder, policy=blind))
    boxes = examiner._again_in_plane(frames, harvest(source))
    assert any(box.grown(2).intersection(Box(30, 25, 200, 55)) for box in boxes)
