"""The register: what bank staff may change in it, what is refused, and that every change is noticed."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Connection, Engine, insert, select

from gateway.administration import accounts, certificates, customers, operators
from gateway.administration.change import AdminError
from gateway.journal.tables import CERTIFICATE, CUSTOMER, OPERATOR, SITE
from signer.certificates import fingerprint
from tests.gateway.administration.conftest import BEGIN, C, O, certificate, register

CHANGES: dict[str, Callable[[Connection], object]] = {
    "customer add": lambda tx: customers.add_customer(tx, "C2", "n"),
    "customer suspend": lambda tx: customers.set_customer_status(tx, C, "suspended"),
    "operator add": lambda tx: operators.add_operator(tx, C, "O2", "n", permissions=[]),
    "operator permissions": lambda tx: operators.set_permissions(tx, C, O, ["query"]),
    "operator freeze": lambda tx: operators.set_operator_status(tx, C, O, "frozen"),
    "operator delete": lambda tx: operators.set_operator_status(tx, C, O, "deleted"),
    "certificate add": lambda tx: register(tx, C, O, certificate("one")),
    "account attach": lambda tx: accounts.attach_accounts(tx, C, ["11010100000000001"]),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_raises_the_version_of_the_register(engine: Engine, name: str) -> None:
    """Running processes read the register again when its version moved; a change that is lost moves nothing."""
    with engine.begin() as tx:
        before = tx.execute(select(SITE.c.register_version)).scalar_one()
        CHANGES[name](tx)
        assert tx.execute(select(SITE.c.register_version)).scalar_one() == before + 1
        tx.rollback()
    with engine.connect() as connection:
        assert connection.execute(select(SITE.c.register_version)).scalar_one() == before


def test_customers_are_listed_with_what_they_have(engine: Engine) -> None:
    """Deleted operators are not counted."""
    with engine.begin() as tx:
        accounts.attach_accounts(tx, C, ["11010100000000001", "11010100000000002"])
        operators.add_operator(tx, C, "O2", "n", permissions=[])
        operators.set_operator_status(tx, C, "O2", "deleted")
        customers.set_customer_status(tx, C, "suspended")

        row = customers.CustomerRow(C, "北京晨星贸易有限公司", "suspended", "reviewer", 1, 2)
        assert customers.list_customers(tx) == [row]


@pytest.mark.parametrize("wrong", ["", "has space", "x" * 33, "企业", "a/b"])
def test_an_id_that_no_message_can_hold_is_refused(engine: Engine, wrong: str) -> None:
    """Ids of customers and operators stand in the Head, and in the ids of instructions."""
    with pytest.raises(AdminError, match="an id has"), engine.begin() as tx:
        customers.add_customer(tx, wrong, "n")
    with pytest.raises(AdminError, match="an id has"), engine.begin() as tx:
        operators.add_operator(tx, C, wrong, "n", permissions=[])


@pytest.mark.parametrize("wrong", ["", "   ", "x" * 121, "a\nb", "a\u202eb"])
def test_a_name_that_nobody_can_read_is_refused(engine: Engine, wrong: str) -> None:
    """Names are one printable line."""
    with pytest.raises(AdminError, match="a name has"), engine.begin() as tx:
        customers.add_customer(tx, "C2", wrong)


def test_a_customer_is_added_once(engine: Engine) -> None:
    """Its id is taken for good."""
    with pytest.raises(AdminError, match="exists already"), engine.begin() as tx:
        customers.add_customer(tx, C, "n")


def test_R1_10_the_code_of_a_deleted_operator_is_never_used_again(engine: Engine) -> None:
    """A deleted operator keeps its row; it cannot be added, thawed, changed, or given a certificate."""
    with engine.begin() as tx:
        operators.set_operator_status(tx, C, O, "deleted")
        attempts: list[Callable[[], object]] = [
            lambda: operators.add_operator(tx, C, O, "another", permissions=[]),
            lambda: operators.set_operator_status(tx, C, O, "normal"),
            lambda: operators.set_permissions(tx, C, O, ["query"]),
            lambda: register(tx, C, O, certificate("one")),
        ]
        for attempt in attempts:
            with pytest.raises(AdminError, match="deleted"):
                attempt()
        assert tx.execute(select(OPERATOR.c.status)).scalar_one() == "deleted"


def test_the_same_code_at_another_customer_is_another_operator(engine: Engine) -> None:
    """Codes are unique within their customer."""
    with engine.begin() as tx:
        customers.add_customer(tx, "C2", "n")
        operators.add_operator(tx, "C2", O, "n", permissions=[])

        assert [(row.customer, row.operator) for row in operators.list_operators(tx)] == [(C, O), ("C2", O)]


def test_R1_2_authorize_and_force_authorize_never_go_together(engine: Engine) -> None:
    """Neither when an operator is added nor when its permissions change."""
    both = ["authorize", "force-authorize"]
    with pytest.raises(AdminError, match="never go to one operator"), engine.begin() as tx:
        operators.add_operator(tx, C, "O2", "n", permissions=both)
    with pytest.raises(AdminError, match="never go to one operator"), engine.begin() as tx:
        operators.set_permissions(tx, C, O, both)


def test_an_unknown_permission_is_refused_with_those_there_are(engine: Engine) -> None:
    """The text helps to find the right word."""
    with pytest.raises(AdminError, match=r"unknown permission entry; there are query, enter, .*force-authorize"):
        operators.checked_permissions(["entry"])


@pytest.mark.parametrize(
    "loss",
    [
        lambda tx: operators.set_operator_status(tx, C, "ADM", "frozen"),
        lambda tx: operators.set_operator_status(tx, C, "ADM", "deleted"),
        lambda tx: operators.set_permissions(tx, C, "ADM", ["query"]),
    ],
)
def test_R1_1_the_last_administrator_stays(engine: Engine, loss: Callable[[Connection], object]) -> None:
    """It cannot be frozen, deleted or stripped while no other administrator is normal; with another one it can."""
    with engine.begin() as tx:
        operators.add_operator(tx, C, "ADM", "n", permissions=["administer"])
        operators.add_operator(tx, C, "ADM2", "n", permissions=["administer", "query"])
        operators.set_operator_status(tx, C, "ADM2", "frozen")
    with pytest.raises(AdminError, match="last administrator"), engine.begin() as tx:
        loss(tx)
    with engine.begin() as tx:
        operators.set_operator_status(tx, C, "ADM2", "normal")
        loss(tx)


def test_nothing_is_done_twice(engine: Engine) -> None:
    """Freezing the frozen, and so on, is told rather than passed over."""
    with engine.begin() as tx:
        operators.set_operator_status(tx, C, O, "frozen")
        with pytest.raises(AdminError, match="is frozen already"):
            operators.set_operator_status(tx, C, O, "frozen")
        with pytest.raises(AdminError, match="is normal already"):
            customers.set_customer_status(tx, C, "normal")


def test_who_is_not_there_is_named(engine: Engine) -> None:
    """The text says whether it is the customer or the operator."""
    with engine.begin() as tx:
        with pytest.raises(AdminError, match="no customer C9"):
            operators.set_operator_status(tx, "C9", O, "frozen")
        with pytest.raises(AdminError, match=f"customer {C} has no operator O9"):
            operators.set_operator_status(tx, C, "O9", "frozen")


def test_two_certificates_are_valid_at_once(engine: Engine) -> None:
    """So that one can be replaced without a gap; the old one is revoked by the beginning of its fingerprint."""
    with engine.begin() as tx:
        old, new = (register(tx, C, O, certificate(name)) for name in ("old", "new"))
        assert operators.list_operators(tx)[0].certificates == 2
        assert certificates.revoke_certificate(tx, certificates.readable(old)[:23]) == old
        assert operators.list_operators(tx)[0].certificates == 1
        listed = {row.fingerprint: row.revoked_at is None for row in certificates.list_certificates(tx, C)}
    assert listed == {old: False, new: True}


def test_R1_16_a_fingerprint_is_confirmed_in_any_writing(engine: Engine) -> None:
    """Colons, blanks and capitals do not matter; a wrong digit does."""
    der = certificate("one")
    said = certificates.readable(fingerprint(der).hex())
    wrong = said[:-1] + ("0" if said[-1] != "0" else "1")
    with engine.begin() as tx:
        for confirm in (wrong, "", said[:20]):
            with pytest.raises(AdminError, match="not that of the certificate"):
                register(tx, C, O, der, confirm=confirm)
        register(tx, C, O, der, confirm=said.replace(":", " ").lower())


def test_R1_15_a_certificate_once_assigned_goes_to_nobody_else(engine: Engine) -> None:
    """Neither to another operator nor to another customer, and not again after it was revoked."""
    der = certificate("one")
    with engine.begin() as tx:
        operators.add_operator(tx, C, "O2", "n", permissions=[])
        register(tx, C, O, der)
        for operator in (O, "O2"):
            with pytest.raises(AdminError, match=f"is registered for operator {O}"):
                register(tx, C, operator, der)
        certificates.revoke_certificate(tx, fingerprint(der).hex())
        with pytest.raises(AdminError, match="was registered and revoked"):
            register(tx, C, O, der)


def test_an_unfit_certificate_is_refused_with_the_reason(engine: Engine) -> None:
    """Expired, unreadable, or with a signer id that cannot be one."""
    with engine.begin() as tx:
        with pytest.raises(AdminError, match="expired"):
            register(tx, C, O, certificate("old", BEGIN + timedelta(days=1)))
        with pytest.raises(AdminError, match="cannot be registered"):
            register(tx, C, O, b"nonsense")
        with pytest.raises(AdminError, match="signer id"):
            register(tx, C, O, certificate("one"), sm2_id="企业")


def test_a_beginning_that_fits_several_revokes_none(engine: Engine) -> None:
    """Nor does one that fits none, or something that is no fingerprint."""
    with engine.begin() as tx:
        register(tx, C, O, certificate("one"))
        row = tx.execute(select(CERTIFICATE)).one()._asdict()
        tx.execute(insert(CERTIFICATE), row | {"fingerprint": row["fingerprint"][:10] + "f" * 54})
        for name, told in ((row["fingerprint"][:10], "2 certificates"), ("zz", "no certificates"), ("%", "not a")):
            with pytest.raises(AdminError, match=told):
                certificates.revoke_certificate(tx, name)
        assert tx.execute(select(CERTIFICATE.c.revoked_ms)).scalars().all() == [None, None]


def test_an_account_belongs_to_one_customer(engine: Engine) -> None:
    """It is attached once, and free again when it was detached."""
    with engine.begin() as tx:
        customers.add_customer(tx, "C2", "n")
        accounts.attach_accounts(tx, C, ["11010100000000001"])
        with pytest.raises(AdminError, match=f"attached to customer {C} already"):
            accounts.attach_accounts(tx, "C2", ["11010100000000001"])
        accounts.detach_account(tx, C, "11010100000000001")
        with pytest.raises(AdminError, match="is not attached"):
            accounts.detach_account(tx, C, "11010100000000001")
        accounts.attach_accounts(tx, "C2", ["11010100000000001"])
        assert [row.account for row in accounts.list_attached(tx, "C2")] == ["11010100000000001"]


@pytest.mark.parametrize("wrong", ["", "12345", "1" * 33, "１２３４５６７", "#EQUITY-CNY"])
def test_what_is_no_account_number_is_refused(engine: Engine, wrong: str) -> None:
    """Above all the bank's internal accounts."""
    with pytest.raises(AdminError, match="a number has"), engine.begin() as tx:
        accounts.attach_accounts(tx, C, [wrong])


def test_a_refused_change_changes_nothing(engine: Engine) -> None:
    """The transaction of a refusal is rolled back whole."""
    with pytest.raises(AdminError), engine.begin() as tx:
        accounts.attach_accounts(tx, C, ["11010100000000001", "wrong"])
    with engine.connect() as connection:
        assert accounts.list_attached(connection) == []
        assert connection.execute(select(CUSTOMER.c.customer_id)).scalars().all() == [C]
