"""Operators as their administrators keep them: listed, added, changed, frozen, unfrozen, deleted (R1.8 to R1.14)."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final, cast

from sqlalchemy import Connection

from gateway.administration import credentials, lists
from gateway.administration import operators as register
from gateway.administration.certificates import CertificateRow, list_certificates
from gateway.administration.places import Place
from gateway.domain import entitlement, managing
from gateway.domain.command import Command, Decision, Read, Reply
from gateway.domain.customer import Customer, Limits, Person
from gateway.domain.facts import Facts, Moment
from gateway.domain.managing import Given
from gateway.journal.people import EVERY_SERVICE
from gateway.services.cursor import paging
from gateway.services.enterprise.changing import Standing, change, faults_of, given_limits, left_hanging, limits_item
from gateway.services.ordering import own
from gateway.services.service import Bank, Functions, changing, done, place, refuse
from protocol.codes import Code
from protocol.errors import Detail
from protocol.messages.enterprise import Hanging, LimitsItem
from protocol.messages.enterprise.operators import (
    AccountList,
    AddOperator,
    AddOperatorReply,
    CertificateItem,
    ChangeOperator,
    ChangeOperatorReply,
    DeleteOperator,
    DeleteOperatorReply,
    FreezeOperator,
    FreezeOperatorReply,
    GivenRole,
    ListOperators,
    ListOperatorsReply,
    OperatorItem,
    OperatorRole,
    OperatorStatus,
    Rights,
    ServiceList,
    UnfreezeOperator,
    UnfreezeOperatorReply,
)
from protocol.service import Permission

_PLACES: Final[Mapping[str, str]] = {
    Code.OPERATOR_TAKEN: "Operator",
    Code.OPERATOR_NEEDED: "Operator",
    Code.LAST_ADMINISTRATOR: "Operator",
    Code.CREDENTIAL_UNKNOWN: "Credential",
    Code.CREDENTIAL_SPENT: "Credential",
}
_NOTHING: Final = Hanging(count=0)


# -- listing (R1.17)


def _list(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    body: ListOperators = command.body
    asked = paging(
        ("ListOperators", body.operator),
        (str,),
        cursor=body.cursor,
        size=body.page_size,
        place=place("ListOperators"),
    )
    if faults := [*entitlement.faults(command, facts), *asked.faults]:
        return refuse(faults)
    customer, person = own(facts)
    after = cast("str", asked.after[0]) if asked.after else ""
    seen = [each for each in _seen(customer, person) if body.operator in (None, each.operator_id)]
    page, cursor = asked.page(
        [each for each in seen if each.operator_id > after][: asked.limit], lambda each: (each.operator_id,)
    )

    def read(tx: Connection) -> Reply:
        certificates = list_certificates(tx, customer.customer_id, [each.operator_id for each in page])
        return done(
            ListOperatorsReply(item=tuple(_item(each, certificates) for each in page), next_cursor=cursor),
        )

    return Read(read)


def _seen(customer: Customer, manager: Person) -> list[Person]:
    """The operators that an administrator sees, by code: a deputy itself and those it manages."""
    people = sorted(customer.people.values(), key=lambda person: person.operator_id)
    if not managing.is_deputy(manager):
        return people
    return [person for person in people if person is manager or managing.manages(customer, manager, person)]


def _item(person: Person, certificates: list[CertificateRow]) -> OperatorItem:
    return OperatorItem(
        operator=person.operator_id,
        name=person.name,
        status=OperatorStatus(person.status),
        role=OperatorRole(person.role.value),
        manager=person.manager,
        rights=Rights(permission=tuple(each for each in Permission if each in person.permissions), level=person.level),
        accounts=AccountList(account=tuple(sorted(person.accounts))),
        services=_services(person.services),
        limits=limits_item(person.limits),
        certificate=tuple(_certificate(row) for row in certificates if row.operator == person.operator_id),
    )


def _services(services: frozenset[str] | None) -> ServiceList:
    return ServiceList(every=True) if services is None else ServiceList(service=tuple(sorted(services)))


def _certificate(row: CertificateRow) -> CertificateItem:
    return CertificateItem(
        fingerprint=row.fingerprint,
        usage=row.purpose,
        not_after=datetime.fromisoformat(row.not_after),
        revoked_at=datetime.fromisoformat(row.revoked_at) if row.revoked_at else None,
    )


# -- adding and changing


def _add(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    body: AddOperator = command.body
    if faults := faults_of(command, facts, lambda customer, person: _adding_faults(body, customer, person)):
        return refuse(faults)
    customer, person = own(facts)
    key = (customer.customer_id, body.operator)
    manager = person.operator_id if managing.is_deputy(person) else None

    def make(tx: Connection) -> AddOperatorReply:
        register.add_operator(
            tx,
            *key,
            body.name,
            permissions=body.rights.permission,
            level=body.rights.level,
            place=Place(body.role or GivenRole.OPERATOR, manager),
        )
        if body.accounts is not None:
            lists.change_accounts(tx, *key, add=set(body.accounts.account))
        if body.services is not None:
            lists.change_services(tx, *key, _words(body.services))
        if body.limits is not None:
            lists.set_operator_limits(tx, *key, given_limits(body.limits))
        if body.credential is not None:
            pool = manager or credentials.SUPERVISOR
            credentials.checked_in_hand(tx, customer.customer_id, body.credential, pool=pool)
            credentials.assign_credential(tx, body.credential, body.operator)
        return AddOperatorReply(operator=body.operator, manager=manager)

    return change(command, make, _PLACES)


def _adding_faults(body: AddOperator, customer: Customer, person: Person) -> Iterator[Detail]:
    given = Given(
        role=body.role,
        permissions=frozenset(body.rights.permission),
        accounts=frozenset(body.accounts.account if body.accounts else ()),
        services=_set(body.services) if body.services else None,
        limits=_limits(body.limits) if body.limits else Limits(),
    )
    yield from managing.giving_faults(person, given)
    yield from _within("Rights", register.rights_faults(given.permissions, body.rights.level))
    yield from _list_faults(customer, given)
    if managing.is_deputy(person) and body.credential is None:
        yield Detail(Code.CREDENTIAL_MISSING, "Credential")


def _change(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    body: ChangeOperator = command.body
    if faults := faults_of(command, facts, lambda customer, person: _changing_faults(body, customer, person)):
        return refuse(faults)
    customer, _ = own(facts)
    key = (customer.customer_id, body.operator)
    mine = customer.people[body.operator].accounts

    def make(tx: Connection) -> ChangeOperatorReply:
        if body.rights is not None:
            register.set_permissions(tx, *key, body.rights.permission, level=body.rights.level)
        if body.accounts is not None:
            wanted = set(body.accounts.account)
            lists.change_accounts(tx, *key, add=wanted - mine, remove=mine - wanted)
        if body.services is not None:
            lists.change_services(tx, *key, _words(body.services))
        if body.limits is not None:
            lists.set_operator_limits(tx, *key, given_limits(body.limits))
        return ChangeOperatorReply(operator=body.operator, hanging=left_hanging(tx, customer))

    return change(command, make, _PLACES)


def _changing_faults(body: ChangeOperator, customer: Customer, manager: Person) -> Iterator[Detail]:
    """What is wrong with a change; what the operator has already it need not be given."""
    yield from managing.operator_faults(customer, manager, body.operator)
    person = customer.people.get(body.operator)
    if person is None:
        return
    given = Given(
        permissions=frozenset(body.rights.permission if body.rights else ()) - person.permissions,
        level=_other_level(body.rights, person),
        accounts=frozenset(body.accounts.account if body.accounts else ()) - person.accounts,
        services=_beyond(body.services, person.services),
        limits=_limits(body.limits) if body.limits and _limits(body.limits) != person.limits else None,
    )
    yield from managing.giving_faults(manager, given)
    if body.rights is not None:
        level = body.rights.level or (person.level if Permission.AUTHORIZE in body.rights.permission else None)
        yield from _within("Rights", register.rights_faults(body.rights.permission, level))
        yield from _within("Rights", register.role_faults(customer, person, body.rights.permission))
    yield from _list_faults(customer, given)


def _list_faults(customer: Customer, given: Given) -> Iterator[Detail]:
    yield from _within("Accounts", lists.account_faults(customer, given.accounts))
    yield from _within("Services", lists.service_faults(given.services or ()))


def _within(element: str, faults: list[Detail]) -> Iterator[Detail]:
    return (Detail(fault.rule, element, fault.value, fault.zh, fault.en) for fault in faults)


def _set(services: ServiceList) -> frozenset[str] | None:
    """The services of a list; None for every one."""
    return None if services.every else frozenset(services.service)


def _words(services: ServiceList) -> tuple[str, ...]:
    """The services of a list as the register takes them."""
    return (EVERY_SERVICE,) if services.every else services.service


def _other_level(rights: Rights | None, person: Person) -> int | None:
    """The level that an authorizer is moved to; where the permission itself is given, that says it all."""
    moved = rights is not None and Permission.AUTHORIZE in person.permissions and rights.level != person.level
    return rights.level if rights is not None and moved else None


def _limits(item: LimitsItem) -> Limits:
    return Limits(item.per_transfer, item.per_day)


def _beyond(services: ServiceList | None, had: frozenset[str] | None) -> frozenset[str] | None:
    """The services that a list gives beyond those that somebody had; None for every one."""
    if services is None or had is None:
        return frozenset()
    wanted = _set(services)
    return None if wanted is None else wanted - had


# -- states


def _put(command: Command, facts: Facts, status: str, reply: Callable[[Hanging], object]) -> Decision:
    """A direct operator in another state, or in that which it has already."""
    code: str = command.body.operator
    if faults := faults_of(command, facts, lambda customer, person: managing.operator_faults(customer, person, code)):
        return refuse(faults)
    customer, _ = own(facts)
    if customer.people[code].status == status:
        return done(reply(_NOTHING))

    def make(tx: Connection) -> object:
        register.set_operator_status(tx, customer.customer_id, code, status)
        return reply(left_hanging(tx, customer))

    return change(command, make, _PLACES)


def _freeze(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    body: FreezeOperator = command.body
    return _put(
        command, facts, OperatorStatus.FROZEN, lambda left: FreezeOperatorReply(operator=body.operator, hanging=left)
    )


def _unfreeze(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    body: UnfreezeOperator = command.body
    return _put(command, facts, OperatorStatus.NORMAL, lambda _left: UnfreezeOperatorReply(operator=body.operator))


def _delete(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    body: DeleteOperator = command.body
    return _put(command, facts, "deleted", lambda left: DeleteOperatorReply(operator=body.operator, hanging=left))


def _stands(customer: Customer, body: ChangeOperator) -> ChangeOperator | None:
    """The change that would bring back what stands now, of all that `body` gives."""
    person = customer.people.get(body.operator)
    if person is None:
        return None
    now = _item(person, [])
    return ChangeOperator(
        operator=body.operator,
        rights=now.rights if body.rights is not None else None,
        accounts=now.accounts if body.accounts is not None else None,
        services=now.services if body.services is not None else None,
        limits=now.limits if body.limits is not None else None,
    )


STANDING: Final[Standing] = {ChangeOperator: _stands}
FUNCTIONS: Final[Mapping[str, Functions]] = {
    "ListOperators": Functions(decide=_list, needs_core=False),
    "AddOperator": changing(_add),
    "ChangeOperator": changing(_change),
    "FreezeOperator": changing(_freeze),
    "UnfreezeOperator": changing(_unfreeze),
    "DeleteOperator": changing(_delete),
}
"""By the name of the service."""
