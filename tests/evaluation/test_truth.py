"""The truth: what it may say, and errors that name file, entry and line and show no text."""

import json
from pathlib import Path
from typing import Any

import pytest

from pixelclean.errors import ConfigurationError
from pixelclean.evaluation import Truth
from pixelclean.geometry import Box

NAME = "ZQSENTINEL"
GOOD: dict[str, Any] = {"box": [1, 2, 30, 12], "text": NAME, "kind": NAME, "identifying": True, "frames": [0, 2]}


def written(folder: Path, content: object) -> Path:
    path = folder / "truth.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def loaded(folder: Path, content: object) -> Truth:
    return Truth.load(written(folder, content))


def with_line(**changes: Any) -> dict[str, Any]:
    return {"files": [{"file": "a/b.dcm", "lines": [GOOD, {**GOOD, **changes}]}]}


def test_a_line_says_box_frames_length_and_whether_it_identifies(tmp_path: Path) -> None:
    (entry,) = loaded(tmp_path, with_line(identifying=False)).entries
    first, second = entry.lines
    assert (str(entry.file), entry.uid, first.box) == ("a/b.dcm", "", Box(1, 2, 30, 12))
    assert (first.frames, first.characters) == (frozenset({0, 2}), len(NAME))
    assert first.identifies and not second.identifies


def test_a_line_identifies_unless_it_is_said_that_it_does_not(tmp_path: Path) -> None:
    (entry,) = loaded(tmp_path, {"files": [{"uid": "1.2.3", "lines": [{"box": [0, 0, 2, 2]}]}]}).entries
    assert entry.uid == "1.2.3" and entry.file is None
    assert entry.lines[0].identifies and entry.lines[0].characters == 0 and not entry.lines[0].frames


def test_one_frame_may_stand_without_a_list(tmp_path: Path) -> None:
    assert loaded(tmp_path, with_line(frames=4)).entries[0].lines[1].frames == frozenset({4})
    assert loaded(tmp_path, with_line(frames=None)).entries[0].lines[1].frames == frozenset()


def test_accents_take_no_place_of_their_own(tmp_path: Path) -> None:
    assert loaded(tmp_path, with_line(text="Zoe\u0308")).entries[0].lines[1].characters == 3


def test_the_labelled_scenes_of_the_shared_data_are_a_truth_as_they_stand(shared_data: Path) -> None:
    truth = Truth.load(shared_data / "burned_in_boxes.json")
    assert len(truth.entries) == 16
    assert {line.identifies for entry in truth.entries for line in entry.lines} == {True, False}


def test_nothing_of_a_text_is_kept(tmp_path: Path) -> None:
    assert NAME not in repr(loaded(tmp_path, with_line()))


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[",
        f'{{"files": {NAME}}}',
        "\udcff",
        "[" * 100_000,
        [],
        {},
        {"files": []},
        {"files": [], "scenes": []},
        {"files": {}},
        {"files": [NAME]},
        {"files": [{"lines": []}]},
        {"files": [{"file": "a", "uid": "1.2", "lines": []}]},
        {"files": [{"file": "a"}]},
        {"files": [{"file": "../a", "lines": []}]},
        {"files": [{"file": "/a", "lines": []}]},
        {"files": [{"file": "", "lines": []}]},
        {"files": [{"file": "a", "lines": [], NAME: 1}]},
        {"files": [{"file": "a", "lines": []}, {"file": "./a", "lines": []}]},
        with_line(**{NAME: 1}),
        with_line(phi=True),
        with_line(identifying=NAME),
        with_line(identifying=1),
        with_line(text=[NAME]),
        with_line(box=None),
        with_line(box=[1, 2, 3]),
        with_line(box=[1, 2, 1, 9]),
        with_line(box=[-1, 2, 3, 9]),
        with_line(box=[1.5, 2, 3, 9]),
        with_line(box=NAME),
        with_line(frames=[]),
        with_line(frames=[-1]),
        with_line(frames=[True]),
        with_line(frames=NAME),
    ],
)  # fmt: skip
def test_what_is_no_truth_is_refused_and_none_of_it_shown(tmp_path: Path, content: object) -> None:
    path = tmp_path / "truth.json"
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(ConfigurationError) as raised:
        Truth.load(path)
    assert str(raised.value).startswith(str(path))
    assert NAME not in str(raised.value)


def test_an_error_names_the_entry_its_file_and_the_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"truth\.json: entry 1 \(a/b\.dcm\): line 2: box is"):
        loaded(tmp_path, with_line(box=[5, 5, 5, 5]))


def test_broken_json_is_said_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="is no JSON: line 2, column"):
        loaded(tmp_path, '{"files":\n]')


def test_a_truth_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        Truth.load(tmp_path / "absent.json")


def test_lines_must_lie_in_the_image_and_its_frames(tmp_path: Path) -> None:
    truth = loaded(tmp_path, with_line())
    (entry,) = truth.entries
    truth.require_fit(entry, rows=12, columns=30, frames=3)
    with pytest.raises(ConfigurationError, match=r"entry 1 \(a/b.dcm\): line 1: the box lies outside .* 29 by 12"):
        truth.require_fit(entry, rows=12, columns=29, frames=3)
    with pytest.raises(ConfigurationError, match="line 1: the image has 2 frames"):
        truth.require_fit(entry, rows=12, columns=30, frames=2)
