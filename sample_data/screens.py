"""The secondary captures: a screen of a workstation, a dose sheet and a scanned form."""

import cv2
import imagecodecs
import numpy as np
from drawing import ITALIC, NARROW, SANS, Canvas, Line, abdomen, box_of, coloured, ink_of, sector
from headers import identified, image
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import JPEG2000Lossless, JPEGLSLossless, RLELossless
from sample import Sample

SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
LIGHT, DIM = (225, 229, 233), (150, 160, 170)


def workstation() -> Sample:
    """A screen as it was: title bar, list of series, two viewports, a table of measurements."""
    canvas = Canvas.blank(400, 560, (38, 42, 48))
    canvas.pixels[:26], canvas.pixels[26:380, :128] = (20, 60, 104), (52, 58, 66)
    canvas.pixels[380:] = (28, 31, 36)
    canvas.write(
        "SENTINEL^ZOE  ZZ-SENTINEL-0001  03.02.1901 F", 8, 18, colour=(255, 255, 255), kind="name", phi=True, size=13
    )
    for number, text in enumerate(("AX 5.0 B31", "COR 3.0", "SAG 3.0", "DOSE")):
        top = 36 + 62 * number
        canvas.pixels[top : top + 56, 6:122] = (66, 74, 84) if number else (92, 110, 130)
        small = cv2.resize(
            _shown(abdomen(np.random.default_rng(40 + number), 96, 96)), (44, 44), interpolation=cv2.INTER_AREA
        )
        canvas.pixels[top + 6 : top + 50, 10:54] = coloured(np.asarray(small, np.uint8)) if number < 3 else (10, 10, 10)
        canvas.label(text, 58, top + 24, colour=LIGHT, font=NARROW, size=12)
    canvas.pixels[32:272, 134:344] = coloured(_shown(abdomen(np.random.default_rng(48), 240, 210)))
    canvas.pixels[32:272, 350:554] = coloured(sector(np.random.default_rng(49), 240, 204, (102, -10), (30, 230)))
    canvas.write("Sentinel Hospital", 140, 46, colour=LIGHT, kind="institution", phi=True, size=12)
    canvas.write("04.03.2001 10:11", 140, 266, colour=LIGHT, kind="date", phi=True, size=12)
    canvas.label("W 400 L 40", 280, 266, colour=LIGHT, font=NARROW, size=12)
    canvas.label("R", 138, 155, colour=(255, 220, 90), size=14)
    canvas.pixels[278:374, 134:554] = (46, 51, 58)
    for number, (name, value) in enumerate(
        (("Liver span", "14.2 cm"), ("Kidney, right", "10.8 cm"), ("Aorta", "1.9 cm"))
    ):
        canvas.label(name, 142, 296 + 18 * number, colour=DIM, size=12)
        canvas.label(value, 262, 296 + 18 * number, colour=LIGHT, size=12)
    canvas.write("Read by: Dr Sentinel-Reader", 142, 362, colour=LIGHT, kind="physician", phi=True, size=12)
    canvas.write("sentinel-ws1  user: osentinel", 8, 394, colour=DIM, kind="operator", phi=True, font=NARROW, size=12)
    data = _captured(canvas, 4, "RGB", ("DERIVED", "SECONDARY", "OTHER"))
    data.PixelData = canvas.pixels.tobytes()
    data.compress(RLELossless, generate_instance_uid=False)
    return Sample("sc-screen-rle.dcm", "screen of a workstation, RLE", data, "released", canvas.lines)


def dose_sheet() -> Sample:
    """The page of doses that a CT scanner appends to a study."""
    canvas = Canvas.blank(420, 512, (0,))
    white = (230,)
    for row, (name, value, kind) in enumerate(
        (
            ("Patient Name:", "Sentinel^Zoe", "name"),
            ("Accession Number:", "SENTINELACC001", "id"),
            ("Patient ID:", "ZZ-SENTINEL-0001", "id"),
            ("Exam Date:", "04 Mar 2001", "date"),
            ("Physician:", "Dr. Sentinel-Referrer", "physician"),
        )
    ):
        canvas.label(name, 16, 56 + 19 * row, colour=white, size=14)
        canvas.write(value, 150, 56 + 19 * row, colour=white, kind=kind, phi=True, size=14)
    canvas.write("Dose Report", 206, 26, colour=white, size=18, weight=600)
    canvas.pixels[168:170, 12:500] = canvas.pixels[318:320, 12:500] = 120
    heads = ("Series", "Type", "Scan Range", "CTDIvol", "DLP", "Phantom")
    table = (
        heads,
        ("", "", "(mm)", "(mGy)", "(mGy-cm)", "cm"),
        ("1", "Scout", "-", "-", "-", "-"),
        ("2", "Helical", "S12.250-I398.7", "9.84", "437.21", "Body 32"),
        ("3", "Helical", "S10.000-I211.3", "10.02", "248.70", "Body 32"),
    )
    for row, cells in enumerate(table):
        for text, left in zip(cells, (16, 78, 146, 280, 354, 436), strict=True):
            if text:
                canvas.label(text, left, 190 + 26 * row, colour=white, font=NARROW, size=14)
    canvas.label("Total Exam DLP:", 236, 346, colour=white, size=14)
    canvas.label("685.91", 354, 346, colour=white, font=NARROW, size=14)
    canvas.write("Sentinel Hospital", 16, 402, colour=white, kind="institution", phi=True, size=13)
    canvas.label("1/1", 474, 402, colour=white, size=13)
    data = _captured(canvas, 5, "MONOCHROME2", ("DERIVED", "SECONDARY", "SCREEN SAVE"))
    data.file_meta.TransferSyntaxUID = JPEGLSLossless
    data.BurnedInAnnotation = "YES"
    data.PixelData = encapsulate([bytes(imagecodecs.jpegls_encode(canvas.pixels[..., 0]))])
    return Sample(
        "sc-dose-sheet-jpegls.dcm",
        "dose sheet, JPEG-LS lossless",
        data,
        "queued",
        canvas.lines,
        ("looks-like-document",),
    )


def scanned_form() -> Sample:
    """A referral that somebody filled in by hand and scanned a little askew."""
    rng, shape = np.random.default_rng(61), (760, 560)
    paper = 246 + cv2.GaussianBlur(rng.normal(0, 14, shape), (0, 0), 2.5) - 6 * np.linspace(0, 1, shape[1])
    turn = cv2.getRotationMatrix2D((280, 380), 0.7, 1)
    ink, lines = _rules_of_the_form(turn), []
    for text, kind, phi, left, baseline, font, size in _FORM:
        drawn = cv2.warpAffine(ink_of(text, shape, left, baseline, font, size, 400), turn, shape[::-1])
        lines.append(Line(text, kind, phi, box_of(np.asarray(drawn, np.uint8))))
        ink = np.maximum(ink, drawn)
    page = paper - ink.astype(np.float64) / 255 * 196 + rng.normal(0, 3.5, shape)
    page[:, :5] -= np.linspace(120, 20, 5)  # the edge of the sheet
    canvas = Canvas(np.clip(np.rint(page), 0, 255).astype(np.uint8)[..., np.newaxis], lines)
    data = _captured(canvas, 6, "MONOCHROME2", ("ORIGINAL", "SECONDARY"))
    data.ConversionType, data.Modality = "SD", "OT"
    data.file_meta.TransferSyntaxUID = JPEG2000Lossless
    data.PixelData = encapsulate(
        [bytes(imagecodecs.jpeg2k_encode(canvas.pixels[..., 0], codecformat="j2k", reversible=True))]
    )
    return Sample(
        "sc-scanned-form-jpeg2000.dcm",
        "scanned form, JPEG 2000 lossless",
        data,
        "queued",
        lines,
        ("looks-like-document",),
    )


# text, kind, phi, left, baseline, font, size
_FORM = (
    ("SENTINEL HOSPITAL", "institution", True, 40, 58, SANS, 24),
    ("Department of Sentinel Radiology", "institution", True, 40, 82, SANS, 14),
    ("REQUEST FOR EXAMINATION", "technical", False, 300, 58, SANS, 15),
    ("Name", "technical", False, 48, 128, SANS, 12),
    ("Zoe Sentinel", "name", True, 130, 130, ITALIC, 24),
    ("Born", "technical", False, 48, 164, SANS, 12),
    ("3 Feb 1901", "birth date", True, 130, 166, ITALIC, 24),
    ("Number", "technical", False, 48, 200, SANS, 12),
    ("ZZ-SENTINEL-0001", "id", True, 130, 202, ITALIC, 24),
    ("Telephone", "technical", False, 310, 164, SANS, 12),
    ("555-SENTINEL", "telephone", True, 376, 166, ITALIC, 18),
    ("Question", "technical", False, 48, 262, SANS, 12),
    ("Pain under the ribs since February,", "diagnosis", True, 60, 296, ITALIC, 22),
    ("worse after meals. Stones?", "diagnosis", True, 60, 330, ITALIC, 22),
    ("Her sister (ZZ-SENTINEL-0003) has them.", "diagnosis", True, 60, 364, ITALIC, 20),
    ("Examination wanted", "technical", False, 48, 424, SANS, 12),
    ("Radiograph", "technical", False, 82, 458, SANS, 14),
    ("Ultrasound", "technical", False, 212, 458, SANS, 14),
    ("CT", "technical", False, 342, 458, SANS, 14),
    ("X", "technical", False, 188, 460, ITALIC, 24),
    ("Allergies, implants, pregnancy", "technical", False, 48, 520, SANS, 12),
    ("none known", "technical", False, 60, 552, ITALIC, 22),
    ("Date", "technical", False, 48, 640, SANS, 12),
    ("4 March 2001", "date", True, 100, 642, ITALIC, 22),
    ("Signed", "technical", False, 300, 640, SANS, 12),
    ("I. Sentinel-Referrer", "physician", True, 352, 642, ITALIC, 18),
    ("Form 12-S. Keep for ten years.", "technical", False, 40, 722, SANS, 11),
)


def _rules_of_the_form(turn: np.ndarray) -> np.ndarray:
    """Frames, lines to write on and boxes to tick."""
    ink = np.zeros((760, 560), np.uint8)
    for left, top, right, bottom in (
        (36, 104, 524, 220),
        (36, 240, 524, 390),
        (36, 404, 524, 480),
        (36, 500, 524, 580),
    ):
        cv2.rectangle(ink, (left, top), (right, bottom), 190, 1)
    for row in (136, 172, 208):
        cv2.line(ink, (126, row), (300, row), 120, 1)
    for left in (62, 192, 322):
        cv2.rectangle(ink, (left, 446), (left + 13, 459), 220, 1)
    for left, right in ((96, 270), (350, 524)):
        cv2.line(ink, (left, 650), (right, 650), 140, 1)
    return cv2.warpAffine(ink, turn, (560, 760))


def _captured(canvas: Canvas, number: int, photometric: str, kind: tuple[str, ...]) -> Dataset:
    data = image(identified(SECONDARY_CAPTURE, "OT", number, 1, 3), kind, canvas.pixels.shape, photometric)
    data.ConversionType = "WSD"
    data.SecondaryCaptureDeviceID, data.SecondaryCaptureDeviceManufacturer = "SENTINEL-SC-1", "Invented Imaging"
    data.DateOfSecondaryCapture, data.TimeOfSecondaryCapture = "20010304", "101113"
    return data


def _shown(hounsfield: np.ndarray) -> np.ndarray:
    """Hounsfield units in the window of soft tissue, 8 bits."""
    return np.clip((hounsfield + 160) / 400 * 255, 0, 255).astype(np.uint8)
