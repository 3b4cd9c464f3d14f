"""The bank directory (联行号): every office that may be paid at, and which loading of it this is."""

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Integer, String, Table, Text

from gateway.journal.tables.metadata import METADATA

BANK_CODE = Table(
    "bank_code",
    METADATA,
    Column("code", String(12), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("searched", Text, nullable=False),
    Column("ibps", String(12)),
    Column("beps", Boolean, nullable=False),
    Column("hvps", Boolean, nullable=False),
)
"""One row an office. `searched` is the name folded and without case, `ibps` the code of its clearing participant."""

BANK_DIRECTORY = Table(
    "bank_directory",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("banks", Integer, nullable=False),
    Column("loaded_ms", BigInteger),
    CheckConstraint("id = 1", name="bank_directory_is_one_row"),
)
"""One row: how often the directory was loaded, how many offices it has, and when it was loaded last (NULL: never)."""
