"""What a certificate says about its key: kind, strength, use; whose it is and when it counts is `signer.trust`."""

import hashlib
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from signer.asn1 import public_info_of_certificate, sm2_public_info, unarmor
from signer.keys import ECDSA_P256_SHA256, RSA_SHA256, SM2_SM3, KeyRefused
from signer.sm2 import Sm2PublicKey, read_public_key

RSA_BITS_MIN: Final = 2048
RSA_BITS_MAX: Final = 8192
"""Above this one verification costs more than any other stage of the road, so a certificate could be a weapon."""
RSA_EXPONENT_MIN: Final = 65537
RSA_EXPONENT_BITS_MAX: Final = 256
"""The exponent lies between 2^16 and 2^256 (FIPS 186-5, A.1.1): 1 signs nothing, 3 forgives no sloppy padding."""

PublicKey = RSAPublicKey | EllipticCurvePublicKey | Sm2PublicKey


def fingerprint(der: bytes) -> bytes:
    """Return the SHA-256 fingerprint of a certificate, 32 bytes."""
    return hashlib.sha256(der).digest()


def from_pem(pem: bytes) -> tuple[bytes, ...]:
    """Return every certificate of a PEM bundle, DER, in file order; raises KeyRefused when it holds none."""
    try:
        found = tuple(der for kind, der in unarmor(pem) if kind == "CERTIFICATE")
    except ValueError as error:
        raise KeyRefused(f"not PEM: {error}") from error
    if not found:
        raise KeyRefused("no certificate in the PEM data")
    return found


def parse(der: bytes) -> x509.Certificate:
    """Parse a certificate, DER, and its extensions; raises KeyRefused when it is malformed."""
    try:
        certificate = x509.load_der_x509_certificate(der)
        # Extensions are parsed when first asked for: a fault in them must show here and not later.
        certificate.extensions  # noqa: B018
    except (ValueError, x509.InvalidVersion, x509.DuplicateExtension) as error:
        raise KeyRefused(f"not a readable certificate: {error}") from error
    return certificate


def public_key_of(certificate: x509.Certificate) -> PublicKey:
    """Return the public key; raises KeyRefused unless it is RSA, P-256 or SM2 and strong enough."""
    try:
        key = certificate.public_key()
    except UnsupportedAlgorithm:
        key = None
    except ValueError as error:
        raise KeyRefused(f"the public key cannot be used: {error}") from error
    if isinstance(key, RSAPublicKey):
        return _strong(key)
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return key
    sm2_key = _sm2_key(certificate)
    if sm2_key is None:
        raise KeyRefused("the key is neither RSA nor on the curves P-256 or SM2")
    return sm2_key


def algorithm_of(key: PublicKey) -> str:
    """Return the one signature algorithm this kind of key is used with."""
    match key:
        case RSAPublicKey():
            return RSA_SHA256
        case Sm2PublicKey():
            return SM2_SM3
        case _:
            return ECDSA_P256_SHA256


def public_info(key: PublicKey) -> bytes:
    """Return the key as a SubjectPublicKeyInfo, DER."""
    if isinstance(key, Sm2PublicKey):
        return sm2_public_info(key.point)
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def usage_faults(certificate: x509.Certificate) -> list[str]:
    """Return every reason why this is no end-entity certificate for signatures (RFC 5280, section 4.2), or nothing."""
    faults = []
    if certificate.not_valid_before_utc > certificate.not_valid_after_utc:
        faults.append("the validity ends before it begins")
    if certificate.serial_number <= 0:
        faults.append("the serial number is not positive")
    for extension in certificate.extensions:
        match extension.value:
            case x509.KeyUsage(digital_signature=False):
                faults.append("the key usage lacks digitalSignature")
            case x509.BasicConstraints(ca=True):
                faults.append("the certificate is that of an authority (CA:TRUE)")
            case x509.UnrecognizedExtension() if extension.critical:
                faults.append(f"a critical extension is not known: {extension.oid.dotted_string}")
    return faults


def _sm2_key(certificate: x509.Certificate) -> Sm2PublicKey | None:
    try:
        return read_public_key(public_info_of_certificate(certificate.public_bytes(Encoding.DER)))
    except ValueError as error:
        raise KeyRefused(f"the public key cannot be used: {error}") from error


def _strong(key: RSAPublicKey) -> RSAPublicKey:
    if not RSA_BITS_MIN <= key.key_size <= RSA_BITS_MAX:
        raise KeyRefused(f"an RSA key has {RSA_BITS_MIN} to {RSA_BITS_MAX} bits, this one {key.key_size}")
    exponent = key.public_numbers().e
    if exponent < RSA_EXPONENT_MIN or exponent.bit_length() > RSA_EXPONENT_BITS_MAX:
        raise KeyRefused(f"the RSA exponent is not between 2^16 and 2^{RSA_EXPONENT_BITS_MAX}")
    return key
