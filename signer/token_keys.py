"""Keys inside an open PKCS#11 session: found, made, read and used; it keeps no state and runs on the lane."""

from collections.abc import Callable, Generator
from contextlib import closing
from itertools import islice
from typing import Any, Final, Protocol, cast

import pkcs11
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pkcs11 import exceptions
from pkcs11.constants import Attribute, MechanismFlag, ObjectClass
from pkcs11.mechanisms import KeyType, Mechanism
from pkcs11.util.ec import encode_named_curve_parameters

from signer.asn1 import octets
from signer.certificates import public_info
from signer.digests import sha256
from signer.halves import VALUE_BYTES
from signer.issue import RSA_BITS
from signer.keys import ECDSA_P256_SHA256, RSA_SHA256, KeyRefused

P256_PARAMETERS: Final = encode_named_curve_parameters("secp256r1")

PRIVATE_TEMPLATE: Final[dict[Attribute, Any]] = {
    Attribute.SENSITIVE: True,
    Attribute.EXTRACTABLE: False,
    Attribute.SIGN: True,
    Attribute.DECRYPT: False,
    Attribute.UNWRAP: False,
    Attribute.DERIVE: False,
}
"""A private key that signs and does nothing else, and stays where it was made."""


class TokenKey(Protocol):
    """What is used of a private key in a session."""

    def sign(self, data: bytes, *, mechanism: Mechanism) -> bytes:
        """Sign inside the token; raises PKCS11Error."""


def _sign_rsa(key: TokenKey, data: bytes) -> bytes:
    return key.sign(data, mechanism=Mechanism.SHA256_RSA_PKCS)


def _sign_ecdsa(key: TokenKey, data: bytes) -> bytes:
    value = key.sign(sha256(data), mechanism=Mechanism.ECDSA)
    if len(value) != VALUE_BYTES:
        raise exceptions.SignatureLenRange(f"the token made an ECDSA value of {len(value)} bytes")
    return value


SIGN: Final[dict[str, Callable[[TokenKey, bytes], bytes]]] = {RSA_SHA256: _sign_rsa, ECDSA_P256_SHA256: _sign_ecdsa}
"""How a token signs by each algorithm, the value as it travels; ECDSA gets its digest, made outside."""


def private_key(session: pkcs11.Session, label: str) -> TokenKey:
    """Return the private key of that label; raises PKCS11Error, or KeyRefused when it can be read out of the token."""
    key = _find(session, ObjectClass.PRIVATE_KEY, label)
    if key[Attribute.EXTRACTABLE] or not key[Attribute.SENSITIVE]:
        raise KeyRefused(f"the private key labelled {label} can be read out of its token")
    return cast("TokenKey", key)


def public_key(session: pkcs11.Session, label: str) -> tuple[bytes, str]:
    """Return the public key of that label as a SubjectPublicKeyInfo, DER, with its algorithm."""
    return _read_public(_find(session, ObjectClass.PUBLIC_KEY, label), label)


def make_pair(session: pkcs11.Session, label: str, kind: str) -> bytes:
    """Make a key pair that stays in the token and return its SubjectPublicKeyInfo, DER.

    Its CKA_ID is the SHA-256 of that. Raises KeyRefused when the label is taken or the kind unknown.
    """
    if kind not in _MAKERS:
        raise KeyRefused(f"a token makes keys of the kinds {', '.join(_MAKERS)}, not {kind}")
    if _search(session, ObjectClass.PRIVATE_KEY, label):
        raise KeyRefused(f"a private key labelled {label} is there already")
    public, private = _MAKERS[kind](session, label)
    info, _ = _read_public(public, label)
    public[Attribute.ID] = private[Attribute.ID] = sha256(info)
    return info


def _make_rsa(session: pkcs11.Session, label: str) -> tuple[pkcs11.PublicKey, pkcs11.PrivateKey]:
    return session.generate_keypair(KeyType.RSA, RSA_BITS, **_wishes(label))


def _make_ecdsa(session: pkcs11.Session, label: str) -> tuple[pkcs11.PublicKey, pkcs11.PrivateKey]:
    curve = {Attribute.EC_PARAMS: P256_PARAMETERS}
    return session.create_domain_parameters(KeyType.EC, curve, local=True).generate_keypair(**_wishes(label))


_MAKERS: Final = {"rsa": _make_rsa, "ecdsa": _make_ecdsa}


def _wishes(label: str) -> dict[str, Any]:
    return {
        "label": label,
        "store": True,
        "capabilities": MechanismFlag.SIGN | MechanismFlag.VERIFY,
        "private_template": PRIVATE_TEMPLATE,
    }


def _read_public(key: pkcs11.Key, label: str) -> tuple[bytes, str]:
    if key.key_type == KeyType.RSA:
        exponent = int.from_bytes(key[Attribute.PUBLIC_EXPONENT], "big")
        modulus = int.from_bytes(key[Attribute.MODULUS], "big")
        return public_info(rsa.RSAPublicNumbers(exponent, modulus).public_key()), RSA_SHA256
    if key.key_type == KeyType.EC and key[Attribute.EC_PARAMS] == P256_PARAMETERS:
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), octets(key[Attribute.EC_POINT]))
        return public_info(point), ECDSA_P256_SHA256
    raise KeyRefused(f"the key labelled {label} is neither RSA nor on the curve P-256")


def _find(session: pkcs11.Session, kind: ObjectClass, label: str) -> pkcs11.Key:
    found = _search(session, kind, label)
    name = f"{kind.name.lower().replace('_', ' ')} labelled {label}"
    if not found:
        raise exceptions.NoSuchKey(f"no {name}")
    if len(found) > 1:
        raise exceptions.MultipleObjectsReturned(f"more than one {name}")
    return found[0]


def _search(session: pkcs11.Session, kind: ObjectClass, label: str) -> list[pkcs11.Key]:
    """Return the first two keys of that class and label."""
    # The search is closed here, on the lane, and not whenever its generator is collected.
    objects = session.get_objects({Attribute.CLASS: kind, Attribute.LABEL: label})
    with closing(cast("Generator[pkcs11.Object]", objects)) as search:
        return [cast("pkcs11.Key", each) for each in islice(search, 2)]
