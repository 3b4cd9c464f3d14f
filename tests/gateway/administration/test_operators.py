"""Operators: levels, roles and managers, lists, limits, and whom a company cannot do without."""

import pytest
from sqlalchemy import Connection, Engine

from gateway.administration import accounts, approval, credentials, customers, grants, lists, operators
from gateway.administration.change import AdminError
from gateway.administration.places import Place
from gateway.domain.customer import Flow, Limits, Person, Role
from gateway.journal.people import read_customers
from signer.certificates import fingerprint
from tests.gateway.administration.conftest import C, O, certificate

A1, A2 = "11010100000000001", "11010100000000002"


def person(tx: Connection, operator: str = O) -> Person:
    """The operator as the rules see it."""
    return read_customers(tx, [C])[C].people[operator]


def test_R1_2_who_may_authorize_has_a_level_and_nobody_else(engine: Engine) -> None:
    """When it is added and when its permissions change; a level that is there is kept."""
    with engine.begin() as tx:
        for level in (None, 0, 10):
            with pytest.raises(AdminError, match="a level from 1 to 9"):
                operators.add_operator(tx, C, "M1", "n", permissions=["authorize"], level=level)
        with pytest.raises(AdminError, match="only who may authorize"):
            operators.add_operator(tx, C, "M1", "n", permissions=["review"], level=1)
        operators.add_operator(tx, C, "M1", "n", permissions=["authorize"], level=3)
        assert person(tx, "M1").level == 3
        operators.set_permissions(tx, C, "M1", ["authorize", "review"])
        assert person(tx, "M1").level == 3
        operators.set_permissions(tx, C, "M1", ["authorize"], level=2)
        assert person(tx, "M1").level == 2
        operators.set_permissions(tx, C, "M1", ["force-authorize"])
        assert person(tx, "M1").level is None


def test_R1_5_accounts_are_put_on_a_list_and_taken_off(engine: Engine) -> None:
    """A newly attached account is on nobody's list; one of another customer never is."""
    with engine.begin() as tx:
        accounts.attach_accounts(tx, C, [A1, A2])
        assert person(tx).accounts == frozenset()
        assert lists.change_accounts(tx, C, O, add=[A2, A1]) == (A1, A2)
        assert lists.change_accounts(tx, C, O, remove=[A1]) == (A2,)
        for add, remove, told in (
            (["22020200000000001"], [], "not an account that customer"),
            ([A2], [], "on the list"),
            ([], [A1], "not on the list"),
            ([A1], [A1], "named twice"),
        ):
            with pytest.raises(AdminError, match=told):
                lists.change_accounts(tx, C, O, add=add, remove=remove)
        accounts.detach_account(tx, C, A2)
        assert person(tx).accounts == frozenset()


def test_R1_6_services_are_those_of_the_catalogue_or_every_one(engine: Engine) -> None:
    """Every one at first; an empty list is none."""
    with engine.begin() as tx:
        assert person(tx).services is None
        for words, expected in (
            (["QueryTransfer", "SubmitTransfer"], frozenset({"QueryTransfer", "SubmitTransfer"})),
            ([], frozenset()),
            (["*"], None),
        ):
            assert lists.change_services(tx, C, O, words) == expected
            assert person(tx).services == expected
        with pytest.raises(AdminError, match="unknown service Fly"):
            lists.change_services(tx, C, O, ["Fly"])


def test_R3_2_an_operator_has_limits_per_transaction_and_per_day(engine: Engine) -> None:
    """Each by itself; none is no limit, and zero is nothing at all."""
    with engine.begin() as tx:
        assert lists.set_operator_limits(tx, C, O, {"transfer": 5_00}) == Limits(5_00, None)
        assert lists.set_operator_limits(tx, C, O, {"day": 0}) == Limits(5_00, 0)
        assert person(tx).limits == Limits(5_00, 0)
        assert lists.set_operator_limits(tx, C, O, {"transfer": None}) == Limits(None, 0)
        with pytest.raises(AdminError, match="not negative"):
            lists.set_operator_limits(tx, C, O, {"day": -1})


def test_R1_10_in_form_003_role_and_code_never_change(engine: Engine) -> None:
    """What makes the role there, enter, review and administer, neither; in the other forms all of it may."""
    with engine.begin() as tx:
        customers.set_form(tx, C, "flow")
        operators.set_permissions(tx, C, O, ["enter"])
        for attempt in (["review"], ["enter", "review"], ["query"]):
            with pytest.raises(AdminError, match=r"role .* cannot change"):
                operators.set_permissions(tx, C, O, attempt)
        with pytest.raises(AdminError, match="role cannot change"):
            operators.set_place(tx, C, O, Place(Role.DEPUTY))
        customers.set_form(tx, C, "mode")
        operators.set_permissions(tx, C, O, ["review"])
        operators.set_place(tx, C, O, Place(Role.DEPUTY))
        assert person(tx).role is Role.DEPUTY


def test_R1_13_only_deputies_manage_and_nobody_manages_a_deputy(engine: Engine) -> None:
    """A manager is a deputy of the same customer; the supervisor administers."""
    with engine.begin() as tx:
        operators.add_operator(tx, C, "D1", "n", permissions=["review"], place=Place(Role.DEPUTY))
        operators.add_operator(tx, C, "O2", "n", permissions=["enter"], place=Place(manager="D1"))
        assert person(tx, "O2").manager == "D1"
        for place, told in (
            (Place(Role.DEPUTY, "D1"), "answers to no deputy"),
            (Place(manager=O), "no deputy"),
            (Place(manager="nobody"), "no deputy"),
            (Place(Role.SUPERVISOR), "permission to administer"),
            (Place("king"), "there are operator, deputy, supervisor"),
        ):
            with pytest.raises(AdminError, match=told):
                operators.set_place(tx, C, "O2", place)
        operators.add_operator(tx, C, "S1", "n", permissions=["administer"], place=Place(Role.SUPERVISOR))
        operators.add_operator(tx, C, "A1", "n", permissions=["administer"])
        with pytest.raises(AdminError, match="is the supervisor"):
            operators.set_permissions(tx, C, "S1", ["query"])


@pytest.mark.parametrize("how", ["deleted", "another role"])
def test_R1_14_what_a_deputy_managed_moves_up_to_the_supervisor(engine: Engine, how: str) -> None:
    """Its operators and its certificates in hand."""
    der = certificate("one")
    with engine.begin() as tx:
        operators.add_operator(tx, C, "D1", "n", permissions=["review"], place=Place(Role.DEPUTY))
        operators.add_operator(tx, C, "O2", "n", permissions=["enter"], place=Place(manager="D1"))
        credentials.pool_certificate(tx, C, der, confirm=fingerprint(der).hex(), manager="D1")
        if how == "deleted":
            operators.set_operator_status(tx, C, "D1", "deleted")
        else:
            operators.set_place(tx, C, "D1", Place())
        assert person(tx, "O2").manager is None
        assert [row.manager for row in credentials.list_credentials(tx, C)] == [credentials.SUPERVISOR]


def test_R1_11_the_only_one_on_a_level_of_a_flow_is_not_deleted_until_the_flow_is(engine: Engine) -> None:
    """关键级别, review and entry; one of several may go, and whoever is frozen still counts."""
    with engine.begin() as tx:
        accounts.attach_accounts(tx, C, [A1])
        lists.change_accounts(tx, C, O, add=[A1])
        for name in ("R1", "R2", "R3"):
            operators.add_operator(tx, C, name, "n", permissions=["review"])
            lists.change_accounts(tx, C, name, add=[A1])
        levels = (frozenset({"R1", "R2"}), frozenset({"R3"}))
        approval.save_flow(tx, C, Flow(flow_id="F1", account=A1, service=None, limit=100, levels=levels))
        operators.set_operator_status(tx, C, "R2", "frozen")
        for key in ("R3", O):
            with pytest.raises(AdminError, match="only one on a level of flow F1"):
                operators.set_operator_status(tx, C, key, "deleted")
        operators.set_operator_status(tx, C, "R1", "deleted")
        with pytest.raises(AdminError, match="only one on a level of flow F1"):
            operators.set_operator_status(tx, C, "R2", "deleted")
        operators.set_operator_status(tx, C, "R3", "frozen")
        approval.delete_flow(tx, C, "F1")
        for name in ("R2", "R3", O):
            operators.set_operator_status(tx, C, name, "deleted")


def test_R1_1_only_the_bank_freezes_the_last_administrator(engine: Engine) -> None:
    """Freezing is always possible, for the bank (O23); to delete or strip it, for nobody."""
    with engine.begin() as tx:
        operators.add_operator(tx, C, "ADM", "n", permissions=["administer"])
        for status in ("frozen", "deleted"):
            with pytest.raises(AdminError, match="last administrator"):
                operators.set_operator_status(tx, C, "ADM", status)
        with pytest.raises(AdminError, match="last administrator"):
            operators.set_operator_status(tx, C, "ADM", "deleted", by_bank=True)
        operators.set_operator_status(tx, C, "ADM", "frozen", by_bank=True)
        assert person(tx, "ADM").status == "frozen"


def test_R1_18_a_granted_account_goes_on_lists_until_the_grant_ends(engine: Engine) -> None:
    """It is on nobody's list at first, and off every list when it is taken back (R1.21)."""
    with engine.begin() as tx:
        customers.add_customer(tx, "C2", "n")
        accounts.attach_accounts(tx, "C2", ["22020200000000001"])
        for each in (C, "C2"):
            customers.set_switch(tx, each, "advanced", on=True)
        terms = grants.read_terms("C2", "22020200000000001", C, ["query", "transfer"])
        grants.record_letter(tx, terms, "L-1")
        assert person(tx).accounts == frozenset()
        assert lists.change_accounts(tx, C, O, add=["22020200000000001"]) == ("22020200000000001",)
        grants.withdraw(tx, "C2", "22020200000000001", C)
        assert person(tx).accounts == frozenset()


def test_operators_are_listed_with_what_they_are_in_charge_of(engine: Engine) -> None:
    """Level, role, manager, services, limits, and how many accounts."""
    with engine.begin() as tx:
        accounts.attach_accounts(tx, C, [A1, A2])
        operators.add_operator(tx, C, "D1", "n", permissions=["authorize"], level=2, place=Place(Role.DEPUTY))
        operators.set_place(tx, C, O, Place(manager="D1"))
        lists.change_accounts(tx, C, O, add=[A1, A2])
        lists.change_services(tx, C, O, ["QueryTransfer"])
        lists.set_operator_limits(tx, C, O, {"day": 7})
        first, second = operators.list_operators(tx, C)

    assert (first.operator, first.level, first.role, first.services) == ("D1", 2, "deputy", ("*",))
    assert (second.operator, second.level, second.manager, second.accounts) == (O, None, "D1", 2)
    assert (second.services, second.limit_transfer, second.limit_day) == (("QueryTransfer",), None, 7)
