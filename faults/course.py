"""The course of a run: clients send while both processes are killed and started again; then all comes to rest."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Final

from conformance.client import Client
from conformance.errors import UnreachableError, UnsignedReplyError, UnverifiedReplyError
from conformance.request import SignedRequest
from demo.daemon import Site
from faults.plan import Kill, Order, Plan
from faults.site import Centre
from protocol.codes import Advice

SENDERS: Final = 6
PAUSE_SECONDS: Final = 0.1
ANSWER_SECONDS_MAX: Final = 120.0
"""So long the same bytes are sent again and again; the clock's tolerance of a message is longer."""
SLACK: Final = 100
"""So many transfers may be sent beyond one after which somebody is to be killed, before that is done."""


@dataclass(slots=True)
class Sent:
    """What the clients saw: of each order whether it was accepted, and everything that no client should see."""

    accepted: dict[str, bool] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    repeats: int = 0
    faults: list[str] = field(default_factory=list)


class Gate:
    """Hands the numbers of orders out, none far beyond a kill that is still to be done: kills fall among them."""

    def __init__(self, count: int, kills: tuple[Kill, ...]) -> None:
        self._count = count
        self._next = 0
        self._changed = threading.Condition()
        self._due = sorted(kill.after for kill in kills)

    def take(self) -> int | None:
        """The next order's number, as soon as it may be sent; None after the last."""
        with self._changed:
            self._changed.wait_for(lambda: not self._due or self._next <= self._due[0] + SLACK)
            if self._next >= self._count:
                return None
            self._next += 1
            self._changed.notify_all()
            return self._next - 1

    def passed(self, number: int) -> None:
        """Wait until so many were taken."""
        with self._changed:
            self._changed.wait_for(lambda: self._next >= min(number, self._count))

    def killed(self, kill: Kill) -> None:
        """Note a kill that was done."""
        with self._changed:
            self._due.remove(kill.after)
            self._changed.notify_all()


def play(plan: Plan, site: Site, centre: Centre) -> Sent:
    """Send everything while everybody is killed; raises what a process says that does not start again."""
    gate, sent, lock = Gate(len(plan.orders), plan.kills), Sent(), threading.Lock()
    with ThreadPoolExecutor(SENDERS + 4) as pool:
        jobs = [pool.submit(_client, plan, gate, site, sent, lock) for _ in range(SENDERS)]
        for who, end, start in (("gateway", site.kill, site.start), ("clearing", centre.kill, centre.start)):
            kills = [kill for kill in plan.kills if kill.who == who]
            jobs.append(pool.submit(_kill, kills, gate, end, start))
        jobs += [pool.submit(each, plan, gate, centre) for each in (_pay, _roll)]
        for job in jobs:
            job.result()
    return sent


def _kill(kills: list[Kill], gate: Gate, end: Callable[[], object], start: Callable[[], object]) -> None:
    for kill in kills:
        gate.passed(kill.after)
        time.sleep(kill.seconds)  # the moment is drawn: there is nothing to wait for
        end()
        start()
        gate.killed(kill)


def _pay(plan: Plan, gate: Gate, centre: Centre) -> None:
    for start in range(0, len(plan.incoming), 5):
        credits_ = plan.incoming[start : start + 5]
        gate.passed(credits_[-1][0])
        centre.pay([each for _, each in credits_])


def _roll(plan: Plan, gate: Gate, centre: Centre) -> None:
    """The day of clearing ends when half is sent: HVPS closes for a moment, and returns what is queued still."""
    gate.passed(len(plan.orders) // 2)
    centre.roll()


def _client(plan: Plan, gate: Gate, site: Site, sent: Sent, lock: threading.Lock) -> None:
    """One thread with a connection of each client of its own."""
    clients: dict[str, Client] = {}
    try:
        while (number := gate.take()) is not None:
            order = plan.orders[number]
            client = clients.get(order.client) or clients.setdefault(order.client, site.client(order.client))
            request = client.prepare(order.message, request_id=order.request_id)
            for _ in range(2 if order.again else 1):
                _send(client, request, order, sent, lock)
    finally:
        for client in clients.values():
            client.close()


def _send(client: Client, request: SignedRequest, order: Order, sent: Sent, lock: threading.Lock) -> None:
    """The same bytes until a verified reply says what became of them."""
    until = time.monotonic() + ANSWER_SECONDS_MAX
    said = "nothing"
    while time.monotonic() < until:
        try:
            reply = client.send_once(request)
        except (UnreachableError, UnsignedReplyError) as error:
            said = str(error)
        except UnverifiedReplyError as error:
            with lock:
                sent.faults.append(f"{order.request_id}: {error}")
            return
        else:
            said = reply.code
            if reply.outcome.advice is not Advice.RESEND:
                with lock:
                    _note(order, sent, said, accepted=reply.accepted)
                return
        with lock:
            sent.repeats += 1
        time.sleep(PAUSE_SECONDS)  # the same bytes again a moment later
    with lock:
        sent.faults.append(f"{order.request_id}: no answer in {ANSWER_SECONDS_MAX:g} s, last {said}")


def _note(order: Order, sent: Sent, code: str, *, accepted: bool) -> None:
    sent.codes[code] = sent.codes.get(code, 0) + 1
    if sent.accepted.setdefault(order.request_id, accepted) is not accepted:
        sent.faults.append(f"{order.request_id}: accepted and refused, {code}")
