"""What the straightforward service does with XML: parse, verify, validate, build and sign, by signxml and lxml."""

import hashlib
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree
from lxml.etree import _Element
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
)
from signxml.signer import XMLSigner
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

ENVELOPE: Final = "urn:yinqi:envelope:1"
TRANSFER: Final = "urn:yinqi:transfer:1"
_BEIJING: Final = timezone(timedelta(hours=8))
_EXCLUSIVE: Final = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0
_ACCEPTED: Final = SignatureConfiguration(
    location="./",
    signature_methods=frozenset({SignatureMethod.RSA_SHA256, SignatureMethod.ECDSA_SHA256}),
    digest_algorithms=frozenset({DigestAlgorithm.SHA256}),
)
_SCHEMA: Final = Path(__file__).resolve().parents[2] / "schemas" / "yinqi-1.xsd"


class _Parser(threading.local):
    """A parser per thread: making one for each document costs more than parsing it."""

    def __init__(self) -> None:
        self.parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


_MINE: Final = _Parser()


@dataclass(frozen=True, slots=True)
class Signing:
    """The key and certificate that replies are signed with."""

    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def method(self) -> SignatureMethod:
        """The signature method of the key."""
        return SignatureMethod.RSA_SHA256 if isinstance(self.key, rsa.RSAPrivateKey) else SignatureMethod.ECDSA_SHA256


def load_signing(key: Path, certificate: Path) -> Signing:
    """Read a PEM key and the first certificate of a PEM file."""
    private = serialization.load_pem_private_key(key.read_bytes(), None)
    assert isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    return Signing(private, x509.load_pem_x509_certificate(certificate.read_bytes()))


def parse(raw: bytes) -> _Element:
    """Parse without entities, network or huge trees; raises XMLSyntaxError."""
    return etree.fromstring(raw, _MINE.parser)


def load_schema() -> etree.XMLSchema:
    """The service's schemas compiled as one."""
    return etree.XMLSchema(etree.parse(_SCHEMA))


def verify(root: _Element, certificate: x509.Certificate) -> _Element:
    """What the signature covers, parsed anew; raises InvalidSignature and others of signxml."""
    result = XMLVerifier().verify(root, x509_cert=certificate, expect_config=_ACCEPTED, parser=_MINE.parser)
    assert isinstance(result, VerifyResult)
    assert result.signed_xml is not None
    return result.signed_xml


def digest(element: _Element) -> bytes:
    """SHA-256 of the element's exclusive canonical form."""
    return hashlib.sha256(etree.tostring(element, method="c14n", exclusive=True)).digest()


def text(parent: _Element, namespace: str, name: str) -> str:
    """The text of a child element; empty when there is none."""
    return parent.findtext(f"{{{namespace}}}{name}", "")


def add(parent: _Element, namespace: str, name: str, content: str | None = None) -> _Element:
    """Add a child element."""
    child = etree.SubElement(parent, f"{{{namespace}}}{name}")
    child.text = content
    return child


def sign(root: _Element, signing: Signing) -> bytes:
    """Sign the message in place and write it."""
    signer = XMLSigner(SignatureConstructionMethod.enveloped, signing.method, DigestAlgorithm.SHA256, _EXCLUSIVE)
    signed = signer.sign(root, key=signing.key, cert=[signing.certificate])
    return etree.tostring(signed, xml_declaration=True, encoding="UTF-8")


def wall_clock(moment: datetime) -> str:
    """A moment as replies show it."""
    return moment.astimezone(_BEIJING).isoformat(timespec="milliseconds")
