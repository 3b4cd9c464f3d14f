"""Accounts: what the bank opened and the customer left on, how they are shown, closed lists, and what holds them."""

import pytest
from sqlalchemy import Connection, Engine

from gateway.administration import accounts, approval, closed, customers, grants, lists, operators
from gateway.administration.change import AdminError
from gateway.domain.customer import Account, Flow, Limits
from gateway.journal.people import read_customers
from tests.gateway.administration.conftest import C, O

N = "11010100000000001"
OTHER_BANK = "313100000013"


def account(tx: Connection) -> Account:
    """The account as the rules see it."""
    return read_customers(tx, [C])[C].accounts[N]


def test_R1_7_what_is_switched_on_stays_within_what_the_bank_opened(engine: Engine) -> None:
    """The administrator switches off and on what is open; what the bank closes is off, and on when it opens it."""
    with engine.begin() as tx:
        accounts.attach_accounts(tx, C, [N])
        assert (account(tx).may_pay, account(tx).may_pay_wages) == (True, False)
        with pytest.raises(AdminError, match="has not opened wages"):
            accounts.leave_abilities(tx, C, N, {"wages": True})
        accounts.open_abilities(tx, C, N, {"wages": True})
        assert (account(tx).bank_wages, account(tx).may_pay_wages) == (True, True)
        accounts.leave_abilities(tx, C, N, {"pay": False, "wages": False})
        accounts.open_abilities(tx, C, N, {"pay": True})
        assert (account(tx).may_pay, account(tx).may_pay_wages) == (False, False)
        accounts.leave_abilities(tx, C, N, {"pay": True})
        accounts.open_abilities(tx, C, N, {"pay": False})
        assert (account(tx).bank_pay, account(tx).may_pay) == (False, False)
        for wrong in ({}, {"fly": True}):
            with pytest.raises(AdminError, match="say it of"):
                accounts.open_abilities(tx, C, N, wrong)


def test_R1_7_an_account_is_attached_with_what_the_bank_opens(engine: Engine) -> None:
    """Payments and nothing else, unless it is said otherwise."""
    with engine.begin() as tx:
        accounts.attach_accounts(tx, C, [N], accounts.Opened(pay=False, wages=True))
        assert (account(tx).may_pay, account(tx).may_pay_wages) == (False, True)
        row = accounts.list_attached(tx, C)[0]
        assert (row.pay, row.wages) == ("no", "yes")
        accounts.leave_abilities(tx, C, N, {"wages": False})
        assert accounts.list_attached(tx, C)[0].wages == "off"


def test_R3_1_an_account_has_limits_per_transaction_and_per_day(engine: Engine) -> None:
    """Each by itself."""
    with engine.begin() as tx:
        accounts.attach_accounts(tx, C, [N])
        assert accounts.set_account_limits(tx, C, N, {"transfer": 3}) == Limits(3, None)
        assert accounts.set_account_limits(tx, C, N, {"day": 4}) == account(tx).limits == Limits(3, 4)


def test_R1_24_an_alias_and_a_priority_from_9_to_0(engine: Engine) -> None:
    """What is not said stays; an empty alias takes it away."""
    with engine.begin() as tx:
        accounts.attach_accounts(tx, C, [N])
        accounts.set_display(tx, C, N, alias="基本户", priority=9)
        accounts.set_display(tx, C, N, priority=0)
        assert (account(tx).alias, account(tx).priority) == ("基本户", 0)
        accounts.set_display(tx, C, N, alias="")
        assert account(tx).alias is None
        for wrong in ({"priority": 10}, {"priority": -1}, {"alias": "x" * 61}, {"alias": " x"}, {}):
            with pytest.raises(AdminError):
                accounts.set_display(tx, C, N, **wrong)


def test_R1_23_the_bank_keeps_whom_a_closed_account_may_pay(engine: Engine) -> None:
    """The list may be made first; it is kept while the account is open to everybody, and goes with the account."""
    with engine.begin() as tx:
        accounts.attach_accounts(tx, C, [N])
        closed.add_payee(tx, C, N, "77", name="乙公司")
        closed.add_payee(tx, C, N, "77", name="丙公司", bank=OTHER_BANK)
        assert closed.set_closed(tx, C, N, closed=True) == 2
        assert account(tx).payees == {("77", None), ("77", OTHER_BANK)}
        closed.remove_payee(tx, C, N, "77")
        assert account(tx).payees == {("77", OTHER_BANK)}
        assert closed.set_closed(tx, C, N, closed=False) == 1
        assert [(row.payee, row.bank, row.name) for row in closed.list_payees(tx, C, N)] == [
            ("77", OTHER_BANK, "丙公司")
        ]
        accounts.detach_account(tx, C, N)
        assert closed.list_payees(tx, C) == []


def test_R1_23_what_cannot_be_on_a_list_is_refused(engine: Engine) -> None:
    """An account twice, a number that is none, a bank that is none, an account that is not attached."""
    with engine.begin() as tx:
        accounts.attach_accounts(tx, C, [N])
        closed.add_payee(tx, C, N, "77", name="n")
        for payee, bank, told in (
            ("77", "", "on the list .* already"),
            ("7 7", "", "ASCII digits"),
            ("７７", "", "ASCII digits"),
            ("7" * 33, "", "ASCII digits"),
            ("78", "313100000014", "check digit"),
        ):
            with pytest.raises(AdminError, match=told):
                closed.add_payee(tx, C, N, payee, name="n", bank=bank)
        with pytest.raises(AdminError, match="not on the list"):
            closed.remove_payee(tx, C, N, "77", bank=OTHER_BANK)
        with pytest.raises(AdminError, match="is not attached"):
            closed.set_closed(tx, C, "11010100000000009", closed=True)
        closed.set_closed(tx, C, N, closed=True)
        with pytest.raises(AdminError, match="closed already"):
            closed.set_closed(tx, C, N, closed=True)


def test_an_account_stays_while_it_is_granted_or_has_flows(engine: Engine) -> None:
    """What rests on it ends first."""
    with engine.begin() as tx:
        accounts.attach_accounts(tx, C, [N])
        customers.add_customer(tx, "C2", "n")
        for each in (C, "C2"):
            customers.set_switch(tx, each, "advanced", on=True)
        grants.record_letter(tx, grants.read_terms(C, N, "C2", ["query"]), "L-1")
        with pytest.raises(AdminError, match="granted to customer C2"):
            accounts.detach_account(tx, C, N)
        grants.withdraw(tx, C, N, "C2")
        operators.add_operator(tx, C, "R1", "n", permissions=["review"])
        for each in (O, "R1"):
            lists.change_accounts(tx, C, each, add=[N])
        flow = Flow(flow_id="F1", account=N, service=None, limit=1, levels=(frozenset({"R1"}),))
        approval.save_flow(tx, C, flow)
        with pytest.raises(AdminError, match="has flow F1"):
            accounts.detach_account(tx, C, N)
        approval.delete_flow(tx, C, "F1")
        accounts.detach_account(tx, C, N)
