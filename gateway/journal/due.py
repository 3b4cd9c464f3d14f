"""Due work: what any process may take from the database, because its carrier is gone or because its time has come.

Each function is one transaction of whoever calls it. What another process is working on is passed over.
"""

from collections.abc import Collection, Container
from dataclasses import replace

from sqlalchemy import Connection

from gateway.domain.facts import Request, Transfer
from gateway.domain.matter import MatterKey
from gateway.domain.states import State
from gateway.journal import events, matters, record, transfers
from gateway.journal.affairs import Affairs
from gateway.journal.channels import with_ways
from gateway.journal.standing import Standing
from gateway.journal.task import Serving, Task

REQUESTS_MAX = 200
"""How many requests are taken over at once."""
ROWS_MAX = 1000
"""How many payments of one order are taken to the core at once: single ones may have to wait until they are done."""
ROWS_TAKEN_MAX = 1000
"""After so many payments of orders with rows no more of them are taken over at once: single payments never wait behind
many batches, and many orders with one payment each are not held up by their number."""
WAKING_MAX = 200
"""How many matters are woken at once."""
WAKING_ROWS_MAX = 2000
"""How many payments may be released at once, unless a single order has more: meanwhile nothing else is entered."""


def leaseless(tx: Connection, passed: Container[object], *, more: int) -> list[record.Key]:
    """The requests whose lease has ended and that nobody else is taking just now, oldest first, locked.

    Those that are `passed` over are left out; up to `more` of them are so old that they would be found first.
    """
    moment, _ = record.site(tx)
    return [key for key in record.due(tx, moment.now_ms, REQUESTS_MAX + more) if key not in passed]


def take_over(
    tx: Connection, keys: Collection[record.Key], *, with_rows: bool, owner: str, lease_ms: int, now: float
) -> list[Task]:
    """Lease these requests, which are locked, and make tasks of them; an order of which nothing is left is closed.

    Payments of orders with rows are taken only `with_rows`: while some are at the desk, single ones come next. `now` is
    the monotonic clock, in seconds, at which the tasks begin.
    """
    if not keys:
        return []
    moment, _ = record.site(tx)
    known = record.requests(tx, keys)
    found = [known[key] for key in keys]
    tasks, leased, done = [], [], []
    room = ROWS_TAKEN_MAX if with_rows else 0
    for request in found:
        rows = _has_rows(request)
        looked_at = room > 0 or not rows
        carried = _carried(tx, request) if looked_at else ()
        if rows and not carried and request.reply is not None:
            if looked_at:
                done.append(request)
            continue
        room -= len(carried) if rows else 0
        taken = replace(request, epoch=request.epoch + 1, attempts=request.attempts + 1)
        tasks.append(Task([], now, request=taken, stored=request.reply is not None, transfers=carried, goes_on=rows))
        leased.append(request)
    transfers.give(tx, [t for task in tasks for t in task.transfers if t.state is State.RELEASED])
    record.lease(tx, leased, owner, moment.now_ms + lease_ms)
    record.finish(tx, done)
    events.append(tx, events.of_finished(tx, done, moment.now_ms))
    return tasks


def _has_rows(request: Request) -> bool:
    """Whether it may be an order with rows: answered at entry, and without a payment of its own."""
    return request.transfer is None and request.body is not None


def _carried(tx: Connection, request: Request) -> tuple[Transfer, ...]:
    """The payments that somebody must take to the core, or ask it about."""
    if _has_rows(request):
        return tuple(transfers.open_rows(tx, request, ROWS_MAX))
    single = request.transfer
    return (single,) if single and single.state in (State.RELEASED, State.PROCESSING, State.UNKNOWN) else ()


def waking(tx: Connection, resting: Collection[object]) -> list[MatterKey]:
    """The matters whose moment has come, the longest due first, without those that are `resting`."""
    moment, _ = record.site(tx)
    return matters.waking(tx, moment.business_ms, WAKING_MAX, rows=WAKING_ROWS_MAX, resting=resting)


def wake(tx: Connection, serving: Serving, standing: Standing, keys: Collection[MatterKey]) -> bool:
    """Let time change these matters if their moment has come; whether the bank is to act on some order now."""
    if not keys:
        return False
    moment, version = record.site(tx)
    affairs = Affairs(tx, moment, standing.made, standing.feeds)
    affairs.hold_orders({key[:2] for key in keys}, free_only=True)
    affairs.hold_matters(keys)
    held = [matter for matter in affairs.matters.values() if _is_waking(matter.wake_ms, moment.business_ms)]
    affairs.hold_counters(())
    facts = standing.facts(tx, version, [(matter.key.customer_id, matter.operator_id) for matter in held])
    facts = with_ways(tx, facts, (), held)
    for matter, fact in zip(held, facts, strict=True):
        payees = affairs.payees(fact.customer)
        known = replace(fact, matters=affairs.matters, used=affairs.used, payees=payees)
        woken = serving.wake(matter, known, moment)
        if woken.run is not None:
            affairs.run(woken.run)
        affairs.settle([woken.matter])
    return affairs.write()


def _is_waking(wake_ms: int | None, business_ms: int) -> bool:
    """Whether it still waits for this moment: another process may have woken it since it was found."""
    return wake_ms is not None and wake_ms <= business_ms
