"""SM2 with SM3 (GB/T 32918): the curve, Z, key pairs, and the choice between two libraries that compute.

A library is a small provider over 32-byte digests, so that Z is hashed once per key and id and not per message.
GmSSL signs (it is the faster there, and always installed); libcrypto verifies where the system has it (twice as
fast, silent on bad signatures), else GmSSL does. The two check each other once, before the second is trusted.
"""

import functools
from dataclasses import dataclass
from typing import Final, Protocol

from signer import gmssl, libcrypto
from signer.asn1 import public_info_of_certificate, sm2_private, sm2_public
from signer.halves import HALF_BYTES, SM2_ORDER
from signer.keys import SM2_ID_BYTES_MAX, KeyRefused

# The curve of GB/T 32918.5-2017, section 2: y^2 = x^3 + ax + b over the field of p, base point (gx, gy).
P: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A: Final = P - 3
B: Final = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
GX: Final = 0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7
GY: Final = 0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0
_CURVE: Final = b"".join(number.to_bytes(HALF_BYTES, "big") for number in (A, B, GX, GY))


class DigestSigner(Protocol):
    """An SM2 private key inside one library."""

    def sign(self, digest: bytes) -> bytes:
        """Sign a 32-byte SM3 digest and return r||s, 64 bytes."""


class DigestVerifier(Protocol):
    """An SM2 public key inside one library."""

    def verify(self, digest: bytes, signature: bytes) -> bool:
        """Tell whether r||s is the key's signature of the 32-byte SM3 digest."""


class SignerMaker(Protocol):
    """A library's way to take in a private key."""

    def __call__(self, private: bytes, public: bytes) -> DigestSigner:
        """Take a private number (32 bytes) and its point (64 bytes)."""


class VerifierMaker(Protocol):
    """A library's way to take in a public key."""

    def __call__(self, public: bytes) -> DigestVerifier:
        """Take a point of the curve (64 bytes)."""


@dataclass(frozen=True, slots=True)
class Provider:
    """A library that computes SM2."""

    name: str
    signer: SignerMaker
    verifier: VerifierMaker


GMSSL: Final = Provider(gmssl.NAME, gmssl.Signer, gmssl.Verifier)
LIBCRYPTO: Final = Provider(libcrypto.NAME, libcrypto.Signer, libcrypto.Verifier)


def signing_provider() -> Provider:
    """Return the library that signs."""
    return GMSSL


@functools.cache
def verifying_provider() -> Provider:
    """Return the library that verifies: libcrypto when it agrees with GmSSL about one fresh signature, else GmSSL."""
    private, public = gmssl.generate()
    digest = gmssl.sm3(public)
    signature = gmssl.Signer(private, public).sign(digest)
    try:
        verifier = libcrypto.Verifier(public)
    except libcrypto.ProviderMissing:
        return GMSSL
    agrees = verifier.verify(digest, signature) and not verifier.verify(gmssl.sm3(digest), signature)
    return LIBCRYPTO if agrees else GMSSL


def z(public_key: bytes, sm2_id: str) -> bytes:
    """Return Z of a key and signer id, 32 bytes (GB/T 32918.2-2016, section 5.5); the id is hashed as UTF-8.

    The key is its point x||y, 64 bytes. Raises KeyRefused when the id is empty or over 8,191 bytes.
    """
    identity = sm2_id.encode()
    if not 0 < len(identity) <= SM2_ID_BYTES_MAX:
        raise KeyRefused(f"an SM2 signer id has 1 to {SM2_ID_BYTES_MAX} bytes, this one {len(identity)}")
    return gmssl.sm3((8 * len(identity)).to_bytes(2, "big") + identity + _CURVE + public_key)


def message_digest(z_value: bytes, data: bytes) -> bytes:
    """Return the digest that an SM2 signature of the data signs: SM3(Z || data), 32 bytes."""
    return gmssl.sm3(z_value + data)


@dataclass(frozen=True, slots=True)
class Sm2PublicKey:
    """A point of the SM2 curve other than infinity, x||y in 64 bytes; raises KeyRefused when it is not one."""

    point: bytes

    def __post_init__(self) -> None:
        x, y = int.from_bytes(self.point[:HALF_BYTES], "big"), int.from_bytes(self.point[HALF_BYTES:], "big")
        if len(self.point) != 2 * HALF_BYTES or x >= P or y >= P or (y * y - (x * x * x + A * x + B)) % P:
            raise KeyRefused("the SM2 public key is not a point of its curve")


@dataclass(frozen=True, slots=True, repr=False)
class Sm2PrivateKey:
    """An SM2 private number in 32 bytes, and its public key where the file held it; raises KeyRefused out of range."""

    number: bytes
    public: Sm2PublicKey | None

    def __post_init__(self) -> None:
        if not 0 < int.from_bytes(self.number, "big") < SM2_ORDER - 1:
            raise KeyRefused("the SM2 private number is out of range")


def read_public_key(info: bytes) -> Sm2PublicKey | None:
    """Read a SubjectPublicKeyInfo, DER; None when it holds another kind of key, KeyRefused when it is malformed."""
    try:
        point = sm2_public(info)
    except ValueError as error:
        raise KeyRefused(f"the public key cannot be read: {error}") from error
    return None if point is None else Sm2PublicKey(point)


def read_private_key(info: bytes) -> Sm2PrivateKey | None:
    """Read a PKCS#8 PrivateKeyInfo, DER; None when it holds another kind of key, KeyRefused when it is malformed."""
    try:
        parts = sm2_private(info)
    except ValueError as error:
        raise KeyRefused("the private key is not a readable PKCS#8 key") from error
    if parts is None:
        return None
    number, point = parts
    return Sm2PrivateKey(number, None if point is None else Sm2PublicKey(point))


def z_of_certificate(certificate: bytes, sm2_id: str) -> bytes | None:
    """Return Z of the key in a certificate, DER, whoever sent it; None when that is no SM2 key. Raises KeyRefused."""
    try:
        info = public_info_of_certificate(certificate)
    except ValueError as error:
        raise KeyRefused(f"not a readable certificate: {error}") from error
    key = read_public_key(info)
    return None if key is None else z(key.point, sm2_id)
