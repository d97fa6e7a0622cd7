"""Content that cannot be cleaned and becomes an empty one of its kind: sound.

Documents are replaced by the profile itself (Encapsulated Document: D), raw data are private and go with it.  What is
left is sound: a voice identifies, so every sample becomes silence, wherever it stands; length and timing stay.
"""

from pydicom import Dataset

from pixelclean.header.values import text_at

_WAVEFORM_DATA = 0x54001010
_SOUND = frozenset(("MB", "AB"))  # 8-bit mu-law and A-law (PS3.3 C.10.9.1.5)
_VOICES = frozenset(("109110", "109111", "109112", "109113"))  # PS3.16 CID 3000: voice, narrative, room, Doppler


def silence(cleaned: Dataset) -> None:
    """Make every sample of every waveform zero, in the cleaned data set itself."""
    for group in cleaned.get("WaveformSequence") or ():
        _empty(group)


def silence_voices(cleaned: Dataset) -> None:
    """The same for waveforms that are sound by their channels or their encoding, in any kind of object."""
    for group in cleaned.get("WaveformSequence") or ():
        if text_at(group, "WaveformSampleInterpretation") in _SOUND or not _VOICES.isdisjoint(_sources(group)):
            _empty(group)


def _sources(group: Dataset) -> set[str]:
    return {
        text_at(code, "CodeValue")
        for channel in group.get("ChannelDefinitionSequence") or ()
        for code in channel.get("ChannelSourceSequence") or ()
    }


def _empty(group: Dataset) -> None:
    if _WAVEFORM_DATA in group:
        group[_WAVEFORM_DATA].value = bytes(len(group[_WAVEFORM_DATA].value or b""))
