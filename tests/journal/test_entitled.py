"""The rules about accounts and services, asked of a running node: the register decides from the next turn on."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from sqlalchemy import Connection, delete, insert, update

from gateway.administration.change import raise_version
from gateway.journal.tables import ATTACHED_ACCOUNT, BINDING, CLOSED_PAYEE, OPERATOR, OPERATOR_ACCOUNT
from protocol.codes import Code
from protocol.messages.account import QueryAccounts, QueryBalance, QueryTransactions
from tests.journal.bank import CUSTOMER_ID, PAYEE, PAYER, SAVINGS, Bank, command, query, transfer


@contextmanager
def changed(bank: Bank) -> Iterator[Connection]:
    """A change of the register, noticed by the next turn."""
    with bank.journal().begin() as tx:
        raise_version(tx)
        yield tx


def _code(reply: str) -> str:
    found = re.search(r"<Code>([A-Z_]*)<", reply)
    return found[1] if found else ""


def test_R1_5_queries_too_show_only_the_accounts_on_the_operator_s_own_list(bank: Bank) -> None:
    """List, balance and entries: each refuses or leaves out what is not on the list of the one who asks."""
    node = bank.node()
    with changed(bank) as tx:
        mine = OPERATOR_ACCOUNT.c.operator_id == "LOOK1"
        tx.execute(delete(OPERATOR_ACCOUNT).where(mine, OPERATOR_ACCOUNT.c.account == SAVINGS))
    everything = node.answer(command(QueryAccounts(), "Q0"))
    shown = node.answer(command(QueryAccounts(), "Q1", operator="LOOK1"))
    balance = node.answer(command(QueryBalance(account=(PAYER, SAVINGS)), "Q2", operator="LOOK1"))
    page = QueryTransactions(account=SAVINGS, from_date=date(2026, 1, 1), to_date=date(2026, 1, 1))
    entries = node.answer(command(page, "Q3", operator="LOOK1"))

    assert re.findall(r"<Account>(\d+)<", everything) == [PAYER, SAVINGS]
    assert re.findall(r"<Account>(\d+)<", shown) == [PAYER]
    assert (_code(balance), _code(entries)) == (Code.ACCOUNT_NOT_LISTED, Code.ACCOUNT_NOT_LISTED)
    assert "Account[2]" in balance


def test_R1_24_accounts_come_by_priority_with_their_alias(bank: Bank) -> None:
    """The second account is shown first once its priority is higher."""
    node = bank.node()
    with changed(bank) as tx:
        second = update(ATTACHED_ACCOUNT).where(ATTACHED_ACCOUNT.c.account == SAVINGS)
        tx.execute(second.values(priority=9, alias="备用金"))

    shown = node.answer(command(QueryAccounts(), "Q1"))

    assert re.findall(r"<Account>(\d+)<", shown) == [SAVINGS, PAYER]
    assert re.findall(r"<(Alias|Priority)>([^<]*)<", shown) == [
        ("Alias", "备用金"),
        ("Priority", "9"),
        ("Priority", "0"),
    ]


def test_R1_6_a_service_that_is_not_on_the_list_is_refused_and_uses_up_no_id(bank: Bank) -> None:
    """Once it is on the list, the same id may be sent again."""
    node = bank.node()
    with changed(bank) as tx:
        tx.execute(update(OPERATOR).values(services="QueryTransfer"))
    assert _code(node.answer(transfer("T1"))) == Code.SERVICE_NOT_LISTED
    assert _code(node.answer(query("T1"))) == Code.DONE
    with changed(bank) as tx:
        tx.execute(update(OPERATOR).values(services="QueryTransfer SubmitTransfer"))

    assert _code(node.answer(transfer("T1"))) == Code.DONE


def test_R2_9_a_service_switched_off_takes_nothing_new_and_still_replays(bank: Bank) -> None:
    """What was done before is answered again; a new instruction waits until the service is on."""
    node = bank.node()
    first = node.answer(transfer("T1"))
    with changed(bank) as tx:
        tx.execute(insert(BINDING), {"customer_id": CUSTOMER_ID, "service": "SubmitTransfer", "enabled": False})

    assert _code(node.answer(transfer("T2"))) == Code.SERVICE_OFF
    assert node.answer(transfer("T1")) == first
    with changed(bank) as tx:
        tx.execute(update(BINDING).values(enabled=True))
    assert _code(node.answer(transfer("T2"))) == Code.DONE


def test_R1_7_an_account_without_the_payment_permission_pays_nothing(bank: Bank) -> None:
    """It can still be looked at."""
    node = bank.node()
    with changed(bank) as tx:
        tx.execute(update(ATTACHED_ACCOUNT).where(ATTACHED_ACCOUNT.c.account == PAYER).values(may_pay=False))

    assert _code(node.answer(transfer("T1"))) == Code.PAYMENT_NOT_OPEN
    assert _code(node.answer(command(QueryBalance(account=(PAYER,)), "Q1"))) == Code.DONE
    assert bank.balance(PAYEE) == 0


def test_R1_23_a_closed_account_pays_only_those_of_its_list(bank: Bank) -> None:
    """Anything else is refused, an own account too; the bank's own code written out is this bank (R1.23)."""
    node = bank.node()
    with changed(bank) as tx:
        tx.execute(update(ATTACHED_ACCOUNT).where(ATTACHED_ACCOUNT.c.account == PAYER).values(closed=True))
    assert _code(node.answer(transfer("T1"))) == Code.PAYEE_NOT_IN_CLOSED_LIST
    with changed(bank) as tx:
        row = {"customer_id": CUSTOMER_ID, "account": PAYER, "payee_account": PAYEE, "payee_bank_code": ""}
        tx.execute(insert(CLOSED_PAYEE), {**row, "payee_name": "乙公司"})

    assert _code(node.answer(transfer("T2"))) == Code.DONE
    assert _code(node.answer(transfer("T3", payee_bank_code="313100000013"))) == Code.DONE
    own = node.answer(transfer("T4", payee_account=SAVINGS, payee_name="甲公司"))
    assert _code(own) == Code.PAYEE_NOT_IN_CLOSED_LIST
