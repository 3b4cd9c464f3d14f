"""What nobody could read is not written, and what is written has room."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core_adapter.channels.cnaps import MESSAGE_BYTES_MAX
from core_adapter.channels.messages import (
    CREDITS_MAX,
    Credit,
    CreditKind,
    Credits,
    Message,
    Original,
    Party,
    Priority,
    Status,
    System,
    Told,
)
from protocol.money import FEN_MAX
from tests.core_adapter.cnaps.samples import CODEC, GOLDEN, golden

HVPS, BEPS, TAKEN, TOLD = "hvps.111.001.01", "beps.121.001.01", "ccms.990.001.02", "ccms.900.001.02"


def carrying(message_type: str) -> Credits:
    """The golden credits of a type."""
    found = GOLDEN[message_type]
    assert isinstance(found, Credits)
    return found


CREDIT = carrying(HVPS)


def with_head(**parts: Any) -> Message:
    """The golden credit under another head."""
    return replace(CREDIT, head=replace(CREDIT.head, **parts))


def with_credit(**parts: Any) -> Message:
    """The golden credit, and something else in it."""
    return replace(CREDIT, credits=(replace(CREDIT.credits[0], **parts),))


def with_payee(**parts: Any) -> Message:
    """The golden credit to somebody else."""
    return with_credit(payee=replace(CREDIT.credits[0].payee, **parts))


@pytest.mark.parametrize(
    "make",
    [
        lambda: with_head(sender="88110000001"),
        lambda: with_head(receiver="8811000000189"),
        lambda: with_head(system=System.BEPS, message_id="1"),
        lambda: with_head(system=System.CCMS),
        lambda: with_head(reference_id="x" * 16),
        lambda: with_head(sent_at=CREDIT.head.sent_at + timedelta(microseconds=1)),
        lambda: with_head(sent_at=datetime(2026, 12, 1, tzinfo=UTC)),
        lambda: with_credit(amount=0),
        lambda: with_credit(amount=-1),
        lambda: with_credit(amount=FEN_MAX + 1),
        lambda: with_credit(tx_id="x"),
        lambda: with_credit(kind=CreditKind.ONLINE),
        lambda: with_credit(kind=CreditKind.RETURN),
        lambda: with_credit(reason="AC01"),
        lambda: with_credit(purpose=" 货款"),
        lambda: with_credit(purpose="货\n款"),
        lambda: with_credit(purpose="货\0款&"),
        lambda: with_credit(purpose="\ud800"),
        lambda: with_credit(end_to_end_id="货"),
        lambda: with_payee(name=""),
        lambda: with_payee(name="名" * 121),
        lambda: with_payee(account="1 2"),
        lambda: with_payee(bank=""),
        lambda: replace(CREDIT, credits=()),
        lambda: replace(CREDIT, credits=CREDIT.credits * 2),
        lambda: replace(carrying(BEPS), credits=CREDIT.credits * (CREDITS_MAX + 1)),
        lambda: replace(GOLDEN[TAKEN], head=replace(GOLDEN[TAKEN].head, reference_id="")),
        lambda: replace(GOLDEN[TAKEN], head=replace(GOLDEN[TAKEN].head, priority=Priority.URGENT)),
        lambda: Told(head=GOLDEN[TOLD].head, outcomes=()),
    ],
)
def test_what_nobody_could_read_is_not_written(make: Callable[[], Message]) -> None:
    """The writer refuses it itself; nothing is cut to size."""
    message = make()
    with pytest.raises(ValueError):
        CODEC.write(message, from_centre=not isinstance(message, Credits))


def test_a_message_goes_its_own_way() -> None:
    """A bank tells no outcomes, and the centre does not log in."""
    with pytest.raises(ValueError, match="from the centre alone"):
        CODEC.write(GOLDEN[TOLD], from_centre=False)
    with pytest.raises(ValueError, match="from the bank alone"):
        CODEC.write(GOLDEN["ccms.805.001.02"], from_centre=True)


def test_the_fullest_batch_has_room() -> None:
    """A thousand credits with the longest texts, in the characters that take most bytes, are within the limit."""
    party = Party(account="9" * 32, name="&" * 120, bank="881100000018")
    original = Original(party.bank, "2026120100000001", "9" * 16)
    credit = Credit(
        tx_id="9" * 16,
        kind=CreditKind.RETURN,
        amount=FEN_MAX,
        payer=party,
        payee=party,
        purpose="=" * 120,
        end_to_end_id="&" * 35,
        original=original,
        reason="AC01",
        reason_text="&" * 105,
    )
    full = replace(carrying(BEPS), credits=(credit,) * CREDITS_MAX)
    data = CODEC.write(full, from_centre=False)

    assert CODEC.read(data) == full
    assert MESSAGE_BYTES_MAX > len(data) > MESSAGE_BYTES_MAX // 2


def test_a_head_read_from_a_message_writes_the_same_header() -> None:
    """Also one that names itself as its reference: it answers nobody."""
    head = CODEC.read(golden(HVPS)).head

    assert head.reference_id == ""
    assert CODEC.write(with_head(reference_id=head.message_id), from_centre=False) == CODEC.write(
        CREDIT, from_centre=False
    )


def test_every_status_of_the_value_can_be_told() -> None:
    """The schema and the value know the same statuses."""
    told = GOLDEN[TOLD]
    assert isinstance(told, Told)
    for status in Status:
        value = replace(told, outcomes=(replace(told.outcomes[0], status=status),))
        assert CODEC.read(CODEC.write(value, from_centre=True)) == value
