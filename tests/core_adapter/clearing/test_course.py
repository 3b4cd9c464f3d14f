"""What becomes of credits, channel by channel, as the bank hears it and as the book has it."""

from dataclasses import replace
from datetime import date, time

import pytest

from core_adapter.channels import reasons
from core_adapter.channels.cnaps import Fault, Unreadable
from core_adapter.channels.messages import (
    Credit,
    CreditKind,
    Credits,
    Discarded,
    LoginAnswer,
    Original,
    Received,
    ReturnAnswer,
    ReturnRequest,
    Status,
    StatusQuery,
    System,
    SystemState,
    SystemStatus,
)
from core_adapter.clearing import orders
from core_adapter.clearing.desk import Lines
from core_adapter.clearing.magic import Magic, account_of
from core_adapter.clearing.settings import CHANNELS, Channel, Span
from core_adapter.clearing.values import Send
from tests.core_adapter.clearing.bank import BANK, CENTRE, OTHER, VIA, Bank, credit, incoming, names
from tests.core_adapter.clearing.conftest import MakeBank

DAY = date(2026, 3, 2)
LARGE = 60_000_00


def test_ibps_acknowledges_nets_at_once_and_settles_at_the_round(bank: Bank) -> None:
    """Each outcome names its round and date of clearing."""
    [paid] = bank.pay(credit())

    assert names(bank.sends) == ["Received", "Told"]
    assert bank.last(Received).head.reference_id == paid.message_id
    assert bank.statuses(paid) == ["PR03"]
    bank.later(1)
    assert bank.statuses(paid) == ["PR03", "PR04"]
    assert [(each.settled_on, each.round) for each in bank.told(paid)] == [(DAY, "000001")] * 2


def test_beps_queues_for_the_round_nets_at_its_end_and_settles_at_the_next(bank: Bank) -> None:
    """Every credit of the batch for itself."""
    paid = bank.pay(*(credit(tx_id=str(n), system=System.BEPS) for n in range(3)), system=System.BEPS)

    assert bank.statuses(paid[0]) == ["PR11"]
    bank.later(1)
    assert bank.statuses(paid[0]) == ["PR11", "PR03"]
    bank.later(1)
    assert [bank.statuses(each) for each in paid] == [["PR11", "PR03", "PR04"]] * 3
    assert {each.round for each in bank.told(paid[0])[1:]} == {"000001"}


def test_hvps_settles_at_once(bank: Bank) -> None:
    """Once, and on the date on which the system works."""
    [paid] = bank.pay(credit(LARGE, system=System.HVPS), system=System.HVPS)

    assert [(each.status, each.settled_on) for each in bank.told(paid)] == [(Status.SETTLED, DAY)]


def test_a_day_end_settles_every_netted_credit_on_its_own_date(make_bank: MakeBank) -> None:
    """However long their round would have been."""
    bank = make_bank(channels={each: Channel(round_seconds=3600.0) for each in CHANNELS})
    [online] = bank.pay(credit())
    [small] = bank.pay(credit(system=System.BEPS), system=System.BEPS)
    bank.book.order([orders.roll(bank.now, each) for each in (System.IBPS, System.BEPS)])
    bank.turn()
    [next_day] = bank.pay(credit())

    assert bank.statuses(online) == ["PR03", "PR04"]
    assert bank.statuses(small) == ["PR11", "PR03", "PR04"]
    assert {each.settled_on for each in bank.told(online) + bank.told(small)[1:]} == {DAY}
    assert (bank.told(next_day)[-1].settled_on, bank.told(next_day)[-1].round) == (date(2026, 3, 3), "000001")


def test_what_is_decided_in_the_turn_that_ends_the_day_belongs_to_that_day(bank: Bank) -> None:
    """It is netted and settled with the rest, or it would wait for a round that never ends."""
    [late] = bank.pay(credit(1_00, account=account_of(Magic.DELAYED), system=System.BEPS), system=System.BEPS)
    bank.now += 1_000
    bank.book.order([orders.roll(bank.now, System.BEPS)])
    bank.turn()

    assert [(str(each.status), each.settled_on) for each in bank.told(late)] == [
        *(("PR11", None), ("PR03", DAY), ("PR04", DAY)),
    ]


def test_the_day_ends_by_the_clock_of_the_settings_and_again_a_day_later(make_bank: MakeBank) -> None:
    """Also where nobody worked at that time."""
    bank = make_bank(channels={each: Channel(day_end=time(10, 1)) for each in CHANNELS})
    bank.book.start(bank.now)
    bank.later(61)
    [paid] = bank.pay(credit())

    assert bank.told(paid)[-1].settled_on == date(2026, 3, 3)
    bank.now += 86_400_000
    bank.book.start(bank.now)  # a process that was away at the time does not forget the day that ended meanwhile
    bank.turn()
    [paid] = bank.pay(credit())
    assert bank.told(paid)[-1].settled_on == date(2026, 3, 4)
    bank.now += 86_400_000
    bank.turn()
    [paid] = bank.pay(credit())
    assert bank.told(paid)[-1].settled_on == date(2026, 3, 5)


def test_a_message_id_that_was_taken_is_discarded_and_nothing_is_done_twice(bank: Bank) -> None:
    """In one group or in two, with the same content or another."""
    message = Credits(head=bank.head(System.IBPS), credits=(credit(),))
    bank.turn(message, message)
    bank.turn(replace(message, credits=(credit(200_00),)))

    assert [each.code for each in bank.all(Discarded)] == [reasons.DUPLICATE.code] * 2
    assert bank.last(Discarded).head.reference_id == message.head.message_id
    assert bank.ask(Original(BANK, message.head.message_id, "1")).outcomes[0].amount == 100_00


def test_what_cannot_be_read_is_discarded_where_its_head_can(bank: Bank) -> None:
    """With the code and the words of its fault; without a head nobody is answered."""
    head = bank.head(System.BEPS)
    bank.turn(Unreadable(Fault.SCHEMA, "not so", head), Unreadable(Fault.HEADER, "no head"))

    [told] = bank.all(Discarded)
    assert (told.code, told.text, told.head.reference_id) == (Fault.SCHEMA, "not so", head.message_id)


def test_what_answers_another_message_is_never_discarded(bank: Bank) -> None:
    """Two sides that cannot read each other would go on for ever."""
    head = bank.head(System.CCMS, reference="2026030200000099")
    bank.turn(Unreadable(Fault.SIGNATURE, "not so", head), Received(head=replace(head, sender=OTHER)))

    assert bank.heard == []


@pytest.mark.parametrize(
    ("sender", "receiver", "reason"),
    [(OTHER, CENTRE, reasons.NOT_A_PARTICIPANT), (BANK, OTHER, reasons.WRONG_RECEIVER)],
)
def test_a_message_of_or_for_somebody_else_is_discarded(
    bank: Bank, sender: str, receiver: str, reason: reasons.Reason
) -> None:
    """Its sender is told, whoever that is."""
    head = replace(bank.head(System.IBPS), sender=sender, receiver=receiver)
    bank.turn(Credits(head=head, credits=(credit(),)))

    assert bank.last(Discarded).code == reason.code
    assert bank.last(Discarded).head.receiver == head.sender


def test_two_credits_under_one_id_discard_their_message(bank: Bank) -> None:
    """None could be told from the other."""
    bank.pay(credit(), credit(5), system=System.BEPS)

    assert bank.last(Discarded).code == reasons.REPEATED_TX.code


def test_a_credit_of_another_payer_or_for_no_bank_is_refused_alone(bank: Bank) -> None:
    """The others of its message go on."""
    fair = credit(tx_id="1", system=System.BEPS)
    foreign = replace(fair, tx_id="2", payer=replace(fair.payer, bank=OTHER))
    nowhere = replace(fair, tx_id="3", payee=replace(fair.payee, bank="1" * 12))
    at_home = replace(fair, tx_id="4", payee=replace(fair.payee, bank=BANK))
    paid = bank.pay(fair, foreign, nowhere, at_home, system=System.BEPS)

    told = [bank.told(each)[-1] for each in paid]
    assert [each.code for each in told] == ["", reasons.PAYER_BANK.code] + [reasons.PAYEE_BANK.code] * 2
    assert [each.status for each in told] == [Status.QUEUED_FOR_NETTING] + [Status.REFUSED] * 3


def test_a_system_in_maintenance_takes_nothing_and_the_same_message_later(make_bank: MakeBank) -> None:
    """A discarded message has not used up its id."""
    bank = make_bank()
    bank.login()
    message = Credits(head=bank.head(System.IBPS), credits=(credit(),))
    bank.book.order([orders.state(bank.now, System.IBPS, SystemState.MAINTENANCE)])
    bank.turn(message)
    assert bank.last(Discarded).code == reasons.IN_MAINTENANCE.code
    bank.book.order([orders.state(bank.now, System.IBPS, SystemState.OPEN)])
    bank.turn(message)

    assert bank.statuses(Original(BANK, message.head.message_id, "1")) == ["PR03"]


def test_hours_and_windows_of_the_settings_close_a_system_by_the_clock(make_bank: MakeBank) -> None:
    """Hours may go past midnight."""
    channel = Channel(open=Span(time(20, 30), time(17, 0)), maintenance=(Span(time(10, 0), time(10, 1)),))
    bank = make_bank(channels=dict.fromkeys(CHANNELS, channel))

    def state() -> SystemState:
        bank.login()
        return bank.last(LoginAnswer).systems[0].state

    assert state() is SystemState.MAINTENANCE
    bank.now += 60_000
    assert state() is SystemState.OPEN
    bank.now += 7 * 3_600_000
    assert state() is SystemState.CLOSED


def test_a_system_that_changes_is_announced_to_every_connection(bank: Bank) -> None:
    """And no other system is."""
    known = bank.turn().systems
    bank.book.order([orders.state(bank.now, System.BEPS, SystemState.CLOSED)])
    done = bank.book.turn([], lines=_two_lines(), now=bank.now, told=known)

    assert [send.via for send in done.sends if isinstance(send.message, SystemStatus)] == [VIA, VIA + 1]
    assert [_systems(send) for send in done.sends] == [[(System.BEPS, SystemState.CLOSED)]] * 2


def test_a_status_query_lists_what_the_centre_has_none_of(bank: Bank) -> None:
    """Each once, beside what it has."""
    [paid] = bank.pay(credit())
    unknown = Original(BANK, "2026030299999999", "1")
    answer = bank.ask(unknown, paid, unknown)

    assert [each.original for each in answer.outcomes] == [paid]
    assert answer.unknown == (unknown,)


def test_a_credit_of_another_bank_is_delivered_until_it_is_acknowledged(bank: Bank) -> None:
    """Under one message id."""
    bank.book.order([orders.pay(bank.now, incoming(12_34))])
    bank.turn()
    [delivery] = bank.delivered()
    assert (delivery.credits[0].amount, delivery.credits[0].payee.bank) == (12_34, BANK)

    bank.later(10)
    assert [each.head.message_id for each in bank.delivered()] == [delivery.head.message_id] * 3
    bank.acknowledge(delivery)
    bank.later(10)
    assert len(bank.delivered()) == 3


def test_what_was_not_acknowledged_comes_again_as_soon_as_the_bank_logs_in(bank: Bank) -> None:
    """Not only when it would be due again."""
    bank.book.order([orders.pay(bank.now, incoming(12_34))])
    bank.turn()
    bank.ready = False
    bank.login()

    assert len(bank.delivered()) == 2


def test_outcomes_wait_in_the_book_while_the_bank_is_not_there(bank: Bank) -> None:
    """And are told when it is."""
    [paid] = bank.pay(credit())
    bank.ready = False
    bank.later(2)
    assert bank.statuses(paid) == ["PR03"]
    bank.ready = True
    bank.turn()

    assert bank.statuses(paid) == ["PR03", "PR04"]


def test_a_credit_that_the_bank_sends_back_is_booked_once(bank: Bank) -> None:
    """A second return, and one of another amount, is refused."""
    bank.book.order([orders.pay(bank.now, incoming(12_34))])
    bank.turn()
    delivery = bank.delivered()[0]
    back = _back(delivery, 12_34)
    [returned] = bank.pay(back)
    [again] = bank.pay(replace(back, tx_id="2"))
    [other_amount] = bank.pay(_back(delivery, 12_35))

    assert delivery.head.sender == CENTRE
    assert bank.statuses(returned) == ["PR03"]
    assert [bank.told(each)[-1].code for each in (again, other_amount)] == [reasons.RETURN_MISMATCH.code] * 2


def test_a_return_is_agreed_once_and_comes_as_a_credit(bank: Bank) -> None:
    """Asked again under the same id the answer is the same, under another it is no."""
    [paid] = bank.pay(credit(100_00))
    request = bank.request(paid, 100_00)
    bank.turn(request)
    assert [each.agreed for each in bank.all(ReturnAnswer)] == [True, True]
    bank.request(paid, 100_00)
    assert bank.last(ReturnAnswer).agreed is False
    bank.later(1)

    [back] = {each.head.message_id: each for each in bank.delivered()}.values()
    assert back.credits[0].kind is CreditKind.RETURN
    assert (back.credits[0].original, back.credits[0].amount) == (paid, 100_00)
    assert (back.credits[0].payee, back.credits[0].payer) == (credit().payer, credit().payee)


@pytest.mark.parametrize(("amount", "known"), [(99_99, True), (100_00, False)])
def test_a_return_of_another_amount_or_of_nothing_is_not_agreed(bank: Bank, amount: int, known: bool) -> None:  # noqa: FBT001  a column of the table
    """And nothing comes."""
    [paid] = bank.pay(credit(100_00))
    bank.request(paid if known else replace(paid, tx_id="9"), amount)
    bank.later(2)

    assert bank.last(ReturnAnswer).agreed is False
    assert bank.delivered() == []


def test_a_credit_that_has_not_succeeded_is_not_returned(bank: Bank) -> None:
    """It may still be refused."""
    [paid] = bank.pay(credit(system=System.BEPS), system=System.BEPS)
    bank.turn(ReturnRequest(head=bank.head(), original=paid, amount=100_00, reason="付错"))

    assert bank.last(ReturnAnswer).agreed is False


def test_a_question_behind_its_credit_in_one_group_is_answered_by_what_was_just_booked(bank: Bank) -> None:
    """Also before its outcome is told."""
    message = Credits(head=bank.head(System.IBPS), credits=(credit(),))
    bank.turn(message, StatusQuery(head=bank.head(), originals=(Original(BANK, message.head.message_id, "1"),)))

    assert names(bank.sends) == ["Received", "StatusAnswer", "Told"]
    assert bank.status(Original(BANK, message.head.message_id, "1")) is Status.NETTED


def test_outcomes_of_one_group_are_told_together(bank: Bank) -> None:
    """Each message is acknowledged for itself."""
    messages = [Credits(head=bank.head(System.IBPS), credits=(credit(),)) for _ in range(20)]
    bank.turn(*messages)

    assert names(bank.sends) == ["Received"] * 20 + ["Told"]


def _back(delivery: Credits, amount: int) -> Credit:
    came = delivery.credits[0]
    return Credit(
        tx_id="1",
        kind=CreditKind.RETURN,
        amount=amount,
        payer=came.payee,
        payee=came.payer,
        original=Original(delivery.head.sender, delivery.head.message_id, came.tx_id),
        reason=reasons.PAYEE_UNKNOWN.code,
    )


def _two_lines() -> Lines:
    return Lines(frozenset({VIA, VIA + 1}), (VIA, VIA + 1))


def _systems(send: Send) -> list[tuple[System, SystemState]]:
    assert isinstance(send.message, SystemStatus)
    return [(each.system, each.state) for each in send.message.systems]
