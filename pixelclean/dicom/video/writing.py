"""Writing: coded pictures into a new container that says nothing but what the pictures need."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO, cast

from pixelclean.dicom.video.containers import Container
from pixelclean.dicom.video.library import av
from pixelclean.dicom.video.stream import VideoStream

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream as Stream

# What a transport stream must name; FFmpeg would name itself.
_SERVICE = {"service_name": "video", "service_provider": "none"}
# No names of handlers, and no rates: they are measured, so that writing a file again would change it.
_MP4 = {"empty_hdlr_name": "1", "write_btrt": "0"}


@contextmanager
def writing(target: BinaryIO, stream: VideoStream) -> Iterator[OutputContainer]:
    """A container of the stream's kind from the start of `target`, which is emptied; written when the context ends."""
    target.seek(0)
    target.truncate()
    options = {"fflags": "+bitexact"}
    if stream.container is Container.MP4:
        options |= _MP4
        if stream.time_base.numerator == 1:
            options["video_track_timescale"] = str(stream.time_base.denominator)
    with av.open(target, "w", format=stream.container.writer, container_options=options) as opened:
        if stream.container is Container.TRANSPORT:
            opened.metadata.update(_SERVICE)
        yield opened


def copy_of(packet: Packet[Stream], data: bytes) -> Packet[Stream]:
    """A packet with other bytes, without the side data that it came with."""
    made = cast("Packet[Stream]", av.Packet(data))
    made.pts, made.dts, made.duration, made.time_base = packet.pts, packet.dts, packet.duration, packet.time_base
    made.is_keyframe = packet.is_keyframe
    return made
