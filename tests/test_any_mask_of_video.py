"""Any mask, any coding of video: black inside it, near the source outside, counted by a decoder that is none of ours."""

import shutil
import subprocess
import sys
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
import pydicom
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from invented import LIMITS, described, opened, saved

sys.path.insert(0, str(Path(__file__).resolve().parent / "dicom"))
from invented_video import ROOT, Recipe, av, video
from test_any_mask import masks, regions

from pixelclean.dicom import Source, read
from pixelclean.dicom.fragments import encapsulate_stream, frame_bytes, stream_of
from pixelclean.dicom.video import VIDEO_SYNTAXES, Coding, VideoFrames
from pixelclean.dicom.words import Words
from pixelclean.drafting import Draft, Drafter
from pixelclean.errors import Refused
from pixelclean.geometry import BoolArray, Region
from pixelclean.header import Identifiers
from pixelclean.pixels import make_plan
from pixelclean.policy import PixelPolicy
from pixelclean.proof import Compared
from pixelclean.reasons import ReasonCode

NOBODY = Identifiers(frozenset(), frozenset())
FRINGE = 16
# Of few frames, the encoder sometimes says no moment for those that it would reorder.
IN_ORDER = {"x265-params": "log-level=none:bframes=0"}
EACH = {
    (Coding.MPEG_2, 8): [Recipe("", "mpeg2video", name) for name in ("mpegts", "vob", "mpeg2video", "mp4")],
    (Coding.H_264, 8): [Recipe("", "libx264", name) for name in ("mp4", "mpegts")],
    (Coding.HEVC, 8): [Recipe("", "libx265", name, options=IN_ORDER) for name in ("mp4", "mpegts")],
    (Coding.HEVC, 10): [Recipe("", "libx265", name, "yuv420p10le", IN_ORDER) for name in ("mp4", "mpegts")],
}
READERS = {"mpegts": "mpegts", "vob": "mpeg", "mpeg2video": "mpegvideo", "mp4": "mp4"}
Planes = tuple[Words, Words, Words]


@st.composite
def recipes(draw: st.DrawFn, uid: str) -> Recipe:
    """A video of any even size, of few frames, shown for different times where the container says times."""
    even = st.integers(32, 80).map(lambda half: 2 * half)
    coding, bits = VIDEO_SYNTAXES[uid].coding, VIDEO_SYNTAXES[uid].bits
    made = replace(draw(st.sampled_from(EACH[coding, bits])), uid=uid.removeprefix(ROOT))
    made = replace(made, rows=draw(even), columns=draw(even), frames=draw(st.integers(1, 5)))
    if made.container != "mp4" or coding is Coding.MPEG_2:
        return made
    steps = draw(st.lists(st.integers(1, 3), min_size=made.frames, max_size=made.frames))
    return replace(made, times=tuple(int(time) for time in np.cumsum(steps) - steps[0]))


def source_of(recipe: Recipe) -> Source:
    dataset = described(recipe.format)
    dataset["PixelData"] = pydicom.DataElement(
        "PixelData", "OB", encapsulate_stream(video(recipe)), is_undefined_length=True
    )
    return saved(dataset, recipe.syntax)


def looks_cut(source: Source) -> bool:
    """Whether it is the one transport stream of HEVC in 184 that cannot be told from one that was cut."""
    try:
        opened(source)
    except Refused as refused:
        return refused.code is ReasonCode.TRUNCATED
    return False


def drafted(source: Source, folder: str, boxes: list[Region]) -> Draft:
    drafter = Drafter(source, NOBODY, Path(folder, "draft.dcm"), LIMITS)
    frames = opened(source)
    return drafter.of_image(source.dataset, frames, make_plan(boxes, frames.format))


def stream_in(source: Source) -> bytes:
    return frame_bytes(source.dataset["PixelData"].value, stream_of(source.dataset))


def planes_of(stream: bytes, recipe: Recipe) -> list[Planes]:
    """Luma and chroma of all frames, by the program ffmpeg where it is installed, else by the library alone."""
    sampling, word = recipe.sampling, np.dtype("<u2" if recipe.sampling.endswith("10le") else np.uint8)
    if shutil.which("ffmpeg"):
        # One short frame in packets is too little to be recognised by, hence the container by its name.
        given, wanted = ["-f", READERS[recipe.container], "-i", "-"], ["-f", "rawvideo", "-pix_fmt", sampling]
        command = ["ffmpeg", "-v", "error", *given, *wanted, "-fps_mode", "passthrough", "-"]
        done = subprocess.run(command, input=stream, capture_output=True, check=True)
        packed = np.frombuffer(done.stdout, word)
    else:
        with av.open(BytesIO(stream), format=READERS[recipe.container]) as file:
            packed = np.concatenate([frame.to_ndarray().view(word).ravel() for frame in file.decode(video=0)])
    shape = (recipe.rows, recipe.columns)
    cut = [
        0,
        recipe.rows * recipe.columns,
        recipe.rows * recipe.columns * 5 // 4,
        recipe.rows * recipe.columns * 3 // 2,
    ]
    return [
        (
            each[: cut[1]].reshape(shape),
            each[cut[1] : cut[2]].reshape(shape[0] // 2, shape[1] // 2),
            each[cut[2] :].reshape(shape[0] // 2, shape[1] // 2),
        )
        for each in packed.reshape(-1, cut[3])
    ]


def blocks(mask: BoolArray, side: int) -> BoolArray:
    """The mask with all of each block of `side` by `side` pixels that it touches."""
    made = np.zeros_like(mask)
    for y, x in np.unique(np.argwhere(mask) // side, axis=0) * side:
        made[y : y + side, x : x + side] = True
    return made


@dataclass
class Seen:
    """The worst of all frames in steps of 256, and dB outside for luma and for chroma."""

    psnr: float = np.inf
    difference: float = 0
    fringe: float = 0
    residue: float = 0
    beyond: int = 0

    def see(self, before: Planes, after: Planes, mask: BoolArray, side: int, bits: int) -> None:
        """`side` is that of the blocks that become black together."""
        black = blocks(mask, side)
        near = cv2.dilate(black.view(np.uint8), np.ones((2 * FRINGE + 1, 2 * FRINGE + 1), np.uint8)).astype(bool)
        self.beyond += int((black & ~mask).sum())
        squares = []
        for index, (was, now) in enumerate(zip(before, after, strict=True)):
            step = 2 if index else 1
            inside, reached, dark = black[::step, ::step], near[::step, ::step], (128 if index else 16) << (bits - 8)
            apart = abs(now.astype(int) - was) / (1 << (bits - 8))
            self.difference = max(self.difference, apart[~reached].max(initial=0))
            self.fringe = max(self.fringe, apart[reached & ~inside].max(initial=0))
            self.residue = max(self.residue, (abs(now.astype(int) - dark)[inside] / (1 << (bits - 8))).max(initial=0))
            squares.append(np.square(now.astype(float) - was)[~reached].mean() if not reached.all() else 0.0)
        worst = max(squares[0], (squares[1] + squares[2]) / 2)
        if worst:
            self.psnr = min(self.psnr, 20 * np.log10((1 << bits) - 1) - 10 * np.log10(worst))


@pytest.mark.parametrize("uid", VIDEO_SYNTAXES)
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_mask_is_black_and_what_lies_further_than_the_fringe_is_near_the_source(
    uid: str, data: st.DataObject
) -> None:
    recipe, coding = data.draw(recipes(uid)), VIDEO_SYNTAXES[uid].coding
    source, boxes = source_of(recipe), data.draw(regions(recipe.format))
    assume(coding is not Coding.HEVC or not looks_cut(source))
    before = stream_in(source)
    with TemporaryDirectory() as folder:
        draft = drafted(source, folder, boxes)
        written = read(draft.path, LIMITS)
        after, again = stream_in(written), opened(written)
    assert isinstance(again, VideoFrames) and isinstance(draft.frames, VideoFrames)
    proof, bits, wanted = draft.proof, recipe.format.bits_stored, PixelPolicy()
    assert proof.holds and proof.compared is Compared.VIDEO
    assert written.transfer_syntax == proof.syntax_out == uid
    assert again.stream.moments == opened(source).stream.moments
    was, now, areas = planes_of(before, recipe), planes_of(after, recipe), masks(recipe.format, boxes)
    assert len(was) == len(now) == recipe.frames
    seen, side = Seen(), 16 if coding is Coding.MPEG_2 else 2
    for pair in zip(was, now, areas, strict=True):
        seen.see(*pair, side, bits)
    assert seen.residue <= wanted.video_residue
    assert seen.psnr >= wanted.video_psnr
    assert proof.planned_pixels == sum(int(area.sum()) for area in areas)
    assert proof.filled_beyond == seen.beyond
    said = proof.video
    assert said is not None
    assert (said.difference, said.fringe, said.residue) == (seen.difference, seen.fringe, seen.residue)
    assert (np.inf if said.psnr is None else said.psnr) == pytest.approx(seen.psnr)
