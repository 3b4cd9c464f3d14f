"""Grants (对外授权): what may be offered to whom, and when an acceptance is that of an offer (R1.18, R1.20, R1.7).

A grant never gives more than its grantor has: an own account only, and no payments from one that may not pay.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gateway.domain.customer import Account, Customer, Right
from protocol.codes import Code
from protocol.errors import Detail

CUSTOMER = "/Message/Head/CustomerId"
PAYING = frozenset({Right.TRANSFER, Right.COLLECT})


@dataclass(frozen=True, slots=True)
class Terms:
    """Every element of an offer and of its acceptance: whose account, which, to whom, with which rights."""

    grantor: str
    account: str
    grantee: str
    rights: frozenset[Right]


def offer_faults(terms: Terms, grantor: Customer, grantee: Customer | None, place: str) -> list[Detail]:
    """Why these terms may not be offered; `grantee` is None where there is no such, `place` is the message's path.

    That there is no such customer is told as it is told of one that is not advanced.
    """
    return [
        *_account_faults(terms, grantor.accounts.get(terms.account), place),
        *advanced_faults(grantor, CUSTOMER),
        *_grantee_faults(terms, grantee, f"{place}/Grantee"),
    ]


def _account_faults(terms: Terms, account: Account | None, place: str) -> Iterator[Detail]:
    paying = " ".join(sorted(terms.rights & PAYING))
    if account is None or account.owner != terms.grantor:
        yield Detail(Code.ACCOUNT_NOT_ATTACHED, f"{place}/Account", terms.account)
    elif paying and not account.may_pay:
        yield Detail(Code.GRANT_EXCEEDS_OWN, f"{place}/Right", paying)
    if terms.rights >= PAYING:
        yield Detail(Code.GRANT_RIGHTS_EXCLUSIVE, f"{place}/Right", paying)


def _grantee_faults(terms: Terms, grantee: Customer | None, place: str) -> list[Detail]:
    if terms.grantee == terms.grantor:
        return [Detail(Code.GRANT_TO_ONESELF, place, terms.grantee)]
    if grantee is None:
        return [Detail(Code.CUSTOMER_NOT_ADVANCED, place, terms.grantee)]
    return advanced_faults(grantee, place)


def advanced_faults(customer: Customer, place: str) -> list[Detail]:
    """Why a customer may neither grant nor be granted an account; `place` is the path of its id."""
    return [] if customer.advanced else [Detail(Code.CUSTOMER_NOT_ADVANCED, place, customer.customer_id)]


def differences(accepted: Terms, offers: Iterable[Terms], place: str) -> list[Detail]:
    """How an acceptance differs from the offer that it comes nearest to; nothing where every element is the same.

    `offers` are those to its customer, from that grantor or of that account.
    """
    nearest = max(offers, key=lambda offer: _common(accepted, offer), default=None)
    if nearest is None:
        return [Detail(Code.GRANT_NOT_OFFERED, f"{place}/Account", accepted.account)]
    elements = (
        ("Grantor", accepted.grantor, nearest.grantor),
        ("Account", accepted.account, nearest.account),
        ("Right", words(accepted.rights), words(nearest.rights)),
    )
    return [
        Detail(Code.GRANT_DIFFERS, f"{place}/{name}", mine, f"授权方所提供的为{theirs}", f"offered is {theirs}")
        for name, mine, theirs in elements
        if mine != theirs
    ]


def _common(one: Terms, other: Terms) -> tuple[bool, bool, bool]:
    return one.account == other.account, one.grantor == other.grantor, one.rights == other.rights


def words(rights: frozenset[Right]) -> str:
    """Rights as words in their fixed order, separated by spaces."""
    return " ".join(right for right in Right if right in rights)
