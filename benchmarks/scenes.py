"""How many burned-in lines of the labelled scenes survive `pixelclean clean`, judged on the decoded output.

A line is left when less than 90 % of its ink is black in the output, in any frame that still shows it.  Ink is estimated
from the original, inside the line's box; for dark ink on a light ground the ground beside it is judged instead, so that
black ink does not count as filled.  Nothing is asked of the plan, and no text is printed.

    python benchmarks/scenes.py [--pictures FOLDER]
"""

import json
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import running
import showing

COVERED = 0.9  # share of the ink that must be black
BLACK = 12  # of 255: a lossy neighbour may bleed a little into a filled pixel
SAME = 24  # of 255: a frame still shows the ink of frame 0
AWAY = 8  # pixels from every labelled line

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Score:
    """What is left of one scene; `changed` is the share of the image that changed away from every line."""

    lines: int
    phi: int
    left: int
    phi_left: int
    changed: float


def main() -> None:
    options = running.parser(__doc__)
    options.add_argument("--pictures", type=Path, help="folder for PNGs, before beside after (they show identities)")
    chosen = options.parse_args()
    running.require(chosen.data)
    scenes = json.loads((chosen.data / "burned_in_boxes.json").read_text(encoding="utf-8"))["scenes"]
    with tempfile.TemporaryDirectory(prefix="pixelclean-scenes-") as name:
        spool = Path(name)
        files = _copies(scenes, chosen.data, spool / "in")
        run = running.clean([spool / "in"], spool / "out", spool / "key", chosen)
        found = running.by_input(run, files.values(), spool / "in")
        rows = []
        total = np.zeros(4, dtype=int)
        for scene in scenes:
            lines = found[files[scene["scene"]]]
            row, score = _judge(scene, files[scene["scene"]], lines[0] if lines else {}, run, spool, chosen.pictures)
            rows.append(row)
            if score is not None:
                total += (score.lines, score.phi, score.left, score.phi_left)
    print(running.table(["scene", "outcome", "lines", "phi", "left", "phi left", "% changed away", "reasons"], rows))
    print(f"\nover the released scenes: {total[0]} lines, {total[1]} phi; left: {total[2]} lines, {total[3]} phi")
    sys.exit(1 if total[3] else 0)


def _copies(scenes: list[Mapping[str, Any]], data: Path, folder: Path) -> dict[str, Path]:
    folder.mkdir()
    for scene in scenes:
        shutil.copyfile(data / scene["file"], folder / f"{scene['scene']}.dcm")
    return {scene["scene"]: folder / f"{scene['scene']}.dcm" for scene in scenes}


def _judge(
    scene: Mapping[str, Any], file: Path, line: running.Line, run: running.Run, spool: Path, pictures: Path | None
) -> tuple[list[object], Score | None]:
    before, window = showing.pictures(file, spool)
    output = run.output_of(line)
    after = showing.pictures(output, spool, window)[0] if output else None
    if pictures is not None:
        _draw(pictures / f"{scene['scene']}.png", before[0], after[0] if after else None)
    phi = sum(bool(text["phi"]) for text in scene["lines"])
    start = [scene["scene"], line.get("outcome", "no result"), len(scene["lines"]), phi]
    if after is None:
        return [*start, "-", "-", "-", running.codes_of(line)], None
    score = _score(scene["lines"], before, after)
    return [*start, score.left, score.phi_left, f"{100 * score.changed:.2f}", running.codes_of(line)], score


def _score(lines: list[Mapping[str, Any]], before: list[showing.Grey], after: list[showing.Grey]) -> Score:
    left = [line for line in lines if _is_left(line["box"], before, after)]
    changed = np.abs(after[0] - before[0]) > 0
    near = np.zeros(changed.shape, dtype=bool)
    for line in lines:
        x0, y0, x1, y1 = line["box"]
        near[max(0, y0 - AWAY) : y1 + AWAY, max(0, x0 - AWAY) : x1 + AWAY] = True
    away = float((changed & ~near).mean())
    phi = sum(bool(line["phi"]) for line in lines)
    return Score(len(lines), phi, len(left), sum(bool(line["phi"]) for line in left), away)


def _is_left(edges: list[int], before: list[showing.Grey], after: list[showing.Grey]) -> bool:
    x0, y0, x1, y1 = edges
    box = (slice(max(0, y0), y1), slice(max(0, x0), x1))
    first = before[0][box]
    witness = _witness(first)
    for old, new in zip(before, after, strict=True):
        still = np.abs(old[box] - first)[witness] < SAME
        if still.mean() >= 0.7 and (new[box][witness] <= BLACK).mean() < COVERED:
            return True
    return False


def _witness(crop: showing.Grey) -> Mask:
    """The bright side of the text in a box: light ink itself, or the ground beside dark ink."""
    ground = float(np.median(crop))
    away = np.abs(crop - ground)
    ink = away > max(20.0, 0.4 * float(np.percentile(away, 99)))
    light, dark = ink & (crop > ground), ink & (crop < ground)
    if light.sum() >= dark.sum():
        return light if light.any() else np.ones(crop.shape, dtype=bool)
    beside = cv2.dilate(dark.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool) & ~dark
    return beside if beside.any() else np.ones(crop.shape, dtype=bool)


def _draw(place: Path, before: showing.Grey, after: showing.Grey | None) -> None:
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    sides = [before, after if after is not None else np.zeros_like(before)]
    cv2.imwrite(str(place), np.hstack(sides).astype(np.uint8))


if __name__ == "__main__":
    main()
