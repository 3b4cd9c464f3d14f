"""What the codec writes and reads is what a second reader and files made by hand say."""

import pytest
from hypothesis import given, settings

from core_adapter.channels.cnaps.codec import KINDS
from core_adapter.channels.messages import Message
from tests.core_adapter.cnaps import second
from tests.core_adapter.cnaps.samples import ANY, CODEC, FROM_BANK, GOLDEN, RANDOM, golden, plain

HVPS_SIGNED = (
    "2:0212:8811000000184:HVPS12:8801000000104:HVPS8:202612016:10305915:hvps.111.001.01"
    "16:202612010000000116:20261201000000011:21:U"
    "16:202612010000000119:2026-12-01T10:30:591:14:CLRG12:88110000001812:880100000010"
    "9:PO 4711/a2:424:A1008:50000.01"
    "34:云帆机械 <上海> 有限公司16:623001000000000112:881290000100"
    "23:Müller & 王氏𠮷记11:1001-22-33312:882290000026"
    "16:货款 十二月0:0:0:0:0:"
)  # fmt: skip
"""What is signed of that golden file, written down by hand."""
QUERY_SIGNED = (
    "2:0212:8811000000184:IBPS12:8801000000104:IBPS8:202612016:10310015:ccms.316.001.01"
    "16:202612010000004416:20261201000000441:31:U"
    "16:202612010000004419:2026-12-01T10:31:0012:88110000001812:8801000000104:IBPS"
    "1:212:88110000001816:20261201000000031:112:88110000001816:20261201000000041:1"
)  # fmt: skip


def test_every_type_has_a_golden_file_and_values_at_random() -> None:
    """A type cannot be added without them."""
    assert set(KINDS) == set(GOLDEN) == set(RANDOM)


@pytest.mark.parametrize("message_type", GOLDEN)
def test_a_golden_file_says_its_value(message_type: str) -> None:
    """To the codec, and to the second reader, which nobody told of the codec."""
    assert CODEC.read(golden(message_type)) == GOLDEN[message_type]
    assert second.told(golden(message_type)) == plain(GOLDEN[message_type])


@pytest.mark.parametrize("message_type", GOLDEN)
def test_the_codec_writes_the_header_of_the_golden_file(message_type: str) -> None:
    """Byte for byte, with the same signature behind it: layout within the body is free, what it says is not."""
    written = CODEC.write(GOLDEN[message_type], from_centre=message_type not in FROM_BANK)

    assert written[:132] == golden(message_type)[:132]
    assert written[132:].partition(b"<?xml")[0] == golden(message_type)[132:].partition(b"<?xml")[0]


@pytest.mark.parametrize(
    ("message_type", "covered"), [("hvps.111.001.01", HVPS_SIGNED), ("ccms.316.001.01", QUERY_SIGNED)]
)
def test_what_is_signed_is_what_the_documents_say(message_type: str, covered: str) -> None:
    """Each value behind its length in bytes, header first, the number of rows before a list."""
    assert second.signed(golden(message_type)).decode() == covered
    assert second.mac(covered.encode()) == second.read(golden(message_type)).signature


@given(chosen=ANY)
@settings(max_examples=300, deadline=None)
def test_whatever_is_written_says_the_value(chosen: tuple[str, Message]) -> None:
    """To both readers, with a signature over the second reader's own idea of what is signed."""
    message_type, value = chosen
    written = CODEC.write(value, from_centre=message_type not in FROM_BANK)

    assert CODEC.read(written) == value
    assert second.told(written) == plain(value)
    if message_type != "ccms.990.001.02":
        assert second.read(written).signature == second.mac(second.signed(written))
