"""signxml, an implementation of its own on lxml and cryptography, agrees with ours in both directions."""

from collections.abc import Iterator

import pytest
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureConstructionMethod, SignatureMethod
from signxml.exceptions import InvalidSignature
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, XMLVerifier

from tests.interop.party import Party, accepted

METHODS = {"rsa": SignatureMethod.RSA_SHA256, "ecdsa": SignatureMethod.ECDSA_SHA256}


def verify(raw: bytes, sender: Party) -> Iterator[bytes]:
    """The signed element's canonical bytes as signxml found them; raises InvalidSignature."""
    config = SignatureConfiguration(
        require_x509=True,
        location="./",
        expect_references=1,
        signature_methods=frozenset({METHODS[sender.kind]}),
        digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
    )
    certificate = sender.certificate_file.read_text()
    result = XMLVerifier().verify(etree.fromstring(raw), x509_cert=certificate, expect_config=config)
    yield result[0].signed_data if isinstance(result, list) else result.signed_data


def test_a_message_of_signxml_is_accepted(sender: Party) -> None:
    """Its template has the one accepted shape."""
    signer = XMLSigner(
        method=SignatureConstructionMethod.enveloped,
        signature_algorithm=METHODS[sender.kind],
        digest_algorithm=DigestAlgorithm.SHA256,
        c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0,
    )
    signed = signer.sign(
        etree.fromstring(sender.unsigned().encode()),
        key=sender.key_file.read_bytes(),
        cert=sender.certificate_file.read_text(),
    )

    assert accepted(etree.tostring(signed), sender).head.request_id == "R1"


def test_our_messages_are_verified_by_signxml(sender: Party) -> None:
    """Request and reply; what it says was signed is the whole message."""
    for raw in (sender.request().raw, sender.reply()):
        (signed,) = verify(raw, sender)
        assert signed.startswith(b"<Message")
        assert signed.endswith(b"</Message>")


def test_both_refuse_an_altered_message(sender: Party) -> None:
    """Agreement holds for what is wrong, too."""
    raw = sender.request().raw.replace(b"1234.50", b"1234.51")

    with pytest.raises(InvalidSignature):
        next(verify(raw, sender))
    with pytest.raises(AssertionError):
        accepted(raw, sender)
