"""Customers as they are read from the register, on both databases."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, event, insert, update

from core_adapter.database import migrate, open_engine
from gateway.databases import JOURNAL_MIGRATIONS, JOURNAL_SCHEMA
from gateway.domain.customer import (
    Account,
    Authorizers,
    Band,
    Binding,
    Flow,
    Form,
    Limits,
    Mode,
    Person,
    Right,
    Role,
)
from gateway.journal import definitions
from gateway.journal.people import read_customers
from gateway.journal.standing import Standing
from gateway.journal.tables import (
    ACCOUNT_GRANT,
    ATTACHED_ACCOUNT,
    BINDING,
    CLOSED_PAYEE,
    CUSTOMER,
    FLOW,
    MODE,
    OPERATOR,
    OPERATOR_ACCOUNT,
    PURPOSE,
    SITE,
)

MODE_1 = Mode(
    mode_id="M1",
    with_amount=True,
    ordered=True,
    review=True,
    manual_dispatch=False,
    bands=(Band(5_000_000, (Authorizers(1, 1),)), Band(None, (Authorizers(1, 1), Authorizers(3, 2)))),
)
FLOW_1 = Flow(flow_id="F1", account="100001", service=None, limit=100, levels=(frozenset({"A", "B"}), frozenset({"C"})))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A journal with two customers, of whom the second has one account and one operator."""
    engine = open_engine(database_url, schema=JOURNAL_SCHEMA)
    migrate(engine, JOURNAL_MIGRATIONS)
    with engine.begin() as tx:
        for customer, account in (("C1", "100001"), ("C2", "200001")):
            _customer(tx, customer, account)
    yield engine
    engine.dispose()


def _customer(tx: Connection, customer: str, *accounts: str) -> None:
    """A customer with these accounts, all on the list of its one operator."""
    tx.execute(insert(CUSTOMER), {"customer_id": customer, "name": f"名称{customer}", "status": "normal"})
    key = {"customer_id": customer, "operator_id": "O1"}
    tx.execute(insert(OPERATOR), {**key, "name": "出纳", "status": "normal", "permissions": "query enter"})
    for account in accounts:
        tx.execute(insert(ATTACHED_ACCOUNT), {"customer_id": customer, "account": account})
        tx.execute(insert(OPERATOR_ACCOUNT), {**key, "account_owner": customer, "account": account})


def _grant(tx: Connection, state: str = "accepted", rights: str = "query transfer") -> None:
    """The account of C2, granted to C1."""
    key = {"grantor": "C2", "account": "200001", "grantee": "C1", "number": 1}
    tx.execute(insert(ACCOUNT_GRANT), {**key, "rights": rights, "state": state, "offered_ms": 1})


def test_a_bare_customer_stands_as_the_defaults_of_the_register_say(engine: Engine) -> None:
    """Form 000, caps of the site, every service, no limit; accounts pay, but no wages."""
    with engine.connect() as tx:
        found = read_customers(tx, ["C1", "nobody"])

    assert found.keys() == {"C1"}
    customer = found["C1"]
    assert (customer.name, customer.status, customer.form) == ("名称C1", "normal", Form.REVIEWER)
    assert (customer.single_person, customer.second_administrator, customer.advanced) == (False, False, False)
    assert customer.whole_batch
    assert customer.people == {
        "O1": Person(
            operator_id="O1",
            name="出纳",
            status="normal",
            permissions=frozenset({"query", "enter"}),
            accounts=frozenset({"100001"}),
        )
    }
    assert customer.accounts == {"100001": Account(number="100001", owner="C1")}
    assert (customer.modes, customer.flows, customer.bindings, customer.purposes) == ({}, (), {}, frozenset())


def test_R3_4_an_unset_cap_is_the_bank_s(engine: Engine) -> None:
    """1,000,000.00 per transaction and 5,000,000.00 a day for whoever has none of its own; each by itself."""
    with engine.begin() as tx:
        tx.execute(update(CUSTOMER).where(CUSTOMER.c.customer_id == "C1").values(cap_day=7, limit_transfer=5))
        assert read_customers(tx, ["C1"])["C1"].caps == Limits(1_000_000_00, 7)
        assert read_customers(tx, ["C1"])["C1"].limits == Limits(5, None)
        tx.execute(update(SITE).values(cap_transfer=9, payroll_cap=11))
        assert read_customers(tx, ["C1"])["C1"].caps == Limits(9, 7)
        assert read_customers(tx, ["C1"])["C1"].payroll_cap == 11


def test_a_customer_is_read_whole(engine: Engine) -> None:
    """Everything that the register holds of it comes back as it was written."""
    with engine.begin() as tx:
        tx.execute(
            update(CUSTOMER)
            .where(CUSTOMER.c.customer_id == "C1")
            .values(form="flow", single_person=True, second_administrator=True, whole_batch=False, advanced=True)
        )
        key = {"customer_id": "C1", "operator_id": "D1", "name": "副主管", "status": "frozen"}
        more = {"level": 3, "role": "deputy", "manager": "S1", "limit_transfer": 1, "limit_day": 2}
        tx.execute(insert(OPERATOR), {**key, **more, "permissions": "authorize", "services": "B A"})
        shown = {"alias": "基本户", "priority": 9}
        right = {"bank_wages": True, "may_wages": True, "may_pay": False, "limit_transfer": 3, "limit_day": 4}
        tx.execute(
            update(ATTACHED_ACCOUNT).where(ATTACHED_ACCOUNT.c.customer_id == "C1").values(**shown, **right, closed=True)
        )
        payee = {"customer_id": "C1", "account": "100001", "payee_name": "n"}
        for payee_account, bank_code in (("77", ""), ("88", "313100000013")):
            tx.execute(insert(CLOSED_PAYEE), {**payee, "payee_account": payee_account, "payee_bank_code": bank_code})
        tx.execute(insert(MODE), {"customer_id": "C1", "mode_id": "M1", "definition": definitions.write_mode(MODE_1)})
        flow = {"customer_id": "C1", "flow_id": "F1", "account": "100001"}
        tx.execute(insert(FLOW), {**flow, "definition": definitions.write_flow(FLOW_1)})
        tx.execute(insert(BINDING), {"customer_id": "C1", "service": "S", "mode_id": "M1", "enabled": False})
        for text, persons in (("工资", True), ("货款", False)):
            tx.execute(insert(PURPOSE), {"customer_id": "C1", "text": text, "for_persons": persons})
        customer = read_customers(tx, ["C1"])["C1"]

    assert (customer.form, customer.single_person, customer.second_administrator) == (Form.FLOW, True, True)
    assert (customer.whole_batch, customer.advanced) == (False, True)
    assert customer.people["D1"] == Person(
        operator_id="D1",
        name="副主管",
        status="frozen",
        permissions=frozenset({"authorize"}),
        level=3,
        role=Role.DEPUTY,
        manager="S1",
        services=frozenset({"A", "B"}),
        limits=Limits(1, 2),
    )
    assert customer.accounts["100001"] == Account(
        number="100001",
        owner="C1",
        bank_pay=True,
        bank_wages=True,
        may_pay=False,
        may_pay_wages=True,
        limits=Limits(3, 4),
        alias="基本户",
        priority=9,
        closed=True,
        payees=frozenset({("77", None), ("88", "313100000013")}),
    )
    assert customer.modes == {"M1": MODE_1}
    assert customer.flows == (FLOW_1,)
    assert customer.bindings == {"S": Binding("M1", enabled=False)}
    assert customer.purposes == {"工资"}


def test_a_deleted_operator_is_none_of_the_people_and_a_frozen_one_is(engine: Engine) -> None:
    """What is deleted acts no more; what is frozen may act again."""
    with engine.begin() as tx:
        for status in ("deleted", "frozen"):
            row = {"customer_id": "C1", "operator_id": status, "name": "n", "status": status, "permissions": ""}
            tx.execute(insert(OPERATOR), row)

        assert read_customers(tx, ["C1"])["C1"].people.keys() == {"O1", "frozen"}


@pytest.mark.parametrize("state", ["offered", "accepted", "withdrawn", "dropped"])
def test_R1_20_a_grant_works_only_while_it_is_accepted(engine: Engine, state: str) -> None:
    """Neither an offer nor what was taken back or dropped gives the use of an account."""
    with engine.begin() as tx:
        _grant(tx, state)
        found = read_customers(tx, ["C1"])["C1"].accounts

    assert ("200001" in found) == (state == "accepted")


def test_R1_18_a_granted_account_keeps_its_own_limits_and_closed_list(engine: Engine) -> None:
    """It names its owner and the rights of the grant; how its owner shows it is its owner's affair (O22)."""
    with engine.begin() as tx:
        _grant(tx, rights="query collect")
        own = {"limit_transfer": 3, "closed": True, "may_pay": False, "alias": "秘密", "priority": 9}
        tx.execute(update(ATTACHED_ACCOUNT).where(ATTACHED_ACCOUNT.c.account == "200001").values(**own))
        payee = {"payee_account": "77", "payee_bank_code": "", "payee_name": "n"}
        tx.execute(insert(CLOSED_PAYEE), {"customer_id": "C2", "account": "200001", **payee})
        found = read_customers(tx, ["C1"])["C1"].accounts

    assert found["200001"] == Account(
        number="200001",
        owner="C2",
        may_pay=False,
        limits=Limits(3, None),
        closed=True,
        payees=frozenset({("77", None)}),
        rights=frozenset({Right.QUERY, Right.COLLECT}),
    )


def test_customers_are_read_by_a_fixed_number_of_statements(engine: Engine) -> None:
    """As many for a hundred customers as for one."""
    with engine.begin() as tx:
        for number in range(100):
            _customer(tx, f"X{number}", f"9{number:05}", f"8{number:05}")
    counted = []
    for wanted in (["X1"], [f"X{number}" for number in range(100)]):
        statements: list[str] = []

        def note(*told: object, statements: list[str] = statements) -> None:
            statements.append(str(told[2]))

        with engine.connect() as tx:
            event.listen(tx, "before_cursor_execute", note)
            assert len(read_customers(tx, wanted)) == len(wanted)
        counted.append(len(statements))

    assert counted[0] == counted[1] <= 12


def test_what_is_remembered_is_not_read_again_while_the_version_stands(engine: Engine) -> None:
    """A command of a known operator costs no statement; a new version forgets everything."""
    standing = Standing()
    with engine.begin() as tx:
        _grant(tx)
        first = standing.facts(tx, 1, [("C1", "O1"), ("C1", "nobody"), ("C9", "O1")])
    assert [each.person is not None for each in first] == [True, False, False]
    assert first[0].grantors.keys() == {"C2"}
    with engine.begin() as tx:
        tx.execute(update(OPERATOR).values(status="frozen"))
        statements: list[str] = []
        event.listen(tx, "before_cursor_execute", lambda *told: statements.append(str(told[2])))
        assert standing.facts(tx, 1, [("C1", "O1"), ("C1", "O1")]) == [first[0], first[0]]
        assert statements == []
        tx.execute(update(SITE).values(register_version=2))
        person = standing.facts(tx, 2, [("C1", "O1")])[0].person
        assert person
        assert person.status == "frozen"


def test_facts_are_of_one_version_also_when_it_moves_while_they_are_read(engine: Engine) -> None:
    """Who is read under a version that has moved is read again, together with all that was remembered under it."""
    standing = Standing()
    with engine.begin() as tx:
        standing.facts(tx, 1, [("C1", "O1")])
        tx.execute(update(OPERATOR).values(status="frozen"))
        tx.execute(update(SITE).values(register_version=2))

        found = standing.facts(tx, 1, [("C1", "O1"), ("C2", "O1")])

        assert [each.person.status for each in found if each.person] == ["frozen", "frozen"]
