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
    from pydicom.sr.codedict import Collection  # noqa: PLC0415 - takes a tenth of a second, and few files ask

    meanings = defaultdict[str, list[str]](list)
    for code in Collection(scheme).concepts.values():
        texts = meanings[code.value]
        if len(code.meaning) <= _LONGEST:
            texts.append(code.meaning)
    return dict(meanings)
