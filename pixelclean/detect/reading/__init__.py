"""Reading lines of text, and judging what they say by a grammar of harmless ones."""

from pixelclean.detect.reading.agreement import agreed_text
from pixelclean.detect.reading.block import Block, Line, is_covered
from pixelclean.detect.reading.grammar import Grammar
from pixelclean.detect.reading.grammar_files import Grammars
from pixelclean.detect.reading.readers import Reader, load_reader
from pixelclean.detect.reading.ruler import Mark, marks_of_rulers
from pixelclean.detect.reading.spaced import spelled_out

__all__ = [
    "Block",
    "Grammar",
    "Grammars",
    "Line",
    "Mark",
    "Reader",
    "agreed_text",
    "is_covered",
    "load_reader",
    "marks_of_rulers",
    "spelled_out",
]
