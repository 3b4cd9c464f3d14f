"""The message log and its seals."""

from sqlalchemy import BigInteger, CheckConstraint, Column, LargeBinary, String, Table, Text

from gateway.journal.tables.metadata import METADATA

MESSAGE_LOG = Table(
    "message_log",
    METADATA,
    Column("chain", String(24), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("way", String(3), nullable=False),
    Column("customer_id", String(32), nullable=False),
    Column("operator_id", String(32), nullable=False),
    Column("request_id", String(64), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("message", LargeBinary, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    CheckConstraint("way IN ('in', 'out')", name="message_log_way"),
)
"""The exact bytes of every verified message and of every reply to one, chained by hash, one chain per committer."""

LOG_HEAD = Table(
    "log_head",
    METADATA,
    Column("chain", String(24), primary_key=True),
    Column("seq", BigInteger, nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("sealed_seq", BigInteger, nullable=False),
)
"""The last row of every chain, moved in the transaction that adds to it."""

SEAL = Table(
    "seal",
    METADATA,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("previous", LargeBinary(32), nullable=False),
    Column("heads", Text, nullable=False),
    Column("root", LargeBinary(32), nullable=False),
    Column("certificate", String(64), nullable=False),
    Column("signature", LargeBinary, nullable=False),
)
"""Signed roots over the heads that moved since the root before; unique numbers, so one process makes each."""
