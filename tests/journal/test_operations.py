"""The operation log through whole turns (R6.8)."""

from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import insert

from core_adapter.database import database_now
from gateway.administration.operators import add_operator
from gateway.domain.calendar import business_date, same_date
from gateway.domain.customer import Person, Role
from gateway.domain.operations import sees_all
from gateway.journal import operations
from gateway.journal.tables import REQUEST
from protocol.catalogue import Permission
from protocol.codes import Code
from protocol.messages.book import ListOperations, ListOperationsReply, SavePayee, SetAccountDisplay
from tests.journal.bank import CUSTOMER_ID, PAYER, Bank, Node, command, query, transfer
from tests.journal.replies import code, rules, told


class Log:
    """The log as one customer's operators ask for it."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank
        self.node: Node = bank.node()
        with bank.journal().begin() as tx:
            add_operator(tx, CUSTOMER_ID, "ADM1", "管理员", permissions=(Permission.ADMINISTER,))
            self.today = business_date(database_now(tx), 0)
        self._ids = count(1)

    def ask(self, operator: str = "ERP1", **changed: Any) -> str:
        """The reply to a question about today, unless another period is asked for."""
        asked: dict[str, Any] = {"from_date": self.today, "to_date": self.today}
        return self.node.answer(command(ListOperations(**asked | changed), f"Q{next(self._ids)}", operator=operator))

    def ids(self, operator: str = "ERP1", **changed: Any) -> list[str]:
        """The request ids that it tells."""
        return [operation.request_id for operation in self.page(operator, **changed).operation]

    def page(self, operator: str = "ERP1", **changed: Any) -> ListOperationsReply:
        """One page."""
        return told(self.ask(operator, **changed), ListOperationsReply)

    def happened(
        self, request_id: str, operator: str, day: date, *, received_ms: int = 1, customer: str = CUSTOMER_ID
    ) -> None:
        """A request of that day."""
        row = {"customer_id": customer, "request_id": request_id, "operator_id": operator, "kind": "order"}
        more = {"service": "SubmitTransfer", "body_digest": bytes(32), "encoding": "UTF-8", "language": "zh"}
        rest = {"received_ms": received_ms, "owner": "n", "epoch": 1, "attempts": 0}
        with self.bank.journal().begin() as tx:
            tx.execute(insert(REQUEST), {**row, **more, **rest, "business_date": day.isoformat()})


@pytest.fixture
def log(bank: Bank) -> Log:
    """A customer with an administrator beside those who enter and query."""
    return Log(bank)


def test_R6_8_the_log_tells_who_did_what_when_and_what_was_refused(log: Log) -> None:
    """Money, keeping and administration in order of time, each once; questions use up no id and are not in it."""
    log.node.answer(transfer("T1"))
    log.node.answer(transfer("T1"))
    log.node.answer(transfer("T2", payee_account=PAYER))
    log.node.answer(command(SavePayee(account="1", name="甲"), "S1"))
    log.node.answer(command(SetAccountDisplay(account=PAYER, priority=1), "A1", operator="ADM1"))
    log.node.answer(query("T1"))
    log.node.answer(query("T9", fence=True))

    told_ = log.page("ADM1").operation

    assert [(each.request_id, each.operator_id, each.service, each.code) for each in told_] == [
        ("T1", "ERP1", "SubmitTransfer", None),
        ("T2", "ERP1", "SubmitTransfer", "SAME_ACCOUNT"),
        ("S1", "ERP1", "SavePayee", None),
        ("A1", "ADM1", "SetAccountDisplay", None),
        ("T9", "ERP1", "QueryTransfer", None),
    ]
    assert {each.business_date for each in told_} == {log.today}
    assert [bool(each.text) for each in told_] == [False, True, False, False, False]
    assert [each.received_at for each in told_] == sorted(each.received_at for each in told_)


def test_R6_8_an_operator_sees_its_own_and_the_administrator_everyone_s(log: Log) -> None:
    """Without a name it is one's own or everyone's; another's by name is refused to those who may not see it."""
    log.node.answer(transfer("T1"))
    log.node.answer(command(SetAccountDisplay(account=PAYER, priority=1), "A1", operator="ADM1"))

    assert log.ids("ERP1") == log.ids("ERP1", operator_id="ERP1") == ["T1"]
    assert log.ids("LOOK1") == []
    assert log.ids("ADM1") == ["T1", "A1"]
    assert log.ids("ADM1", operator_id="ERP1") == ["T1"]
    assert log.ids("ADM1", operator_id="NOBODY") == []
    refusal = log.ask("ERP1", operator_id="ADM1")
    assert rules(refusal) == [Code.NOT_PERMITTED]
    assert "ListOperations/OperatorId" in refusal


@pytest.mark.parametrize(
    ("role", "permissions", "all_"),
    [
        (Role.SUPERVISOR, (), True),
        (Role.OPERATOR, ("administer",), True),
        (Role.DEPUTY, ("review", "administer"), False),
        (Role.OPERATOR, ("enter", "query"), False),
    ],
)
def test_R6_8_the_supervisor_and_administrators_see_all(role: Role, permissions: tuple[str, ...], all_: bool) -> None:  # noqa: FBT001  a row
    """A deputy sees its own, as any operator does."""
    person = Person(operator_id="O1", status="normal", permissions=frozenset(permissions), role=role)

    assert sees_all(person) is all_


def test_R6_8_today_is_today_s_log_and_other_days_are_history(log: Log) -> None:
    """The business date of a request decides, both ends of the period are in, and at most one year is asked for."""
    yesterday, first = log.today - timedelta(days=1), same_date(log.today, years=-1)
    log.happened("OLD", "ERP1", first)
    log.happened("BEFORE", "ERP1", yesterday)
    log.node.answer(transfer("T1"))

    assert log.ids() == ["T1"]
    assert log.ids(from_date=yesterday, to_date=yesterday) == ["BEFORE"]
    assert log.ids(from_date=first) == ["OLD", "BEFORE", "T1"]
    assert log.ids(from_date=first + timedelta(days=1)) == ["BEFORE", "T1"]
    for begin, end in (
        (first - timedelta(days=1), log.today),
        (log.today, log.today + timedelta(days=1)),
        (log.today, yesterday),
    ):
        assert rules(log.ask(from_date=begin, to_date=end)) == [Code.PERIOD_INVALID]


def test_R6_8_pages_tell_every_operation_once(log: Log) -> None:
    """Also those of one moment, which follow by id, and those that come while one pages."""
    for number in range(5):
        log.happened(f"R{number}", "ERP1", log.today, received_ms=1 + number // 3)

    first = log.page(page_size=2)
    log.happened("R9", "ERP1", log.today, received_ms=2)
    second = log.page(page_size=2, cursor=first.next_cursor)
    third = log.page(page_size=2, cursor=second.next_cursor)

    pages = [[operation.request_id for operation in page.operation] for page in (first, second, third)]
    assert pages == [["R0", "R1"], ["R2", "R3"], ["R4", "R9"]]
    assert third.next_cursor is None
    assert code(log.ask(page_size=2, cursor=first.next_cursor, operator_id="ERP1")) == Code.CURSOR_INVALID


def test_one_page_looks_at_so_many_requests_and_goes_on_behind_them(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    """Among many requests of others an operator's own come on pages that may be empty and still go on."""
    monkeypatch.setattr(operations, "OPERATIONS_SEEN_MAX", 3)
    for number, operator in enumerate(["ERP1", "X", "X", "X", "X", "X", "X", "ERP1"]):
        log.happened(f"R{number}", operator, log.today, received_ms=number)

    pages: list[list[str]] = []
    cursor: str | None = None
    while not pages or cursor is not None:
        page = log.page(cursor=cursor)
        pages.append([operation.request_id for operation in page.operation])
        cursor = page.next_cursor

    assert pages == [["R0"], [], ["R7"]]


def test_another_customer_s_operations_are_not_told(log: Log) -> None:
    """The log is of the customer who asks, whoever there has the same code."""
    log.happened("MINE", "ERP1", log.today)
    log.happened("THEIRS", "ERP1", log.today, customer="C2")

    assert log.ids() == ["MINE"]
    assert log.ids("ADM1") == ["MINE"]
