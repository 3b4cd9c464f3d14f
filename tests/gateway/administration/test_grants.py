"""Grants as the bank keeps them: by signed letter, taken back, and on record for ever."""

import pytest
from sqlalchemy import Connection, Engine

from gateway.administration import accounts, customers, grants
from gateway.administration.change import AdminError
from gateway.administration.grants import read_terms, record_letter, withdraw
from gateway.domain.customer import Right
from gateway.journal.people import read_customers
from tests.gateway.administration.conftest import C

N = "22020200000000001"
KEY = ("C2", N, C)


@pytest.fixture
def group(engine: Engine) -> Engine:
    """A second customer with an account, both advanced."""
    with engine.begin() as tx:
        customers.add_customer(tx, "C2", "子公司")
        accounts.attach_accounts(tx, "C2", [N])
        for each in (C, "C2"):
            customers.set_switch(tx, each, "advanced", on=True)
    return engine


def rights(tx: Connection) -> frozenset[Right] | None:
    """With what rights the grantee may use the account; None where it may not."""
    account = read_customers(tx, [C])[C].accounts.get(N)
    return account.rights if account else None


@pytest.mark.parametrize("words", [["transfer", "collect"], ["query", "transfer", "collect"]])
def test_R1_18_transfer_and_collect_never_go_together(group: Engine, words: list[str]) -> None:
    """A grant gives query, or one of the two, or query and one of the two; a right there must be."""
    with pytest.raises(AdminError, match="one grant"), group.begin() as tx:
        record_letter(tx, read_terms(*KEY, words), "L-1")
    for wrong, told in ((["fly"], "unknown right fly"), ([], "gives a right")):
        with pytest.raises(AdminError, match=told):
            read_terms(*KEY, wrong)


def test_R1_18_both_must_be_advanced_customers(group: Engine) -> None:
    """The one who grants and the one who is granted; and the account is the grantor's own."""
    for each in (C, "C2"):
        with group.begin() as tx:
            customers.set_switch(tx, each, "advanced", on=False)
            with pytest.raises(AdminError, match="advanced customers"):
                record_letter(tx, read_terms(*KEY, ["query"]), "L-1")
            tx.rollback()
    with group.begin() as tx:
        for grantor, grantee in ((C, "C2"), ("C2", "C2"), ("C2", "C9")):
            with pytest.raises(AdminError, match=f"account {N} of customer {grantor}: "):
                record_letter(tx, read_terms(grantor, N, grantee, ["query"]), "L-1")


@pytest.mark.parametrize("word", ["transfer", "collect"])
def test_R1_18_nobody_pays_from_an_account_that_may_not_pay(group: Engine, word: str) -> None:
    """A grant never gives more than its grantor has."""
    with group.begin() as tx:
        accounts.leave_abilities(tx, "C2", N, {"pay": False})
        with pytest.raises(AdminError, match="no payment permission"):
            record_letter(tx, read_terms(*KEY, [word]), "L-1")
        record_letter(tx, read_terms(*KEY, ["query"]), "L-1")


def test_R1_22_a_signed_letter_that_the_bank_records_works_at_once(group: Engine) -> None:
    """It is named; what is granted already is not granted again."""
    with group.begin() as tx:
        for letter in ("", " ", "x" * 65, "a\nb"):
            with pytest.raises(AdminError, match="a letter is named"):
                record_letter(tx, read_terms(*KEY, ["query"]), letter)
        assert rights(tx) is None
        record_letter(tx, read_terms(*KEY, ["collect", "query"]), "授权书2026-017")
        assert rights(tx) == frozenset({Right.QUERY, Right.COLLECT})
        with pytest.raises(AdminError, match="is accepted to customer"):
            record_letter(tx, read_terms(*KEY, ["query"]), "授权书2026-018")
        (row,) = grants.list_grants(tx)

    assert (row.letter, row.state, row.rights) == ("授权书2026-017", "accepted", ("query", "collect"))
    assert row.accepted == row.offered
    assert row.ended is None


def test_R1_21_a_grant_is_taken_back_at_any_time(group: Engine) -> None:
    """Whatever ended may be granted anew, and stays on record."""
    with group.begin() as tx:
        for letter in ("L-1", "L-2"):
            record_letter(tx, read_terms(*KEY, ["transfer"]), letter)
            assert withdraw(tx, *KEY) == 0
            assert rights(tx) is None
            with pytest.raises(AdminError, match="grants no account"):
                withdraw(tx, *KEY)
        record_letter(tx, read_terms(*KEY, ["query"]), "L-3")
        with pytest.raises(AdminError, match="grants no account"):
            withdraw(tx, C, N, C)

        assert [(row.letter, row.state) for row in grants.list_grants(tx, "C2")] == [
            ("L-1", "withdrawn"),
            ("L-2", "withdrawn"),
            ("L-3", "accepted"),
        ]
