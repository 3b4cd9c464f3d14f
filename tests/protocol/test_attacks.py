"""The corpus of attacks on signed XML: each vector, and the code it gets before a key or a schema is asked.

Named after the attack; both ways of opening must agree on every one of them.
"""

import re

import pytest

from protocol.codes import Code
from protocol.envelope import open_request
from protocol.errors import ProtocolError
from protocol.opening import open_thoroughly
from protocol.seal import check_digest
from protocol.shortcut import open_plain
from protocol.text import read
from tests.protocol import helpers
from tests.protocol.helpers import DS
from tests.protocol.vectors import GOOD, UNSIGNED, VECTORS, WAYS, Vector, change


def data_of(vector: Vector) -> bytes:
    """The bytes of a vector."""
    return vector.message if isinstance(vector.message, bytes) else vector.message.encode("utf-8")


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_the_attack_is_refused_with_its_code(vector: Vector) -> None:
    """The gate, the parser or the shape refuses; no key, register or schema is asked."""
    error = helpers.fault_of(lambda: helpers.opened(data_of(vector)))

    assert error.code is vector.code


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector.name)
def test_the_short_way_never_lets_an_attack_in(vector: Vector) -> None:
    """What the long way refuses the short way leaves to it."""
    try:
        text = read(data_of(vector))
    except ProtocolError:
        return

    assert open_plain(text) is None


def test_the_vectors_differ_from_a_message_that_is_accepted() -> None:
    """The message that all are made of opens, both ways alike, and its digest is right."""
    envelope = helpers.opened_text(GOOD)

    assert check_digest(envelope.seal, envelope.canonical, helpers.DIGESTS)
    assert envelope.canonical.decode() == UNSIGNED


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("1234.50", "1234.51"),
        ("T-0001", "T-0002"),
        ("ERP01", "ERP02"),
        ("<Purpose>", "<Purpose> "),
        ("+08:00", "+09:00"),
    ],
)
def test_an_altered_message_fails_its_digest(old: str, new: str) -> None:
    """Any change in what was signed shows."""
    envelope = helpers.opened_text(change(old, new))

    assert not check_digest(envelope.seal, envelope.canonical, helpers.DIGESTS)


def test_a_refusal_after_the_head_carries_the_head() -> None:
    """So that a signed refusal can echo the ids; what cannot be read that far carries none."""
    with_head = helpers.fault_of(lambda: helpers.opened_text(UNSIGNED))
    without = helpers.fault_of(lambda: helpers.opened_text("<Message/>"))

    assert with_head.head is not None
    assert with_head.head.request_id == "T-0001"
    assert without.head is None


def test_a_shape_fault_says_what_was_expected_and_where() -> None:
    """A person who builds a signer can act on it."""
    message = change('<ds:Reference URI="">', '<ds:Reference URI="#head">')
    (detail,) = helpers.fault_of(lambda: helpers.opened_text(message)).details

    assert detail.place == "/env:Message/ds:Signature/ds:SignedInfo/ds:Reference"
    assert detail.value == "#head"
    assert 'URI=""' in (detail.en or "")


def test_an_algorithm_fault_names_the_algorithms_that_are_accepted() -> None:
    """The value and the list are in the detail."""
    (detail,) = helpers.fault_of(lambda: helpers.opened_text(change(helpers.RSA, f"{DS}rsa-sha1"))).details

    assert detail.value == f"{DS}rsa-sha1"
    assert "sm2-sm3" in (detail.en or "")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RequestId", "has space"),
        ("RequestId", "x" * 33),
        ("RequestId", "号"),
        ("CustomerId", "C/1"),
        ("OperatorId", "a.b"),
    ],
)
def test_a_malformed_id_that_is_short_and_readable_is_refused_with_its_head(name: str, value: str) -> None:
    """HEAD_INVALID, and the claimed id in the head."""
    message = re.sub(rf"<{name}>[^<]*", f"<{name}>{value}", GOOD, count=1)
    error = helpers.fault_of(lambda: helpers.opened_text(message))

    assert error.code is Code.HEAD_INVALID
    assert error.head is not None
    assert value in (error.head.request_id, error.head.customer_id, error.head.operator_id)
    assert error.details[0].place == f"/env:Message/env:Head/env:{name}"


@pytest.mark.parametrize("value", ["", "x" * 65, "a\u202eb", "a\tb"])
def test_an_id_that_cannot_be_echoed_leaves_no_head(value: str) -> None:
    """Too long, empty, or not readable: the answer is a Fault."""
    error = helpers.fault_of(lambda: helpers.opened_text(change("T-0001", value)))

    assert error.code is Code.HEAD_INVALID
    assert error.head is None


def test_a_reply_sent_as_a_request_is_refused() -> None:
    """Whatever signature it bears."""
    message = change("<Language>zh</Language>", "<MessageId>M1</MessageId>")

    assert helpers.fault_of(lambda: helpers.opened_text(message)).code is Code.ENVELOPE_SHAPE


def test_both_ways_open_a_plain_message_alike() -> None:
    """The same head, seal and canonical bytes, for every service and algorithm."""
    for name in ("SelfTest", "QueryAccounts", "QueryBalance", "QueryTransactions", "SubmitTransfer", "QueryTransfer"):
        for algorithm in ("rsa-sha256", "ecdsa-p256-sha256", "sm2-sm3"):
            text = read(helpers.sealed(helpers.request(helpers.body(name)), algorithm).encode())
            short, long = open_plain(text), open_thoroughly(text)
            assert short is not None
            assert (short.head, short.seal, short.canonical) == (long.head, long.seal, long.canonical)
            assert short.body_canonical == long.body_canonical
            assert short.body.tag == long.body.tag


@pytest.mark.parametrize("name", WAYS)
def test_the_ways_that_tools_write_the_same_signature_are_all_read(name: str) -> None:
    """White space, prefixes, one-tag elements and Base64 lines differ between libraries; both ways agree on them."""
    text = read(WAYS[name].encode())
    long = open_thoroughly(text)
    short = open_plain(text)

    assert open_request(text).canonical == long.canonical
    if short is not None:
        assert (short.head, short.seal, short.canonical) == (long.head, long.seal, long.canonical)
        assert short.body_canonical == long.body_canonical
