"""One sample: its data set, what shall become of it, and the lines that are burned into it."""

from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from drawing import Line
from pydicom.dataset import Dataset


@dataclass(frozen=True)
class Sample:
    """`outcome` is what `pixelclean clean` shall say; `reasons` are the codes it must give among others."""

    name: str
    about: str
    data: Dataset
    outcome: str
    lines: list[Line]
    reasons: tuple[str, ...] = ()
    cut_at: float = field(default=1.0)
    """Share of the file that is left: less than 1 for a damaged one."""

    def encoded(self) -> bytes:
        """The whole DICOM file."""
        buffer = BytesIO()
        self.data.save_as(buffer, enforce_file_format=True)
        content = buffer.getvalue()
        return content[: int(len(content) * self.cut_at)]

    def truth(self) -> dict[str, Any]:
        """This sample's entry of truth.json."""
        lines = [
            {
                "text": line.text,
                "kind": line.kind,
                "phi": line.phi,
                "box": list(line.box),
                "frames": None if line.frames is None else list(line.frames),
                "where": line.where,
            }
            for line in self.lines
        ]
        return {"about": self.about, "outcome": self.outcome, "reasons": list(self.reasons), "lines": lines}
