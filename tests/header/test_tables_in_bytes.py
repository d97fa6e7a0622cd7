"""Tables, profiles and numbers hold numbers: what they are described to hold, and no text behind or instead."""

import struct

import pytest
from pydicom import DataElement, Dataset, Sequence

from pixelclean.header import harvest, spelled_in, survivors, withhold
from pixelclean.header.annex_e.safe import reviewed
from pixelclean.header.profiles import rebuilt, standard
from pixelclean.header.tables import _MEASURES

TEXT = b"Sentinel^Zoe 7712345"


def lut(data: object, descriptor: list[int] | None, vr: str = "OW") -> Dataset:
    item = Dataset()
    if descriptor is not None:
        item.add_new(0x00283002, "US", descriptor)
    item[0x00283006] = DataElement(0x00283006, vr, data, already_converted=True)
    outer = Dataset()
    outer.VOILUTSequence = Sequence([item])
    return outer


def test_what_stands_behind_a_table_goes(clean) -> None:
    table = struct.pack("<4H", 1, 2, 3, 4)
    for bits, data in ((16, table), (8, bytes((1, 2, 3, 4)))):
        (item,) = clean(lut(data + (TEXT if bits == 16 else b""), [4, 0, bits])).dataset.VOILUTSequence
        assert item.LUTData == data
    (item,) = clean(lut([1, 2, 3, 4, 25939, 29806], [4, 0, 16], "US")).dataset.VOILUTSequence
    assert item.LUTData == [1, 2, 3, 4]


def test_a_table_without_a_descriptor_is_none(clean) -> None:
    (item,) = clean(lut(TEXT, None)).dataset.VOILUTSequence
    assert "LUTData" not in item


def test_palettes_are_cut_and_segmented_ones_end_where_the_table_is_full(clean) -> None:
    source = Dataset()
    source.add_new(0x00281101, "US", [4, 0, 16])
    source.add_new(0x00281201, "OW", struct.pack("<4H", 1, 2, 3, 4) + TEXT)
    source.add_new(0x00281202, "OW", TEXT)
    segments = struct.pack("<3H", 0, 1, 7) + struct.pack("<3H", 1, 3, 9)
    source.add_new(0x00281221, "OW", segments + TEXT)
    source.add_new(0x00281222, "OW", TEXT)
    cleaned = clean(source).dataset
    assert cleaned.RedPaletteColorLookupTableData == struct.pack("<4H", 1, 2, 3, 4)
    assert cleaned.SegmentedRedPaletteColorLookupTableData == segments
    assert 0x00281202 not in cleaned and 0x00281222 not in cleaned


def test_a_fill_pattern_is_32_by_32_bits_or_none(clean) -> None:
    source = Dataset()
    source.FillPattern, source.PatternOffOpacity = TEXT, 0.5
    cleaned = clean(source).dataset
    assert "FillPattern" not in cleaned and cleaned.PatternOffOpacity == 0.5
    source.FillPattern = bytes(range(128))
    assert clean(source).dataset.FillPattern == bytes(range(128))


@pytest.mark.parametrize("tag", sorted(_MEASURES))
def test_what_is_measured_is_on_the_reviewed_list(tag: int) -> None:
    assert tag in reviewed().binary


def test_a_waveform_is_cut_to_its_samples(clean) -> None:
    wave = Dataset()
    wave.NumberOfWaveformChannels, wave.NumberOfWaveformSamples, wave.WaveformBitsAllocated = 1, 4, 16
    wave.add_new(0x54001010, "OW", bytes(8) + TEXT)
    wave.add_new(0x5400100A, "OW", TEXT)
    source = Dataset()
    source.WaveformSequence = Sequence([wave])
    (cleaned,) = clean(source).dataset.WaveformSequence
    assert cleaned.WaveformData == bytes(8) and "WaveformPaddingValue" not in cleaned


def test_a_colour_profile_keeps_its_numbers_and_no_text() -> None:
    profile = bytearray(standard())
    at = profile.index(b"REMOVED")
    profile[at : at + 7] = b"Zoe Sen"
    profile[4:8], profile[48:52], profile[24:28] = b"Zoe ", b"Zoe ", b"1977"
    again = rebuilt(bytes(profile) + TEXT)
    assert again == standard()


@pytest.mark.parametrize("broken", [b"", TEXT, bytes(128) + TEXT, standard()[:140], standard()[:128] + b"\xff" * 40])
def test_what_is_no_colour_profile_is_replaced_by_srgb(broken: bytes) -> None:
    assert rebuilt(broken) == standard()


def test_profiles_are_rebuilt_at_every_depth(clean, nested, encoded) -> None:
    inner = Dataset()
    inner.add_new(0x00282000, "OB", bytes(128) + TEXT)
    assert TEXT not in encoded(clean(nested(inner, 2)).dataset)


def test_bytes_written_as_numbers_go(clean) -> None:
    source = Dataset()
    source.add(DataElement(0x04000120, "UL", list(struct.unpack("<5L", TEXT))))  # Signature
    source.add(DataElement(0x00280106, "US", list(struct.unpack("<10H", TEXT))))  # one Smallest Image Pixel Value
    cleaned = clean(source).dataset
    assert 0x04000120 not in cleaned and 0x00280106 not in cleaned


def test_numbers_that_spell_a_name_go(clean) -> None:
    source = Dataset()
    source.PatientName = "Sentinel^Zoe"
    source.add(DataElement(0x00080040, "US", 1))
    source.add(DataElement(0x00189810, "FD", struct.unpack("<d", b"Sentinel")[0]))
    source.add(DataElement(0x00209165, "AT", [0x65530074, 0x746E6E69]))
    cleaned = withhold(clean(source), harvest(source)).dataset
    assert 0x00189810 not in cleaned


def test_an_offset_table_that_nothing_reads_goes(clean) -> None:
    source = Dataset()
    source.PixelData = bytes(8)
    source["PixelData"].VR = "OB"
    source.add_new(0x7FE00001, "OV", TEXT)
    source.add_new(0x7FE00002, "OV", TEXT)
    assert [int(element.tag) for element in clean(source).dataset.group_dataset(0x7FE0)] == [0x7FE00010]


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "text", ["a Sentinel b", "SENTINEL", "ID:ZZ-77123.", "zoe^sentinel", "M\xfcnchsen", "1977-07-07"]
)
def test_identifiers_are_found_in_bytes(text: str, encoding: str) -> None:
    source = Dataset()
    source.PatientName, source.PatientID, source.OperatorsName = "Sentinel^Zoe", "ZZ-77123", "M\xfcnchsen^X"
    source.PatientBirthDate = "19770707"
    noise = bytes(range(1, 32)) * 3
    value = noise + text.encode(encoding) + noise
    assert spelled_in(value, harvest(source))
    assert not spelled_in(noise * 2, harvest(source))
    assert not spelled_in(value, harvest(Dataset()))


def test_bytes_of_words_are_read_in_both_orders() -> None:
    source = Dataset()
    source.PatientName = "Sentinel^Zoe"
    assert spelled_in(b"eStnnile", harvest(source))
    assert spelled_in(b"\0eStnniel\0"[:9], harvest(source)) is False


def test_a_short_word_in_noise_is_no_name() -> None:
    source = Dataset()
    source.PatientName = "Lee^Ann"
    assert not spelled_in(b"\1\2LEE\3ann\4sleeve", harvest(source))


def test_the_proof_looks_into_bytes() -> None:
    source = Dataset()
    source.PatientName = "Sentinel^Zoe"
    output = Dataset()
    output.add_new(0x00660016, "OF", b"....Sentinel....")
    output.add_new(0x7FE00001, "OV", b"Sentinel")
    assert survivors(output, harvest(source)) == ("00660016", "7FE00001")
