"""What the core is asked when the clearing side has spoken: post, void, credit; on the desk's thread.

Every move is asked about before it is made, for whoever had it before may have made it; so each may be tried again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection

from core_adapter.core import CoreUnavailable, Declined, Done, Move, MoveKind
from gateway.domain.facts import Transfer
from gateway.domain.hearing import CaseKind
from gateway.domain.incoming import Incoming, IncomingState
from gateway.domain.leg import LegState
from gateway.domain.states import State, move
from gateway.journal import clearing, incoming, record
from gateway.journal.incoming import Booked
from gateway.services import steps
from gateway.services.desk import Desk
from gateway.services.wiring import CREDIT, credit_move, keep_move, sent_back
from protocol.codes import Code


@dataclass(frozen=True, slots=True)
class Ended:
    """Payments that ended, each as it was and as it is; those that the core will not end; credits that were booked."""

    done: list[tuple[Transfer, Transfer]]
    stuck: list[Transfer]
    booked: list[Booked]

    def each(self) -> list["Ended"]:
        """The same, one by one."""
        return [
            *(Ended([each], [], []) for each in self.done),
            *(Ended([], [each], []) for each in self.stuck),
            *(Ended([], [], [each]) for each in self.booked),
        ]

    def store(self, tx: Connection) -> dict[str, int]:
        """Write it in a transaction; the numbers of the last events by customer."""
        moment, _ = record.site(tx)
        last = clearing.ended(tx, moment, self.done) if self.done else {}
        if self.stuck:
            clearing.doubted(tx, moment, self.stuck, "the core declines to end the hold")
        return last | (incoming.store(tx, moment, self.booked) if self.booked else {})


def with_core(desk: Desk, ends: Sequence[Transfer], came: Sequence[Incoming]) -> Ended:
    """End payments on which the clearing side has spoken for good, and book credits; what is silent is left out."""
    plans = {t: steps.last(t, MoveKind.POST if _is_good(t) else MoveKind.VOID) for t in ends}
    moves = [each for plan in plans.values() for each in plan]
    outcomes = desk.made(moves, asked=moves)
    done, stuck = [], []
    for transfer, plan in plans.items():
        match steps.together(plan, outcomes):
            case Done() as booked:
                done.append((transfer, _ended(transfer, booked)))
            case Declined():
                stuck.append(transfer)
    return Ended(done, stuck, _book(desk, came) if came else [])


def _is_good(transfer: Transfer) -> bool:
    return transfer.leg is not None and transfer.leg.state is LegState.GOOD


def _ended(transfer: Transfer, done: Done) -> Transfer:
    """The payment when the core has posted or voided its holds."""
    if _is_good(transfer):
        return replace(
            transfer,
            state=move(transfer.state, State.SUCCEEDED),
            reference=done.reference,
            booked_ms=round(done.booked_at.timestamp() * 1000),
        )
    return replace(transfer, state=move(transfer.state, State.FAILED), reasons=(Code.REFUSED_BY_CLEARING,))


def _book(desk: Desk, came: Sequence[Incoming]) -> list[Booked]:
    """Bring credits to their accounts, put aside those that belong on none, and hold what is sent back of these."""
    on = came[0].business_date
    payers = {each.original.payer_account for each in came if each.original}
    try:
        names = {number: account.name for number, account in desk.accounts(payers).items()} if payers else {}
    except CoreUnavailable:
        return []
    first = {each: _first(each, names, on) for each in came}
    outcomes = desk.made(list(first.values()), asked=list(first.values()))
    refused: dict[Incoming, tuple[Code, ...]] = {}
    for each, tried in first.items():
        told = outcomes[tried.id]
        if isinstance(told, Declined) and tried.step == CREDIT:
            refused[each] = told.reasons
    aside = {each: keep_move(each, on) for each in refused}
    backs = {each: sent_back(each, reasons, on) for each, reasons in refused.items() if not each.is_return}
    holds = {each: steps.first(back) for each, back in backs.items()}
    more = [*aside.values(), *(hold for plan in holds.values() for hold in plan)]
    outcomes |= desk.made(more, asked=more)
    booked = []
    for each in came:
        kept = outcomes[(aside.get(each) or first[each]).id]
        if not isinstance(kept, Done):
            continue
        now = replace(each, reference=kept.reference, reasons=refused.get(each, ()))
        if each in backs:
            if isinstance(steps.together(holds[each], outcomes), Done):
                booked.append(Booked(replace(now, state=IncomingState.SENT_BACK), back=backs[each]))
        elif each in aside or first[each].step != CREDIT:
            booked.append(Booked(replace(now, state=IncomingState.KEPT), case=CaseKind.RETURN))
        else:
            at_ms = round(kept.booked_at.timestamp() * 1000)
            booked.append(Booked(replace(now, state=IncomingState.CREDITED, booked_ms=at_ms)))
    return booked


def _first(each: Incoming, names: dict[str, str], on: date) -> Move:
    """The first move of a credit: a return that fits no payment is put aside at once."""
    if not each.is_return:
        return credit_move(each, each.payee_name, on)
    if each.original is None or each.of is None:
        return keep_move(each, on)
    return credit_move(each, names.get(each.original.payer_account, ""), on)
