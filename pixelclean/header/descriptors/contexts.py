"""What the tokens of a description are once their neighbours are looked at: phrases, numbers with units, codes."""

import re
from collections.abc import Sequence

from pixelclean.header.descriptors.tokens import Gap, Token
from pixelclean.header.descriptors.vocabulary import Role, vocabulary

_SMALL = re.compile(r"[0-9]{1,2}")
_WITH_UNIT = re.compile(r"(?!(?:19|20)[0-9]{2})[0-9]{1,4}(?:[.,][0-9]{1,2})?")  # no years
_MAY_BE_A_UNIT_OF_AGE = frozenset((Role.UNKNOWN, Role.NOISE, Role.LABEL, Role.SUFFIX, Role.TOWARDS))
_THICKNESS = re.compile(r"[0-9]{1,2}[.,](?:[0-9]|00|25|50|75|625)")


def settled(tokens: Sequence[Token]) -> list[Role]:
    """The role of each token; a number is known by its unit, a modality that looks like a title by what follows."""
    roles = [token.role for token in tokens]
    _settle_phrases(tokens, roles)
    for place, role in enumerate(roles):
        if role is Role.NUMBER:
            _settle_number(tokens, roles, place)
    for place, token in enumerate(tokens):
        if _announces_by_a_colon(tokens, place):
            roles[place] = Role.TITLE
        elif token.key in vocabulary().leading and roles[place + 1 : place + 2] == [Role.NAMESAKE]:
            roles[place] = Role.TOWARDS
        elif roles[place] is Role.TITLE:
            roles[place] = _title_or_code(tokens, roles, place)
        elif roles[place] is Role.UNKNOWN and token.text == "M" and _is_followed_by(".", tokens, place):
            roles[place] = Role.TITLE
    return [Role.NOISE if role is Role.NUMBER else role for role in roles]


def _settle_phrases(tokens: Sequence[Token], roles: list[Role]) -> None:
    """Whole phrases are known, whatever their words are alone: brown fat, Waters view, m. biceps."""
    phrases = vocabulary().phrases
    done = 0
    for place, token in enumerate(tokens):
        if place < done:
            continue
        for phrase in phrases.get(token.key, ()):
            end = place + len(phrase)
            if _is_phrase(tokens[place:end], phrase):
                roles[place:end] = [Role.WORD] * len(phrase)
                done = end
                break


def _is_phrase(tokens: Sequence[Token], phrase: tuple[str, ...]) -> bool:
    return tuple(token.key for token in tokens) == phrase and all(token.gap is Gap.JOINED for token in tokens[1:])


def _settle_number(tokens: Sequence[Token], roles: list[Role], place: int) -> None:
    """A number is kept with its unit, with what it counts, behind what is numbered, or before a kernel."""
    words, number = vocabulary(), tokens[place].key
    following = tokens[place + 1] if place + 1 < len(tokens) and _is_close(tokens[place + 1]) else None
    if _is_part_of_a_longer_number(tokens, roles, place):
        if following is not None and following.key in words.units:
            roles[place + 1] = Role.NOISE
    elif following is not None and (
        (following.key in words.units and _WITH_UNIT.fullmatch(number))
        or (following.key in words.counted and _SMALL.fullmatch(number))
    ):
        roles[place] = roles[place + 1] = Role.WORD
    elif following is not None and words.kernel.fullmatch(following.key) and _THICKNESS.fullmatch(number):
        roles[place] = Role.WORD
    elif place and _is_close(tokens[place]):
        is_number_of_agent = tokens[place - 1].key in words.agents and number in words.concentrations
        if is_number_of_agent or (_counts(tokens, roles, place) and not _begins_a_date(tokens, roles, place)):
            roles[place] = Role.WORD


def _counts(tokens: Sequence[Token], roles: Sequence[Role], place: int) -> bool:
    """Whether a number tells what is before it from others of its kind: phase 2, Lesion 1, GTV-1, PTV_6000."""
    words, before, token = vocabulary(), tokens[place - 1].key, tokens[place]
    if _SMALL.fullmatch(token.key):
        is_label = before in words.objects or words.volumes.fullmatch(before)
        return before in words.numbered or (bool(is_label) and not _may_be_an_age(tokens, roles, place))
    return bool(token.before.strip() and words.volumes.fullmatch(before) and words.dose.fullmatch(token.key))


def _may_be_an_age(tokens: Sequence[Token], roles: Sequence[Role], place: int) -> bool:
    """Whether what follows is no word of the examination: "Lesion 45 yo", "Herd 45 J.", "nodule 45/M"."""
    following = _following(tokens, place)
    if following is None:
        return False
    is_a_letter = roles[following] is Role.FILLER and len(tokens[following].key) == 1
    return is_a_letter or roles[following] in _MAY_BE_A_UNIT_OF_AGE


def _begins_a_date(tokens: Sequence[Token], roles: Sequence[Role], place: int) -> bool:
    """Whether a number of two digits or two more numbers follow, without a unit: "Lesion 12/03", "phase 1-2-85"."""
    first = _following(tokens, place)
    if first is None or roles[first] is not Role.NUMBER:
        return False
    second = _following(tokens, first)
    if second is not None and tokens[second].key in vocabulary().units and _is_close(tokens[second]):
        return False
    return len(tokens[first].key) > 1 or (second is not None and roles[second] is Role.NUMBER)


def _following(tokens: Sequence[Token], place: int) -> int | None:
    """The next token of the same value without a clear break before it."""
    following = place + 1
    if following == len(tokens) or tokens[following].gap is Gap.BROKEN:
        return None
    return following if tokens[following].value == tokens[place].value else None


def _is_close(token: Token) -> bool:
    """Whether nothing but spaces or a hyphen separate a token from the one before."""
    return token.before.strip(" ") in ("", "-", "_")


def _is_part_of_a_longer_number(tokens: Sequence[Token], roles: Sequence[Role], place: int) -> bool:
    """Whether digits stand directly before: what looks like a number with a unit is the end of a date or an ID then."""
    return place > 0 and tokens[place].gap is not Gap.BROKEN and roles[place - 1] is Role.NUMBER


def _announces_by_a_colon(tokens: Sequence[Token], place: int) -> bool:
    """Op: Hand; but not "Post op: Hand"."""
    words = vocabulary()
    if tokens[place].key not in words.announcing or not _is_followed_by(":", tokens, place):
        return False
    return place == 0 or tokens[place].gap is Gap.BROKEN or tokens[place - 1].key not in words.operations


def _title_or_code(tokens: Sequence[Token], roles: Sequence[Role], place: int) -> Role:
    """MR, DR, PT in capitals are modalities where nothing that may be a name follows."""
    words, token = vocabulary(), tokens[place]
    is_sure = token.key in words.sure_codes
    if token.key not in words.capital_codes or _is_followed_by("." if is_sure else ".:", tokens, place):
        return Role.TITLE
    if token.text.isupper():
        following = place + 1
        is_believed = is_sure or following == len(tokens) or roles[following] is Role.WORD
        return Role.WORD if is_believed else Role.TOWARDS
    is_a_code_after_all = token.text.islower() and (is_sure or "_" in token.before)
    return Role.TOWARDS if is_a_code_after_all else Role.TITLE


def _is_followed_by(marks: str, tokens: Sequence[Token], place: int) -> bool:
    return place + 1 < len(tokens) and tokens[place + 1].before[:1] in tuple(marks)
