"""The places of the matrix: transfer syntax x photometric interpretation x depth, and why some of them are empty.

The reasons follow the tables of PS3.5 8.2.  Where real files break a table, the cell is filled all the same.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import made_video
from made_pixels import DEPTHS, PHOTOMETRICS, ROOT, Cell, Depth

FLOATS_ARE_NATIVE = "PS3.5 A.4: only Pixel Data (7FE0,0010) is encapsulated, float pixels are native"
Rule = Callable[[Cell], str | None]
_TRANSFORMED, _SHARED = ("YBR_ICT", "YBR_RCT"), ("YBR_FULL_422", "YBR_PARTIAL_422")


@dataclass(frozen=True, slots=True)
class Family:
    """Transfer syntaxes that share a table of the document."""

    title: str
    tails: tuple[str, ...]
    rule: Rule

    @property
    def syntaxes(self) -> tuple[str, ...]:
        """Their UIDs."""
        return tuple(f"{ROOT}1.2{tail}" for tail in self.tails)


def families() -> tuple[Family, ...]:
    """All of them, in the order of the document."""
    return (
        Family("Native", ("", ".1", ".2", ".1.99"), _native),
        Family("Frames that are not compressed, or deflated", (".1.98", ".8.1"), _native_in_fragments),
        Family("RLE", (".5",), _rle),
        Family("JPEG with DCT", tuple(f".4.{number}" for number in range(50, 57)), _dct),
        Family("JPEG lossless", (".4.57", ".4.70"), _lossless_jpeg),
        Family("JPEG-LS", (".4.80", ".4.81"), _jpeg_ls),
        Family("JPEG 2000 and HTJ2K", (".4.90", ".4.91", ".4.201", ".4.202", ".4.203"), _jpeg_2000),
        Family("JPEG XL", (".4.110", ".4.111", ".4.112"), _jpeg_xl),
        Family("Video", tuple(syntax.removeprefix(f"{ROOT}1.2") for syntax in made_video.SYNTAXES), _video),
    )


REFUSED = {
    ".4.58": "JPEG Lossless (Process 15), arithmetic",
    ".4.59": "JPEG Extended, Hierarchical (Process 16 & 18)",
    ".4.60": "JPEG Extended, Hierarchical (Process 17 & 19)",
    ".4.61": "JPEG Spectral Selection, Hierarchical (Process 20 & 22)",
    ".4.62": "JPEG Spectral Selection, Hierarchical (Process 21 & 23)",
    ".4.63": "JPEG Full Progression, Hierarchical (Process 24 & 26)",
    ".4.64": "JPEG Full Progression, Hierarchical (Process 25 & 27)",
    ".4.65": "JPEG Lossless, Hierarchical (Process 28)",
    ".4.66": "JPEG Lossless, Hierarchical (Process 29)",
    ".4.92": "JPEG 2000 Part 2 Lossless",
    ".4.93": "JPEG 2000 Part 2",
    ".4.94": "JPIP Referenced",
    ".4.95": "JPIP Referenced Deflate",
    ".4.204": "JPIP HTJ2K Referenced",
    ".4.205": "JPIP HTJ2K Referenced Deflate",
    ".7.1": "SMPTE ST 2110-20, progressive",
    ".7.2": "SMPTE ST 2110-20, interlaced",
    ".7.3": "SMPTE ST 2110-30, audio",
}
"""Transfer syntaxes for which there is no decoder: a file in each of them must be refused."""


def refused() -> Iterator[Cell]:
    """One file in each transfer syntax that must be refused."""
    return (Cell(f"{ROOT}1.2{tail}", "MONOCHROME2", DEPTHS[1]) for tail in REFUSED)


def cells(family: Family) -> Iterator[Cell]:
    """Every place of one family's table, those without a file too."""
    for syntax in family.syntaxes:
        for photometric in PHOTOMETRICS:
            yield from (Cell(syntax, photometric, depth) for depth in DEPTHS)


def why_empty(family: Family, cell: Cell) -> str | None:
    """The reason why a place has no file; None where it must have one."""
    return _anywhere(cell) or family.rule(cell)


def why_nowhere(photometric: str, depth: Depth) -> str | None:
    """Why no transfer syntax at all has this photometric interpretation at this depth."""
    return _anywhere(Cell(f"{ROOT}1.2", photometric, depth))


def why_elsewhere(photometric: str) -> str | None:
    """The family that alone has this photometric interpretation, as a reason."""
    return _elsewhere(Cell(f"{ROOT}1.2", photometric, DEPTHS[1]))


def _tail(cell: Cell) -> str:
    return cell.syntax.removeprefix(f"{ROOT}1.2")


def _colour(cell: Cell) -> bool:
    return cell.samples == 3


def _anywhere(cell: Cell) -> str | None:
    """What no transfer syntax has."""
    depth, photometric = cell.depth, cell.photometric
    if depth.floating and photometric != "MONOCHROME2":
        return "PS3.3 C.7.6.24, C.7.6.25: float pixels are MONOCHROME2"
    if depth.allocated == 1 and photometric not in ("MONOCHROME1", "MONOCHROME2"):
        return "PS3.3: no IOD has colours or palette indices of 1 bit"
    if photometric == "PALETTE COLOR" and depth.stored > 16:
        return "PS3.3 C.7.6.3.1.5: a palette has at most 65536 entries"
    if depth.signed and photometric not in ("MONOCHROME1", "MONOCHROME2"):
        return "PS3.5 8.2: colours and palette indices are unsigned"
    if _colour(cell) and depth.stored > 16:
        return "PS3.3: no IOD has colours of 32 bits"
    return None


def _elsewhere(cell: Cell) -> str | None:
    """Photometric interpretations that belong to one family."""
    where = {
        "YBR_ICT": "JPEG 2000 and HTJ2K",
        "YBR_RCT": "JPEG 2000 and HTJ2K",
        "YBR_PARTIAL_420": "video",
        "XYB": "JPEG XL",
    }
    if cell.photometric in where:
        return f"PS3.3 C.7.6.3.1.2: {cell.photometric} is for {where[cell.photometric]} only"
    return None


def _native(cell: Cell) -> str | None:
    return _anywhere(cell) or _elsewhere(cell)


def _encapsulated(cell: Cell) -> str | None:
    """What no fragment holds."""
    return FLOATS_ARE_NATIVE if cell.depth.floating else None


def _native_in_fragments(cell: Cell) -> str | None:
    return _elsewhere(cell) or _encapsulated(cell)


def _rle(cell: Cell) -> str | None:
    if reason := _elsewhere(cell) or _encapsulated(cell):
        return reason
    if cell.photometric in _SHARED:
        return "PS3.5 8.2.2: RLE has all samples of every pixel"
    if cell.depth.allocated == 1:
        return "PS3.5 8.2.2: Bits Allocated is 8 or 16 (32 is tried: Annex G has room for it)"
    return _eight_bit_ybr(cell, "PS3.5 8.2.2")


def _eight_bit_ybr(cell: Cell, where: str) -> str | None:
    return f"{where}: YBR_FULL has 8 bits" if cell.photometric == "YBR_FULL" and cell.depth.allocated > 8 else None


def _dct(cell: Cell) -> str | None:
    if reason := _elsewhere(cell) or _encapsulated(cell):
        return reason
    if cell.photometric == "PALETTE COLOR":
        return "PS3.5 8.2.1: no palette with loss"
    if cell.photometric == "YBR_PARTIAL_422":
        return "PS3.5 8.2.1: retired; JPEG is YBR_FULL_422"
    return _dct_depth(cell) or _dct_encoder(cell)


def _dct_depth(cell: Cell) -> str | None:
    if _tail(cell) == ".4.50" and cell.depth.name != "8":
        return "ISO/IEC 10918-1: the baseline process has 8 bits"
    if cell.depth.name not in ("8", "12"):
        return "PS3.5 8.2.1: Bits Stored is 8 or 12, unsigned"
    return "PS3.5 8.2.1: colour has 8 bits" if _colour(cell) and cell.depth.name == "12" else None


def _dct_encoder(cell: Cell) -> str | None:
    if _tail(cell) not in (".4.50", ".4.51") and cell.photometric == "YBR_FULL_422":
        return "no encoder here: our splitter of scans knows no subsampling"
    return None


def _sixteen_bits(cell: Cell, where: str) -> str | None:
    """What the lossless JPEG codecs share."""
    if cell.photometric in _SHARED:
        return f"{where}: all samples of every pixel"
    if cell.depth.allocated == 1:
        return f"{where}: Bits Allocated is 8 or 16"
    if cell.depth.stored > 16:
        return f"{where}: at most 16 bits"
    return _eight_bit_ybr(cell, where)


def _lossless_jpeg(cell: Cell) -> str | None:
    return _elsewhere(cell) or _encapsulated(cell) or _sixteen_bits(cell, "PS3.5 8.2.1")


def _jpeg_ls(cell: Cell) -> str | None:
    if reason := _elsewhere(cell) or _encapsulated(cell) or _sixteen_bits(cell, "PS3.5 8.2.3"):
        return reason
    if _tail(cell) == ".4.81" and cell.photometric == "PALETTE COLOR":
        return "PS3.5 8.2.3: no palette with loss"
    return None


def _jpeg_2000(cell: Cell) -> str | None:
    if reason := (None if cell.photometric in _TRANSFORMED else _elsewhere(cell)) or _encapsulated(cell):
        return reason
    if cell.photometric in _SHARED:
        return "PS3.5 8.2.4: all samples of every pixel"
    lossless = _tail(cell) in (".4.90", ".4.201", ".4.202")
    if cell.photometric == "YBR_ICT" and lossless:
        return "PS3.5 8.2.4: the irreversible transform is for lossy ones"
    if cell.photometric == "PALETTE COLOR" and not lossless:
        return "PS3.5 8.2.4: no palette with loss"
    return _jpeg_2000_depth(cell)


def _jpeg_2000_depth(cell: Cell) -> str | None:
    depth = cell.depth
    if depth.allocated == 1:
        return "PS3.5 8.2.4: Bits Allocated is 8 or more"
    if ".20" in _tail(cell) and depth.stored != depth.allocated:
        return "no encoder here: the binding of OpenJPH writes whole bytes only"
    return None


def _jpeg_xl(cell: Cell) -> str | None:
    recompressed = _tail(cell) == ".4.111"
    if reason := _outside_jpeg_xl(cell, recompressed=recompressed) or _encapsulated(cell):
        return reason
    if recompressed and cell.depth.name != "8":
        return "PS3.5 8.2: .111 holds a JPEG baseline stream"
    if cell.depth.allocated == 1 or cell.depth.stored > 16:
        return "PS3.5 8.2: Bits Allocated is 8 or 16"
    if cell.depth.signed:
        return "no encoder: libjxl has no signed samples"
    return None


def _outside_jpeg_xl(cell: Cell, *, recompressed: bool) -> str | None:
    if cell.photometric == "XYB":
        return None if _tail(cell) == ".4.112" else "PS3.3 C.7.6.3.1.2: XYB is for JPEG XL with loss"
    if cell.photometric in ("YBR_FULL", *_SHARED):
        known = recompressed and cell.photometric != "YBR_PARTIAL_422"
        return None if known else "PS3.5 8.2: only a recompressed JPEG stream keeps luma and chroma"
    if cell.photometric == "PALETTE COLOR" and _tail(cell) != ".4.110":
        return "PS3.5 8.2: no palette with loss"
    return _elsewhere(cell)


def _video(cell: Cell) -> str | None:
    depth = "10" if _tail(cell) == ".4.108" else "8"
    if cell.photometric != "YBR_PARTIAL_420" or cell.depth.name != depth:
        return "PS3.5 8.2: video is YBR_PARTIAL_420 of 8 bits, HEVC Main 10 of 10"
    return None


__all__ = [
    "FLOATS_ARE_NATIVE", "REFUSED", "Cell", "Depth", "Family", "cells", "families", "refused", "why_elsewhere",
    "why_empty", "why_nowhere",
]  # fmt: skip
