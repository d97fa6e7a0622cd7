"""pixelclean's detector beside pytesseract (psm 11) and RapidOCR's detector, on the same made frames in the same run.

Each part is asked for by its option; without any, the frames are judged.  `everything` is the look at kinds that burn in
text, `pipeline` the one that the modality calls for, `deep` the first with grey frames as 16-bit words that few windows show.

    python benchmarks/detector.py [--frames 300] [--seed 1] [--made FOLDER] [--finders everything,pipeline,deep,tesseract,rapidocr]
                                  [--worst FOLDER] [--false-alarms] [--presidio] [--speed] [--large] [--install]
"""

import os
from contextlib import ExitStack, suppress
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = os.environ["OMP_THREAD_LIMIT"] = "1"  # before any library counts the cores
import argparse

import cv2
import detector_alarms
import detector_presidio
import detector_speed
import running
from detector_finders import SCRATCH, RapidOcr, chosen, install
from detector_pictures import Worst, alarm_tile, sheet
from detector_score import Tally, near_text, score
from made_text import frames


def main() -> None:
    options = _options()
    running.require(options.data)
    cv2.setNumThreads(1)
    if options.install:
        install(options.peers)
    with ExitStack() as stack:
        rapidocr = RapidOcr.start(options.peers)
        if rapidocr is not None:
            stack.enter_context(rapidocr)
        else:
            print("RapidOCR is not installed (--install)")
        if options.frames and not (options.false_alarms or options.presidio or options.speed or options.large):
            _judge(options, rapidocr)
        if options.false_alarms:
            _false_alarms(options)
        if options.presidio:
            print(detector_presidio.table(options.data, options.peers))
        if options.speed:
            print(detector_speed.times(rapidocr, options.rounds))
        if options.large:
            print(detector_speed.large())


def _options() -> argparse.Namespace:
    options = running.parser(__doc__)
    options.add_argument("--frames", type=int, default=300, help="made frames that are judged")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--made", type=Path, help="folder where the made frames are kept, or lie already")
    options.add_argument("--finders", default="everything,pipeline,tesseract,rapidocr")
    options.add_argument("--worst", type=Path, help="folder for pictures of the worst misses and false alarms")
    options.add_argument("--false-alarms", action="store_true", help="images without text")
    options.add_argument("--presidio", action="store_true", help="Presidio's images and metric")
    options.add_argument("--speed", action="store_true", help="time of a frame, one core")
    options.add_argument("--rounds", type=int, default=7, help="frames of each size for --speed")
    options.add_argument("--large", action="store_true", help="time and memory up to 5000 x 4000")
    options.add_argument("--peers", type=Path, default=SCRATCH, help="folder with the environments of the peers")
    options.add_argument("--install", action="store_true", help="install RapidOCR there first")
    return options.parse_args()


def _judge(options: argparse.Namespace, rapidocr: RapidOcr | None) -> None:
    finders = chosen(options.finders.split(","), rapidocr)
    tally = Tally(tuple(finders))
    worst = {name: Worst() for name in finders}
    with suppress(KeyboardInterrupt):  # what was judged until then is told
        for frame in frames(options.seed, options.frames, options.data, options.made):
            near = near_text(frame)
            masks = {name: find(frame.picture, frame.modality) for name, find in finders.items()}
            scores = {name: score(frame, mask, near) for name, mask in masks.items()}
            tally.add(frame, scores)
            if options.worst:
                for name, judged in scores.items():
                    worst[name].add(frame, judged, masks[name])
    print("\n\n".join(tally.tables()))
    if options.worst:
        for name, kept in worst.items():
            kept.save(options.worst, name)


def _false_alarms(options: argparse.Namespace) -> None:
    found = list(detector_alarms.alarms(options.data))
    print(detector_alarms.table(found))
    if options.worst:
        options.worst.mkdir(parents=True, exist_ok=True)
        worst = sorted((alarm for alarm in found if alarm.area), key=lambda alarm: -alarm.area)[:20]
        tiles = [
            alarm_tile(alarm.picture, alarm.mask, f"{alarm.kind} {alarm.name} {100 * alarm.area:.2f} %")
            for alarm in worst
        ]
        for number, tile in enumerate(tiles):
            cv2.imwrite(str(options.worst / f"text-free-{number:02d}.png"), tile)
        if tiles:
            cv2.imwrite(str(options.worst / "text-free.png"), sheet(tiles))


if __name__ == "__main__":
    main()
