"""`yinqi send`: its status can be branched on, its output kept as evidence, and its errors say what to do."""

import io
import sys
from pathlib import Path

import pytest

from conformance import send
from conformance.client import Patience
from protocol import text
from protocol.codes import Code
from tests.conformance.double import Act, Double, Reply, fault, hang_up, identity, running, write_client

OWN = identity("ecdsa", "ERP01")
BANK = identity("ecdsa", "gateway")
MESSAGE = (
    '<Message xmlns="urn:yinqi:envelope:1">\n  <Head><Version>1.0</Version><CustomerId>C1</CustomerId>'
    "<OperatorId>ERP01</OperatorId><RequestId/><SentAt></SentAt><Language>en</Language></Head>\n"
    '  <Body><SelfTest xmlns="urn:yinqi:help:1"/></Body>\n</Message>\n'
)


def run_send(folder: Path, double: Double, *arguments: str, message: str | bytes = MESSAGE) -> int:
    """Run the command on a message in a file."""
    path = write_client(folder, double, OWN, BANK.certificate_pem)
    file = folder / "message.xml"
    file.write_bytes(message if isinstance(message, bytes) else message.encode())
    return send.main(["-c", str(path), *arguments, str(file)], Patience(attempts=2, pause_seconds=0.0))


@pytest.mark.parametrize("door", [(), ("--tcp",)], ids=["http", "tcp"])
def test_accepted_is_status_0_and_prints_the_reply(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], door: tuple[str, ...]
) -> None:
    """The reply on standard output is byte for byte what came."""
    replies: list[bytes] = []

    def noted(raw: bytes) -> bytes:
        replies.append(Reply(BANK.key)(raw))
        return replies[-1]

    with running(noted) as double:
        status = run_send(tmp_path, double, *door)
    output, errors = capfdbinary.readouterr()

    assert status == 0
    assert output == replies[0]
    assert b"reply verified; accepted DONE" in errors


OUTCOMES: dict[str, tuple[Act, int, bytes]] = {
    "refused": (Reply(BANK.key, Code.NOT_PERMITTED), 1, b"refused NOT_PERMITTED"),
    "unavailable": (Reply(BANK.key, Code.BUSY), 2, b"unavailable BUSY"),
    "a Fault": (fault(Code.XML_FORBIDDEN), 2, b"an unsigned Fault"),
    "a stranger's reply": (Reply(OWN.key), 2, b"cannot be verified"),
    "silence": (hang_up, 2, b"send it again with --request-id"),
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_the_status_tells_what_was_proven(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], name: str) -> None:
    """1 is a verified refusal alone; 2 is everything that proves nothing."""
    act, status, said = OUTCOMES[name]
    with running(act) as double:
        assert run_send(tmp_path, double) == status

    assert said in capfdbinary.readouterr().err


def test_a_reply_that_is_not_verified_is_not_printed(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """What is on standard output may be trusted or is a Fault."""
    with running(Reply(OWN.key)) as double:
        run_send(tmp_path, double)

    assert capfdbinary.readouterr().out == b""


def test_the_gaps_are_filled_and_nothing_else(tmp_path: Path) -> None:
    """A given id stays; an empty one becomes the option's or a new one; the rest of the message is kept."""
    with running(Reply(BANK.key)) as double:
        run_send(tmp_path, double, "--request-id", "R1")
        run_send(tmp_path, double, message=MESSAGE.replace("<RequestId/>", "<RequestId>R2</RequestId>"))
        run_send(tmp_path, double)

    assert b"<RequestId>R1</RequestId>" in double.received[0]
    assert b"<RequestId>R2</RequestId>" in double.received[1]
    assert len({raw[raw.index(b"<RequestId>") :][:44] for raw in double.received}) == 3
    assert all(b"</Head>\n  <Body>" in raw and b"<SentAt>20" in raw for raw in double.received)


def test_a_signed_message_goes_out_as_it_is(tmp_path: Path) -> None:
    """What another tool signed is sent byte for byte, even in an encoding this command does not write."""
    with running(Reply(BANK.key)) as double:
        run_send(tmp_path, double)
        signed = double.received[0]
        assert run_send(tmp_path, double, message=signed) == 0

    assert double.received == [signed, signed]


@pytest.mark.parametrize(("option", "declared"), [((), "GB18030"), (("--encoding", "UTF-8"), "UTF-8")])
def test_the_files_encoding_is_kept_or_changed(tmp_path: Path, option: tuple[str, ...], declared: str) -> None:
    """A GBK file goes out as GB18030, which holds all of it, or in the encoding that the option names."""
    gbk = b'<?xml version="1.0" encoding="GBK"?>' + MESSAGE.replace("<RequestId/>", "<RequestId>R3</RequestId>").encode(
        "gbk"
    )
    with running(Reply(BANK.key)) as double:
        assert run_send(tmp_path, double, *option, message=gbk) == 0

    assert text.read(double.received[0]).encoding == declared


REFUSED_HERE: dict[str, tuple[str, bytes]] = {
    "no Message": ("<Hello/>", b"not Message"),
    "not well-formed": ("<Message", b"XML_NOT_WELL_FORMED"),
    "a DOCTYPE": ("<!DOCTYPE x []>" + MESSAGE, b"XML_FORBIDDEN"),
    "another operator": (MESSAGE.replace("ERP01", "MGR01"), b"signs for 'ERP01'"),
    "a prefix": (MESSAGE.replace("<", "<e:").replace("<e:/", "</e:").replace("xmlns=", "xmlns:e=", 1), b"prefix"),
}


@pytest.mark.parametrize("name", REFUSED_HERE)
def test_what_cannot_be_signed_is_not_sent(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], name: str
) -> None:
    """The message says why, and the gateway hears nothing."""
    message, said = REFUSED_HERE[name]
    with running(hang_up) as double:
        assert run_send(tmp_path, double, message=message) == 2

    assert double.received == []
    assert said in capfdbinary.readouterr().err


def test_standard_input_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dash stands for standard input."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(MESSAGE.encode())))
    with running(Reply(BANK.key)) as double:
        path = write_client(tmp_path, double, OWN, BANK.certificate_pem)

        assert send.main(["-c", str(path), "-"]) == 0


def test_a_missing_client_file_is_said(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """Status 2 and one line, no traceback."""
    (tmp_path / "m.xml").write_text(MESSAGE)

    assert send.main(["-c", str(tmp_path / "none.toml"), str(tmp_path / "m.xml")]) == 2
    assert capfdbinary.readouterr().err.startswith(b"not sent: ")
