"""The load generator sends every message once, judges every reply, and says what was wrong or missing."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.load.door import HttpDoor, TcpDoor, door
from bench.load.figures import Figures, percentile
from bench.load.judge import Judge
from bench.load.run import Load, Supply, run
from bench.messages import Author, Identity, Pool, Route, make_pool

ROUTE = Route("1", "2", "张三")


@pytest.fixture
def pool(tmp_path: Path, identity: Identity) -> Pool:
    """Sixty signed messages."""
    return make_pool(tmp_path / "pool", identity, [ROUTE], range(60), "T")


Answer = Callable[[bytes, int], bytes | None]


@contextmanager
def tcp_server(answer: Answer) -> Iterator[str]:
    """A server of frames; `answer` gets a message and its number and gives a reply, or None to hang up."""
    listener = socket.create_server(("127.0.0.1", 0))
    numbers = iter(range(1_000_000))

    def serve(connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream:
            while digits := stream.read(8):
                reply = answer(stream.read(int(digits)), next(numbers))
                if reply is None:
                    return
                connection.sendall(TcpDoor().wrap(reply))

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"127.0.0.1:{listener.getsockname()[1]}"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def measure(answer: Answer, pool: Pool, *, echo: bool = False, certificate: Path | None = None) -> Figures:
    """One run of the whole pool over four connections."""
    with tcp_server(answer) as address:
        load = Load("tcp", address, 4, 10, 0, echo=echo, certificate=certificate, keep_every=1)
        return run(load, Supply(pool))


def accepted(message: bytes) -> bytes:
    """The message with an outcome put into it, as if it were a reply."""
    return message.replace(b"</Head>", b"<Outcome><Result>accepted</Result></Outcome></Head>")


def test_every_message_is_sent_once_and_every_echo_counted(pool: Pool) -> None:
    """A pool of sixty gives sixty replies; the end of the pool ends the window."""
    seen: list[bytes] = []

    def answer(message: bytes, _: int) -> bytes:
        seen.append(message)
        return message

    figures = measure(answer, pool, echo=True)

    assert (figures.replies, figures.sent, figures.dropped, figures.wrong) == (60, 60, 0, 0)
    assert len(set(seen)) == 60
    assert figures.exhausted
    assert 0 < figures.p50_ms <= figures.p99_ms


def test_a_reply_to_another_request_is_wrong(pool: Pool) -> None:
    """The request id of each reply is compared with the one that was sent."""
    first: list[bytes] = []

    def answer(message: bytes, _: int) -> bytes:
        first.append(message)
        return accepted(first[0])

    assert measure(answer, pool).wrong == 59


def test_a_refusal_is_wrong(pool: Pool) -> None:
    """The benchmark sends only what must be accepted."""
    assert measure(lambda message, _: message, pool).wrong == 60


def test_a_hung_up_connection_is_a_dropped_reply_and_not_the_end(pool: Pool) -> None:
    """The generator connects again and goes on."""
    figures = measure(lambda message, number: None if number == 7 else accepted(message), pool)

    assert (figures.dropped, figures.replies, figures.wrong) == (1, 59, 0)
    assert any("no reply" in fault for fault in figures.faults)


def test_a_signature_over_other_bytes_is_found_after_the_run(pool: Pool, key_files: tuple[Path, Path]) -> None:
    """Kept replies are verified: here the outcome was put in after signing."""
    figures = measure(lambda message, _: accepted(message), pool, certificate=key_files[1])

    assert figures.verified == 60
    assert figures.wrong == 60


def test_the_judge_accepts_what_the_author_signs(identity: Identity, key_files: tuple[Path, Path]) -> None:
    """Both sides of the benchmark agree on canonical form and signature values."""
    message = Author(identity).transfer("A1", ROUTE, 5)
    judge = Judge(key_files[1].read_bytes())

    assert judge.fault_of(message) is None
    assert judge.fault_of(message.replace(b"0.05", b"0.06")) is not None


@pytest.mark.parametrize("kind", ["http", "tcp"])
def test_a_reply_is_cut_out_of_whatever_pieces_arrive(kind: str) -> None:
    """Not whole until its last byte is there; what follows is not touched."""
    reply = TcpDoor().wrap(b"<a/>") if kind == "tcp" else b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\nX: y\r\n\r\n<a/>"
    way = door(kind, "127.0.0.1", 1)

    assert all(way.reply(reply[:end]) is None for end in range(len(reply)))
    found = way.reply(reply + b"next")
    assert found is not None
    assert (found.status, found.body, found.size) == (200, b"<a/>", len(reply))


def test_what_is_no_http_reply_is_an_error() -> None:
    """Chunks, or something that is not HTTP at all, are never guessed at."""
    with pytest.raises(ValueError, match="length"):
        HttpDoor("h", "/").reply(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n<a/>\r\n0\r\n\r\n")


def test_percentiles_are_by_nearest_rank() -> None:
    """The value that so many do not exceed."""
    values = [float(value) for value in range(1, 101)]

    assert (percentile(values, 0.5), percentile(values, 0.99), percentile([], 0.5)) == (50.0, 99.0, 0.0)
