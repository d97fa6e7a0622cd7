"""The album: a folder of pictures, the worst first, with an index for people and one for programs."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from pixelclean.evaluation.folder import PrivateFolder
from pixelclean.evaluation.shots import Finding, Shot
from pixelclean.evaluation.tally import Evaluation
from pixelclean.outcome import word_of

_NAMES = {Finding.MISS: "miss", Finding.NOT_JUDGED: "not-judged", Finding.FALSE_ALARM: "false-alarm"}
_ORDER = tuple(_NAMES)
# No script, and nothing is fetched but the pictures beside it.
_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>pixelclean evaluate</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self' file:; style-src 'unsafe-inline'">
<style>
body { font: 15px sans-serif; margin: 2em; background: #222; color: #ddd }
figure { margin: 0 0 1.5em; padding: 0 }
img { image-rendering: pixelated; min-height: 6em; max-width: 100%; border: 1px solid #555 }
figcaption { margin-top: .3em }
</style></head><body>
<h1>Misses, labels that were not judged, and false alarms, the worst first</h1>
<p>Private: the pictures show what is burned in. A line is shown before (left) and after (right); the label's box is
outlined.</p>
"""
_TAIL = "</body></html>\n"


@dataclass(frozen=True, slots=True)
class _Page:
    """One picture, and what is said of it."""

    name: str
    about: dict[str, Any]
    png: bytes


def write_album(folder: PrivateFolder, evaluation: Evaluation) -> int:
    """Write every shot and both indexes; returns how many pictures there are."""
    pages = tuple(_pages(evaluation))
    for page in pages:
        folder.write(page.name, page.png)
    folder.write("index.jsonl", "".join(f"{json.dumps(page.about)}\n" for page in pages).encode())
    folder.write("index.html", _rendered(pages).encode("utf-8", "backslashreplace"))
    return len(pages)


def _pages(evaluation: Evaluation) -> Iterator[_Page]:
    """Misses first, then what was not judged; first those that identify; then by what is left of the ink, or by area."""
    shots = [
        (shot, each.file, word_of(each.result.outcome), each.modality)
        for each in evaluation.files
        if each.judgement is not None
        for shot in each.judgement.shots
    ]
    numbers = dict.fromkeys(Finding, 0)
    for shot, file, outcome, modality in sorted(shots, key=lambda each: (_rank(each[0]), each[1])):
        numbers[shot.finding] += 1
        name = f"{_NAMES[shot.finding]}-{numbers[shot.finding]:05d}.png"
        yield _Page(
            name, {"picture": name, "file": file, "modality": modality, "outcome": outcome, **_said(shot)}, shot.png
        )


def _rank(shot: Shot) -> tuple[int, bool, float]:
    return _ORDER.index(shot.finding), not shot.identifies, -shot.score


def _said(shot: Shot) -> dict[str, Any]:
    about: dict[str, Any] = {
        "finding": shot.finding,
        "box": list(shot.box.edges),
        "frame": shot.frame,
        "width": shot.box.width,
        "height": shot.box.height,
        "score": round(shot.score, 6),
    }
    return about if shot.finding is Finding.FALSE_ALARM else {**about, "identifying": shot.identifies}


def _rendered(pages: Sequence[_Page]) -> str:
    return _HEAD + "".join(_figure(page) for page in pages) + ("" if pages else "<p>There are none.</p>\n") + _TAIL


def _figure(page: _Page) -> str:
    about = page.about
    words = [
        f"{'identifying ' if about.get('identifying') else ''}{about['finding']}, {about['outcome']}, {about['modality']}",
        f"{about['file']}, frame {about['frame']}, box {','.join(map(str, about['box']))}",
        f"{about['width']} by {about['height']} pixels, score {about['score']:g}",
    ]
    caption = "<br>".join(escape(line) for line in words)
    return f'<figure><img src="{escape(page.name)}" alt=""><figcaption>{page.name}<br>{caption}</figcaption></figure>\n'
