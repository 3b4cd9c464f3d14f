"""The acts of people on what waits: deciding, naming the next actor, withdrawing, acknowledging a rejection."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from gateway.domain import course, entitlement
from gateway.domain.approval import Decision, is_administrative, naming
from gateway.domain.command import Command, Refuse, Reply, Settle
from gateway.domain.customer import Customer, Person
from gateway.domain.facts import Facts, Moment
from gateway.domain.matter import Matter, MatterKey
from gateway.domain.states import told_final
from gateway.services import waking
from gateway.services.ordering import own
from gateway.services.service import Bank, Functions, if_entitled, own_id, place, refuse
from gateway.services.showing import plan_of, words
from protocol import binding
from protocol.codes import Code
from protocol.errors import Detail
from protocol.head import Outcome
from protocol.limits import DETAILS_MAX
from protocol.messages.approval import (
    AcknowledgeRejectedReply,
    DecideChangesReply,
    DecideInstructions,
    DecideInstructionsReply,
    DecideItem,
    DecideResult,
    NameActorReply,
)
from protocol.messages.orders import CancelTransferReply

Judged = Matter | list[Detail]
"""A matter as it is after an act, or every reason against the act."""


def _key(command: Command, named: Any) -> MatterKey:
    """The matter that an element with RequestId, Row and, for another customer's, CustomerId names."""
    customer_id = getattr(named, "customer_id", None) or command.head.customer_id
    return MatterKey(customer_id, named.request_id, getattr(named, "row", None) or 0)


def named(command: Command) -> tuple[MatterKey, ...]:
    """The one matter that a message names."""
    return (_key(command, command.body),)


def items(command: Command) -> tuple[MatterKey, ...]:
    """The matters that the items of a message name."""
    return tuple(_key(command, item) for item in command.body.item)


# -- deciding


def _instructions(command: Command, facts: Facts, moment: Moment, bank: Bank) -> Refuse | Settle:
    """One decision about many matters, each judged by itself, one after the other."""
    body: DecideInstructions = command.body
    if faults := decision_faults(command, facts):
        return refuse(faults)
    customer, person = own(facts)

    def judge(matter: Matter) -> Judged:
        after = course.decided(
            matter,
            person,
            body.decision,
            moment,
            routing=bank.routes(facts.channels),
            by_request=command.head.request_id,
            reason=body.reason or "",
            next_operator=body.next_operator,
            people=customer.people,
        )
        if isinstance(after, list):
            return after
        # Before the bank acts it is asked again what entry asked: account, grant and closed list may have changed.
        entered_by = customer.people.get(matter.operator_id) if matter.key.customer_id == customer.customer_id else None
        return waking.checked(after, replace(facts, person=entered_by), moment)

    return decide_each(command, facts, judge, changes=False)


def decision_faults(command: Command, facts: Facts) -> list[Detail]:
    """What is wrong with a decision, whatever it is about: who decides, and a rejection without reason (R2.19)."""
    faults = entitlement.faults(command, facts)
    if command.body.decision is Decision.REJECT and not command.body.reason:
        faults.append(Detail(Code.REASON_MISSING, place(command.service.name if command.service else "", "Reason")))
    return faults


def decide_each(command: Command, facts: Facts, judge: Callable[[Matter], Judged], *, changes: bool) -> Refuse | Settle:
    """Judge the items of a message one after the other: each has its own answer, and a single one gives the outcome.

    `changes` says whether acts of administration are decided here, and nothing else, or anything else. One that was
    approved and could not be made counts as decided, and its faults are told as if it were refused.
    """
    settled: dict[MatterKey, Matter] = {}
    results: list[DecideResult] = []
    found: list[Detail] = []
    here = place(command.service.name if command.service else "")
    for number, (item, key) in enumerate(zip(command.body.item, items(command), strict=True), 1):
        where = f"{here}/Item[{number}]"
        after = _visible(settled.get(key) or facts.matters.get(key), item, command.head.customer_id, changes=changes)
        if isinstance(after, Matter):
            after = judge(after)
        if isinstance(after, Matter):
            settled[key] = after
            results.append(_accepted(item, after, command.language))
            found += [replace(fault, place=where) for fault in after.faults]
        else:
            results.append(_refused(item, after, command.language))
            found += [_placed(fault, where) for fault in after]
    if len(results) == 1 and not settled:
        return refuse(found)
    outcome = Outcome(Code.PARTLY_DONE if found else Code.DONE, tuple(found[:DETAILS_MAX]))
    reply = DecideChangesReply if changes else DecideInstructionsReply
    return Settle(Reply(outcome, binding.write(reply(result=tuple(results)))), tuple(settled.values()))


def _visible(matter: Matter | None, item: DecideItem, customer_id: str, *, changes: bool) -> Judged:
    """The matter, if this customer's people act on it (O44) and it is what the signer was shown."""
    if matter is None or matter.plan.customer_id != customer_id:
        return [Detail(Code.INSTRUCTION_NOT_FOUND, "RequestId", item.request_id)]
    administers = is_administrative(matter.plan)
    if administers is not changes:
        code = Code.DECIDED_AS_CHANGE if administers else Code.DECIDED_AS_INSTRUCTION
        return [Detail(code, "RequestId", item.request_id)]
    if matter.shown.hex() != item.digest:
        return [Detail(Code.DIGEST_STALE, "Digest", item.digest)]
    return matter


def _accepted(item: DecideItem, matter: Matter, language: str) -> DecideResult:
    return DecideResult(
        customer_id=item.customer_id,
        request_id=item.request_id,
        row=item.row,
        accepted=True,
        code=matter.faults[0].rule if matter.faults else Code.DONE,
        text=words(matter.faults[0], language) if matter.faults else None,
        state=matter.state,
        final=told_final(matter.state),
    )


def _refused(item: DecideItem, faults: list[Detail], language: str) -> DecideResult:
    return DecideResult(
        customer_id=item.customer_id,
        request_id=item.request_id,
        row=item.row,
        accepted=False,
        code=faults[0].rule,
        text=words(faults[0], language),
    )


def _placed(fault: Detail, item: str) -> Detail:
    return Detail(fault.rule, f"{item}/{fault.place}" if fault.place else item, fault.value, fault.zh, fault.en)


# -- one matter


def one(
    command: Command,
    facts: Facts,
    judge: Callable[[Matter, Customer, Person], Judged],
    reply: Callable[[Matter], object],
) -> Refuse | Settle:
    """An act on the one matter that the message names; another customer's is not found (O44)."""
    if faults := entitlement.faults(command, facts):
        return refuse(faults)
    customer, person = own(facts)
    matter = facts.matters.get(_key(command, command.body))
    here = place(command.service.name if command.service else "")
    if matter is None or customer.customer_id not in (matter.key.customer_id, matter.plan.customer_id):
        return refuse([Detail(Code.INSTRUCTION_NOT_FOUND, f"{here}/RequestId", command.body.request_id)])
    after = judge(matter, customer, person)
    if isinstance(after, list):
        return refuse([_placed(fault, here) for fault in after])
    return Settle(Reply(Outcome(Code.DONE), binding.write(reply(after))), (after,))


def _name_actor(command: Command, facts: Facts, moment: Moment, _bank: Bank) -> Refuse | Settle:
    def judge(matter: Matter, customer: Customer, person: Person) -> Judged:
        if matter.plan.customer_id != customer.customer_id:
            return [naming.foreign(command.body.operator)]
        return course.named(
            matter,
            person,
            command.body.operator,
            moment,
            by_request=command.head.request_id,
            people=customer.people,
        )

    return one(
        command,
        facts,
        judge,
        lambda after: NameActorReply(
            request_id=after.key.request_id, row=command.body.row, state=after.state, plan=plan_of(after)
        ),
    )


def _cancel(command: Command, facts: Facts, moment: Moment, _bank: Bank) -> Refuse | Settle:
    def judge(matter: Matter, customer: Customer, person: Person) -> Judged:
        if matter.recurs:
            words = ("定时转账请用CancelRecurring撤销", "it is a recurring transfer: use CancelRecurring")
            return [Detail(Code.NOT_WITHDRAWABLE, "RequestId", matter.key.request_id, *words)]
        return course.withdrawn(
            matter, person, customer, moment, by_request=command.head.request_id, reason=command.body.reason or ""
        )

    return one(
        command,
        facts,
        judge,
        lambda after: CancelTransferReply(
            request_id=after.key.request_id, row=command.body.row, state=after.state, final=True
        ),
    )


def _acknowledge(command: Command, facts: Facts, moment: Moment, _bank: Bank) -> Refuse | Settle:
    def judge(matter: Matter, customer: Customer, person: Person) -> Judged:
        return course.acknowledged(matter, person, customer, moment, by_request=command.head.request_id)

    return one(
        command,
        facts,
        judge,
        lambda after: AcknowledgeRejectedReply(request_id=after.key.request_id, row=command.body.row),
    )


FUNCTIONS: Final[Mapping[str, Functions]] = {
    "DecideInstructions": Functions(
        needs_core=False, decide=_instructions, subject=own_id, claims=if_entitled, matters=items
    ),
    "NameActor": Functions(needs_core=False, decide=_name_actor, subject=own_id, claims=if_entitled, matters=named),
    "CancelTransfer": Functions(needs_core=False, decide=_cancel, subject=own_id, claims=if_entitled, matters=named),
    "AcknowledgeRejected": Functions(
        needs_core=False, decide=_acknowledge, subject=own_id, claims=if_entitled, matters=named
    ),
}
"""By the name of the service."""
