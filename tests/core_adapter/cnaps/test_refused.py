"""What is no message is refused, by its fault, with the head where there is one; nothing is ever read as another."""

import base64
from dataclasses import replace

import pytest

from core_adapter.channels.cnaps import MESSAGE_BYTES_MAX, Codec, Fault, Unreadable, signature
from tests.core_adapter.cnaps import second
from tests.core_adapter.cnaps.samples import CODEC, GOLDEN, fault_of, golden

HVPS, BEPS, TAKEN, TOLD = "hvps.111.001.01", "beps.121.001.01", "ccms.990.001.02", "ccms.900.001.02"


def resigned(data: bytes) -> bytes:
    """The message under a signature that is right for what it says now."""
    head, start = data[:132], data.index(b"}\r\n", 132) + 3
    return head + signature.write(second.mac(second.signed(data))) + data[start:]


def changed(message_type: str, old: str, new: str) -> bytes:
    """The golden file with something else in its place everywhere; what was there must have been there."""
    data = golden(message_type)
    assert old.encode() in data, old
    return data.replace(old.encode(), new.encode())


# --- the header


@pytest.mark.parametrize(
    ("start", "new", "field"),
    [
        (0, b"{h:", "opening"),
        (3, b"01", "version"),
        (5, b"88110000001 ", "sender"),
        (5, b"A81100000018", "sender"),
        (17, b"1", "sender"),
        (19, b"XXXX", "sender system"),
        (23, b"            ", "receiver"),
        (41, b"2026120 ", "date"),
        (49, b"246000", "time"),
        (55, b"XMl", "body format"),
        (58, b"hvps.111.001.1 ", "message type"),
        (78, b"202612010000000 ", "message id"),
        (98, b"                ", "reference id"),
        (118, b"0", "priority"),
        (118, b"4", "priority"),
        (119, b"X", "direction"),
        (120, b"x", "reserved"),
        (129, b"}\n\n", "closing"),
    ],
)
def test_a_broken_header_is_refused_by_its_field(start: int, new: bytes, field: str) -> None:
    """Each at its own offset; nobody can be answered, since nothing says whom."""
    data = golden(HVPS)
    refused = fault_of(data[:start] + new + data[start + len(new) :])

    assert (refused.code, refused.text, refused.head) == (Fault.HEADER, f"the header's {field} is wrong", None)


@pytest.mark.parametrize(
    ("start", "new", "text"),
    [(37, b"BEPS", "the header names two systems"), (41, b"20260230", "the header's date or time is none")],
)
def test_a_header_must_make_sense(start: int, new: bytes, text: str) -> None:
    """Fields that are right by themselves and wrong together."""
    data = golden(HVPS)

    assert fault_of(data[:start] + new + data[start + len(new) :]).text == text


def test_bytes_beyond_ascii_are_no_header() -> None:
    """Not even full-width digits, which are digits elsewhere."""
    data = golden(HVPS)

    assert fault_of("１".encode() + data[3:]).code == Fault.HEADER
    assert fault_of(data[:5] + "１".encode() + data[8:]).code == Fault.HEADER


def test_a_message_has_a_longest_length() -> None:
    """Judged before anything is looked at."""
    assert fault_of(golden(HVPS) + b" " * MESSAGE_BYTES_MAX).code == Fault.LENGTH
    assert fault_of(golden(HVPS)[:131]).code == Fault.LENGTH


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("hvps.111.001.01", "hvps.112.001.01", "hvps.112.001.01 is not in use"),
        ("hvps.111.001.01", "beps.121.001.01", "beps.121.001.01 is of BEPS"),
        ("hvps.111.001.01", "ccms.900.001.02", "ccms.900.001.02 comes from the centre alone"),
    ],
)
def test_a_type_that_has_no_place_here_is_refused_and_can_be_answered(old: str, new: str, text: str) -> None:
    """The head tells which message it was and whose."""
    refused = fault_of(changed(HVPS, old, new))

    assert (refused.code, refused.text) == (Fault.TYPE, text)
    assert refused.head == GOLDEN[HVPS].head


def test_an_answer_may_name_an_id_that_is_its_own_too() -> None:
    """Two senders count for themselves, so their ids can be the same; what it answers stands in its body too."""
    taken = GOLDEN[TAKEN]
    same = replace(taken, head=replace(taken.head, reference_id=taken.head.message_id))

    assert CODEC.read(CODEC.write(same, from_centre=True)) == same


def test_only_credits_are_urgent() -> None:
    """Everything else has the same priority."""
    data = golden(TAKEN)

    assert fault_of(data[:118] + b"1" + data[119:]).text == f"{TAKEN} has no other priority than normal"


# --- the signature


def test_a_message_without_signature_is_refused() -> None:
    """But for ccms.990, in which one has no place."""
    data = golden(HVPS)

    assert fault_of(data[:132] + data[data.index(b"<?xml") :]).code == Fault.SIGNATURE
    assert (
        fault_of(golden(TAKEN)[:132] + data[132 : data.index(b"<?xml")] + golden(TAKEN)[132:]).code == Fault.SIGNATURE
    )


@pytest.mark.parametrize(
    "block",
    [
        b"{S:}\r\n",
        b"{S:AAA}\r\n",
        b"{S:AAB=}\r\n",
        b"{S:AA==AA==}\r\n",
        b"{S:AAA A}\r\n",
        b"{S:AAA\n}\r\n",
        b"{S:AAAA}\n",
        b"{S:AAAA",
        b"{S:" + b"A" * 4200 + b"}\r\n",
    ],
)
def test_a_signature_is_base64_written_in_one_way(block: bytes) -> None:
    """No white space, no spare bits, no second end, and no more than a signature can need."""
    data = golden(HVPS)

    assert fault_of(data[:132] + block + data[data.index(b"<?xml") :]).code == Fault.SIGNATURE


def test_spare_bits_of_base64_are_not_free() -> None:
    """A text that decodes to the right signature, and is not the one that it is written as."""
    text = b"{S:" + base64.b64encode(second.read(golden(HVPS)).signature)
    assert text.endswith(b"g=")

    assert fault_of(golden(HVPS).replace(text, text[:-2] + b"h=")).text == "the signature is not Base64"


def test_a_signature_by_somebody_else_is_refused() -> None:
    """The sender named in the header is the one that must have signed."""
    asked = []

    def verify(sender: str, data: bytes, value: bytes) -> bool:
        asked.append((sender, data, value))
        return False

    with pytest.raises(Unreadable) as refused:
        Codec(second.mac, verify).read(golden(HVPS))

    assert (refused.value.code, refused.value.head) == (Fault.SIGNATURE, GOLDEN[HVPS].head)
    assert asked == [("881100000018", second.signed(golden(HVPS)), second.read(golden(HVPS)).signature)]


def test_nothing_slides_from_one_field_into_the_next() -> None:
    """The same characters, parted otherwise, are other signed bytes."""
    moved = changed(BEPS, "<DbtrNm>丙</DbtrNm>\n      <DbtrAcct>C3", "<DbtrNm>丙C</DbtrNm>\n      <DbtrAcct>3")

    assert fault_of(moved).code == Fault.SIGNATURE


# --- the body


@pytest.mark.parametrize(
    "inside",
    [
        '<!DOCTYPE Document [<!ENTITY x "y">]>',
        '<!DOCTYPE Document SYSTEM "http://127.0.0.1:9/x.dtd">',
        "<!-- -->",
        "<?php x?>",
        '<?xml version="1.0"?>',
    ],
)
def test_what_has_no_place_in_a_body_reaches_no_parser(inside: str) -> None:
    """Document types, entities, comments and instructions, before the root or within it."""
    before = changed(HVPS, "<Document", f"{inside}<Document")
    within = changed(HVPS, "<PmtId>", f"{inside}<PmtId>")

    assert {fault_of(before).text, fault_of(within).text} == {"the body holds what has no place in a message"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("货款 十二月", "<![CDATA[货款 十二月]]>"),
        ("货款", "&x;"),
        ("<PmtId>", '<PmtId xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true">'),
        ("</Document>", ""),
        ("</Document>", "</Document><Document/>"),
        ('encoding="UTF-8"', 'encoding="GBK"'),
        ("<?xml version", " <?xml version"),
        ("货款", "\0"),
    ],
)
def test_a_body_is_plain_xml_in_utf8(old: str, new: str) -> None:
    """One declaration, one root, no CDATA, no reference but to a character, nothing of xsi."""
    assert fault_of(changed(HVPS, old, new)).code == Fault.XML


@pytest.mark.parametrize("bad", [b"\xbb\xf5\xbf\xee", b"\xed\xa0\x80", b"\xc0\xaf", b"\xff", b"\xef\xbf\xbf"])
def test_bytes_that_are_no_utf8_are_refused(bad: bytes) -> None:
    """Another encoding, half a surrogate, a long form, a noncharacter: nothing is replaced and nothing is guessed."""
    assert fault_of(golden(HVPS).replace("货款".encode(), bad)).code == Fault.XML


@pytest.mark.parametrize("declaration", ["", '<?xml version="1.0"?>', '<?xml version="1.0" encoding="GBK"?>'])
def test_a_body_says_that_it_is_utf8(declaration: str) -> None:
    """Even where it would be the same in any encoding."""
    data = changed("ccms.805.001.02", '<?xml version="1.0" encoding="UTF-8"?>', declaration)

    assert fault_of(data).text == "the body does not begin with its declaration"


def test_endless_levels_are_not_followed() -> None:
    """The parser gives up at its own limit, far below that of the stack."""
    assert fault_of(changed(HVPS, "<PmtId>", "<PmtId>" * 100_000)).code == Fault.XML


@pytest.mark.parametrize(
    ("message_type", "old", "new"),
    [
        (HVPS, "urn:yinqi:cnaps:hvps.111", "urn:yinqi:cnaps:ibps.101"),
        (HVPS, "<Prtry>A100", "<Prtry>C200"),
        (HVPS, "50000.01", "50000.1"),
        (HVPS, "50000.01", "-50000.01"),
        (HVPS, "50000.01", "0.00"),
        (HVPS, "50000.01", "050000.01"),
        (HVPS, "50000.01", "10000000000000.00"),
        (HVPS, "'CNY'", "'USD'"),
        (HVPS, " Ccy='CNY'", ""),
        (HVPS, "<TxId>42", "<TxId>"),
        (HVPS, "<TxId>42", "<TxId>4 2"),
        (HVPS, "<TxId>42", "<TxId>１"),
        (HVPS, "货款 十二月", "货款\u202e"),
        (HVPS, "货款 十二月", "货" * 121),
        (HVPS, "<NbOfTxs>1", "<NbOfTxs>2"),
        (HVPS, "</PmtId>", "</PmtId><More/>"),
        (BEPS, "<TtlNb>2", "<TtlNb>02"),
        (TOLD, "PR03", "PR97"),
        (TOLD, "PR03", "PR99"),
        (TOLD, "PR03", "pr03"),
        (TOLD, "<SttlmDt>2026-12-02", "<SttlmDt>2026-02-30"),
        (TOLD, "<SttlmDt>2026-12-02", "<SttlmDt>2026-12-02Z"),
    ],
)
def test_a_body_is_valid_by_the_schema_of_its_type(message_type: str, old: str, new: str) -> None:
    """Also under a right signature; the head says to whom it can be told."""
    refused = fault_of(resigned(changed(message_type, old, new)))

    assert refused.code == Fault.SCHEMA
    assert refused.head == GOLDEN[message_type].head


def test_what_is_wrong_is_told_without_the_words_of_the_peer() -> None:
    """The element and the rule; what stands in a refusal is ours."""
    long = resigned(changed(HVPS, "货款 十二月", "货 款 \u202e" * 50))
    strange = resigned(changed(HVPS, "</PmtId>", "</PmtId><Überschrift/>"))

    assert fault_of(long).text == "Ustrd is not what the schema allows (pattern valid)"
    assert fault_of(strange).text == "an element is not what the schema allows (element content)"


def test_attributes_without_end_reach_no_parser() -> None:
    """It would compare each with each, before anybody is known to have signed."""
    many = " ".join(f'a{number}=""' for number in range(10_000))

    assert fault_of(changed(BEPS, "<CstmrCdtTrfInf>", f"<CstmrCdtTrfInf {many}>")).code == Fault.XML


@pytest.mark.parametrize(
    ("message_type", "old", "new", "path"),
    [
        (HVPS, "<MsgId>2026120100000001", "<MsgId>2026120100000002", "GrpHdr/MsgId"),
        (HVPS, "T10:30:59", "T10:30:58", "GrpHdr/CreDtTm"),
        (HVPS, "<MmbId>881100000018", "<MmbId>881100000026", "GrpHdr/InstgAgt/FinInstnId/ClrSysMmbId/MmbId"),
        (HVPS, "<MmbId>880100000010", "<MmbId>881100000026", "GrpHdr/InstdAgt/FinInstnId/ClrSysMmbId/MmbId"),
        (TOLD, "<InstgPty>880100000010", "<InstgPty>881100000026", "GrpHdr/InstgPty"),
        (TOLD, "<InstdPty>881100000018", "<InstdPty>881100000026", "GrpHdr/InstdPty"),
        (TOLD, "<SysCd>IBPS", "<SysCd>BEPS", "GrpHdr/SysCd"),
        (TAKEN, "<OrgnlMsgId>2026120100000001", "<OrgnlMsgId>2026120100000002", "OrgnlGrpHdr/OrgnlMsgId"),
        (TAKEN, "<OrgnlInstgPty>881100000018", "<OrgnlInstgPty>881100000026", "OrgnlGrpHdr/OrgnlInstgPty"),
    ],
)
def test_header_and_body_say_the_same(message_type: str, old: str, new: str, path: str) -> None:
    """Also under a right signature: whoever reads one of them and whoever reads the other act alike."""
    data = changed(message_type, old, new)
    refused = fault_of(data if message_type == TAKEN else resigned(data))

    assert (refused.code, refused.text) == (Fault.DISAGREES, f"{path} is not what the header says")


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ("<TtlNb>2", "<TtlNb>3", "TtlNb says 3, there are 2 credits"),
        (
            "10000000000000.00",
            "9999999999999.99",
            "TtlAmt says 9999999999999.99, the credits sum up to 10000000000000.00",
        ),
    ],
)
def test_a_batch_is_what_its_totals_say(old: str, new: str, text: str) -> None:
    """Count and sum of beps.121 are compared with its rows."""
    data = golden(BEPS)
    place = data.index(old.encode())
    refused = fault_of(resigned(data[:place] + new.encode() + data[place + len(old) :]))

    assert (refused.code, refused.text) == (Fault.TOTAL, text)


def test_a_return_names_its_original_and_nothing_else_does() -> None:
    """Money that comes back without a word of what it was is nobody's."""
    data = golden(BEPS)
    start, end = data.index(b"<RtrInf>"), data.index(b"</RtrInf>") + len(b"</RtrInf>")

    assert fault_of(resigned(data[:start] + data[end:])).code == Fault.DISAGREES
    assert fault_of(resigned(changed(BEPS, "A105", "A100"))).code == Fault.DISAGREES
