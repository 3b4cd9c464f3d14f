"""Signature values of two halves: r||s of 64 bytes outside, the DER sequence that libraries want inside.

DER never leaves this room: a value that travels is the two numbers, each padded on the left to 32 bytes
(XML Signature 1.1, section 6.4.3, for ECDSA; the same for SM2).
"""

from typing import Final

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

HALF_BYTES: Final = 32
VALUE_BYTES: Final = 2 * HALF_BYTES

P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""The order of NIST P-256 (FIPS 186-4, D.1.2.3)."""

SM2_ORDER: Final = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
"""The order of the SM2 curve (GB/T 32918.5-2017, section 2)."""


def from_numbers(r: int, s: int) -> bytes:
    """Write the two numbers as r||s, each padded to 32 bytes."""
    return r.to_bytes(HALF_BYTES, "big") + s.to_bytes(HALF_BYTES, "big")


def from_der(der: bytes) -> bytes:
    """Turn the DER sequence a library made into r||s, 64 bytes."""
    return from_numbers(*decode_dss_signature(der))


def to_der(value: bytes, order: int) -> bytes | None:
    """Turn r||s into the DER sequence a library reads; None unless it is 64 bytes and both halves lie in 1..order-1."""
    if len(value) != VALUE_BYTES:
        return None
    r, s = int.from_bytes(value[:HALF_BYTES], "big"), int.from_bytes(value[HALF_BYTES:], "big")
    if not (0 < r < order and 0 < s < order):
        return None
    return encode_dss_signature(r, s)
