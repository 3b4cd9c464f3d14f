"""The row of bad messages: each over HTTP and over TCP, with good ones among them that must not suffer."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from typing import Final

from conformance.cases.bad_input import BAD_INPUT
from conformance.cases.case import Case, Trial, hold
from conformance.cases.forge import Accounts, Forge, Keys
from conformance.client import Client
from conformance.errors import UnreachableError
from conformance.transport import Received, TcpTransport
from demo.daemon import Site
from demo.record import Record, Row
from protocol import examples
from protocol.codes import Code
from protocol.messages.account import QueryBalance, QueryBalanceReply
from protocol.messages.help import SelfTest
from signer.keys import SigningKey
from signer.trust import Register

ACCOUNTS: Final = Accounts(
    payer=examples.PAYER_ACCOUNT,
    second=examples.SECOND_ACCOUNT,
    poor="11010100000000006",
    lost="11010100000000003",
    frozen="11010100000000004",
    closed="11010100000000005",
    payee=examples.PAYEE_ACCOUNT,
    payee_name=examples.PAYEE_NAME,
    dotted=("11010100000000202", "阿依古丽·买买提"),
    payee_lost=("11010100000000203", "李四"),
    payee_frozen=("11010100000000204", "赵六"),
    payee_closed=("11010100000000205", "钱七"),
    unknown="11010100000000999",
)
"""The accounts of a demo site."""


def now() -> datetime:
    """The clock of whoever sends."""
    return datetime.now(UTC)


def make_forge(site: Site, client: Client, stranger: SigningKey, **former: SigningKey) -> Forge:
    """What the cases are made with, in the name of a client; `former` are its revoked and expired keys."""

    def available(account: str) -> int:
        reply = client.ask(QueryBalance(account=(account,)))
        return reply.body_as(QueryBalanceReply).balance[0].available

    with site.client("mgr01") as manager, site.client("c2erp01") as other:
        keys = Keys(own=client.file.key, approver=manager.file.key, other=other.file.key, stranger=stranger, **former)
        return Forge(client.file.customer, client.file.operator, manager.file.operator, keys, ACCOUNTS, now, available)


def over_http(client: Client, forge: Forge, record: Record) -> None:
    """Each case in its own POST."""
    exchange = client.transport.exchange
    for trial, seconds in _trials(forge, Register(client.file.gateway), exchange):
        _note(record, trial, "HTTP", client, seconds)


def over_tcp(client: Client, forge: Forge, record: Record) -> None:
    """Every case on one connection, a SelfTest sent behind each before its reply is read."""
    transport = client.transport
    assert isinstance(transport, TcpTransport)
    numbers = count(1)

    def exchange(raw: bytes) -> Received:
        good = client.prepare(SelfTest(), request_id=f"AMONG-{next(numbers)}-{forge.operator}")
        bad_reply, good_reply = transport.pipeline((raw, good.raw))
        trial = hold(_GOOD, good.raw, good_reply, gateway)
        record.expect(f"a good message behind a bad one: {trial.fault}", holds=trial.fault is None)
        return bad_reply

    gateway = Register(client.file.gateway)
    for trial, seconds in _trials(forge, gateway, exchange):
        _note(record, trial, "TCP", client, seconds)


_GOOD: Final = Case("a good message", Code.DONE, lambda _forge: None)


def broken_frame(client: Client, record: Record) -> None:
    """A length that is none: the reply still due, one Fault, the end of the connection."""
    transport = client.transport
    assert isinstance(transport, TcpTransport)
    case = Case("a frame length with a letter", Code.FRAME_LENGTH, lambda _forge: b"0000x123<a/>", signed=False)
    good = client.prepare(SelfTest())
    begun = time.perf_counter()
    transport.send_bytes(b"%08d%b" % (len(good.raw), good.raw) + b"0000x123<a/>")
    gateway = Register(client.file.gateway)
    before = hold(_GOOD, good.raw, transport.receive(), gateway)
    trial = hold(case, b"", transport.receive(), gateway)
    record.expect("the reply still due comes before the Fault", holds=before.fault is None)
    try:
        transport.receive()
        record.expect("the connection ends after a broken length", holds=False)
    except UnreachableError:
        pass
    _note(record, trial, "TCP", client, time.perf_counter() - begun)


def _trials(forge: Forge, gateway: Register, exchange: Callable[[bytes], Received]) -> Iterator[tuple[Trial, float]]:
    for case in BAD_INPUT:
        made = case.make(forge)
        if made is None:
            continue
        raw = made.encode() if isinstance(made, str) else made
        begun = time.perf_counter()
        received = exchange(raw)
        seconds = time.perf_counter() - begun
        yield hold(case, raw, received, gateway), seconds


def _note(record: Record, trial: Trial, way: str, client: Client, seconds: float) -> None:
    record.transfers += trial.case.code is Code.DONE and trial.fault is None
    record.rows.append(
        Row(
            trial.case.name,
            way,
            client.file.key.algorithm,
            trial.code,
            trial.text,
            seconds * 1000,
            signed=trial.signed,
            wrong=trial.fault,
        )
    )
