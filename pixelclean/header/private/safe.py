"""Which private elements of a data set or item are known to be safe (PS3.15 E.3.10), before anybody looks at values.

- A block is known by its creator, which must be the name of a product: on a list, or in pydicom's dictionary of private
  elements, or one that reads like it where the instance vouches for something in the block.  Whatever stands in another
  block, or in none, goes.
- What the instance warns of goes, or is replaced as it demands, also when a list knows it; so does what the site
  distrusts.
- An element on a list stays, if it is what the list says.
- An element that nothing but the instance vouches for stays, if its kind of value can be vouched for (sound.py).
- A sequence that nobody vouches for is not dropped unseen: its items are walked, and it stays where something safe is
  left in them (fate.py).
"""

from pydicom import DataElement, Dataset, Sequence
from pydicom.tag import BaseTag

from pixelclean.header import dummies
from pixelclean.header.identity.harvest import read
from pixelclean.header.private.blocks import blocks_of
from pixelclean.header.private.declaration import Declaration, Verdict
from pixelclean.header.private.decoded import BINARY, TEXT, decoded, known_vrs
from pixelclean.header.private.element import SafeElement, Word, relocated
from pixelclean.header.private.listed import Place
from pixelclean.header.private.lists import entry_for, is_distrusted
from pixelclean.header.private.sound import is_sound, is_vouchable, reads_like_a_product

_WITH_DUMMY = BINARY | TEXT | {"CS", "DS", "IS", "DA", "TM", "DT", "PN", "AS", "AE", "UR", "UI"}


def safe_elements(source: Dataset, declared: Declaration) -> tuple[SafeElement, ...]:
    """The private elements of one level that may stay, relocated, in order; their creators are not among them.

    `declared` is what the instance says of itself at its top level.  `source` is not changed.
    """
    found = []
    for block in blocks_of(source, frozenset(filter(reads_like_a_product, declared.vouched))):
        for tag in block.tags:
            place = (block.creator, block.group, tag & 0xFF)
            element = read(source, BaseTag(tag))
            if element is not None and (safe := _judged(element, place, source, declared)) is not None:
                kept, word = safe
                found.append(SafeElement(tag, tag, block.creator, kept, word))
    return relocated(found)


def _judged(
    element: DataElement, place: Place, source: Dataset, declared: Declaration
) -> tuple[DataElement, Word] | None:
    """The element as it may stay, and on whose word; None where it goes."""
    verdict = declared.verdict(place)
    if is_distrusted(place) or verdict is Verdict.REMOVE:
        return None
    if verdict in (Verdict.EMPTY, Verdict.DUMMY, Verdict.NEW_UID):
        return _replaced(element, place, source, verdict)
    return _listed(element, place, source) or _unlisted(element, place, source, verdict)


def _listed(element: DataElement, place: Place, source: Dataset) -> tuple[DataElement, Word] | None:
    """An element that a list knows, where it is what the list says."""
    entry = entry_for(place)
    if entry is None:
        return None
    known = decoded(element, entry.vrs, source)
    if known is None:
        return None
    if known.VR == "SQ":
        return (known, Word.LISTED) if "SQ" in entry.vrs else None
    # Five rows of the table leave the VR open; what the file says is then as good as its word.
    sound = is_sound(known, entry.most) if entry.vrs else is_vouchable(known)
    return (known, Word.LISTED) if sound else None


def _unlisted(
    element: DataElement, place: Place, source: Dataset, verdict: Verdict | None
) -> tuple[DataElement, Word] | None:
    """An element that the instance vouches for, or a sequence that nobody does."""
    if element.VR == "SQ":
        return element, Word.VOUCHED if verdict is Verdict.SAFE and entry_for(place) is None else Word.PARSED
    if verdict is not Verdict.SAFE or entry_for(place) is not None:
        return None
    known = decoded(element, known_vrs(place), source)
    return (known, Word.VOUCHED) if known is not None and known.VR != "SQ" and is_vouchable(known) else None


def _replaced(element: DataElement, place: Place, source: Dataset, verdict: Verdict) -> tuple[DataElement, Word] | None:
    """What stands for an element that identifies by the instance's own word."""
    entry = entry_for(place)
    known = decoded(element, entry.vrs if entry is not None else known_vrs(place), source)
    if known is None:
        return None
    if verdict is Verdict.EMPTY:
        return _emptied(known)
    if known.VR == "UI":
        return (known, Word.NEW_UID) if is_sound(known, None) else None
    if verdict is Verdict.NEW_UID or known.VR not in _WITH_DUMMY:
        return None
    return DataElement(known.tag, known.VR, dummies.dummy(int(known.tag), known.VR)), Word.REPLACED


def _emptied(known: DataElement) -> tuple[DataElement, Word] | None:
    """Nothing in its place; a number cannot be nothing here, and goes."""
    if known.VR == "SQ":
        return DataElement(known.tag, "SQ", Sequence()), Word.REPLACED
    return (DataElement(known.tag, known.VR, ""), Word.REPLACED) if known.VR in _WITH_DUMMY - BINARY else None
