"""The vault's tables.  Every text of an original stands in here as it came."""

from sqlalchemy import Column, MetaData, Table, Text

metadata = MetaData()

facts = Table("facts", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))

# Several originals may stand for one new ID: names change, and so do the spellings of devices.
patients = Table(
    "patients",
    metadata,
    *(Column(name, Text, primary_key=True) for name in ("new_id", "patient_id", "issuer", "name", "birth_date", "sex")),
    Column("first_seen", Text, nullable=False),
)

assignments = Table(
    "assignments",
    metadata,
    Column("pseudonym", Text, primary_key=True),
    *(Column(name, Text, nullable=False) for name in ("patient_id", "issuer")),
    Column("new_id", Text, nullable=False, unique=True),
    *(Column(name, Text, nullable=False) for name in ("new_name", "attributes")),
)

uids = Table(
    "uids",
    metadata,
    Column("new", Text, primary_key=True),
    Column("original", Text, primary_key=True),
    Column("level", Text, nullable=False),
    Column("new_id", Text, nullable=False, index=True),
)
