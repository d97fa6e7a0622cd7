"""Taking out of a video's file everything that is not its coded pictures; the pictures themselves stay as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

from pixelclean.dicom.video.frames import VideoFrames, open_again
from pixelclean.dicom.video.kinds import Coding
from pixelclean.dicom.video.parameter_sets import cleaned_record, units_of
from pixelclean.dicom.video.reading import Reader, reading
from pixelclean.dicom.video.start_codes import cleaned_pictures
from pixelclean.dicom.video.stream import VideoStream
from pixelclean.dicom.video.writing import copy_of, writing
from pixelclean.errors import Refused
from pixelclean.reasons import ReasonCode

if TYPE_CHECKING:
    from av.container import OutputContainer

_BLOCK = 1 << 20


def remux(source: VideoFrames, target: BinaryIO) -> None:
    """Write the coded pictures of a video into a new container of the same kind, and nothing else.

    Gone are audio and data streams, supplemental information, user data, filler, time codes and all that the container
    says.  The new file is decoded: its frames are the source's, bit for bit, at the same moments.  Raises Refused:
    NOT_ENCODED where they are not, UNDECODABLE where headers hold what no video needs; encoding anew is left then.
    """
    stream = source.stream
    with (
        reading(source.file, stream.container, stream.syntax.coding, stream.rows, stream.columns) as reader,
        writing(target, stream) as opened,
    ):
        _copy(reader, opened, stream)
    made = open_again(target, source)
    if (made.stream.digests, made.stream.moments) != (stream.digests, stream.moments):
        raise Refused(ReasonCode.NOT_ENCODED, "the same frames in a new container")


def holds_only_video(source: VideoFrames, remuxed: BinaryIO) -> bool:
    """Whether a video's file is, byte for byte, what `remux` made of it; a zero that pads it to an even length aside.

    Such a file holds nothing but coded pictures, in a container that this tool would write.  (MPEG-2 in MP4 is stable
    only from the second writing on: its records state rates that were measured.)
    """
    source.file.seek(0)
    remuxed.seek(0)
    while block := remuxed.read(_BLOCK):
        if source.file.read(len(block)) != block:
            return False
    return source.file.read(2) in (b"", b"\0")


def cleaner_of(coding: Coding, record: bytes) -> Callable[[bytes], bytes]:
    """What takes everything out of a coded picture that is none; `record` is what stands beside the stream."""
    return cleaned_pictures if coding is Coding.MPEG_2 else units_of(coding, record).cleaned


def cleaned_beside(coding: Coding, record: bytes) -> bytes | None:
    """The parameter sets beside a stream, cleaned; None for none."""
    cleaned = cleaned_pictures(record) if coding is Coding.MPEG_2 and record else cleaned_record(coding, record)
    return cleaned or None


def _copy(reader: Reader, opened: OutputContainer, stream: VideoStream) -> None:
    coding, record = stream.syntax.coding, reader.stream.codec_context.extradata or b""
    clean = cleaner_of(coding, record)
    made = opened.add_stream_from_template(reader.stream)
    made.codec_context.extradata = cleaned_beside(coding, record)
    made.time_base = reader.stream.time_base
    for packet in reader.packets():
        if packet.pts is None or packet.dts is None:
            raise Refused(ReasonCode.UNDECODABLE, "moments of the pictures")
        copied = copy_of(packet, clean(bytes(packet)))
        copied.pts, copied.dts = packet.pts - stream.start, packet.dts - stream.start
        copied.stream = made
        opened.mux(copied)
