"""The mapping: a private CSV in which a site says which new ID each patient gets.

One line per patient, under a header line::

    PatientID,IssuerOfPatientID,NewPatientID,NewPatientName,ClinicalTrialSiteID
    4711,,SUBJ-001,,Site 3

PatientID and NewPatientID are required.  A line without issuer speaks of that ID whoever issued it; one with an issuer
speaks of that issuer's only and goes before the other.  Every further column is the keyword of an attribute of the
clinical trial modules (`trial`); an empty cell says nothing.  Values that leave are ASCII, which a data set of any
character set can hold (PS3.5 6.1.2.1).  No message quotes a value.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pixelclean.assignments import Assigned, Assignments, canonical, pseudonym_of_id
from pixelclean.errors import ConfigurationError
from pixelclean.key import ProjectKey
from pixelclean.phi import Phi
from pixelclean.spreadsheet import Line, read_csv, write_csv
from pixelclean.trial import keywords_by_tag, trial_attributes

WHAT = "mapping"
PATIENT_ID, ISSUER, NEW_ID, NEW_NAME = "PatientID", "IssuerOfPatientID", "NewPatientID", "NewPatientName"
_COLUMNS = (PATIENT_ID, ISSUER, NEW_ID, NEW_NAME)
# As other programs head them; case, spaces, dashes and underscores do not matter.
_ALSO = {
    "originalid": PATIENT_ID,
    "originalpatientid": PATIENT_ID,
    "idold": PATIENT_ID,
    "issuer": ISSUER,
    "newid": NEW_ID,
    "idnew": NEW_ID,
    "newname": NEW_NAME,
}
_FILLING = re.compile(r"[\s_-]+")
_LONGEST = {"LO": 64, "PN": 64, "ST": 1024}  # characters (PS3.5 6.2)
_COMPONENTS = 5  # of a name
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?E\+\d+")
_TELLING = 4  # characters; a shorter ID is found in other words by chance


@dataclass(frozen=True, slots=True)
class Row:
    """One patient of a mapping: where it stands, the original ID and issuer, its pseudonym, and what it gets."""

    line: int
    patient_id: Phi
    issuer: Phi
    pseudonym: str
    assigned: Assigned


def read_mapping(path: Path, key: ProjectKey) -> Assignments:
    """What the mapping in `path` assigns, without its originals.

    Raises ConfigurationError, with file, line and column, for a file that others may read or change, for columns that
    are missing, unknown or twice, for a mapping that names nobody, and for lines that would merge two patients, give an original away, or do not fit
    the attribute.
    """
    return Assignments(key.fingerprint, tuple((row.pseudonym, row.assigned) for row in read_rows(path, key)))


def read_rows(path: Path, key: ProjectKey) -> tuple[Row, ...]:
    """`read_mapping` with the originals."""
    header, *lines = read_csv(path, WHAT)
    try:
        columns = _columns(header)
        rows = tuple(_row(columns, line, key) for line in lines)
        _require_somebody(rows)
        _require_one_line_each(rows)
        _require_no_original(rows)
    except ConfigurationError as error:
        raise ConfigurationError(f"{path}: {error}") from None
    return rows


def write_mapping(path: Path, patients: Iterable[tuple[Phi, Phi, Assigned]]) -> None:
    """Write original ID, issuer and what was assigned to a new file; `read_rows` gives them back."""
    rows = [(patient_id.reveal(), issuer.reveal(), assigned) for patient_id, issuer, assigned in patients]
    used = sorted({tag for *_, assigned in rows for tag, _ in assigned.attributes})
    write_csv(
        path, WHAT, (_COLUMNS + tuple(keywords_by_tag()[tag] for tag in used), *(_cells(row, used) for row in rows))
    )


def is_rounded(text: str) -> bool:
    """Whether a text looks like a long number as a spreadsheet shortens it, such as 1.23457E+11."""
    return bool(_ROUNDED.fullmatch(text))


def _cells(row: tuple[str, str, Assigned], tags: Sequence[int]) -> tuple[str, ...]:
    patient_id, issuer, assigned = row
    values = dict(assigned.attributes)
    return (patient_id, issuer, assigned.patient_id, assigned.patient_name, *(values.get(tag, "") for tag in tags))


def _columns(header: Line) -> tuple[str, ...]:
    """The name of each column; a header line that is none may be a patient's, so only a name beside known ones is shown."""
    known = {_essence(name): name for name in (*_COLUMNS, *keywords_by_tag().values())} | _ALSO
    names = [known.get(_essence(cell), "") for cell in header.cells]
    missing = [name for name in (PATIENT_ID, NEW_ID) if name not in names]
    if missing:
        raise ConfigurationError(f"line {header.number} is no header line with {' and '.join(missing)}")
    for number, (name, cell) in enumerate(zip(names, header.cells, strict=True), start=1):
        if not name:
            shown = cell[:64] if cell.isprintable() and cell else "no name"
            raise ConfigurationError(
                f"line {header.number}: column {number} ({shown}) is none of a mapping; there are: "
                f"{', '.join((*_COLUMNS, *keywords_by_tag().values()))}"
            )
        if names.count(name) > 1:
            raise ConfigurationError(f"line {header.number}: two columns are {name}")
    return tuple(names)


def _essence(name: str) -> str:
    return _FILLING.sub("", name).casefold()


def _row(columns: Sequence[str], line: Line, key: ProjectKey) -> Row:
    values = dict(zip(columns, line.cells, strict=True))
    original, issuer = canonical(values[PATIENT_ID]), canonical(values.get(ISSUER, ""))
    for column in (PATIENT_ID, NEW_ID):
        if not values[column]:
            raise _wrong(line.number, column, "is empty")
    if not original:
        raise _wrong(line.number, PATIENT_ID, "is empty")
    pseudonym = pseudonym_of_id(original, issuer, key)
    _require_whole(line.number, values)
    _require_own(line.number, values, pseudonym, key)
    _require_not_in(line.number, values, original, key)
    attributes = tuple((each.tag, values[each.keyword]) for each in trial_attributes() if values.get(each.keyword))
    assigned = Assigned(values[NEW_ID], values.get(NEW_NAME, ""), attributes)
    return Row(line.number, Phi(original), Phi(issuer), pseudonym, assigned)


def _require_whole(line: int, values: Mapping[str, str]) -> None:
    """What leaves fits its attribute; what a spreadsheet has rounded is no ID any more."""
    for column, vr in _leaving().items():
        if fault := _fault(values.get(column, ""), vr):
            raise _wrong(line, column, fault)
    for column in (PATIENT_ID, NEW_ID):
        if is_rounded(values[column]):
            raise _wrong(line, column, "looks like a number that a spreadsheet has rounded")


def _leaving() -> dict[str, str]:
    """The columns that leave, with their value representations."""
    return {NEW_ID: "LO", NEW_NAME: "PN"} | {attribute.keyword: attribute.vr for attribute in trial_attributes()}


def _fault(value: str, vr: str) -> str:
    if not value.isascii() or not all(" " <= character <= "~" for character in value):
        return "has characters that not every data set can hold (only printable ASCII can leave)"
    if "\\" in value:
        return "has a backslash, which separates values"
    if vr == "PN" and ("=" in value or value.count("^") >= _COMPONENTS):
        return f"is no name of up to {_COMPONENTS} components"
    return f"is longer than {_LONGEST[vr]} characters" if len(value) > _LONGEST[vr] else ""


def _require_own(line: int, values: Mapping[str, str], pseudonym: str, key: ProjectKey) -> None:
    if key.made_patient(values[NEW_ID]) and values[NEW_ID] != pseudonym:
        raise _wrong(line, NEW_ID, "is the pseudonym of another patient")


def _require_not_in(line: int, values: Mapping[str, str], original: str, key: ProjectKey) -> None:
    """No value that leaves holds the patient's original ID; a pseudonym holds it by chance only."""
    for column in _leaving():
        value = values.get(column, "")
        if not key.made_patient(value) and _gives_away(original, value):
            raise _wrong(line, column, "holds the original PatientID")


def _gives_away(original: str, value: str) -> bool:
    hidden, shown = _letters(original), _letters(value)
    return bool(shown) and (hidden == shown or (len(hidden) >= _TELLING and hidden in shown))


def _letters(text: str) -> str:
    """Letters and digits, without leading zeros, in whatever case: a dash more does not make an ID another one."""
    return "".join(character for character in text.casefold() if character.isalnum()).lstrip("0")


def _require_somebody(rows: Sequence[Row]) -> None:
    """A mapping that names nobody would be taken for none, and let those leave whom it was to hold."""
    if not rows:
        raise ConfigurationError("names no patient; leave it out if none has a new ID of its own")


def _require_one_line_each(rows: Iterable[Row]) -> None:
    """Two lines of one patient contradict each other; two patients with one new ID would become one."""
    patients: dict[str, int] = {}
    given: dict[str, int] = {}
    for row in rows:
        if (first := patients.setdefault(row.pseudonym, row.line)) != row.line:
            raise _wrong(row.line, PATIENT_ID, f"is the patient of line {first}")
        if (first := given.setdefault(row.assigned.patient_id.casefold(), row.line)) != row.line:
            raise _wrong(
                row.line,
                NEW_ID,
                f"was given in line {first} (a line without {ISSUER} speaks of an ID whoever issued it)",
            )


def _require_no_original(rows: Sequence[Row]) -> None:
    originals = {row.patient_id.reveal().casefold(): row for row in rows}
    for row in rows:
        other = originals.get(row.assigned.patient_id.casefold())
        if other is not None and other.pseudonym != row.assigned.patient_id:
            raise _wrong(row.line, NEW_ID, f"is the original {PATIENT_ID} of line {other.line}")


def _wrong(line: int, column: str, what: str) -> ConfigurationError:
    return ConfigurationError(f"line {line}, {column}: {what}")
