"""Every case that partners rehearse, with fault rates of zero: by account, and by amount."""

import pytest

from core_adapter.channels import reasons
from core_adapter.channels.messages import Credits, Discarded, Original, Received, System
from core_adapter.clearing.magic import BY_AMOUNT, MEANINGS, Magic, account_of, case_of
from core_adapter.clearing.settings import CHANNELS
from protocol import examples
from tests.core_adapter.clearing.bank import BANK, Bank, credit

IBPS, HVPS = System.IBPS, System.HVPS


def rehearse(bank: Bank, case: Magic, system: System = IBPS, amount: int = 60_000_00) -> Original:
    """Pay a credit of a case, and wait until all of it is over."""
    [paid] = bank.pay(credit(amount, account=account_of(case), system=system), system=system)
    bank.later(5)
    return paid


@pytest.mark.parametrize(
    ("case", "reason"),
    [(Magic.REFUSED_ACCOUNT, reasons.PAYEE_UNKNOWN), (Magic.REFUSED_NAME, reasons.PAYEE_NAME)],
)
@pytest.mark.parametrize("system", CHANNELS)
def test_a_case_is_refused_for_its_reason(bank: Bank, case: Magic, reason: reasons.Reason, system: System) -> None:
    """Once, with code and words, on every system."""
    paid = rehearse(bank, case, system)

    assert [(str(each.status), each.code, each.text) for each in bank.told(paid)] == [
        ("PR09", reason.code, reason.text)
    ]


def test_a_silent_case_is_done_and_told_when_asked_alone(bank: Bank) -> None:
    """Not even its message is acknowledged."""
    paid = rehearse(bank, Magic.SILENT)

    assert bank.heard == []
    assert bank.status(paid) == "PR04"


def test_a_case_that_is_never_known_vanishes_once_and_is_taken_when_sent_again(bank: Bank) -> None:
    """And is a duplicate from then on."""
    message = Credits(head=bank.head(IBPS), credits=(credit(account=account_of(Magic.NEVER_KNOWN)),))
    lost = Original(BANK, message.head.message_id, "1")
    bank.turn(message)
    assert bank.heard == []
    assert bank.ask(lost).unknown == (lost,)
    bank.turn(message)
    assert bank.statuses(lost) == ["PR03"]
    bank.turn(message)
    assert bank.last(Discarded).code == reasons.DUPLICATE.code


def test_a_delayed_case_is_pending_for_as_long_as_its_amount_says(bank: Bank) -> None:
    """To the second."""
    [paid] = bank.pay(credit(60_030_00, account=account_of(Magic.DELAYED)))
    bank.later(29)
    assert bank.status(paid) == "PR00"
    assert bank.statuses(paid) == []
    bank.later(1)
    assert bank.statuses(paid) == ["PR03"]


@pytest.mark.parametrize(("system", "statuses"), [(IBPS, ["PR03", "PR04"]), (HVPS, ["PR04"])])
def test_a_late_return_comes_as_a_credit_after_success(bank: Bank, system: System, statuses: list[str]) -> None:
    """It names the credit, and pays all of it back."""
    paid = rehearse(bank, Magic.LATE_RETURN, system)

    assert bank.statuses(paid) == statuses
    [back] = bank.delivered()
    assert (back.credits[0].original, back.credits[0].reason) == (paid, reasons.PAYEE_BARRED.code)
    assert (back.credits[0].amount, back.credits[0].payee.bank) == (60_000_00, BANK)


@pytest.mark.parametrize(
    ("case", "statuses"), [(Magic.QUEUED_SETTLED, ["PR12", "PR04"]), (Magic.QUEUED_EXPIRED, ["PR12", "PR32"])]
)
def test_a_queued_case_waits_in_hvps_and_is_an_ordinary_one_elsewhere(
    bank: Bank, case: Magic, statuses: list[str]
) -> None:
    """Where there is no queue."""
    assert bank.statuses(rehearse(bank, case, HVPS)) == statuses
    assert bank.statuses(rehearse(bank, case, IBPS)) == ["PR03", "PR04"]


def test_a_case_is_told_twice(bank: Bank) -> None:
    """Every outcome of it."""
    assert bank.statuses(rehearse(bank, Magic.TOLD_TWICE)) == ["PR03", "PR03", "PR04", "PR04"]


def test_a_contradicted_case_is_told_as_refused_afterwards_and_is_not(bank: Bank) -> None:
    """The book knows better."""
    paid = rehearse(bank, Magic.CONTRADICTED)

    assert bank.statuses(paid) == ["PR03", "PR04", "PR09"]
    assert bank.status(paid) == "PR04"


def test_a_case_is_told_with_another_amount_and_answered_with_its_own(bank: Bank) -> None:
    """One fen more."""
    paid = rehearse(bank, Magic.OTHER_AMOUNT, amount=100_00)

    assert {each.amount for each in bank.told(paid)} == {100_01}
    assert bank.ask(paid).outcomes[0].amount == 100_00


def test_a_forged_case_is_told_under_a_spoilt_signature_and_answered_under_a_good_one(bank: Bank) -> None:
    """Acknowledgement and answer can be believed."""
    paid = rehearse(bank, Magic.FORGED)
    bank.ask(paid)

    assert [(type(send.message).__name__, send.forged) for send in bank.sends] == [
        *(("Received", False), ("Told", True), ("Told", True), ("StatusAnswer", False)),
    ]


@pytest.mark.parametrize("case", Magic)
def test_the_fen_of_an_amount_choose_the_case_of_the_account_of_zeros(case: Magic) -> None:
    """And of no other account."""
    assert case_of(credit(7_00 + case, account=BY_AMOUNT)) is case
    assert case_of(credit(7_00 + case)) is None
    assert case_of(credit(account=account_of(case))) is case


def test_no_account_of_the_examples_and_no_number_without_a_case_rehearses_anything(bank: Bank) -> None:
    """Nobody meets a case by accident."""
    ordinary = [examples.PAYER_ACCOUNT, examples.PAYEE_ACCOUNT, BY_AMOUNT, "0" * 17, "0" * 16 + "99", "0" * 16 + "0١"]

    assert [case_of(credit(account=account)) for account in ordinary] == [None] * len(ordinary)
    assert MEANINGS.keys() == set(Magic)


def test_a_pack_in_which_one_credit_is_silent_is_acknowledged_for_the_others(bank: Bank) -> None:
    """The silent one alone is not told of."""
    silent, told = bank.pay(
        credit(tx_id="1", account=account_of(Magic.SILENT), system=System.BEPS),
        credit(tx_id="2", system=System.BEPS),
        system=System.BEPS,
    )

    assert len(bank.all(Received)) == 1
    assert (bank.statuses(silent), bank.statuses(told)) == ([], ["PR11"])
