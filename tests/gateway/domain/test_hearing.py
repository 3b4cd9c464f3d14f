"""What the clearing side's words make of a payment: every state of its leg against every kind of word."""

from dataclasses import replace
from datetime import date
from itertools import permutations
from typing import Any

import pytest

from core_adapter.channels.messages import Original, Outcome, Status
from gateway.domain.banks import PayeeBank
from gateway.domain.channel import Channel
from gateway.domain.facts import Transfer
from gateway.domain.hearing import CaseKind, heard
from gateway.domain.leg import LEG_MOVES, Leg, LegState, moved
from gateway.domain.states import State
from protocol.names import bank_code_check_digit

BANK = "30929009999" + bank_code_check_digit("30929009999")
DAY = date(2026, 11, 3)
GOOD, BAD, PENDING, NONSENSE = Status.SETTLED, Status.REFUSED, Status.QUEUED_FOR_NETTING, Status.STOPPED
_OF_LEG = {
    LegState.PLANNED: State.RELEASED,
    LegState.SENT: State.CLEARING,
    LegState.GOOD: State.CLEARING,
    LegState.BAD: State.CLEARING,
    LegState.POSTED: State.SUCCEEDED,
    LegState.VOIDED: State.FAILED,
}
_LAST = {
    LegState.GOOD: Status.SETTLED.value,
    LegState.POSTED: Status.SETTLED.value,
    LegState.BAD: Status.REFUSED.value,
    LegState.VOIDED: Status.REFUSED.value,
}


def payment(state: LegState = LegState.SENT, channel: Channel = Channel.IBPS, **of_leg: Any) -> Transfer:
    """A payment of 100.00 whose leg is in that state, sent as M1/T1 where it is sent."""
    sent: dict[str, Any] = {} if state is LegState.PLANNED else {"message_id": "M1", "tx_id": "T1", "sent_ms": 1}
    leg = Leg(
        channel=channel,
        rule="R4.8",
        bank=PayeeBank(code=BANK, name="远方银行", region=BANK[3:7], ibps=BANK, beps=True, hvps=True),
        payer_name="甲公司",
        state=state,
        **{"status": _LAST.get(state)} | sent | of_leg,
    )
    return Transfer(
        customer_id="C1",
        request_id="R1",
        operator_id="ERP1",
        owner="C1",
        payer_account="1",
        payee_account="2",
        payee_name="乙公司",
        payee_bank_code=BANK,
        amount=100_00,
        currency="CNY",
        purpose="货款",
        entered_on=DAY,
        business_date=DAY,
        state=_OF_LEG[state],
        leg=leg,
    )


def word(status: Status, *, amount: int = 100_00, message_id: str = "M1", **more: Any) -> Outcome:
    """A word about T1."""
    return Outcome(original=Original("313100000013", message_id, "T1"), status=status, amount=amount, **more)


@pytest.mark.parametrize(
    ("state", "status", "after", "case"),
    [
        (LegState.PLANNED, GOOD, LegState.PLANNED, CaseKind.NO_SUCH_PAYMENT),
        (LegState.PLANNED, BAD, LegState.PLANNED, CaseKind.NO_SUCH_PAYMENT),
        (LegState.PLANNED, PENDING, LegState.PLANNED, CaseKind.NO_SUCH_PAYMENT),
        (LegState.PLANNED, NONSENSE, LegState.PLANNED, CaseKind.NO_SUCH_PAYMENT),
        (LegState.SENT, GOOD, LegState.GOOD, None),
        (LegState.SENT, BAD, LegState.BAD, None),
        (LegState.SENT, PENDING, LegState.SENT, None),
        (LegState.SENT, NONSENSE, LegState.SENT, CaseKind.STATUS),
        (LegState.GOOD, GOOD, LegState.GOOD, None),
        (LegState.GOOD, BAD, LegState.GOOD, CaseKind.CONTRADICTION),
        (LegState.GOOD, PENDING, LegState.GOOD, None),
        (LegState.GOOD, NONSENSE, LegState.GOOD, CaseKind.STATUS),
        (LegState.BAD, GOOD, LegState.BAD, CaseKind.CONTRADICTION),
        (LegState.BAD, BAD, LegState.BAD, None),
        (LegState.BAD, PENDING, LegState.BAD, None),
        (LegState.BAD, NONSENSE, LegState.BAD, CaseKind.STATUS),
        (LegState.POSTED, GOOD, LegState.POSTED, None),
        (LegState.POSTED, BAD, LegState.POSTED, CaseKind.CONTRADICTION),
        (LegState.POSTED, PENDING, LegState.POSTED, None),
        (LegState.POSTED, NONSENSE, LegState.POSTED, CaseKind.STATUS),
        (LegState.VOIDED, GOOD, LegState.VOIDED, CaseKind.CONTRADICTION),
        (LegState.VOIDED, BAD, LegState.VOIDED, None),
        (LegState.VOIDED, PENDING, LegState.VOIDED, None),
        (LegState.VOIDED, NONSENSE, LegState.VOIDED, CaseKind.STATUS),
    ],
)
def test_only_a_payment_that_was_sent_gets_its_end_from_a_final_word(
    state: LegState, status: Status, after: LegState, case: CaseKind | None
) -> None:
    """Every state of a leg against every kind of word; what is a case changes nothing."""
    before = payment(state)

    said = heard(before, word(status))

    assert said.transfer.leg is not None
    assert (said.transfer.leg.state, said.case) == (after, case)
    assert said.transfer.state is before.state, "only the core ends a payment"
    if case is not None:
        assert said.transfer == before
        assert said.what


@pytest.mark.parametrize("state", [state for state in LegState if state is not LegState.PLANNED])
@pytest.mark.parametrize("status", [GOOD, BAD, PENDING, NONSENSE])
@pytest.mark.parametrize(
    ("changed", "case"),
    [
        ({"amount": 100_01}, CaseKind.AMOUNT),
        ({"amount": 99_99}, CaseKind.AMOUNT),
        ({"message_id": "M2"}, CaseKind.NO_SUCH_PAYMENT),
    ],
)
def test_a_word_about_another_amount_or_another_message_is_a_case_whatever_it_says(
    state: LegState, status: Status, changed: dict[str, Any], case: CaseKind
) -> None:
    """A fen more or less, or an id in a message in which it never was."""
    before = payment(state)

    said = heard(before, word(status, **changed))

    assert (said.transfer, said.case) == (before, case)


@pytest.mark.parametrize("status", list(Status))
def test_a_word_that_is_told_twice_changes_nothing_the_second_time(status: Status) -> None:
    """On any channel, whatever the word is."""
    for channel in (Channel.IBPS, Channel.BEPS, Channel.HVPS):
        once = heard(payment(channel=channel), word(status, code="RJ01", text="why", settled_on=DAY))
        twice = heard(once.transfer, word(status, code="RJ01", text="why", settled_on=DAY))

        assert twice.transfer == once.transfer
        assert twice.case in (None, CaseKind.STATUS)
        assert twice.case == once.case


_GOOD_WORDS = (Status.FORWARDED, Status.QUEUED_FOR_NETTING, Status.NETTED, Status.SETTLED)


@pytest.mark.parametrize("order", list(permutations(_GOOD_WORDS)))
def test_words_out_of_order_leave_the_payment_as_they_would_in_order(order: tuple[Status, ...]) -> None:
    """The furthest word stays, with the day on which the money was settled, whatever comes late."""
    now = payment()
    for status in order:
        said = heard(now, word(status, settled_on=DAY if status is Status.SETTLED else None))
        assert said.case is None
        now = said.transfer

    assert now.leg is not None
    assert (now.leg.state, now.leg.status, now.leg.settled_on) == (LegState.GOOD, Status.SETTLED.value, DAY)


def test_what_is_good_in_netted_channels_says_nothing_in_large_value() -> None:
    """PR03 where nothing is netted is a case, and the payment waits on."""
    large, netted = (payment(channel=channel) for channel in (Channel.HVPS, Channel.BEPS))

    assert heard(large, word(Status.NETTED)).case is CaseKind.STATUS
    after = heard(netted, word(Status.NETTED)).transfer.leg
    assert after is not None
    assert after.state is LegState.GOOD


def test_a_payment_in_doubt_is_on_its_way_again_once_it_is_heard_of() -> None:
    """Pending is no end, but it is a word."""
    doubted = replace(payment(), state=State.IN_DOUBT)

    pending, good = heard(doubted, word(PENDING)), heard(doubted, word(GOOD))

    assert (pending.transfer.state, good.transfer.state) == (State.CLEARING, State.IN_DOUBT)
    assert good.transfer.leg is not None
    assert good.transfer.leg.state is LegState.GOOD


def test_a_refusal_keeps_why() -> None:
    """Its code and its words are what the payer is told."""
    leg = heard(payment(), word(BAD, code="RJ01", text="no such account")).transfer.leg

    assert leg is not None
    assert (leg.status, leg.code, leg.text) == ("PR09", "RJ01", "no such account")


def test_a_leg_goes_one_way_and_its_two_ends_are_apart() -> None:
    """No move leads back, none over the final word, and none from one end to the other."""
    legal = {(before, after) for before, afters in LEG_MOVES.items() for after in afters}
    for before in LegState:
        for after in LegState:
            if (before, after) in legal:
                assert moved(before, after) is after
            else:
                with pytest.raises(ValueError, match="no move leads"):
                    moved(before, after)

    assert legal == {
        (LegState.PLANNED, LegState.SENT),
        (LegState.SENT, LegState.GOOD),
        (LegState.SENT, LegState.BAD),
        (LegState.GOOD, LegState.POSTED),
        (LegState.BAD, LegState.VOIDED),
    }
