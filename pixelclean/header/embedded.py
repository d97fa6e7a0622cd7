"""Content that cannot be cleaned and becomes an empty one of its kind: sound.

Documents are replaced by the profile itself (Encapsulated Document: D), raw data are private and go with it.  What is
left is sound: a voice identifies, so every sample becomes silence, wherever it stands; length and timing stay.

That something is a voice is told by nothing that must be there.  So a waveform passes only where speech would not be
understood at its sampling frequency and each of its channels has a source that is a physiological signal
(rules/header/waveform_sources.toml); a source of a local coding scheme is believed to be one where not even the vowels of
speech fit in.  The source data set is asked, since local codes are gone in a cleaned one.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from pydicom import DataElement, Dataset
from pydicom.tag import BaseTag

from pixelclean import resources
from pixelclean.header.content.items import codes_in, items_at
from pixelclean.header.identity.harvest import items_with_paths
from pixelclean.header.values import numbers_at, whole_text_at

WAVEFORM_DATA = BaseTag(0x54001010)
_NUMBER_OF_CHANNELS = 0x003A0005
_CHANNELS = BaseTag(0x003A0200)
_SOURCE = BaseTag(0x003A0208)
_LINEAR = frozenset(("SB", "UB", "SS", "US", "SL", "UL", "SV", "UV"))  # PS3.3 C.10.9.1.5; mu-law and A-law are sound
_SPEECH = 4000.0  # Hz, half of what a telephone has
_VOWELS = 1000.0  # Hz, which 12-Lead and General ECG do not exceed (PS3.3 A.34.3, A.34.4)


def silence(cleaned: Dataset) -> None:
    """Make every sample of every waveform zero, at every depth, in the cleaned data set itself."""
    for _, item in items_with_paths(cleaned):
        if WAVEFORM_DATA in item:
            item[WAVEFORM_DATA] = silent(item[WAVEFORM_DATA])


def silent(samples: DataElement) -> DataElement:
    """As many samples, all zero; the element itself is not touched."""
    value = samples.value
    nothing = bytes(len(value)) if isinstance(value, bytes) else b""
    return DataElement(samples.tag, samples.VR, nothing, already_converted=True)


def may_be_heard(group: Dataset) -> bool:
    """Whether a multiplex group of the source can hold sound: all that is not known to be a physiological signal."""
    channels = items_at(group, _CHANNELS)
    are_described = bool(channels) and numbers_at(group, _NUMBER_OF_CHANNELS) == (len(channels),)
    is_linear = whole_text_at(group, "WaveformSampleInterpretation") in _LINEAR
    if not (is_linear and are_described):
        return True
    frequency = _frequency(group)
    if 0 < frequency <= _VOWELS:
        return not all(_has_sources(channel, _is_no_sound) for channel in channels)
    return not (0 < frequency < _SPEECH and all(_has_sources(channel, _is_signal) for channel in channels))


def _frequency(group: Dataset) -> float:
    """In Hz; 0 where nothing single says it."""
    try:
        return float(whole_text_at(group, "SamplingFrequency"))
    except ValueError:
        return 0.0


def _has_sources(channel: Dataset, is_fit: Callable[[str, str], bool]) -> bool:
    """Whether the channel has sources, and every code of each is fit."""
    sources = [tuple(codes_in(source)) for source in items_at(channel, _SOURCE)]
    return bool(sources) and all(codes and all(is_fit(*code) for code in codes) for codes in sources)


def _is_signal(value: str, designator: str) -> bool:
    known = _published().get(designator)
    return known is not None and known.holds(value)


def _is_no_sound(value: str, designator: str) -> bool:
    """Whether a code is a signal's, or of a local scheme and not one of sound under another name."""
    return _is_signal(value, designator) or (designator not in _published() and value not in _sounds())


@dataclass(frozen=True, slots=True)
class _Sources:
    """The sources of one coding scheme: their codes, or what a code of the scheme looks like."""

    codes: frozenset[str]
    pattern: re.Pattern[str] | None

    def holds(self, value: str) -> bool:
        return value in self.codes or (self.pattern is not None and self.pattern.fullmatch(value) is not None)


@cache
def _table() -> Any:
    return tomllib.loads(resources.rules("header", "waveform_sources.toml").read_text("utf-8"))


@cache
def _sounds() -> frozenset[str]:
    return frozenset(_table()["sound"]["codes"])


@cache
def _published() -> Mapping[str, _Sources]:
    groups = ((name, group) for group in _table()["source"] for name in group["designators"])
    return MappingProxyType({name: _sources(group) for name, group in groups})


def _sources(group: Mapping[str, Any]) -> _Sources:
    pattern = re.compile(group["pattern"]) if "pattern" in group else None
    return _Sources(frozenset(group.get("codes", ())), pattern)
