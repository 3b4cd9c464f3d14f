"""The seal beside the xmlsec1 command: each opens what the other signed, in every encoding; replies as clients do."""

from pathlib import Path

import pytest

from protocol.codes import Advice, Code, Result
from protocol.envelope import FaultReceived, ReplyHead, open_reply, write_fault, write_reply
from protocol.errors import Detail
from protocol.head import Outcome
from protocol.seal import Seal, check_digest, seal
from protocol.text import Encoding, read, write
from protocol.tree import parse
from protocol.validate import validate
from tests.protocol import helpers

KINDS = {"rsa": ("rsa-sha256", helpers.RSA), "ec": ("ecdsa-p256-sha256", helpers.ECDSA)}


@pytest.fixture(scope="module", params=["rsa", "ec"])
def kind(request: pytest.FixtureRequest) -> str:
    """The kind of key."""
    return str(request.param)


@pytest.fixture(scope="module")
def key(kind: str, tmp_path_factory: pytest.TempPathFactory) -> helpers.Key:
    """A key with its certificate."""
    return helpers.make_key(tmp_path_factory.mktemp("keys"), kind)


def template(message: str, method: str) -> str:
    """The message with a signature template as a person writes it for xmlsec1."""
    transforms = (
        f'<ds:Transform Algorithm="{helpers.DS}enveloped-signature"/><ds:Transform Algorithm="{helpers.EXCLUSIVE}"/>'
    )
    signature = f"""<ds:Signature xmlns:ds="{helpers.DS}">
  <ds:SignedInfo>
    <ds:CanonicalizationMethod Algorithm="{helpers.EXCLUSIVE}"/>
    <ds:SignatureMethod Algorithm="{method}"/>
    <ds:Reference URI=""><ds:Transforms>{transforms}</ds:Transforms>
      <ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/>
    </ds:Reference>
  </ds:SignedInfo>
  <ds:SignatureValue/>
  <ds:KeyInfo><ds:X509Data><ds:X509Certificate/></ds:X509Data></ds:KeyInfo>
</ds:Signature>
"""
    return message.replace("</Message>", f"{signature}</Message>\n")


def declared(text: str, encoding: str) -> bytes:
    """The text in an encoding, with its declaration."""
    return f'<?xml version="1.0" encoding="{encoding}"?>\n{text}'.encode(encoding)


def signed_by_xmlsec(data: bytes, key: helpers.Key, folder: Path) -> bytes:
    """The template signed by the xmlsec1 command."""
    source, target = folder / "template.xml", folder / "signed.xml"
    source.write_bytes(data)
    helpers.run("xmlsec1", "--sign", "--privkey-pem", f"{key.key},{key.certificate}", "--output", target, source)
    return target.read_bytes()


def verify_with_xmlsec(data: bytes, key: helpers.Key, folder: Path) -> None:
    """Fails unless xmlsec1 verifies the message under the certificate, with X.509 key data alone."""
    (folder / "message.xml").write_bytes(data)
    options = ["--enabled-key-data", "x509", "--enabled-reference-uris", "empty"]
    helpers.run("xmlsec1", "--verify", *options, "--trusted-pem", key.certificate, folder / "message.xml")


def verify_value(found: Seal, key: helpers.Key, folder: Path) -> None:
    """Fails unless openssl verifies the RSA value of a seal over its SignedInfo."""
    (folder / "value").write_bytes(found.signature_value)
    public = helpers.run("openssl", "x509", "-in", key.certificate, "-pubkey", "-noout")
    (folder / "public").write_bytes(public)
    files = ("-verify", folder / "public", "-signature", folder / "value")
    helpers.run("openssl", "dgst", "-sha256", *files, given=found.signed_info)


@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030", "GBK", "GB2312"])
def test_what_xmlsec1_signs_opens_with_the_right_digest(
    encoding: str, kind: str, key: helpers.Key, tmp_path: Path
) -> None:
    """Each table reads the same bytes as the tool does, the dots and dashes too."""
    purpose = "买・提 货款―首付" if encoding == "GB2312" else "买·提 货款—首付"
    message = helpers.request().replace("货款", purpose)
    data = signed_by_xmlsec(declared(template(message, KINDS[kind][1]), encoding), key, tmp_path)
    envelope = helpers.opened(data)

    assert check_digest(envelope.seal, envelope.canonical, helpers.DIGESTS)
    assert envelope.seal.algorithm == KINDS[kind][0]
    assert envelope.seal.certificate == key.der
    if kind == "rsa":
        verify_value(envelope.seal, key, tmp_path)


@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030"])
def test_what_we_seal_verifies_with_xmlsec1(encoding: Encoding, kind: str, key: helpers.Key, tmp_path: Path) -> None:
    """Requests and replies, with Chinese text and disputed characters."""
    message = helpers.request().replace("货款", "货款·\ue7c7\u9fb4")
    text = seal(message, KINDS[kind][0], digest=helpers.sha256, sign=helpers.sign_with(key, kind), certificate=key.der)

    verify_with_xmlsec(write(text, encoding), key, tmp_path)


def head(outcome: Outcome) -> ReplyHead:
    """The head of a reply."""
    return ReplyHead("C1", "ERP01", "T-0001", helpers.NOW, "M-1", b"\xab" * 32, outcome, "root-1", "en")


def test_a_client_opens_an_accepted_reply() -> None:
    """Head, outcome, body, seal and canonical bytes."""
    message = write_reply(head(Outcome(Code.PENDING)), helpers.body())
    reply = open_reply(write(helpers.sealed(message, "ecdsa-p256-sha256"), "GB18030"))

    assert (reply.customer_id, reply.request_id, reply.message_id) == ("C1", "T-0001", "M-1")
    assert (reply.outcome.result, reply.outcome.final, reply.outcome.advice) == (Result.ACCEPTED, False, Advice.QUERY)
    assert (reply.sent_at, reply.request_digest, reply.log_root) == (helpers.NOW, b"\xab" * 32, "root-1")
    assert reply.encoding == "GB18030"
    assert reply.body is not None
    assert check_digest(reply.seal, reply.canonical, helpers.DIGESTS)


def test_a_client_opens_a_refusal_with_its_details_in_its_language() -> None:
    """No Body, and the words of the language asked for."""
    detail = Detail("pattern", "/env:Message", "<&>", "中文", "English")
    reply = open_reply(helpers.raw(write_reply(head(Outcome(Code.SCHEMA_INVALID, (detail,))), None)))

    assert reply.body is None
    assert reply.outcome.code == "SCHEMA_INVALID"
    assert reply.outcome.details == (Detail("pattern", "/env:Message", "<&>", "English", "English"),)


def test_a_fault_is_valid_and_told_apart_from_a_reply() -> None:
    """It bears no signature, and a client does not take it for an answer."""
    data = write_fault(Code.FRAME_LENGTH)
    with pytest.raises(FaultReceived) as caught:
        open_reply(data)

    assert caught.value.code == "FRAME_LENGTH"
    assert validate(parse(read(data).utf8))


@pytest.mark.parametrize(
    "data",
    [
        helpers.request().encode(),
        b"<Message/>",
        helpers.raw().replace(b"<Body>", b"<Body/><Body>"),
        helpers.raw().replace(b"<RequestId>", b"<RequestId/><RequestId>"),
        helpers.raw(),
    ],
)
def test_what_is_no_reply_is_refused(data: bytes) -> None:
    """Unsigned, empty, misshapen, invalid, or a request."""
    assert helpers.fault_of(lambda: open_reply(data)).code in {Code.ENVELOPE_SHAPE, Code.SCHEMA_INVALID}


def test_a_sealed_message_is_valid_with_its_signature_too() -> None:
    """Partners may judge the whole by the schema, signature included."""
    for algorithm in ("rsa-sha256", "ecdsa-p256-sha256", "sm2-sm3"):
        assert validate(parse(helpers.sealed(helpers.request(), algorithm).encode()))
