"""Bytes <-> values: the trusted base that reads, decodes, encodes and writes DICOM files (PS3.5, PS3.10)."""

from pixelclean.dicom.bare import Streams, bared
from pixelclean.dicom.blackened import blackened, compare_streams
from pixelclean.dicom.codecs.jpeg_cells import area_of
from pixelclean.dicom.codecs.jpeg_layout import Sampling
from pixelclean.dicom.dictionary import know_additions
from pixelclean.dicom.encode import Encoded, drop_offset_tables, encode, keep_true_offset_tables, put_pixels
from pixelclean.dicom.format import Kind, PixelFormat, check_size, has_pixels, pixel_data
from pixelclean.dicom.frames import Frames, StillFrames, open_frames
from pixelclean.dicom.header import read_header
from pixelclean.dicom.loss import Loss, is_lossy, loss_of
from pixelclean.dicom.quiet import quiet
from pixelclean.dicom.report import CodecState, codec_report
from pixelclean.dicom.source import Source, digest_of, facts_of, looks_like_dicom, read, read_bytes
from pixelclean.dicom.syntaxes import SYNTAXES, Codec, Fidelity, TransferSyntax, lossless_target, syntax_of
from pixelclean.dicom.words import Words, values_of, without_hidden_bits, words_of
from pixelclean.dicom.write import write

__all__ = [
    "area_of",
    "bared",
    "blackened",
    "check_size",
    "compare_streams",
    "Codec",
    "codec_report",
    "CodecState",
    "digest_of",
    "drop_offset_tables",
    "encode",
    "Encoded",
    "facts_of",
    "Fidelity",
    "Frames",
    "has_pixels",
    "is_lossy",
    "loss_of",
    "Loss",
    "keep_true_offset_tables",
    "Kind",
    "know_additions",
    "looks_like_dicom",
    "lossless_target",
    "open_frames",
    "pixel_data",
    "PixelFormat",
    "put_pixels",
    "quiet",
    "read",
    "read_bytes",
    "read_header",
    "Sampling",
    "Source",
    "StillFrames",
    "Streams",
    "syntax_of",
    "SYNTAXES",
    "TransferSyntax",
    "values_of",
    "without_hidden_bits",
    "Words",
    "words_of",
    "write",
]
