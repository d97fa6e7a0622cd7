"""PS3.15 Annex E on a data set: harvest what identifies, clean, say so, and look whether anything survived."""

from pixelclean.header.actions import Action
from pixelclean.header.clean import Cleaned, clean_header
from pixelclean.header.harvest import harvest
from pixelclean.header.identifiers import Identifier, Identifiers, Kind
from pixelclean.header.marks import mark_equipment, mark_identity_removed, mark_pixels
from pixelclean.header.patient import patient_id, patient_name
from pixelclean.header.reading import is_known, spellings
from pixelclean.header.search import spelled_in, survivors
from pixelclean.header.table import Row, row_for, table_rows
from pixelclean.header.walk import Fate
from pixelclean.header.withhold import withhold
from pixelclean.header.words import words_of

__all__ = [
    "Action",
    "Cleaned",
    "Fate",
    "Identifier",
    "Identifiers",
    "Kind",
    "Row",
    "clean_header",
    "harvest",
    "is_known",
    "mark_equipment",
    "mark_identity_removed",
    "mark_pixels",
    "patient_id",
    "patient_name",
    "row_for",
    "spelled_in",
    "spellings",
    "survivors",
    "table_rows",
    "withhold",
    "words_of",
]
