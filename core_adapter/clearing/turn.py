"""One turn of the centre: what is due and what came, in one transaction of the book; what is to be sent comes back.

The order within a turn: rounds that are over, actions that are due, messages of credits, all other messages, the
queue of HVPS, deliveries. Whoever dies before the commit has done nothing; whoever dies after it has sent nothing, so
the bank hears nothing, asks, and is answered from the book. Deliveries are due again until they are acknowledged.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection

from core_adapter.channels import reasons
from core_adapter.channels.cnaps import Unreadable
from core_adapter.channels.messages import (
    Credits,
    Discarded,
    Head,
    Login,
    Message,
    Original,
    Received,
    ReturnAnswer,
    ReturnRequest,
    Status,
    StatusQuery,
    System,
    SystemNow,
    SystemState,
    SystemStatus,
)
from core_adapter.clearing import chance, course, intake, store
from core_adapter.clearing.desk import Desk, Lines, said
from core_adapter.clearing.hours import wall_clock
from core_adapter.clearing.intake import Known
from core_adapter.clearing.settings import CHANNELS, Clearing
from core_adapter.clearing.store import Counters
from core_adapter.clearing.values import Action, ActionKind, Entry, Send

ACTIONS_MAX: Final = 2000
"""Most actions of one turn: some hundred milliseconds; the rest are due in the next."""
DELIVERIES_MAX: Final = 500
"""Most deliveries of one turn: each is a message of its own, to be signed."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """What came by a connection (its number): a message, or why there is none."""

    via: int
    content: Message | Unreadable


@dataclass(frozen=True, slots=True)
class Done:
    """What a turn leaves behind: messages to send, connections that logged in, and how the systems stand."""

    sends: list[Send]
    logged_in: frozenset[int]
    systems: tuple[SystemNow, ...]


def turn(
    connection: Connection,
    settings: Clearing,
    arrived: Sequence[Arrived],
    *,
    lines: Lines,
    now: int,
    told: tuple[SystemNow, ...] = (),
) -> Done:
    """Do everything that is due and came, within the transaction of `connection`.

    `told` is how the bank knows the systems to stand: it is told of every one that differs, empty for nothing known.
    """
    kept = store.counters(connection)
    desk = Desk(settings=settings, now=now, lines=lines, standings=store.standings(connection), **kept._asdict())
    before = dict(desk.standings)
    _end_rounds(connection, desk)
    _act(connection, desk)
    logged_in = _hear(connection, desk, arrived)
    if desk.queue or desk.refilled:
        course.settle_queue(desk, _under_way(connection, desk, System.HVPS, Status.QUEUED_FOR_SETTLEMENT))
    _write(connection, desk)
    if lines.ready or logged_in:
        _deliver(connection, desk)
    _announce(desk, told)
    sends = desk.close()
    for system, standing in desk.standings.items():
        if standing != before[system]:
            store.keep_standing(connection, standing)
    counted = Counters(desk.credits, desk.messages, desk.flow, desk.base)
    if counted != kept:
        store.keep_counters(connection, counted)
    return Done(sends, logged_in, desk.systems_now())


def needed(connection: Connection, settings: Clearing, *, lines: Lines, now: int, told: tuple[SystemNow, ...]) -> bool:
    """Whether a turn would find anything to do although nothing came."""
    reachable = bool(lines.ready)
    due_at = store.next_due(connection, reachable=reachable)
    if due_at is not None and due_at <= now:
        return True
    desk = Desk(settings=settings, now=now, lines=lines, standings=store.standings(connection))
    return reachable and desk.systems_now() != told


def start(connection: Connection, settings: Clearing, now: int) -> None:
    """Plan the day ends by the clock of the settings; one that was due while nobody worked stays due."""
    desk = Desk(settings=settings, now=now, lines=Lines(), standings=store.standings(connection))
    missed = store.drop_day_ends(connection, now)
    for system in CHANNELS:
        if system not in missed:
            course.plan_day_end(desk, system, now)
    store.add_actions(connection, desk.actions)


def _announce(desk: Desk, told: tuple[SystemNow, ...]) -> None:
    """Tell of systems that stand otherwise than the bank knows, on every connection on which it is logged in."""
    changed = tuple(each for each in desk.systems_now() if told and each not in told)
    if changed:
        desk.sends += [
            Send(via, SystemStatus(head=desk.head(System.CCMS), systems=changed)) for via in desk.lines.ready
        ]


def _end_rounds(connection: Connection, desk: Desk) -> None:
    for system, standing in list(desk.standings.items()):
        if standing.round_at is not None and standing.round_at <= desk.now:
            course.end_round(desk, system, *_netting(connection, desk, system))


def _act(connection: Connection, desk: Desk) -> None:
    """Do what is due, and take the rows away."""
    due = store.due(connection, desk.now, ACTIONS_MAX, reachable=bool(desk.lines.ready))
    if not due:
        return
    numbers = {action.credit for _, action in due if action.credit is not None}
    entries = store.credits_by_number(connection, numbers)
    for _, action in due:
        if action.credit is not None:
            _act_on_credit(desk, action, desk.latest(entries[action.credit]))
        else:
            _act_on_system(connection, desk, action)
    store.end_actions(connection, [number for number, _ in due])


def _act_on_credit(desk: Desk, action: Action, entry: Entry) -> None:
    """Do what is due about a credit, unless the end of a day has decided otherwise meanwhile."""
    is_queued = entry.status is Status.QUEUED_FOR_SETTLEMENT
    match action.kind:
        case ActionKind.DECIDE:
            course.decide(desk, entry)
        case ActionKind.SETTLE if is_queued:
            course.wait_for_funds(desk, entry)
        case ActionKind.EXPIRE if is_queued:
            course.expire(desk, entry)
        case ActionKind.TELL:
            desk.say(said(entry, action.about))
        case ActionKind.RETURN:
            course.give_back(desk, entry, action.about)


def _act_on_system(connection: Connection, desk: Desk, action: Action) -> None:
    about = action.about
    match action.kind:
        case ActionKind.PAY:
            course.pay(desk, about)
        case ActionKind.FUNDS:
            course.set_funds(desk, about["amount"])
        case ActionKind.STATE:
            system = System(about["system"])
            desk.standings[system] = course.put_into(desk.standings[system], SystemState(about["state"]))
        case ActionKind.DAY_END:
            _end_day(connection, desk, action)
        case ActionKind.WINDOW_END:
            course.end_window(desk, _under_way(connection, desk, System.HVPS, Status.QUEUED_FOR_SETTLEMENT))


def _end_day(connection: Connection, desk: Desk, action: Action) -> None:
    system = System(action.about["system"])
    if system is System.HVPS:
        course.open_window(desk)
    else:
        course.end_day(desk, system, *_netting(connection, desk, system))
    if action.about["by_clock"]:
        course.plan_day_end(desk, system, action.due_at)


def _hear(connection: Connection, desk: Desk, arrived: Sequence[Arrived]) -> frozenset[int]:
    """Do what the messages ask, credits before all else; which connections logged in."""
    readable = [(each.via, content) for each in arrived if not isinstance(content := each.content, Unreadable)]
    for each in arrived:
        if isinstance(each.content, Unreadable) and each.content.head is not None:
            desk.discard(each.content.head, each.via, each.content.code, each.content.text)
    heard = []
    for via, message in readable:
        reason = intake.misdirected(desk, message.head)
        if reason is None:
            heard.append((via, message))
        else:
            desk.refuse(message.head, via, reason)
    known = _known(connection, desk, [message for _, message in heard])
    lost = dict(known.lost)
    for via, message in heard:
        if isinstance(message, Credits):
            intake.take(desk, message, via, known)
    store.keep_losses(connection, desk.settings.bank, {k: n for k, n in known.lost.items() if n != lost.get(k)})
    return frozenset(via for via, message in heard if _hear_other(connection, desk, message, via=via, known=known))


def _hear_other(connection: Connection, desk: Desk, message: Message, *, via: int, known: Known) -> bool:
    """Do what a message asks that is not of credits; whether it logged its connection in."""
    match message:
        case Login():
            intake.log_in(desk, message, via)
            store.deliver_all_now(connection, desk.now)
            return True
        case Received():
            store.end_deliveries(connection, [message.head.reference_id])
        case StatusQuery():
            intake.answer(desk, message, via, known.credits)
        case ReturnRequest():
            intake.consider(desk, message, via, known.credits)
        case Credits() | Discarded() | ReturnAnswer():
            pass  # credits were taken before; what the bank did not take is delivered again
        case _:
            desk.refuse(message.head, via, reasons.NOT_FROM_A_BANK)
    return False


def _known(connection: Connection, desk: Desk, messages: Sequence[Message]) -> Known:
    """What the book knows of what these messages are about."""
    ids = {message.head.message_id for message in messages if isinstance(message, Credits)}
    backs = [credit.original for each in messages if isinstance(each, Credits) for credit in each.credits]
    returns = [original for original in backs if original is not None]
    named: set[Original] = set(returns)
    for message in messages:
        if isinstance(message, StatusQuery):
            named.update(message.originals)
        elif isinstance(message, ReturnRequest):
            named.add(message.original)
    bank = desk.settings.bank
    found = Known()
    if ids:
        found.taken = store.taken(connection, bank, ids)
        found.lost = store.losses(connection, bank, ids)
    if named:
        found.credits = store.credits_by_id(connection, named)
    if returns:
        found.coming_back = store.coming_back(connection, list(dict.fromkeys(returns)))
    return found


def _netting(connection: Connection, desk: Desk, system: System) -> tuple[list[Entry], list[Entry]]:
    """The credits of a system that are netted, and those that are queued for it."""
    return (
        _under_way(connection, desk, system, Status.NETTED),
        _under_way(connection, desk, system, Status.QUEUED_FOR_NETTING),
    )


def _under_way(connection: Connection, desk: Desk, system: System, status: Status) -> list[Entry]:
    """The credits of a system that have this status now, what the turn did included."""
    found = {entry.number: desk.latest(entry) for entry in store.under_way(connection, system, status)}
    for entry in (*desk.fresh.values(), *desk.changed.values()):
        if entry.system is system:
            found[entry.number] = entry
    return [entry for entry in found.values() if entry.status is status]


def _write(connection: Connection, desk: Desk) -> None:
    store.add_credits(connection, desk.fresh.values())
    store.change_credits(connection, desk.changed.values())
    store.add_actions(connection, desk.actions)
    store.add_deliveries(connection, desk.deliveries, desk.now)


def _deliver(connection: Connection, desk: Desk) -> None:
    """Send what is due to be delivered, and have it due again."""
    due = store.due_deliveries(connection, desk.now, DELIVERIES_MAX)
    entries = store.credits_by_number(connection, [number for _, number, _ in due])
    again = desk.now + int(desk.settings.resend_seconds * 1000)
    store.deliver_again(connection, [(again, tries + 1, message_id) for message_id, _, tries in due])
    for message_id, number, tries in due:
        entry = entries[number]
        head = Head(
            sender=entry.sender,
            receiver=desk.settings.bank,
            system=entry.system,
            sent_at=wall_clock(entry.received_at),
            message_id=message_id,
            priority=entry.priority,
        )
        passage = chance.delivery(desk.settings.faults, entry, tries)
        desk.sends += [Send(0, Credits(head=head, credits=(entry.credit,)), late=passage.late)] * passage.copies
