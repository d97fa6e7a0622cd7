"""What two readings of a line agree on."""

from collections.abc import Sequence

from pixelclean.detect.read import Word
from pixelclean.detect.reading.block import Grey, Line, is_covered
from pixelclean.detect.reading.grammar import tokens_of
from pixelclean.phi import Phi

_CONFIDENCE = 60.0  # of each word of both readings, 0 to 100


def agreed_text(line: Line, shades: Sequence[Word], ink: Sequence[Word]) -> Phi | None:
    """What is written in a line by the readings of its two pictures; None where anything of it is in doubt.

    Both must be confident, say the same, lie over all of the ink, and hold a character for each piece of it.
    """
    if not (_is_sound(shades, line.shades) and _is_sound(ink, line.ink)):
        return None
    text = _text(shades)
    if tokens_of(text) != tokens_of(_text(ink)) or len(text.replace(" ", "")) < line.pieces:
        return None
    return Phi(text)


def _text(words: Sequence[Word]) -> str:
    return " ".join(word.text.reveal() for word in words)


def _is_sound(words: Sequence[Word], picture: Grey) -> bool:
    confident = bool(words) and all(word.confidence >= _CONFIDENCE for word in words)
    return confident and is_covered(picture, (word.box for word in words))
