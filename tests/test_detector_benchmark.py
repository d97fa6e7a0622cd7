"""benchmarks/detector.py: pictures are asked about as the rules say, and tables are kept as they are shown."""

import json
from pathlib import Path

import numpy as np
import pytest
from detector_finders import as_dataset, burns_in_text
from detector_results import PARTS, Results, Table

TABLE = Table.of(["height", "characters", "% left ours"], [["8 to 10", 120, "0.83"], ["10 to 12", 90, "0.00"]])


@pytest.mark.parametrize(
    "modality, samples, burns",
    [
        ("US", 1, True),
        ("ES", 3, True),
        ("OT", 1, True),
        ("XA", 1, True),
        ("CT", 1, False),
        ("MG", 1, False),
        ("CT", 3, True),
    ],
)
def test_a_picture_is_looked_at_as_its_kind_asks(modality: str, samples: int, burns: bool) -> None:
    picture = np.zeros((16, 16, 3), np.uint8)
    picture[4:8, 4:8, :samples] = 200
    if samples == 1:
        picture = picture[..., :1].repeat(3, axis=2)
    else:
        picture[..., 0] += 20
    assert burns_in_text(as_dataset(picture, modality)) is burns


def test_a_table_reads_alike_in_a_terminal_in_markdown_and_in_json() -> None:
    assert TABLE.text.splitlines()[2].split() == ["8", "to", "10", "120", "0.83"]
    assert TABLE.markdown.splitlines() == [
        "| height | characters | % left ours |",
        "| :--- | ---: | ---: |",
        "| 8 to 10 | 120 | 0.83 |",
        "| 10 to 12 | 90 | 0.00 |",
    ]
    assert TABLE.as_object[0] == {"height": "8 to 10", "characters": 120, "% left ours": "0.83"}


def test_parts_that_run_apart_are_kept_beside_each_other(tmp_path: Path) -> None:
    for part in ("speed", "frames"):
        Results(tmp_path / "out").keep(part, [TABLE], {"step": 1})
    told = json.loads((tmp_path / "out" / "speed.json").read_text(encoding="utf-8"))
    assert told["tables"] == [TABLE.as_object] and told["about"]["step"] == 1 and told["about"]["network"]
    whole = (tmp_path / "out" / "detector.md").read_text(encoding="utf-8")
    assert whole.index("## frames") < whole.index("## speed") and PARTS.index("frames") < PARTS.index("speed")
    assert whole.count(TABLE.markdown) == 2


def test_without_a_folder_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Results(None).keep("speed", [TABLE], {})
    assert list(tmp_path.iterdir()) == []
