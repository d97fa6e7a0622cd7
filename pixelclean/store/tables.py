"""The ledger's tables. Plain types only, so that another database than SQLite can hold them."""

from sqlalchemy import BigInteger, Column, Float, Integer, MetaData, Table, Text

metadata = MetaData()

facts = Table("facts", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))

runs = Table(
    "runs",
    metadata,
    Column("number", Integer, primary_key=True),
    *(Column(name, Text, nullable=False) for name in ("policy_name", "policy", "judges", "version", "key")),
    *(Column(name, Text, nullable=False) for name in ("started", "finished")),
)

inputs = Table(
    "inputs",
    metadata,
    Column("source", Text, primary_key=True),
    *(Column(name, Text, nullable=False, index=True) for name in ("digest", "place", "instance")),
    *(Column(name, Text, nullable=False) for name in ("state", "outcome", "reasons", "regions", "plan")),
    *(Column(name, Text, nullable=False) for name in ("proof", "image", "policy", "key", "judges", "siblings")),
    Column("seconds", Float, nullable=False),
    Column("run", Integer, nullable=False),
)

outputs = Table(
    "outputs",
    metadata,
    Column("place", Text, primary_key=True),
    *(Column(name, Text, nullable=False) for name in ("digest", "content")),
    Column("size", BigInteger, nullable=False),
    Column("standing", Text, nullable=False, index=True),
)

unwritten = Table(
    "audit_unwritten",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("line", Text, nullable=False),
)
