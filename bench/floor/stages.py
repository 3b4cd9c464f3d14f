"""The irreducible stages of a signed message, each alone in a loop, by the fastest library for it.

No shape is checked here and nothing is decided: this is what remains when everything of one's own is taken away.
"""

import base64
import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import starmap
from pathlib import Path
from statistics import median
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from lxml import etree
from lxml.etree import _Element

from bench.messages import DS

SCHEMA: Final = Path(__file__).resolve().parents[2] / "schemas" / "yinqi-1.xsd"
ROUNDS: Final = 7
MESSAGES: Final = 200


@dataclass(frozen=True, slots=True)
class Material:
    """What is measured with: signed requests, a reply, the sender's certificate (DER), the reply key (PEM)."""

    requests: Sequence[bytes]
    reply: bytes
    certificate: bytes
    reply_key: bytes


@dataclass(frozen=True, slots=True)
class _Taken:
    """A request taken apart once, so that each stage has its input ready."""

    raw: bytes
    root: _Element
    body: _Element
    signed_info: _Element
    canonical: bytes
    signed_info_canonical: bytes
    body_canonical: bytes
    signature: bytes


def stage_seconds(_number: int, start: Callable[[], object], material: Material) -> dict[str, float]:
    """Seconds per message of every stage, the median of some rounds over different messages."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    taken = [_take(raw, parser) for raw in material.requests[:MESSAGES]]
    verify, sign = _verifier(material.certificate), _signer(material.reply_key)
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    info = taken[0].signed_info_canonical
    start()
    return {
        "parse": _timed(lambda raw: etree.fromstring(raw, parser), [(t.raw,) for t in taken]),
        "c14n of the message": _timed(_canonical, [(t.root,) for t in taken]),
        "c14n of SignedInfo": _timed(_canonical, [(t.signed_info,) for t in taken]),
        "c14n of Body": _timed(_canonical, [(t.body,) for t in taken]),
        "digest of the message": _timed(_sha256, [(t.canonical,) for t in taken]),
        "digest of Body": _timed(_sha256, [(t.body_canonical,) for t in taken]),
        "verify": _timed(verify, [(t.signature, t.signed_info_canonical) for t in taken]),
        "xsd": _timed(schema.validate, [(t.root,) for t in taken]),
        "digest of the reply": _timed(_sha256, [(material.reply,) for _ in taken]),
        "sign": _timed(sign, [(info,) for _ in taken]),
    }


def _take(raw: bytes, parser: etree.XMLParser) -> _Taken:
    root = etree.fromstring(raw, parser)
    signature = root[-1]
    info = signature[0]
    value = signature.findtext(f"{{{DS}}}SignatureValue") or ""
    info_canonical = _canonical(info)
    detached = etree.fromstring(raw, parser)
    detached.remove(detached[-1])
    return _Taken(
        raw=raw,
        root=detached,
        body=detached[1],
        signed_info=info,
        canonical=_canonical(detached),
        signed_info_canonical=info_canonical,
        body_canonical=_canonical(detached[1]),
        signature=base64.b64decode(value),
    )


def _canonical(element: _Element) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _verifier(certificate: bytes) -> Callable[[bytes, bytes], None]:
    key = x509.load_der_x509_certificate(certificate).public_key()
    padding, digest = PKCS1v15(), hashes.SHA256()
    if not isinstance(key, rsa.RSAPublicKey):
        raise TypeError("the floor is measured with requests signed by RSA")
    return lambda signature, data: key.verify(signature, data, padding, digest)


def _signer(pem: bytes) -> Callable[[bytes], bytes]:
    key = serialization.load_pem_private_key(pem, None)
    padding, digest, ecdsa = PKCS1v15(), hashes.SHA256(), ec.ECDSA(hashes.SHA256())
    if isinstance(key, rsa.RSAPrivateKey):
        return lambda data: key.sign(data, padding, digest)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return lambda data: key.sign(data, ecdsa)


def _timed(stage: Callable[..., Any], inputs: Sequence[tuple[Any, ...]]) -> float:
    """Seconds per call, the median of some rounds."""
    rounds = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        for _result in starmap(stage, inputs):
            pass
        rounds.append((time.perf_counter() - begun) / len(inputs))
    return median(rounds)
