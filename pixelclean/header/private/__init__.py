"""The Retain Safe Private Option (PS3.15 E.3.10): which private elements stay, where, and with what value.

For each level the walk asks `safe_elements`, gives each the value of `value_of`, walks into sequences itself and asks
`stays` of what came out.  What then remains is numbered by `relocated`, and `creators` reserve its blocks.
"""

from pixelclean.header.private.blocks import is_creator
from pixelclean.header.private.declaration import Declaration
from pixelclean.header.private.element import SafeElement, Word, creators, relocated
from pixelclean.header.private.fate import Treatment, stays, value_of
from pixelclean.header.private.listed import Listed
from pixelclean.header.private.lists import listed
from pixelclean.header.private.safe import safe_elements

__all__ = [
    "Declaration",
    "Listed",
    "SafeElement",
    "Treatment",
    "Word",
    "creators",
    "is_creator",
    "listed",
    "relocated",
    "safe_elements",
    "stays",
    "value_of",
]
