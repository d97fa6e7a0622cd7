"""What pixelclean finds where there is no text: real images as their files are, real ultrasound, drawn ones.

CT, MR, CR, DX and NM are looked at as the pipeline looks at them: all their windows, stored words of full depth.  The
repositories of the evaluation hold no mammogram, and of ultrasound only parts are without text; drawn ones stand beside.
"""

import json
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import running
from detector_finders import BURNING, Mask, boxed, findings, in_memory
from made_fonts import SPLIT
from made_grounds import mammogram
from made_real import NUCLEAR, PARTS, Picture, reals
from made_ultrasound import ultrasound_ground

from pixelclean.detect import Display
from pixelclean.dicom import Frames, open_frames, read
from pixelclean.policy import Limits

_SEED = 4242
_DRAWN = 30
_FRAMES = 4  # of one file; frames of a cine are much alike


@dataclass(frozen=True, slots=True, eq=False)
class Alarm:
    """One text-free image: `kind` for the table, share of it that was found, whether anybody would be asked."""

    kind: str
    name: str
    area: float
    asked: bool
    picture: Picture
    mask: Mask


def alarms(data: Path, drawn: int = _DRAWN) -> Iterator[Alarm]:
    """All of them, one at a time."""
    yield from _files(data)
    for real in reals(data):
        if real.modality == "US":
            count = len(real.frames)
            for frame in sorted({round(at) for at in np.linspace(0, count - 1, min(_FRAMES, count))}):
                yield _of_picture("US, parts", f"{real.name} {frame}", real.shown(frame), "US")
    for number in range(drawn):
        yield _of_picture(
            "US, drawn", f"{number}", ultrasound_ground(np.random.default_rng([_SEED, number])).picture, "US"
        )
    for number in range(drawn // 5):
        yield _of_picture("MG, drawn", f"{number}", mammogram(np.random.default_rng([_SEED, number])).picture, "MG")


def table(found: list[Alarm]) -> str:
    """Share of images with nothing found, median and mean area, and how many an operator would be asked about."""
    by_kind: dict[str, list[Alarm]] = defaultdict(list)
    for alarm in found:
        by_kind[alarm.kind].append(alarm)
    rows = []
    for kind, those in sorted(by_kind.items()):
        areas = np.array([alarm.area for alarm in those])
        none = f"{100 * float((areas == 0).mean()):.0f}"
        both = (f"{100 * float(np.median(areas)):.3f}", f"{100 * float(areas.mean()):.3f}")
        rows.append([kind, len(those), none, *both, sum(alarm.asked for alarm in those)])
    return running.table(["text-free", "images", "% with nothing", "% median area", "% mean area", "asked"], rows)


def _files(data: Path) -> Iterator[Alarm]:
    repositories = tomllib.loads(SPLIT.read_text(encoding="utf-8"))["backgrounds"]["evaluation"]
    listed = json.loads((data / "backgrounds.json").read_text(encoding="utf-8"))
    files = [(data / entry["file"], entry["modality"]) for entry in listed if entry["repo"] in repositories]
    files += [(data / "files" / NUCLEAR, "NM")] if (data / "files" / NUCLEAR).exists() else []
    for file, modality in sorted(files):
        source = read(file, Limits())
        frames = open_frames(source.dataset, source.transfer_syntax, Limits())
        yield _of_frames(modality, file.name, frames, Display.of(source.dataset))


def _of_picture(kind: str, name: str, picture: Picture, modality: str) -> Alarm:
    found = findings(*in_memory(picture), burns_in_text=modality in BURNING)
    mask = boxed(picture, found)
    return Alarm(kind, name, float(mask.mean()), bool(found.doubtful), picture, mask)


def _of_frames(modality: str, name: str, frames: Frames, display: Display) -> Alarm:
    found = findings(frames, display, burns_in_text=modality in BURNING)
    words = frames.frame(0)[..., 0].astype(np.float32)
    low, high = np.percentile(words, (1, 99.5))
    grey = np.clip((words - low) * (255 / max(1e-6, float(high - low))), 0, 255).astype(np.uint8)
    picture = np.repeat(grey[..., None], 3, axis=2)
    mask = boxed(picture, found)
    if name in PARTS:  # the rest of it shows letters
        left, top, right, bottom = PARTS[name]
        picture, mask = picture[top:bottom, left:right], mask[top:bottom, left:right]
    return Alarm(modality, name, float(mask.mean()), bool(found.doubtful), picture, mask)
