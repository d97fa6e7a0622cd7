"""The defined terms of Specific Character Set (PS3.3 C.12.1.1.2), and misspellings of them that are widespread.

ISO_IR 203 is left out: pydicom does not know it yet, and would read its letters as other ones.
"""

import re

_SINGLE = ("6", "13", "100", "101", "109", "110", "126", "127", "138", "144", "148", "166", "192")
_EXTENDED = ("6", "13", "58", "87", "100", "101", "109", "110", "126", "127", "138", "144", "148", "149", "159", "166")
_TERMS = frozenset(
    (
        *(f"ISO_IR {number}" for number in _SINGLE),
        *(f"ISO 2022 IR {number}" for number in _EXTENDED),
        "GB18030",
        "GBK",
        "ISO 2022 GBK",
        "ISO 2022 58",
    )
)
_WITHOUT_ASCII = frozenset(("ISO 2022 IR 87", "ISO 2022 IR 159"))
_MISSPELT = re.compile(r"(ISO[_ -]?IR|ISO[_ -]?2022[_ -]?IR)[_ -]?([0-9]{1,3})", re.IGNORECASE)


def defined_terms(value: bytes) -> tuple[str, ...] | None:
    """The terms that a value names, as the standard spells them; None where it names anything else.

    The first may be empty, which is the default repertoire.
    """
    try:
        spelled = value.decode("ascii").rstrip("\0 ").split("\\")
    except UnicodeDecodeError:
        return None
    first, *others = (_term(text.strip(" ")) for text in spelled)
    if first is None or None in others:
        return None
    if first in _WITHOUT_ASCII:  # never the first: a backslash was forgotten, since nobody writes names in these alone
        first, others = "", [first, *others]
    return (first, *(term for term in others if term))


def _term(text: str) -> str | None:
    if not text or text in _TERMS:
        return text
    if text.upper() in ("UTF-8", "UTF8"):
        return "ISO_IR 192"
    misspelt = _MISSPELT.fullmatch(text)
    if misspelt is None:
        return None
    prefix = "ISO 2022 IR" if "2022" in misspelt[1] else "ISO_IR"
    term = f"{prefix} {misspelt[2]}"
    return term if term in _TERMS else None
