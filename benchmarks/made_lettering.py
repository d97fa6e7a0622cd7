"""Lines of text as ink: how much of each pixel it takes, and which character each pixel of it belongs to."""

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
from made_fonts import Font, Typeface
from PIL import Image, ImageDraw

Alpha = npt.NDArray[np.float32]
Letters = npt.NDArray[np.int32]
_ROOM = 0.9  # of the size of the font, around a line: accents and tails


@dataclass(frozen=True, slots=True, eq=False)
class Lettering:
    """One line: `ink` 0 to 1 and `letters` (0, or the number of the character from 1) of the same shape."""

    ink: Alpha
    letters: Letters
    height: float

    def turned(self, degrees: float) -> "Lettering":
        """The same line turned about its middle, to the left; quarter turns change no pixel."""
        if degrees % 90 == 0:
            quarters = round(degrees / 90)
            return Lettering(np.rot90(self.ink, quarters).copy(), np.rot90(self.letters, quarters).copy(), self.height)
        rows, columns = self.ink.shape
        turn = cv2.getRotationMatrix2D(((columns - 1) / 2, (rows - 1) / 2), degrees, 1.0)
        width, height = (int(np.ceil(side)) + 2 for side in abs(turn[:, :2]) @ (columns, rows))
        turn[:, 2] += (width - columns) / 2, (height - rows) / 2
        ink = cv2.warpAffine(self.ink, turn, (width, height), flags=cv2.INTER_LINEAR)
        letters = cv2.warpAffine(_spread(self.letters), turn, (width, height), flags=cv2.INTER_NEAREST)
        return _trimmed(ink, letters.astype(np.int32), self.height)


def lettering(text: str, face: Typeface, script: str, height: float, *, aliased: bool) -> Lettering:
    """A line whose capitals are about `height` pixels high; `aliased` ink fills whole pixels only."""
    font, repeated = face.font(script, height)
    crisp = aliased or face.strike > 0
    ink, letters = _joined(text, font, crisp) if _joins(text) else _apart(_as_seen(text, script), font, crisp)
    if repeated > 1:
        ink, letters = (np.repeat(np.repeat(layer, repeated, axis=0), repeated, axis=1) for layer in (ink, letters))
    return _trimmed(ink, letters, height)


def _joins(text: str) -> bool:
    """Whether its letters change with their neighbours: Arabic, but for its digits."""
    return any("\u0600" <= character <= "\u06ff" and not character.isdigit() for character in text)


def _as_seen(text: str, script: str) -> str:
    """From left to right."""
    return text[::-1] if script == "hebrew" else text


def _apart(text: str, font: Font, crisp: bool) -> tuple[Alpha, Letters]:
    """Each character drawn by itself where the line has it, kerning included."""
    room = int(font.size * _ROOM) + 2
    shape = (2 * room + int(font.size), int(font.getlength(text)) + 2 * room)
    ink, letters = np.zeros(shape, np.float32), np.zeros(shape, np.int32)
    for number, character in enumerate(text, start=1):
        if character.isspace():
            continue
        at = font.getlength(text[:number]) - font.getlength(character)
        drawn = _drawn(character, font, shape, (room + at, room + font.size * 0.8), crisp)
        letters[drawn > ink] = number
        np.maximum(ink, drawn, out=ink)
    return ink, letters


def _joined(text: str, font: Font, crisp: bool) -> tuple[Alpha, Letters]:
    """The line drawn at once; the columns of a character are told from the lengths of what stands before it."""
    room = int(font.size * _ROOM) + 2
    lengths = np.maximum.accumulate([font.getlength(text[:count], direction="rtl") for count in range(len(text) + 1)])
    total = font.getlength(text, direction="rtl")
    shape = (3 * room + int(font.size), int(total) + 2 * room)
    ink = _drawn(text, font, shape, (room, 1.5 * room + font.size * 0.6), crisp, direction="rtl")
    from_right = room + total - np.arange(shape[1])
    owners = np.clip(np.searchsorted(lengths * total / max(1e-6, lengths[-1]), from_right, side="left"), 1, len(text))
    owners = np.array([_not_a_space(text, owner) for owner in owners])
    return ink, np.where(ink > 0, owners[None, :], 0).astype(np.int32)


def _not_a_space(text: str, owner: int) -> int:
    while owner > 1 and text[owner - 1].isspace():
        owner -= 1
    return owner


def _drawn(
    text: str, font: Font, shape: tuple[int, int], at: tuple[float, float], crisp: bool, direction: str | None = None
) -> Alpha:
    canvas = Image.new("L", (shape[1], shape[0]))
    draw = ImageDraw.Draw(canvas)
    draw.fontmode = "1" if crisp else "L"
    where = (round(at[0]), round(at[1])) if crisp else (at[0], round(at[1]))
    draw.text(where, text, fill=255, font=font, anchor="ls", direction=direction)
    return np.asarray(canvas, np.float32) / 255


def _trimmed(ink: Alpha, letters: Letters, height: float) -> Lettering:
    seen = ink > 0.02
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    if not rows.size:
        return Lettering(np.zeros((1, 1), np.float32), np.zeros((1, 1), np.int32), height)
    part = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1))
    return Lettering(np.ascontiguousarray(ink[part]), np.ascontiguousarray(letters[part]), height)


def _spread(letters: Letters) -> Alpha:
    """Numbers of characters carried two pixels outward, so that ink between pixels keeps its character."""
    numbers = letters.astype(np.float32)
    for _ in range(2):
        numbers = np.where(numbers > 0, numbers, cv2.dilate(numbers, np.ones((3, 3), np.uint8)))
    return numbers
