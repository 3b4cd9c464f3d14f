"""The one shape of ds:Signature that is written and accepted (XML Signature 1.1, 4); keys and digests are handed in.

The shape is judged on the canonical bytes of the whole Signature by one pattern, and what is verified later is cut
from these same bytes: nothing can mean one thing to the check and another to the key.
"""

import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from lxml.etree import _Element

from protocol.codes import Code
from protocol.errors import Detail, ProtocolError, shown
from protocol.place import local_name, place
from protocol.tree import canonical

DS: Final = "http://www.w3.org/2000/09/xmldsig#"
SIGNATURE_TAG: Final = f"{{{DS}}}Signature"
_EXCLUSIVE: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
_ENVELOPED: Final = f"{DS}enveloped-signature"
_SHA256: Final = "http://www.w3.org/2001/04/xmlenc#sha256"
_SM3: Final = "urn:oid:1.2.156.10197.1.401"

SIGNATURE_URIS: Final[Mapping[str, str]] = {
    "rsa-sha256": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    "ecdsa-p256-sha256": "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
    "sm2-sm3": "urn:oid:1.2.156.10197.1.501",
}
DIGEST_URIS: Final[Mapping[str, str]] = {"sha256": _SHA256, "sm3": _SM3}
DIGEST_OF: Final[Mapping[str, str]] = {"rsa-sha256": "sha256", "ecdsa-p256-sha256": "sha256", "sm2-sm3": "sm3"}
_ALGORITHMS: Final = {uri.encode(): name for name, uri in SIGNATURE_URIS.items()}
_DIGESTS: Final = {uri.encode(): name for name, uri in DIGEST_URIS.items()}
_DIGEST_BYTES: Final = 32
_PAIR_BYTES: Final = 64  # r and s of a 256-bit curve, each half padded
_RSA_BYTES_MIN: Final = 256
_RSA_BYTES_MAX: Final = 1024
_CERTIFICATE_CHARS_MAX: Final = 8192
SIGNATURE_BYTES_MAX: Final = 4 * _CERTIFICATE_CHARS_MAX
"""More than a certificate, a value, and all the white space that a library puts between them."""


def _pattern(*, plain: bool) -> re.Pattern[bytes]:
    """The shape on canonical bytes, or (`plain`) on a sender's own, where an empty element may be one tag.

    White space is as libraries write it between elements and inside Base64; some JDKs end Base64 lines with a
    reference, which the canonical form writes as `&#xD;`. A sender's own line ends may be those of any system.
    """
    space = r"[ \r\n\t]*+" if plain else r"(?:[ \n\t]++|&#xD;)*+"
    piece = r"[A-Za-z0-9+/= \r\n\t]*+" if plain else r"[A-Za-z0-9+/= \n\t]*+"
    base64 = rf"({piece}(?:&#(?:13|xD);{piece})*+)" if plain else rf"({piece}(?:&#xD;{piece})*+)"

    def empty(name: str, algorithm: str) -> str:
        end = f"(?: ?/>|></P{name}>)" if plain else f"></P{name}>"
        return f'<P{name} Algorithm="{algorithm}"{end}'

    certificate = f"<PX509Data>{space}<PX509Certificate>{base64}</PX509Certificate>{space}</PX509Data>"
    parts = [
        f'<(?P<p>(?:[A-Za-z_][\\w.-]*+:)?+)Signature xmlns(?P<d>[^=" ]*+)="{re.escape(DS)}">',
        "(?P<info><PSignedInfo>",
        empty("CanonicalizationMethod", re.escape(_EXCLUSIVE)),
        empty("SignatureMethod", '([^"]*+)'),
        '<PReference URI="">',
        "<PTransforms>",
        empty("Transform", re.escape(_ENVELOPED)),
        empty("Transform", re.escape(_EXCLUSIVE)),
        "</PTransforms>",
        empty("DigestMethod", '([^"]*+)'),
        f"<PDigestValue>{base64}</PDigestValue>",
        "</PReference>",
        "</PSignedInfo>)",
        f"<PSignatureValue>{base64}</PSignatureValue>",
        "<PKeyInfo>",
        f"(?:{certificate}|<PKeyName>([^<&]*+)</PKeyName>)",
        "</PKeyInfo>",
        "</PSignature>",
    ]
    source = space.join(parts)
    return re.compile(re.sub(r"(?<=[</])P(?=[A-Z])", "(?P=p)", source).encode("ascii"))


_SHAPE: Final = _pattern(plain=False)
_PLAIN_SHAPE: Final = _pattern(plain=True)
_EMPTY: Final = re.compile(rb'<([\w.:-]+)( Algorithm="[^"]*+") ?/>')
_XML_SPACE: Final = b" \t\r\n"
_BEHIND: Final = re.compile(rb"[ \t\r\n]*+</(?:[A-Za-z_][\w.-]*+:)?+Message>[ \t\r\n]*+")


@dataclass(frozen=True, slots=True)
class Seal:
    """A signature of the accepted shape: what was signed, with what, and what selects the key (one of the last two)."""

    algorithm: str
    digest_algorithm: str
    signed_info: bytes
    digest_value: bytes
    signature_value: bytes
    certificate: bytes | None
    key_name: str | None


def read_seal(element: _Element) -> Seal:
    """The seal in a ds:Signature element.

    Raises ProtocolError SIGNATURE_ALGORITHM for an algorithm or pair outside the list, SIGNATURE_SHAPE for anything
    else that differs from the one shape.
    """
    found = _SHAPE.fullmatch(canonical(element))
    if found is None:
        raise _misshapen(element)
    if found["d"] != _declared(found["p"]):
        raise _misshapen(element)
    return _seal(found, found["info"])


def cut(utf8: bytes, begin: int = 0, near: int = 0) -> tuple[bytes, Seal] | None:
    """A message, which begins at `begin`, without its Signature, and the seal: by the bytes, where they say it plainly.

    The Signature is looked for from `near` on.
    None where they do not: then the tree has to tell, and what is wrong. Sound because the byte gate left no comment,
    CDATA or processing instruction: every `<` begins a tag. The Signature must declare its own namespace and stand
    between the end tags of Body and Message, so it is in element content, and taking its bytes away is the
    enveloped-signature transform.
    """
    inside = utf8.find(b"SignedInfo", near)
    start = utf8.rfind(b"<", 0, max(utf8.rfind(b"<", 0, inside), 0)) if inside >= 0 else -1
    if start < 0:
        return None
    found = _PLAIN_SHAPE.match(utf8, start)
    if found is None or found["d"] != _declared(found["p"]):
        return None
    body_end = utf8.rfind(b"Body>", begin, start) + len(b"Body>")
    if utf8[body_end:start].strip(_XML_SPACE) or _BEHIND.fullmatch(utf8, found.end()) is None:
        return None
    return utf8[begin:start] + utf8[found.end() :], _seal(found, _canonical_info(found["info"]))


def _canonical_info(info: bytes) -> bytes:
    """SignedInfo that has the plain shape, in its canonical form: empty elements, line ends and references."""
    if b"/>" in info:
        info = _EMPTY.sub(rb"<\1\2></\1>", info)
    if b"\r" in info:
        info = info.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return info.replace(b"&#13;", b"&#xD;") if b"&" in info else info


def _declared(prefix: bytes) -> bytes:
    """What follows `xmlns` in the declaration of a prefix, which is given with its colon or empty."""
    return b":" + prefix[:-1] if prefix else b""


def _seal(found: re.Match[bytes], info: bytes) -> Seal:
    """The seal of a Signature that matched, with SignedInfo as it stands in the canonical form of Signature."""
    prefix, declared, _, method, digest_method, digest, value, certificate, key_name = found.groups()
    algorithm, digest_algorithm = _named(method, digest_method)
    opening = len(prefix) + len(b"<SignedInfo")
    seal_read = Seal(
        algorithm=algorithm,
        digest_algorithm=digest_algorithm,
        signed_info=b'%b xmlns%b="%b"%b' % (info[:opening], declared, DS.encode("ascii"), info[opening:]),
        digest_value=_bytes(digest, "DigestValue"),
        signature_value=_bytes(value, "SignatureValue"),
        certificate=None if certificate is None else _certificate(certificate),
        key_name=None if key_name is None else key_name.decode("utf-8").strip(),
    )
    _check_lengths(seal_read)
    return seal_read


def check_digest(seal_read: Seal, message: bytes, digests: Mapping[str, Callable[[bytes], bytes]]) -> bool:
    """Whether the digest in the seal is that of `message`, the canonical Message without its Signature."""
    return digests[seal_read.digest_algorithm](message) == seal_read.digest_value


def seal(
    message: str,
    algorithm: str,
    *,
    digest: Callable[[bytes], bytes],
    sign: Callable[[bytes], bytes],
    certificate: bytes,
) -> str:
    """`message`, a canonical Message without Signature, with one as its last child; the whole is canonical again.

    `digest` is that of the algorithm (DIGEST_OF), `sign` gives the final form of the value, `certificate` is DER.
    Whatever `sign` raises goes through.
    """
    before, after, key_info = _written_parts(algorithm, certificate)
    digest_value = binascii.b2a_base64(digest(message.encode("utf-8")), newline=False).decode("ascii")
    value = sign(f"{_INFO_APEX}{before}{digest_value}{after}".encode("ascii"))
    signature_value = binascii.b2a_base64(value, newline=False).decode("ascii")
    content, closing = message[: -len(_CLOSING)], message[-len(_CLOSING) :]
    assert closing == _CLOSING, "only a canonical Message is sealed"
    return (
        f"{content}{_SIGNATURE}{_INFO}{before}{digest_value}{after}"
        f"<ds:SignatureValue>{signature_value}{key_info}{_CLOSING}"
    )


_CLOSING: Final = "</Message>"
_SIGNATURE: Final = f'<ds:Signature xmlns:ds="{DS}">'
_INFO: Final = "<ds:SignedInfo>"
_INFO_APEX: Final = f'<ds:SignedInfo xmlns:ds="{DS}">'


@lru_cache(maxsize=64)
def _written_parts(algorithm: str, certificate: bytes) -> tuple[str, str, str]:
    """SignedInfo before and after the digest value, and all behind the signature value."""
    before_digest = (
        f'<ds:CanonicalizationMethod Algorithm="{_EXCLUSIVE}"></ds:CanonicalizationMethod>'
        f'<ds:SignatureMethod Algorithm="{SIGNATURE_URIS[algorithm]}"></ds:SignatureMethod><ds:Reference URI="">'
        f'<ds:Transforms><ds:Transform Algorithm="{_ENVELOPED}"></ds:Transform>'
        f'<ds:Transform Algorithm="{_EXCLUSIVE}"></ds:Transform></ds:Transforms>'
        f'<ds:DigestMethod Algorithm="{DIGEST_URIS[DIGEST_OF[algorithm]]}"></ds:DigestMethod><ds:DigestValue>'
    )
    behind_value = (
        "</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>"
        f"{binascii.b2a_base64(certificate, newline=False).decode('ascii')}"
        "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>"
    )
    return before_digest, "</ds:DigestValue></ds:Reference></ds:SignedInfo>", behind_value


def _named(method: bytes, digest_method: bytes) -> tuple[str, str]:
    algorithm, digest_algorithm = _ALGORITHMS.get(method), _DIGESTS.get(digest_method)
    if algorithm is None:
        raise _bad_algorithm("SignatureMethod", method)
    if digest_algorithm is None or digest_algorithm != DIGEST_OF[algorithm]:
        raise _bad_algorithm("DigestMethod", digest_method)
    return algorithm, digest_algorithm


def _bytes(base64: bytes, name: str) -> bytes:
    try:
        return binascii.a2b_base64(base64, strict_mode=True)
    except binascii.Error:
        return _bytes_of_lines(base64, name)


def _bytes_of_lines(base64: bytes, name: str) -> bytes:
    try:
        lines = base64.replace(b"&#xD;", b"").replace(b"&#13;", b"")
        return binascii.a2b_base64(lines.translate(None, b" \r\n\t"), strict_mode=True)
    except binascii.Error:
        raise _bad_shape(name, "Base64") from None


@lru_cache(maxsize=512)
def _certificate(base64: bytes) -> bytes:
    """The DER in an X509Certificate; the same few senders come again and again."""
    if len(base64) > _CERTIFICATE_CHARS_MAX:
        raise _bad_shape("X509Certificate", f"at most {_CERTIFICATE_CHARS_MAX} characters")
    return _bytes(base64, "X509Certificate")


def _check_lengths(seal_read: Seal) -> None:
    if len(seal_read.digest_value) != _DIGEST_BYTES:
        raise _bad_shape("DigestValue", f"{_DIGEST_BYTES} bytes")
    size = len(seal_read.signature_value)
    if seal_read.algorithm == "rsa-sha256":
        if not _RSA_BYTES_MIN <= size <= _RSA_BYTES_MAX:
            raise _bad_shape("SignatureValue", f"{_RSA_BYTES_MIN} to {_RSA_BYTES_MAX} bytes (RSA 2048 bits up)")
    elif size != _PAIR_BYTES:
        raise _bad_shape("SignatureValue", f"{_PAIR_BYTES} bytes: r and s, each 32 bytes with leading zeros, not DER")


def _bad_algorithm(name: str, uri: bytes) -> ProtocolError:
    value = shown(uri.decode("utf-8", "replace"))
    allowed = ", ".join(SIGNATURE_URIS if name == "SignatureMethod" else DIGEST_URIS)
    return ProtocolError(
        Code.SIGNATURE_ALGORITHM,
        Detail(
            rule=name,
            value=value,
            zh=f"允许：{allowed}；SM2须配SM3，RSA与ECDSA须配SHA-256",
            en=f"allowed: {allowed}; SM2 goes with SM3, RSA and ECDSA with SHA-256",
        ),
    )


def _bad_shape(name: str, wanted: str, where: str | None = None, value: str | None = None) -> ProtocolError:
    return ProtocolError(
        Code.SIGNATURE_SHAPE,
        Detail(rule=name, place=where, value=value, zh=f"应为：{wanted}", en=f"expected: {wanted}"),
    )


_EXPECTED: Final = (
    ("Signature", None, ""),
    ("SignedInfo", None, ""),
    ("CanonicalizationMethod", "Algorithm", _EXCLUSIVE),
    ("SignatureMethod", "Algorithm", None),
    ("Reference", "URI", ""),
    ("Transforms", None, ""),
    ("Transform", "Algorithm", _ENVELOPED),
    ("Transform", "Algorithm", _EXCLUSIVE),
    ("DigestMethod", "Algorithm", None),
    ("DigestValue", None, ""),
    ("SignatureValue", None, ""),
    ("KeyInfo", None, ""),
)


def _misshapen(element: _Element) -> ProtocolError:
    """Why the shape does not match: the first element that is not the one expected; not on the hot path."""
    nodes = list(element.iter("*"))
    for node, (name, attribute, value) in zip(nodes, _EXPECTED, strict=False):
        wanted = name if attribute is None else f'{name} {attribute}="{"..." if value is None else value}"'
        held = dict(node.items())
        if node.tag != f"{{{DS}}}{name}" or held.keys() != ({attribute} if attribute else set()):
            return _bad_shape(local_name(str(node.tag)), wanted, place(node), shown(" ".join(held)))
        if attribute == "Algorithm" and value is None and _uri_unknown(name, held[attribute]):
            return _bad_algorithm(name, held[attribute].encode("utf-8"))
        if attribute and value is not None and held[attribute] != value:
            return _bad_shape(name, wanted, place(node), shown(held[attribute]))
    last = nodes[-1]
    return _bad_shape(
        local_name(str(last.tag)),
        "SignedInfo, SignatureValue, KeyInfo (X509Data/X509Certificate or KeyName), nothing else, one prefix",
        place(last),
    )


def _uri_unknown(name: str, uri: str) -> bool:
    return uri.encode("utf-8") not in (_ALGORITHMS if name == "SignatureMethod" else _DIGESTS)
