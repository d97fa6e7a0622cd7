"""Mappings into a vault and out of it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, select

from pixelclean import mapping
from pixelclean.assignments import Assigned, canonical, pseudonym_of_id
from pixelclean.errors import ConfigurationError
from pixelclean.key import ProjectKey
from pixelclean.phi import Phi
from pixelclean.store.vault import Vault, assigned_of
from pixelclean.store.vault_tables import assignments, patients


@dataclass(frozen=True, slots=True)
class Imported:
    """Patients of a mapping that were new to the vault, got another name or other attributes, or were known so.

    `gone` of the new ones left under the key's pseudonym already.
    """

    new: int
    changed: int
    known: int
    gone: int


@dataclass(frozen=True, slots=True)
class Exported:
    """Patients that were written, and those that no mapping can name: files without ID, or that kept it."""

    written: int
    left_out: int


def import_mapping(vault: Vault, path: Path) -> Imported:
    """Take a mapping into the vault: all of it or nothing.

    What was assigned to a patient stays: ConfigurationError, with the line, for another ID of a known patient, for an ID
    that another patient has, and for one that the vault knows as an original.  Names and attributes may change.
    """
    rows = mapping.read_rows(path, vault.key)
    with vault.database.transaction() as connection:
        known = _Known.of(connection, vault.key)
        for row in rows:
            if fault := known.fault(row):
                raise ConfigurationError(f"{path}: line {row.line}, {fault}")
        return _put(connection, rows, known)


def export_mapping(vault: Vault, path: Path) -> Exported:
    """Write a mapping with every patient that the vault knows to a new file that only its owner may read.

    Patients without an assigned ID are in it with their pseudonyms.  Another vault that imports it knows the same.
    """
    with vault.database.transaction() as connection:
        named = connection.execute(select(assignments).order_by(assignments.c.new_id)).all()
        met = connection.execute(select(patients).order_by(*patients.primary_key.columns)).all()
    assigned = {row.pseudonym: (Phi(row.patient_id), Phi(row.issuer), assigned_of(row)) for row in named}
    by_key = {pseudonym: entry for row in met for pseudonym, entry in _by_key(row, vault.key)}
    named_ids = {row.new_id for row in named}
    left_out = {row.new_id for row in met} - named_ids - by_key.keys()
    everybody = by_key | assigned
    mapping.write_mapping(path, (everybody[pseudonym] for pseudonym in sorted(everybody)))
    return Exported(len(everybody), len(left_out))


def _by_key(row: Row[Any], key: ProjectKey) -> Iterator[tuple[str, tuple[Phi, Phi, Assigned]]]:
    """A patient that left with the key's pseudonym, with the issuer where that was told apart."""
    if not row.patient_id or mapping.is_rounded(row.patient_id):
        return
    for issuer in ("", row.issuer):
        if row.new_id == pseudonym_of_id(row.patient_id, issuer, key):
            yield row.new_id, (Phi(row.patient_id), Phi(issuer), Assigned(row.new_id))
            return


@dataclass(frozen=True, slots=True)
class _Known:
    """What a vault holds: what it assigned by pseudonym, the owners of those IDs, every original ID, and every ID that left."""

    key: ProjectKey
    assigned: dict[str, Assigned]
    owners: dict[str, str]
    originals: frozenset[str]
    gone: frozenset[str]

    @classmethod
    def of(cls, connection: Connection, key: ProjectKey) -> "_Known":
        rows = connection.execute(select(assignments)).all()
        met = connection.scalars(select(patients.c.patient_id).distinct())
        return cls(
            key,
            {row.pseudonym: assigned_of(row) for row in rows},
            {row.new_id.casefold(): row.pseudonym for row in rows},
            frozenset(canonical(text).casefold() for text in (*met, *(row.patient_id for row in rows))),
            frozenset(connection.scalars(select(patients.c.new_id).distinct())),
        )

    def fault(self, row: mapping.Row) -> str:
        """Why a row cannot be taken in, "" where it can."""
        given, earlier = row.assigned.patient_id, self.assigned.get(row.pseudonym)
        if earlier is not None and earlier.patient_id != given:
            return f"{mapping.NEW_ID}: the vault has another one for this patient"
        if self.owners.get(given.casefold(), row.pseudonym) != row.pseudonym:
            return f"{mapping.NEW_ID}: the vault gave it to another patient"
        if given.casefold() in self.originals and given != row.pseudonym:
            return f"{mapping.NEW_ID}: the vault knows it as an original {mapping.PATIENT_ID}"
        if self.owners.get(row.patient_id.reveal().casefold(), row.pseudonym) != row.pseudonym:
            return f"{mapping.PATIENT_ID}: is an ID that the vault assigned"
        return ""


def _put(connection: Connection, rows: tuple[mapping.Row, ...], known: _Known) -> Imported:
    new = [row for row in rows if row.pseudonym not in known.assigned]
    changed = [row for row in rows if known.assigned.get(row.pseudonym, row.assigned) != row.assigned]
    for row in changed:
        connection.execute(
            assignments.update().where(assignments.c.pseudonym == row.pseudonym).values(_values(row.assigned))
        )
    for row in new:
        originals = {"patient_id": row.patient_id.reveal(), "issuer": row.issuer.reveal()}
        connection.execute(assignments.insert(), {"pseudonym": row.pseudonym, **originals, **_values(row.assigned)})
    gone = sum(row.pseudonym in known.gone and row.assigned.patient_id != row.pseudonym for row in new)
    return Imported(len(new), len(changed), len(rows) - len(new) - len(changed), gone)


def _values(assigned: Assigned) -> dict[str, str]:
    return {
        "new_id": assigned.patient_id,
        "new_name": assigned.patient_name,
        "attributes": json.dumps(assigned.attributes),
    }
