"""Instructions that people approve: from entry over review and authorization to the bank, on both databases."""

import re

from gateway.administration.purposes import add_purpose
from protocol.codes import Code
from protocol.messages.approval import DecideInstructions, DecideItem, Decision, ListTodo
from protocol.messages.orders import CancelTransfer
from protocol.messages.transfer import PayeeKind
from tests.journal.bank import CUSTOMER_ID, OPENING, PAYEE, PAYER, Bank, command, query, transfer
from tests.journal.company import ask, decide, finished, new_id, pending, word


def test_R2_3_an_instruction_goes_from_hand_to_hand_and_then_to_the_bank(company: Bank) -> None:
    """Entered, reviewed, authorized and dispatched by four people; the money moves after the last, once."""
    node = company.node()

    entered = node.answer(transfer("T1", 50_000_00))
    assert (word(entered, "Code"), word(entered, "State")) == (Code.AWAITING_APPROVAL, "waiting-review")
    states = []
    for operator, decision in (
        ("REV1", Decision.APPROVE),
        ("AUTH1", Decision.APPROVE),
        ("SEND", Decision.DISPATCH),
    ):
        assert company.balance(PAYER) == OPENING
        states.append(word(decide(node, operator, decision, "T1"), "State"))

    assert states == ["waiting-authorization", "waiting-dispatch", "processing"]
    reply = finished(company, node, "T1")
    assert word(reply, "State") == "succeeded"
    assert re.findall(r"<Act>([a-z]+)</Act>", reply) == ["enter", "review", "authorize", "dispatch"]
    assert company.balance(PAYER) == OPENING - 50_000_00
    assert company.balance(PAYEE) == 50_000_00


def test_a_decision_needs_the_digest_of_what_was_shown(company: Bank) -> None:
    """Another digest than that of the pending list is refused, and nothing is decided."""
    node = company.node()
    node.answer(transfer("T1", 100_00))

    item = DecideItem(request_id="T1", digest="ab" * 32)
    reply = ask(node, "REV1", DecideInstructions(decision=Decision.APPROVE, item=(item,)))

    assert word(reply, "Code") == Code.DIGEST_STALE
    assert word(node.answer(query("T1")), "State") == "waiting-review"


def test_many_are_decided_at_once_and_each_is_answered(company: Bank) -> None:
    """Of several ids some wrong: the right ones are decided, each wrong one has its own reason (O44)."""
    node = company.node()
    for number in range(3):
        node.answer(transfer(f"T{number}", 100_00 + number))

    reply = decide(node, "REV1", Decision.APPROVE, "T0", "NEVER", "T1", "T1")

    results = re.findall(r"<Result>(?!accepted<|refused<)(.*?)</Result>", reply)
    assert [word(result, "Code") for result in results] == [
        "DONE",
        Code.INSTRUCTION_NOT_FOUND,
        "DONE",
        Code.ALREADY_ACTED,
    ]
    assert word(reply, "Code") == Code.PARTLY_DONE
    assert set(pending(node, "REV2")) == {"T2"}


def test_R2_19_a_rejected_instruction_ends_with_its_reason_and_gives_back_its_limits(company: Bank) -> None:
    """The reviewer rejects with a reason; the state is final and today's usage is zero again (R3.8)."""
    node = company.node()
    node.answer(transfer("T1", 100_00))
    assert set(company.usage().values()) == {100_00}

    unreasoned = decide(node, "REV1", Decision.REJECT, "T1")
    rejected = decide(node, "REV1", Decision.REJECT, "T1", reason="账号有误")

    assert word(unreasoned, "Code") == Code.REASON_MISSING
    assert word(rejected, "State") == "rejected"
    reply = node.answer(query("T1"))
    assert (word(reply, "State"), word(reply, "Reason")) == ("rejected", "账号有误")
    assert set(company.usage().values()) == {0}
    assert company.balance(PAYER) == OPENING


def test_R2_20_the_entry_operator_withdraws_what_waits(company: Bank) -> None:
    """Who entered it may withdraw it while it waits; nobody else, and not once it is with the bank (O5)."""
    node = company.node()
    node.answer(transfer("T1", 100_00))

    other = ask(node, "ADM", CancelTransfer(request_id="T1"))
    own = ask(node, "ERP1", CancelTransfer(request_id="T1"))
    again = ask(node, "ERP1", CancelTransfer(request_id="T1"))

    assert word(other, "Code") == Code.WITHDRAWAL_BY_OTHERS
    assert word(own, "State") == "withdrawn"
    assert word(again, "Code") == Code.NOT_WITHDRAWABLE


def test_two_approvals_of_one_step_at_once_count_once(company: Bank) -> None:
    """Two reviewers on two nodes approve at the same moment: one counts, the other is refused."""
    nodes = [company.node(), company.node()]
    digests = {}
    for number in range(20):
        nodes[0].answer(transfer(f"T{number}", 100_00))
    digests = pending(nodes[0], "REV1")

    waiting = []
    for request_id, digest in digests.items():
        item = DecideItem(request_id=request_id, digest=digest)
        for node, operator in zip(nodes, ("REV1", "REV2"), strict=True):
            body = DecideInstructions(decision=Decision.APPROVE, item=(item,))
            waiting.append((request_id, node.ask(command(body, new_id(), operator=operator))))

    codes: dict[str, list[str]] = {}
    for request_id, future in waiting:
        told = future.result(30)
        assert isinstance(told, bytes)
        codes.setdefault(request_id, []).append(word(told.decode(), "Code"))
    assert all(sorted(each) == sorted([Code.DONE, Code.STEP_FILLED]) for each in codes.values()), codes
    acts = company.acts()
    assert all(len(acts[request_id]) == 2 for request_id in digests)


def test_R2_25_O4_an_amendment_names_the_rejected_one_and_takes_it_from_the_list(company: Bank) -> None:
    """A new instruction that replaces a rejected one acknowledges it; one that was not rejected is no candidate."""
    node = company.node()
    node.answer(transfer("T1", 100_00))
    early = node.answer(transfer("T2", 100_00, replaces="T1"))
    decide(node, "REV1", Decision.REJECT, "T1", reason="金额有误")
    assert word(ask(node, "ERP1", ListTodo()), "RejectedCount") == "1"

    amended = node.answer(transfer("T3", 101_00, replaces="T1"))

    assert word(early, "Code") == Code.NOT_REJECTED
    assert word(amended, "Code") == Code.AWAITING_APPROVAL
    assert word(ask(node, "ERP1", ListTodo()), "RejectedCount") == "0"


def test_R4_22_a_payee_is_kept_only_once_the_payment_has_succeeded(bank: Bank) -> None:
    """A payment marked so stores its payee after success; a failed one stores nobody."""
    node = bank.node()

    node.answer(transfer("T1", OPENING + 1, save_payee=True))
    assert bank.payees() == []
    node.answer(transfer("T2", 100, save_payee=True))
    node.answer(transfer("T3", 100, save_payee=True))

    assert bank.payees() == [PAYEE]


def test_R4_23_a_payment_to_a_person_has_a_purpose_of_the_list(bank: Bank) -> None:
    """To a company any purpose goes; to a person only one that the customer keeps for persons."""
    node = bank.node()

    refused = node.answer(transfer("T1", 100, payee_kind=PayeeKind.PERSON, purpose="报销"))
    with bank.journal().begin() as tx:
        add_purpose(tx, CUSTOMER_ID, "报销", for_persons=True)
    paid = node.answer(transfer("T2", 100, payee_kind=PayeeKind.PERSON, purpose="报销"))

    assert word(refused, "Code") == Code.PURPOSE_NOT_LISTED
    assert word(paid, "State") == "succeeded"
