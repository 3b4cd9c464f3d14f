"""SM2 over a digest through the system's libcrypto 3 (ctypes); nothing else knows that library.

It verifies about twice as fast as GmSSL, says nothing on standard error and lets other threads run meanwhile.
Some distributions build it without SM2: `load` then raises ProviderMissing.
"""

import ctypes
import functools
import weakref
from typing import Final

from signer.asn1 import sm2_private_info, sm2_public_info
from signer.halves import SM2_ORDER, from_der, to_der

NAME = "libcrypto"
LIBRARY_FILE: Final = "libcrypto.so.3"
DER_SIGNATURE_BYTES_MAX: Final = 80
"""Room for a DER sequence of two 33-byte integers (72 bytes)."""


class ProviderMissing(Exception):
    """The machine has no libcrypto 3, or one built without SM2."""


_POINTER: Final = ctypes.c_void_p
_BYTES: Final = ctypes.c_char_p
_SIZE: Final = ctypes.c_size_t
_INT: Final = ctypes.c_int

# Name, result and arguments of each function used; every one exists since OpenSSL 3.0.
_FUNCTIONS: Final = (
    ("d2i_PUBKEY", _POINTER, (_POINTER, ctypes.POINTER(_BYTES), ctypes.c_long)),
    ("d2i_AutoPrivateKey", _POINTER, (_POINTER, ctypes.POINTER(_BYTES), ctypes.c_long)),
    ("EVP_PKEY_is_a", _INT, (_POINTER, _BYTES)),
    ("EVP_PKEY_free", None, (_POINTER,)),
    ("EVP_PKEY_CTX_new", _POINTER, (_POINTER, _POINTER)),
    ("EVP_PKEY_CTX_free", None, (_POINTER,)),
    ("EVP_PKEY_sign_init", _INT, (_POINTER,)),
    ("EVP_PKEY_sign", _INT, (_POINTER, _BYTES, ctypes.POINTER(_SIZE), _BYTES, _SIZE)),
    ("EVP_PKEY_verify_init", _INT, (_POINTER,)),
    ("EVP_PKEY_verify", _INT, (_POINTER, _BYTES, _SIZE, _BYTES, _SIZE)),
    ("ERR_clear_error", None, ()),
)


@functools.cache
def load() -> ctypes.CDLL:
    """Load the library and declare its functions once; raises ProviderMissing."""
    try:
        library = ctypes.CDLL(LIBRARY_FILE)
        for name, result, arguments in _FUNCTIONS:
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
    except (OSError, AttributeError) as error:
        raise ProviderMissing(str(error)) from error
    return library


class _Key:
    """An EVP_PKEY of the SM2 kind, freed with this object; it may be used by several threads at once."""

    def __init__(self, reader: str, der: bytes) -> None:
        self.library = load()
        cursor = _BYTES(der)
        handle = getattr(self.library, reader)(None, ctypes.byref(cursor), len(der))
        if not handle:
            self.library.ERR_clear_error()
            raise ProviderMissing(f"{LIBRARY_FILE} cannot read an SM2 key")
        weakref.finalize(self, self.library.EVP_PKEY_free, handle).atexit = False
        self.handle: int = handle
        if self.library.EVP_PKEY_is_a(handle, b"SM2") != 1:
            raise ProviderMissing(f"{LIBRARY_FILE} does not know SM2")


class Signer:
    """An SM2 private key that signs digests through libcrypto."""

    __slots__ = ("_key",)

    def __init__(self, private: bytes, public: bytes) -> None:
        """Take the private number (32 bytes) and its public point (64 bytes); raises ProviderMissing."""
        self._key = _Key("d2i_AutoPrivateKey", sm2_private_info(private, public))

    def sign(self, digest: bytes) -> bytes:
        """Sign a 32-byte SM3 digest and return r||s, 64 bytes."""
        library = self._key.library
        room, used = ctypes.create_string_buffer(DER_SIGNATURE_BYTES_MAX), _SIZE(DER_SIGNATURE_BYTES_MAX)
        context = library.EVP_PKEY_CTX_new(self._key.handle, None)
        try:
            good = (
                library.EVP_PKEY_sign_init(context) == 1
                and library.EVP_PKEY_sign(context, room, ctypes.byref(used), digest, len(digest)) == 1
            )
        finally:
            library.EVP_PKEY_CTX_free(context)
        if not good:
            library.ERR_clear_error()
            raise RuntimeError("libcrypto refused to sign with SM2")
        return from_der(room.raw[: used.value])


class Verifier:
    """An SM2 public key that checks signatures of digests through libcrypto."""

    __slots__ = ("_key",)

    def __init__(self, public: bytes) -> None:
        """Take the public point x||y, 64 bytes, known to lie on the curve; raises ProviderMissing."""
        self._key = _Key("d2i_PUBKEY", sm2_public_info(public))

    def verify(self, digest: bytes, signature: bytes) -> bool:
        """Tell whether r||s is this key's signature of the 32-byte SM3 digest."""
        der = to_der(signature, SM2_ORDER)
        if der is None:
            return False
        library = self._key.library
        context = library.EVP_PKEY_CTX_new(self._key.handle, None)
        try:
            good: bool = (
                library.EVP_PKEY_verify_init(context) == 1
                and library.EVP_PKEY_verify(context, der, len(der), digest, len(digest)) == 1
            )
        finally:
            library.EVP_PKEY_CTX_free(context)
        if not good:
            # The error queue belongs to the thread and is shared with Python's own ssl module.
            library.ERR_clear_error()
        return good
