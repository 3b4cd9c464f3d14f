"""With xmlsec1 to sign and verify, a socket and a POST: what must be accepted, refused, and answered again."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from demo.daemon import Site
from tests.acceptance.partner import Partner, framed, value


def test_rsa_over_http(erp: Partner, fresh_id: str) -> None:
    """A SelfTest signed by xmlsec1 alone; its reply names the request."""
    status, reply = erp.post(erp.message(fresh_id))

    assert (status, erp.outcome(reply), value(reply, "RequestId")) == (200, "accepted DONE", fresh_id)


def test_ecdsa_over_http(manager: Partner, fresh_id: str) -> None:
    """The same with a P-256 key, whose signature value is r and s."""
    status, reply = manager.post(manager.message(fresh_id))

    assert (status, manager.outcome(reply)) == (200, "accepted DONE")


def test_the_answer_comes_in_the_encoding_of_the_question(erp: Partner, fresh_id: str) -> None:
    """GB18030 in, GB18030 out."""
    _, reply = erp.post(erp.message(fresh_id, encoding="GB18030"))

    assert erp.outcome(reply) == "accepted DONE"
    assert b'encoding="GB18030"' in reply[:60]


@pytest.mark.parametrize("pieces", [1 << 20, 7, 1], ids=["whole", "in sevens", "byte by byte"])
def test_pipelined_frames_are_answered_in_order(erp: Partner, fresh_id: str, pieces: int) -> None:
    """Two requests ahead of their replies, however the bytes arrive."""
    ids = [f"{fresh_id}-{letter}" for letter in "ab"]
    replies = erp.frames(framed(*map(erp.message, ids)), 2, pieces=pieces)

    assert [value(reply, "RequestId") for reply in replies] == ids
    assert {erp.outcome(reply) for reply in replies} == {"accepted DONE"}


def test_an_altered_message_is_refused(erp: Partner, fresh_id: str) -> None:
    """One byte of the signed part is another: a signed refusal under status 200."""
    status, reply = erp.post(erp.message(fresh_id).replace(fresh_id.encode(), b"ACC-OTHER"))

    assert (status, erp.outcome(reply)) == (200, "refused NOT_AUTHENTIC")


def test_another_customers_name_is_refused(erp: Partner, fresh_id: str) -> None:
    """A good signature under a name that is not the signer's."""
    _, reply = erp.post(erp.message(fresh_id, customer="C99999999"))

    assert erp.outcome(reply) == "refused NOT_AUTHENTIC"


@pytest.mark.parametrize("seconds", [-301, 360, -200_000_000])
def test_a_clock_that_is_off_is_refused(erp: Partner, fresh_id: str, seconds: int) -> None:
    """More than five minutes, early or late, or years; a minute is left for the tools to take their time."""
    moment = datetime.now(UTC) + timedelta(seconds=seconds)
    _, reply = erp.post(erp.message(fresh_id, sent_at=moment.isoformat(timespec="seconds")))

    assert erp.outcome(reply) == "refused CLOCK_SKEW"


def test_an_unknown_service_is_refused(erp: Partner, fresh_id: str) -> None:
    """The body's root element is the service."""
    _, reply = erp.post(erp.message(fresh_id, '<Nothing xmlns="urn:yinqi:help:1"/>'))

    assert erp.outcome(reply) == "refused SERVICE_UNKNOWN"


@pytest.mark.parametrize(
    ("raw", "code"),
    [(b"not xml at all", "XML_NOT_WELL_FORMED"), (b"", "XML_NOT_WELL_FORMED")],
    ids=["words", "nothing"],
)
def test_what_is_no_message_gets_a_fault(erp: Partner, raw: bytes, code: str) -> None:
    """Status 400 with XML that says what is wrong, unsigned since nobody is known."""
    status, reply = erp.post(raw)

    assert (status, value(reply, "Code")) == (400, code)
    assert not erp.verifies(reply)


def test_a_doctype_never_reaches_a_parser(erp: Partner, fresh_id: str) -> None:
    """Neither its entity nor the message is looked at."""
    entity = b'<!DOCTYPE Message [<!ENTITY x SYSTEM "file:///etc/hostname">]><Message'
    status, reply = erp.post(erp.message(fresh_id).replace(b"<Message", entity, 1))

    assert (status, value(reply, "Code")) == (400, "XML_FORBIDDEN")


def test_a_repeat_is_answered_with_the_stored_bytes(erp: Partner, fresh_id: str) -> None:
    """The same bytes over the other door, and the same transfer signed anew: one reply, byte for byte."""
    transfer = erp.example(fresh_id, Amount="12.34")
    _, first = erp.post(transfer)
    _, anew = erp.post(erp.example(fresh_id, Amount="12.34"))

    assert erp.outcome(first) == "accepted DONE"
    assert erp.frames(framed(transfer), 1) == [first]
    assert anew == first


def test_one_id_is_one_transfer(erp: Partner, fresh_id: str) -> None:
    """Another amount under a used id is refused."""
    erp.post(erp.example(fresh_id, Amount="12.34"))
    _, reply = erp.post(erp.example(fresh_id, Amount="12.35"))

    assert erp.outcome(reply) == "refused REQUEST_ID_REUSED"


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "1.234", "\uff11\uff12.00", "1e3", " 1.00"])
def test_a_bad_amount_uses_up_no_id(erp: Partner, fresh_id: str, amount: str) -> None:
    """Refused by the schema; the corrected transfer goes through under the same id."""
    _, refused = erp.post(erp.example(fresh_id, Amount=amount))
    _, accepted = erp.post(erp.example(fresh_id, Amount="1.00"))

    assert (erp.outcome(refused), erp.outcome(accepted)) == ("refused SCHEMA_INVALID", "accepted DONE")


PURPOSES = {
    "GB2312": "买\u30fb提 货款\u2015首付",
    "GBK": "买\u00b7提 货款\u2014首付",
    "GB18030": "买\u00b7提 货款\u2014首付",
}
"""One row of bytes, A1 A4 and A1 AA, as xmlsec1's iconv reads it in each table."""


@pytest.mark.parametrize("encoding", PURPOSES)
def test_chinese_text_verifies_in_every_encoding(erp: Partner, fresh_id: str, encoding: str) -> None:
    """The dot and the dash on which tables differ mean what the declared table says."""
    _, reply = erp.post(erp.example(fresh_id, encoding, Amount="1.00", Purpose=PURPOSES[encoding]))

    assert erp.outcome(reply) == "accepted DONE"


def test_a_reply_outlives_the_daemon_that_made_it(tmp_path: Path) -> None:
    """After SIGKILL and a new start: ready, the same bytes for the same transfer, and the next message is served."""
    with Site.make(tmp_path / "site") as site:
        site.start()
        erp = Partner.read(site, "erp01", "rsa", tmp_path)
        transfer = erp.example("KILLED-1", Amount="2.00")
        _, first = erp.post(transfer)
        site.kill()
        site.start()

        assert erp.post(transfer)[1] == first
        assert erp.outcome(erp.frames(framed(erp.message("KILLED-2")), 1)[0]) == "accepted DONE"
        assert site.stop() == 0
