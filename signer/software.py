"""Keys held in memory: private ones read from PEM files, public ones from certificates."""

from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_private_key

from signer import certificates, sm2
from signer.asn1 import unarmor
from signer.halves import P256_ORDER, from_der, to_der
from signer.keys import (
    ECDSA_P256_SHA256,
    RSA_SHA256,
    SM2_ID_DEFAULT,
    SM2_SM3,
    KeyRefused,
    SigningKey,
    VerifyingKey,
)

PrivateKey = RSAPrivateKey | EllipticCurvePrivateKey | sm2.Sm2PrivateKey

_PADDING: Final = PKCS1v15()
_SHA256: Final = SHA256()
_ECDSA: Final = ECDSA(_SHA256)
_PAIR_PROBE: Final = b"do this key and this certificate belong together"
_PRIVATE_KINDS: Final = ("PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY")


def load_signing_key(key_pem: bytes, certificate_pem: bytes, sm2_id: str = SM2_ID_DEFAULT) -> SigningKey:
    """Read an unencrypted private key and its certificate, the first one of a bundle.

    Raises KeyRefused when either cannot be read or used, or when they are not a pair.
    """
    certificate = certificates.from_pem(certificate_pem)[0]
    public = certificates.public_key_of(certificates.parse(certificate))
    key = _signing_key(read_private_key(key_pem), public, certificate, sm2_id)
    if key is None or not _verifying_key(public, sm2_id).verify(_PAIR_PROBE, key.sign(_PAIR_PROBE)):
        raise KeyRefused("the private key is not that of the certificate")
    return key


def verifying_key(certificate_der: bytes, sm2_id: str = SM2_ID_DEFAULT) -> VerifyingKey:
    """Return the public key of a certificate; raises KeyRefused unless it is RSA, P-256 or SM2 and strong enough."""
    return _verifying_key(certificates.public_key_of(certificates.parse(certificate_der)), sm2_id)


def read_private_key(key_pem: bytes) -> PrivateKey:
    """Read the first private key of a PEM file (PKCS#8; RSA and P-256 also in their own forms), unencrypted.

    Raises KeyRefused when there is none or it is of another kind; the text never quotes the key.
    """
    try:
        blocks = dict(reversed([block for block in unarmor(key_pem) if block[0].endswith("PRIVATE KEY")]))
    except ValueError as error:
        raise KeyRefused("the private key is not PEM") from error
    kind = next(iter(reversed(blocks)), None)
    if kind not in _PRIVATE_KINDS:
        raise KeyRefused("there is no unencrypted private key in the PEM data")
    der = blocks[kind]
    sm2_key = sm2.read_private_key(der) if kind == "PRIVATE KEY" else None
    return sm2_key or _read_other_key(der)


@dataclass(frozen=True, slots=True)
class RsaVerifier:
    """RSA with SHA-256 and PKCS#1 v1.5 (RFC 8017, section 8.2.2)."""

    key: RSAPublicKey
    algorithm: str = RSA_SHA256

    def verify(self, data: bytes, signature: bytes) -> bool:
        """Tell whether the signature, as long as the modulus, is this key's over the data."""
        try:
            self.key.verify(signature, data, _PADDING, _SHA256)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class EcdsaVerifier:
    """ECDSA on P-256 with SHA-256 (FIPS 186-4), values r||s of 64 bytes."""

    key: EllipticCurvePublicKey
    algorithm: str = ECDSA_P256_SHA256

    def verify(self, data: bytes, signature: bytes) -> bool:
        """Tell whether r||s is this key's signature of the data; a half out of range or another length is none."""
        der = to_der(signature, P256_ORDER)
        if der is None:
            return False
        try:
            self.key.verify(der, data, _ECDSA)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Sm2Verifier:
    """SM2 with SM3 (GB/T 32918.2-2016, section 7), values r||s of 64 bytes; Z is kept beside the key."""

    key: sm2.DigestVerifier = field(repr=False)
    z: bytes
    algorithm: str = SM2_SM3

    def verify(self, data: bytes, signature: bytes) -> bool:
        """Tell whether r||s is this key's signature of the data; a half out of range or another length is none."""
        return self.key.verify(sm2.message_digest(self.z, data), signature)


@dataclass(frozen=True, slots=True)
class RsaSigner:
    """An RSA private key in memory."""

    key: RSAPrivateKey = field(repr=False)
    certificate: bytes = field(repr=False)
    algorithm: str = RSA_SHA256
    blocking: bool = False

    def sign(self, data: bytes) -> bytes:
        """Sign with PKCS#1 v1.5 and SHA-256; the value is as long as the modulus."""
        return self.key.sign(data, _PADDING, _SHA256)


@dataclass(frozen=True, slots=True)
class EcdsaSigner:
    """A P-256 private key in memory."""

    key: EllipticCurvePrivateKey = field(repr=False)
    certificate: bytes = field(repr=False)
    algorithm: str = ECDSA_P256_SHA256
    blocking: bool = False

    def sign(self, data: bytes) -> bytes:
        """Sign with SHA-256 and return r||s, 64 bytes."""
        return from_der(self.key.sign(data, _ECDSA))


@dataclass(frozen=True, slots=True)
class Sm2Signer:
    """An SM2 private key in memory, with the Z of its public key and signer id."""

    key: sm2.DigestSigner = field(repr=False)
    z: bytes
    certificate: bytes = field(repr=False)
    algorithm: str = SM2_SM3
    blocking: bool = False

    def sign(self, data: bytes) -> bytes:
        """Sign SM3(Z || data) and return r||s, 64 bytes."""
        return self.key.sign(sm2.message_digest(self.z, data))


def _verifying_key(public: certificates.PublicKey, sm2_id: str) -> VerifyingKey:
    match public:
        case RSAPublicKey():
            return RsaVerifier(public)
        case sm2.Sm2PublicKey(point=point):
            return Sm2Verifier(sm2.verifying_provider().verifier(point), sm2.z(point, sm2_id))
        case _:
            return EcdsaVerifier(public)


def _signing_key(
    private: PrivateKey, public: certificates.PublicKey, certificate: bytes, sm2_id: str
) -> SigningKey | None:
    match private, public:
        case RSAPrivateKey(), RSAPublicKey():
            return RsaSigner(private, certificate)
        case EllipticCurvePrivateKey(), EllipticCurvePublicKey():
            return EcdsaSigner(private, certificate)
        case sm2.Sm2PrivateKey(number=number), sm2.Sm2PublicKey(point=point):
            return Sm2Signer(sm2.signing_provider().signer(number, point), sm2.z(point, sm2_id), certificate)
        case _:
            return None


def _read_other_key(der: bytes) -> RSAPrivateKey | EllipticCurvePrivateKey:
    try:
        key = load_der_private_key(der, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyRefused("the private key cannot be read") from error
    if not isinstance(key, RSAPrivateKey | EllipticCurvePrivateKey):
        raise KeyRefused("the private key is neither RSA nor on the curves P-256 or SM2")
    return key
