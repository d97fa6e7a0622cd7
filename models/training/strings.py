"""What burned-in text says: names, dates, numbers, settings, places, in many scripts; all of it invented."""

import random
import string
from collections.abc import Callable

from fonts import SCRIPTS, Font

_SYLLABLES = ["ba", "ber", "bo", "da", "del", "do", "el", "en", "fa", "fer", "ga", "gor", "ha", "han", "in", "is", "ja", "jo", "ka",
              "kow", "la", "ler", "li", "lo", "ma", "man", "mi", "mor", "na", "nov", "o", "os", "pa", "per", "po", "ra", "ri", "ro",
              "sa", "sen", "ski", "so", "ta", "ten", "to", "u", "va", "vic", "vo", "wa", "wil", "xi", "ya", "yu", "za", "zel"]  # fmt: skip
_WORDS = ["KIDNEY", "LIVER", "LONG", "TRANS", "RIGHT", "LEFT", "Spleen", "aorta", "FETAL", "heart", "A4C", "PLAX", "Thyroid", "CBD",
          "GALLBLADDER", "BPD", "Vmax", "Gain", "Depth", "Freq", "Power", "Persist", "Map", "Dyn", "Res", "Gen", "PRF", "WF", "SV",
          "Angle", "Frame", "Hosp", "General", "Clinic", "Univ", "Klinikum", "Radiologie", "Service", "Station", "Study", "Series",
          "Image", "Page", "SUPINE", "PORTABLE", "UPRIGHT", "AP", "LAT", "PA", "Exam", "Patient", "Name", "Acc", "Tech", "Ward", "Bed",
          "Philips", "Acuson", "Loop", "Freeze", "Adult", "Echo", "Abdomen", "OB", "GYN", "Vasc", "carotid", "Doppler", "PW", "CW",
          "Untersuchung", "Befund", "Aufnahme", "examen", "gauche", "droite", "izquierda", "derecha", "ginecología", "sinistra"]  # fmt: skip
_UNITS = [
    "cm",
    "mm",
    "Hz",
    "kHz",
    "MHz",
    "cm/s",
    "m/s",
    "%",
    "dB",
    "mmHg",
    "bpm",
    "ml",
    "ms",
    "kV",
    "mAs",
    "mGy",
    "°",
    "fps",
    "s",
    "kg",
]


def _digits(rng: random.Random, count: int) -> str:
    return "".join(rng.choice(string.digits) for _ in range(count))


def _name(rng: random.Random) -> str:
    return "".join(rng.choice(_SYLLABLES) for _ in range(rng.randint(2, 3))).capitalize()


def _person(rng: random.Random) -> str:
    family, given = _name(rng), _name(rng)
    text = rng.choice(["{0}, {1}", "{0}^{1}", "{1} {0}", "{0} {1}", "Dr. {0}", "{0}, {1} {2}.", "{0}_{1}", "Op: {0}"])
    text = text.format(family, given, rng.choice(string.ascii_uppercase))
    return text.upper() if rng.random() < 0.45 else text


def _date(rng: random.Random) -> str:
    day, month, year = rng.randint(1, 31), rng.randint(1, 12), rng.randint(1925, 2029)
    spelled = rng.choice(["Jan", "Feb", "Mar", "APR", "MAY", "Jun", "Jul", "AUG", "Sept", "Okt", "Nov", "Dez"])
    forms = [f"{day:02d}/{month:02d}/{year}", f"{year}-{month:02d}-{day:02d}", f"{day}.{month}.{year}", f"{month}/{day}/{year % 100:02d}",
             f"{day:02d} {spelled} {year}", f"{year}{month:02d}{day:02d}", f"{spelled} {day}, {year}"]  # fmt: skip
    return rng.choice(["", "", "DOB ", "Date: ", "* "]) + rng.choice(forms)


def _time(rng: random.Random) -> str:
    hour, minute, second = rng.randint(0, 23), rng.randint(0, 59), rng.randint(0, 59)
    form = rng.choice(["{0:02d}:{1:02d}:{2:02d}", "{0}:{1:02d}", "{0}:{1:02d}:{2:02d} PM", "{0:02d}.{1:02d}"])
    return form.format(hour, minute, second)


def _number(rng: random.Random) -> str:
    label = rng.choice(["", "", "ID ", "ID: ", "MRN ", "Acc# ", "No. ", "PID:", "#"])
    return label + rng.choice(["", "", "A", "X-", "00"]) + _digits(rng, rng.randint(4, 10))


def _setting(rng: random.Random) -> str:
    value = f"{rng.uniform(0, 20):.{rng.randint(0, 2)}f}" if rng.random() < 0.6 else str(rng.randint(0, 300))
    form = rng.choice(["{w} {v}", "{w}:{v}{u}", "{v} {u}", "{w} {v} {u}", "{w}={v}", "{v}{u}", "+ {w} {v} {u}"])
    return form.format(w=rng.choice(_WORDS), v=value, u=rng.choice(_UNITS))


def _phrase(rng: random.Random) -> str:
    return " ".join(rng.choice(_WORDS) for _ in range(rng.randint(1, 3)))


def _short(rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.5:
        return rng.choice("LRLRVPM" + string.ascii_letters)
    if kind < 0.75:
        return str(rng.randint(0, 9)) if rng.random() < 0.4 else str(rng.randint(0, 300))
    return "".join(rng.choice(string.ascii_letters + string.digits) for _ in range(2))


def _noise(rng: random.Random) -> str:
    letters = string.ascii_letters + string.digits + "  .:-/()#%,+*'\"&@=<>"
    return "".join(rng.choice(letters) for _ in range(rng.randint(2, 18))).strip() or "x"


_LATIN: tuple[tuple[float, Callable[[random.Random], str]], ...] = (
    (0.18, _person), (0.13, _date), (0.07, _time), (0.13, _number), (0.13, _setting), (0.11, _phrase), (0.17, _short), (0.08, _noise),
)  # fmt: skip


def latin(rng: random.Random) -> str:
    """A line as screens of scanners show it."""
    made = rng.choices([maker for _, maker in _LATIN], [weight for weight, _ in _LATIN])[0]
    return made(rng)


def line_for(font: Font, script: str, rng: random.Random) -> str:
    """A line that the font can draw in one of its scripts."""
    if script == "latin":
        text = latin(rng)
    else:
        ranges = SCRIPTS[script][1]
        letters = [c for low, high in ranges for c in range(low, high + 1) if c in font.letters]
        longest = 5 if script in {"han", "hangul", "kana"} else 10
        if rng.random() < 0.18:
            return chr(rng.choice(letters))
        words = [_word(letters, longest, rng) for _ in range(rng.choice([1, 1, 2, 2, 3]))]
        if script == "accented":
            words = [_mixed(word, rng) for word in words]
        if rng.random() < 0.3:
            words.append(_digits(rng, rng.randint(1, 8)))
        text = " ".join(words)
    return "".join(c for c in text if c == " " or ord(c) in font.letters).strip()


def _word(letters: list[int], longest: int, rng: random.Random) -> str:
    return "".join(chr(rng.choice(letters)) for _ in range(rng.randint(2, longest)))


def _mixed(word: str, rng: random.Random) -> str:
    """Plain letters between accented ones, as languages have them."""
    plain = string.ascii_uppercase if rng.random() < 0.5 else string.ascii_lowercase
    return "".join(c if rng.random() < 0.35 else rng.choice(plain) for c in word)
