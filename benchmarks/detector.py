"""pixelclean's detector beside pytesseract (psm 11) and RapidOCR's detector, on the same made frames in the same run.

    python benchmarks/detector.py --out FOLDER [--parts frames,false-alarms,presidio,speed,large,cine] [--peers DIR] [--install]

    frames        characters, lines and waste on made frames, in tables by all that is known of them
    false-alarms  what is found on images without text
    presidio      Presidio's images and metric, for it and for pixelclean
    speed         time of a frame on one processor
    large         time and memory up to 5000 x 4000
    cine          the whole path on a cine, on two processors

FOLDER gets PART.json, PART.md, detector.md with all parts, and sheets of the 20 worst misses and false alarms of each finder.
--step N takes every Nth frame, image and size: a short look at everything.

`everything` is the look at kinds that burn in text, `pipeline` the one that the kind of image calls for, `deep` the first with
grey frames as 16-bit words that few windows show.
"""

import os
from contextlib import ExitStack, suppress
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = os.environ["OMP_THREAD_LIMIT"] = "1"  # before any library counts the cores
import argparse
from functools import partial

import cv2
import detector_alarms
import detector_cine
import detector_presidio
import detector_speed
import running
from detector_finders import SCRATCH, RapidOcr, chosen, install, peers
from detector_pictures import Worst, alarm_tile, sheet
from detector_results import PARTS, Results, Table
from detector_score import Tally, near_text, score
from made_text import frames

_KEPT_EVERY = 25  # frames


def main() -> None:
    options = _options()
    running.require(options.data)
    cv2.setNumThreads(1)
    if options.install:
        install(options.peers)
    results = Results(options.out)
    with ExitStack() as stack:
        rapidocr = RapidOcr.start(options.peers)
        if rapidocr is not None:
            stack.enter_context(rapidocr)
        else:
            print("RapidOCR is not installed (--install)")
        parts = {
            "frames": partial(_judged, options, rapidocr, results),
            "false-alarms": partial(_false_alarms, options, rapidocr),
            "presidio": lambda: [detector_presidio.table(options.data, options.peers)],
            "speed": lambda: [detector_speed.times(rapidocr, options.rounds)],
            "large": lambda: [detector_speed.large(options.step)],
            "cine": lambda: [detector_cine.cine(options)],
        }
        for name in PARTS:
            if name in options.parts:
                results.take(name, parts[name](), _about(options, name))


def _options() -> argparse.Namespace:
    options = running.parser(__doc__)
    options.add_argument("--parts", default=",".join(PARTS), type=_parts, help="some of them, with commas between")
    options.add_argument("--out", type=Path, help="folder for tables and pictures")
    options.add_argument("--frames", type=int, default=300, help="made frames that are judged")
    options.add_argument("--step", type=int, default=1, help="take every Nth frame, image and size only")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--made", type=Path, help="folder where the made frames are kept, or lie already")
    options.add_argument("--finders", default="everything,pipeline,deep,tesseract,rapidocr")
    options.add_argument("--rounds", type=int, default=7, help="frames of each size for speed")
    options.add_argument("--peers", type=Path, default=SCRATCH, help="folder with the environments of the peers")
    options.add_argument("--install", action="store_true", help="install RapidOCR there first")
    return options.parse_args()


def _parts(given: str) -> list[str]:
    parts = given.split(",")
    if unknown := [part for part in parts if part not in PARTS]:
        raise argparse.ArgumentTypeError(f"no such part: {', '.join(unknown)}")
    return parts


def _about(options: argparse.Namespace, part: str) -> dict[str, object]:
    """What was asked for."""
    asked: dict[str, object] = {"step": options.step}
    if part == "frames":
        asked = {"frames": options.frames, "seed": options.seed, **asked}
    return {"rounds": options.rounds} if part == "speed" else asked


def _judged(options: argparse.Namespace, rapidocr: RapidOcr | None, results: Results) -> list[Table]:
    finders = chosen(options.finders.split(","), rapidocr)
    tally = Tally(tuple(finders))
    worst = {name: Worst() for name in finders}
    with suppress(KeyboardInterrupt):  # what was judged until then is told
        for number, frame in enumerate(
            frames(options.seed, options.frames, options.data, options.made, options.step), start=1
        ):
            near = near_text(frame)
            masks = {name: find(frame.picture, frame.modality) for name, find in finders.items()}
            scores = {name: score(frame, mask, near) for name, mask in masks.items()}
            tally.add(frame, scores)
            for name, judged in scores.items():
                worst[name].add(frame, judged, masks[name])
            if number % _KEPT_EVERY == 0:
                results.keep("frames", list(tally.tables()), {**_about(options, "frames"), "judged": number})
    if options.out:
        for name, kept in worst.items():
            kept.save(options.out, name)
    return list(tally.tables())


def _false_alarms(options: argparse.Namespace, rapidocr: RapidOcr | None) -> list[Table]:
    found = list(detector_alarms.alarms(options.data, peers(rapidocr), options.step))
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        worst = sorted((alarm for alarm in found if alarm.area), key=lambda alarm: -alarm.area)[:20]
        tiles = [
            alarm_tile(alarm.picture, alarm.mask, f"{alarm.kind} {alarm.name} {100 * alarm.area:.2f} %")
            for alarm in worst
        ]
        if tiles:
            cv2.imwrite(str(options.out / "text-free.png"), sheet(tiles))
    return [detector_alarms.table(found)]


if __name__ == "__main__":
    main()
