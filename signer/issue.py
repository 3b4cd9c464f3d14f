"""New keys and self-signed certificates, for first set-ups, tests and keys that live in a device."""

import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from signer import gmssl, sm2
from signer.asn1 import CertificatePlan, armor, sm2_private_info, sm2_public_info
from signer.asn1 import certificate as make_certificate
from signer.certificates import fingerprint
from signer.halves import P256_ORDER, SM2_ORDER, to_der
from signer.keys import ECDSA_P256_SHA256, RSA_SHA256, SM2_ID_DEFAULT, SM2_SM3, KeyRefused, SigningKey
from signer.software import EcdsaSigner, RsaSigner, Sm2Signer, read_private_key

__all__ = ["KEY_KINDS", "fingerprint", "make_key", "self_signed", "self_signed_for"]

RSA_BITS: Final = 2048
RSA_EXPONENT: Final = 65537
SERIAL_BITS: Final = 159
"""A random positive serial number of at most 20 bytes (RFC 5280, section 4.1.2.2)."""

SIGNATURE_OIDS: Final = {
    RSA_SHA256: "1.2.840.113549.1.1.11",
    ECDSA_P256_SHA256: "1.2.840.10045.4.3.2",
    SM2_SM3: "1.2.156.10197.1.501",
}


def _make_rsa() -> bytes:
    key = rsa.generate_private_key(RSA_EXPONENT, RSA_BITS)
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def _make_ecdsa() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())


def _make_sm2() -> bytes:
    return sm2_private_info(*gmssl.generate())


KEY_KINDS: Final[dict[str, Callable[[], bytes]]] = {"rsa": _make_rsa, "ecdsa": _make_ecdsa, "sm2": _make_sm2}
"""The kinds of key by the names people use, with what makes one."""


def make_key(kind: str) -> bytes:
    """Make a private key of a kind in KEY_KINDS: RSA of 2,048 bits, P-256 or SM2; PKCS#8 PEM, not encrypted."""
    return armor("PRIVATE KEY", KEY_KINDS[kind]())


def self_signed(
    key_pem: bytes,
    common_name: str,
    not_before: datetime,
    not_after: datetime,
    *,
    sm2_id: str = SM2_ID_DEFAULT,
) -> bytes:
    """Make a self-signed certificate for a private key in PEM; see `self_signed_for`. Raises KeyRefused."""
    public_info, signer = _public_info_and_signer(key_pem, sm2_id)
    return self_signed_for(
        public_info,
        signer.algorithm,
        signer.sign,
        common_name=common_name,
        not_before=not_before,
        not_after=not_after,
    )


def self_signed_for(
    public_info: bytes,
    algorithm: str,
    sign: Callable[[bytes], bytes],
    *,
    common_name: str,
    not_before: datetime,
    not_after: datetime,
) -> bytes:
    """Make a self-signed end-entity certificate, PEM, for a key that shows only its signatures.

    The key comes as a SubjectPublicKeyInfo in DER, its signatures in the form in which they travel. Key usage is
    digitalSignature and nonRepudiation, CA is false. Times are aware and cut to seconds.
    """
    plan = CertificatePlan(
        public_info=public_info,
        common_name=common_name,
        serial=secrets.randbits(SERIAL_BITS) | 1,
        not_before=not_before,
        not_after=not_after,
        signature_oid=SIGNATURE_OIDS[algorithm],
        null_parameters=algorithm == RSA_SHA256,
    )
    return armor("CERTIFICATE", make_certificate(plan, lambda data: _as_in_x509(algorithm, sign(data))))


def _as_in_x509(algorithm: str, value: bytes) -> bytes:
    if algorithm == RSA_SHA256:
        return value
    der = to_der(value, SM2_ORDER if algorithm == SM2_SM3 else P256_ORDER)
    if der is None:
        raise KeyRefused("the key made a signature that is not r||s of 64 bytes")
    return der


def _public_info_and_signer(key_pem: bytes, sm2_id: str) -> tuple[bytes, SigningKey]:
    key = read_private_key(key_pem)
    if isinstance(key, sm2.Sm2PrivateKey):
        if key.public is None:
            raise KeyRefused("the SM2 private key file does not hold its public key, which a certificate needs")
        point = key.public.point
        signer = Sm2Signer(sm2.signing_provider().signer(key.number, point), sm2.z(point, sm2_id), certificate=b"")
        return sm2_public_info(point), signer
    info = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return info, RsaSigner(key, b"") if isinstance(key, rsa.RSAPrivateKey) else EcdsaSigner(key, b"")
