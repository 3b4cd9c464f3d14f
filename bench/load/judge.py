"""Judges replies: the signed, accepted answer to exactly this request, or the reason why it is not.

Written apart from the gateway's own code: canonical form by lxml, keys by cryptography.
"""

import base64
import hashlib
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from lxml import etree
from lxml.etree import _Element

from bench.load.door import Reply
from bench.messages import DS, METHODS

_PARSER: Final = etree.XMLParser(resolve_entities=False, no_network=True)
_HALF: Final = 32


def fault_of(reply: Reply, request_id: str) -> str | None:
    """Why this is not an accepted reply to that request, by a look that costs a microsecond; None when it is."""
    if reply.status != 200:
        return f"status {reply.status}: {reply.body[:300]!r}"
    if b"<Result>accepted</Result>" not in reply.body:
        return f"not accepted: {reply.body[:1200]!r}"
    if f"<RequestId>{request_id}</RequestId>".encode() not in reply.body:
        return f"reply to another request than {request_id}: {reply.body[:300]!r}"
    return None


def fault_of_echo(reply: Reply, request_id: str) -> str | None:
    """Why this is not that request itself sent back; None when it is."""
    if reply.status != 200 or f"<RequestId>{request_id}</RequestId>".encode() not in reply.body:
        return f"no echo of {request_id}: status {reply.status}, {reply.body[:300]!r}"
    return None


class Judge:
    """Verifies the signatures of one gateway's replies."""

    def __init__(self, certificate: bytes) -> None:
        """`certificate` is the gateway's, PEM; of a bundle the first counts."""
        key = x509.load_pem_x509_certificate(certificate).public_key()
        if not isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey):
            raise TypeError(f"replies are signed with RSA or ECDSA here, not with {type(key).__name__}")
        self._key: rsa.RSAPublicKey | ec.EllipticCurvePublicKey = key
        self._method = METHODS["rsa" if isinstance(key, rsa.RSAPublicKey) else "ecdsa"]

    def fault_of(self, body: bytes) -> str | None:
        """Why the signature of this reply does not hold; None when it does."""
        root = etree.fromstring(body, _PARSER)
        signature = root[-1]
        if signature.tag != f"{{{DS}}}Signature":
            return f"not signed: {body[:300]!r}"
        info = signature[0]
        signed_info = _canonical(info)
        root.remove(signature)
        digest = base64.b64encode(hashlib.sha256(_canonical(root)).digest()).decode()
        if _only(info, "DigestValue").text != digest:
            return f"digest differs: {body[:300]!r}"
        if _only(info, "SignatureMethod").get("Algorithm") != self._method:
            return f"signed with another method: {body[:300]!r}"
        return self._check(base64.b64decode(_only(signature, "SignatureValue").text or ""), signed_info)

    def _check(self, value: bytes, signed_info: bytes) -> str | None:
        try:
            if isinstance(self._key, rsa.RSAPublicKey):
                self._key.verify(value, signed_info, PKCS1v15(), hashes.SHA256())
            elif len(value) != 2 * _HALF:
                return f"an ECDSA value of {len(value)} bytes"
            else:
                r, s = int.from_bytes(value[:_HALF], "big"), int.from_bytes(value[_HALF:], "big")
                self._key.verify(encode_dss_signature(r, s), signed_info, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            return "signature does not verify"
        return None


def _canonical(element: _Element) -> bytes:
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)


def _only(element: _Element, name: str) -> _Element:
    """The one element of the signature's namespace with that name below."""
    (found,) = element.iter(f"{{{DS}}}{name}")
    return found
