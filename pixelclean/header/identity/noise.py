"""Identifiers in values that are bytes: numbers, tables, profiles, codestreams.

Any bytes spell short words by chance, so only what no chance spells is looked for: names and IDs of five characters or
more, and full names.  They are looked for as bytes, which a value of a hundred megabytes allows, in UTF-8, UTF-16 and
the character sets of DICOM, and with the two bytes of each word exchanged, as a value of 16-bit words may be written.
"""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self, final

from pixelclean.header.identity.identifier import Identifier, Kind, date_spellings, name_parts
from pixelclean.header.identity.stems import Stems
from pixelclean.header.words import ordinary_words, squeezed, transliterated, words_of

_TELLING = 5
_BEYOND_CHANCE = 7
_WHOLE_DATE = 8
_LETTERS = frozenset("0123456789abcdefghijklmnopqrstuvwxyz")
_UNIVERSAL = ("utf-8", "utf-16-le", "utf-16-be")
# PS3.3 C.12.1.1.2.  A name is encoded by that which it was read by, be it the wrong one, and by those it may stand in.
_NATIONAL = (
    *(
        "latin-1",
        "iso8859-2",
        "iso8859-3",
        "iso8859-4",
        "iso8859-5",
        "iso8859-6",
        "iso8859-7",
        "iso8859-8",
        "iso8859-9",
    ),
    *("iso8859-15", "tis-620", "shift_jis", "euc_jp", "euc_kr", "gb18030"),
)


@final
@dataclass(frozen=True, slots=True, repr=False)
class Needles:
    """Bytes, one a character, with ASCII letters in lower case: `words` as whole words only, `stems` anywhere."""

    words: Stems
    stems: Stems

    @classmethod
    def of(cls, texts: Iterable[Identifier]) -> Self:
        """The spellings of each identifier that no noise spells."""
        spelled = {text for identifier in texts for text in _spelled(identifier)}
        encoded = {form.decode("latin-1") for text in spelled for form in _encoded(text)}
        return cls(
            Stems(frozenset(form for form in encoded if len(form) < _BEYOND_CHANCE)),
            Stems(_shortest(form for form in encoded if len(form) >= _BEYOND_CHANCE)),
        )

    def found_in(self, value: bytes) -> bool:
        """Whether any of them stands in the value."""
        if not self.words and not self.stems:
            return False
        return any(self._found(form.decode("latin-1")) for form in _readings(value))

    def _found(self, lowered: str) -> bool:
        if self.stems.stand_in(lowered):
            return True
        if self.words.are_few_for(lowered):
            return any(_is_word(word, lowered) for word in self.words.known)
        return any(_stands_alone(start, end, lowered) for start, end in self.words.spans(lowered))


def _shortest(forms: Iterable[str]) -> frozenset[str]:
    """Those of them in which no other one stands: where one of the others is found, so is one of these."""
    known = Stems(frozenset(forms))
    return frozenset(form for form in known.known if set(known.spans(form)) == {(0, len(form))})


def _spelled(identifier: Identifier) -> Iterator[str]:
    """Words of names, full names, IDs and addresses, as they are and without accents."""
    value = identifier.value.reveal()
    for text in (value, *transliterated(value)):
        match identifier.kind:
            case Kind.PERSON:
                parts = [part.strip() for part in name_parts(text)]
                yield from (word for part in parts for word in (*part.split(), *words_of(part)) if _tells(word))
                if len(parts) > 1 and parts[0] and parts[1]:
                    yield from (f"{a}{between}{b}" for a, b in (parts[:2], parts[1::-1]) for between in "^ _,")
            case Kind.ID | Kind.ADDRESS if _tells(squeezed(text)):
                yield text
                yield squeezed(text)
            case Kind.DATE:
                yield from (date for date in date_spellings(text) if len(date) >= _WHOLE_DATE)
            case _:
                pass


def _tells(word: str) -> bool:
    is_long = len(word) >= _TELLING or (not word.isascii() and len(word.encode()) > _TELLING)
    return is_long and not set(words_of(word)) <= ordinary_words()


def _encoded(text: str) -> Iterator[bytes]:
    """UTF-16 of Latin letters is found once its zero bytes are gone."""
    if text.isascii():
        if len(text) >= _TELLING:
            yield text.lower().encode("ascii")
        return
    for cased in (text, text.upper(), text.title()):
        for encoding in (*_NATIONAL, *_UNIVERSAL):
            if encoding.startswith("utf-16") and max(cased, default="") <= "\xff":
                continue
            try:
                form = cased.encode(encoding).lower()
            except UnicodeEncodeError:
                continue
            if len(form) >= _TELLING:
                yield form


def _readings(value: bytes) -> Iterator[bytes]:
    """The value as it is, without zero bytes, and with the bytes of each pair exchanged."""
    lowered = value.lower()
    yield lowered
    if b"\0" in lowered:
        yield lowered.replace(b"\0", b"")
    words = array("H", lowered + b"\0" * (len(lowered) % 2))
    words.byteswap()
    yield words.tobytes()


def _is_word(word: str, lowered: str) -> bool:
    """Whether it stands there with neither letter nor digit beside it."""
    start = lowered.find(word)
    while start >= 0:
        if _stands_alone(start, start + len(word), lowered):
            return True
        start = lowered.find(word, start + 1)
    return False


def _stands_alone(start: int, end: int, lowered: str) -> bool:
    before, after = lowered[start - 1 : start] if start else "", lowered[end : end + 1]
    return _LETTERS.isdisjoint(before) and _LETTERS.isdisjoint(after)
