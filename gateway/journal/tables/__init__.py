"""The tables of the gateway's database, one place for the record, the register, the log and the migrations.

Times are milliseconds since 1970 UTC in DATABASE time, amounts are fen. Uniqueness and the legal values of a state are
constraints of the database, not only of code.
"""

from gateway.journal.tables.log import LOG_HEAD, MESSAGE_LOG, SEAL
from gateway.journal.tables.metadata import METADATA
from gateway.journal.tables.orders import ACT, MATTER, REQUEST, TRANSFER
from gateway.journal.tables.register import ATTACHED_ACCOUNT, CERTIFICATE, CUSTOMER, OPERATOR, SITE

__all__ = [
    "ACT",
    "ATTACHED_ACCOUNT",
    "CERTIFICATE",
    "CUSTOMER",
    "LOG_HEAD",
    "MATTER",
    "MESSAGE_LOG",
    "METADATA",
    "OPERATOR",
    "REQUEST",
    "SEAL",
    "SITE",
    "TRANSFER",
]
