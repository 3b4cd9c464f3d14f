"""PreviewTransfer through whole turns: what would become of a transfer, without a trace."""

from typing import Any

import pytest
from sqlalchemy import update

from gateway.journal.tables import ATTACHED_ACCOUNT, CUSTOMER, OPERATOR, SITE
from protocol.codes import Code
from protocol.messages.approval import Decision
from protocol.messages.matter import StepKind
from protocol.messages.transfer import Arrival, PreviewTransfer, PreviewTransferReply, TransferState
from tests.journal.bank import OPENING, PAYEE, PAYER, SAVINGS, Bank, Node, transfer
from tests.journal.company import ask, decide, word
from tests.journal.replies import rules, told
from tests.journal.scheduling import MONDAY, TUESDAY, at


def preview(node: Node, amount: int = 1234, *, operator: str = "ERP1", **changed: Any) -> PreviewTransferReply:
    """What is told of a transfer from PAYER to PAYEE."""
    return told(ask(node, operator, previewed(amount, **changed)), PreviewTransferReply)


def previewed(amount: int = 1234, **changed: Any) -> PreviewTransfer:
    """The question about a transfer from PAYER to PAYEE."""
    fields: dict[str, Any] = {
        "payer_account": PAYER,
        "payee_account": PAYEE,
        "payee_name": "乙公司",
        "amount": amount,
        "currency": "CNY",
        "purpose": "货款",
    }
    return PreviewTransfer(**fields | changed)


def codes(found: PreviewTransferReply) -> list[str]:
    """The codes of its faults, in order."""
    return [fault.code for fault in found.fault]


def test_R4_3_a_preview_tells_channel_rule_time_and_fee(bank: Bank) -> None:
    """In-bank in real time and free; nobody need act."""
    bank.set_clock(f"{MONDAY} 10:00")

    found = preview(bank.node())

    assert found.possible
    assert (found.state, found.channel, found.rule_id, found.fee) == (TransferState.PROCESSING, "in-bank", "R4.3", 0)
    assert found.leaves_at is not None
    assert at(f"{MONDAY} 10:00") <= found.leaves_at < at(f"{MONDAY} 10:05")
    assert (str(found.value_date), found.plan, found.fault, found.warning) == (MONDAY, None, (), ())


def test_a_preview_moves_nothing_and_uses_up_nothing(bank: Bank) -> None:
    """No money, limits, ids or log: not even a counter is made; the id may be used for the payment then."""
    node = bank.node()
    before = bank.balance(PAYER)

    assert preview(node, arrival=Arrival.NORMAL, save_payee=True).possible

    assert (bank.balance(PAYER), bank.requests(), bank.transfers()) == (before, {}, {})
    assert (bank.usage(), bank.acts(), bank.payees()) == ({}, {}, [])


@pytest.mark.parametrize(
    ("asked", "leaves"),
    [
        ({"arrival": Arrival.NEXT_DAY}, f"{TUESDAY} 09:00"),
        ({"scheduled_for": at(f"{TUESDAY} 11:00")}, f"{TUESDAY} 11:00"),
    ],
)
def test_R4_7_a_preview_tells_when_it_would_leave(bank: Bank, asked: dict[str, Any], leaves: str) -> None:
    """It would be scheduled."""
    bank.set_clock(f"{MONDAY} 10:00")

    found = preview(bank.node(), **asked)

    assert (found.state, found.leaves_at, str(found.value_date)) == (TransferState.SCHEDULED, at(leaves), TUESDAY)


def test_R2_3_a_preview_tells_whose_approvals_are_needed(company: Bank) -> None:
    """The plan of SubmitTransfer, by the amount: up to 50,000.00 one level, above two."""
    node = company.node()

    small, large = preview(node, 50_000_00), preview(node, 50_000_01)

    assert small.possible
    assert large.possible
    assert small.state is TransferState.WAITING_REVIEW
    kinds = [
        [(step.kind, step.level, step.given) for step in found.plan.step] for found in (small, large) if found.plan
    ]
    review, dispatch = (StepKind.REVIEW, None, 0), (StepKind.DISPATCH, None, 0)
    assert kinds == [
        [review, (StepKind.AUTHORIZE, 1, 0), dispatch],
        [review, (StepKind.AUTHORIZE, 1, 0), (StepKind.AUTHORIZE, 3, 0), dispatch],
    ]


def test_every_fault_that_would_refuse_it_is_told_at_once(bank: Bank) -> None:
    """Those of the payment, its time and its balance, with the elements of the message that was sent."""
    bank.set_clock(f"{MONDAY} 10:00")

    found = preview(
        bank.node(),
        OPENING + 1,
        currency="USD",
        urgent=True,
        scheduled_for=at(f"{MONDAY} 11:30"),
        next_operator="NOBODY",
    )

    assert not found.possible
    assert codes(found) == [
        Code.CURRENCY_UNSUPPORTED,
        Code.NOT_OFFERED,
        Code.SCHEDULE_OFF_THE_HOUR,
        Code.ACTOR_NOT_ENTITLED,
    ]
    here = "/Message/Body/PreviewTransfer"
    places = [f"{here}/Currency", f"{here}/Urgent", f"{here}/ScheduledFor", None]
    assert [fault.place for fault in found.fault] == places
    assert [warning.code for warning in found.warning] == [Code.BALANCE_INSUFFICIENT]
    assert (found.channel, found.state, found.leaves_at, found.value_date) == ("in-bank", None, None, None)


@pytest.mark.parametrize(
    ("amount", "changed", "reasons"),
    [
        (OPENING, {}, []),
        (OPENING + 1, {}, [Code.BALANCE_INSUFFICIENT]),
        (1, {"payee_name": "丙公司"}, [Code.PAYEE_NAME_MISMATCH]),
        (OPENING + 1, {"payee_account": "6200000000000000042"}, [Code.PAYEE_UNKNOWN, Code.BALANCE_INSUFFICIENT]),
    ],
)
def test_a_preview_says_what_the_core_would_decline(
    bank: Bank, amount: int, changed: dict[str, Any], reasons: list[Code]
) -> None:
    """The same reasons as the payment itself, to the fen; of one that runs later they are warnings."""
    node = bank.node()

    now, later = preview(node, amount, **changed), preview(node, amount, arrival=Arrival.NEXT_DAY, **changed)
    paid = node.answer(transfer("T1", amount, **changed))

    assert codes(now) == reasons == rules(paid)
    assert later.possible
    assert [warning.code for warning in later.warning] == reasons


@pytest.mark.parametrize(("amount", "fits"), [(400_00, True), (400_01, False)])
def test_R3_5_a_preview_knows_what_is_used_of_limits(bank: Bank, amount: int, fits: bool) -> None:  # noqa: FBT001  a row
    """Exactly at the limit it fits; it names limit, used and left (R3.6)."""
    limit(bank, OPERATOR, limit_day=1_000_00)
    node = bank.node()
    node.answer(transfer("T1", 600_00))

    found = preview(node, amount)

    assert found.possible is fits
    if not fits:
        assert codes(found) == [Code.OPERATOR_DAY_LIMIT]
        assert all(each in found.fault[0].text for each in ("1,000.00", "600.00", "400.00"))


def limit(bank: Bank, table: Any, **columns: int) -> None:
    """Set limits for everybody in a table of the register."""
    with bank.journal().begin() as tx:
        tx.execute(update(table).values(**columns))
        tx.execute(update(SITE).values(register_version=SITE.c.register_version + 1))


def test_whom_it_goes_to_is_not_told_where_the_payment_would_not_get_so_far(bank: Bank) -> None:
    """A preview finds out no more about accounts of others than a payment does."""
    bank.set_account(PAYER, closed=True)

    found = preview(bank.node(), payee_name="丙公司")

    assert codes(found) == [Code.PAYEE_NOT_IN_CLOSED_LIST]
    assert found.warning == ()


def test_R1_5_of_an_account_that_is_not_ones_own_to_use_nothing_more_is_told(bank: Bank) -> None:
    """Neither plan nor limits nor balance."""
    limit(bank, ATTACHED_ACCOUNT, limit_transfer=1)

    found = preview(bank.node(), OPENING + 1, payer_account=PAYEE, payee_account=PAYER, payee_name="甲公司")

    assert codes(found) == [Code.PAYER_NOT_ATTACHED]
    assert (found.plan, found.state, found.channel, found.warning) == (None, None, None, ())


def test_R1_2_only_who_may_enter_may_preview(bank: Bank) -> None:
    """Others are refused, and told nothing."""
    reply = ask(bank.node(), "LOOK1", previewed())

    assert word(reply, "Code") == Code.NOT_PERMITTED
    assert "PreviewTransferReply" not in reply


def test_R2_9_what_is_switched_off_is_told_as_a_fault(company: Bank) -> None:
    """The service that is asked about is SubmitTransfer."""
    limit(company, CUSTOMER, status="suspended")  # type: ignore[arg-type]  # a column of text

    assert rules(ask(company.node(), "ERP1", previewed())) == [Code.CUSTOMER_SUSPENDED]


def test_O33_between_own_accounts_normal_arrival_is_a_fault(bank: Bank) -> None:
    """As of SubmitTransfer."""
    found = preview(bank.node(), payee_account=SAVINGS, payee_name="甲公司", arrival=Arrival.NORMAL)

    assert codes(found) == [Code.ARRIVAL_NOT_POSSIBLE]


def test_O4_a_preview_of_an_amendment_looks_at_what_it_amends(company: Bank) -> None:
    """A rejected one may be amended; one that waits, or is not there, may not."""
    node = company.node()
    for request_id in ("T1", "T2"):
        node.answer(transfer(request_id))
    decide(node, "REV1", Decision.REJECT, "T1", reason="no")

    assert codes(preview(node, replaces="T1")) == []
    assert codes(preview(node, replaces="T2")) == [Code.NOT_REJECTED]
    assert codes(preview(node, replaces="T3")) == [Code.INSTRUCTION_NOT_FOUND]
