"""The digests by name; which digest a message uses is decided by those who call."""

import hashlib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from signer.gmssl import sm3


def sha256(data: bytes) -> bytes:
    """Return the SHA-256 digest of the data, 32 bytes (FIPS 180-4)."""
    return hashlib.sha256(data).digest()


DIGESTS: Final[Mapping[str, Callable[[bytes], bytes]]] = MappingProxyType({"sha256": sha256, "sm3": sm3})
"""Digest functions by the names that `protocol` uses; each returns 32 bytes."""
