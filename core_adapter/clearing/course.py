"""What becomes of a credit that is booked: netted, queued, settled, refused, returned; pure, on a `Desk`.

- IBPS nets each credit at once, and settles what is netted at the end of the round.
- BEPS queues credits for the round; at its end they are netted, and at the end of the next they are settled.
- HVPS settles each credit at once, or queues it: for want of funds on the payer bank's account, or as its fate has it.
  The queue is settled by urgency, then age; what it still holds when the settlement window ends is returned.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from core_adapter.channels import reasons
from core_adapter.channels.messages import Credit, CreditKind, Priority, Status, System, SystemState
from core_adapter.channels.reasons import REASONS, Reason
from core_adapter.clearing.chance import Fate
from core_adapter.clearing.desk import Desk, by_urgency
from core_adapter.clearing.hours import next_day_end, round_end
from core_adapter.clearing.magic import Magic, case_of
from core_adapter.clearing.values import ActionKind, Entry, Standing, Waits, party, returned

LATE: Final = "late"
"""Why a credit comes back that nobody asked for: its payee's bank could not give it to the payee."""

GOOD: Final = (Status.NETTED, Status.SETTLED)
"""What a credit of the book has become once its payee's bank has the money for good."""


def begin(desk: Desk, entry: Entry) -> None:
    """Look at a credit of the bank for the first time: at once, or as late as its fate has it."""
    fate = desk.fate(entry)
    if fate.delay:
        desk.keep(entry)
        desk.later(fate.delay, ActionKind.DECIDE, entry.number)
    else:
        decide(desk, entry)


def decide(desk: Desk, entry: Entry) -> None:
    """Decide what becomes of a credit of the bank that nothing is known of yet."""
    fate = desk.fate(entry)
    entry = replace(entry, cleared_on=desk.standings[entry.system].cleared_on)
    if fate.refusal is not None:
        refuse(desk, entry, fate.refusal)
    elif entry.system is System.IBPS:
        _net(desk, entry)
    elif entry.system is System.BEPS:
        _wait_for_round(desk, entry.system)
        desk.tell(desk.keep(replace(entry, status=Status.QUEUED_FOR_NETTING)))
    elif fate.queue is not None:
        _queue(desk, entry, fate)
    elif desk.funds is None:
        settle(desk, entry)
    else:
        wait_for_funds(desk, entry)


def refuse(desk: Desk, entry: Entry, reason: Reason) -> None:
    """Refuse a credit for a reason; it is over."""
    desk.tell(desk.keep(replace(entry, status=Status.REFUSED, code=reason.code, text=reason.text)))


def settle(desk: Desk, entry: Entry) -> None:
    """Settle a credit, whatever the funds."""
    if entry.system is System.HVPS:
        is_ours = entry.sender == desk.settings.bank
        desk.flow += -entry.credit.amount if is_ours else entry.credit.amount
        desk.refilled |= not is_ours
    was_good = entry.status in GOOD
    day = desk.standings[entry.system].cleared_on
    entry = desk.keep(replace(entry, status=Status.SETTLED, cleared_on=day, waits=None))
    desk.queue.pop(entry.number, None)
    desk.tell(entry)
    if not was_good:
        _succeeded(desk, entry)


def wait_for_funds(desk: Desk, entry: Entry) -> None:
    """Put a credit into the queue; it is told once it is sure that it stays there (`settle_queue`)."""
    desk.queue[entry.number] = desk.keep(replace(entry, status=Status.QUEUED_FOR_SETTLEMENT, waits=Waits.FUNDS))


def settle_queue(desk: Desk, queue: Iterable[Entry]) -> None:
    """Settle what waits for funds while there are any, by urgency and age; nothing overtakes what does not fit."""
    fresh = dict(desk.queue)
    for entry in by_urgency({**{each.number: desk.latest(each) for each in queue}, **fresh}.values()):
        if entry.status is not Status.QUEUED_FOR_SETTLEMENT or entry.waits is not Waits.FUNDS:
            continue
        if desk.funds is not None and desk.funds < entry.credit.amount:
            break
        settle(desk, entry)
    for entry in desk.queue.values():
        desk.tell(entry)
    desk.queue.clear()
    desk.refilled = False


def expire(desk: Desk, entry: Entry) -> None:
    """Return a credit of the queue unsettled."""
    reason = reasons.EXPIRED
    desk.tell(desk.keep(replace(entry, status=Status.EXPIRED, waits=None, code=reason.code, text=reason.text)))


def end_round(desk: Desk, system: System, netted: Iterable[Entry], queued: Iterable[Entry]) -> None:
    """End the round under way: what was netted before is settled, what was queued is netted."""
    standing = desk.standings[system]
    for entry in netted:
        settle(desk, entry)
    desk.standings[system] = replace(standing, rounds=standing.rounds + 1, round_at=None)
    for entry in queued:
        _net(desk, entry, desk.standings[system].round)


def end_day(desk: Desk, system: System, netted: Iterable[Entry], queued: Iterable[Entry]) -> None:
    """End the day of a system whose credits are netted: settle them all, then work on the next date."""
    end_round(desk, system, netted, queued)
    last = [entry for entry in (*desk.fresh.values(), *desk.changed.values()) if entry.system is system]
    for entry in last:
        if entry.status is Status.NETTED:
            settle(desk, entry)
    _roll(desk, system)


def open_window(desk: Desk) -> None:
    """End the day of HVPS: it takes no more, and what is queued may still be settled until the window is over."""
    system = System.HVPS
    desk.standings[system] = replace(desk.standings[system], put_into=SystemState.CLOSED)
    desk.later(desk.settings.channels[system].window_seconds, ActionKind.WINDOW_END, None, system=system.value)


def end_window(desk: Desk, queue: Iterable[Entry]) -> None:
    """Return what the queue still holds, and work on the next date."""
    settle_queue(desk, queue)
    for entry in map(desk.latest, queue):
        if entry.status is Status.QUEUED_FOR_SETTLEMENT:
            expire(desk, entry)
    _roll(desk, System.HVPS)
    desk.standings[System.HVPS] = replace(desk.standings[System.HVPS], put_into=SystemState.OPEN)


def plan_day_end(desk: Desk, system: System, after: int) -> None:
    """Have the day of a system end by the clock, where its settings say when."""
    day_end = desk.settings.channels[system].day_end
    if day_end is not None:
        due_in = (next_day_end(day_end, after) - desk.now) / 1000
        desk.later(due_in, ActionKind.DAY_END, None, system=system.value, by_clock=True)


def put_into(standing: Standing, state: SystemState) -> Standing:
    """The system once it was put into a state; open means as its hours have it."""
    return replace(standing, put_into=state)


def set_funds(desk: Desk, amount: int | None) -> None:
    """Let so much stand on the bank's settlement account from now on, in fen; None for no limit."""
    desk.base = None if amount is None else amount - desk.flow
    desk.refilled = True


def give_back(desk: Desk, entry: Entry, about: dict[str, Any]) -> None:
    """Send a credit back to the bank that sent it, by a credit of its own."""
    reason = REASONS.get(about["code"])
    text = about["text"] or (reason.text if reason is not None else "")
    back = returned(entry, tx_id=str(desk.credits + 1), reason=about["code"], text=text)
    deliver(desk, back, entry.system)


def pay(desk: Desk, about: dict[str, Any]) -> None:
    """Send a credit of another bank to the bank, as a command said."""
    system = System(about["system"])
    credit = Credit(
        tx_id=str(desk.credits + 1),
        kind=CreditKind.ONLINE if system is System.IBPS else CreditKind.REMITTANCE,
        amount=about["amount"],
        payer=party(about["payer_account"], about["payer_name"], about["payer_bank"]),
        payee=party(about["account"], about["name"], desk.settings.bank),
        purpose=about["purpose"],
    )
    deliver(desk, credit, system)


def deliver(desk: Desk, credit: Credit, system: System) -> None:
    """Book a credit for the bank and have it delivered: it is good already, netted, or in HVPS settled."""
    number = desk.credit_number()
    entry = Entry(
        number=number,
        sender=desk.settings.centre,
        message_id=desk.message_id(),
        credit=credit,
        system=system,
        priority=Priority.NORMAL,
        status=Status.FORWARDED,
        received_at=desk.now,
        cleared_on=desk.standings[system].cleared_on,
        via=0,
    )
    desk.fresh[number] = entry
    if system is System.HVPS:
        settle(desk, entry)
    else:
        _net(desk, entry)
    desk.deliveries.append(desk.fresh[number])


def _net(desk: Desk, entry: Entry, netting_round: str = "") -> None:
    """Net a credit: in the round that just ended, or in the one under way; the payee's bank has the money for good."""
    _wait_for_round(desk, entry.system)
    standing = desk.standings[entry.system]
    named = netting_round or f"{standing.rounds + 1:06d}"
    entry = desk.keep(replace(entry, status=Status.NETTED, round=named, cleared_on=standing.cleared_on))
    desk.tell(entry)
    _succeeded(desk, entry)


def _queue(desk: Desk, entry: Entry, fate: Fate) -> None:
    assert fate.queue is not None, "a credit is queued for so many seconds"
    kind = ActionKind.EXPIRE if fate.expires else ActionKind.SETTLE
    desk.tell(desk.keep(replace(entry, status=Status.QUEUED_FOR_SETTLEMENT, waits=Waits.ACTION)))
    desk.later(fate.queue, kind, entry.number)


def _succeeded(desk: Desk, entry: Entry) -> None:
    """What its fate has in store for a credit that is good from now on."""
    if entry.sender != desk.settings.bank:
        return
    fate = desk.fate(entry)
    if fate.back is not None:
        desk.keep(replace(entry, returned_by=LATE))
        desk.later(fate.back, ActionKind.RETURN, entry.number, code=fate.back_reason.code, text="")
    if case_of(entry.credit) is Magic.CONTRADICTED:
        _contradict(desk, entry)


def _contradict(desk: Desk, entry: Entry) -> None:
    reason = reasons.PAYEE_UNKNOWN
    desk.later(
        desk.settings.magic_seconds,
        ActionKind.TELL,
        entry.number,
        status=Status.REFUSED.value,
        amount=entry.credit.amount,
        code=reason.code,
        text=reason.text,
        round="",
        settled_on="",
        forged=False,
    )


def _wait_for_round(desk: Desk, system: System) -> None:
    """See that a round is under way."""
    standing = desk.standings[system]
    if standing.round_at is None:
        ends = round_end(desk.settings.channels[system], desk.now)
        desk.standings[system] = replace(standing, round_at=ends)


def _roll(desk: Desk, system: System) -> None:
    """Work on the next date; the simulator keeps no calendar, every day is one of clearing."""
    standing = desk.standings[system]
    day = standing.cleared_on + timedelta(days=1)
    desk.standings[system] = replace(standing, cleared_on=day, rounds=0, round_at=None)
