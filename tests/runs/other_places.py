"""Places beside Pixel Data where a file may show its pixels: an invented patient's banner, drawn into each of them.

Each place takes a data set that describes an image of `GREY` and has its pixels, puts the banner somewhere, and gives
back the bytes that must not leave.
"""

import base64
from collections.abc import Callable, Mapping
from io import BytesIO

import cv2
import numpy as np
import numpy.typing as npt
from invented import EXPLICIT, GREY, SECONDARY_CAPTURE, as_file, described
from PIL import Image
from pydicom import DataElement, Dataset, Sequence
from pydicom.encaps import encapsulate
from pydicom.uid import UID

Picture = npt.NDArray[np.uint8]
Place = Callable[[Dataset], bytes]

ROWS, COLUMNS = GREY.rows, GREY.columns
LISTED = "SIEMENS Ultrasound SC2000"  # (0129,xx08) is on the list of safe private elements, and is OB


def card(rows: int = ROWS, columns: int = COLUMNS) -> Picture:
    """Whose image it is, on noise that no other picture has."""
    drawn = np.random.default_rng(rows * columns).integers(0, 60, (rows, columns), np.uint8)
    cv2.putText(drawn, "SENTINEL^ZOE", (4, rows // 3), cv2.FONT_HERSHEY_SIMPLEX, columns / 260, 255, 1)
    cv2.putText(drawn, "03.02.1901", (4, 2 * rows // 3), cv2.FONT_HERSHEY_SIMPLEX, columns / 260, 255, 1)
    return drawn


def coded(extension: str) -> bytes:
    """The card as a file of pictures."""
    if extension in ("gif", "tiff", "webp"):
        buffer = BytesIO()
        Image.fromarray(card()).save(buffer, extension)
        return buffer.getvalue()
    done, value = cv2.imencode(f".{extension}", card())
    assert done
    return value.tobytes()


def dicom() -> bytes:
    """The card as a DICOM file."""
    inner = described(GREY, SOPClassUID=UID(SECONDARY_CAPTURE))
    inner.PixelData = card().tobytes()
    inner["PixelData"].VR = "OB"
    return as_file(inner, EXPLICIT)


def shown(picture: Picture, **attributes: object) -> Dataset:
    """An item of the Image Pixel Macro (PS3.3 C.7.6.3)."""
    item = Dataset()
    item.SamplesPerPixel, item.PhotometricInterpretation = 1, "MONOCHROME2"
    item.Rows, item.Columns = picture.shape
    item.BitsAllocated = item.BitsStored = 8
    item.HighBit, item.PixelRepresentation = 7, 0
    item.PixelData = picture.tobytes()
    item["PixelData"].VR = "OB"
    for keyword, value in attributes.items():
        setattr(item, keyword, value)
    return item


def _icon(data: Dataset) -> bytes:
    icon = shown(card(64, 64))
    data.IconImageSequence = Sequence([icon])
    return bytes(icon.PixelData)


def _palette_icon(data: Dataset) -> bytes:
    icon = shown(card(64, 64), PhotometricInterpretation="PALETTE COLOR")
    for colour in ("Red", "Green", "Blue"):
        setattr(icon, f"{colour}PaletteColorLookupTableDescriptor", [256, 0, 8])
        setattr(icon, f"{colour}PaletteColorLookupTableData", bytes(range(256)))
    data.IconImageSequence = Sequence([icon])
    return bytes(icon.PixelData)


def _icon_of_a_reference(data: Dataset) -> bytes:
    reference, icon = Dataset(), shown(card(64, 64))
    reference.ReferencedSOPClassUID, reference.ReferencedSOPInstanceUID = SECONDARY_CAPTURE, "1.2.826.0.1.3680043.10.9"
    reference.IconImageSequence = Sequence([icon])
    data.ReferencedImageSequence = Sequence([reference])
    return bytes(icon.PixelData)


def _icon_of_a_frame(data: Dataset) -> bytes:
    group, content, icon = Dataset(), Dataset(), shown(card(64, 64))
    content.FrameAcquisitionNumber, content.IconImageSequence = 1, Sequence([icon])
    group.FrameContentSequence = Sequence([content])
    data.PerFrameFunctionalGroupsSequence = Sequence([group])
    return bytes(icon.PixelData)


def _coded_icon(data: Dataset) -> bytes:
    icon = shown(card(64, 64))
    value = coded("jpg")
    icon["PixelData"] = DataElement("PixelData", "OB", encapsulate([value]), is_undefined_length=True)
    data.IconImageSequence = Sequence([icon])
    return value


def _pixels_in_a_sequence(data: Dataset) -> bytes:
    item = shown(card())
    data.ReferencedImageEvidenceSequence = Sequence([item])
    return bytes(item.PixelData)


def _floats_in_a_sequence(data: Dataset) -> bytes:
    item = Dataset()
    item.FloatPixelData = card().astype("<f4").tobytes()
    item.Rows, item.Columns = ROWS, COLUMNS
    data.SourceImageSequence = Sequence([item])
    return bytes(item.FloatPixelData)


def _doubles_in_a_sequence(data: Dataset) -> bytes:
    item = Dataset()
    item.DoubleFloatPixelData = card().astype("<f8").tobytes()
    data.SourceImageSequence = Sequence([item])
    return bytes(item.DoubleFloatPixelData)


def _original_attributes(data: Dataset) -> bytes:
    change, before = Dataset(), shown(card())
    change.ModifyingSystem, change.ReasonForTheAttributeModification = "ACME", "CORRECT"
    change.ModifiedAttributesSequence = Sequence([before])
    data.OriginalAttributesSequence = Sequence([change])
    return bytes(before.PixelData)


def _private_icon(data: Dataset) -> bytes:
    icon = shown(card(64, 64))
    data.private_block(0x0009, "GEIIS", create=True).add_new(0x10, "SQ", Sequence([icon]))
    return bytes(icon.PixelData)


def _private(vr: str, value: bytes, creator: str = LISTED, group: int = 0x0129, element: int = 0x08) -> Place:
    def put(data: Dataset) -> bytes:
        data.private_block(group, creator, create=True).add_new(element, vr, value + b"\0" * (len(value) % 2))
        return value

    return put


def _private_in_a_private_sequence(data: Dataset) -> bytes:
    item, value = Dataset(), coded("bmp")
    item.private_block(0x0129, LISTED, create=True).add_new(0x08, "OB", value + b"\0" * (len(value) % 2))
    data.private_block(0x0129, LISTED, create=True).add_new(0x20, "SQ", Sequence([item]))
    return value


def _private_words(data: Dataset) -> bytes:
    data.private_block(0x0011, "ACME", create=True).add_new(0x01, "US", card().reshape(-1).astype(int).tolist())
    return card().astype("<u2").tobytes()


def _private_text(data: Dataset) -> bytes:
    value = base64.b64encode(coded("png"))
    data.private_block(0x0011, "ACME", create=True).add_new(0x02, "UT", value.decode())
    return value


def _private_with_a_header(data: Dataset) -> bytes:
    return _private("OB", b"ACME1.0 " + bytes(24) + coded("jpg"), "ACME", 0x0011, 0x03)(data)[40:]


def _private_dicom(data: Dataset) -> bytes:
    _private("OB", dicom())(data)
    return card().tobytes()


def _trailing_padding(data: Dataset) -> bytes:
    data.add_new(0xFFFCFFFC, "OB", card().tobytes())
    return card().tobytes()


def _maker_note(data: Dataset) -> bytes:
    value = coded("jpg")
    data.MakerNote = value + b"\0" * (len(value) % 2)
    return value


def _coefficients(data: Dataset) -> bytes:
    data.add_new(0x7FE00020, "OW", card().tobytes())
    return card().tobytes()


def _curve(data: Dataset) -> bytes:
    for element, vr, value in ((0x05, "US", 1), (0x10, "US", ROWS * COLUMNS), (0x20, "CS", "PROF"), (0x103, "US", 0)):
        data.add_new(0x50000000 | element, vr, value)
    data.add_new(0x50003000, "OW", card().tobytes())
    return card().tobytes()


def plane(data: Dataset, group: int, value: bytes | None, **others: tuple[str, object]) -> None:
    """An overlay group of the image's size."""
    elements: dict[int, tuple[str, object]] = {
        0x10: ("US", ROWS), 0x11: ("US", COLUMNS), 0x40: ("CS", "G"), 0x50: ("SS", [1, 1]), 0x100: ("US", 1), 0x102: ("US", 0),
    } | {int(number[1:], 16): element for number, element in others.items()}  # fmt: skip
    if value is not None:
        elements[0x3000] = ("OW", value)
    for element, (vr, each) in elements.items():
        data.add_new(group << 16 | element, vr, each)


def bits(frames: int = 1) -> bytes:
    """The text of the card as overlay bits, the same in every frame."""
    ink = np.concatenate([(card() > 200).reshape(-1)] * frames)
    return np.packbits(ink, bitorder="little").tobytes()


def _overlay(data: Dataset) -> bytes:
    plane(data, 0x6000, bits())
    return bits()


def _overlay_in_a_sequence(data: Dataset) -> bytes:
    item = Dataset()
    plane(item, 0x6000, bits())
    data.ReferencedImageEvidenceSequence = Sequence([item])
    return bits()


PLACES: Mapping[str, Place] = {
    "an icon": _icon,
    "an icon with a palette": _palette_icon,
    "an icon of a reference": _icon_of_a_reference,
    "an icon of a frame": _icon_of_a_frame,
    "an icon as JPEG": _coded_icon,
    "pixels in a sequence": _pixels_in_a_sequence,
    "floats in a sequence": _floats_in_a_sequence,
    "doubles in a sequence": _doubles_in_a_sequence,
    "original attributes": _original_attributes,
    "a private icon": _private_icon,
    "a raw copy": _private("OB", card().tobytes()),
    "a raw copy of unknown VR": _private("UN", card().tobytes(), "ACME", 0x0011, 0x10),
    "a raw copy in colour": _private("OW", np.repeat(card(), 3).tobytes(), "ACME", 0x0011, 0x11),
    "a raw copy in words": _private_words,
    **{f"a private {extension}": _private("OB", coded(extension)) for extension in (
        "jpg", "png", "bmp", "jp2", "gif", "tiff", "webp")},
    "a private DICOM file": _private_dicom,
    "a private picture behind a header": _private_with_a_header,
    "a private picture in a private sequence": _private_in_a_private_sequence,
    "a private picture as text": _private_text,
    "trailing padding": _trailing_padding,
    "a maker note": _maker_note,
    "coefficients": _coefficients,
    "a curve": _curve,
    "an overlay": _overlay,
    "an overlay in a sequence": _overlay_in_a_sequence,
}  # fmt: skip


def chunks(payload: bytes) -> list[bytes]:
    """Parts of a payload by which it would be recognised wherever it stands."""
    size, step = 24, max(1, len(payload) // 60)
    parts = [payload[at : at + size] for at in range(0, len(payload) - size, step)]
    found = [part for part in parts if len(set(part)) >= 4]
    assert found
    return found
