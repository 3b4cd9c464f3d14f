"""The clearing side of a demo site: settings of a simulator in which nothing goes wrong by itself, and fresh keys.

`clearing.toml` and the folder `clearing` are the centre's; `channel.key` and `channel.crt` are the gateway's own, by
which the centre knows it.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from gateway.template import CENTRE_CODE, PORT_OFFSET, quoted
from signer.issue import make_key, self_signed

SETTINGS_FILE: Final = "clearing.toml"
CENTRE_CERTIFICATE: Final = "clearing/centre.crt"
CHANNEL_KEY: Final = "channel.key"
CHANNEL_CERTIFICATE: Final = "channel.crt"

_TEXT: Final = """\
# Settings of a clearing simulator: the centre and all banks behind it, for trials alone. Paths are relative to this
# file's folder. `yinqi simulate clearing -c THIS_FILE` runs it; what it can do is told in docs/clearing-simulator.md.
# Keys behind a # show their defaults; times are those of the clock in Shanghai.

[centre]
listen = "127.0.0.1:{port}"
code = {centre}          # the 12 digits by which messages name the centre
key = "clearing/centre.key"
certificate = "clearing/centre.crt"
# sm2_id = "1234567812345678"    # the signer id of an SM2 key
# book = "clearing.db"           # everything that was ever cleared; take it away to begin anew

[bank]                           # the one bank that is served
code = {bank}
certificate = "channel.crt"      # a bundle: every certificate that the bank may sign with
# sm2_id = "1234567812345678"

[ibps]
# round_seconds = 1.0            # what is netted is settled at the end of the round
# day_end = "17:15"              # when the date of clearing rolls; by `yinqi simulate roll` alone where it is left out
# opens = "00:00"                # open all day where opens and closes are left out
# closes = "23:59"
# [[ibps.maintenance]]           # every day
# from = "02:00"
# to = "02:30"

[beps]                           # as [ibps]; a round nets what is queued, the next one settles it
# round_seconds = 1.0

[hvps]                           # as [ibps], without rounds
# window_seconds = 1.0           # how long it is closed at its day end, for what is queued to be settled after all
# funds = "1000000.00"           # on the bank's settlement account when the book is made; no limit where left out

[timing]
# resend_seconds = 5.0           # what the bank has not acknowledged is delivered again
# magic_seconds = 2.0            # how long cases wait that partners rehearse
# return_seconds = 0.5           # how long an agreed return takes

[faults]                         # each rate is a share from 0.0 to 1.0, drawn by seed and ids
# seed = 1
# loss = 0.0                     # a message vanishes
# duplicate = 0.0                # a message to the bank comes twice
# reorder = 0.0                  # a message to the bank is held back, so that later ones overtake it
# delay = 0.0                    # a credit is looked at late
# refusal = 0.0                  # a credit is refused
# silence = 0.0                  # nothing is told of a credit until the bank asks
# late_return = 0.0              # a credit comes back after success
# queue = 0.0                    # a credit of HVPS waits in the queue
# reorder_seconds = 1.0
# delay_seconds = 3.0            # the longest
# late_return_seconds = 3.0      # the longest
# queue_seconds = 3.0            # the longest

[log]
# level = "info"                 # debug, info, warn, error, critical
"""


def clearing_files(
    port_base: int, bank_code: str, not_before: datetime, not_after: datetime
) -> Iterator[tuple[str, bytes]]:
    """Name and content of the simulator's settings, and of the keys and certificates of both sides, made anew."""
    for key_file, certificate_file, name in (
        ("clearing/centre.key", CENTRE_CERTIFICATE, "Clearing centre, for trials"),
        (CHANNEL_KEY, CHANNEL_CERTIFICATE, "Yinqi gateway channel key"),
    ):
        key = make_key("ecdsa")
        yield key_file, key
        yield certificate_file, self_signed(key, name, not_before, not_after)
    text = _TEXT.format(port=port_base + PORT_OFFSET, centre=quoted(CENTRE_CODE), bank=quoted(bank_code))
    yield SETTINGS_FILE, text.encode()
