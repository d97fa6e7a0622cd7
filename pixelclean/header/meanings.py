"""Code Meaning beside a published code (PS3.3 8.3): the words of a dictionary, or the published ones.

The code says what is meant; the meaning is text that a person can have typed over.
"""

from functools import lru_cache

from pixelclean.header.descriptors import is_safe
from pixelclean.header.published import published


@lru_cache(maxsize=4096)
def allowed(scheme: str, code: str, text: str) -> str:
    """The text where it repeats the code, or each word is known to be safe; otherwise the published meaning, "" without."""
    if text == code or is_safe(text):
        return text
    meanings, said = published(scheme).get(code, ()), text.casefold()
    return text if said in map(str.casefold, meanings) else min(meanings, key=len, default="")
