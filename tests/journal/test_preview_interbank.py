"""PreviewTransfer of payments to other banks: the channel that would take them, and why it is not done yet."""

import pytest

from gateway.domain.banks import PayeeBank
from gateway.domain.terms import RoutingRules, Terms
from protocol.codes import Code
from protocol.messages.transfer import Arrival, PreviewTransferReply, TransferState
from tests.gateway.domain.moments import RULES
from tests.journal.bank import OPENING, PAYEE, Bank, transfer
from tests.journal.interbank import BRANCH, FRIDAY, MONDAY, SATURDAY, SMALL, UNLISTED, load_offices
from tests.journal.replies import rules
from tests.journal.scheduling import at
from tests.journal.test_preview import codes, preview


@pytest.fixture(autouse=True)
def _directory(bank: Bank) -> None:
    """The bank has loaded three offices, and it is a Friday in the evening."""
    load_offices(bank)
    bank.set_clock(f"{FRIDAY} 18:00")


def asked(bank: Bank, amount: int, to: PayeeBank = BRANCH, arrival: Arrival | None = None) -> PreviewTransferReply:
    """What is told of a payment to another bank."""
    return preview(bank.node(rules=RULES), amount, payee_bank_code=to.code, arrival=arrival)


def way(found: PreviewTransferReply) -> tuple[str | None, str | None]:
    """Its channel, and the rule that chooses it."""
    return found.channel, found.rule_id


@pytest.mark.parametrize(
    ("amount", "arrival", "channel", "rule", "passed"),
    [
        (50_000_00, None, "IBPS", "R4.8", {"BEPS": "O11", "HVPS": "R4.8"}),
        (50_000_01, None, "HVPS", "R4.8", {"IBPS": "R4.8", "BEPS": "O11"}),
        (50_000_01, Arrival.NORMAL, "BEPS", "O11", {"IBPS": "O11", "HVPS": "O11"}),
    ],
)
def test_R4_8_a_preview_tells_the_channel_and_what_is_passed_over_and_that_it_is_not_open(
    bank: Bank, amount: int, arrival: Arrival | None, channel: str, rule: str, passed: dict[str, str]
) -> None:
    """Each by its rule, in words too; the balance stands against the larger ones no more than it should."""
    found = asked(bank, amount, arrival=arrival)

    assert (found.possible, way(found), found.fee, found.state) == (False, (channel, rule), 0, None)
    assert {each.channel: each.rule_id for each in found.passed} == passed
    assert all(each.text for each in found.passed)
    assert codes(found) == [Code.CHANNEL_NOT_OPEN]


def test_R4_11_a_preview_tells_when_large_value_would_leave(bank: Bank) -> None:
    """On a Friday evening not before Monday; by IBPS at once."""
    large, small = asked(bank, 60_000_00), asked(bank, 1)

    assert (large.leaves_at, str(large.value_date)) == (at(f"{MONDAY} 09:00"), MONDAY)
    assert str(small.value_date) == FRIDAY


def test_O9_a_preview_of_large_value_for_the_next_day_is_for_the_next_working_day(bank: Bank) -> None:
    """By IBPS for Saturday."""
    large, small = (asked(bank, amount, arrival=Arrival.NEXT_DAY) for amount in (60_000_00, 1))

    assert large.leaves_at == at(f"{MONDAY} 09:00")
    assert small.leaves_at == at(f"{SATURDAY} 09:00")


def test_O29_a_preview_tells_that_large_value_is_scheduled_on_working_days_alone(bank: Bank) -> None:
    """Saturday is no day for it, and one for IBPS."""
    node, hour = bank.node(rules=RULES), at(f"{SATURDAY} 10:00")

    large = preview(node, 60_000_00, payee_bank_code=BRANCH.code, scheduled_for=hour)
    small = preview(node, 1, payee_bank_code=BRANCH.code, scheduled_for=hour)

    assert codes(large) == [Code.CHANNEL_NOT_OPEN, Code.SCHEDULE_OUTSIDE_HOURS]
    assert large.leaves_at is None
    assert (codes(small), small.leaves_at) == ([Code.CHANNEL_NOT_OPEN], hour)


def test_O36_a_bank_that_is_not_in_the_directory_is_a_fault(bank: Bank) -> None:
    """There is no channel to it."""
    found = asked(bank, 1, UNLISTED)

    assert codes(found) == [Code.CHANNEL_NOT_OPEN, Code.PAYEE_BANK_UNKNOWN]
    assert (way(found), found.passed) == ((None, None), ())


def test_R4_20_where_no_channel_takes_it_every_reason_is_told(bank: Bank) -> None:
    """In words, and each channel with its rule."""
    found = asked(bank, 60_000_00, SMALL)

    assert codes(found) == [Code.CHANNEL_NOT_OPEN, Code.NO_CHANNEL]
    assert {each.channel: each.rule_id for each in found.passed} == {"IBPS": "O36", "BEPS": "O11", "HVPS": "O36"}
    assert all(rule in found.fault[1].text for rule in ("IBPS (O36)", "BEPS (O11)", "HVPS (O36)"))
    assert (way(found), found.leaves_at) == ((None, None), None)


def test_a_payment_is_refused_for_what_its_preview_tells(bank: Bank) -> None:
    """Without a link to a clearing side none is taken; what else stands against it is told with that."""
    node = bank.node(rules=RULES)

    for number, to in enumerate((BRANCH, SMALL, UNLISTED)):
        given = {"payee_bank_code": to.code, "arrival": Arrival.NEXT_DAY}
        reply = node.answer(transfer(f"T{number}", 60_000_00, **given))
        assert rules(reply) == codes(preview(node, 60_000_00, **given))
        assert rules(reply)[0] == Code.CHANNEL_NOT_OPEN


def test_a_payee_at_another_bank_is_not_looked_for_at_this_one(bank: Bank) -> None:
    """An account of the same number here is another's."""
    found = preview(bank.node(rules=RULES), 1, payee_account=PAYEE, payee_name="别人", payee_bank_code=BRANCH.code)

    assert codes(found) == [Code.CHANNEL_NOT_OPEN]
    assert TransferState.PROCESSING is not found.state


def test_O35_the_fee_too_is_asked_of_the_balance(bank: Bank) -> None:
    """R4.19: what pays the amount to the fen cannot pay for being urgent."""
    bank.set_clock(f"{FRIDAY} 10:00")
    node = bank.node(rules=RULES, routing=RoutingRules(terms=Terms(urgent_fee=2_00)))

    usual, urgent = (preview(node, OPENING, payee_bank_code=BRANCH.code, urgent=each) for each in (False, True))

    assert (codes(usual), codes(urgent)) == ([], [Code.BALANCE_INSUFFICIENT])
