"""Grants (对外授权, R1.18 to R1.21): offered by the owner of an account, accepted word for word, ended by either."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from sqlalchemy import Connection

from gateway.administration.change import raise_version
from gateway.domain import customer as customers
from gateway.domain import entitlement, grants
from gateway.domain.calendar import instant
from gateway.domain.command import Change, Command, Decision, Read, Refuse, Reply
from gateway.domain.customer import Customer
from gateway.domain.facts import Facts, Moment
from gateway.domain.grants import Terms
from gateway.journal import affairs
from gateway.journal.grants import Grant, accept, count_given, end, enter_offer, list_grants, live_grants, unfinished
from gateway.journal.people import read_customers
from gateway.services.cursor import paging
from gateway.services.service import Bank, Functions, changing, done, full, place, refuse
from protocol.codes import Code
from protocol.errors import Detail
from protocol.head import Head
from protocol.limits import GRANTS_GIVEN_MAX
from protocol.messages.grant import (
    AcceptGrant,
    AcceptGrantReply,
    DropGrant,
    DropGrantReply,
    GrantChange,
    GrantItem,
    GrantSide,
    GrantState,
    ListGrants,
    ListGrantsReply,
    OfferGrant,
    OfferGrantReply,
    Right,
    WithdrawGrant,
    WithdrawGrantReply,
)

ENDED: Final = {
    GrantState.WITHDRAWN: "对外授权已收回 / the grant was taken back",
    GrantState.DROPPED: "对外授权已放弃 / the grant was given up",
}
"""What is told of an instruction that ended with its grant."""


def _offer_decide(command: Command, facts: Facts, moment: Moment, _bank: Bank) -> Decision:
    body: OfferGrant = command.body
    faults = entitlement.faults(command, facts)
    if faults or facts.customer is None:
        return refuse(faults)
    terms = Terms(command.head.customer_id, body.account, body.grantee, _rights(body.right))
    return Change(partial(_offer, terms, facts.customer, moment))


def _offer(terms: Terms, grantor: Customer, moment: Moment, tx: Connection) -> Reply | Refuse:
    here = place("OfferGrant")
    grantee = read_customers(tx, [terms.grantee]).get(terms.grantee)
    if faults := grants.offer_faults(terms, grantor, grantee, here):
        return refuse(faults)
    for live in live_grants(tx, terms.grantee, account=terms.account):
        if live.terms == terms:
            return done(OfferGrantReply(change=GrantChange.UNCHANGED))
        return refuse([Detail(Code.GRANT_EXISTS, f"{here}/Grantee", live.rights)])
    if count_given(tx, terms.grantor) >= GRANTS_GIVEN_MAX:
        return full(f"{here}/Grantee", GRANTS_GIVEN_MAX)
    raise_version(tx)
    enter_offer(tx, terms, moment.now_ms)
    return done(OfferGrantReply(change=GrantChange.OFFERED))


def _accept_decide(command: Command, facts: Facts, moment: Moment, _bank: Bank) -> Decision:
    body: AcceptGrant = command.body
    faults = entitlement.faults(command, facts)
    if faults or facts.customer is None:
        return refuse(faults)
    terms = Terms(body.grantor, body.account, command.head.customer_id, _rights(body.right))
    return Change(partial(_accept, terms, facts.customer, moment))


def _accept(terms: Terms, grantee: Customer, moment: Moment, tx: Connection) -> Reply | Refuse:
    here = place("AcceptGrant")
    offers = live_grants(tx, terms.grantee, grantor=terms.grantor, account=terms.account)
    if faults := grants.differences(terms, [offer.terms for offer in offers], here):
        return refuse(faults)
    (offer,) = (offer for offer in offers if offer.terms == terms)
    if offer.state == GrantState.ACCEPTED:
        return done(AcceptGrantReply(change=GrantChange.UNCHANGED))
    grantor = read_customers(tx, [terms.grantor])[terms.grantor]
    faults = grants.advanced_faults(grantee, grants.CUSTOMER) + grants.advanced_faults(grantor, f"{here}/Grantor")
    if faults:
        return refuse(faults)
    raise_version(tx)
    accept(tx, offer, moment.now_ms)
    return done(AcceptGrantReply(change=GrantChange.ACCEPTED))


def _withdraw_decide(command: Command, facts: Facts, moment: Moment, _bank: Bank) -> Decision:
    body: WithdrawGrant = command.body
    if faults := entitlement.faults(command, facts):
        return refuse(faults)

    def make(tx: Connection) -> Reply:
        live = _live(tx, command.head.customer_id, body.account, body.grantee)
        if live is None:
            return done(WithdrawGrantReply(change=GrantChange.ABSENT))
        ended = _end(tx, live, GrantState.WITHDRAWN, head=command.head, moment=moment)
        return done(WithdrawGrantReply(change=GrantChange.WITHDRAWN, ended_instructions=ended))

    return Change(make)


def _drop_decide(command: Command, facts: Facts, moment: Moment, _bank: Bank) -> Decision:
    body: DropGrant = command.body
    grantee = command.head.customer_id
    if faults := entitlement.faults(command, facts):
        return refuse(faults)

    def make(tx: Connection) -> Reply | Refuse:
        live = _live(tx, body.grantor, body.account, grantee)
        if live is None:
            return done(DropGrantReply(change=GrantChange.ABSENT))
        if live.state != GrantState.ACCEPTED:
            return refuse([Detail(Code.GRANT_NOT_ACCEPTED, place("DropGrant", "Account"), body.account)])
        ended = _end(tx, live, GrantState.DROPPED, head=command.head, moment=moment)
        return done(DropGrantReply(change=GrantChange.DROPPED, ended_instructions=ended))

    return Change(make)


def _end(tx: Connection, live: Grant, state: GrantState, *, head: Head, moment: Moment) -> int:
    """End a grant and what was entered under it and is not with the bank yet (O22); how many instructions that is."""
    raise_version(tx)
    end(tx, live, state.value, moment.now_ms)
    by = {
        head.operator_id if people == head.customer_id else f"{head.customer_id}/{head.operator_id}": keys
        for people, keys in unfinished(tx, live).items()
    }
    return len(affairs.end(tx, moment, by, by_request=head.request_id, reason=ENDED[state]))


def _live(tx: Connection, grantor: str, account: str, grantee: str) -> Grant | None:
    found = live_grants(tx, grantee, account=account)
    return next((grant for grant in found if grant.grantor == grantor), None)


def _list_decide(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    body: ListGrants = command.body
    question = ("ListGrants", body.side, body.state)
    form = (str, str, str, int)
    asked = paging(question, form, cursor=body.cursor, size=body.page_size, place=place("ListGrants"))
    if faults := [*entitlement.faults(command, facts), *asked.faults]:
        return refuse(faults)
    customer_id = command.head.customer_id

    def read(tx: Connection) -> Reply:
        found = list_grants(
            tx,
            customer_id if body.side is not GrantSide.RECEIVED else None,
            customer_id if body.side is not GrantSide.GIVEN else None,
            state=body.state,
            after=asked.after,
            limit=asked.limit,
        )
        page, next_cursor = asked.page(found, lambda grant: grant[:4])
        return done(ListGrantsReply(grant=tuple(map(_item, page)), next_cursor=next_cursor))

    return Read(read)


def _item(grant: Grant) -> GrantItem:
    return GrantItem(
        grantor=grant.grantor,
        account=grant.account,
        grantee=grant.grantee,
        right=tuple(map(Right, grant.rights.split())),
        state=GrantState(grant.state),
        letter=grant.letter,
        offered_at=instant(grant.offered_ms),
        accepted_at=instant(grant.accepted_ms) if grant.accepted_ms is not None else None,
        ended_at=instant(grant.ended_ms) if grant.ended_ms is not None else None,
    )


def _rights(words: tuple[Right, ...]) -> frozenset[customers.Right]:
    return frozenset(map(customers.Right, words))


FUNCTIONS: Final[Mapping[str, Functions]] = {
    "OfferGrant": changing(_offer_decide),
    "AcceptGrant": changing(_accept_decide),
    "WithdrawGrant": changing(_withdraw_decide),
    "DropGrant": changing(_drop_decide),
    "ListGrants": Functions(decide=_list_decide, needs_core=False),
}
"""By the name of the service."""

assert {right.value for right in customers.Right} == {right.value for right in Right}
