"""Limits through whole turns: taken at entry, given back, refused one fen over; counted again from the journal."""

import re

from sqlalchemy import text, update

from core_adapter.database import reading
from gateway.journal.tables import ATTACHED_ACCOUNT, CUSTOMER, OPERATOR, SITE
from gateway.journal.taken import count_again
from protocol.codes import Code
from protocol.messages.approval import Decision
from tests.journal.bank import OPENING, PAYEE, PAYER, SAVINGS, Bank, transfer
from tests.journal.company import decide, word


def limit(bank: Bank, table: object, **columns: int) -> None:
    """Set limits for everybody in a table of the register."""
    with bank.journal().begin() as tx:
        tx.execute(update(table).values(**columns))  # type: ignore[arg-type]  # any table of the register
        tx.execute(update(SITE).values(register_version=SITE.c.register_version + 1))


def faults(bank: Bank) -> list[str]:
    """What counting again finds."""
    with reading(bank.journal()) as tx:
        return count_again(tx).faults


def test_R3_5_exactly_at_the_limit_is_allowed_and_one_fen_over_is_not(bank: Bank) -> None:
    """Per day: what was used counts; the refusal names limit, value, used and left (R3.6)."""
    limit(bank, OPERATOR, limit_day=1_000_00)
    node = bank.node()

    assert word(node.answer(transfer("T1", 600_00)), "Code") == Code.DONE
    over = node.answer(transfer("T2", 400_01))
    at = node.answer(transfer("T3", 400_00))

    assert (word(over, "Code"), word(at, "Code")) == (Code.OPERATOR_DAY_LIMIT, Code.DONE)
    assert all(word in over for word in ("1,000.00", "600.00", "400.00"))
    assert faults(bank) == []


def test_O49_several_limits_are_all_named_in_order(bank: Bank) -> None:
    """Operator, account, the bank's and the customer's own: each exceeded one has its Detail."""
    limit(bank, OPERATOR, limit_transfer=100)
    limit(bank, ATTACHED_ACCOUNT, limit_transfer=200)
    limit(bank, CUSTOMER, limit_transfer=300, cap_transfer=400)

    reply = bank.node().answer(transfer("T1", 500))

    assert re.findall(r"<Rule>([A-Z_]*)</Rule>", reply) == [
        Code.OPERATOR_LIMIT,
        Code.ACCOUNT_LIMIT,
        Code.BANK_LIMIT,
        Code.CUSTOMER_LIMIT,
    ]


def test_R3_8_what_fails_the_same_day_comes_back(bank: Bank) -> None:
    """A transfer that the core declines gives its usage back; one that succeeds keeps it."""
    node = bank.node()

    node.answer(transfer("T1", OPENING + 1))
    node.answer(transfer("T2", 100))

    assert set(bank.usage().values()) == {100}
    assert faults(bank) == []


def test_R3_3_between_own_accounts_nothing_of_the_customers_is_taken(bank: Bank) -> None:
    """Operator and account are counted, the customer is not."""
    bank.node().answer(transfer("T1", 100, payee_account=SAVINGS, payee_name="甲公司"))

    assert {scope: amount for (scope, _), amount in bank.usage().items()} == {
        "operator": 100,
        "account": 100,
        "customer": 0,
    }


def test_counting_again_finds_what_was_changed_behind_the_gateways_back(company: Bank) -> None:
    """Waiting, rejected and paid instructions count as they should; a counter that was edited is named."""
    node = company.node()
    for number in range(3):
        node.answer(transfer(f"T{number}", 100_00 + number))
    decide(node, "REV1", Decision.REJECT, "T1", reason="重复")
    assert faults(company) == []

    with company.journal().begin() as tx:
        tx.execute(text("UPDATE usage SET amount = amount + 1 WHERE scope = 'account'"))

    assert len(faults(company)) == 1
    assert PAYER in faults(company)[0]
    assert PAYEE not in faults(company)[0]
