"""Identifiers as recognised text may spell them, to compare with words read from an image."""

from pixelclean.header.identifiers import Identifiers
from pixelclean.header.words import ordinary_words, words_of
from pixelclean.phi import Phi

_TELLING = 4
"""Letters and digits from which a word stands for an identifier; shorter ones are read everywhere."""


def spellings(identifiers: Identifiers) -> frozenset[Phi]:
    """Names by their words, IDs and dates in the usual renderings; case, accents and punctuation do not count."""
    texts = {"".join(words_of(text.reveal())) for text in identifiers.words}
    texts |= {word for text in identifiers.words for word in words_of(text.reveal())}
    return frozenset(Phi(text) for text in texts if len(text) >= _TELLING and text not in ordinary_words())


def is_known(word: Phi, known: frozenset[Phi]) -> bool:
    """Whether a recognised word is one of those spellings."""
    return Phi("".join(words_of(word.reveal()))) in known
