"""A core in another process that is silent, dies or is away: an answer in time, the truth later, the money once."""

import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from conformance.client import Client
from demo.daemon import ROOT, Site
from protocol import examples
from protocol.messages.account import QueryBalance
from protocol.messages.transfer import QueryTransfer, QueryTransferReply, TransferState
from tests.faults.books import judge, openings
from tests.faults.load import UNREACHABLE, Load, answer, settle, transfer
from tests.faults.rig import SECONDS, await_ready, configure, until

TIMEOUT_SECONDS = 4.0
"""How long the gateway waits for the core, above the time in which it must answer its own peers."""


@dataclass
class CoreProcess:
    """The ledger of a site, served over a link by a process of its own."""

    database: Path
    address: str = "127.0.0.1:0"
    process: "subprocess.Popen[str] | None" = field(default=None, repr=False)

    def start(self, program: str = "core_adapter.link", *options: str) -> None:
        """Serve, at the address of the first time."""
        command = [sys.executable, "-m", program, "--database", f"sqlite:///{self.database}", "--listen", self.address]
        self.process = subprocess.Popen([*command, *options], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        word, self.address = self.process.stdout.readline().split()
        assert word == "ready"

    def kill(self) -> None:
        """End it at once."""
        if self.process is not None:
            self.process.kill()
            self.process.communicate(timeout=SECONDS)
            self.process = None


@pytest.fixture
def core(sqlite_site: Site) -> Iterator[CoreProcess]:
    """The process that serves the site's ledger; not started yet."""
    core = CoreProcess(sqlite_site.folder / "core.db")
    yield core
    core.kill()


@pytest.fixture
def site(sqlite_site: Site, core: CoreProcess) -> Site:
    """The demo site, its core in another process that is up."""
    core.start()
    configure(sqlite_site, "core", database=None, link=core.address, timeout_seconds=TIMEOUT_SECONDS)
    return sqlite_site


def state(client: Client, request_id: str) -> TransferState | None:
    """What the gateway says of a transfer now; None when it cannot say."""
    body = client.ask(QueryTransfer(request_id=request_id)).body
    return body.state if isinstance(body, QueryTransferReply) else None


@pytest.mark.slow
@pytest.mark.parametrize("behaviour", ["do_and_silent", "not_do"])
def test_a_silent_core_costs_no_answer_and_no_second_posting(site: Site, core: CoreProcess, behaviour: str) -> None:
    """In time the sender hears that it is not final; once the core is asked by id, the transfer has succeeded."""
    before = openings(site)
    core.kill()
    core.start("tests.core_adapter.unreliable", "--behave", behaviour)
    site.start()
    with site.client("erp01") as client:
        sent = transfer(client, "erp01", "SILENT", amount=100)
        begun = time.monotonic()
        assert answer(client, sent) == "PENDING"
        assert time.monotonic() - begun < TIMEOUT_SECONDS
        until(lambda: state(client, "SILENT") is TransferState.SUCCEEDED, "the transfer is settled")
        assert answer(client, sent) == "PENDING"  # the very same bytes: a reply is made once

    judge(site, [sent], before)


@pytest.mark.slow
def test_a_core_that_is_killed_and_started_again(site: Site, core: CoreProcess) -> None:
    """Transfers go on being taken, not final; with the core back each is asked about first and done once."""
    before = openings(site)
    site.start()
    with Load(site, seed=61, connections=8) as load:
        load.reach(50)
        core.kill()
        load.reach(20, "PENDING")
        await_ready(site, core=False, database=True)
        core.start()
        await_ready(site)
        load.reach(20)
    settle(site, load.sent)

    assert UNREACHABLE not in load.answers
    judge(site, load.sent, before)


@pytest.mark.slow
def test_questions_alone_do_not_keep_the_gateway_from_getting_ready(site: Site, core: CoreProcess) -> None:
    """A question that the core could not answer is signed 503; with the core back nobody needs to ask again."""
    site.start()
    with site.client("erp01") as client:
        question = client.prepare(QueryBalance(account=(examples.PAYER_ACCOUNT,)))
        assert client.send_once(question).accepted
        core.kill()
        refused = client.send_once(question)
        assert (refused.http, refused.code) == (503, "CORE_UNAVAILABLE")
        await_ready(site, core=False, database=True)
        core.start()
        await_ready(site)
        assert client.send_once(question).accepted

    assert site.stop() == 0
