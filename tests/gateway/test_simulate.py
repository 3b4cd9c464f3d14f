"""The command `yinqi simulate`: the clearing side as a process, by hand and by script."""

import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from core_adapter.channels.cnaps import Codec
from core_adapter.channels.messages import (
    Credit,
    CreditKind,
    Credits,
    Discarded,
    Head,
    Login,
    LoginAnswer,
    Message,
    Original,
    Party,
    Received,
    Status,
    StatusAnswer,
    StatusQuery,
    System,
)
from core_adapter.channels.reasons import DUPLICATE
from core_adapter.database import open_engine
from gateway import clearing_demo
from gateway.cli import main
from gateway.settings.clearing_simulator import ClearingFile, read_clearing
from protocol import examples
from protocol.frame import FrameReader, frame
from signer.certificates import from_pem
from signer.software import load_signing_key, verifying_key
from tests.support.ports import free_port_base

NOW = datetime(2026, 11, 2, 8, tzinfo=UTC)
Start = Callable[[], "subprocess.Popen[str]"]


@pytest.fixture
def file(tmp_path: Path) -> ClearingFile:
    """The settings of a demo's simulator, with its keys, at a free port; rounds of a twentieth of a second."""
    port = free_port_base()
    later = NOW.replace(year=2036)
    for name, content in clearing_demo.clearing_files(port, examples.BANK_CODE, NOW.replace(year=2020), later):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content.replace(b"# round_seconds = 1.0", b"round_seconds = 0.05"))
        path.chmod(0o600)
    return read_clearing(tmp_path / "clearing.toml")


@pytest.fixture
def start(file: ClearingFile, tmp_path: Path) -> Iterator[Start]:
    """Start the simulator and wait until it listens; whatever is left of it ends with the test."""
    running: list[subprocess.Popen[str]] = []

    def started() -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "gateway", "simulate", "clearing", "-c", tmp_path / "clearing.toml"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        running.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == f"ready clearing={file.clearing.port}\n"
        return process

    yield started
    for process in running:
        process.kill()
        process.communicate()


class Link:
    """The bank on one connection, which waits for what it wants to hear."""

    def __init__(self, file: ClearingFile, folder: Path) -> None:
        key = load_signing_key((folder / "channel.key").read_bytes(), (folder / "channel.crt").read_bytes())
        centre = verifying_key(from_pem(file.certificate.read_bytes())[0])
        self._codec = Codec(key.sign, lambda _, data, signature: centre.verify(data, signature))
        self._file = file
        self._socket = socket.create_connection((file.clearing.host, file.clearing.port), timeout=30)
        self._frames = FrameReader()
        self._sent = 0

    def head(self, message_id: str, system: System = System.CCMS, reference: str = "") -> Head:
        """The head of a message of the bank."""
        clearing = self._file.clearing
        return Head(
            sender=clearing.bank,
            receiver=clearing.centre,
            system=system,
            sent_at=NOW.replace(tzinfo=None),
            message_id=message_id,
            reference_id=reference,
        )

    def send(self, message: Message) -> None:
        """Send a message."""
        self._socket.sendall(frame(self._codec.write(message, from_centre=False)))

    def hear(self) -> Message:
        """The next message; EOFError when the centre is gone."""
        while (data := self._frames.next_frame()) is None:
            piece = self._socket.recv(65536)
            if not piece:
                raise EOFError
            self._frames.receive(piece)
        return self._codec.read(data)

    def answer(self, reference: str) -> Message:
        """The next message that answers that one."""
        while (message := self.hear()).head.reference_id != reference:
            pass
        return message

    def close(self) -> None:
        """Close the connection."""
        self._socket.close()


def paid(number: int) -> Credit:
    """A credit to another bank."""
    return Credit(
        tx_id=str(number),
        kind=CreditKind.ONLINE,
        amount=100 + number,
        payer=Party(account=examples.PAYER_ACCOUNT, name=examples.CUSTOMER_NAME, bank=examples.BANK_CODE),
        payee=Party(account="6222020200012345678", name="远方供应商", bank=examples.FOREIGN_BANK_CODE),
    )


def test_a_simulator_serves_takes_commands_and_ends_on_sigterm_with_status_0(
    file: ClearingFile, start: Start, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the first line to the file of the day."""
    config = ["-c", str(tmp_path / "clearing.toml")]
    assert main(["simulate", "pay", *config, "--to", "1", "--name", "甲", "--amount", "1.00"]) == 2
    assert "there is no book" in capsys.readouterr().err
    process = start()
    with closing(Link(file, tmp_path)) as link:
        link.send(Login(head=link.head("2026110290000001")))
        assert isinstance(link.answer("2026110290000001"), LoginAnswer)
        words = ["--to", examples.PAYER_ACCOUNT, "--name", examples.CUSTOMER_NAME, "--amount", "12.34"]
        assert main(["simulate", "pay", *config, *words, "--system", "HVPS", "--purpose", "货款"]) == 0
        came = link.hear()
        assert isinstance(came, Credits)
        assert (came.head.system, came.credits[0].amount, came.credits[0].purpose) == (System.HVPS, 12_34, "货款")
        link.send(Received(head=link.head("2026110290000002", System.HVPS, came.head.message_id)))
        assert main(["simulate", "state", *config, "--system", "IBPS", "closed"]) == 0
        link.hear()
        link.send(Credits(head=link.head("2026110200000001", System.IBPS), credits=(paid(1),)))
        assert isinstance(link.answer("2026110200000001"), Discarded)
    assert main(["simulate", "clearing", *config]) == 2
    assert "another process serves" in capsys.readouterr().err

    process.send_signal(signal.SIGTERM)
    assert process.wait() == 0
    assert main(["simulate", "check", *config]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "clearing: sound"
    assert main(["simulate", "day-file", *config, str(tmp_path / "day.csv")]) == 0
    lines = (tmp_path / "day.csv").read_text("utf-8").splitlines()
    assert len(lines) == 3
    assert lines[-1].endswith(",open,0,0.00,1,12.34,12.34")
    assert (file.clearing.book.stat().st_mode & 0o777) == 0o600


def test_a_book_that_is_not_sound_is_status_1(
    file: ClearingFile, start: Start, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And the fault is told."""
    start().kill()
    engine = open_engine(f"sqlite:///{file.clearing.book}")
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE book SET flow = 5")
    engine.dispose()

    assert main(["simulate", "check", "-c", str(tmp_path / "clearing.toml")]) == 1
    assert "HVPS has brought the bank 5 fen" in capsys.readouterr().out


def test_a_simulator_that_is_killed_again_and_again_loses_nothing_and_does_nothing_twice(
    file: ClearingFile, start: Start, tmp_path: Path
) -> None:
    """The bank sends a credit again only when the centre, asked, has none of it."""
    sent: list[int] = []
    for run in range(4):
        process = start()
        link = Link(file, tmp_path)
        link.send(Login(head=link.head(f"2026110291{run:06d}")))
        _settle_doubts(link, run, sent)
        for number in range(run * 200, run * 200 + 200):
            link.send(Credits(head=link.head(f"20261102{number:08d}", System.IBPS), credits=(paid(number),)))
            sent.append(number)
            if number % 200 == 20 + 50 * run:
                process.kill()
                process.wait()
                break
        link.close()
    start()
    with closing(Link(file, tmp_path)) as link:
        _settle_doubts(link, 8, sent)
        link.send(Credits(head=link.head("2026110200000000", System.IBPS), credits=(paid(0),)))
        again = link.answer("2026110200000000")
        while True:
            answer = _ask(link, 9, sent)
            if {each.status for each in answer.outcomes} == {Status.SETTLED}:
                break

    assert isinstance(again, Discarded)
    assert again.code == DUPLICATE.code
    assert [each.amount for each in answer.outcomes] == [100 + number for number in sent]
    assert main(["simulate", "check", "-c", str(tmp_path / "clearing.toml")]) == 0
    with open_engine(f"sqlite:///{file.clearing.book}", read_only=True).connect() as connection:
        booked = connection.exec_driver_sql("SELECT COUNT(*), SUM(amount) FROM credit").one()
    assert tuple(booked) == (len(sent), sum(100 + number for number in sent))


def _ask(link: Link, run: int, sent: list[int]) -> StatusAnswer:
    """What the centre says of all that was sent."""
    names = tuple(Original(examples.BANK_CODE, f"20261102{number:08d}", str(number)) for number in sent)
    link.send(StatusQuery(head=link.head(f"2026110292{run:06d}"), originals=names))
    answer = link.answer(f"2026110292{run:06d}")
    assert isinstance(answer, StatusAnswer)
    return answer


def _settle_doubts(link: Link, run: int, sent: list[int]) -> None:
    """Ask about all that was sent, and send what the centre has none of once more."""
    if not sent:
        return
    for unknown in _ask(link, run, sent).unknown:
        number = int(unknown.tx_id)
        link.send(Credits(head=link.head(unknown.message_id, System.IBPS), credits=(paid(number),)))
        assert isinstance(link.answer(unknown.message_id), Received)


@pytest.mark.parametrize(
    "words",
    [
        ("pay", "--to", "a b", "--name", "甲", "--amount", "1.00"),
        ("pay", "--to", "1", "--name", " 甲", "--amount", "1.00"),
        ("pay", "--to", "1", "--name", "甲", "--amount", "1"),
        ("pay", "--to", "1", "--name", "甲", "--amount", "0.00"),
        ("pay", "--to", "1", "--name", "甲", "--amount", "1.00", "--bank", "123456789012"),
        ("state", "--system", "IBPS", "asleep"),
        ("funds", "-1.00"),
        ("funds", "much"),
        ("day-file", "--date", "tomorrow", "-"),
    ],
)
def test_what_no_message_can_say_is_wrong_usage(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """It is refused before it gets into the book."""
    with pytest.raises(SystemExit) as ended:
        main(["simulate", *words])
    assert ended.value.code == 2
    assert "usage: yinqi simulate" in capsys.readouterr().err
