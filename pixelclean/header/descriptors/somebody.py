"""Names in a description, by their neighbours: "Dr. Hand" and "M. Genou" are somebody (PS3.15 E.3.5).

Each function goes once along the tokens and says NAME where it finds one.  Where it is not clear, it is a name.
"""

from collections.abc import Iterable, Sequence

from pixelclean.header.descriptors.tokens import Gap, Token
from pixelclean.header.descriptors.vocabulary import Role

_WORDS_OF_A_NAME = 3  # that are taken even across a comma
_TRANSPARENT = (Role.FILLER, Role.NOISE)
_CLOSING = frozenset(")]}）】")
_LISTS_A_GIVEN_NAME = frozenset(",^")


def names_in(tokens: Sequence[Token], roles: list[Role]) -> list[Role]:
    """The same roles, with NAME for every token that may be a name or a number of somebody."""
    roles = list(roles)
    _take_what_titles_announce(tokens, roles)
    _take_what_precedes_suffixes(tokens, roles)
    _take_namesakes_behind_leading_words(tokens, roles)
    _take_namesakes_beside_initials(tokens, roles)
    _take_namesakes_beside_strangers(tokens, roles, range(len(tokens)))
    _take_namesakes_beside_strangers(tokens, roles, range(len(tokens) - 1, -1, -1))
    return roles


def _take_what_titles_announce(tokens: Sequence[Token], roles: list[Role]) -> None:
    """Behind a title all words up to a clear break, behind a label up to the number."""
    announced: Role | None = None
    taken = 0
    for place, token in enumerate(tokens):
        if announced is not None and _is_over(token, taken):
            announced = None
        role = roles[place]
        if role in (Role.TITLE, Role.LABEL):
            announced, taken = role, 0
        elif announced is not None:
            roles[place] = Role.NAME
            taken += role not in (Role.FILLER, Role.SUFFIX)
            if announced is Role.LABEL and (_is_the_last_of_a_number(tokens, place) or taken == _WORDS_OF_A_NAME):
                announced = None


def _is_over(token: Token, taken: int) -> bool:
    if token.gap is Gap.BROKEN:
        return taken > 0 or not _CLOSING.isdisjoint(token.before)
    return token.gap is Gap.LISTED and taken >= _WORDS_OF_A_NAME


def _is_the_last_of_a_number(tokens: Sequence[Token], place: int) -> bool:
    if not any(map(str.isdigit, tokens[place].key)):
        return False
    following = tokens[place + 1] if place + 1 < len(tokens) else None
    return following is None or following.before.isspace() or not any(map(str.isdigit, following.key))


def _take_what_precedes_suffixes(tokens: Sequence[Token], roles: list[Role]) -> None:
    """Before a degree, and before a title that nothing follows, all words back to a clear break."""
    for place, role in enumerate(roles):
        if role is Role.SUFFIX or (role is Role.TITLE and _announces_nothing(tokens, roles, place)):
            _take_back(tokens, roles, place)


def _announces_nothing(tokens: Sequence[Token], roles: Sequence[Role], place: int) -> bool:
    return place + 1 == len(tokens) or (roles[place + 1] is not Role.NAME and tokens[place + 1].gap is Gap.BROKEN)


def _take_back(tokens: Sequence[Token], roles: list[Role], place: int) -> None:
    if "_" in tokens[place].before:
        return  # part of a name of a sequence: DTI_MD
    taken = 0
    while place > 0 and not _is_over(tokens[place], taken) and roles[place - 1] not in (Role.SUFFIX, Role.NAME):
        place -= 1
        taken += roles[place] is not Role.FILLER
        roles[place] = Role.NAME


def _take_namesakes_behind_leading_words(tokens: Sequence[Token], roles: list[Role]) -> None:
    """Behind "for" or "von", as far as words may be names."""
    leads = 0
    for place, role in enumerate(roles):
        if tokens[place].gap is Gap.BROKEN:
            leads = 0
        if role is Role.TOWARDS:
            leads = _WORDS_OF_A_NAME
        elif leads and role not in _TRANSPARENT:
            leads = leads - 1 if role in (Role.NAMESAKE, Role.UNKNOWN) else 0
            if role is Role.NAMESAKE:
                roles[place] = Role.NAME


def _take_namesakes_beside_initials(tokens: Sequence[Token], roles: list[Role]) -> None:
    """ "J. Hand" and "Hand, J": also where the letter could be a side."""
    for place in range(1, len(tokens)):
        first, second = tokens[place - 1], tokens[place]
        if _is_letter(first) and second.before.startswith("."):
            _take(roles, [place], [place - 1, place])
        if _is_letter(second) and (_has_dot(tokens, place) or not _LISTS_A_GIVEN_NAME.isdisjoint(second.before)):
            _take(roles, [place - 1], [place - 1, place])
        if roles[place] is Role.TITLE and "," in second.before:  # "Hand, Dr. Peter"
            _take(roles, [place - 1], [place - 1])


def _take(roles: list[Role], namesakes: Iterable[int], places: Iterable[int]) -> None:
    if all(roles[place] is Role.NAMESAKE for place in namesakes):
        for place in places:
            roles[place] = Role.NAME


def _is_letter(token: Token) -> bool:
    return len(token.text) == 1 and token.text.isalpha() and token.text != "u"  # Kopf u. Hals


def _has_dot(tokens: Sequence[Token], place: int) -> bool:
    return place + 1 < len(tokens) and tokens[place + 1].before.startswith(".")


def _take_namesakes_beside_strangers(tokens: Sequence[Token], roles: list[Role], places: Iterable[int]) -> None:
    """Words that are names as well, next to a word that is not known: "Peter Hand", "Hand, Peter".

    A stranger in small letters says nothing about a word with a capital ("Hand injury"), unless a colon says that it does
    ("zuw: Hand").
    """
    stranger: Token | None = None
    previous = 0
    for place in places:
        token, role = tokens[place], roles[place]
        if stranger is not None and tokens[max(place, previous)].gap is Gap.BROKEN:
            stranger = None
        is_said = previous < place and token.before.startswith(":")
        previous = place
        if role is Role.UNKNOWN:
            stranger = token
        elif role is Role.NAMESAKE and stranger is not None:
            if stranger.text.islower() and not token.text.islower() and not is_said:
                stranger = None
            else:
                roles[place] = Role.NAME
        elif role not in _TRANSPARENT:
            stranger = None
