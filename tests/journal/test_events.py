"""What customers are told of their orders and accounts (ListEvents): every change once, in order, to who may see it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, delete, update
from sqlalchemy.exc import DBAPIError
from typing_extensions import override

from core_adapter.core import Declined, Done, Move, NotFound, Unknown
from core_adapter.database import transact
from core_adapter.ledger import Ledger
from gateway.administration.lists import change_accounts
from gateway.administration.operators import add_operator
from gateway.administration.places import UNDER_THE_SUPERVISOR
from gateway.domain import event
from gateway.domain.event import Event
from gateway.journal import events, record
from gateway.journal.events import Feeds
from gateway.journal.tables import EVENT, EVENT_COUNT
from protocol.codes import Code
from protocol.messages.approval import DecideInstructions, DecideItem, Decision, ListPending, ListPendingReply
from protocol.messages.events import EventItem, EventKind, ListEvents, ListEventsReply
from protocol.messages.grant import Right
from protocol.messages.orders import CancelTransfer
from tests.journal.bank import CUSTOMER_ID, PAYER, SAVINGS, Bank, Node, command, transfer
from tests.journal.batching import approved, batch
from tests.journal.company import ask, decide, finished, until
from tests.journal.feeding import feed, page, said
from tests.journal.granting import GROUP, add_people, grant, two_sides
from tests.journal.replies import code, rules, told
from tests.journal.test_recovery import Faulty


class Silent(Faulty):
    """A core that moves and says nothing, and says nothing either to the first questions about it."""

    def __init__(self, ledger: Ledger, asks: int) -> None:
        super().__init__(ledger)
        self.asks = asks

    @override
    def move(self, moves: Sequence[Move]) -> list[Any]:
        """Move, in silence."""
        return [Unknown() for _ in self.ledger.move(moves)]

    def ask(self, ids: Sequence[tuple[str, int]], *, fence: bool = False) -> list[Done | Declined | Unknown | NotFound]:
        """What became of moves, once it was asked often enough."""
        self.asks -= 1
        return self.ledger.ask(ids, fence=fence) if self.asks < 0 else [Unknown()] * len(ids)


def await_events(node: Node, number: int) -> list[EventItem]:
    """The feed once it has so many events."""
    until(node, lambda: len(feed(node)) >= number)
    return feed(node)


def credit(number: int, **changed: Any) -> Event:
    """A credit from another bank."""
    made = event.credited(
        CUSTOMER_ID, PAYER, amount=number, reference=f"R{number}", payer_account="99", payer_name="丙公司", at_ms=1
    )
    return replace(made, **changed)


def put(bank: Bank, *made: Event) -> dict[str, int]:
    """Append events in a transaction of their own."""
    return transact(bank.journal(), lambda tx: events.append(tx, made))


def test_a_payment_made_at_once_is_told_once_with_what_came_of_it(bank: Bank) -> None:
    """Its success with the reference of the bank, its failure with the reason; numbered from one."""
    node = bank.node()
    node.answer(transfer("T1", 1234))
    node.answer(transfer("T2", 1, payee_account="404"))

    paid, failed = feed(node)

    assert (paid.number, paid.kind, paid.request_id, paid.row, paid.state) == (1, "payment", "T1", None, "succeeded")
    assert (paid.account, paid.amount, paid.currency, paid.service) == (PAYER, 1234, "CNY", "SubmitTransfer")
    assert paid.reference == bank.transfers()["T1"].reference
    assert (failed.number, failed.state, failed.code) == (2, "failed", Code.PAYEE_UNKNOWN)
    assert failed.text


def test_an_outcome_that_is_unknown_is_told_and_then_what_it_was(bank: Bank) -> None:
    """Once each, however often the core is asked in vain."""
    node = bank.node(Silent(bank.ledger(), asks=1))
    node.answer(transfer("T1"))

    assert said(await_events(node, 2)) == [("payment", "T1", None, "unknown"), ("payment", "T1", None, "succeeded")]


def test_a_payment_under_approval_is_told_at_each_step_and_who_acts_is_told_too(company: Bank) -> None:
    """From review to the bank's booking; an approval is wanted wherever it waits for people."""
    node = company.node()
    node.answer(transfer("T1", 1234))
    decide(node, "REV1", Decision.APPROVE, "T1")
    decide(node, "AUTH1", Decision.APPROVE, "T1")
    decide(node, "SEND", Decision.DISPATCH, "T1")
    finished(company, node, "T1")

    assert said(feed(node)) == [
        ("payment", "T1", None, "waiting-review"),
        ("approval", "T1", None, "waiting-review"),
        ("payment", "T1", None, "waiting-authorization"),
        ("approval", "T1", None, "waiting-authorization"),
        ("payment", "T1", None, "waiting-dispatch"),
        ("approval", "T1", None, "waiting-dispatch"),
        ("payment", "T1", None, "processing"),
        ("payment", "T1", None, "succeeded"),
    ]
    assert {each.amount for each in feed(node)} == {1234}


def test_a_payment_that_is_rejected_or_withdrawn_is_told(company: Bank) -> None:
    """It ends with the enterprise, and nobody is asked any more."""
    node = company.node()
    node.answer(transfer("T1"))
    node.answer(transfer("T2"))
    decide(node, "REV1", Decision.REJECT, "T1", reason="wrong payee")
    ask(node, "ERP1", CancelTransfer(request_id="T2"))

    assert said(feed(node))[4:] == [("payment", "T1", None, "rejected"), ("payment", "T2", None, "withdrawn")]


def test_a_batch_is_told_as_a_whole_and_of_its_rows_those_that_failed(bank: Bank) -> None:
    """Entered, each failure with its row, and the end with how many rows succeeded."""
    node = bank.node()
    rows = batch(100, 200, 300)
    wrong = rows.row[1]._replace(payee_account="404")
    ask(node, "ERP1", replace(rows, row=(rows.row[0], wrong, rows.row[2])))

    entered, failed, ended = await_events(node, 3)

    assert (entered.kind, entered.state, entered.count, entered.amount) == ("order", "processing", 3, 600)
    assert (failed.kind, failed.row, failed.state, failed.amount) == ("payment", 2, "failed", 200)
    assert (ended.kind, ended.state, ended.count, ended.succeeded) == ("order", "partly-succeeded", 3, 2)


def test_rows_approved_one_by_one_are_asked_for_together_and_end_together(company: Bank) -> None:
    """One approval for all of them, a rejected row by itself, and the end once, with the last row."""
    approved(company, "SubmitBatch", whole_batch=False)
    node = company.node()
    node.answer(command(batch(100, 200), "B1"))
    entered = feed(node)
    shown = told(ask(node, "REV1", ListPending()), ListPendingReply).item
    items = tuple(DecideItem(request_id="B1", row=each.content.row, digest=each.digest) for each in shown)
    ask(node, "REV1", DecideInstructions(decision=Decision.REJECT, reason="no", item=items[:1]))
    ask(node, "REV1", DecideInstructions(decision=Decision.REJECT, reason="no", item=items[1:]))

    ended = feed(node)[2:]

    assert said(entered) == [("order", "B1", None, "waiting-review"), ("approval", "B1", None, "waiting-review")]
    assert [(each.count, each.amount) for each in entered] == [(2, 300), (2, 300)]
    assert [(each.kind, each.row, each.state) for each in ended] == [
        ("payment", 1, "rejected"),
        ("payment", 2, "rejected"),
        ("order", None, "rejected"),
    ]
    assert (ended[-1].count, ended[-1].succeeded, ended[-1].amount) == (2, 0, 300)


def test_an_order_whose_last_row_is_rejected_after_the_others_were_paid_ends_once(company: Bank) -> None:
    """Whether the bank or the enterprise ended its last row."""
    approved(company, "SubmitBatch", whole_batch=False)
    node = company.node()
    node.answer(command(batch(100, 200), "B1"))
    for operator, decision in (("REV1", Decision.APPROVE), ("AUTH1", Decision.APPROVE), ("SEND", Decision.DISPATCH)):
        shown = told(ask(node, operator, ListPending()), ListPendingReply).item
        item = next(each for each in shown if each.content.row == 1)
        decided = DecideItem(request_id="B1", row=1, digest=item.digest)
        ask(node, operator, DecideInstructions(decision=decision, item=(decided,)))
    until(node, lambda: company.requests()["B1"].due_ms is None)
    ask(node, "ERP1", CancelTransfer(request_id="B1", row=2))

    told_of = [(each.row, each.state, each.succeeded) for each in feed(node) if each.kind != "approval"]

    assert told_of == [(None, "waiting-review", None), (2, "withdrawn", None), (None, "partly-succeeded", 1)]


def test_R5_9_a_hidden_row_that_failed_is_told_to_who_entered_it_alone(bank: Bank) -> None:
    """Others learn of the whole, for they see the account."""
    node = bank.node()
    rows = batch(100, 200, hide_detail=True)
    wrong = rows.row[0]._replace(payee_account="404")
    node.answer(command(replace(rows, row=(wrong, rows.row[1])), "B1"))

    assert [(each.kind, each.row) for each in await_events(node, 3)] == [
        ("order", None),
        ("payment", 1),
        ("order", None),
    ]
    assert [(each.kind, each.row) for each in feed(node, operator="LOOK1")] == [("order", None), ("order", None)]


def test_R1_5_an_operator_sees_events_of_accounts_on_its_list_only(bank: Bank) -> None:
    """Others are passed over, and the cursor moves behind them."""
    node = bank.node()
    node.answer(transfer("T1"))
    node.answer(transfer("T2", payer_account=SAVINGS))
    with bank.journal().begin() as tx:
        change_accounts(tx, CUSTOMER_ID, "LOOK1", remove=[PAYER])

    assert [each.request_id for each in feed(node, operator="LOOK1")] == ["T2"]
    node.answer(transfer("T3"))
    behind = page(node, page(node, operator="LOOK1").next_cursor, operator="LOOK1")
    assert (behind.event, behind.more) == ((), False)


def test_who_entered_an_order_sees_its_events_though_the_account_left_its_list(bank: Bank) -> None:
    """As QueryTransfer tells it to who sent it."""
    node = bank.node()
    node.answer(transfer("T1"))
    with bank.journal().begin() as tx:
        change_accounts(tx, CUSTOMER_ID, "ERP1", remove=[PAYER])

    assert [each.request_id for each in feed(node)] == ["T1"]


def test_a_payment_under_a_grant_is_told_to_who_entered_it_and_to_the_owner(bank: Bank) -> None:
    """The owner learns whose order it was."""
    sides = owner, group = two_sides(bank)
    add_people(bank)
    grant(bank, sides, Right.QUERY, Right.TRANSFER)
    group.ask(transfer("T1").body, operator="ERP1", request_id="T1")

    mine = [each for each in feed(owner.node) if each.kind == "payment"]
    theirs = [each for each in feed(group.node, customer=GROUP) if each.kind == "payment"]

    assert [(each.customer_id, each.request_id, each.state) for each in mine] == [(GROUP, "T1", "waiting-review")]
    assert [(each.customer_id, each.request_id, each.state) for each in theirs] == [(None, "T1", "waiting-review")]


def test_pages_follow_one_another_and_the_cursor_is_good_for_ever(bank: Bank) -> None:
    """Two at a time, then what came later from the same place, then nothing and the same cursor."""
    node = bank.node()
    put(bank, *(credit(number) for number in range(1, 6)))

    first = page(node, limit=2)
    last = page(node, page(node, first.next_cursor, limit=2).next_cursor, limit=2)

    assert ([each.number for each in first.event], first.more) == ([1, 2], True)
    assert ([each.number for each in last.event], last.more) == ([5], False)
    nothing = page(node, last.next_cursor)
    assert (nothing.event, nothing.next_cursor, nothing.more) == ((), last.next_cursor, False)
    put(bank, credit(6))
    assert [each.number for each in page(node, last.next_cursor).event] == [6]
    assert page(node, first.next_cursor, limit=2) == page(node, first.next_cursor, limit=2)


def test_kinds_that_were_not_asked_for_are_left_out(bank: Bank) -> None:
    """The numbers tell that there were others."""
    node = bank.node()
    node.answer(transfer("T1"))
    put(bank, credit(7))

    (only,) = feed(node, kind=(EventKind.CREDIT,))

    assert (only.number, only.kind, only.account, only.amount, only.reference) == (2, "credit", PAYER, 7, "R7")
    assert (only.party_account, only.party_name, only.request_id, only.state) == ("99", "丙公司", None, None)


def test_a_return_names_the_payment_that_came_back(bank: Bank) -> None:
    """With a reference of its own, to the customer whose account has the money again."""
    node = bank.node()
    node.answer(transfer("T1"))
    with bank.journal().connect() as tx:
        paid = record.requests(tx, [(CUSTOMER_ID, "T1")])[CUSTOMER_ID, "T1"].transfer
    assert paid is not None
    put(bank, *event.returned(paid, amount=1234, reference="BACK", at_ms=5, service="SubmitTransfer"))

    back = feed(node)[-1]

    assert (back.kind, back.request_id, back.reference, back.amount) == ("return", "T1", "BACK", 1234)
    assert (back.account, back.state) == (PAYER, None)


@pytest.mark.parametrize("asked", [{"customer": GROUP}, {"kind": (EventKind.CREDIT,)}])
def test_a_cursor_of_another_feed_or_choice_is_refused(bank: Bank, asked: dict[str, Any]) -> None:
    """Who went on with it would miss events without knowing."""
    side, _ = two_sides(bank)
    add_people(bank)
    put(bank, credit(1))
    cursor = page(side.node).next_cursor
    customer = asked.get("customer", CUSTOMER_ID)
    body = ListEvents(after=cursor, kind=asked.get("kind", ()))

    reply = side.node.answer(command(body, "E2", customer=customer))

    assert (code(reply), rules(reply)) == (Code.CURSOR_INVALID, ["CURSOR_INVALID"])
    assert "/Message/Body/ListEvents/After" in reply


def test_a_cursor_in_front_of_the_end_is_refused(bank: Bank) -> None:
    """The books were set back since it was given: what is told again must not be passed over."""
    node = bank.node()
    put(bank, credit(1), credit(2))
    cursor = page(node).next_cursor
    with bank.journal().begin() as tx:
        tx.execute(delete(EVENT).where(EVENT.c.number == 2))
        tx.execute(update(EVENT_COUNT).values(number=1))

    assert code(node.answer(command(ListEvents(after=cursor), "E2"))) == Code.CURSOR_INVALID


def test_who_may_not_query_is_refused_the_feed(bank: Bank) -> None:
    """As every list."""
    node = bank.node()
    with bank.journal().begin() as tx:
        add_operator(tx, CUSTOMER_ID, "NONE", "录入员", permissions=("enter",), place=UNDER_THE_SUPERVISOR)

    assert code(node.answer(command(ListEvents(), "E2", operator="NONE"))) == Code.NOT_PERMITTED


def test_few_events_among_many_are_found_piece_by_piece(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page looks at so many only, and says that there is more."""
    monkeypatch.setattr(events, "SCANNED_MAX", 10)
    node = bank.node()
    put(bank, *(credit(number, account="other") for number in range(1, 25)), credit(25))

    first = page(node)

    assert (first.event, first.more) == ((), True)
    assert [each.number for each in feed(node)] == [25]


def test_numbers_go_on_where_a_transaction_failed(bank: Bank) -> None:
    """What was rolled back took no number, and what was remembered of it does no harm."""
    feeds, engine = Feeds(), bank.journal()

    def lost(tx: Connection) -> None:
        events.append(tx, [credit(1)], feeds)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        transact(engine, lost)
    for number in (1, 2, 3):
        assert transact(engine, lambda tx: events.append(tx, [credit(1)], feeds)) == {CUSTOMER_ID: number}


def test_an_event_is_never_changed(bank: Bank) -> None:
    """The database refuses it, whoever asks."""
    put(bank, credit(1))

    with pytest.raises(DBAPIError, match="event: no row is ever updated"), bank.journal().begin() as tx:
        tx.execute(update(EVENT).values(amount=5))


def test_a_patient_request_is_told_that_there_is_nothing_yet(bank: Bank) -> None:
    """It is answered by nobody, and leaves nothing in the log, until there is something."""
    node = bank.node()
    put(bank, credit(1))
    cursor = page(node).next_cursor
    before = len(bank.log())
    waiting = replace(command(ListEvents(after=cursor), "E2"), patient=True)

    assert node.idle(waiting) == 1
    assert len(bank.log()) == before
    put(bank, credit(2))
    assert [each.number for each in told(node.answer(waiting), ListEventsReply).event] == [2]
