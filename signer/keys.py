"""What a key can do, and the names and errors every kind of key shares; it knows no library that computes."""

from typing import Final, Protocol

RSA_SHA256: Final = "rsa-sha256"
ECDSA_P256_SHA256: Final = "ecdsa-p256-sha256"
SM2_SM3: Final = "sm2-sm3"

DIGEST_OF: Final[dict[str, str]] = {RSA_SHA256: "sha256", ECDSA_P256_SHA256: "sha256", SM2_SM3: "sm3"}
"""The digest (a name of `signer.digests.DIGESTS`) that belongs to each signature algorithm."""

SM2_ID_DEFAULT: Final = "1234567812345678"
"""The signer id of SM2 keys that were given none (GM/T 0009-2012, section 10)."""

SM2_ID_BYTES_MAX: Final = 8191
"""The longest signer id in UTF-8 bytes: its bit length is hashed as 16 bits (GB/T 32918.2-2016, section 5.5)."""


class KeyRefused(ValueError):
    """A key or certificate cannot be used here: unreadable, of an unsupported kind, too weak, or not a pair."""


class SignerUnavailable(Exception):
    """A key exists but cannot sign now, such as a token that went away; the same call may succeed later."""


class SigningKey(Protocol):
    """A private key with the certificate that others check it by."""

    @property
    def algorithm(self) -> str:
        """One of the algorithm names of this module."""

    @property
    def certificate(self) -> bytes:
        """The X.509 certificate of the key, DER."""

    @property
    def blocking(self) -> bool:
        """True when `sign` may wait on a device, so that it must not be called where waiting stops others."""

    def sign(self, data: bytes) -> bytes:
        """Sign the data and return the value as it travels: PKCS#1 v1.5, or r||s in 64 bytes.

        Raises SignerUnavailable when the key cannot be used now.
        """


class VerifyingKey(Protocol):
    """A public key, taken from a certificate."""

    @property
    def algorithm(self) -> str:
        """One of the algorithm names of this module."""

    def verify(self, data: bytes, signature: bytes) -> bool:
        """Tell whether the signature, in the form in which it travels, is this key's over the data; never raises."""
