"""What may be offered to whom, and when an acceptance is that of an offer: pure rules."""

from dataclasses import replace

import pytest

from gateway.domain.customer import Account, Customer, Right
from gateway.domain.grants import Terms, differences, offer_faults
from protocol.codes import Code

HERE = "/Message/Body/OfferGrant"
ACCOUNTS = {
    "pays": Account(number="pays", owner="A"),
    "still": Account(number="still", owner="A", may_pay=False),
    "lent": Account(number="lent", owner="Z", rights=frozenset({Right.QUERY})),
}
GRANTOR = Customer(customer_id="A", status="normal", advanced=True, accounts=ACCOUNTS)
GRANTEE = Customer(customer_id="B", status="normal", advanced=True)
TERMS = Terms("A", "pays", "B", frozenset({Right.QUERY, Right.TRANSFER}))


def _names(rights: set[Right]) -> str:
    """The same in every process, which a set's own text is not."""
    return " and ".join(sorted(rights))


@pytest.mark.parametrize(
    "rights",
    [
        {Right.QUERY},
        {Right.TRANSFER},
        {Right.COLLECT},
        {Right.QUERY, Right.TRANSFER},
        {Right.QUERY, Right.COLLECT},
    ],
    ids=_names,
)
def test_R1_18_rights_that_may_be_offered(rights: set[Right]) -> None:
    """To query, one of transfer and collect, or both of these two kinds."""
    assert offer_faults(replace(TERMS, rights=frozenset(rights)), GRANTOR, GRANTEE, HERE) == []


@pytest.mark.parametrize("rights", [{Right.TRANSFER, Right.COLLECT}, set(Right)], ids=_names)
def test_R1_18_transfer_and_collect_never_go_together(rights: set[Right]) -> None:
    """With or without the right to query."""
    (fault,) = offer_faults(replace(TERMS, rights=frozenset(rights)), GRANTOR, GRANTEE, HERE)

    assert (fault.rule, fault.place) == (Code.GRANT_RIGHTS_EXCLUSIVE, f"{HERE}/Right")


def test_R1_18_both_must_be_advanced_customers() -> None:
    """Each side is named at its place; one that does not exist is told as one that is not advanced."""
    plain = replace(GRANTEE, advanced=False)

    def places(grantor: Customer, grantee: Customer | None) -> list[tuple[str, str | None]]:
        return [(fault.rule, fault.place) for fault in offer_faults(TERMS, grantor, grantee, HERE)]

    other = (Code.CUSTOMER_NOT_ADVANCED, f"{HERE}/Grantee")
    assert places(GRANTOR, plain) == [other]
    assert offer_faults(TERMS, GRANTOR, plain, HERE) == offer_faults(TERMS, GRANTOR, None, HERE)
    own = (Code.CUSTOMER_NOT_ADVANCED, "/Message/Head/CustomerId")
    assert places(replace(GRANTOR, advanced=False), plain) == [own, other]


@pytest.mark.parametrize("right", [Right.TRANSFER, Right.COLLECT])
def test_R1_7_a_grant_gives_no_payments_from_an_account_that_may_not_pay(right: Right) -> None:
    """It would give more than its grantor has; to query may be granted all the same."""
    terms = replace(TERMS, account="still", rights=frozenset({Right.QUERY, right}))

    (fault,) = offer_faults(terms, GRANTOR, GRANTEE, HERE)

    assert (fault.rule, fault.value) == (Code.GRANT_EXCEEDS_OWN, right)
    assert offer_faults(replace(terms, rights=frozenset({Right.QUERY})), GRANTOR, GRANTEE, HERE) == []


@pytest.mark.parametrize("account", ["lent", "none"])
def test_R1_18_only_an_own_account_is_granted(account: str) -> None:
    """Neither one that another customer granted nor one that is nobody's here."""
    (fault,) = offer_faults(replace(TERMS, account=account), GRANTOR, GRANTEE, HERE)

    assert (fault.rule, fault.place) == (Code.ACCOUNT_NOT_ATTACHED, f"{HERE}/Account")


def test_R1_18_every_fault_of_an_offer_comes_at_once() -> None:
    """Account, rights and both customers; an account is not granted to its own customer."""
    terms = Terms("A", "none", "A", frozenset(Right))
    plain = replace(GRANTOR, advanced=False)

    assert [fault.rule for fault in offer_faults(terms, plain, plain, HERE)] == [
        Code.ACCOUNT_NOT_ATTACHED,
        Code.GRANT_RIGHTS_EXCLUSIVE,
        Code.CUSTOMER_NOT_ADVANCED,
        Code.GRANT_TO_ONESELF,
    ]


def test_R1_20_an_acceptance_with_every_element_the_same_is_one() -> None:
    """Whatever else is offered."""
    others = [replace(TERMS, account="other"), TERMS, replace(TERMS, grantor="Z")]

    assert differences(TERMS, others, "/x") == []


@pytest.mark.parametrize(
    ("offer", "elements"),
    [
        (replace(TERMS, rights=frozenset({Right.QUERY})), ["Right"]),
        (replace(TERMS, account="other"), ["Account"]),
        (replace(TERMS, grantor="Z"), ["Grantor"]),
        (replace(TERMS, grantor="Z", rights=frozenset({Right.COLLECT})), ["Grantor", "Right"]),
        (replace(TERMS, account="other", rights=frozenset({Right.COLLECT})), ["Account", "Right"]),
    ],
)
def test_R1_20_every_element_that_differs_from_the_offer_is_listed(offer: Terms, elements: list[str]) -> None:
    """Each at its place, with what was offered in both languages."""
    faults = differences(TERMS, [offer], "/x")

    assert [fault.place for fault in faults] == [f"/x/{element}" for element in elements]
    assert {fault.rule for fault in faults} == {Code.GRANT_DIFFERS}
    assert all(fault.zh and fault.en for fault in faults)


def test_R1_20_the_nearest_offer_is_the_one_compared_with() -> None:
    """That of the account first, then one of the grantor; without any nothing is offered."""
    of_account, of_grantor = replace(TERMS, grantor="Z"), replace(TERMS, account="other")

    assert [fault.place for fault in differences(TERMS, [of_grantor, of_account], "/x")] == ["/x/Grantor"]
    assert [fault.rule for fault in differences(TERMS, [], "/x")] == [Code.GRANT_NOT_OFFERED]
