"""The codes that pydicom publishes, with their meanings: those of PS3.16 Annex D, and others as far as context groups name
them.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache

_LONGEST = 64  # characters of a Code Meaning (PS3.5 6.2, LO)
_SCHEMES = frozenset(("SCT", "DCM", "UCUM", "LN", "RADLEX", "NCIt", "FMA", "MDC", "IBSI", "NEU", "RXNORM", "MSH"))


@cache
def published(scheme: str) -> Mapping[str, Sequence[str]]:
    """Every meaning of each code of a scheme, by its designator (PS3.16 chapter 8); none of a scheme that is not known."""
    if scheme not in _SCHEMES:
        return {}
    # Few files ask, and its public face, which makes an object of each code, takes three times as long.
    from pydicom.sr._concepts_dict import concepts  # noqa: PLC0415

    meanings = defaultdict[str, list[str]](list)
    by_keyword: Mapping[str, Mapping[str, tuple[str, object]]] = concepts[scheme]  # type: ignore[assignment]
    for codes in by_keyword.values():
        for code, (meaning, _) in codes.items():
            texts = meanings[code]
            if len(meaning) <= _LONGEST:
                texts.append(meaning)
    return dict(meanings)
