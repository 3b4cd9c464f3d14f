"""Scenes of instructions that people approve: from hand to hand under one mode, and in and out of the limits."""

from collections.abc import Callable
from typing import Final

from conformance.reply import VerifiedReply
from demo.daemon import Site
from demo.people import People, gathered, payment
from demo.record import Record
from protocol import examples
from protocol.codes import Code
from protocol.messages.approval import AcknowledgeRejected, DecideItem, Decision, ListTodo, ListTodoReply
from protocol.messages.matter import ActKind
from protocol.messages.orders import CancelTransfer, CancelTransferReply
from protocol.messages.transfer import QueryTransfer, QueryTransferReply, SubmitTransferReply, TransferState

Command = Callable[..., None]
"""Runs one `yinqi admin` command on the site, by its words, and shows it."""

FOUR: Final = "DEMO-FOUR-HANDS-1"
AMOUNT: Final = 260_000_00
"""Above the band of one authorizer: two of them are needed."""
FIRST_LIMITED, SECOND_LIMITED, THIRD_LIMITED = (f"DEMO-LIMITED-{number}" for number in (1, 2, 3))


def from_hand_to_hand(site: Site, record: Record, command: Command) -> None:
    """A transfer under the mode of four hands: review, two authorizers, dispatch, each by another key.

    The mode is bound for its entry only: what is under way keeps the plan it was entered under (R2.10).
    """
    with gathered(site, record, "A transfer goes from hand to hand: review, two authorizers, dispatch") as people:
        before = people.available(examples.PAYER_ACCOUNT)
        command("service", "bind", examples.CUSTOMER, "SubmitTransfer", "FOUR-HANDS")
        message = payment(examples.PAYER_ACCOUNT, AMOUNT)
        reply = people.enter(message, FOUR, "260,000.00", Code.AWAITING_APPROVAL)
        command("service", "bind", examples.CUSTOMER, "SubmitTransfer", "BY-AMOUNT")
        plan = reply.body_as(SubmitTransferReply).plan if reply is not None else None
        steps = [step.kind for step in plan.step] if plan is not None else []
        people.expect("the plan has four steps", holds=steps == ["review", "authorize", "authorize", "dispatch"])
        _wrong_ones(people)
        people.pass_on("rev01", FOUR, Decision.APPROVE, TransferState.WAITING_AUTHORIZATION)
        people.pass_on("mgr01", FOUR, Decision.APPROVE, TransferState.WAITING_AUTHORIZATION)
        people.pass_on("mgr02", FOUR, Decision.APPROVE, TransferState.WAITING_DISPATCH)
        unmoved = people.available(examples.PAYER_ACCOUNT) == before
        people.expect("no money moves before the last step", holds=unmoved)
        people.pass_on("snd01", FOUR, Decision.DISPATCH, TransferState.PROCESSING)
        _paid(people, before, people.settled(QueryTransfer(request_id=FOUR), QueryTransferReply))


def _wrong_ones(people: People) -> None:
    """Who may not act yet or at all, and who was shown something else."""
    item = people.seen("rev01", FOUR)
    people.expect("the reviewer sees it", holds=item is not None)
    if item is None:
        return
    shown = DecideItem(request_id=FOUR, digest=item.digest)
    people.decide("erp01", Decision.APPROVE, shown, Code.OWN_ENTRY, how=" what it entered itself")
    people.decide("aut01", Decision.APPROVE, shown, Code.OUT_OF_TURN, how=" before the review")
    people.decide("snd01", Decision.DISPATCH, shown, Code.DISPATCH_NOT_DUE, how=" before anybody approved")
    stale = DecideItem(request_id=FOUR, digest=examples.TO_DECIDE_DIGEST)
    people.decide("rev01", Decision.APPROVE, stale, Code.DIGEST_STALE, how=" under the digest of something else")


def _paid(people: People, before: int, found: QueryTransferReply | None) -> None:
    """The money moved once, and the history names everybody."""
    people.of["erp01"].record.transfers += found is not None and found.state is TransferState.SUCCEEDED
    people.expect("it succeeded", holds=found is not None and found.state is TransferState.SUCCEEDED)
    history = [(act.act, act.operator_id) for act in found.history] if found is not None else []
    wanted = [
        (ActKind.ENTER, "ERP01"),
        (ActKind.REVIEW, "REV01"),
        (ActKind.AUTHORIZE, "MGR01"),
        (ActKind.AUTHORIZE, "MGR02"),
        (ActKind.DISPATCH, "SND01"),
    ]
    people.expect("the history names five people", holds=history == wanted)
    moved = people.available(examples.PAYER_ACCOUNT) == before - AMOUNT
    people.expect("the money moved once", holds=moved)


def within_limits(site: Site, record: Record) -> None:
    """The second account pays 500,000.00 a day: what waits takes of it, what is too much is refused, a rejection gives
    back, and the same amount fits.
    """
    with gathered(site, record, "Limits: taken at entry, refused over, given back by a rejection") as people:
        erp = people.of["erp01"]
        first, second = payment(examples.SECOND_ACCOUNT, 300_000_00), payment(examples.SECOND_ACCOUNT, 200_000_01)
        people.enter(first, FIRST_LIMITED, "300,000.00 of 500,000.00 a day", Code.AWAITING_APPROVAL)
        refused = people.enter(second, SECOND_LIMITED, "200,000.01 more", Code.ACCOUNT_DAY_LIMIT)
        words = (refused.outcome.details[0].zh or "") if refused is not None else ""
        told = all(part in words for part in ("500,000.00", "200,000.01", "已用300,000.00", "剩余200,000.00"))
        people.expect(f"the refusal names limit, amount, used and left: {words}", holds=told)
        item = people.seen("mgr01", FIRST_LIMITED)
        if item is not None:
            shown = DecideItem(request_id=FIRST_LIMITED, digest=item.digest)
            state = people.decide("mgr01", Decision.REJECT, shown, reason="合同未签")
            people.expect("it is rejected", holds=state is TransferState.REJECTED)
        todo = erp.ask("ERP01 sees what was rejected", ListTodo(), telling=_rejected)
        rejected = todo.body_as(ListTodoReply).rejected if todo is not None else ()
        people.expect("it is to be amended", holds=FIRST_LIMITED in {each.request_id for each in rejected})
        erp.ask("ERP01 has seen it", AcknowledgeRejected(request_id=FIRST_LIMITED))
        people.enter(second, THIRD_LIMITED, "200,000.01 again: there is room", Code.AWAITING_APPROVAL)
        withdrawal = CancelTransfer(request_id=THIRD_LIMITED, reason="演示")
        erp.ask("ERP01 withdraws it", withdrawal, telling=lambda reply: reply.body_as(CancelTransferReply).state)


def _rejected(reply: VerifiedReply) -> str:
    return "; ".join(f"{each.request_id}: {each.reason}" for each in reply.body_as(ListTodoReply).rejected)
