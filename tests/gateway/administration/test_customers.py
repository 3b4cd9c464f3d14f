"""What the bank says of a customer: its form, what one person may do alone, limits and caps, purposes."""

import pytest
from sqlalchemy import Connection, Engine

from gateway.administration import accounts, caps, customers, grants, operators, purposes
from gateway.administration.change import AdminError
from gateway.domain.customer import Customer, Form, Limits
from gateway.journal.people import read_customers
from tests.gateway.administration.conftest import C


def customer(tx: Connection) -> Customer:
    """The customer as the rules see it."""
    return read_customers(tx, [C])[C]


@pytest.mark.parametrize("form", Form)
def test_a_customer_has_one_of_the_three_forms(engine: Engine, form: Form) -> None:
    """The bank says which (R2.1, R2.2, R2.12); any other word is refused."""
    with engine.begin() as tx:
        customers.set_form(tx, C, form)
        assert customer(tx).form is form
        with pytest.raises(AdminError, match="there are reviewer, mode, flow"):
            customers.set_form(tx, C, "004")


@pytest.mark.parametrize("switch", ["single_person", "whole_batch", "advanced"])
def test_R2_11_what_the_bank_says_of_a_customer_is_yes_or_no(engine: Engine, switch: str) -> None:
    """Flows that one person completes among it: forbidden unless the bank allowed them."""
    with engine.begin() as tx:
        before = getattr(customer(tx), switch)
        customers.set_switch(tx, C, switch, on=not before)
        assert getattr(customer(tx), switch) is not before


def test_a_second_administrator_is_asked_for_only_where_there_are_two(engine: Engine) -> None:
    """One alone could change nothing any more; a frozen one does not count."""
    with engine.begin() as tx:
        operators.add_operator(tx, C, "A1", "n", permissions=["administer"])
        operators.add_operator(tx, C, "A2", "n", permissions=["administer"])
        operators.set_operator_status(tx, C, "A2", "frozen")
        with pytest.raises(AdminError, match="no two administrators"):
            customers.set_switch(tx, C, "second_administrator", on=True)
        operators.set_operator_status(tx, C, "A2", "normal")
        customers.set_switch(tx, C, "second_administrator", on=True)
        assert customer(tx).second_administrator


def test_R1_18_a_customer_with_grants_stays_advanced(engine: Engine) -> None:
    """Whoever gave or got one; once it ended, nothing holds."""
    with engine.begin() as tx:
        customers.add_customer(tx, "C2", "n")
        accounts.attach_accounts(tx, "C2", ["22020200000000001"])
        for each in (C, "C2"):
            customers.set_switch(tx, each, "advanced", on=True)
        grants.record_letter(tx, grants.read_terms("C2", "22020200000000001", C, ["query"]), "L-1")
        for each in (C, "C2"):
            with pytest.raises(AdminError, match="22020200000000001 from C2 to C0000"):
                customers.set_switch(tx, each, "advanced", on=False)
        grants.withdraw(tx, "C2", "22020200000000001", C)
        customers.set_switch(tx, C, "advanced", on=False)


def test_R3_4_a_customer_sets_its_limits_up_to_the_bank_s(engine: Engine) -> None:
    """At the bank's limit it is allowed, one fen over is not; unset is the bank's."""
    with engine.begin() as tx:
        with pytest.raises(AdminError, match=r"at most 1,000,000\.00 yuan, the bank's limit"):
            customers.set_customer_limits(tx, C, {"transfer": 1_000_000_01})
        with pytest.raises(AdminError, match=r"at most 5,000,000\.00 yuan, the bank's limit"):
            customers.set_customer_limits(tx, C, {"day": 5_000_000_01})
        limits = customers.set_customer_limits(tx, C, {"transfer": 1_000_000_00, "day": 5_000_000_00})
        assert customer(tx).limits == limits == Limits(1_000_000_00, 5_000_000_00)
        assert customers.set_customer_limits(tx, C, {"transfer": None}) == Limits(None, 5_000_000_00)


def test_R3_4_the_bank_s_caps_are_of_the_site_or_of_one_customer(engine: Engine) -> None:
    """Each amount by itself; a limit above a lowered cap stays, for the lower one holds (O50)."""
    with engine.begin() as tx:
        customers.set_customer_limits(tx, C, {"day": 5_000_000_00})
        assert customers.set_customer_caps(tx, C, {"transfer": 7_00}) == Limits(7_00, 5_000_000_00)
        caps.set_caps(tx, {"day": 6_00, "transfer": 5_00})
        assert customer(tx).caps == Limits(7_00, 6_00)
        assert customer(tx).limits == Limits(None, 5_000_000_00)
        assert customers.set_customer_caps(tx, C, {"transfer": None}) == Limits(5_00, 6_00)


def test_O53_the_cap_of_a_payroll_batch_is_the_bank_s(engine: Engine) -> None:
    """50,000,000.00 unless it is set."""
    with engine.begin() as tx:
        assert customer(tx).payroll_cap == 50_000_000_00
        assert caps.set_caps(tx, {"payroll": 9_00}).payroll == 9_00
        assert customer(tx).payroll_cap == 9_00


@pytest.mark.parametrize("amount", [0, -1, 10**15])
def test_a_cap_is_an_amount_above_zero(engine: Engine, amount: int) -> None:
    """Of the site and of a customer; a name that is no cap is refused too."""
    with engine.begin() as tx:
        for attempt in ({"transfer": amount}, {"week": 1}):
            with pytest.raises(AdminError):
                caps.set_caps(tx, attempt)
            with pytest.raises(AdminError):
                customers.set_customer_caps(tx, C, attempt)
        with pytest.raises(AdminError):
            customers.set_customer_limits(tx, C, {})


def test_R4_23_purposes_for_persons_are_kept_apart(engine: Engine) -> None:
    """The same words may stand in both lists; each is added and taken away once."""
    with engine.begin() as tx:
        for persons in (True, False):
            purposes.add_purpose(tx, C, "工资", for_persons=persons)
            with pytest.raises(AdminError, match="already"):
                purposes.add_purpose(tx, C, "工资", for_persons=persons)
        purposes.add_purpose(tx, C, "货款", for_persons=False)
        assert customer(tx).purposes == {"工资"}
        assert [(row.for_persons, row.text) for row in purposes.list_purposes(tx, C)] == [
            (False, "工资"),
            (False, "货款"),
            (True, "工资"),
        ]
        purposes.remove_purpose(tx, C, "工资", for_persons=True)
        assert customer(tx).purposes == frozenset()
        with pytest.raises(AdminError, match="does not keep"):
            purposes.remove_purpose(tx, C, "工资", for_persons=True)
        for wrong in ("", " x", "x" * 121, "a\nb"):
            with pytest.raises(AdminError, match="printable"):
                purposes.add_purpose(tx, C, wrong, for_persons=True)


def test_a_customer_that_is_not_there_is_named(engine: Engine) -> None:
    """By every change that reads it whole."""
    with pytest.raises(AdminError, match="no customer C9"), engine.begin() as tx:
        customers.set_customer_limits(tx, "C9", {"day": 1})
