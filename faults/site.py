"""A demo site for the run: more accounts, short waits, no limits of rate, and both processes started by the harness."""

import re
import signal
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, Self

from core_adapter.clearing.book import Book, existing
from core_adapter.clearing.orders import Incoming, pay, roll
from core_adapter.clearing.settings import CHANNELS
from core_adapter.database import database_now
from core_adapter.ledger import NewAccount
from demo.daemon import ROOT, DaemonError, Site, yinqi
from faults.plan import CLIENTS, FAULTS, IBPS_FEN_MAX, OPENING_FEN, RATE, accounts
from gateway.administration.accounts import attach_accounts
from gateway.administration.lists import change_accounts
from gateway.databases import open_embedded, open_journal
from gateway.demo import OPERATORS
from gateway.domain.calendar import SHANGHAI, business_date
from gateway.settings import Settings, read
from gateway.settings.clearing_simulator import read_clearing
from gateway.simulator import now
from gateway.workdays_source import packaged
from protocol import examples
from protocol.money import format_amount

SETTINGS: Final = {
    "address_rate": "1000000.0",
    "address_burst": "1000000",
    "customer_rate": "1000000.0",
    "customer_burst": "1000000",
    "lease_seconds": "3.0",
    "normal_hours": "0.0",
    "ibps_max": f'"{format_amount(IBPS_FEN_MAX)}"',
    "answer_seconds": "0.5",
    "pause_seconds_max": "5.0",
}
"""What differs from a demo site: short waits, so that a run ends soon; rates are for peers that misuse a gateway."""
_FEE: Final = '[[routing.fee]]\namount = "5.00"\n\n[clearing]'
_TIMES: Final = {"resend_seconds": "1.0", "reorder_seconds": "0.5", "delay_seconds": "2.0", "round_seconds": "0.5"}
HOUR: Final = 10
"""The hour at which the sandbox's clock begins: HVPS is open for seven more."""


@dataclass(slots=True)
class Centre:
    """The process of the clearing simulator, and its book."""

    folder: Path
    process: "subprocess.Popen[str] | None" = field(default=None, repr=False)

    @property
    def settings(self) -> Path:
        """Its settings file."""
        return self.folder / "clearing.toml"

    def start(self) -> None:
        """Start it and wait until it listens; raises DaemonError where it does not."""
        command = [sys.executable, "-m", "gateway", "simulate", "clearing", "-c", str(self.settings)]
        with (self.folder / "clearing.log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True)
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line.startswith("ready"):
            self.kill()
            raise DaemonError(f"the simulator did not get ready: {line!r}; see {self.folder / 'clearing.log'}")

    def kill(self) -> None:
        """End it at once, whatever it is doing."""
        process, self.process = self.process, None
        if process is not None:
            process.send_signal(signal.SIGKILL)
            process.communicate()

    def book(self) -> Book:
        """Its book, to order something or to look."""
        return existing(read_clearing(self.settings).clearing, now())

    def pay(self, credits_: list[Incoming]) -> None:
        """Have other banks pay, as `yinqi simulate pay` does."""
        with closing(self.book()) as book:
            book.order([pay(now(), each) for each in credits_])

    def roll(self) -> None:
        """End its day, of every system, as `yinqi simulate roll` does."""
        with closing(self.book()) as book:
            book.order([roll(now(), each) for each in CHANNELS])

    def rates(self, rate: float, seed: int) -> None:
        """Write the share of every fault; it counts from the next start on."""
        text = self.settings.read_text("utf-8")
        for name, value in {**dict.fromkeys(FAULTS, str(rate)), "seed": str(seed)}.items():
            text = _set(text, name, value)
        self.settings.write_text(text, "utf-8")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


def make(folder: Path, database: str | None, seed: int) -> tuple[Site, Centre]:
    """Make the site and its centre; `database` is a PostgreSQL URL, without it SQLite serves. Nothing runs yet."""
    site = Site.make(folder, database)
    text = site.settings.read_text("utf-8")
    for name, value in SETTINGS.items():
        text = _set(text, name, value)
    text = re.sub(r"(?m)^simulator = .*\n", "", text)
    site.settings.write_text(text.replace("[clearing]", _FEE, 1), "utf-8")
    centre = Centre(folder)
    text = centre.settings.read_text("utf-8")
    for name, value in _TIMES.items():
        text = _set(text, name, value)
    centre.settings.write_text(text, "utf-8")
    centre.rates(RATE, seed)
    _open_accounts(read(site.settings))
    return site, centre


def _set(text: str, name: str, value: str) -> str:
    """The settings with this key, where it stands first, behind a # or not."""
    changed, found = re.subn(rf"(?m)^(# )?{name} = \S+", f"{name} = {value}", text, count=1)
    if not found:
        raise DaemonError(f"the settings of a demo site do not mention {name}")
    return changed


def _open_accounts(settings: Settings) -> None:
    """Open the accounts of both customers and let the clients pay from them."""
    journal, ledger = open_journal(settings), open_embedded(settings)
    assert ledger is not None
    names = {examples.CUSTOMER: examples.CUSTOMER_NAME, examples.OTHER_CUSTOMER: examples.PAYEE_NAME}
    try:
        with journal.begin() as tx:
            for customer in names:
                attach_accounts(tx, customer, accounts(customer))
            for person in OPERATORS:
                if person.client in CLIENTS:
                    change_accounts(tx, person.customer, person.operator, add=accounts(person.customer))
            today = business_date(database_now(tx), 0)
        new = [NewAccount(n, name, opening=OPENING_FEN) for c, name in names.items() for n in accounts(c)]
        ledger.open_accounts(new, today)
    finally:
        ledger.close()
        journal.dispose()


def to_working_hours(site: Site) -> None:
    """Move the sandbox's clock to the next morning on which HVPS is open; the gateway runs."""
    day = packaged().next_working_day(datetime.now(SHANGHAI).date())
    _clock(site, "--to", f"{day}T{HOUR}:00")


def to_next_look(site: Site) -> None:
    """Move the sandbox's clock a minute on, when payments look again at a channel that was closed."""
    _clock(site, "--by", "1m")


def _clock(site: Site, *how: str) -> None:
    moved = yinqi("admin", "clock", *how, "-c", site.settings)
    if moved.returncode != 0:
        raise DaemonError(moved.stderr)
