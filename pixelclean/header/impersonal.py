"""Whether texts that nobody is to type into say what a device says, and nothing of somebody.

Of private elements is kept what is a code or made of known words (`is_code`, `is_impersonal`), of texts on the reviewed
list what is as it was reviewed (`is_as_reviewed`), of coded values (VR CS) what may be a term (`is_no_term`).  Whose file
it is does not matter here; the file's own names and numbers are looked for elsewhere.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise

from pydicom import DataElement

from pixelclean.header.annex_e.safe import reviewed, safe_text
from pixelclean.header.descriptors.contexts import settled
from pixelclean.header.descriptors.tokens import Gap, Token, role_of, tokens_of
from pixelclean.header.descriptors.vocabulary import Role, folded, vocabulary
from pixelclean.header.identity.coded import defined_terms, device_words
from pixelclean.header.identity.days import month_names
from pixelclean.header.values import texts_of
from pixelclean.header.words import Words, ordinary_words, words_of

_CODE = re.compile(r"[A-Za-z0-9_.:+*%#=<>()\[\]/-]{1,16}")
_RUN = re.compile(r"[A-Za-z]+|[0-9]+")
_CODE_OF_LETTERS = 4
_MOST_LETTERS = 3  # of a run that no dictionary needs to know
_SPELT_LIKE_A_NAME = re.compile(r"[A-Z][a-z]+")
_INITIALS = re.compile(r"(?:\b[A-Za-z]\.){2}")
_AGE = re.compile(
    r"(?<![A-Za-z0-9.])[0-9]{1,3}[ _-]?(?:[YMWJF]|YO|YRS?|YEARS?|MOS?|MTHS?|WKS?|JAHRE?|ANS|ANNI|JAAR)(?![A-Za-z0-9])"
    r"|(?<![A-Za-z0-9.])[0-9]{2,3}[ _-]?D(?![A-Za-z0-9])|(?<![A-Za-z0-9])[FM][0-9]{2}(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<![0-9.])(?:19[0-9]{2}|20[0-4][0-9])(?![0-9.])")
_LONG_NUMBER = re.compile(r"(?<![.0-9])[0-9]{6,}")  # an ID, a date or a time; decimal places are none of them
_DATE_OR_TIME = re.compile(r"[0-9]{1,4}([./:-])[0-9]{1,2}\1[0-9]{1,4}")
_UID = re.compile(r"[0-9]+(\.[0-9]+){4,}")

# Versions are no dates: 12.1.0 has a year of one digit.
_DATE = re.compile(
    r"(?<![\w.])(?:[0-9]{1,2}([./-])[0-9]{1,2}\1(?:[0-9]{2}|(?:19|20)[0-9]{2})"
    r"|(?:19|20)[0-9]{2}([./-])[0-9]{1,2}\2[0-9]{1,2})(?![\w.])"
)
_TIME_OF_DAY = re.compile(r"(?<![0-9:])[0-2]?[0-9]:[0-5][0-9]:[0-5][0-9](?![0-9:])")
_TELEPHONE = re.compile(r"(?<![\w.])(?:\+[0-9]{1,3}|0[0-9]{2,4})[ /-][0-9 ()/-]{3,}[0-9]")
_MAIL = re.compile(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)")
_WEB = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^/@\s]*@)?([^/:\s]*)([^\s]*)|\bwww\.(\S*)", re.IGNORECASE)
_OF_A_USER = re.compile(r"\b[a-z]:\\|[/\\](?:home|users)[/\\]", re.IGNORECASE)
_ROUND = re.compile(r"[1-9]0*")
_LONGEST = 4096  # characters of what a device says
_DIGITS_OF_A_NUMBER = 4
_DIGITS_OF_A_CONTACT = 5
_LETTERS_OF_A_NAME = 3
_LETTERS_BEHIND_A_CODE = 4
_BEHIND_A_CONTACT = 3  # tokens that a telephone number may be written in


@dataclass(frozen=True, slots=True)
class _Speech:
    """How texts speak of somebody, folded: rules/header/safe_text.toml."""

    titles: frozenset[str]
    contacts: frozenset[str]
    houses: frozenset[str]
    software: frozenset[str]
    eponyms: frozenset[Words]


@cache
def _speech() -> _Speech:
    table = safe_text()["somebody"]
    return _Speech(
        titles=_folded(table["titles"]),
        contacts=_folded(table["contacts"]),
        houses=_folded(table["houses"]),
        software=frozenset(table["software"].split()),
        eponyms=frozenset(map(words_of, table["eponyms"])),
    )


def _folded(words: str) -> frozenset[str]:
    return frozenset(map(folded, words.split()))


def is_code(text: str) -> bool:
    """Whether a text is a device's own code: no blanks, and nothing that could be somebody, a moment or an age.

    A word alone is no code, be it a known one: to keep those is for who cleans texts.
    """
    is_word = text.isalpha() and len(text) > _CODE_OF_LETTERS
    return _CODE.fullmatch(text) is not None and not is_word and is_impersonal(text)


@lru_cache(maxsize=2048)
def is_impersonal(text: str) -> bool:
    """Whether every run of letters is a known word or so short that it is a code, and no number names a person or moment.

    One run of two or three letters need not be known: two of them are a name.
    """
    runs = _RUN.findall(text)
    unknown = [run for run in runs if run.isalpha() and len(run) > 1 and not _is_known(run)]
    if len(unknown) > 1 or any(len(run) > _MOST_LETTERS or _SPELT_LIKE_A_NAME.fullmatch(run) for run in unknown):
        return False
    if any(run.lower() in month_names() for run in runs) and any(map(str.isdecimal, runs)):
        return False
    if any(pattern.search(text) for pattern in (_AGE, _YEAR, _INITIALS)):
        return False
    return not any(map(_announces, runs)) and not numbers_somebody(text)


def _is_known(run: str) -> bool:
    return run.lower() in device_words() or role_of(run) in (Role.WORD, Role.NAMESAKE, Role.FILLER)


def _announces(run: str) -> bool:
    """Whether a run of letters says that somebody's name or number stands beside it; MR and PT are modalities."""
    role = role_of(run) if len(run) > 1 and run.isalpha() else Role.WORD
    is_modality = run.isupper() and run.lower() in vocabulary().sure_codes
    return role in (Role.TITLE, Role.SUFFIX, Role.TOWARDS, Role.LABEL) and not is_modality


def numbers_somebody(text: str) -> bool:
    """Whether a text holds what could be an ID, a UID, a date or a time."""
    return any(pattern.search(text) for pattern in (_LONG_NUMBER, _DATE_OR_TIME, _UID))


def is_as_reviewed(element: DataElement) -> bool:
    """Whether a text on the reviewed list says what such texts say; any other value does.

    A name may be spread over the values of an attribute, so that they are read as one.
    """
    tag, lists = int(element.tag), reviewed()
    if tag not in lists.text:
        return True
    text = "\\".join(texts_of(element))
    if len(text) > _LONGEST:
        return False
    if tag in lists.impersonal and speaks_of_somebody(text):
        return False
    if tag not in lists.equipment and names_somebody(text):
        return False
    return not addresses_somebody(text)


@lru_cache(maxsize=2048)
def addresses_somebody(text: str) -> bool:
    """Whether somebody is called by a title, or reached: by mail, telephone, on the web, in a house, in a user's folder.

    Numbers and dates do not count: versions have them.
    """
    if not any(map(str.isalpha, text)) or words_of(text) in defined_terms():
        return False
    if _is_reachable(text) or _OF_A_USER.search(text) is not None:
        return True
    tokens = tuple(tokens_of(text))
    return any(_is_called(first, second) for first, second in pairwise(tokens)) or _names_a_house(tokens)


@lru_cache(maxsize=2048)
def speaks_of_somebody(text: str) -> bool:
    """Whether a text holds a date, a telephone number or an ID, or a stranger beside a word that announces one."""
    if any(pattern.search(text) for pattern in (_LONG_NUMBER, _DATE, _TIME_OF_DAY, _TELEPHONE, _UID)):
        return True
    if not any(map(str.isalpha, text)) or words_of(text) in defined_terms():
        return False
    return any(_announcements(tuple(tokens_of(text))))


@lru_cache(maxsize=2048)
def names_somebody(text: str) -> bool:
    """Whether what looks like given and family name stands in a text; programs and products have such names too."""
    if not any(map(str.isupper, text)) or words_of(text) in defined_terms():
        return False
    return any(_is_full_name(first, second) for first, second in pairwise(tokens_of(text)))


@lru_cache(maxsize=4096)
def is_no_term(text: str) -> bool:
    """Whether a coded value is none that a standard or a device defines: it calls somebody, or is numbered like one."""
    if words_of(text) in defined_terms():
        return False
    if _LONG_NUMBER.search(text) is not None and _ROUND.fullmatch(text) is None:
        return True
    if text.isalnum():
        return False
    is_called = any(_is_called_in_code(first, second) for first, second in pairwise(tokens_of(text)))
    return is_called or _TELEPHONE.search(text) is not None or addresses_somebody(text) or names_somebody(text)


def _is_called(title: Token, name: Token) -> bool:
    """Whether a form of address stands before a word; DR, SR and MRS may be codes, small ones where the word is known."""
    if title.key not in _speech().titles or name.gap is Gap.BROKEN or len(name.text) < 2 or not name.text[0].isalpha():
        return False
    is_spelt_like_a_code = title.text.isupper() or (title.text.islower() and not _is_called_in_code(title, name))
    may_be_a_code = title.key in vocabulary().capital_codes and is_spelt_like_a_code
    return not may_be_a_code or name.before.startswith(".")


def _is_called_in_code(title: Token, name: Token) -> bool:
    """Whether what is spelt like a code, but is not as common as MR, stands before a stranger."""
    if title.key not in _speech().titles - vocabulary().sure_codes or name.gap is Gap.BROKEN:
        return False
    return len(name.text) >= _LETTERS_BEHIND_A_CODE and _is_strange(name)


def _is_strange(token: Token) -> bool:
    """Whether no dictionary knows a word, neither of anatomy and technique nor of devices."""
    is_unknown = token.role is Role.UNKNOWN and token.text.isalpha()
    return is_unknown and token.key not in device_words() and token.key not in ordinary_words()


def _is_full_name(first: Token, second: Token) -> bool:
    """Whether two strangers with capitals stand side by side, or one behind an initial: Zoe Sentinel, Z. Sentinel."""
    if second.before.strip(" .,") or not _looks_like_a_name(second) or (first.key, second.key) in _speech().eponyms:
        return False
    return _looks_like_a_name(first) or (len(first.text) == 1 and first.text.isupper() and first.role is Role.UNKNOWN)


def _looks_like_a_name(token: Token) -> bool:
    letters = token.text
    is_spelt_so = len(letters) >= _LETTERS_OF_A_NAME and letters[:1].isupper() and letters[1:].islower()
    return is_spelt_so and _is_strange(token)


def _announcements(tokens: Sequence[Token]) -> Iterator[bool]:
    """For each pair of tokens whether one says that the other is somebody: by jdoe, Sentinel MD, ID 77123."""
    roles = settled(tokens)
    for place, (first, second) in enumerate(pairwise(tokens)):
        if second.gap is Gap.BROKEN:
            continue
        match roles[place], roles[place + 1]:
            case Role.TITLE, _:
                yield second.role is Role.NAMESAKE or _is_strange(second) or _is_a_user(second)
            case Role.TOWARDS, _ if _is_called_in_code(first, second):
                yield True
            case Role.TOWARDS, Role.UNKNOWN:
                yield _looks_like_a_name(second)
            case Role.LABEL, _:
                yield sum(map(str.isdigit, second.text)) >= _DIGITS_OF_A_NUMBER
            case Role.UNKNOWN, Role.SUFFIX:
                yield _looks_like_a_name(first)
            case _:
                pass


def _is_a_user(token: Token) -> bool:
    """Whether letters and digits are glued that no dictionary knows: zsentinel2."""
    return token.role is Role.NOISE and token.text[0].isalpha()


def _is_reachable(text: str) -> bool:
    """Whether a text holds an address of mail or of the web, but for those where software is published."""
    hosts = [match[1] for match in _MAIL.finditer(text)]
    hosts += ["" if match[1] is None or "?" in match[2] else match[1] for match in _WEB.finditer(text)]
    if any(host.lower().removeprefix("www.") not in _speech().software for host in hosts):
        return True
    return _names_a_contact(text)


def _names_a_contact(text: str) -> bool:
    """Whether a telephone number, or what else reaches somebody, stands behind its label."""
    words = [word for word in re.split(r"[\s:.,;_]+", text) if word]
    for place, word in enumerate(words):
        if folded(word) in _speech().contacts:
            following = "".join(words[place + 1 : place + 1 + _BEHIND_A_CONTACT])
            if sum(map(str.isdigit, following)) >= _DIGITS_OF_A_CONTACT:
                return True
    return False


def _names_a_house(tokens: Sequence[Token]) -> bool:
    """Whether a hospital stands in a text with another word, by which it may be told."""
    is_house = [token.key in _speech().houses for token in tokens]
    return any(is_house) and any(
        token.text.isalpha() and len(token.text) >= _LETTERS_OF_A_NAME and token.role is not Role.FILLER
        for token, house in zip(tokens, is_house, strict=True)
        if not house
    )
