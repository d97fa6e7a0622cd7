"""Objects that embed what cannot be cleaned (rules/kinds.toml, embedded): the content becomes an empty one of its kind.

Documents are replaced by the profile itself (Encapsulated Document: D), raw data are private and go with it.  What is
left is sound: a voice identifies, so every sample becomes silence.
"""

from pydicom import Dataset

_WAVEFORM_DATA = 0x54001010


def silence(cleaned: Dataset) -> None:
    """Make every sample of every waveform zero, in the cleaned data set itself; length and timing stay."""
    for group in cleaned.get("WaveformSequence") or ():
        if _WAVEFORM_DATA in group:
            group[_WAVEFORM_DATA].value = bytes(len(group[_WAVEFORM_DATA].value or b""))
