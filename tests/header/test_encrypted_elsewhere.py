"""Encrypted originals on real files, and between pixelclean and gdcmanon, in both directions."""

import subprocess
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from encrypted_by_hand import (
    EXPLICIT,
    IDENTITY,
    IMPLICIT,
    LIMITS,
    back,
    differing,
    hidden_in,
    opened,
    sealed,
    stripped,
)
from pydicom import Dataset
from recipient_keys import certificate_file, key_file, needs_gdcmanon, recipients, run

from pixelclean.dicom import looks_like_dicom, read, write
from pixelclean.envelope import Cipher, seal
from pixelclean.errors import Refused
from pixelclean.header import Cleaned
from pixelclean.header.encryption.attached import attach
from pixelclean.header.encryption.parts import may_be_carried
from pixelclean.header.encryption.restored import restored


def gdcmanon(*arguments: object) -> None:
    run("gdcmanon", *arguments)


@needs_gdcmanon
@pytest.mark.parametrize("cipher", Cipher)
def test_gdcmanon_restores_ours(sample_data: Path, tmp_path: Path, cipher: Cipher) -> None:
    original = read(sample_data / "ct-plain.dcm", LIMITS)
    cleaned = stripped(original.dataset, "PatientBirthDate")
    attach(cleaned, original.dataset, lambda data: seal(data, recipients("anna", "ben"), cipher))
    write(cleaned, original.transfer_syntax, tmp_path / "cleaned.dcm")
    for name in ("anna", "ben"):
        gdcmanon("-d", "-k", key_file(tmp_path, name), tmp_path / "cleaned.dcm", tmp_path / f"{name}.dcm")
        again = read(tmp_path / f"{name}.dcm", LIMITS).dataset
        marks = {tag for tag in (0x00280303, 0x0018A001) if tag not in original.dataset}
        assert differing(again, original.dataset) <= IDENTITY | marks  # gdcmanon leaves empty what it cannot remove
        assert all(again[tag].is_empty for tag in marks)


@needs_gdcmanon
@pytest.mark.parametrize("program", ["openssl", "openssl-p7"])
@pytest.mark.parametrize("cipher", ["--aes128", "--aes192", "--aes256", "--des3"])
@pytest.mark.parametrize("name", ["ct-plain.dcm", "us-palette.dcm", "sr-report.dcm"])
def test_what_gdcmanon_encrypted_is_restored_here(
    sample_data: Path, tmp_path: Path, cipher: str, program: str, name: str
) -> None:
    shown = certificate_file(tmp_path, "anna")
    gdcmanon("-e", cipher, f"--crypto={program}", "-c", shown, sample_data / name, tmp_path / "encrypted.dcm")
    encrypted = read(tmp_path / "encrypted.dcm", LIMITS).dataset
    original = read(sample_data / name, LIMITS).dataset
    assert differing(encrypted, original) > {0x00080018, 0x00100010, 0x00100020}
    again = restored(encrypted, lambda envelope: opened(envelope, "anna"), LIMITS)
    assert differing(again, original) <= IDENTITY


@needs_gdcmanon
@pytest.mark.parametrize("syntax", [IMPLICIT, EXPLICIT])
def test_gdcmanon_does_not_carry_the_character_set_of_its_names_and_they_are_read_all_the_same(
    patient: Dataset, tmp_path: Path, syntax: str
) -> None:
    patient.SpecificCharacterSet, patient.PatientName = "ISO_IR 144", "Люкceмбypг"
    write(patient, syntax, tmp_path / "original.dcm")
    shown = certificate_file(tmp_path, "anna")
    gdcmanon("-e", "-c", shown, tmp_path / "original.dcm", tmp_path / "encrypted.dcm")
    encrypted = read(tmp_path / "encrypted.dcm", LIMITS).dataset
    assert "SpecificCharacterSet" not in hidden_in(encrypted, "anna")
    again = restored(encrypted, lambda envelope: opened(envelope, "anna"), LIMITS)
    assert str(again.PatientName) == "Люкceмбypг"


def _small(folder: Path) -> Iterable[Path]:
    """Real files of every kind, the small ones."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.stat().st_size < 300_000 and looks_like_dicom(path):
            yield path


def test_real_files_of_every_kind_come_back(
    shared_data: Path, clean: Callable[[Dataset], Cleaned], tmp_path: Path
) -> None:
    come_back = 0
    for path in _small(shared_data / "files"):
        try:
            source = read(path, LIMITS)
            cleaned = clean(source.dataset).dataset
        except Refused:
            continue  # never cleaned, so never encrypted
        attach(cleaned, source.dataset, sealed)
        (tmp_path / "cleaned.dcm").unlink(missing_ok=True)
        write(cleaned, source.transfer_syntax, tmp_path / "cleaned.dcm")
        again = back(read(tmp_path / "cleaned.dcm", LIMITS).dataset)
        for tag in differing(again, source.dataset) - IDENTITY:
            assert not _is_owed(tag, again, source.dataset), f"{path.name}: ({tag >> 16:04X},{tag & 0xFFFF:04X})"
        come_back += 1
    assert come_back > 100


def _is_owed(tag: int, again: Dataset, original: Dataset) -> bool:
    """Whether the original should have come back at this tag."""
    if not may_be_carried(tag):
        return False
    if tag in original:
        return tag not in again or not (again[tag].is_empty and original[tag].is_empty)
    return not (again[tag].is_empty or tag == 0x00080018)


@needs_gdcmanon
def test_gdcmanon_agrees_on_real_files(shared_data: Path, clean: Callable[[Dataset], Cleaned], tmp_path: Path) -> None:
    key, agreed = key_file(tmp_path, "anna"), 0
    for path in list(_small(shared_data / "files"))[::8]:
        try:
            source = read(path, LIMITS)
            cleaned = clean(source.dataset).dataset
        except Refused:
            continue
        attach(cleaned, source.dataset, sealed)
        for name in ("cleaned.dcm", "again.dcm"):
            (tmp_path / name).unlink(missing_ok=True)
        write(cleaned, source.transfer_syntax, tmp_path / "cleaned.dcm")
        try:
            gdcmanon("-d", "-k", key, tmp_path / "cleaned.dcm", tmp_path / "again.dcm")
        except subprocess.CalledProcessError:
            continue  # it does not know this kind of object, or this transfer syntax
        again = read(tmp_path / "again.dcm", LIMITS).dataset
        assert str(again.get("PatientName", "")) == str(source.dataset.get("PatientName", "")), path.name
        assert (again.get("PatientID") or "") == (source.dataset.get("PatientID") or ""), path.name
        agreed += 1
    assert agreed > 10
