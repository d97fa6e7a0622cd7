"""Sound becomes silence: whatever is not known to be a physiological signal, at every depth, whoever names it."""

import struct
import tomllib

import pytest
from pydicom import Dataset, Sequence
from pydicom.sr._cid_dict import cid_concepts
from pydicom.sr._concepts_dict import concepts

from pixelclean import resources
from pixelclean.header import silence
from pixelclean.header.embedded import may_be_heard

SAMPLES = struct.pack("<8h", *range(1, 9))
VOICE, LEAD = ("109111", "DCM"), ("2:1", "MDC")


def source(value: str, scheme: str) -> Dataset:
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = value, scheme, "Something"
    return code


def wave(*sources: Dataset, rate: str = "500", form: str = "SS") -> Dataset:
    """A multiplex group with a channel for each source."""
    group, channels = Dataset(), []
    for each in sources:
        channel = Dataset()
        channel.ChannelSourceSequence = Sequence([each])
        channels.append(channel)
    group.ChannelDefinitionSequence = Sequence(channels)
    group.NumberOfWaveformChannels, group.NumberOfWaveformSamples = max(len(sources), 1), 8 // max(len(sources), 1)
    group.WaveformBitsAllocated, group.SamplingFrequency, group.WaveformSampleInterpretation = 16, rate, form
    group.add_new(0x54001010, "OW", SAMPLES)
    return group


def left_of(group: Dataset, patient: Dataset, clean, depth: int = 0) -> bytes:
    """The samples after cleaning."""
    holder = patient
    for _ in range(depth):
        holder.SharedFunctionalGroupsSequence = Sequence([Dataset()])
        (holder,) = holder.SharedFunctionalGroupsSequence
    holder.WaveformSequence = Sequence([group])
    (samples,) = [element.value for element in clean(patient).dataset.iterall() if element.keyword == "WaveformData"]
    return samples


SIGNALS = [
    LEAD,
    ("7:1024", "MDC"),
    ("5.6.3-9-1", "SCPECG"),
    ("109116", "DCM"),
    ("109117", "DCM"),
    ("128446002", "SCT"),
    ("G-DB22", "SRT"),
]


@pytest.mark.parametrize("depth", [0, 1, 3])
@pytest.mark.parametrize("signal", SIGNALS)
def test_a_physiological_signal_stays(signal: tuple[str, str], depth: int, patient, clean) -> None:
    assert left_of(wave(source(*signal)), patient, clean, depth) == SAMPLES


def test_a_signal_of_a_local_scheme_stays_where_no_speech_fits_in(patient, clean) -> None:
    assert left_of(wave(source("LEAD-II", "99ACME"), rate="1000"), patient, clean) == SAMPLES


def long_code() -> Dataset:
    code = source(*VOICE)
    code.LongCodeValue = code.CodeValue
    del code.CodeValue
    return code


def lead_that_is_a_voice() -> Dataset:
    code = source(*LEAD)
    code.EquivalentCodeSequence = Sequence([source(*VOICE)])
    return code


@pytest.mark.parametrize("depth", [0, 1, 3])
@pytest.mark.parametrize(
    "group",
    [
        wave(source(*VOICE)),
        wave(long_code()),
        wave(lead_that_is_a_voice()),
        wave(source("109111", "99DCM")),
        wave(source("278284004", "SCT")),
        wave(source("MIC", "99ACME"), rate="2000"),
        wave(source("2:1", "99ACME"), rate="1001"),
        wave(source("2:1", ""), rate="2000"),
        wave(Dataset()),
        wave(),
        wave(source(*LEAD), source(*VOICE)),
        wave(source(*LEAD), rate="4000"),
        wave(source(*LEAD), rate="8000"),
        wave(source(*LEAD), rate=""),
        wave(source(*LEAD), rate="0"),
        wave(source(*LEAD), rate="500\\8000"),
        wave(source(*LEAD), form="MB"),
        wave(source(*LEAD), form="AB"),
        wave(source(*LEAD), form=""),
        *(wave(source(str(number), "DCM")) for number in range(109110, 109116)),
    ],
    ids=lambda group: f"{len(group.ChannelDefinitionSequence)} channels",
)
def test_what_may_be_a_voice_becomes_silence_of_the_same_length(group: Dataset, depth: int, patient, clean) -> None:
    assert left_of(group, patient, clean, depth) == bytes(len(SAMPLES))
    assert group.WaveformData == SAMPLES  # the source is not touched


def test_a_channel_that_nothing_describes_may_be_a_voice() -> None:
    group = wave(source(*LEAD))
    assert not may_be_heard(group)
    group.NumberOfWaveformChannels = 2
    assert may_be_heard(group)


def test_samples_that_no_group_describes_become_silence_too(patient, clean) -> None:
    patient.NumberOfWaveformChannels, patient.NumberOfWaveformSamples, patient.WaveformBitsAllocated = 1, 8, 16
    patient.add_new(0x54001010, "OW", SAMPLES)
    assert clean(patient).dataset.WaveformData == bytes(len(SAMPLES))


def test_silence_is_said_in_the_fates_of_the_header(patient, clean) -> None:
    patient.WaveformSequence = Sequence([wave(source(*VOICE))])
    (fate,) = [fate for fate in clean(patient).fates if fate.keyword == "WaveformData"]
    assert fate.changed and "voice" in fate.why


def test_an_object_of_sound_is_silent_at_every_depth() -> None:
    dataset, inner = Dataset(), Dataset()
    inner.WaveformSequence = Sequence([wave(source(*LEAD))])
    dataset.WaveformSequence, dataset.SharedFunctionalGroupsSequence = Sequence([wave()]), Sequence([inner])
    silence(dataset)
    assert {element.value for element in dataset.iterall() if element.keyword == "WaveformData"} == {bytes(16)}


def test_the_list_of_sources_holds_what_the_standard_lists_and_nothing_that_is_heard() -> None:
    table = tomllib.loads(resources.rules("header", "waveform_sources.toml").read_text("utf-8"))
    groups = table["source"]
    listed = {value for group in groups for value in group.get("codes", ())}
    heard = {code for name in cid_concepts[3000]["DCM"] for code in concepts["DCM"][name]}
    assert len(heard) == 6 and not heard & listed and heard == set(table["sound"]["codes"])
    for context in (3001, 3003, 3004, 3005, 3030, 3031, 3032, 3033, 3034):
        for scheme, names in cid_concepts[context].items():
            for name in names:
                for value in concepts[scheme][name]:
                    assert not may_be_heard(wave(source(value, scheme)))
