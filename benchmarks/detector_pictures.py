"""Pictures of the worst: lines of which most was left, and the largest places masked in vain."""

import heapq
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
from detector_score import Mask, Score
from made_real import Picture
from made_truth import Edges, Frame

_SHOWN, _AROUND = 20, 40
_TILE = (420, 240)  # columns and rows
_ACROSS = 4
Tile = npt.NDArray[np.uint8]


@dataclass(slots=True)
class Worst:
    """The worst of one finder so far."""

    misses: list[tuple[float, int, Tile]] = field(default_factory=list)
    alarms: list[tuple[float, int, Tile]] = field(default_factory=list)
    count: int = 0

    def add(self, frame: Frame, judged: Score, mask: Mask) -> None:
        """Look at one frame; a miss is as bad as the contrast and the share of what is left of a line."""
        for line in frame.lines:
            left = [letter for letter in line.letters if letter.number in judged.left]
            if left:
                told = f"{frame.name} {frame.kind}, {line.script} {line.style}, h {line.height:.0f} c {line.contrast:.0f} s {line.spread:.0f}"
                weight = sum(letter.contrast / (letter.spread + 10) for letter in left)
                self._keep(self.misses, weight, frame, mask, line.box, told)
        apart, owners, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
        with_text = set(np.unique(owners[mask & ~judged.wasted]).tolist())
        for number, (left, top, width, height, area) in enumerate(stats[:apart].tolist()):
            if number and number not in with_text:  # what is masked beside text, with it, is no alarm
                told = f"{frame.name} {frame.kind}, {100 * area / mask.size:.2f} % of the frame"
                self._keep(self.alarms, float(area), frame, mask, (left, top, left + width, top + height), told)

    def _keep(
        self, heap: list[tuple[float, int, Tile]], weight: float, frame: Frame, mask: Mask, box: Edges, told: str
    ) -> None:
        self.count += 1
        if len(heap) < _SHOWN or weight > heap[0][0]:
            push = heapq.heappush if len(heap) < _SHOWN else heapq.heappushpop
            push(heap, (weight, self.count, _tile(frame, mask, box, told)))

    def save(self, folder: Path, name: str) -> None:
        """Two sheets, NAME-misses.png and NAME-alarms.png, the worst first."""
        folder.mkdir(parents=True, exist_ok=True)
        for kind, heap in (("misses", self.misses), ("alarms", self.alarms)):
            tiles = [tile for _, _, tile in sorted(heap, reverse=True)]
            if tiles:
                cv2.imwrite(str(folder / f"{name}-{kind}.png"), sheet(tiles))


def sheet(tiles: list[Tile]) -> Tile:
    """Tiles of one size in rows."""
    tiles = tiles + [np.zeros_like(tiles[0])] * (-len(tiles) % _ACROSS)
    return np.vstack([np.hstack(tiles[at : at + _ACROSS]) for at in range(0, len(tiles), _ACROSS)])


def alarm_tile(picture: Picture, mask: Mask, told: str) -> Tile:
    """A whole picture with the outline of its mask."""
    return _drawn(picture, mask, told)


def _tile(frame: Frame, mask: Mask, box: Edges, told: str) -> Tile:
    left, top, right, bottom = box
    part = (slice(max(0, top - _AROUND), bottom + _AROUND), slice(max(0, left - _AROUND), right + _AROUND))
    return _drawn(frame.picture[part], mask[part], told)


def _drawn(picture: Picture, mask: Mask, told: str) -> Tile:
    room = (_TILE[0], _TILE[1] - 20)
    scale = min(3.0, room[0] / picture.shape[1], room[1] / picture.shape[0])
    size = tuple(max(1, min(most, int(side * scale))) for side, most in zip(picture.shape[1::-1], room, strict=True))
    blue_first = np.ascontiguousarray(picture[..., ::-1])
    crop = cv2.resize(blue_first, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    masked = cv2.resize(mask.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST)
    outlines, _ = cv2.findContours(masked, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
    cv2.drawContours(crop, outlines, -1, (60, 60, 255), 1)
    tile = np.full((_TILE[1], _TILE[0], 3), 40, np.uint8)
    tile[: size[1], : size[0]] = crop
    cv2.putText(tile, told, (3, _TILE[1] - 6), cv2.FONT_HERSHEY_SIMPLEX, 0.38, (0, 230, 255), 1, cv2.LINE_AA)
    return tile
