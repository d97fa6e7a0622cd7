"""How many burned-in lines of the labelled scenes survive `pixelclean clean`, judged on the decoded output.

What counts as left is told by `pixelclean.evaluation.judge`, which sees displayed frames only; the decoders are others
than those of pixelclean (showing.py), and nothing is asked of the plan.  No text is printed.

    python benchmarks/scenes.py [--pictures FOLDER]
"""

import shutil
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import cv2
import numpy as np
import running
import showing

from pixelclean.evaluation import Entry, Truth, Verdict, judge


def main() -> None:
    options = running.parser(__doc__)
    options.add_argument("--pictures", type=Path, help="folder for PNGs, before beside after (they show identities)")
    chosen = options.parse_args()
    running.require(chosen.data)
    scenes = Truth.load(chosen.data / "burned_in_boxes.json").entries
    with tempfile.TemporaryDirectory(prefix="pixelclean-scenes-") as name:
        spool = Path(name)
        files = _copies(scenes, chosen.data, spool / "in")
        run = running.clean([spool / "in"], spool / "out", spool / "key", chosen)
        found = running.by_input(run, files.values(), spool / "in")
        rows = []
        total = np.zeros(len(_COUNTED), dtype=int)
        for scene in scenes:
            lines = found[files[scene.number]]
            row, verdict = _judge(scene, files[scene.number], lines[0] if lines else {}, run, spool, chosen.pictures)
            rows.append(row)
            if verdict is not None:
                total += _counts(verdict)
    print(running.table(["scene", "outcome", *_COUNTED, "% changed away", "reasons"], rows))
    counts = ", ".join(f"{number} {what}" for number, what in zip(total, _COUNTED, strict=True))
    print(f"\nover the released scenes: {counts}")
    sys.exit(1 if total[3] or total[6] else 0)


_COUNTED = ("lines", "left", "phi", "phi left", "cells", "cells left", "not judged")


def _copies(scenes: Iterable[Entry], data: Path, folder: Path) -> dict[int, Path]:
    folder.mkdir()
    copies = {scene.number: folder / f"{scene.number:02d}.dcm" for scene in scenes}
    for scene in scenes:
        shutil.copyfile(data / str(scene.file), copies[scene.number])
    return copies


def _judge(
    scene: Entry, file: Path, line: running.Line, run: running.Run, spool: Path, pictures: Path | None
) -> tuple[list[object], Verdict | None]:
    before, window = showing.pictures(file, spool)
    output = run.output_of(line)
    after = showing.pictures(output, spool, window)[0] if output else None
    if pictures is not None:
        _draw(pictures / f"{scene.number:02d}.png", before[0], after[0] if after else None)
    start = [scene.number, line.get("outcome", "no result")]
    if after is None:
        return [*start, *["-"] * (len(_COUNTED) + 1), running.codes_of(line)], None
    pairs = zip(_with_samples(before), _with_samples(after), strict=True)
    verdict = judge(scene.lines, pairs)
    return [*start, *_counts(verdict), f"{100 * (verdict.away or 0):.2f}", running.codes_of(line)], verdict


def _with_samples(frames: Sequence[showing.Grey]) -> Iterable[showing.Grey]:
    return (frame[..., np.newaxis] for frame in frames)


def _counts(verdict: Verdict) -> tuple[int, ...]:
    lines = verdict.lines
    phi = [line for line in lines if line.line.identifies]
    return (
        *(len(lines), sum(line.left for line in lines), len(phi), sum(line.left for line in phi)),
        *(sum(line.cells for line in lines), sum(line.cells_left for line in lines)),
        sum(line.doubt is not None for line in lines),
    )


def _draw(place: Path, before: showing.Grey, after: showing.Grey | None) -> None:
    place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    sides = [before, after if after is not None else np.zeros_like(before)]
    cv2.imwrite(str(place), np.hstack(sides).astype(np.uint8))


if __name__ == "__main__":
    main()
