"""PS3.15 Annex E on a data set: harvest what identifies, clean, say so, and look whether anything survived."""

from pixelclean.header.annex_e.actions import Action
from pixelclean.header.annex_e.decide import Decision, Rules, rules_of
from pixelclean.header.annex_e.iod import Type
from pixelclean.header.annex_e.orders import is_profile_or_stricter, kept_by_order, left_of_dates, orders_of, retains
from pixelclean.header.annex_e.safe import reviewed
from pixelclean.header.annex_e.table import Row, row_for, table_rows
from pixelclean.header.clean import Cleaned, clean_header, tells_the_oldest
from pixelclean.header.content.kept import without_kept_items
from pixelclean.header.descriptors import METHOD as DESCRIPTOR_CLEANING
from pixelclean.header.embedded import silence
from pixelclean.header.encryption.attached import attach
from pixelclean.header.identity.harvest import harvest, study_of, traces_of
from pixelclean.header.identity.identifiers import Identifier, Identifiers, Kind, Trace
from pixelclean.header.identity.reading import is_known, known_among, numbers_among, spellings, tells_somebody
from pixelclean.header.identity.search import spelled_in, survivors
from pixelclean.header.identity.telling import may_identify
from pixelclean.header.made import made_by
from pixelclean.header.marks import Method, mark_equipment, mark_identity_removed, mark_pixels
from pixelclean.header.methods import ENCRYPTED, earlier_method, method_for, method_of
from pixelclean.header.ordered import ordered_in
from pixelclean.header.originals import Originals, originals_of
from pixelclean.header.past import is_own, says_deidentified
from pixelclean.header.patient import assigned_in, patient_name, patient_of
from pixelclean.header.placed import placed_by
from pixelclean.header.private import listed as listed_private
from pixelclean.header.walk import Fate
from pixelclean.header.withhold import withhold
from pixelclean.header.words import words_of

__all__ = [
    "Action",
    "Cleaned",
    "DESCRIPTOR_CLEANING",
    "ENCRYPTED",
    "Decision",
    "Fate",
    "Identifier",
    "Identifiers",
    "Kind",
    "Method",
    "Originals",
    "Row",
    "Rules",
    "Trace",
    "Type",
    "assigned_in",
    "attach",
    "clean_header",
    "earlier_method",
    "harvest",
    "is_known",
    "is_own",
    "is_profile_or_stricter",
    "kept_by_order",
    "known_among",
    "numbers_among",
    "left_of_dates",
    "listed_private",
    "made_by",
    "mark_equipment",
    "mark_identity_removed",
    "mark_pixels",
    "may_identify",
    "method_for",
    "method_of",
    "originals_of",
    "ordered_in",
    "orders_of",
    "patient_name",
    "patient_of",
    "placed_by",
    "retains",
    "reviewed",
    "row_for",
    "rules_of",
    "says_deidentified",
    "silence",
    "spelled_in",
    "spellings",
    "study_of",
    "survivors",
    "table_rows",
    "tells_somebody",
    "tells_the_oldest",
    "traces_of",
    "withhold",
    "without_kept_items",
    "words_of",
]
