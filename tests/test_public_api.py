"""What `import pixelclean` promises."""

import os
import stat
from pathlib import Path

import pytest

import pixelclean
from pixelclean.batch import run as run_module
from pixelclean.batch.run import RunSettings


def test_every_public_name_is_there_and_the_list_is_sorted() -> None:
    assert list(pixelclean.__all__) == sorted(pixelclean.__all__)
    assert all(hasattr(pixelclean, name) for name in pixelclean.__all__)


def test_every_imported_name_of_ours_is_public() -> None:
    exported = {
        name
        for name, value in vars(pixelclean).items()
        if not name.startswith("_") and getattr(value, "__module__", "").startswith("pixelclean.")
    }
    assert exported <= set(pixelclean.__all__)


def test_a_run_takes_a_policy_as_a_value_a_name_or_a_file(tmp_path: Path, sample_data: Path) -> None:
    key = tmp_path / "key"
    pixelclean.create_key(key)
    own = tmp_path / "own.toml"
    own.write_text('name = "own"\nversion = "1"\nauthor = "nobody"\napprover = "nobody"\n')
    for number, policy in enumerate((pixelclean.Policy.load("basic"), "basic", own, str(own))):
        out = tmp_path / f"out-{number}"
        summary = pixelclean.clean(sample_data / "sr-report.dcm", out, policy=policy, key=key)
        assert summary.counts == {"released": 1}
        assert len(list(out.rglob("*.dcm"))) == 1


def test_a_run_uses_every_processor_unless_it_is_told_otherwise(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[RunSettings] = []
    monkeypatch.setattr(run_module, "run", lambda _inputs, _out, settings: asked.append(settings))
    for jobs in (None, 3):
        pixelclean.clean("somewhere", tmp_path, key=tmp_path / "key", jobs=jobs)
    assert [settings.jobs for settings in asked] == [len(os.sched_getaffinity(0)), 3]


def test_a_cleaner_makes_a_spool_that_is_not_there_for_its_owner_only(
    cleaner: pixelclean.Cleaner, sample_data: Path, tmp_path: Path
) -> None:
    source = pixelclean.read(sample_data / "sr-report.dcm", cleaner.policy.limits)
    result = cleaner.clean(source, tmp_path / "spool")
    assert isinstance(result.outcome, pixelclean.Released)
    assert stat.S_IMODE((tmp_path / "spool").stat().st_mode) == 0o700
    assert isinstance(cleaner.clean(source, tmp_path / "not" / "there").outcome, pixelclean.Quarantined)
    assert not (tmp_path / "not").exists()


def test_a_cipher_that_nobody_knows_is_a_mistake_of_the_caller(tmp_path: Path) -> None:
    pixelclean.create_key(tmp_path / "project.key")
    with pytest.raises(pixelclean.UsageError, match="aes-128, aes-192, aes-256"):
        pixelclean.clean(tmp_path, tmp_path / "out", key=tmp_path / "project.key", recipient_cipher="des3")
    assert not (tmp_path / "out").exists()
