"""Load on a daemon: many connections that submit transfers, remember every one, and send them again until all are done.

A sender behaves as an honest one does: it signs a request once, believes only replies it verified, and sends the same
bytes again where it has no reply that counts.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random
from threading import Condition, Event, Thread
from typing import Final, Self

from conformance.client import Client
from conformance.errors import ClientError, UnreachableError, UnsignedReplyError
from conformance.request import SignedRequest
from demo.daemon import Site
from protocol import examples
from protocol.codes import Advice, Result
from protocol.messages.transfer import SubmitTransfer
from tests.faults.rig import SECONDS

PAUSE_SECONDS: Final = 0.05
"""What a sender waits after an answer that does not count."""
REPLAYS: Final = 400
"""How many of the acknowledged transfers are sent again, evenly over the whole load."""
UNREACHABLE: Final = "unreachable"

WAYS: Final = {
    "erp01": (examples.PAYER_ACCOUNT, examples.PAYEE_ACCOUNT, examples.PAYEE_NAME),
    "c2erp01": (examples.PAYEE_ACCOUNT, examples.PAYER_ACCOUNT, examples.CUSTOMER_NAME),
}
"""By client: payer, payee and payee's name; money goes both ways, so that accounts are locked from both ends."""


@dataclass(slots=True, eq=False)
class Sent:
    """One transfer: who sent it, its bytes, its amount in fen, and the reply that was stored for it, once it came."""

    client: str
    request: SignedRequest
    amount: int
    reply: bytes | None = None

    @property
    def instruction(self) -> str:
        """Its name in the core's book."""
        return f"{self.request.customer_id}/{self.request.request_id}"


def transfer(client: Client, name: str, request_id: str, amount: int = 1) -> Sent:
    """Sign one transfer of a client."""
    payer, payee, payee_name = WAYS[name]
    message = SubmitTransfer(
        payer_account=payer,
        payee_account=payee,
        payee_name=payee_name,
        amount=amount,
        currency="CNY",
        purpose="货款",
    )
    return Sent(name, client.prepare(message, request_id=request_id), amount)


def answer(client: Client, sent: Sent) -> str:
    """Send once: the code of the answer, or UNREACHABLE. A stored reply is kept, and must stay the same for ever.

    A Fault's code, which nobody signed, is told as `unsigned CODE`. Raises UnverifiedReplyError.
    """
    try:
        reply = client.send_once(sent.request)
    except UnsignedReplyError as error:
        return f"unsigned {error.code}"
    except UnreachableError:
        return UNREACHABLE
    if reply.outcome.advice is not Advice.RESEND:
        assert sent.reply in (None, reply.raw), f"{sent.request.request_id} got another reply than before"
        sent.reply = reply.raw
    assert reply.http in (None, 503 if reply.outcome.result is Result.UNAVAILABLE else 200)
    return str(reply.code)


def insist(client: Client, sent: Sent, seconds: float = SECONDS) -> None:
    """Send the same bytes until a stored reply accepts the transfer."""
    deadline = time.monotonic() + seconds
    while (code := answer(client, sent)) not in {"DONE", "PENDING"}:
        assert time.monotonic() < deadline, f"{sent.request.request_id} is still answered {code}"
        Event().wait(PAUSE_SECONDS)


class Load:
    """Senders on connections of their own, over both doors and for both customers, until the context ends.

    `answers` counts codes; `sent` holds every transfer, and is complete after the context.
    """

    def __init__(self, site: Site, seed: int, *, connections: int = 16) -> None:
        """`seed` draws the amounts, and is part of the request ids: no two loads on a site have the same."""
        self.site = site
        self.seed = seed
        self.sent: list[Sent] = []
        self.answers: Counter[str] = Counter()
        self.wrong: list[BaseException] = []
        self._changed = Condition()
        self._stop = Event()
        self._threads = [Thread(target=self._run, args=(number,)) for number in range(connections)]

    def __enter__(self) -> Self:
        """Start the senders."""
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Let each sender finish what it sent; none may have met a reply that is not as it must be."""
        self._stop.set()
        for thread in self._threads:
            thread.join(SECONDS)
        assert not self.wrong, self.wrong

    def reach(self, count: int, *codes: str) -> None:
        """Wait until so many more answers of these codes have come (DONE without any)."""
        wanted = codes or ("DONE",)

        def counted() -> int:
            return sum(self.answers[code] for code in wanted)

        with self._changed:
            begun = counted()
            reached = self._changed.wait_for(lambda: self.wrong or counted() >= begun + count, SECONDS)
            assert reached, f"no {count} answers of {wanted}: {self.answers}"

    def _run(self, number: int) -> None:
        name = ("erp01", "c2erp01")[number // 2 % 2]
        random = Random(f"{self.seed}/{number}")
        try:
            with self.site.client(name, tcp=number % 2 == 0) as client:
                turn = 0
                while not self._stop.is_set():
                    turn += 1
                    sent = transfer(client, name, f"S{self.seed}-{number}-{turn}", random.randint(1, 100))
                    with self._changed:
                        self.sent.append(sent)
                    while sent.reply is None and not self._stop.is_set():
                        self._note(answer(client, sent), sent)
        except (ClientError, AssertionError) as error:
            self.wrong.append(error)
            self._note("wrong", None)

    def _note(self, code: str, sent: Sent | None) -> None:
        with self._changed:
            self.answers[code] += 1
            self._changed.notify_all()
        if sent is not None and sent.reply is None:
            self._stop.wait(PAUSE_SECONDS)


def settle(site: Site, sent: Sequence[Sent], *, connections: int = 8, replays: int = REPLAYS) -> None:
    """Send again what has no reply until it is accepted; and of what has one so many, which get the same bytes."""
    replied = [each for each in sent if each.reply is not None]
    by_client: dict[str, list[Sent]] = {}
    for each in (*(each for each in sent if each.reply is None), *replied[:: 1 + len(replied) // replays]):
        by_client.setdefault(each.client, []).append(each)
    jobs = [
        (name, mine[start::connections]) for name, mine in by_client.items() for start in range(connections) if mine
    ]
    _in_threads([partial(_settle, site, name, mine) for name, mine in jobs])


def _settle(site: Site, name: str, mine: list[Sent]) -> None:
    with site.client(name, tcp=True) as client:
        for each in mine:
            insist(client, each)


def _in_threads(jobs: list[Callable[[], None]]) -> None:
    """Run all at once; the first failure is the test's."""
    failures: list[BaseException] = []

    def guarded(job: Callable[[], None]) -> None:
        try:
            job()
        except BaseException as error:  # noqa: BLE001  raised again by who waits
            failures.append(error)

    threads = [Thread(target=guarded, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
