"""The text of a new site's settings file: what was decided, and every other key with its default behind a comment."""

from dataclasses import dataclass
from typing import Final

from protocol.names import bank_code_check_digit

_TEXT: Final = """\
# Settings of one gateway. Paths are relative to this file's folder. `yinqi check config -c THIS_FILE` reads it and
# tells every fault at once. Secrets are never written here: a key that ends in _file names a file that only its owner
# may read (mode 0600). Keys behind a # show their defaults.

[site]
name = {name}
bank_code = {bank_code}  # the 12 digits of this bank, ISO 7064 MOD 11,10
bank_name = {bank_name}
database = {database}  # "sqlite:///FILE" for one process, "postgresql://USER@HOST:PORT/NAME" for several
{hash}password_file = "database.password"
# node = "host-name"             # the name of this node; two nodes on one database need two names
{sandbox}

[reply]                          # the key that signs every reply
key = "gateway.key"
certificate = "gateway.crt"      # a bundle: the current certificate first, then all that were ever used
# sm2_id = "1234567812345678"    # the signer id of an SM2 key
# [reply.pkcs11]                 # instead of `key`: a key in a token
# module = "/usr/lib/softhsm/libsofthsm2.so"
# token = "yinqi"
# label = "reply"
# pin_file = "token.pin"

[http]
listen = "127.0.0.1:{http}"  # POST /v1/messages
# [http.tls]
# certificate = "http.crt"
# key = "http.key"
# client_ca = "clients.crt"      # ask clients for a certificate of this authority

[tcp]
listen = "127.0.0.1:{tcp}"  # 8 digits of length, then the message
# [tcp.tls]                      # as [http.tls]

[operations]
listen = "127.0.0.1:{operations}"  # /metrics /healthz /readyz; keep it on an inner address

[core]
{core}
# link = "127.0.0.1:9000"        # instead: a core in another process
# timeout_seconds = 10.0

[limits]                         # for all workers together
# message_bytes = 16777216
# connections = 2000
# connections_per_address = 200
# pipelined = 32                 # requests under way on one connection
# message_seconds = 30.0         # from the first byte of a message to its last
# idle_seconds = 300.0
# first_message_seconds = 10.0   # from connecting to the first message that can be verified
# write_buffer_bytes = 1048576
# address_rate = 2000.0          # messages a second from one address, before anything is verified
# address_burst = 4000
# customer_rate = 1000.0         # messages a second of one customer
# customer_burst = 2000
# unproven_rate = 2.0            # messages a second from one address in the name of one customer that prove nothing
# unproven_burst = 50
# queue = 2000                   # commands that may wait for a commit
# waiting = 1000                 # requests over HTTP that may wait for an event
# waiting_per_customer = 20

[work]
# lease_seconds = 15.0           # after this long another process may carry on what one left
# reply_seconds = 2.0            # the longest wait for the core before a reply that is not final
# clock_skew_seconds = 300.0     # how far a sender's SentAt may be from this clock
# drain_seconds = 30.0           # how long a stop waits for what is under way

[calendar]                       # the working days of China come with the program
# overrides = "calendar.toml"    # what was announced since: lists of years, holidays and make_up_days

[schedule]                       # on the clock in Shanghai
# first_hour = "09:00"           # the whole hours that a customer may choose, and when payrolls are handed over
# last_hour = "17:00"
# large_value_last_hour = "16:00"
# large_value_opens = "20:30"    # of the day before
# large_value_closes = "17:00"
# normal_hours = 2.0             # from its last approval until a NORMAL transfer leaves
# payroll_slot_minutes = 30
# expiry_days = 30               # an instruction that waits longer for its approvals expires
# one_recurring_per_account = false
# [[schedule.change]]            # other hours from a date on; what is left out stays as it was
# from = 2027-01-01
# large_value_closes = "17:30"

[routing]                        # of payments to other banks
# ibps_max = "50000.00"          # up to and including this amount by IBPS, above it by HVPS
# beps_max = "1000000.00"        # the most that BEPS takes
# urgent_fee = "0.00"            # on top of the fee, for what is urgent
# [[routing.fee]]                # by amounts, the last band for all that is more; none is taken where none is said
# up_to = "10000.00"
# amount = "5.00"
# [[routing.fee]]
# amount = "10.00"
# [[routing.change]]             # other terms from a date on; what is left out stays as it was
# from = 2027-01-01
# ibps_max = "100000.00"

[clearing]                       # the centre through which money goes to other banks; none where this is left out
{clearing}
# answer_seconds = 5.0           # how long an answer is waited for before the centre is asked
# pause_seconds_max = 300.0      # the longest pause between questions about one payment
# case_minutes = 60.0            # a payment of which nothing final is known after this becomes a case for staff

[batch]
# rows = 300                     # of one batch, in-bank or interbank
# payroll_rows = 20000
# credit_cards = []              # how the numbers of the bank's credit cards begin: wages are not paid to them

[push]                           # of events, where `yinqi admin push set` says so
# answer_seconds = 10.0          # how long a receiver may take
# attempts = 20                  # after so many, or so many hours, events are put aside: `yinqi admin push dead`
# hours = 24.0

[log]
# level = "info"                 # debug, info, warn, error, critical
"""

_CORE_DATABASE: Final = 'database = "sqlite:///core.db"   # the embedded ledger, in a file of its own'
_CORE_SCHEMA: Final = 'schema = "core"                  # the embedded ledger, in a schema of the site\'s database'


CENTRE_CODE: Final = "98810000000" + bank_code_check_digit("98810000000")
"""The code of the clearing centre of a trial site, of a class that no bank has."""
PORT_OFFSET: Final = 3
"""That centre listens at the port base of its site and this."""
_CENTRE: Final = """\
address = "127.0.0.1:{port}"
centre = "{code}"
key = "channel.key"
certificate = "channel.crt"
centre_certificate = "clearing/centre.crt"
simulator = "clearing.toml"      # for trials: `yinqi serve` runs this clearing simulator beside itself"""
_NO_CENTRE: Final = """\
# address = "127.0.0.1:8603"
# centre = "{code}"
# key = "channel.key"
# certificate = "channel.crt"
# centre_certificate = "centre.crt\""""


_SANDBOX: Final = "sandbox = true                   # for trials: `yinqi admin clock` moves its business clock"
_REAL: Final = "# sandbox = false                # true in a site for trials, whose business clock may be moved"


@dataclass(frozen=True, slots=True)
class Choices:
    """What is decided when a site is made; `database` is a URL without a password."""

    name: str
    bank_code: str
    bank_name: str
    database: str
    password: bool
    port_base: int
    sandbox: bool


def settings_text(choices: Choices) -> str:
    """The whole settings file; doors listen on the loopback address at the port base and above."""
    return _TEXT.format(
        name=quoted(choices.name),
        bank_code=quoted(choices.bank_code),
        bank_name=quoted(choices.bank_name),
        database=quoted(choices.database),
        hash="" if choices.password else "# ",
        sandbox=_SANDBOX if choices.sandbox else _REAL,
        http=choices.port_base,
        tcp=choices.port_base + 1,
        operations=choices.port_base + 2,
        clearing=(_CENTRE if choices.sandbox else _NO_CENTRE).format(
            port=choices.port_base + PORT_OFFSET, code=CENTRE_CODE
        ),
        core=_CORE_DATABASE if choices.database.startswith("sqlite:") else _CORE_SCHEMA,
    )


def quoted(text: str) -> str:
    """The text as a TOML basic string, escaped as TOML demands (version 1.0, section String)."""
    escaped = "".join(f"\\u{ord(c):04X}" if c in '"\\' or (not c.isprintable() and c < "\x80") else c for c in text)
    return f'"{escaped}"'
