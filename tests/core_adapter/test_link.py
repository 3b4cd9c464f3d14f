"""A core in another process, honest or not: over the link nothing is guessed and nothing is done twice."""

import socket
import stat
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core_adapter import wire
from core_adapter.core import (
    AccountLost,
    AccountStatus,
    CoreUnavailable,
    Declined,
    Done,
    MoveConflict,
    NotFound,
    Unknown,
)
from core_adapter.ledger import Ledger
from core_adapter.link import LinkCore
from core_adapter.wire import WireError
from protocol.codes import Code
from tests.core_adapter.books import ALICE, BOB, CLEARING, TODAY, empty_ledger, hold, post, transfer
from tests.core_adapter.unreliable import BEHAVIOURS, DOES
from tests.support.postgres import Postgres

ROOT = Path(__file__).parents[2]
SILENT = {"do_and_silent", "not_do", "late"}
PATIENCE_SECONDS = 10.0


@contextmanager
def running(*arguments: str) -> Iterator[str]:
    """A core process while the block lasts; its address."""
    with subprocess.Popen([sys.executable, "-m", *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            ready, address = process.stdout.readline().split()
            assert ready == "ready"
            yield address
        finally:
            process.terminate()


@pytest.fixture
def url(tmp_path: Path) -> str:
    """The URL of a book in which Alice has 100.00 and Bob 50.00."""
    url = f"sqlite:///{tmp_path / 'core.db'}"
    with closing(empty_ledger(url)) as ledger:
        ledger.open_accounts([ALICE, BOB, CLEARING], TODAY)
    return url


def own_ledger(url: str) -> Ledger:
    """The book behind the link, opened directly once the core process ended."""
    return empty_ledger(url)


def test_the_link_says_what_the_ledger_says(url: str) -> None:
    """Every call of the interface gives over the link what it gives without it."""
    with (
        running("core_adapter.link", "--database", url, "--listen", "127.0.0.1:0") as address,
        closing(LinkCore(address, PATIENCE_SECONDS)) as core,
        closing(own_ledger(url)) as ledger,
    ):
        moves = [transfer(30_00), transfer(100_00_00), hold(1_00, "I1"), post(1_00, "I1")]
        ids = [move.id for move in moves]
        answers = core.move(moves)

        assert [type(answer) for answer in answers] == [Done, Declined, Done, Done]
        assert answers == ledger.ask(ids) == core.ask(ids) == core.move(moves)
        assert core.ask([("late", 0)], fence=True) == [NotFound(fenced=True)]
        assert core.move([transfer(1, instruction="late")]) == [Declined((Code.REQUEST_ID_FENCED,))]
        assert core.accounts([ALICE.number, "x"]) == ledger.accounts([ALICE.number])
        entries = ledger.entries(ALICE.number, TODAY, TODAY, after=0, limit=10)
        assert core.entries(ALICE.number, TODAY, TODAY, after=0, limit=10) == entries
        assert core.book(0, 10) == ledger.book(0, 10)
        assert core.check() == []
        assert core.move([]) == core.ask([]) == []


def test_what_the_core_refuses_is_raised_as_the_ledger_raises_it(url: str) -> None:
    """A conflict and a lost account come over the link with their content, and the link stays usable."""
    move = transfer(1)
    with (
        running("core_adapter.link", "--database", url, "--listen", "127.0.0.1:0") as address,
        closing(LinkCore(address, PATIENCE_SECONDS)) as core,
        closing(own_ledger(url)) as ledger,
    ):
        core.move([move])
        with pytest.raises(MoveConflict, match=f"{move.instruction} step 0"):
            core.move([transfer(2, instruction=move.instruction)])
        ledger.set_status(ALICE.number, AccountStatus.LOST)
        with pytest.raises(AccountLost):
            core.entries(ALICE.number, TODAY, TODAY, after=0, limit=10)
        assert core.accounts([ALICE.number])[ALICE.number].status is AccountStatus.LOST


@pytest.mark.parametrize("behaviour", sorted(BEHAVIOURS))
def test_a_core_that_misbehaves_leaves_the_outcome_unknown_until_asked(url: str, behaviour: str) -> None:
    """Whatever it does wrong, the answer is Unknown; asked by id it tells the truth, and a repeat moves money once."""
    move = transfer(40_00)
    seconds = 0.3 if behaviour in SILENT else PATIENCE_SECONDS
    with running("tests.core_adapter.unreliable", "--database", url, "--behave", behaviour) as address:
        with closing(LinkCore(address, seconds)) as hasty:
            assert hasty.move([move]) == [Unknown()]
        with closing(LinkCore(address, PATIENCE_SECONDS)) as core:
            (told,) = core.ask([move.id])
            assert isinstance(told, Done if behaviour in DOES else NotFound)
            (answer,) = core.move([move])
            assert isinstance(answer, Done)
            assert core.accounts([ALICE.number])[ALICE.number].balance == 60_00
            assert core.check() == []


def test_a_late_answer_is_never_taken_for_another_calls(url: str) -> None:
    """After a call that timed out, the next call on the same link gets its own answer."""
    slow, next_one = transfer(1), transfer(100_00_00)
    with (
        running("tests.core_adapter.unreliable", "--database", url, "--behave", "late") as address,
        closing(LinkCore(address, 0.6)) as core,
    ):
        assert core.move([slow]) == [Unknown()]
        answers = core.move([next_one])
        assert answers in ([Declined((Code.BALANCE_INSUFFICIENT,))], [Unknown()])


def test_nobody_there_means_that_nothing_was_done(tmp_path: Path) -> None:
    """When no connection can be made, every call says so without a doubt."""
    with closing(LinkCore(str(tmp_path / "absent"), 1)) as core:
        for call in (
            lambda: core.move([transfer(1)]),
            lambda: core.ask([("x", 0)], fence=True),
            lambda: core.accounts(["x"]),
            lambda: core.entries("x", TODAY, TODAY, after=0, limit=1),
            lambda: core.book(0, 1),
            core.check,
        ):
            with pytest.raises(CoreUnavailable):
                call()


def test_a_core_that_restarted_is_reached_again(url: str, tmp_path: Path) -> None:
    """A connection found ended before anything was sent is replaced: no call is lost to a restart between calls."""
    path = str(Path(tempfile.mkdtemp(dir="/tmp")) / "core")
    arguments = ("core_adapter.link", "--database", url, "--listen", path)
    with closing(LinkCore(path, PATIENCE_SECONDS)) as core:
        with running(*arguments):
            assert stat.S_IMODE(Path(path).stat().st_mode) == 0o600
            assert core.check() == []
        with pytest.raises(CoreUnavailable):
            core.check()
        with running(*arguments):
            (answer,) = core.move([transfer(1)])
            assert isinstance(answer, Done)
    Path(path).unlink()
    Path(path).parent.rmdir()


def test_a_core_without_its_database_says_that_it_is_unavailable(postgres: Postgres) -> None:
    """The core process stands, its database does not: no effect, said in so many words, and well again afterwards."""
    url = postgres.fresh()
    with closing(empty_ledger(url)) as ledger:
        ledger.open_accounts([ALICE, BOB], TODAY)
    name = url.partition("@/")[2].partition("?")[0]
    move = transfer(1)
    with (
        running("core_adapter.link", "--database", url, "--listen", "127.0.0.1:0") as address,
        closing(LinkCore(address, PATIENCE_SECONDS)) as core,
        psycopg.connect(postgres.url("postgres"), autocommit=True) as administrator,
    ):
        administrator.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s", [name])
        administrator.execute(f"ALTER DATABASE {name} RENAME TO away".encode())
        with pytest.raises(CoreUnavailable):
            core.move([move])
        with pytest.raises(CoreUnavailable):
            core.check()
        administrator.execute(f"ALTER DATABASE away RENAME TO {name}".encode())
        assert isinstance(core.move([move])[0], Done)


@pytest.mark.parametrize("address", ["10.0.0.1:9000", "localhost:9000", "0.0.0.0:1", "127.0.0.1:", "127.0.0.1:x"])
def test_a_link_to_another_host_is_refused(address: str) -> None:
    """The link proves nobody's identity: it stays on this host."""
    with pytest.raises(ValueError, match="socket's path"):
        LinkCore(address, 1)


@pytest.mark.parametrize(
    "raw",
    [
        b"\x00\x00\x00",
        b"\x00\x00\x00\x05abc",
        b"\xff\xff\xff\xff",
        b"\x00\x00\x00\x03{]}",
        b"\x00\x00\x00\x02[]",
        b"\x00\x00\x00\x01\xff",
        b"\x00\x01\x00\x00" + b"[" * 65536,
    ],
    ids=["cut head", "cut body", "endless", "not json", "no object", "not utf-8", "deep"],
)
def test_a_frame_that_is_none_is_a_wire_error(raw: bytes) -> None:
    """A length that lies, a body that is cut or no JSON object: told at once, whatever was announced."""
    near, far = socket.socketpair()
    with near, far:
        far.sendall(raw)
        far.shutdown(socket.SHUT_WR)
        with pytest.raises(WireError):
            wire.receive(near)


def test_frames_arrive_whole_however_they_are_cut() -> None:
    """Byte by byte, two frames in a row, and then the end."""
    near, far = socket.socketpair()
    with near, far:
        frames = wire.frame({"a": "·"}) + wire.frame({"b": 1})

        def trickle() -> None:
            for byte in frames:
                far.sendall(bytes([byte]))

        sender = threading.Thread(target=trickle)
        sender.start()
        assert wire.receive(near) == {"a": "·"}
        assert wire.receive(near) == {"b": 1}
        sender.join()
        far.close()
        assert wire.receive(near) is None


@pytest.mark.parametrize(
    ("reference", "fits"),
    [("R", True), ("9" * 64, True), ("9" * 65, False), ("", False), ("two words", False), ("参考号", False)],
)
def test_a_reference_is_one_that_a_reply_can_hold(reference: str, fits: bool) -> None:  # noqa: FBT001  from a table
    """Any other leaves the outcome unknown, until the core tells one that fits: it is never cut."""
    told = {"outcome": "done", "reference": reference, "booked_at": "2026-03-02T09:00:00+08:00"}

    if fits:
        assert wire.read_answer(told) == Done(reference, datetime(2026, 3, 2, 1, tzinfo=UTC))
    else:
        with pytest.raises(WireError):
            wire.read_answer(told)


WORDS = ["outcome", "reference", "booked_at", "reasons", "fenced", "number", "move", "done", "status", "kind", "amount"]
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(WORDS), inner, max_size=6),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(WORDS), values | st.sampled_from(["done", "declined", "not-found"]), max_size=8))
def test_whatever_is_read_is_a_value_or_a_wire_error(value: dict[str, object]) -> None:
    """No answer, however strange, raises anything else or is taken for more than it says."""
    for read in (wire.read_answer, wire.read_account, wire.read_entry, wire.read_booked, wire.read_move):
        try:
            read(value)
        except WireError:
            continue
        assert read is wire.read_answer
        assert value["outcome"] in ("done", "declined", "not-found", "unknown")
