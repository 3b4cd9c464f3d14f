"""Damage of any kind is refused, or changes nothing of what a message says."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core_adapter.channels.cnaps import Fault, Unreadable
from core_adapter.channels.messages import Message
from tests.core_adapter.cnaps.samples import ANY, CODEC, FROM_BANK, GOLDEN, fault_of, golden

HVPS, TAKEN = "hvps.111.001.01", "ccms.990.001.02"


@pytest.mark.parametrize("message_type", GOLDEN)
def test_a_message_cut_short_is_refused_wherever_it_is_cut(message_type: str) -> None:
    """All of it or nothing, white space behind the root aside."""
    data = golden(message_type).rstrip()

    for length in range(len(data)):
        assert fault_of(data[:length]).code in Fault


@pytest.mark.parametrize("message_type", GOLDEN)
def test_a_changed_byte_changes_no_meaning(message_type: str) -> None:
    """Wherever it is: the message is refused, or (white space, a quote) says what it said before."""
    data, value = golden(message_type), GOLDEN[message_type]
    refused = 0
    for place, byte in enumerate(data):
        for other in {byte ^ 1, byte ^ 0x20, 0x31 if byte != 0x31 else 0x32}:
            try:
                assert CODEC.read(data[:place] + bytes([other]) + data[place + 1 :]) == value, place
            except Unreadable:
                refused += 1

    assert refused > 2 * len(data)


@given(chosen=ANY, place=st.floats(0, 1, exclude_max=True), byte=st.integers(0, 255))
@settings(max_examples=500, deadline=None)
def test_no_byte_of_what_is_written_can_be_changed(chosen: tuple[str, Message], place: float, byte: int) -> None:
    """As above, for values at random and any byte instead of any other."""
    message_type, value = chosen
    data = CODEC.write(value, from_centre=message_type not in FROM_BANK)
    at = int(place * len(data))

    try:
        assert CODEC.read(data[:at] + bytes([byte]) + data[at + 1 :]) == value
    except Unreadable:
        assert byte != data[at]


@given(data=st.binary(max_size=400))
def test_noise_is_refused(data: bytes) -> None:
    """With a header in front of it, and without."""
    for noise in (data, golden(HVPS)[:132] + data, golden(TAKEN)[:132] + data):
        assert fault_of(noise).code in Fault
