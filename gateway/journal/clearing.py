"""Legs on their way: which are to be sent, asked about or ended now, what the clearing side said, and their ends.

Each function is part of one transaction of whoever calls it. Legs are locked in the order of their keys before anything
else is; what happens to a leg between two transactions is found by its epoch.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, Select, bindparam, select, tuple_

from core_adapter.bulk import BulkUpdate
from core_adapter.channels.messages import CREDITS_MAX, Original, Outcome
from gateway.domain import event
from gateway.domain.channel import Channel
from gateway.domain.event import Event
from gateway.domain.facts import Moment, Transfer
from gateway.domain.hearing import CaseKind, heard
from gateway.domain.incoming import BANK_ITSELF
from gateway.domain.leg import LegState, moved
from gateway.domain.matter import MatterKey
from gateway.domain.states import State
from gateway.journal import book, events, legs, transfers
from gateway.journal.affairs import Affairs
from gateway.journal.book import Payee
from gateway.journal.cases import Case, open_cases
from gateway.journal.tables import LEG, REQUEST, TRANSFER
from gateway.journal.usage import Made
from gateway.journal.wire import Ids

LEGS_MAX: Final = 1_000
"""How many legs are taken at once."""
PIECE: Final = 1_000

_WRITE: Final = BulkUpdate(
    LEG,
    legs.KEY,
    (
        *("state", "message_id", "tx_id", "sent_ms", "asks", "status", "code", "text", "settled_on", "due_ms"),
        "epoch",
    ),
)
_TRANSFERS: Final[Select[Any]] = select(
    TRANSFER, LEG, REQUEST.c.operator_id, REQUEST.c.service, REQUEST.c.business_date.label("entered_on")
).select_from(
    LEG.join(
        TRANSFER,
        (TRANSFER.c.customer_id == LEG.c.customer_id)
        & (TRANSFER.c.request_id == LEG.c.request_id)
        & (TRANSFER.c.row == LEG.c.row),
    ).join(REQUEST, (REQUEST.c.customer_id == LEG.c.customer_id) & (REQUEST.c.request_id == LEG.c.request_id))
)
_IN_ORDER: Final = (LEG.c.customer_id, LEG.c.request_id, LEG.c.row)
_DUE: Final = (
    _TRANSFERS.where(LEG.c.due_ms <= bindparam("now"))
    .order_by(LEG.c.due_ms)
    .limit(bindparam("most"))
    .with_for_update(of=LEG, skip_locked=True)
)
_TO_END: Final = _DUE.where(LEG.c.state.in_((LegState.GOOD.value, LegState.BAD.value)))
"""Those that need no link: however many wait for one, they hold up none of these."""
_BY_TX: Final = (
    _TRANSFERS.where(LEG.c.tx_id.in_(bindparam("names", expanding=True))).order_by(*_IN_ORDER).with_for_update(of=LEG)
)
_BY_MESSAGE: Final = (
    _TRANSFERS.where(LEG.c.message_id.in_(bindparam("names", expanding=True)))
    .order_by(*_IN_ORDER)
    .with_for_update(of=LEG)
)
_BY_KEY: Final = (
    _TRANSFERS.where(tuple_(*_IN_ORDER).in_(bindparam("names", expanding=True)))
    .order_by(*_IN_ORDER)
    .with_for_update(of=LEG)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How the clearing side is waited for, in milliseconds: until it is asked, between questions, until a case."""

    answer_ms: int
    pause_max_ms: int
    case_ms: int
    lease_ms: int

    def pause(self, asks: int) -> int:
        """The pause before the next question: they grow."""
        return min(self.pause_max_ms, self.answer_ms << min(asks, 16))


@dataclass(slots=True)
class Taken:
    """What is to be done once the transaction is durable: messages to send, payments to ask about, and to end."""

    send: list[list[Transfer]] = field(default_factory=list)
    ask: list[Transfer] = field(default_factory=list)
    end: list[Transfer] = field(default_factory=list)


@dataclass(slots=True)
class Changes:
    """What a transaction makes of legs and their transfers, written together at its end."""

    tx: Connection
    moment: Moment
    legs: list[tuple[Transfer, int | None]] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    told: list[Event] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)

    def leg(self, transfer: Transfer, due_ms: int | None) -> None:
        """Note the leg of a transfer as it stands now, and when somebody is to look at it again."""
        self.legs.append((transfer, due_ms))

    def state(self, before: Transfer, after: Transfer, service: str) -> None:
        """Note a transfer that is in another state now."""
        self.transfers.append(after)
        if after.customer_id != BANK_ITSELF:
            self.told += event.outcome(before, after, service, self.moment.now_ms, first=False)

    def write(self) -> dict[str, int]:
        """Write all of it; the numbers of the last events by customer."""
        _WRITE.run(self.tx, [_row(transfer, due_ms) for transfer, due_ms in self.legs])
        transfers.write_outcomes(self.tx, self.transfers)
        open_cases(self.tx, self.cases, self.moment.now_ms)
        return events.append(self.tx, self.told)


def take(tx: Connection, moment: Moment, ids: Ids, pace: Pace, *, up: bool) -> Taken:
    """Take the legs that are due; while the link is not `up` only those that need none."""
    taken, changes = Taken(), Changes(tx, moment)
    packs: dict[str, list[Transfer]] = {}
    now = moment.now_ms
    for transfer, service in _read(tx, _DUE if up else _TO_END, now=now, most=LEGS_MAX):
        leg = transfer.leg
        assert leg is not None
        after = replace(leg, epoch=leg.epoch + 1)
        if leg.state in (LegState.GOOD, LegState.BAD):
            taken.end.append(replace(transfer, leg=after))
            changes.leg(taken.end[-1], now + pace.lease_ms)
        elif leg.state is LegState.PLANNED:
            if len(ids) < 2:
                break
            sent = _packed(replace(transfer, leg=replace(after, state=LegState.SENT, sent_ms=now)), packs, ids)
            changes.leg(sent, now + pace.answer_ms)
        else:
            asked = replace(transfer, leg=replace(after, asks=leg.asks + 1))
            taken.ask.append(asked)
            changes.leg(asked, now + pace.pause(leg.asks + 1))
            _doubt(asked, service, pace, changes)
    taken.send = list(packs.values())
    changes.write()
    return taken


def _packed(transfer: Transfer, packs: dict[str, list[Transfer]], ids: Ids) -> Transfer:
    """The transfer with its ids on the wire, in a message; BEPS takes many for one bank together (小额批量包)."""
    leg = transfer.leg
    assert leg is not None
    batched = leg.channel is Channel.BEPS and transfer.customer_id != BANK_ITSELF
    place = leg.participant if batched else f"{leg.channel} {len(packs)}"
    pack = packs.setdefault(place, [])
    if len(pack) == CREDITS_MAX:
        packs[f"{place} {len(packs)}"] = pack
        pack = packs[place] = []
    tx_id = ids.take()
    message_id = pack[0].leg.message_id if pack and pack[0].leg else (ids.take() if batched else tx_id)
    sent = replace(transfer, leg=replace(leg, message_id=message_id, tx_id=tx_id))
    pack.append(sent)
    return sent


def _doubt(transfer: Transfer, service: str, pace: Pace, changes: Changes) -> None:
    """A payment of which nothing was heard is in doubt; after a set age it is a case for staff, and asked about on."""
    leg = transfer.leg
    assert leg is not None
    if leg.status is None and transfer.state is State.CLEARING:
        changes.state(transfer, replace(transfer, state=State.IN_DOUBT), service)
    if leg.sent_ms is not None and changes.moment.now_ms - leg.sent_ms >= pace.case_ms:
        what = f"{leg.channel} {leg.message_id}/{leg.tx_id}: nothing final is known, asked {leg.asks} times"
        changes.cases.append(_case(CaseKind.UNANSWERED, transfer, what))


def hear(tx: Connection, moment: Moment, outcomes: Sequence[Outcome], pace: Pace, *, bank: str) -> None:
    """Take what the clearing side says of payments that `bank`, this bank, sent: ids of two senders can be the same."""
    changes = Changes(tx, moment)
    known = {t.leg.tx_id: (t, s) for t, s in _named(tx, _BY_TX, {o.original.tx_id for o in outcomes}) if t.leg}
    for outcome in outcomes:
        original = outcome.original
        if original.sender != bank or original.tx_id not in known:
            what = f"{outcome.status} for {original.message_id}/{original.tx_id}, which never left here"
            changes.cases.append(Case(kind=CaseKind.NO_SUCH_PAYMENT, tx_id=original.tx_id, what=what))
            continue
        before, service = known[original.tx_id]
        said = heard(before, outcome)
        after, leg = said.transfer, said.transfer.leg
        assert leg is not None
        if said.case is not None:
            changes.cases.append(_case(said.case, before, said.what))
        if after == before:
            continue
        known[original.tx_id] = after, service
        if leg.state in (LegState.GOOD, LegState.BAD):
            # What more is said meanwhile takes it from nobody who is about to end it.
            first = before.leg is not None and before.leg.state is LegState.SENT
            due: int | None = moment.now_ms + (0 if first else pace.lease_ms)
        else:
            due = None if leg.state is not LegState.SENT else moment.now_ms + pace.pause(max(leg.asks, 1))
        changes.leg(after, due)
        if after.state is not before.state:
            changes.state(before, after, service)
    # The same leg may have been spoken of twice: its last word is what is written.
    changes.legs = list({t.leg.tx_id: (t, due) for t, due in changes.legs if t.leg}.values())
    changes.transfers = list({(t.customer_id, t.request_id, t.row): t for t in changes.transfers}.values())
    changes.write()


def unknown(tx: Connection, moment: Moment, originals: Iterable[Original], pace: Pace) -> list[list[Transfer]]:
    """The messages that the clearing side, being asked, says it never had: they are sent again, as they were."""
    packs: dict[str, list[Transfer]] = {}
    changes = Changes(tx, moment)
    for transfer, _service in _named(tx, _BY_MESSAGE, {original.message_id for original in originals}):
        leg = transfer.leg
        assert leg is not None
        assert leg.message_id is not None
        if leg.state is LegState.SENT:
            packs.setdefault(leg.message_id, []).append(transfer)
            changes.leg(transfer, moment.now_ms + pace.pause(max(leg.asks, 1)))
    changes.write()
    return list(packs.values())


def discarded(tx: Connection, moment: Moment, message_id: str, why: str) -> None:
    """The clearing side did not take a message: nothing follows from it by itself, but staff are told."""
    changes = Changes(tx, moment)
    for transfer, _service in _named(tx, _BY_MESSAGE, {message_id}):
        if transfer.leg and transfer.leg.state is LegState.SENT:
            changes.cases.append(_case(CaseKind.DISCARDED, transfer, f"{message_id} was discarded: {why}"))
    changes.write()


def ended(tx: Connection, moment: Moment, results: Collection[tuple[Transfer, Transfer]]) -> dict[str, int]:
    """Write the ends of payments, given as they were taken and as they are; who lost the lease writes nothing."""
    saved = {t.customer_id for _, t in results if t.save_payee and t.state is State.SUCCEEDED}
    book.hold(tx, saved)
    changes = Changes(tx, moment)
    given = {_key(after): (before, after) for before, after in results}
    failed: list[tuple[Transfer, Transfer]] = []
    for now, service in _named(tx, _BY_KEY, list(given)):
        before, after = given[_key(now)]
        assert now.leg is not None
        assert before.leg is not None
        assert after.leg is not None
        if now.leg.epoch != before.leg.epoch or now.leg.state is not before.leg.state:
            continue
        if after.state is State.FAILED:
            after = replace(after, ended_on=moment.business_date)
            failed.append((now, after))
            if now.customer_id == BANK_ITSELF:
                what = f"{now.request_id}: money that was sent back was not taken: {now.leg.code} {now.leg.text}"
                changes.cases.append(_case(CaseKind.RETURN_REFUSED, now, what))
        ended_leg = replace(now.leg, state=LegState.POSTED if after.state is State.SUCCEEDED else LegState.VOIDED)
        # What was said meanwhile, such as the day of settlement, stays.
        changes.leg(replace(after, leg=ended_leg), None)
        changes.state(now, after, service)
    affairs = Affairs(tx, moment, Made())
    affairs.count_failed(failed)
    last = changes.write()
    book.save_success(
        tx,
        [
            Payee(t.customer_id, t.payee_account, t.payee_bank_code or "", t.payee_name)
            for t in changes.transfers
            if t.save_payee and t.state is State.SUCCEEDED
        ],
    )
    return last


@dataclass(frozen=True, slots=True)
class StaffWord:
    """What staff established of a payment sent as `tx_id`: its end, the day of settlement if there is one, the case."""

    case: int
    tx_id: str
    state: LegState
    settled_on: date | None


def decided(tx: Connection, moment: Moment, key: MatterKey, word: StaffWord) -> bool:
    """Give a payment the final word that staff have evidence for; False where it waits for none."""
    changes = Changes(tx, moment)
    for transfer, _service in _named(tx, _BY_KEY, [tuple(key)]):
        if transfer.leg and transfer.leg.state is LegState.SENT and transfer.leg.tx_id == word.tx_id:
            leg = replace(
                transfer.leg,
                state=moved(transfer.leg.state, word.state),
                epoch=transfer.leg.epoch + 1,
                code=None,
                text=f"银行核实 / established by the bank, case {word.case}",
                settled_on=word.settled_on,
            )
            changes.leg(replace(transfer, leg=leg), moment.now_ms)
    changes.write()
    return bool(changes.legs)


def doubted(tx: Connection, moment: Moment, transfers_: Iterable[Transfer], what: str) -> None:
    """Open cases for payments that the core will not end."""
    open_cases(tx, [_case(CaseKind.CORE, transfer, what) for transfer in transfers_], moment.now_ms)


def by_tx(tx: Connection, tx_ids: Collection[str]) -> dict[str, Transfer]:
    """The payments of ours with these ids on the wire."""
    return {t.leg.tx_id: t for t, _ in _named(tx, _BY_TX, tx_ids) if t.leg and t.leg.tx_id}


def _case(kind: CaseKind, transfer: Transfer, what: str) -> Case:
    assert transfer.leg is not None
    return Case(
        kind=kind, tx_id=transfer.leg.tx_id or "", what=what, key=MatterKey(*_key(transfer)), amount=transfer.amount
    )


def _key(transfer: Transfer) -> tuple[str, str, int]:
    return transfer.customer_id, transfer.request_id, transfer.row


def _named(tx: Connection, statement: Any, names: Collection[Any]) -> list[tuple[Transfer, str]]:
    wanted = sorted(names)
    return [
        found
        for start in range(0, len(wanted), PIECE)
        for found in _read(tx, statement, names=wanted[start : start + PIECE])
    ]


def _read(tx: Connection, statement: Any, **given: Any) -> list[tuple[Transfer, str]]:
    return [
        (transfers.read(r, r[REQUEST.c.operator_id], date.fromisoformat(r["entered_on"])), r[REQUEST.c.service])
        for r in tx.execute(statement, given).mappings()
    ]


def _row(transfer: Transfer, due_ms: int | None) -> tuple[Any, ...]:
    leg = transfer.leg
    assert leg is not None
    return (
        *(leg.state.value, leg.message_id, leg.tx_id, leg.sent_ms, leg.asks, leg.status, leg.code, leg.text),
        *(leg.settled_on.isoformat() if leg.settled_on else None, due_ms, leg.epoch, *_key(transfer)),
    )
