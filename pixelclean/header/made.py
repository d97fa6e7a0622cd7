"""Values that the project's key made: what an earlier stage wrote in place of originals stands for itself."""

from collections.abc import Callable

from pixelclean.header.patient import patient_name
from pixelclean.key import ProjectKey

ID = "id"
"""The kind of the key's IDs (PS3.15 Table E.1-1, action D) that are no patient's."""
_PADDING = "^= "
_BEFORE_THE_ID = patient_name("").strip(_PADDING)


def made_by(key: ProjectKey, written: frozenset[str] = frozenset()) -> Callable[[str], bool]:
    """Tells the values that are no identifiers since they leave as they came.

    These are the UIDs, IDs, patient pseudonyms and names that only this key can make, and what the cleaning itself writes:
    `written`, such as a Patient ID that a mapping assigns.
    """
    new = frozenset(text.strip(_PADDING) for text in written)

    def made(text: str) -> bool:
        bare = text.strip(_PADDING)
        is_patient = any(map(key.made_patient, (bare, bare.removeprefix(_BEFORE_THE_ID))))
        return bare in new or is_patient or key.made_uid(bare) or key.made_identifier(ID, bare.lower())

    return made
