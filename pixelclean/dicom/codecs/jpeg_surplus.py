"""Whether a JPEG or JPEG-LS stream holds its image and nothing else, as far as that can be established.

Established for sequential and lossless Huffman coding (ISO/IEC 10918-1 SOF0, SOF1, SOF3).  In JPEG-LS the decoder
refuses a scan that goes on behind its last sample, so only the segments are looked at.  Progressive streams, where
scans refine each other, and those with arithmetic coding are not followed.
"""

from dataclasses import dataclass

import numpy as np

from pixelclean.dicom.codecs.jpeg_layout import Defined, Scan
from pixelclean.dicom.codecs.jpeg_scan import Walked
from pixelclean.dicom.codecs.jpeg_survey import Survey, SurveyOf, survey
from pixelclean.errors import Refused


@dataclass(frozen=True, slots=True)
class Table:
    """One quantization or Huffman table of a stream, where it stands, and whether a scan needs it."""

    start: int
    end: int
    used: bool


def tables_of(stream: bytes, survey_of: SurveyOf = survey) -> tuple[Table, ...] | None:
    """The tables of a stream that holds its image, these tables, and nothing else; None where it may hold more.

    `stream` is one that `read_jpeg` has read to its end.
    """
    try:
        found = survey_of(stream)
    except Refused:
        return None
    layout = found.layout
    if layout is None or not _holds_its_image_only(found):
        return None
    used = {table for scan in layout.scans for part in scan.parts for table in part.tables}
    return tuple(Table(table.start, table.end, table in used) for table in layout.tables)


def _holds_its_image_only(found: Survey) -> bool:
    """Whether all scans end with their last MCU, and the Huffman tables say nothing but how to decode them."""
    symbols = dict[Defined, bytes]()
    scans = found.layout.scans if found.layout else ()
    for scan, walked in zip(scans, found.scans, strict=False):  # JPEG-LS has none that is walked over
        if not (walked.ends_with_its_last_byte and walked.is_padded):
            return False
        _add_symbols(symbols, scan, walked)
    return all(table.huffman.is_free_of_surplus(used) for table, used in symbols.items() if table.huffman)


def _add_symbols(symbols: dict[Defined, bytes], scan: Scan, walked: Walked) -> None:
    """Add the symbols that occur in a scan to those of the tables that it uses."""
    for table in {table for part in scan.parts for table in part.tables if table.huffman}:
        assert table.huffman is not None
        before = np.frombuffer(symbols.get(table, bytes(256)), np.uint8)
        symbols[table] = (before | np.frombuffer(walked.used[table.huffman], np.uint8)).tobytes()
