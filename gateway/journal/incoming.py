"""Credits from other banks: taking them down, taking them up to be booked, and what became of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, select, tuple_

from core_adapter.bulk import BulkInsert, BulkUpdate
from core_adapter.channels.messages import CreditKind, Credits, Original
from gateway.domain import event
from gateway.domain.channel import Channel
from gateway.domain.facts import Moment, Transfer
from gateway.domain.hearing import CaseKind
from gateway.domain.incoming import BANK_ITSELF, Incoming, IncomingState
from gateway.domain.leg import LegState
from gateway.domain.matter import MatterKey
from gateway.journal import clearing, events, legs, transfers, wire
from gateway.journal.cases import Case, open_cases
from gateway.journal.tables import ATTACHED_ACCOUNT, INCOMING, REQUEST
from protocol.codes import Code

TAKEN_MAX: Final = 500
_COLUMNS: Final = (
    *("sender", "message_id", "tx_id", "channel", "kind", "amount", "payer_account", "payer_name", "payer_bank"),
    *("payee_account", "payee_name", "payee_bank", "purpose", "end_to_end_id", "reason", "reason_text"),
    *("original_sender", "original_message_id", "original_tx_id", "clearing_date"),
    *("of_customer", "of_request", "of_row", "state", "reasons", "received_ms", "business_date", "due_ms", "epoch"),
)
_ENTER: Final = BulkInsert(INCOMING, _COLUMNS)
_KEY: Final = ("sender", "message_id", "tx_id")
_TAKE: Final = BulkUpdate(INCOMING, _KEY, ("of_customer", "of_request", "of_row", "due_ms", "epoch"))
_END: Final = BulkUpdate(
    INCOMING, (*_KEY, "epoch"), ("state", "reasons", "reference", "booked_ms", "due_ms", "business_date")
)
_DUE: Final = (
    select(INCOMING)
    .where(INCOMING.c.due_ms <= bindparam("now"))
    .order_by(INCOMING.c.due_ms)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_CAME_BACK: Final = select(INCOMING.c.of_customer, INCOMING.c.of_request, INCOMING.c.of_row, *INCOMING.c).where(
    tuple_(INCOMING.c.of_customer, INCOMING.c.of_request, INCOMING.c.of_row).in_(bindparam("keys", expanding=True)),
    INCOMING.c.state == IncomingState.CREDITED.value,
)
_CLAIMED: Final = select(
    INCOMING.c.of_customer, INCOMING.c.of_request, INCOMING.c.of_row, *(INCOMING.c[name] for name in _KEY)
).where(
    tuple_(INCOMING.c.of_customer, INCOMING.c.of_request, INCOMING.c.of_row).in_(bindparam("keys", expanding=True)),
)
_OWNERS: Final = select(ATTACHED_ACCOUNT.c.account, ATTACHED_ACCOUNT.c.customer_id).where(
    ATTACHED_ACCOUNT.c.account.in_(bindparam("accounts", expanding=True))
)


def enter(tx: Connection, message: Credits, moment: Moment) -> None:
    """Take the credits of a message down, to be booked at once; of each a return names what it brings back."""
    head = message.head
    day = wire.clearing_date(tx, head.system.value)
    _ENTER.run(
        tx,
        [
            (
                *(head.sender, head.message_id, c.tx_id, head.system.value, c.kind.value, c.amount, c.payer.account),
                *(c.payer.name, c.payer.bank, c.payee.account, c.payee.name, c.payee.bank, c.purpose),
                *(c.end_to_end_id, c.reason, c.reason_text, *_named(c.original), day),
                *(None, None, None, IncomingState.NEW.value, "", moment.now_ms),
                *(moment.business_date.isoformat(), moment.now_ms, 0),
            )
            for c in message.credits
        ],
    )


def is_same(tx: Connection, message: Credits) -> bool:
    """Whether a message whose id was used before says what that one said: of each credit, payee and amount."""
    c, head = INCOMING.c, message.head
    rows = tx.execute(
        select(c.tx_id, c.payee_account, c.amount).where(c.sender == head.sender, c.message_id == head.message_id)
    )
    return {tuple(row) for row in rows} == {(each.tx_id, each.payee.account, each.amount) for each in message.credits}


def _named(original: Original | None) -> tuple[str | None, str | None, str | None]:
    return (original.sender, original.message_id, original.tx_id) if original else (None, None, None)


def take(tx: Connection, moment: Moment, lease_ms: int, *, bank: str) -> list[Incoming]:
    """Take the credits that are to be booked; each return with the payment that it brings back, where there is one.

    That is one that `bank`, this bank, sent to the bank which returns it, under the ids that the return names. A return
    of a payment on which the final word is not in waits for it: were that one bad, the money would come twice.
    """
    rows = tx.execute(_DUE, {"now": moment.now_ms, "most": TAKEN_MAX}).mappings().all()
    if not rows:
        return []
    backs = {r[INCOMING.c.original_tx_id] for r in rows if r[INCOMING.c.original_sender] == bank}
    originals = clearing.by_tx(tx, backs) if backs else {}
    found = [replace(_read(r), epoch=r[INCOMING.c.epoch] + 1) for r in rows]
    taken = _claimed(
        tx,
        [
            replace(each, original=_original(r, originals, bank)) if each.is_return else each
            for each, r in zip(found, rows, strict=True)
        ],
    )
    _TAKE.run(tx, [(*(each.of or (None,) * 3), moment.now_ms + lease_ms, each.epoch, *each.key) for each in taken])
    return [each for each in taken if not _waits(each)]


def _original(r: Any, originals: Mapping[str, Transfer], bank: str) -> Transfer | None:
    """The customer's payment that a return names by all its ids, and that went to the bank which returns it."""
    c = INCOMING.c
    found = originals.get(r[c.original_tx_id]) if r[c.original_sender] == bank else None
    if found is None or found.leg is None or found.customer_id == BANK_ITSELF:
        return None
    same = found.leg.message_id == r[c.original_message_id]
    return found if same and r[c.payer_bank] in (found.leg.participant, found.leg.bank.code) else None


def _claimed(tx: Connection, taken: list[Incoming]) -> list[Incoming]:
    """Each return with the payment that it brings back, unless another one does: a payment comes back once.

    Who claims it first keeps it, whatever becomes of it and whatever is taken again in which order: what the core was
    told of another is never told otherwise. The payments are locked.
    """
    keys = {key for each in taken if (key := _of(each))}
    owners = {MatterKey(*r[:3]): tuple(r[3:]) for r in tx.execute(_CLAIMED, {"keys": sorted(keys)})} if keys else {}
    claimed = []
    for each in taken:
        key = _of(each)
        if key is None or owners.setdefault(key, each.key) == each.key:
            claimed.append(replace(each, of=key))
        else:
            claimed.append(replace(each, of=None, original=None))
    return claimed


def _waits(incoming: Incoming) -> bool:
    original = incoming.original
    return original is not None and original.leg is not None and original.leg.state is LegState.SENT


def _of(incoming: Incoming) -> MatterKey | None:
    """The payment that a return brings back whole; one of part of it, or of what never left, fits none."""
    original = incoming.original
    if original is None or original.amount != incoming.amount or original.leg is None:
        return incoming.of
    if original.leg.state in (LegState.BAD, LegState.VOIDED):
        return None
    return MatterKey(original.customer_id, original.request_id, original.row)


@dataclass(frozen=True, slots=True)
class Booked:
    """What the core made of a credit: it as it is now, and the bank's own payment that sends it back, if one does."""

    incoming: Incoming
    back: Transfer | None = None
    case: CaseKind | None = None


def store(tx: Connection, moment: Moment, booked: Collection[Booked]) -> dict[str, int]:
    """Write what became of credits, and tell the customers; who lost the lease writes nothing."""
    mine = [each for each in booked if _end(tx, each.incoming, moment)]
    owners = dict(tx.execute(_OWNERS, {"accounts": sorted({each.incoming.payee_account for each in mine})}).all())
    told = []
    for each in mine:
        if each.back is not None:
            _send_back(tx, each.back, moment)
        told += _told(each.incoming, owners, moment)
    cases = [
        Case(
            kind=each.case,
            tx_id=f"{each.incoming.message_id}/{each.incoming.tx_id}",
            what=f"{each.incoming.message_id}/{each.incoming.tx_id}: {' '.join(each.incoming.reasons)}",
            key=each.incoming.of,
            amount=each.incoming.amount,
        )
        for each in mine
        if each.case is not None
    ]
    open_cases(tx, cases, moment.now_ms)
    return events.append(tx, told)


def _end(tx: Connection, i: Incoming, moment: Moment) -> bool:
    day = moment.business_date.isoformat()
    row = (i.state.value, " ".join(i.reasons), i.reference, i.booked_ms, None, day, *i.key, i.epoch)
    return _END.run(tx, [row]) == 1


def _told(i: Incoming, owners: dict[str, str], moment: Moment) -> list[event.Event]:
    if i.state is not IncomingState.CREDITED or i.reference is None:
        return []
    if i.is_return and i.original is not None:
        return list(event.returned(i.original, amount=i.amount, reference=i.reference, at_ms=moment.now_ms))
    owner = owners.get(i.payee_account)
    if owner is None:
        return []
    credited = event.credited(
        owner,
        i.payee_account,
        amount=i.amount,
        reference=i.reference,
        payer_account=i.payer_account,
        payer_name=i.payer_name,
        at_ms=moment.now_ms,
    )
    return [credited]


def _send_back(tx: Connection, back: Transfer, moment: Moment) -> None:
    """Enter the bank's own payment, whose money is held already."""
    tx.execute(
        insert(REQUEST).values(
            customer_id=BANK_ITSELF,
            request_id=back.request_id,
            kind="order",
            operator_id="",
            service="",
            body_digest=b"",
            encoding="UTF-8",
            language="zh",
            received_ms=moment.now_ms,
            business_date=moment.business_date.isoformat(),
            owner="",
            epoch=0,
            attempts=0,
        )
    )
    transfers.enter(tx, [back])
    legs.begin(tx, [back], moment.now_ms)


def came_back(tx: Connection, keys: Sequence[MatterKey]) -> dict[MatterKey, Incoming]:
    """The returns of these payments, of each the one that came."""
    if not keys:
        return {}
    rows = tx.execute(_CAME_BACK, {"keys": list(keys)}).mappings()
    return {each.of: each for each in map(_read, rows) if each.of is not None}


def _read(r: Any) -> Incoming:
    c = INCOMING.c
    of = MatterKey(r[c.of_customer], r[c.of_request], r[c.of_row]) if r[c.of_customer] else None
    return Incoming(
        sender=r[c.sender],
        message_id=r[c.message_id],
        tx_id=r[c.tx_id],
        channel=Channel(r[c.channel]),
        is_return=r[c.kind] == CreditKind.RETURN.value,
        amount=r[c.amount],
        payer_account=r[c.payer_account],
        payer_name=r[c.payer_name],
        payer_bank=r[c.payer_bank],
        payee_account=r[c.payee_account],
        payee_name=r[c.payee_name],
        payee_bank=r[c.payee_bank],
        purpose=r[c.purpose],
        business_date=date.fromisoformat(r[c.business_date]),
        reason=r[c.reason],
        reason_text=r[c.reason_text],
        of=of,
        state=IncomingState(r[c.state]),
        reasons=tuple(Code(word) for word in r[c.reasons].split()),
        reference=r[c.reference],
        booked_ms=r[c.booked_ms],
        epoch=r[c.epoch],
    )
