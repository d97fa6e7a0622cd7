"""What pixelclean finds where there is no text: real images as their files are, real ultrasound, drawn ones.

They are looked at as the pipeline looks at them: all their windows, stored words of full depth, by what rules/kinds.toml says of
them.  Peers get the same picture, through one window.  The repositories of the evaluation hold no mammogram, and of
ultrasound only parts of two files are without text; drawn ones stand beside.
"""

import json
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path

import numpy as np
from detector_finders import Find, Mask, boxed, seen_by_the_pipeline, told_of
from detector_results import Table
from made_fonts import SPLIT
from made_grounds import mammogram
from made_real import NUCLEAR, PARTS, Ground, Picture, Real, reals
from made_ultrasound import ultrasound_ground

from pixelclean.detect import Findings
from pixelclean.dicom import Source, open_frames, read
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
    peers: Mapping[str, float] = field(default_factory=dict)


def alarms(data: Path, others: Mapping[str, Find], step: int = 1) -> Iterator[Alarm]:
    """Every `step`-th of them, one at a time; `others` are the peers."""
    for alarm, modality in islice(_pending(data), 0, None, step):
        made = alarm()
        areas = {name: float(find(made.picture, modality).mean()) for name, find in others.items()}
        yield replace(made, peers=areas)


def _pending(data: Path) -> Iterator[tuple[Callable[[], Alarm], str]]:
    """Each image as what makes its alarm, and its modality."""
    yield from _files(data)
    for real in reals(data):
        if real.modality == "US":
            count = len(real.frames)
            for frame in sorted({round(at) for at in np.linspace(0, count - 1, min(_FRAMES, count))}):
                yield partial(_of_real, real, frame), "US"
    for number in range(_DRAWN):
        yield partial(_of_drawn, "US, drawn", ultrasound_ground, number, "US"), "US"
    for number in range(_DRAWN // 5):
        yield partial(_of_drawn, "MG, drawn", mammogram, number, "MG"), "MG"


def table(found: list[Alarm]) -> Table:
    """Share of images with nothing found, median and mean area, how many an operator would be asked about; the peers'."""
    names = list(found[0].peers) if found else []
    by_kind: dict[str, list[Alarm]] = defaultdict(list)
    for alarm in found:
        by_kind[alarm.kind].append(alarm)
    rows = []
    for kind, those in sorted(by_kind.items()):
        areas = np.array([alarm.area for alarm in those])
        none = f"{100 * float((areas == 0).mean()):.0f}"
        both = (f"{100 * float(np.median(areas)):.3f}", f"{100 * float(areas.mean()):.3f}")
        theirs = (np.array([alarm.peers[name] for alarm in those]) for name in names)
        beside = [f"{100 * float((a == 0).mean()):.0f}; {100 * float(np.median(a)):.3f}" for a in theirs]
        rows.append([kind, len(those), none, *both, sum(alarm.asked for alarm in those), *beside])
    head = ["text-free", "images", "% with nothing", "% median area", "% mean area", "asked"]
    return Table.of([*head, *(f"{name}: % with nothing; % median area" for name in names)], rows)


def _files(data: Path) -> Iterator[tuple[Callable[[], Alarm], str]]:
    repositories = tomllib.loads(SPLIT.read_text(encoding="utf-8"))["backgrounds"]["evaluation"]
    listed = json.loads((data / "backgrounds.json").read_text(encoding="utf-8"))
    files = [(data / entry["file"], entry["modality"]) for entry in listed if entry["repo"] in repositories]
    files += [(data / "files" / NUCLEAR, "NM")] if (data / "files" / NUCLEAR).exists() else []
    for file, modality in sorted(files):
        yield partial(_of_file, modality, file), modality


def _of_real(real: Real, frame: int) -> Alarm:
    return _of_picture("US, parts", f"{real.name} {frame}", real.shown(frame), "US")


def _of_drawn(kind: str, draw: Callable[[np.random.Generator], Ground], number: int, modality: str) -> Alarm:
    return _of_picture(kind, str(number), draw(np.random.default_rng([_SEED, number])).picture, modality)


def _of_picture(kind: str, name: str, picture: Picture, modality: str) -> Alarm:
    return _alarm(kind, name, picture, told_of(picture, modality))


def _of_file(modality: str, file: Path) -> Alarm:
    source = read(file, Limits())
    found = seen_by_the_pipeline(source.dataset, source.transfer_syntax)
    return _alarm(modality, file.name, _shown(source), found)


def _shown(source: Source) -> Picture:
    """The first frame through the window that most of its values have."""
    words = open_frames(source.dataset, source.transfer_syntax, Limits()).frame(0)[..., 0].astype(np.float32)
    low, high = np.percentile(words, (1, 99.5))
    grey = np.clip((words - low) * (255 / max(1e-6, float(high - low))), 0, 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


def _alarm(kind: str, name: str, picture: Picture, found: Findings) -> Alarm:
    mask = boxed(picture, found)
    if name in PARTS:  # the rest of it shows letters
        left, top, right, bottom = PARTS[name]
        picture, mask = picture[top:bottom, left:right], mask[top:bottom, left:right]
    return Alarm(kind, name, float(mask.mean()), bool(found.doubtful), picture, mask)
