"""What scanners draw beside text: rulers, calipers, colour bars, traces, arrows, markers.  None of it is text."""

from collections.abc import Callable

import cv2
import numpy as np
from grounds import Chance, Ground

_COLOURS = [(255, 255, 255), (255, 255, 255), (200, 200, 200), (255, 255, 0), (0, 255, 0), (0, 255, 255), (255, 160, 0), (120, 170, 255),
            (110, 110, 110), (255, 90, 90)]  # fmt: skip


def furnish(chance: Chance, picture: Ground) -> None:
    """Draw a few of everything, in place."""
    for likely, draw in _PIECES:
        while chance.random() < likely:
            draw(chance, picture)
            likely *= 0.6


def _colour(chance: Chance) -> tuple[float, float, float]:
    if chance.random() < 0.25:
        return (float(chance.integers(30, 256)),) * 3
    return _COLOURS[chance.integers(len(_COLOURS))]


def _point(chance: Chance, picture: Ground) -> tuple[int, int]:
    return int(chance.integers(picture.shape[1])), int(chance.integers(picture.shape[0]))


def _ruler(chance: Chance, picture: Ground) -> None:
    rows, columns = picture.shape[:2]
    step, length, colour = int(chance.integers(4, 40)), int(chance.integers(2, 9)), _colour(chance)
    major, across = int(chance.choice([2, 5, 10])), chance.random() < 0.3
    fixed, start = int(chance.integers(columns if not across else rows)), int(chance.integers(60))
    for number, at in enumerate(range(start, rows if not across else columns, step)):
        long = length * (2 if number % major == 0 else 1)
        ends = ((at, fixed), (at, fixed + long)) if across else ((fixed, at), (fixed + long, at))
        cv2.line(picture, *ends, colour, 1)
    if chance.random() < 0.4:
        ends = ((0, fixed), (columns, fixed)) if across else ((fixed, 0), (fixed, rows))
        cv2.line(picture, *ends, colour, 1)


def _dots(chance: Chance, picture: Ground) -> None:
    (x, y), colour = _point(chance, picture), _colour(chance)
    step, turn, size = chance.uniform(3, 30), chance.uniform(0, 3.2), int(chance.integers(0, 3))
    for number in range(int(chance.integers(3, 40))):
        cv2.circle(
            picture, (int(x + np.cos(turn) * step * number), int(y + np.sin(turn) * step * number)), size, colour, -1
        )


def _bar(chance: Chance, picture: Ground) -> None:
    """A grey wedge or a colour map."""
    (x, y), height, width = _point(chance, picture), int(chance.integers(30, 220)), int(chance.integers(5, 26))
    ramp = np.linspace(255, 0, height)
    colours = [
        (ramp, ramp, ramp),
        (ramp, ramp * 0, 255 - ramp),
        (ramp, np.abs(ramp - 128) * 2, 255 - ramp),
        (ramp, ramp * 0.5, ramp * 0),
    ]
    bar = np.stack(colours[chance.integers(len(colours))], 1)[:, None].repeat(width, 1)
    if chance.random() < 0.25:
        bar = bar.transpose(1, 0, 2)
    part = picture[y : y + bar.shape[0], x : x + bar.shape[1]]
    part[:] = bar[: part.shape[0], : part.shape[1]]
    if chance.random() < 0.4:
        cv2.rectangle(picture, (x - 1, y - 1), (x + bar.shape[1], y + bar.shape[0]), _colour(chance), 1)


def _calipers(chance: Chance, picture: Ground) -> None:
    ends, colour = [_point(chance, picture), _point(chance, picture)], _colour(chance)
    kind = [cv2.MARKER_CROSS, cv2.MARKER_TILTED_CROSS, cv2.MARKER_STAR, cv2.MARKER_DIAMOND][chance.integers(4)]
    for end in ends:
        cv2.drawMarker(picture, end, colour, kind, int(chance.integers(6, 18)), int(chance.choice([1, 1, 2])))
    if chance.random() < 0.8:
        gap = chance.uniform(3, 9)
        count = max(2, int(np.hypot(ends[0][0] - ends[1][0], ends[0][1] - ends[1][1]) / gap))
        for number in range(count):
            x, y = (round(a + (b - a) * number / count) for a, b in zip(*ends, strict=True))
            cv2.circle(picture, (x, y), int(chance.choice([0, 0, 1])), colour, -1)


def _trace(chance: Chance, picture: Ground) -> None:
    """An ECG or another curve along time."""
    rows, columns = picture.shape[:2]
    time, level = np.arange(columns), rows * chance.uniform(0.1, 0.95)
    phase = (time % int(chance.integers(40, 220))) / 120
    beat = (
        30 * np.exp(-(((phase - 0.3) / 0.03) ** 2))
        - 8 * np.exp(-(((phase - 0.38) / 0.03) ** 2))
        + 6 * np.exp(-(((phase - 0.7) / 0.08) ** 2))
    )
    curve = beat if chance.random() < 0.7 else np.cumsum(chance.normal(0, 1.5, columns))
    path = np.stack([time, level - curve * chance.uniform(0.4, 1.6)], 1).astype(np.int32)
    cv2.polylines(picture, [path], False, _colour(chance), int(chance.choice([1, 1, 2])), cv2.LINE_AA)


def _outline(chance: Chance, picture: Ground) -> None:
    """Boxes, ellipses, polygons, triangles."""
    at, colour, thick = _point(chance, picture), _colour(chance), int(chance.choice([1, 1, 2]))
    kind = chance.integers(5)
    if kind == 0:
        cv2.rectangle(
            picture, at, (at[0] + int(chance.integers(8, 250)), at[1] + int(chance.integers(8, 180))), colour, thick
        )
    elif kind == 1:
        size = (int(chance.integers(4, 120)), int(chance.integers(4, 90)))
        cv2.ellipse(
            picture, at, size, chance.uniform(0, 180), 0, chance.choice([360, 200, 120]), colour, thick, cv2.LINE_AA
        )
    elif kind == 2:
        path = (chance.normal(0, chance.uniform(5, 40), (int(chance.integers(3, 12)), 2)) + at).astype(np.int32)
        cv2.polylines(picture, [path], bool(chance.integers(2)), colour, thick, cv2.LINE_AA)
    elif kind == 3:
        size = int(chance.integers(3, 14))
        path = np.array([at, (at[0] + size, at[1] - size), (at[0] + size, at[1] + size)])
        cv2.fillPoly(picture, [path[:, ::-1] if chance.random() < 0.5 else path], colour)
    else:
        cv2.circle(picture, at, int(chance.integers(3, 30)), colour, int(chance.choice([1, 2, -1])), cv2.LINE_AA)


def _arrow(chance: Chance, picture: Ground) -> None:
    at = _point(chance, picture)
    to = (at[0] + int(chance.normal(0, 40)), at[1] + int(chance.normal(0, 40)))
    cv2.arrowedLine(
        picture, at, to, _colour(chance), int(chance.integers(1, 4)), cv2.LINE_AA, 0, chance.uniform(0.1, 0.5)
    )


def _streaks(chance: Chance, picture: Ground) -> None:
    """Short bright strokes: specular echoes, clips, seeds, calcifications."""
    spread = chance.uniform(10, 200)
    middle = _point(chance, picture)
    for _ in range(int(chance.integers(1, 25))):
        x, y = int(chance.normal(middle[0], spread)), int(chance.normal(middle[1], spread))
        to = (x + int(chance.normal(0, 9)), y + int(chance.normal(0, 4)))
        cv2.line(picture, (x, y), to, (float(chance.integers(90, 256)),) * 3, int(chance.integers(1, 4)), cv2.LINE_AA)


def _grid(chance: Chance, picture: Ground) -> None:
    step, colour = int(chance.integers(6, 60)), _colour(chance)
    (left, top), size = _point(chance, picture), int(chance.integers(40, 260))
    for at in range(0, size, step):
        cv2.line(picture, (left + at, top), (left + at, top + size), colour, 1)
        cv2.line(picture, (left, top + at), (left + size, top + at), colour, 1)


def _graph(chance: Chance, picture: Ground) -> None:
    """Bars of a histogram."""
    (left, top), colour, width = _point(chance, picture), _colour(chance), int(chance.integers(1, 9))
    for number in range(int(chance.integers(4, 30))):
        x, height = left + number * (width + int(chance.integers(0, 3))), int(chance.integers(1, 60))
        cv2.rectangle(picture, (x, top - height), (x + width - 1, top), colour, -1)


def _marker(chance: Chance, picture: Ground) -> None:
    """A lead marker without letters, a screw, a coin, a ring: bright, blurred at its edge."""
    x, y = _point(chance, picture)
    size = int(chance.integers(6, 60))
    shape = np.zeros(picture.shape[:2], np.float32)
    kind = chance.integers(4)
    if kind == 0:
        cv2.circle(shape, (x, y), size, 1.0, int(chance.choice([-1, 2, 4])))
    elif kind == 1:
        cv2.rectangle(shape, (x, y), (x + size, y + max(3, size // 3)), 1.0, -1)
    elif kind == 2:
        cv2.line(shape, (x, y), (x + size * 2, y + int(chance.normal(0, size))), 1.0, int(chance.integers(3, 14)))
    else:
        for number in range(0, size * 2, 4):  # a screw's thread
            cv2.line(shape, (x + number, y - 5), (x + number + 2, y + 5), 1.0, 2)
    soft = cv2.GaussianBlur(shape, (0, 0), chance.uniform(0.5, 2))[..., None]
    picture[:] = picture * (1 - soft) + soft * chance.choice([0, 200, 255, 255])


_PIECES: tuple[tuple[float, Callable[[Chance, Ground], None]], ...] = (
    (0.45, _ruler), (0.25, _dots), (0.3, _bar), (0.4, _calipers), (0.2, _trace), (0.5, _outline), (0.3, _arrow), (0.3, _streaks),
    (0.1, _grid), (0.1, _graph), (0.25, _marker),
)  # fmt: skip
