"""The samples of ordinary modalities: CT, MR, CR, what hides beside their pixels, and a report without any."""

import cv2
import numpy as np
from drawing import SANS, Canvas, Line, abdomen, box_of, chest, head, ink_of
from headers import code, depth, identified, image, slice_geometry
from pydicom.dataset import Dataset
from pydicom.pixels.utils import pack_bits
from pydicom.sequence import Sequence
from sample import Sample

CT_IMAGE, MR_IMAGE, CR_IMAGE = "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.5.1.4.1.1.4", "1.2.840.10008.5.1.4.1.1.1"
BASIC_TEXT_SR = "1.2.840.10008.5.1.4.1.1.88.11"


def plain_ct(name: str = "ct-plain.dcm", seed: int = 71, number: int = 7) -> Sample:
    """A slice with nothing on it: 16 bits, signed, padding outside the circle of reconstruction."""
    units = np.rint(abdomen(np.random.default_rng(seed), 256, 256)).astype("<i2")
    rows, columns = np.mgrid[0:256, 0:256]
    units[np.hypot(rows - 127.5, columns - 127.5) > 127.5] = -2000
    data = _ct(number, 1)
    depth(data, 16, 16, 1)
    data.PixelPaddingValue, data.RescaleIntercept, data.RescaleSlope, data.RescaleType = -2000, 0, 1, "HU"
    data.PixelData = units.tobytes()
    return Sample(name, "CT slice without text, 16 bits signed", data, "released", [])


def damaged_ct() -> Sample:
    """A slice whose transfer broke off in the middle of the pixels."""
    whole = plain_ct("ct-truncated.dcm", 72, 8)
    return Sample(whole.name, "CT slice that was cut short", whole.data, "quarantined", [], ("truncated",), cut_at=0.6)


def high_bit_ct() -> Sample:
    """Twelve bits of image, and above them a graphic layer with a name: no pixel array of pydicom shows it as text."""
    units = np.clip(np.rint(abdomen(np.random.default_rng(73), 256, 256)) + 1024, 0, 4095).astype("<u2")
    lines = []
    for text, kind, baseline in (("SENTINEL ZOE", "name", 24), ("ZZ-SENTINEL-0001", "id", 44)):
        ink = ink_of(text, units.shape, 10, baseline, SANS, 16, 600)
        units[ink > 110] |= 1 << 12
        lines.append(Line(text, kind, phi=True, box=box_of(np.where(ink > 110, ink, 0)), where="high-bits"))
    data = _ct(9, 2)
    depth(data, 16, 12, 0)
    data.RescaleIntercept, data.RescaleSlope, data.RescaleType = -1024, 1, "HU"
    _overlay(data, 256, 256)
    data[0x6000, 0x0100].value, data[0x6000, 0x0102].value = (
        16,
        12,
    )  # it lies in the pixel data, bit 12 (retired, PS3.5 8.1.2)
    data.PixelData = units.tobytes()
    return Sample("ct-text-in-high-bits.dcm", "CT slice with text above Bits Stored", data, "released", lines)


def overlaid_mr() -> Sample:
    """Nothing in the pixels, but a name in an overlay plane and in the icon."""
    picture = head(np.random.default_rng(81), 256, 256)
    shown = np.clip(picture * 900, 0, 4095).astype("<u2")
    ink = ink_of("Sentinel^Zoe 03.02.1901", shown.shape, 20, 30, SANS, 16, 500)
    lines = [
        Line("Sentinel^Zoe 03.02.1901", "name", phi=True, box=box_of(np.where(ink > 110, ink, 0)), where="overlay")
    ]
    data = image(identified(MR_IMAGE, "MR", 10, 2, 3), ("ORIGINAL", "PRIMARY", "OTHER"), (256, 256, 1), "MONOCHROME2")
    depth(data, 16, 12, 0)
    slice_geometry(data, 2, 0.9)
    data.ScanningSequence, data.SequenceVariant, data.ScanOptions, data.MRAcquisitionType = "SE", "SK", "", "2D"
    data.RepetitionTime, data.EchoTime, data.EchoTrainLength, data.MagneticFieldStrength = 500, 12, 1, 1.5
    data.BodyPartExamined = "HEAD"
    _overlay(data, 256, 256)
    data.add_new(0x60003000, "OW", pack_bits((ink > 110).astype(np.uint8).ravel(), pad=True))
    icon = Canvas(np.clip(cv2.resize(picture, (64, 64)) * 220, 0, 255).astype(np.uint8)[..., np.newaxis])
    line = icon.write("SENTINEL", 2, 12, colour=(255,), kind="name", phi=True, size=11)
    lines.append(Line(line.text, line.kind, phi=True, box=line.box, where="icon"))
    data.IconImageSequence = Sequence([_icon(icon)])
    data.PixelData = shown.tobytes()
    return Sample(
        "mr-overlay-and-icon.dcm", "MR slice with a name in an overlay and in its icon", data, "released", lines
    )


def radiograph() -> Sample:
    """A chest in MONOCHROME1, where 0 is white, with the label of the cassette and a lead letter."""
    rows, columns = 360, 300
    picture = chest(np.random.default_rng(91), rows, columns)
    canvas = Canvas(np.rint(picture * 255).astype(np.uint8)[..., np.newaxis])
    canvas.write("SENTINEL ZOE", 8, 18, colour=(255,), kind="name", phi=True, size=15, weight=600)
    canvas.write("03-02-1901  ZZ-SENTINEL-0001", 8, 35, colour=(255,), kind="id", phi=True, size=13)
    canvas.write("04-03-2001 10:11", 8, 350, colour=(235,), kind="date", phi=True, size=13)
    canvas.write("L", 262, 78, colour=(255,), kind="laterality", size=30, weight=800)
    canvas.write("PA", 268, 350, colour=(235,), kind="technical", size=14)
    finer = picture - np.rint(picture * 255) / 255  # what 8 bits could not hold
    shown = np.clip(canvas.pixels[..., 0] / 255 + finer, 0, 1)
    data = image(identified(CR_IMAGE, "CR", 11, 3, 1), ("ORIGINAL", "PRIMARY"), (rows, columns, 1), "MONOCHROME1")
    depth(data, 16, 12, 0)
    data.BodyPartExamined, data.ViewPosition, data.KVP = "CHEST", "PA", 125
    data.PatientOrientation, data.ImagerPixelSpacing = ["L", "F"], [1.1, 1.1]
    data.CassetteID, data.PlateID = "SENTINEL-C1", "SENTINEL-P1"
    data.PixelData = np.rint((1 - shown) * 4095).astype("<u2").tobytes()
    return Sample("cr-monochrome1.dcm", "chest radiograph, MONOCHROME1, 12 bits", data, "released", canvas.lines)


def report() -> Sample:
    """A structured report: identities in its sentences, and no pixels."""
    data = identified(BASIC_TEXT_SR, "SR", 12, 1, 4)
    data.CompletionFlag, data.VerificationFlag = "COMPLETE", "UNVERIFIED"
    data.ReferencedPerformedProcedureStepSequence = Sequence()
    data.PerformedProcedureCodeSequence = Sequence()
    data.ValueType, data.ContinuityOfContent = "CONTAINER", "SEPARATE"
    data.ConceptNameCodeSequence = Sequence([code("18748-4", "LN", "Diagnostic imaging report")])
    data.ContentSequence = Sequence(
        [
            _content("121008", "Person Observer Name", "HAS OBS CONTEXT", "PNAME", "Sentinel-Reader^Ray"),
            _content(
                "121071", "Finding", "CONTAINS", "TEXT", "Zoe Sentinel (ZZ-SENTINEL-0001) has a cyst of the liver."
            ),
            _content(
                "121077",
                "Conclusion",
                "CONTAINS",
                "TEXT",
                "Dr Sentinel-Referrer was told by telephone on 4 March 2001.",
            ),
        ]
    )
    del data.RequestAttributesSequence, data.OperatorsName
    return Sample("sr-report.dcm", "structured report, no pixels", data, "released", [])


def _content(value: str, meaning: str, relation: str, kind: str, text: str) -> Dataset:
    item = Dataset()
    item.RelationshipType, item.ValueType = relation, kind
    item.ConceptNameCodeSequence = Sequence([code(value, "DCM", meaning)])
    setattr(item, "PersonName" if kind == "PNAME" else "TextValue", text)
    return item


def _ct(number: int, series: int) -> Dataset:
    data = image(
        identified(CT_IMAGE, "CT", number, 2, series), ("ORIGINAL", "PRIMARY", "AXIAL"), (256, 256, 1), "MONOCHROME2"
    )
    slice_geometry(data, 2, 1.4)
    data.KVP, data.ConvolutionKernel, data.ProtocolName = 120, "B31f", "Sentinel abdomen"
    data.WindowCenter, data.WindowWidth = 40, 400
    return data


def _overlay(data: Dataset, rows: int, columns: int) -> None:
    """An Overlay Plane module of one bit."""
    for element, vr, value in (
        (0x0010, "US", rows),
        (0x0011, "US", columns),
        (0x0022, "LO", "Annotation of Sentinel-Operator"),
        (0x0040, "CS", "G"),
        (0x0050, "SS", [1, 1]),
        (0x0100, "US", 1),
        (0x0102, "US", 0),
        (0x1500, "LO", "Sentinel, Zoe"),
    ):
        data.add_new((0x6000 << 16) + element, vr, value)


def _icon(canvas: Canvas) -> Dataset:
    icon = Dataset()
    icon.SamplesPerPixel, icon.PhotometricInterpretation = 1, "MONOCHROME2"
    icon.Rows, icon.Columns = canvas.pixels.shape[:2]
    depth(icon, 8, 8, 0)
    icon.PixelData = canvas.pixels.tobytes()
    return icon
