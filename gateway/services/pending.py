"""What waits for the asker: pending instructions and changes of administration, and the to-do centre (R2.22, R2.25)."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import Final, TypeVar, cast

from sqlalchemy import Connection

from gateway.domain import entitlement
from gateway.domain.approval import Decision as Choice
from gateway.domain.approval import is_administrative, may
from gateway.domain.calendar import SHANGHAI, instant
from gateway.domain.command import Command, Decision, Read, Reply
from gateway.domain.customer import Person
from gateway.domain.facts import Facts, Moment
from gateway.domain.matter import ActKind, Matter
from gateway.journal import listing, matters
from gateway.journal.listing import WaitingFilter, WaitingPlace
from gateway.services.cursor import Position, Question, paging
from gateway.services.cursor import write as write_cursor
from gateway.services.ordering import own
from gateway.services.service import Bank, Functions, done, place, refuse
from gateway.services.showing import content_of, plan_of, runs_at
from protocol.limits import PAGE_ROWS_MAX
from protocol.messages.approval import (
    ListPending,
    ListPendingChangesReply,
    ListPendingReply,
    ListTodoReply,
    PendingChange,
    PendingItem,
    RejectedItem,
    TodoItem,
)
from protocol.messages.transfer import TransferState
from protocol.names import folded_name

T = TypeVar("T")

SCANNED_MAX: Final = 5_000
"""Matters looked at for one page: a list of those that wait for others ends early, with a cursor to go on."""
_FORM: Final = (int, str, str, int)


class _Waiting:
    """What waits for a customer's people behind a place, the oldest first, read a piece at a time."""

    def __init__(self, tx: Connection, customer_id: str, wanted: WaitingFilter, after: WaitingPlace | None) -> None:
        self._tx = tx
        self._customer_id = customer_id
        self._wanted = wanted
        self.last = after
        self.more = True
        """Whether there may be something behind `last`."""

    def __iter__(self) -> Iterator[tuple[WaitingPlace, Matter]]:
        scanned = 0
        while self.more and scanned < SCANNED_MAX:
            places = listing.waiting(self._tx, self._customer_id, self._wanted, after=self.last, most=PAGE_ROWS_MAX)
            found = matters.read(self._tx, map(listing.key_of, places))
            self.more = len(places) == PAGE_ROWS_MAX
            scanned += len(places)
            for each in places:
                self.last = each
                yield each, found[listing.key_of(each)]


def _open_to(matter: Matter, person: Person, moment: Moment) -> tuple[Choice, ...]:
    """What the person may decide about it now; nothing once its last moment has passed (O24)."""
    if matter.wake_ms is not None and matter.wake_ms <= moment.business_ms:
        return ()
    return tuple(sorted(may(matter.plan, matter.acts, person, payer=matter.payer_account, service=matter.service)))


def _pending(command: Command, facts: Facts, moment: Moment, _bank: Bank) -> Decision:
    body: ListPending = command.body
    part = folded_name(body.payee) if body.payee else ""
    wanted = WaitingFilter(
        entry_operator=body.entry_operator,
        service=body.service,
        min_amount=body.min_amount,
        max_amount=body.max_amount,
        entered_before_ms=round(body.entered_before.timestamp() * 1000) if body.entered_before else None,
    )
    filters = (body.entry_operator, body.payee, body.service, body.min_amount, body.max_amount, body.entered_before)

    def shown(matter: Matter, choices: tuple[Choice, ...]) -> PendingItem | None:
        if is_administrative(matter.plan) or part not in folded_name(matter.payee_name):
            return None
        return PendingItem(
            content=content_of(matter),
            entered_at=instant(matter.entered_ms),
            state=matter.state,
            runs_at=runs_at(matter) or _chosen(matter),
            expires_on=_expires_on(matter),
            may=choices,
            plan=plan_of(matter),
            digest=matter.shown.hex(),
        )

    return _listed(
        command,
        facts,
        moment,
        question=("ListPending", *(None if each is None else str(each) for each in filters)),
        wanted=wanted,
        shown=shown,
        reply=lambda items, cursor: ListPendingReply(item=items, next_cursor=cursor),
    )


def _changes(command: Command, facts: Facts, moment: Moment, _bank: Bank) -> Decision:
    def shown(matter: Matter, choices: tuple[Choice, ...]) -> PendingChange | None:
        if not is_administrative(matter.plan):
            return None
        return PendingChange(
            content=content_of(matter),
            entered_at=instant(matter.entered_ms),
            body=matter.body or "",
            expires_on=_expires_on(matter),
            may=choices,
            digest=matter.shown.hex(),
        )

    return _listed(
        command,
        facts,
        moment,
        question=("ListPendingChanges",),
        wanted=WaitingFilter(),
        shown=shown,
        reply=lambda items, cursor: ListPendingChangesReply(item=items, next_cursor=cursor),
    )


def _listed(
    command: Command,
    facts: Facts,
    moment: Moment,
    *,
    question: Question,
    wanted: WaitingFilter,
    shown: Callable[[Matter, tuple[Choice, ...]], T | None],
    reply: Callable[[tuple[T, ...], str | None], object],
) -> Decision:
    """A page of what the asker may decide on; `shown` leaves out what was not asked for."""
    body = command.body
    asked = paging(question, _FORM, cursor=body.cursor, size=body.page_size, place=place(str(question[0])))
    if faults := [*entitlement.faults(command, facts), *asked.faults]:
        return refuse(faults)
    customer, person = own(facts)

    def read(tx: Connection) -> Reply:
        waiting = _Waiting(tx, customer.customer_id, wanted, _place(asked.after))
        items: list[tuple[WaitingPlace, T]] = []
        for at, matter in waiting:
            choices = _open_to(matter, person, moment)
            if choices and (item := shown(matter, choices)) is not None:
                items.append((at, item))
            if len(items) > asked.size:
                break
        page, cursor = asked.page(items, lambda found: tuple(found[0]))
        if cursor is None and waiting.more and waiting.last is not None:
            cursor = write_cursor(question, tuple(waiting.last))
        return done(reply(tuple(item for _, item in page), cursor))

    return Read(read)


def _place(position: Position | None) -> WaitingPlace | None:
    """The place in a cursor, whose form was checked."""
    return WaitingPlace(*cast("tuple[int, str, str, int]", position)) if position is not None else None


def _chosen(matter: Matter) -> datetime | None:
    return instant(matter.chosen_ms) if matter.chosen_ms is not None else None


def _expires_on(matter: Matter) -> date:
    """The last day on which it waits: its moment is the midnight after."""
    assert matter.wake_ms is not None, "what waits for people expires"
    return instant(matter.wake_ms - 1).astimezone(SHANGHAI).date()


def _todo(command: Command, facts: Facts, moment: Moment, _bank: Bank) -> Decision:
    """The to-do centre: what waits for the asker, counted, and its rejected entries that it has not acknowledged."""
    if faults := entitlement.faults(command, facts):
        return refuse(faults)
    customer, person = own(facts)

    def read(tx: Connection) -> Reply:
        counted: Counter[tuple[TransferState, str]] = Counter()
        for _, matter in _Waiting(tx, customer.customer_id, WaitingFilter(), None):
            if _open_to(matter, person, moment):
                counted[matter.state, matter.service] += 1
        count, keys = listing.rejected(tx, customer.customer_id, person.operator_id, PAGE_ROWS_MAX)
        found = matters.read(tx, keys)
        return done(
            ListTodoReply(
                waiting=tuple(
                    TodoItem(state=state, service=service, count=number)
                    for (state, service), number in sorted(counted.items())
                ),
                rejected_count=count,
                rejected=tuple(_rejected(found[key]) for key in keys),
            )
        )

    return Read(read)


def _rejected(matter: Matter) -> RejectedItem:
    act = next(act for act in matter.acts if act.kind is ActKind.REJECT)
    return RejectedItem(
        request_id=matter.key.request_id,
        row=matter.key.row or None,
        service=matter.service,
        entered_at=instant(matter.entered_ms),
        payer_account=matter.payer_account or None,
        payee_account=matter.payee_account or None,
        payee_name=matter.payee_name or None,
        amount=matter.amount or None,
        count=matter.count,
        rejected_by=act.operator_id if matter.plan.customer_id == matter.key.customer_id else None,
        rejected_at=instant(act.at_ms),
        reason=act.reason,
    )


FUNCTIONS: Final[Mapping[str, Functions]] = {
    "ListPending": Functions(needs_core=False, decide=_pending),
    "ListPendingChanges": Functions(needs_core=False, decide=_changes),
    "ListTodo": Functions(needs_core=False, decide=_todo),
}
"""By the name of the service."""
