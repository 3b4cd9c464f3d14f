"""What an account can do and up to which amounts, the customer's own limits, and whom a closed account pays."""

from collections.abc import Iterator, Mapping
from typing import Final, cast

from sqlalchemy import Connection

from gateway.administration import accounts as register
from gateway.administration.change import read_customer
from gateway.administration.closed import ClosedRow, list_payees
from gateway.administration.customers import set_customer_limits
from gateway.domain import entitlement, limits, managing
from gateway.domain.command import Command, Decision, Read, Reply
from gateway.domain.customer import Account, Customer, Person
from gateway.domain.facts import Facts, Moment
from gateway.domain.grants import PAYING
from gateway.services.cursor import paging
from gateway.services.enterprise.changing import Standing, change, faults_of, given_limits, limits_item
from gateway.services.ordering import own
from gateway.services.service import Bank, Functions, changing, done, place, refuse
from protocol.codes import Code
from protocol.errors import Detail
from protocol.messages.enterprise.accounts import (
    Ability,
    AccountTerms,
    ClosedPayee,
    ListAccountTerms,
    ListAccountTermsReply,
    ListClosedPayees,
    ListClosedPayeesReply,
    SetAccountTerms,
    SetAccountTermsReply,
    SetCustomerLimits,
    SetCustomerLimitsReply,
)

_PLACES: Final[Mapping[str, str]] = {
    Code.ACCOUNT_NOT_ATTACHED: "Account",
    Code.PAYMENT_NOT_OPEN: "Payment",
    Code.WAGES_NOT_OPEN: "Payroll",
}


# -- terms of accounts


def _list(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    body: ListAccountTerms = command.body
    here = place("ListAccountTerms")
    asked = paging(("ListAccountTerms",), (str,), cursor=body.cursor, size=body.page_size, place=here)
    if faults := [*entitlement.faults(command, facts), *asked.faults]:
        return refuse(faults)
    customer, person = own(facts)
    after = cast("str", asked.after[0]) if asked.after else ""
    seen = [number for number in sorted(_seen(customer, person)) if number > after]
    page, cursor = asked.page(seen[: asked.limit], lambda number: (number,))
    return done(
        ListAccountTermsReply(
            item=tuple(_terms(customer.accounts[number]) for number in page),
            customer_limits=limits_item(customer.limits),
            bank_limits=limits_item(customer.caps),
            next_cursor=cursor,
        )
    )


def _seen(customer: Customer, person: Person) -> Iterator[str]:
    """The customer's own accounts, for a deputy those on its own list (R1.5)."""
    for number, account in customer.accounts.items():
        if account.owner == customer.customer_id and (not managing.is_deputy(person) or number in person.accounts):
            yield number


def _terms(account: Account) -> AccountTerms:
    return AccountTerms(
        account=account.number,
        payment=Ability(opened=account.bank_pay, on=account.may_pay),
        payroll=Ability(opened=account.bank_wages, on=account.may_pay_wages),
        limits=limits_item(account.limits),
        closed=account.closed,
    )


def _set_terms(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    body: SetAccountTerms = command.body
    if faults := entitlement.faults(command, facts):
        return refuse(faults)
    customer, _ = own(facts)
    key = (customer.customer_id, body.account)
    abilities = {"pay": body.payment, "wages": body.payroll}
    given = {name: on for name, on in abilities.items() if on is not None}

    def make(tx: Connection) -> SetAccountTermsReply:
        register.attached_row(tx, *key)
        if given:
            register.leave_abilities(tx, *key, given)
        if body.limits is not None:
            register.set_account_limits(tx, *key, given_limits(body.limits))
        now = read_customer(tx, customer.customer_id).accounts[body.account]
        return SetAccountTermsReply(terms=_terms(now))

    return change(command, make, _PLACES)


# -- limits of the customer


def _set_limits(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    body: SetCustomerLimits = command.body
    if faults := entitlement.faults(command, facts):
        return refuse(faults)
    customer, _ = own(facts)

    def make(tx: Connection) -> SetCustomerLimitsReply:
        now = set_customer_limits(tx, customer.customer_id, given_limits(body.limits))
        return SetCustomerLimitsReply(limits=limits_item(limits.effective(now, customer.caps)))

    return change(command, make)


# -- closed transfers (R1.23)


def _payees(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    body: ListClosedPayees = command.body
    here = place("ListClosedPayees")
    asked = paging(("ListClosedPayees", body.account), (str, str), cursor=body.cursor, size=body.page_size, place=here)
    found = faults_of(command, facts, lambda customer, person: _seeing_faults(customer, person, body.account))
    if faults := [*found, *asked.faults]:
        return refuse(faults)
    customer, _ = own(facts)
    account = customer.accounts[body.account]

    def read(tx: Connection) -> Reply:
        rows = sorted(list_payees(tx, account.owner, account.number), key=_key)
        behind = [row for row in rows if asked.after is None or _key(row) > asked.after]
        page, cursor = asked.page(behind[: asked.limit], _key)
        items = tuple(ClosedPayee(account=row.payee, bank_code=row.bank or None, name=row.name) for row in page)
        return done(ListClosedPayeesReply(closed=account.closed, payee=items, next_cursor=cursor))

    return Read(read)


def _key(row: ClosedRow) -> tuple[str, str]:
    return row.payee, row.bank


def _seeing_faults(customer: Customer, person: Person, number: str) -> list[Detail]:
    """Why the person may not see the list of an account: it is not on its own list, nor kept by it (R1.5).

    Of a granted one it needs the right to pay: whom its owner pays is nothing to who may only query.
    """
    account = customer.accounts.get(number)
    if account is None:
        return [Detail(Code.ACCOUNT_NOT_ATTACHED, "Account", number)]
    own_account = account.owner == customer.customer_id
    if not own_account and not account.rights & PAYING:
        return [Detail(Code.RIGHT_NOT_GRANTED, "Account", number)]
    keeps = own_account and managing.is_administrator(person)
    return [] if keeps or number in person.accounts else [Detail(Code.ACCOUNT_NOT_LISTED, "Account", number)]


def _standing_terms(customer: Customer, body: SetAccountTerms) -> SetAccountTerms | None:
    account = customer.accounts.get(body.account)
    if account is None:
        return None
    return SetAccountTerms(
        account=body.account,
        payment=account.may_pay if body.payment is not None else None,
        payroll=account.may_pay_wages if body.payroll is not None else None,
        limits=limits_item(account.limits) if body.limits is not None else None,
    )


def _standing_limits(customer: Customer, _body: SetCustomerLimits) -> SetCustomerLimits:
    return SetCustomerLimits(limits=limits_item(customer.limits))


STANDING: Final[Standing] = {SetAccountTerms: _standing_terms, SetCustomerLimits: _standing_limits}
FUNCTIONS: Final[Mapping[str, Functions]] = {
    "ListAccountTerms": Functions(decide=_list, needs_core=False),
    "SetAccountTerms": changing(_set_terms),
    "SetCustomerLimits": changing(_set_limits),
    "ListClosedPayees": Functions(decide=_payees, needs_core=False),
}
"""By the name of the service."""
