"""JPEG streams with arithmetic coding whose coefficients are known: those of `jpeg_by_hand` in other scans."""

from dataclasses import dataclass, replace

import numpy as np
from jpeg_by_hand import ByHand, _Writer
from made_arithmetic import DEFAULT, SOF9, SOF10, Coding, Conditioning, scan_segment

from pixelclean.dicom.codecs.jpeg_segments import DHT, FRAMES, segments_of

Scans = tuple[tuple[tuple[int, ...], Coding], ...]


@dataclass(frozen=True)
class Arithmetic:
    """What a stream shall be; `scans` are indices of components and what is coded of them (none: all there is)."""

    made: ByHand
    scans: Scans = ()
    conditioning: Conditioning = DEFAULT
    drops_zeros: bool = True
    blank_from: int | None = None  # the row of blocks of a grey image from which on there is nothing

    def sequential(self) -> bytes:
        """The same coefficients with Huffman coding."""
        return _Writer(self.made).stream(self.planes())

    def planes(self) -> list[np.ndarray]:
        planes = self.made.planes()
        if self.blank_from is not None:
            planes[0][self.blank_from :] = 0
        return planes

    def stream(self) -> bytes:
        """Everything before the tables is that of the stream with Huffman coding."""
        huffman, planes, writer = self.sequential(), self.planes(), _Writer(self.made)
        head = bytearray(huffman[: next(each.start for each in segments_of(huffman) if each.marker == DHT)])
        at = next(each.content for each in segments_of(huffman) if each.marker in FRAMES) - 3
        head[at] = SOF10 if self.scans else SOF9
        out = [bytes(head), self.conditioning.segment((0, 1))]
        for indices, coding in self.scans or tuple((scan, Coding()) for scan in self.made.scans):
            coding = replace(
                coding, interval=self.made.interval, conditioning=self.conditioning, drops_zeros=self.drops_zeros
            )
            mcus = [
                [(index, planes[index][down, across].tolist()) for index, down, across in mcu]
                for mcu in writer._mcus(indices)
            ]
            out += [scan_segment([(index + 1, min(index, 1)) for index in indices], coding), coding.data(mcus)]
        return b"".join(out) + b"\xff\xd9"
