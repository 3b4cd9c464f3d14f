"""The second administrator: a change that waits for another's word, the decision, and what became of it.

Where the bank has set it for a customer, no act of administration is made by one person. It is tried and undone at its
entry, so that what cannot be made is refused at once; then it waits as a matter with its body. When another
administrator agrees, it is made with the rights that its author has by then, unless what it replaces was changed
meanwhile: it would undo that, and nobody was shown it.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from gateway.domain import course, entitlement
from gateway.domain.approval import administration_plan
from gateway.domain.command import Change, Command, Decision, Enter, Refuse, Reply, Settle
from gateway.domain.customer import Customer
from gateway.domain.facts import Facts, Moment, Request, Takes
from gateway.domain.managing import DECIDING, is_administrator
from gateway.domain.matter import Act, ActKind, Matter, MatterKey, Plan
from gateway.domain.states import told_final
from gateway.journal.register import read_version
from gateway.journal.savepoint import kept_unless_refused, tried
from gateway.journal.standing import Standing
from gateway.services import enterprise
from gateway.services.deciding import Judged, decide_each, decision_faults, items
from gateway.services.ordering import own
from gateway.services.query import asked_id, order_key, standing
from gateway.services.service import Bank, Functions, done, if_entitled, own_id, place, refuse
from gateway.services.showing import content_of, history, words
from protocol import binding
from protocol.catalogue import CATALOGUE
from protocol.codes import Code
from protocol.errors import Detail
from protocol.head import Outcome
from protocol.meanings import text
from protocol.messages.approval import Content, DecideChanges, FaultItem, QueryChange, QueryChangeReply
from protocol.messages.transfer import TransferState
from protocol.service import Kind, Service
from protocol.tree import parse

_SERVICES: Final[Mapping[str, Service]] = {
    row.name: row for row in CATALOGUE.values() if row.kind is Kind.ADMINISTRATION and row.name != DECIDING
}
"""The services that wait for a second administrator."""


# -- entering


def waits(command: Command, facts: Facts) -> bool:
    """Whether the command takes the word of a second administrator."""
    asked = command.service is not None and command.service.name in _SERVICES
    return asked and facts.customer is not None and facts.customer.second_administrator


def entered(command: Command, change: Change, facts: Facts, *, moment: Moment, bank: Bank) -> Change:
    """The entry of a change that waits: refused as the change itself would be, or where nobody else could agree."""
    customer, person = own(facts)

    def make(tx: Connection) -> Refuse | Enter:
        if isinstance(refused := tried(tx, change.make), Refuse):
            return refused
        plan = administration_plan(customer, person.operator_id, about=_about(command))
        if isinstance(plan, list):
            return refuse(plan)
        matter = course.begun(
            _matter(command, plan, _stands(customer, command.body), moment), moment, bank.routes(facts.channels)
        )
        return Enter(reply=Reply(Outcome(Code.AWAITING_APPROVAL), None), matters=(matter,))

    return Change(make)


def _about(command: Command) -> str | None:
    """The operator whom a change is about, if it is about one."""
    about: str | None = getattr(command.body, "operator", None)
    return about


def _stands(customer: Customer, body: object) -> str | None:
    """The digest of what the change puts something in the place of, where it does and there is something."""
    standing = enterprise.STANDING.get(type(body))
    before = standing(customer, body) if standing is not None else None
    return hashlib.sha256(binding.write(before).encode()).hexdigest() if before is not None else None


def _matter(command: Command, plan: Plan, stands: str | None, moment: Moment) -> Matter:
    head, service = command.head, command.service
    assert service is not None
    content = binding.write(
        Content(
            customer_id=head.customer_id,
            request_id=head.request_id,
            service=service.name,
            entry_operator=head.operator_id,
            body_digest=command.body_digest.hex(),
            stands_digest=stands,
        )
    )
    by_author = Act(operator_id=head.operator_id, kind=ActKind.ENTER, at_ms=moment.now_ms, by_request=head.request_id)
    return Matter(
        key=MatterKey(head.customer_id, head.request_id, 0),
        service=service.name,
        operator_id=head.operator_id,
        owner=head.customer_id,
        payer_account="",
        payee_account="",
        payee_name="",
        amount=0,
        count=0,
        takes=Takes.NOTHING,
        entered_ms=moment.now_ms,
        entered_on=moment.business_date,
        plan=plan,
        acts=(by_author,),
        state=TransferState.WAITING_ADMINISTRATOR,
        content=content,
        shown=hashlib.sha256(content.encode()).digest(),
        body=binding.write(command.body),
    )


# -- deciding


class Deciding:
    """DecideChanges over the services whose changes it makes."""

    def __init__(self, services: Mapping[str, Functions]) -> None:
        """`services` by their names; they may be filled later."""
        self._services = services

    def functions(self) -> Functions:
        """The service, as the table holds it."""
        return Functions(
            decide=self._decide,
            subject=own_id,
            claims=if_entitled,
            needs_core=False,
            matters=items,
        )

    def _decide(self, command: Command, facts: Facts, moment: Moment, bank: Bank) -> Decision:
        """One decision about many changes, one after the other; each that is approved is made at once."""
        body: DecideChanges = command.body
        if faults := decision_faults(command, facts):
            return refuse(faults)
        customer, person = own(facts)

        def make(tx: Connection) -> Refuse | Settle:
            # No change that is made here is about who decides (R1.14), so it decides all of them as it stands.
            def judge(matter: Matter) -> Judged:
                after = course.decided(
                    matter,
                    person,
                    body.decision,
                    moment,
                    routing=bank.routes(facts.channels),
                    by_request=command.head.request_id,
                    reason=body.reason or "",
                    people=customer.people,
                )
                if isinstance(after, list) or after.state is not TransferState.PROCESSING:
                    return after
                author = _author(command, after)
                stood = content_of(after).stands_digest
                made = kept_unless_refused(tx, lambda tx: self._made(tx, author, stood, moment=moment, bank=bank))
                if isinstance(made, Refuse):
                    return course.failed(after, list(made.details or (Detail(made.code),)), moment)
                return course.made(after, moment, made.body)

            return decide_each(command, facts, judge, changes=True)

        return Change(make)

    def _made(
        self, tx: Connection, command: Command, stood: str | None, *, moment: Moment, bank: Bank
    ) -> Reply | Refuse:
        """What comes of an author's command that is made with the rights that he has by now.

        `stood` is the digest of what it replaces, as that stood at its entry.
        """
        assert command.service is not None
        key = (command.head.customer_id, command.head.operator_id)
        (facts,) = Standing().facts(tx, read_version(tx), [key])
        if facts.customer is not None and _stands(facts.customer, command.body) != stood:
            return refuse([Detail(Code.CHANGE_OVERTAKEN)])
        decision = self._services[command.service.name].decide(command, facts, moment, bank)
        made = decision.make(tx) if isinstance(decision, Change) else decision
        assert isinstance(made, Reply | Refuse), "a change that is made enters and settles nothing"
        return made


def _author(command: Command, matter: Matter) -> Command:
    """The author's own command, from the body that was stored; it comes by the hand of who approves it."""
    service = _SERVICES[matter.service]
    assert matter.body is not None
    return replace(
        command,
        head=replace(command.head, operator_id=matter.operator_id, request_id=matter.key.request_id),
        service=service,
        body=binding.read(service.request, parse(matter.body.encode())),
    )


# -- what became of it


def _query(command: Command, facts: Facts, _moment: Moment, _bank: Bank) -> Decision:
    """A change by its request id, told to who asked for it and to every administrator."""
    body: QueryChange = command.body
    if faults := entitlement.faults(command, facts):
        return refuse(faults)
    _, person = own(facts)
    request = facts.request
    if request is None or request.service not in _SERVICES or not _may_see(request, person.operator_id, facts):
        return refuse([Detail(Code.INSTRUCTION_NOT_FOUND, place("QueryChange", "RequestId"), body.request_id)])
    return done(_told(request, facts.matters.get(order_key(request)), command.language))


def _may_see(request: Request, operator_id: str, facts: Facts) -> bool:
    _, person = own(facts)
    return request.operator_id == operator_id or is_administrator(person)


def _told(request: Request, matter: Matter | None, language: str) -> QueryChangeReply:
    state, code = standing(request, matter)
    faults = matter.faults if matter else request.details
    return QueryChangeReply(
        request_id=request.request_id,
        service=request.service,
        entry_operator=request.operator_id,
        state=state,
        final=told_final(state),
        code=code,
        text=text(code, "en" if language == "en" else "zh") if code else None,
        fault=tuple(_fault(each, language) for each in faults),
        body=matter.body if matter else None,
        answer=matter.answer if matter else request.body,
        history=history(matter) if matter else (),
    )


def _fault(detail: Detail, language: str) -> FaultItem:
    return FaultItem(rule=detail.rule, place=detail.place, value=detail.value, text=words(detail, language))


def functions(services: Mapping[str, Functions]) -> Mapping[str, Functions]:
    """The functions of this module by the name of the service; `services` are those whose changes may wait."""
    return {
        DECIDING: Deciding(services).functions(),
        "QueryChange": Functions(decide=_query, subject=asked_id, needs_core=False),
    }
