"""The limits of the language, each with its reason; what a site may set for itself (rates, connections) is not here."""

from typing import Final

# A frame announces its size in eight ASCII digits; nothing larger can be announced.
FRAME_DIGITS: Final = 8
# A batch of 20,000 rows is about 8.5 MB; twice that leaves room for long names and a verbose sender.
MESSAGE_BYTES_MAX: Final = 16 * 1024 * 1024
# Up to this size parsing and checking take less than a hop to another thread and back would hold up others.
# What explains a refused one of this size takes some 40 ms at most.
LARGE_MESSAGE_BYTES: Final = 16 * 1024

# Ids are keys of indexes kept for ever, and are printed on receipts.
REQUEST_ID_CHARS_MAX: Final = 32
PARTY_ID_CHARS_MAX: Final = 32
# A malformed id is still echoed in the signed refusal if it is no longer than this.
ECHO_CHARS_MAX: Final = 64

# The deepest legal message has six levels; the rest is room for ISO 20022 documents.
DEPTH_MAX: Final = 32
# A batch is read by people before they approve it; a site takes 300 rows unless the bank says otherwise (R5.3).
# More than this is a payroll.
BATCH_ROWS_MAX: Final = 1_000
# The payroll of the largest customers (R5.3).
PAYROLL_ROWS_MAX: Final = 20_000

# Twenty elements a row cover the widest row of a service with optional fields.
ELEMENTS_PER_ROW: Final = 20
# The most rows that any service takes in one request.
ROWS_MAX: Final = 1_000
ELEMENTS_MAX: Final = ROWS_MAX * ELEMENTS_PER_ROW
# Our own vocabulary has attributes only in the signature (six) and namespaces; text may hold equals signs too.
ATTRIBUTES_MAX: Final = ELEMENTS_MAX
# A serializer may repeat a declaration on each element of a row, never more than that.
NAMESPACES_MAX: Final = ELEMENTS_MAX
# What a parser is given before it forgets every name: hundreds of messages for a few microseconds, and little enough
# that a tree which waits, and keeps the names of its time, is not much larger for it.
NAMES_KEPT_BYTES: Final = 256 * 1024

# A page must fit a reply that is signed on the reactor thread.
PAGE_ROWS_MAX: Final = 200
PAGE_ROWS_DEFAULT: Final = 50
# One query of balances; a group treasury asks for more in a second message.
BALANCE_ACCOUNTS_MAX: Final = 100

# A value is echoed so that a person finds it, not to send the message back.
DETAIL_VALUE_CHARS_MAX: Final = 64
# More faults than this are of one kind; the list ends there, and says so.
DETAILS_MAX: Final = 200

assert MESSAGE_BYTES_MAX < 10**FRAME_DIGITS
assert LARGE_MESSAGE_BYTES < MESSAGE_BYTES_MAX
assert PAGE_ROWS_DEFAULT <= PAGE_ROWS_MAX <= ROWS_MAX
assert BALANCE_ACCOUNTS_MAX <= ROWS_MAX
assert max(REQUEST_ID_CHARS_MAX, PARTY_ID_CHARS_MAX) <= ECHO_CHARS_MAX
assert DETAIL_VALUE_CHARS_MAX <= ECHO_CHARS_MAX
