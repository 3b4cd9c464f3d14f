"""The tables of the gateway's database, one place for the record, the register, the log and the migrations.

Times are milliseconds since 1970 UTC in DATABASE time, amounts are fen. Uniqueness and the legal values of a state are
constraints of the database, not only of code.
"""

from gateway.journal.tables.accounts import ACCOUNT_GRANT, ATTACHED_ACCOUNT, CLOSED_PAYEE, OPERATOR_ACCOUNT
from gateway.journal.tables.approval import BINDING, FLOW, MODE, PURPOSE
from gateway.journal.tables.banks import BANK_CODE, BANK_DIRECTORY
from gateway.journal.tables.book import ACCOUNT_GROUP, BOOK, PAYEE, TEMPLATE
from gateway.journal.tables.clearing import CASE, CHANNEL_STATE, INBOX, INCOMING, LEG, WIRE_SEQUENCE
from gateway.journal.tables.events import EVENT, EVENT_COUNT, PUSH, PUSH_DEAD
from gateway.journal.tables.log import LOG_HEAD, MESSAGE_LOG, SEAL
from gateway.journal.tables.metadata import METADATA
from gateway.journal.tables.orders import ACT, MATTER, OPEN_ROWS, RECURS, REQUEST, TRANSFER, WAITS
from gateway.journal.tables.register import CERTIFICATE, CREDENTIAL, CUSTOMER, OPERATOR, SITE
from gateway.journal.tables.usage import USAGE

__all__ = [
    "ACCOUNT_GRANT",
    "ACCOUNT_GROUP",
    "ACT",
    "ATTACHED_ACCOUNT",
    "BANK_CODE",
    "BANK_DIRECTORY",
    "BINDING",
    "BOOK",
    "CASE",
    "CERTIFICATE",
    "CHANNEL_STATE",
    "CLOSED_PAYEE",
    "CREDENTIAL",
    "CUSTOMER",
    "EVENT",
    "EVENT_COUNT",
    "FLOW",
    "INBOX",
    "INCOMING",
    "LEG",
    "LOG_HEAD",
    "MATTER",
    "MESSAGE_LOG",
    "METADATA",
    "MODE",
    "OPEN_ROWS",
    "OPERATOR",
    "OPERATOR_ACCOUNT",
    "PAYEE",
    "PURPOSE",
    "PUSH",
    "PUSH_DEAD",
    "RECURS",
    "REQUEST",
    "SEAL",
    "SITE",
    "TEMPLATE",
    "TRANSFER",
    "USAGE",
    "WAITS",
    "WIRE_SEQUENCE",
]
