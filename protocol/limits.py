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
# The most rows that any service takes in one request, but for a payroll.
ROWS_MAX: Final = 1_000
ELEMENTS_MAX: Final = ROWS_MAX * ELEMENTS_PER_ROW
# A payroll row has seven elements. A tree of more than ELEMENTS_MAX is built only of what a registered key has signed,
# and for no service but a payroll; it is the largest thing that a message can make us hold, one at a time.
LARGE_ELEMENTS_MAX: Final = PAYROLL_ROWS_MAX * 8
# Our own vocabulary has attributes only in the signature (six) and namespaces; text may hold equals signs too. In a
# large message there may be as many of them, and of declarations, as of elements.
ATTRIBUTES_MAX: Final = ELEMENTS_MAX
# Canonical form sorts the attributes and declarations of one element by comparing each with each. No message of ours
# has more than two; the longest text may be equals signs alone, and cannot be told from them without parsing.
ELEMENT_ATTRIBUTES_MAX: Final = 256
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
# Requests that one page looks at for those of one operator: some milliseconds of a thread that carries money too.
OPERATIONS_SEEN_MAX: Final = 2_000

# How far ahead a payment may be dated, in years; the same date next year is in. Accounts and mandates change meanwhile.
SCHEDULE_YEARS_MAX: Final = 1
# A daily payment for a year, a monthly one for thirty: whoever wants more looks at it again and sets it up anew.
RECURRING_RUNS_MAX: Final = 366
# Authorization levels are one digit on every form that customers fill in; the manuals' examples go to three.
LEVEL_MAX: Final = 9
# A plan of more people than this is completed by nobody in a working day.
BAND_AUTHORIZERS_MAX: Final = 9
BAND_STEPS_MAX: Final = 9
FLOW_LEVELS_MAX: Final = 9
# Whoever is entitled is looked through at entry; the largest treasury keeps fewer reviewers on one level.
LEVEL_REVIEWERS_MAX: Final = 50
# Bands are read by people.
MODE_BANDS_MAX: Final = 20
# A payee book is searched whole by a thread that carries money too: some milliseconds. More is a supplier database.
PAYEES_MAX: Final = 5_000
# Lists for people to choose from, told whole in one reply.
PURPOSES_MAX: Final = 200
TEMPLATES_MAX: Final = 200
ACCOUNT_GROUPS_MAX: Final = 50
GROUP_ACCOUNTS_MAX: Final = 100
# Accounts that one customer lets others use: each is read with the customers on both sides, whoever of them acts.
GRANTS_GIVEN_MAX: Final = 500

# A value is echoed so that a person finds it, not to send the message back.
DETAIL_VALUE_CHARS_MAX: Final = 64
# More faults than this are of one kind; the list ends there, and says so.
DETAILS_MAX: Final = 200

assert MESSAGE_BYTES_MAX < 10**FRAME_DIGITS
assert LARGE_MESSAGE_BYTES < MESSAGE_BYTES_MAX
assert PAGE_ROWS_DEFAULT <= PAGE_ROWS_MAX <= ROWS_MAX
assert BALANCE_ACCOUNTS_MAX <= ROWS_MAX
assert max(PURPOSES_MAX, TEMPLATES_MAX, ACCOUNT_GROUPS_MAX) <= PAGE_ROWS_MAX
assert ACCOUNT_GROUPS_MAX * GROUP_ACCOUNTS_MAX < ELEMENTS_MAX
assert BATCH_ROWS_MAX <= ROWS_MAX
assert LARGE_ELEMENTS_MAX > ELEMENTS_MAX
assert max(REQUEST_ID_CHARS_MAX, PARTY_ID_CHARS_MAX) <= ECHO_CHARS_MAX
assert DETAIL_VALUE_CHARS_MAX <= ECHO_CHARS_MAX
