"""What the last approval asks again, and what is told of orders with rows: faults that reviewers of the code found."""

from datetime import UTC, datetime

from sqlalchemy import text, update

from gateway.journal.tables import ATTACHED_ACCOUNT, CUSTOMER, OPERATOR, SITE
from protocol.codes import Code
from protocol.messages.approval import Decision
from tests.journal.bank import OPENING, PAYER, Bank, command, query, transfer
from tests.journal.batching import batch, settled
from tests.journal.company import decide, word


def _register(bank: Bank, table: object, **columns: object) -> None:
    with bank.journal().begin() as tx:
        tx.execute(update(table).values(**columns))  # type: ignore[arg-type]  # any table of the register
        tx.execute(update(SITE).values(register_version=SITE.c.register_version + 1))


def test_the_last_approval_moves_nothing_from_an_account_that_may_not_pay_any_more(company: Bank) -> None:
    """An account whose payment permission was taken meanwhile pays nothing: the instruction fails with that reason."""
    node = company.node()
    node.answer(transfer("T1", 100_00))
    for operator, decision in (("REV1", Decision.APPROVE), ("AUTH1", Decision.APPROVE)):
        assert word(decide(node, operator, decision, "T1"), "Code") == "DONE"
    _register(company, ATTACHED_ACCOUNT, may_pay=False)

    reply = decide(node, "SEND", Decision.DISPATCH, "T1")

    assert word(reply, "State") == "failed"
    told = node.answer(query("T1"))
    assert (word(told, "State"), word(told, "Code")) == ("failed", "DONE")
    assert Code.PAYMENT_NOT_OPEN in told
    assert company.balance(PAYER) == OPENING
    assert set(company.usage().values()) == {0}


def test_an_answer_that_cannot_be_made_counts_nothing_twice(bank: Bank) -> None:
    """What is durable is never done again because the answer failed: usage is given back once."""
    node = bank.node()
    node.answer(transfer("T0", 30_000_00))
    made = node.scribe.reply
    failing = iter([True])

    def broken(*arguments: object) -> bytes:
        if next(failing, False):
            raise ZeroDivisionError
        return made(*arguments)  # type: ignore[arg-type]  # as the scribe

    node.scribe.reply = broken  # type: ignore[method-assign,assignment]  # a bug, once
    node.ask(transfer("T1", OPENING)).result(20)
    node.answer(transfer("T1", OPENING))

    assert set(bank.usage().values()) == {30_000_00}


def test_querying_a_batch_by_its_id_tells_what_became_of_its_rows(bank: Bank) -> None:
    """Not succeeded while rows are open, and partly succeeded where some failed."""
    node = bank.node()
    node.answer(command(batch(60_000_00, 60_000_00), "B1"))
    settled(node, "B1")

    assert word(node.answer(query("B1")), "State") == "partly-succeeded"


def test_an_order_in_a_distant_year_makes_no_counters_there(bank: Bank) -> None:
    """What is refused at entry leaves no trace in the counters of days that may never come."""
    node = bank.node()
    node.answer(transfer("T1", 100, scheduled_for=datetime(2999, 1, 1, 1, tzinfo=UTC)))

    assert set(bank.usage().values()) <= {0}
    assert all(day < "2028" for day in bank.usage_days())


def test_O14_rows_are_planned_by_their_own_amounts(company: Bank) -> None:
    """Where rows are approved one by one, a plan that only the total would need does not stand in the way."""
    with company.journal().begin() as tx:
        tx.execute(
            text(
                "INSERT INTO binding (customer_id, service, mode_id, enabled) SELECT customer_id, 'SubmitBatch', "
                "mode_id, true FROM binding WHERE service = 'SubmitTransfer'"
            )
        )
    _register(company, CUSTOMER, whole_batch=False)
    with company.journal().begin() as tx:
        tx.execute(update(OPERATOR).where(OPERATOR.c.operator_id == "AUTH3").values(status="frozen"))
    _register(company, CUSTOMER, single_person=False)

    reply = company.node().answer(command(batch(30_000_00, 30_000_00), "B1"))

    assert word(reply, "Code") == Code.AWAITING_APPROVAL
