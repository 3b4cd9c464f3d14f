"""The typed face of gmssl-pyx: SM3, and SM2 over a digest; nothing else imports that library.

On a signature that does not verify the library writes lines to standard error from C, which cannot be switched off.
`signer.sm2` therefore verifies with libcrypto where it can, and always checks ranges before it comes here.
"""

from typing import cast

import gmssl_pyx

from signer.halves import SM2_ORDER, from_der, to_der

NAME = "gmssl-pyx"


def sm3(data: bytes) -> bytes:
    """Return the SM3 digest of the data, 32 bytes (GB/T 32905-2016)."""
    return cast("bytes", gmssl_pyx.sm3_hash(data))


def generate() -> tuple[bytes, bytes]:
    """Make an SM2 key pair: the private number in 32 bytes, the public point x||y in 64 bytes."""
    public, private = cast("tuple[bytes, bytes]", gmssl_pyx.sm2_key_generate())
    return private, public


class Signer:
    """An SM2 private key that signs digests through GmSSL."""

    __slots__ = ("_private",)

    def __init__(self, private: bytes, public: bytes) -> None:
        """Take the private number (32 bytes) and its public point (64 bytes, not needed by this library)."""
        self._private = private

    def sign(self, digest: bytes) -> bytes:
        """Sign a 32-byte SM3 digest and return r||s, 64 bytes."""
        return from_der(cast("bytes", gmssl_pyx.sm2_sign_sm3_digest(self._private, digest)))


class Verifier:
    """An SM2 public key that checks signatures of digests through GmSSL."""

    __slots__ = ("_public",)

    def __init__(self, public: bytes) -> None:
        """Take the public point x||y, 64 bytes, known to lie on the curve."""
        self._public = public

    def verify(self, digest: bytes, signature: bytes) -> bool:
        """Tell whether r||s is this key's signature of the 32-byte SM3 digest."""
        der = to_der(signature, SM2_ORDER)
        return der is not None and cast("bool", gmssl_pyx.sm2_verify_sm3_digest(self._public, digest, der))
