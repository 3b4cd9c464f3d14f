"""Sites of the gateway to measure: demo sites with more accounts, rates out of the way, and the benchmark's own sender.

Thirty-two payers and payees, so that no account is waited for more than a bank's busy accounts are, neither here nor in
the neighbour. Rates and caps are for peers that misuse a gateway; the load generator is meant to.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from bench.messages import Identity, Route
from core_adapter.database import database_now
from core_adapter.ledger import NewAccount
from gateway.administration.accounts import attach_accounts
from gateway.administration.certificates import add_certificate
from gateway.administration.lists import change_accounts
from gateway.databases import open_embedded, open_journal
from gateway.domain.calendar import business_date
from gateway.domain.command import Reply
from gateway.scribe import Echo, Scribe
from gateway.settings import Settings, read
from protocol import examples
from protocol.binding import write
from protocol.codes import Code
from protocol.head import Outcome
from protocol.messages.transfer import SubmitTransferReply, TransferState
from signer.certificates import fingerprint, from_pem
from signer.issue import make_key, self_signed
from signer.software import load_signing_key
from tests.support.ports import free_port_base

ROOT: Final = Path(__file__).resolve().parents[1]
START_SECONDS_MAX: Final = 60
STOP_SECONDS_MAX: Final = 60
OPENING_FEN: Final = 100_000_000_00
ROUTES: Final = tuple(
    Route(f"62010100000{number:06d}", f"62010200000{number:06d}", examples.PAYEE_NAME) for number in range(1, 33)
)
SETTINGS: Final = {
    "connections_per_address": "2000",
    "address_rate": "1000000.0",
    "address_burst": "1000000",
    "customer_rate": "1000000.0",
    "customer_burst": "1000000",
    "clock_skew_seconds": "3600.0",
}
"""What differs from a demo site's settings. The skew lets messages be signed before the run; the check is made."""


class SiteError(Exception):
    """A site cannot be made or run; the text is what it said."""


@dataclass(frozen=True, slots=True)
class Site:
    """A site on disk; `database` is the URL of its journal."""

    folder: Path
    settings: Settings

    @property
    def settings_file(self) -> Path:
        """Where its settings are."""
        return self.folder / "gateway.toml"

    @property
    def certificate(self) -> Path:
        """The certificate of its replies."""
        return self.folder / "gateway.crt"

    @property
    def key(self) -> Path:
        """The key of its replies."""
        return self.folder / "gateway.key"

    def address(self, door: str) -> str:
        """Where the door named "http" or "tcp" listens."""
        chosen = self.settings.http if door == "http" else self.settings.tcp
        return f"{chosen.host}:{chosen.port}"

    @property
    def core_database(self) -> str:
        """The URL of the database that holds the core's book."""
        return self.settings.core.database or self.settings.site.database


def make_sender() -> Identity:
    """The benchmark's own sender: RSA-2048, as an ERP has it."""
    now = datetime.now(UTC)
    key = make_key("rsa")
    certificate = self_signed(key, "C00000001 ERP01 bench", now - timedelta(days=1), now + timedelta(days=2))
    return Identity(examples.CUSTOMER, "ERP01", key, from_pem(certificate)[0])


def make_site(folder: Path, sender: Identity, *, database: str | None, reply_key: str) -> Site:
    """Make a demo site on free ports whose replies are signed by a key of the kind "rsa" or "ecdsa"."""
    command = ["init", str(folder), "--demo", "--port-base", str(free_port_base())]
    _yinqi(command + (["--database", database] if database else []))
    file = folder / "gateway.toml"
    text = file.read_text("utf-8")
    for name, value in SETTINGS.items():
        text, found = re.subn(rf"(?m)^(# )?{name} = \S+", f"{name} = {value}", text)
        if not found:
            raise SiteError(f"a demo site's settings do not mention {name}")
    file.write_text(text, "utf-8")
    if reply_key != "ecdsa":
        _replace_reply_key(folder, reply_key)
    site = Site(folder, read(file))
    _open_accounts(site, sender)
    return site


def _replace_reply_key(folder: Path, kind: str) -> None:
    now = datetime.now(UTC)
    key = make_key(kind)
    (folder / "gateway.key").write_bytes(key)
    certificate = self_signed(key, "Yinqi gateway reply key", now - timedelta(days=1), now + timedelta(days=30))
    (folder / "gateway.crt").write_bytes(certificate)


def _open_accounts(site: Site, sender: Identity) -> None:
    """Register the sender's certificate beside the demo's, and open the accounts of the routes."""
    journal, ledger = open_journal(site.settings), open_embedded(site.settings)
    assert ledger is not None
    try:
        with journal.begin() as tx:
            confirm = fingerprint(sender.certificate).hex()
            key = (sender.customer, sender.operator)
            add_certificate(tx, *key, sender.certificate, confirm=confirm, purpose="sign", sm2_id=None)
            attach_accounts(tx, sender.customer, [route.payer for route in ROUTES])
            change_accounts(tx, *key, add=[route.payer for route in ROUTES])
            attach_accounts(tx, examples.OTHER_CUSTOMER, [route.payee for route in ROUTES])
            today = business_date(database_now(tx), 0)
        payers = [NewAccount(route.payer, examples.CUSTOMER_NAME, opening=OPENING_FEN) for route in ROUTES]
        ledger.open_accounts([*payers, *(NewAccount(route.payee, route.payee_name) for route in ROUTES)], today)
    finally:
        ledger.close()
        journal.dispose()


def sample_reply(site: Site) -> bytes:
    """A reply as the site's gateway would send it for a transfer that was booked."""
    now = datetime.now(UTC)
    key = load_signing_key(site.key.read_bytes(), site.certificate.read_bytes())
    echo = Echo(examples.CUSTOMER, "ERP01", "B00000001", bytes(32), "zh", "UTF-8")
    body = SubmitTransferReply(
        request_id=echo.request_id,
        state=TransferState.SUCCEEDED,
        final=True,
        channel="in-bank",
        reference="1234567890",
        business_date=now.date(),
        booked_at=now,
    )
    return Scribe(key, lambda: now, "0123456789abcdef").reply(echo, Reply(Outcome(Code.DONE), write(body)))


@contextmanager
def running(site: Site, workers: int, environment: Mapping[str, str] | None = None) -> Iterator[int]:
    """Run `yinqi serve` while the context lasts; gives its process id. SiteError when it does not start or end well."""
    command = [sys.executable, "-m", "gateway", "serve", "-c", str(site.settings_file), "--workers", str(workers)]
    log = (site.folder / "serve.log").open("ab")
    with (
        log,
        subprocess.Popen(
            command,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            env={**os.environ, **(environment or {})},
        ) as process,
    ):
        try:
            _await_ready(process, site)
            yield process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                process.kill()
        if process.returncode != 0:
            raise SiteError(f"the daemon ended with {process.returncode}; see {site.folder / 'serve.log'}")


def _await_ready(process: "subprocess.Popen[bytes]", site: Site) -> None:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line.startswith(b"ready"):
        said = (site.folder / "serve.log").read_text("utf-8", "replace")[-2000:]
        raise SiteError(f"the daemon did not start: {line!r}\n{said}")


def faults_of(site: Site) -> list[str]:
    """What `yinqi check` finds wrong with ledger, limits and audit."""
    return [said for what in ("ledger", "limits", "audit") if (said := _check(site, what)) is not None]


def _check(site: Site, what: str) -> str | None:
    command = [sys.executable, "-m", "gateway", "check", what, "-c", str(site.settings_file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else f"check {what}: {done.stdout}{done.stderr}".strip()


def _yinqi(arguments: Sequence[str]) -> None:
    command = [sys.executable, "-m", "gateway", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SiteError(done.stderr.strip())
