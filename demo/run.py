"""Shows the whole road at work: `make demo`. The last line of the output is JSON; the status is 0 if all went well.

A demo site is made in a temporary folder and served by a daemon of its own; every reply is verified.
"""

import sys
import tempfile
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Final

from rich.console import Console

from demo import approvals, bad, elsewhere, later
from demo.daemon import Site, yinqi
from demo.former import former_keys
from demo.people import balances
from demo.record import Record, show
from demo.sender import Sender
from demo.story import Part, Story
from protocol import examples
from protocol.binding import BEIJING
from protocol.text import Encoding
from signer.issue import make_key, self_signed
from signer.keys import SigningKey
from signer.software import load_signing_key

OTHER_SECOND: Final = "11010100000000102"
CUSTOMER: Final = Part(
    examples.PAYER_ACCOUNT,
    examples.SECOND_ACCOUNT,
    examples.CUSTOMER_NAME,
    examples.PAYEE_ACCOUNT,
    examples.PAYEE_NAME,
)
OTHER_CUSTOMER: Final = Part(
    examples.PAYEE_ACCOUNT,
    OTHER_SECOND,
    examples.PAYEE_NAME,
    examples.PAYER_ACCOUNT,
    examples.CUSTOMER_NAME,
)
CAST: Final[tuple[tuple[str, Part, Encoding], ...]] = (
    ("erp01", CUSTOMER, "UTF-8"),
    ("c2erp01", OTHER_CUSTOMER, "UTF-8"),
    ("sm2erp01", CUSTOMER, "GB18030"),
)
"""Client, accounts and encoding: RSA, ECDSA and SM2."""


def main() -> int:
    """Play everything once and say what came of it."""
    console = Console(width=None if sys.stdout.isatty() else 160)
    record = Record()
    with tempfile.TemporaryDirectory(prefix="yinqi-demo-") as folder, Site.make(Path(folder) / "site") as site:
        console.print(f"{site.start()}\n", highlight=False)
        _good(site, record)
        _approved(site, record, console)
        _bad(site, record)
        later.tomorrow_at_ten(site, record, _admin(site, record, console), bad.now().astimezone(BEIJING))
        tomorrow = bad.now().astimezone(BEIJING) + timedelta(days=1)
        elsewhere.there_and_back(site, record, _admin(site, record, console), tomorrow)
        _at_the_end(site, record)
        balanced, sound, counted = (_check(site, what, console) for what in ("ledger", "audit", "limits"))
        record.expect("limits counted again from the orders are what was counted", holds=counted)
        status = site.stop()
        record.expect(f"SIGTERM ends the daemon with 0, not {status}", holds=status == 0)
    show(record, console)
    for line in record.wrong:
        console.print(f"not as expected: {line}", style="bold red", markup=False)
    print(record.summary(ledger_balanced=balanced, audit_sound=sound), flush=True)
    return 0 if balanced and sound and not record.wrong else 1


def _good(site: Site, record: Record) -> None:
    today = bad.now().astimezone(BEIJING).date()
    for (name, part, encoding), tcp in product(CAST, (False, True)):
        with site.client(name, tcp=tcp, encoding=encoding) as client:
            Story(Sender(client, "TCP" if tcp else "HTTP", record), part).tell(today)


def _approved(site: Site, record: Record, console: Console) -> None:
    approvals.from_hand_to_hand(site, record, _admin(site, record, console))
    approvals.within_limits(site, record)


def _bad(site: Site, record: Record) -> None:
    stranger = _stranger()
    with site.client("erp01") as http, site.client("sm2erp01", tcp=True) as tcp:
        former = former_keys(site, http, record)
        bad.over_http(http, bad.make_forge(site, http, stranger, **former), record)
        bad.over_tcp(tcp, bad.make_forge(site, tcp, stranger), record)
        bad.broken_frame(tcp, record)


def _at_the_end(site: Site, record: Record) -> None:
    for (name, part, _), tcp in zip(CAST[:2], (False, True), strict=True):
        with site.client(name, tcp=tcp) as client:
            balances(Sender(client, "TCP" if tcp else "HTTP", record, "Balances at the end"), part.payer, part.second)


def _admin(site: Site, record: Record, console: Console) -> approvals.Command:
    """What runs a command of the bank's staff and shows what it says."""

    def admin(*words: str) -> None:
        done = yinqi("admin", *words, "-c", site.settings)
        console.print(f"admin {' '.join(words)}: {done.stdout.strip()}", markup=False, highlight=False)
        record.expect(f"admin {' '.join(words)}: {done.stderr}", holds=done.returncode == 0)

    return admin


def _check(site: Site, what: str, console: Console) -> bool:
    """Run one of the checks and show its one line."""
    done = yinqi("check", what, "-c", site.settings)
    console.print(f"check {what}: {(done.stdout + done.stderr).strip()}", markup=False, highlight=False)
    return done.returncode == 0


def _stranger() -> SigningKey:
    """A key of the right kind that nobody registered."""
    pem = make_key("ecdsa")
    now = bad.now()
    certificate = self_signed(pem, "C00000001 ERP01", now - timedelta(days=1), now + timedelta(days=1))
    return load_signing_key(pem, certificate)


if __name__ == "__main__":
    sys.exit(main())
