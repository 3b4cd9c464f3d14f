"""The road by itself: who waits for whom where signing waits on a device, and what the doors learn of a message."""

import threading
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from prometheus_client import CollectorRegistry
from twisted.internet import reactor as installed
from twisted.internet.defer import Deferred, gatherResults
from twisted.python.threadpool import ThreadPool

from gateway.answer import Answer, Peer
from gateway.domain.command import Command
from gateway.journal.register import TrustedRegister
from gateway.journal.task import Told, Waiter
from gateway.metrics import Metrics
from gateway.road import REFUSALS_WAITING_MAX, Road
from gateway.scribe import Scribe
from gateway.waiting import WaitingRoom
from protocol import binding, envelope, text
from protocol.codes import Code
from protocol.faults import NOTHING_FOUND
from protocol.limits import LARGE_MESSAGE_BYTES
from protocol.messages.help import SelfTest
from protocol.seal import seal
from signer.digests import DIGESTS
from signer.issue import make_key, self_signed
from signer.keys import DIGEST_OF
from signer.software import load_signing_key
from signer.trust import Register, register_entry

reactor: Any = installed
NOW: Final = datetime(2026, 6, 1, tzinfo=UTC)
THREADS: Final = 4
PEER: Final = Peer("10.0.0.1")
_PEM: Final = make_key("ecdsa")
KEY: Final = load_signing_key(_PEM, self_signed(_PEM, "k", NOW - timedelta(days=1), NOW + timedelta(days=1)))
"""Signs for the bank and, to keep this short, for the customer too."""


@dataclass
class Device:
    """A key that may wait, as one in a token does; while it is `stuck` nothing is signed."""

    algorithm: str = KEY.algorithm
    certificate: bytes = KEY.certificate
    blocking: bool = True
    asked: int = 0
    free: threading.Event = field(default_factory=threading.Event)

    def sign(self, data: bytes) -> bytes:
        """Sign when it is free."""
        self.asked += 1
        self.free.wait(30)
        return KEY.sign(data)


@dataclass
class Way:
    """A road over this device, and what was handed to the committer."""

    road: Road
    device: Device
    submitted: list[Waiter]

    def ask(self, raw: bytes) -> "Deferred[Answer]":
        """Take a message down the road."""
        return self.road.answer(raw, PEER)


@asynccontextmanager
async def way(
    *,
    admit: Callable[[str], bool] = lambda _: True,
    unproven: Callable[[str, str], bool] = lambda _address, _customer: True,
    standstill: Callable[[Command], Code | None] = lambda _: None,
) -> AsyncIterator[Way]:
    """A road with a few threads; the device is free at the end, so that all threads end."""
    device, submitted = Device(), list[Waiter]()
    pool = ThreadPool(THREADS, THREADS)
    pool.start()
    road = Road(
        submit=submitted.extend,
        scribe=Scribe(device, lambda: NOW, "road"),
        register=TrustedRegister(1, Register([register_entry("C1", "ERP1", KEY.certificate)]), {}),
        admit=admit,
        unproven=unproven,
        metrics=Metrics(CollectorRegistry()),
        now=lambda: NOW,
        reactor=reactor,
        pool=pool,
        seconds=reactor.seconds,
        standstill=standstill,
        judge=lambda _: NOTHING_FOUND,
        room=WaitingRoom(lambda _customers: None, reactor=reactor, customer_max=1, all_max=1),
    )
    try:
        yield Way(road, device, submitted)
    finally:
        device.free.set()
        pool.stop()


def message(request_id: str, *, customer: str = "C1", padding: int = 0) -> bytes:
    """A signed message; only C1 is a customer. Blanks outside the root make it as long as wanted."""
    written = envelope.write_request(
        customer, "ERP1", request_id, NOW, language="en", body_xml=binding.write(SelfTest())
    )
    digest = DIGESTS[DIGEST_OF[KEY.algorithm]]
    sealed = seal(written, KEY.algorithm, digest=digest, sign=KEY.sign, certificate=KEY.certificate)
    return text.write(sealed, "UTF-8") + b" " * padding


def codes(answers: Iterable[Answer]) -> list[Code]:
    """Which of two words each answer says."""
    return [Code.BUSY if b"BUSY" in answer.data else Code.NOT_AUTHENTIC for answer in answers]


async def test_strangers_wait_for_the_device_in_a_short_line() -> None:
    """One of their refusals is at the device, some wait; the others are told unsigned that it is busy, at once."""
    async with way() as given:
        answers: list[Answer] = []
        asked = [given.ask(message(f"S{number}", customer="C9")) for number in range(1 + REFUSALS_WAITING_MAX + 20)]
        for each in asked:
            each.addCallback(answers.append)
        busy = tuple(answers)
        given.device.free.set()
        await gatherResults(asked)
        signed = answers[len(busy) :]

    assert codes(busy) == [Code.BUSY] * 20
    assert {answer.http for answer in busy} == {503}
    assert codes(signed) == [Code.NOT_AUTHENTIC] * (1 + REFUSALS_WAITING_MAX)
    assert not any(answer.verified for answer in answers)


async def test_strangers_leave_the_threads_to_large_messages() -> None:
    """However many refusals wait for the device, a large message is read meanwhile."""
    async with way() as given:
        refused = [given.ask(message(f"S{number}", customer="C9")) for number in range(3 * THREADS)]
        large = await given.ask(b"<a>" + b" " * LARGE_MESSAGE_BYTES + b"</a>")
        asked = given.device.asked
        given.device.free.set()
        await gatherResults(refused)

    assert large.http == 400
    assert asked <= 1


async def test_who_is_verified_does_not_wait_behind_strangers() -> None:
    """Refusals to customers have a line of their own."""
    async with way(standstill=lambda _: Code.CORE_UNAVAILABLE) as given:
        refused = [given.ask(message(f"S{number}", customer="C9")) for number in range(2 * REFUSALS_WAITING_MAX)]
        known = given.ask(message("V1"))
        given.device.free.set()
        answer = await known
        await gatherResults(refused)

    assert b"CORE_UNAVAILABLE" in answer.data
    assert b"Signature" in answer.data
    assert answer.verified


async def test_the_doors_learn_that_a_message_was_verified() -> None:
    """Whether it was taken, or refused after its signature was found good; not for what nobody signed."""
    async with way() as given:
        given.device.free.set()
        taken = given.ask(message("V1"))
        await turn()
        (waiter,) = given.submitted
        waiter.done(Told(b"<reply/>", Code.DONE))
        answers = [await taken, await given.ask(message("S1", customer="C9")), await given.ask(b"<a/>")]

    async with way(admit=lambda _: False) as limited:
        limited.device.free.set()
        answers.append(await limited.ask(message("V2")))

    assert [answer.verified for answer in answers] == [True, False, False, True]


async def test_O1_who_proves_nothing_too_often_gets_no_signature_and_must_connect_anew() -> None:
    """The customer whose name it used is served meanwhile from the same address (R1.9: nobody is frozen for that)."""
    left = [True, True]
    async with way(unproven=lambda _address, _customer: bool(left and left.pop())) as given:
        given.device.free.set()
        forged = message("S1").replace(b"<RequestId>S1<", b"<RequestId>S2<")
        answers = [await given.ask(forged) for _ in range(3)]
        signatures = given.device.asked
        good = given.ask(message("V1"))
        await turn()
        given.submitted[0].done(Told(b"<reply/>", Code.DONE))
        served = await good

    assert codes(answers[:2]) == [Code.NOT_AUTHENTIC] * 2
    assert b"RATE_LIMITED" in answers[2].data
    assert ([answer.close for answer in answers], answers[2].http) == ([False, False, True], 429)
    assert signatures == 2
    assert (served.verified, served.close) == (True, False)


def turn() -> "Deferred[None]":
    """One turn of the reactor."""
    turned: Deferred[None] = Deferred()
    reactor.callLater(0.0, turned.callback, None)
    return turned
