"""The signature block, and what a signature covers: named fields in their order, not the bytes of the XML.

Each value is covered as its length in bytes (decimal), a colon and its UTF-8: nothing can slide from one field into the
next. First come the signed fields of the header (`header.FIELDS`), then the fields of the body in the order of its
form; an optional one that is not there counts as empty, and each list begins with the number of its rows.
"""

import base64
import binascii
from collections.abc import Iterable
from itertools import chain
from typing import Final

from core_adapter.channels.cnaps.form import Values
from core_adapter.channels.cnaps.unreadable import Fault, Unreadable

SIGNATURE_BYTES_MAX: Final = 3 * 1024
"""Longest signature: room for one with its certificates (PKCS#7); one alone has 64 to 512 bytes."""
OPENING: Final = b"{S:"
CLOSING: Final = b"}\r\n"
_BLOCK_BYTES_MAX: Final = len(OPENING) + SIGNATURE_BYTES_MAX // 3 * 4 + len(CLOSING)


def covered(header: Iterable[str], values: Values) -> bytes:
    """The bytes that are signed, of the texts of the header's signed fields and the values of the body."""
    lists = chain.from_iterable((str(len(rows)), *chain.from_iterable(rows)) for rows in values.lists)
    texts = chain(header, values.fixed, lists)
    return "".join([f"{len(t) if t.isascii() else len(t.encode())}:{t}" for t in texts]).encode()


def write(signature: bytes) -> bytes:
    """The block of a signature; ValueError where it has no byte, or more than SIGNATURE_BYTES_MAX."""
    if not 0 < len(signature) <= SIGNATURE_BYTES_MAX:
        raise ValueError(f"a signature has 1 to {SIGNATURE_BYTES_MAX} bytes, not {len(signature)}")
    return OPENING + base64.b64encode(signature) + CLOSING


def read(data: bytes, start: int) -> tuple[bytes, int]:
    """The signature of the block at `start`, and where the block ends; Unreadable (SIGNATURE) where there is none."""
    if not data.startswith(OPENING, start):
        raise Unreadable(Fault.SIGNATURE, "the signature block is missing")
    end = data.find(CLOSING, start, start + _BLOCK_BYTES_MAX)
    if end < 0:
        raise Unreadable(Fault.SIGNATURE, "the signature block has no end, or is too long")
    text = data[start + len(OPENING) : end]
    try:
        signature = base64.b64decode(text, validate=True)
    except binascii.Error:
        signature = b""
    if not signature or base64.b64encode(signature) != text:  # one signature is written in one way
        raise Unreadable(Fault.SIGNATURE, "the signature is not Base64")
    return signature, end + len(CLOSING)
