"""What one node makes of commands: replies, replays, fences, refusals, log rows."""

import re

import pytest

from gateway.administration.accounts import attach_accounts, detach_account
from gateway.administration.lists import change_accounts
from gateway.administration.operators import set_operator_status
from gateway.journal.chain import Head, walk
from protocol.codes import Code
from tests.journal.bank import (
    CUSTOMER_ID,
    OPENING,
    OPERATOR_ID,
    PAYEE,
    PAYER,
    SAVINGS,
    Bank,
    command,
    query,
    transfer,
)


def _word(reply: str, element: str) -> str:
    found = re.search(rf"<(?:\w+:)?{element}>([^<]*)<", reply)
    return found[1] if found else ""


def test_a_transfer_moves_money_once_and_its_reply_says_so(bank: Bank) -> None:
    """An accepted transfer is booked at the core, and the signed reply is final and names the journal number."""
    node = bank.node()

    reply = node.answer(transfer("T1", 1234))

    assert (_word(reply, "Code"), _word(reply, "Final"), _word(reply, "State")) == ("DONE", "true", "succeeded")
    assert bank.balance(PAYER) == OPENING - 1234
    assert bank.balance(PAYEE) == 1234
    assert _word(reply, "Reference") == bank.transfers()["T1"].reference
    assert bank.requests()["T1"].due_ms is None


def test_the_same_request_gets_the_same_stored_bytes_and_moves_nothing(bank: Bank) -> None:
    """A repeated id with an equal body is a replay: byte for byte, without a second posting."""
    node = bank.node()

    first = node.answer(transfer("T1"))
    second = node.answer(transfer("T1"))

    assert first == second
    assert bank.balance(PAYEE) == 1234


def test_copies_at_the_same_moment_wait_for_one_reply(bank: Bank) -> None:
    """Copies that come while the first runs get its bytes; the money moves once."""
    node = bank.node()

    futures = [node.ask(transfer("T1")) for _ in range(20)]

    assert len({future.result(20) for future in futures}) == 1
    assert bank.balance(PAYEE) == 1234


def test_an_id_with_another_body_is_refused_and_names_the_original(bank: Bank) -> None:
    """A reused id is refused, whoever reuses it, and the original stays as it was."""
    node = bank.node()
    node.answer(transfer("T1", 100))

    other_amount = node.answer(transfer("T1", 101))

    assert _word(other_amount, "Code") == Code.REQUEST_ID_REUSED
    assert "SubmitTransfer" in other_amount
    assert bank.balance(PAYEE) == 100


def test_two_bodies_under_one_id_in_one_group_are_judged_one_after_the_other(bank: Bank) -> None:
    """When both come at once, one wins the id and the other is refused; the database judges."""
    node = bank.node()

    futures = [node.ask(transfer("T1", amount)) for amount in (100, 101)]
    codes = sorted(_word(bytes(future.result(20)).decode(), "Code") for future in futures)  # type: ignore[arg-type]  # cases of a table

    assert codes == ["DONE", "REQUEST_ID_REUSED"]
    assert bank.balance(PAYEE) in (100, 101)


def test_a_refused_request_uses_up_its_id_and_replays_its_refusal(bank: Bank) -> None:
    """A verified transfer that a rule refuses is journaled: its refusal is stored and sent again."""
    node = bank.node()

    first = node.answer(transfer("T1", payee_account=PAYER))
    second = node.answer(transfer("T1", payee_account=PAYER))

    assert _word(first, "Code") == Code.SAME_ACCOUNT
    assert first == second
    assert bank.requests()["T1"].code == Code.SAME_ACCOUNT
    assert bank.balance(PAYER) == OPENING


def test_all_faults_of_the_rules_come_at_once(bank: Bank) -> None:
    """A refusal lists every fault of its stage, in the documented order."""
    reply = bank.node().answer(transfer("T1", payer_account="999", payee_account="999", currency="USD"))

    assert re.findall(r"<Rule>([A-Z_]*)</Rule>", reply) == [
        Code.PAYER_NOT_ATTACHED,
        Code.SAME_ACCOUNT,
        Code.CURRENCY_UNSUPPORTED,
    ]


def test_the_core_declines_with_every_reason(bank: Bank) -> None:
    """What the core declines is final, refused, and moves nothing."""
    node = bank.node()

    reply = node.answer(transfer("T1", OPENING + 1, payee_name="丙公司"))

    assert _word(reply, "Result") == "refused"
    assert re.findall(r"<Rule>([A-Z_]*)</Rule>", reply) == [Code.PAYEE_NAME_MISMATCH, Code.BALANCE_INSUFFICIENT]
    assert bank.transfers()["T1"].state == "failed"
    assert bank.balance(PAYER) == OPENING


def test_R4_1_own_account_in_bank_and_interbank_transfers_are_told_apart(bank: Bank) -> None:
    """By the payee: an account of the customer, another one here, or one at a bank that no channel leads to yet."""
    node = bank.node()

    node.answer(transfer("OWN", 100, payee_account=SAVINGS, payee_name="甲公司"))
    node.answer(transfer("HERE", 100))
    elsewhere = node.answer(transfer("THERE", 100, payee_bank_code="102100099996"))

    assert {name: row.takes for name, row in bank.transfers().items()} == {"OWN": "own", "HERE": "outgoing"}
    assert _word(elsewhere, "Code") == Code.CHANNEL_NOT_OPEN


def test_R4_2_the_last_fen_may_be_paid_and_not_one_more(bank: Bank) -> None:
    """A payer account may go down to exactly zero (R4.2)."""
    node = bank.node()

    assert _word(node.answer(transfer("T1", OPENING)), "Code") == Code.DONE
    assert _word(node.answer(transfer("T2", 1)), "Code") == Code.BALANCE_INSUFFICIENT
    assert bank.balance(PAYER) == 0


def test_a_fence_refuses_an_id_for_ever_when_it_was_never_received(bank: Bank) -> None:
    """QueryTransfer with a fence makes "not found" safe to act on: the late original is refused."""
    node = bank.node()

    fenced = node.answer(query("T1", fence=True))
    late = node.answer(transfer("T1"))
    again = node.answer(query("T1"))

    assert (_word(fenced, "State"), _word(again, "State")) == ("fenced", "fenced")
    assert _word(late, "Code") == Code.REQUEST_ID_FENCED
    assert bank.balance(PAYEE) == 0


def test_a_fence_never_touches_an_id_that_was_received(bank: Bank) -> None:
    """A fence that comes after the transfer tells what became of it."""
    node = bank.node()
    node.answer(transfer("T1"))

    reply = node.answer(query("T1", fence=True))

    assert (_word(reply, "State"), _word(reply, "Amount")) == ("succeeded", "12.34")


def test_a_fence_takes_the_permission_to_enter(bank: Bank) -> None:
    """An operator that may only query fences nothing."""
    node = bank.node()
    asked = command(query("T1", fence=True).body, "Q1", operator="LOOK1")

    assert _word(node.answer(asked), "Code") == Code.NOT_PERMITTED
    assert _word(node.answer(transfer("T1")), "Code") == Code.DONE


def test_a_message_from_another_time_is_refused_but_still_replays(bank: Bank) -> None:
    """A SentAt too far off uses up no id and moves nothing, but a replay is answered before that check."""
    node = bank.node()
    old = command(transfer("T1").body, "T1", skew_ms=-400_000)

    assert _word(node.answer(old), "Code") == Code.CLOCK_SKEW
    assert bank.requests() == {}
    first = node.answer(transfer("T1"))
    assert node.answer(old) == first


@pytest.mark.parametrize("skew_ms", [-300_000, 300_000])
def test_five_minutes_off_is_still_taken(bank: Bank, skew_ms: int) -> None:
    """The limit itself is allowed, one millisecond more is not."""
    node = bank.node()
    beyond = skew_ms + (1 if skew_ms > 0 else -1)

    assert _word(node.answer(command(transfer("T1").body, "T1", skew_ms=beyond)), "Code") == Code.CLOCK_SKEW
    assert _word(node.answer(command(transfer("T1").body, "T1", skew_ms=skew_ms)), "Code") == Code.DONE


def test_every_verified_message_and_every_reply_is_in_one_sound_chain(bank: Bank) -> None:
    """The log holds the exact bytes both ways, replays and refusals included, chained without a gap."""
    node = bank.node()
    asked = [transfer("T1"), transfer("T1"), query("T1"), transfer("T2", payee_account=PAYER)]
    replies = [node.answer(one) for one in asked]

    log = bank.log()

    assert [row.way for row in log] == ["in", "out"] * 4
    assert [bytes(row.message) for row in log if row.way == "in"] == [one.raw for one in asked]
    assert [bytes(row.message).decode() for row in log if row.way == "out"] == replies
    assert all(isinstance(step, Head) for step in walk("node0-0", [row._mapping for row in log]))


def test_R1_8_a_frozen_operator_can_do_nothing_from_the_next_turn_on(bank: Bank) -> None:
    """What the committer remembers of operators is forgotten with the first change of the register."""
    node = bank.node()
    assert _word(node.answer(transfer("T1")), "Code") == Code.DONE

    with bank.journal().begin() as tx:
        set_operator_status(tx, CUSTOMER_ID, OPERATOR_ID, "frozen")

    assert _word(node.answer(transfer("T2")), "Code") == Code.OPERATOR_FROZEN
    assert _word(node.answer(query("T1")), "Code") == Code.OPERATOR_FROZEN


def test_R1_5_an_account_attached_or_detached_counts_from_the_next_turn_on(bank: Bank) -> None:
    """A payer account can be used from the moment it is attached and listed until the moment it is detached."""
    node = bank.node()
    assert _word(node.answer(transfer("T1")), "Code") == Code.DONE

    with bank.journal().begin() as tx:
        detach_account(tx, CUSTOMER_ID, PAYER)
    detached = node.answer(transfer("T2"))
    with bank.journal().begin() as tx:
        attach_accounts(tx, CUSTOMER_ID, [PAYER])
    attached = node.answer(transfer("T3"))
    with bank.journal().begin() as tx:
        change_accounts(tx, CUSTOMER_ID, OPERATOR_ID, add=[PAYER])

    assert _word(detached, "Code") == Code.PAYER_NOT_ATTACHED
    assert _word(attached, "Code") == Code.ACCOUNT_NOT_LISTED
    assert _word(node.answer(transfer("T4")), "Code") == Code.DONE


def test_a_hundred_transfers_at_once_are_each_done_once(bank: Bank) -> None:
    """Group commit keeps every transfer apart: each is booked, and the sums agree."""
    node = bank.node()

    futures = [node.ask(transfer(f"T{number}", number)) for number in range(1, 101)]
    replies = [future.result(30) for future in futures]

    assert all(isinstance(reply, bytes) for reply in replies)
    assert bank.balance(PAYEE) == sum(range(1, 101))
    assert {row.state for row in bank.transfers().values()} == {"succeeded"}
