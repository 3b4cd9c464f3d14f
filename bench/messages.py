"""Signed requests made before a run, each with an id of its own, as a partner without our libraries would make them.

A pool is a file with one message a line (a canonical message holds no line break), so that a load generator reads it
without parsing. Knows the language only by its documents, so that the benchmark also judges it.
"""

import base64
import hashlib
import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

ENVELOPE: Final = "urn:yinqi:envelope:1"
TRANSFER: Final = "urn:yinqi:transfer:1"
DS: Final = "http://www.w3.org/2000/09/xmldsig#"
EXCLUSIVE: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
METHODS: Final = {
    "rsa": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    "ecdsa": "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
}
CHUNK: Final = 500
"""Messages that one process signs at a time."""

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Identity:
    """Who sends: customer and operator ids, private key (PEM, PKCS#8) and certificate (DER)."""

    customer: str
    operator: str
    key: bytes
    certificate: bytes


@dataclass(frozen=True, slots=True)
class Route:
    """From which account to which, and the name of the payee's holder."""

    payer: str
    payee: str
    payee_name: str


@dataclass(frozen=True, slots=True)
class Pool:
    """A file of `count` messages; message number n has the request id `prefix` and n in eight digits."""

    path: Path
    prefix: str
    count: int

    def request_id(self, number: int) -> str:
        """The request id of message `number`, from 0."""
        return request_id(self.prefix, number)


def request_id(prefix: str, number: int) -> str:
    """The request id of a pool's message."""
    return f"{prefix}{number:08d}"


class Author:
    """Writes signed SubmitTransfer messages of one sender."""

    def __init__(self, identity: Identity) -> None:
        key = serialization.load_pem_private_key(identity.key, None)
        if not isinstance(key, PrivateKey):
            raise TypeError(f"a benchmark's client signs with RSA or ECDSA, not with {type(key).__name__}")
        self._identity = identity
        self._key: PrivateKey = key
        self._certificate = base64.b64encode(identity.certificate).decode()
        self._method = METHODS["rsa" if isinstance(key, rsa.RSAPrivateKey) else "ecdsa"]

    def transfer(self, number: str, route: Route, fen: int) -> bytes:
        """A signed transfer of `fen` with the request id `number`, sent now."""
        body = (
            f'<SubmitTransfer xmlns="{TRANSFER}"><PayerAccount>{route.payer}</PayerAccount>'
            f"<PayeeAccount>{route.payee}</PayeeAccount><PayeeName>{route.payee_name}</PayeeName>"
            f"<Amount>{fen // 100}.{fen % 100:02d}</Amount><Currency>CNY</Currency><Purpose>货款</Purpose>"
            f"<EndToEndId>E{number}</EndToEndId><Remark>合同编号2026-0017第3期结算款</Remark></SubmitTransfer>"
        )
        return self.message(number, body)

    def message(self, number: str, body: str) -> bytes:
        """A signed message with this canonical body."""
        sent = datetime.now(timezone(timedelta(hours=8))).isoformat(timespec="seconds")
        sender = self._identity
        start = (
            f'<Message xmlns="{ENVELOPE}"><Head><Version>1.0</Version><CustomerId>{sender.customer}</CustomerId>'
            f"<OperatorId>{sender.operator}</OperatorId><RequestId>{number}</RequestId><SentAt>{sent}</SentAt>"
            f"<Language>zh</Language></Head><Body>{body}</Body>"
        )
        return (start + self._signature(f"{start}</Message>".encode()) + "</Message>").encode()

    def _signature(self, canonical: bytes) -> str:
        digest = base64.b64encode(hashlib.sha256(canonical).digest()).decode()
        start = f'<ds:SignedInfo xmlns:ds="{DS}">'
        rest = (
            f'<ds:CanonicalizationMethod Algorithm="{EXCLUSIVE}"></ds:CanonicalizationMethod>'
            f'<ds:SignatureMethod Algorithm="{self._method}"></ds:SignatureMethod>'
            f'<ds:Reference URI=""><ds:Transforms><ds:Transform Algorithm="{DS}enveloped-signature"></ds:Transform>'
            f'<ds:Transform Algorithm="{EXCLUSIVE}"></ds:Transform></ds:Transforms>'
            '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></ds:DigestMethod>'
            f"<ds:DigestValue>{digest}</ds:DigestValue></ds:Reference></ds:SignedInfo>"
        )
        value = base64.b64encode(self._sign((start + rest).encode())).decode()
        return (
            f'<ds:Signature xmlns:ds="{DS}"><ds:SignedInfo>{rest}<ds:SignatureValue>{value}</ds:SignatureValue>'
            f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{self._certificate}</ds:X509Certificate></ds:X509Data>"
            "</ds:KeyInfo></ds:Signature>"
        )

    def _sign(self, data: bytes) -> bytes:
        """The signature value in the form of the wire: PKCS#1 v1.5, or r and s in 32 bytes each."""
        if isinstance(self._key, rsa.RSAPrivateKey):
            return self._key.sign(data, PKCS1v15(), hashes.SHA256())
        r, s = decode_dss_signature(self._key.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def make_pool(path: Path, identity: Identity, routes: Sequence[Route], numbers: range, prefix: str) -> Pool:
    """Sign the messages of these numbers on all cores, the routes in turn, amounts from 0.01 to 1.00.

    RSA-2048 takes 0.2 ms each. The pool's count is that of the file, so numbers begin at 0 unless files are joined.
    """
    chunks = [numbers[first : first + CHUNK] for first in range(0, len(numbers), CHUNK)]
    context = multiprocessing.get_context("spawn")
    with path.open("wb") as file, ProcessPoolExecutor(min(os.cpu_count() or 1, len(chunks)), context) as executor:
        for signed in executor.map(partial(_chunk, identity, tuple(routes), prefix), chunks):
            file.write(signed)
    return Pool(path, prefix, len(numbers))


def _chunk(identity: Identity, routes: tuple[Route, ...], prefix: str, numbers: range) -> bytes:
    author = Author(identity)
    lines = [
        author.transfer(request_id(prefix, number), routes[number % len(routes)], 1 + number % 100)
        for number in numbers
    ]
    return b"\n".join(lines) + b"\n"
