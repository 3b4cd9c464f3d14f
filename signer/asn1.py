"""The typed face of asn1crypto: the ASN.1 that the cryptography package cannot read or make; it computes nothing.

That is SM2 keys and their certificates, and certificates signed by a key that shows only its signatures.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast

from asn1crypto import algos, core, keys, pem, util, x509

from signer.halves import HALF_BYTES

SM2_CURVE: Final = "sm2p256v1"
SM2_CURVE_OID: Final = "1.2.156.10197.1.301"
KEY_USAGE_FOR_SIGNING: Final = {"digital_signature", "non_repudiation"}
LAST_UTC_TIME_YEAR: Final = 2049
"""Validity dates up to this year are UTCTime, later ones GeneralizedTime (RFC 5280, section 4.1.2.5)."""

keys.NamedCurve.register(SM2_CURVE, SM2_CURVE_OID, HALF_BYTES)


@contextmanager
def _parsing() -> Iterator[None]:
    """Have every way in which asn1crypto fails on malformed or unknown structures become a ValueError."""
    try:
        yield
    except (TypeError, LookupError, AttributeError) as error:
        raise ValueError(f"malformed or unknown structure: {error}") from error


def unarmor(data: bytes) -> list[tuple[str, bytes]]:
    """Return (type, DER) of every PEM block in the data; raises ValueError when there is none or one is malformed."""
    with _parsing():
        return [(kind, der) for kind, _, der in pem.unarmor(data, multiple=True)]


def armor(kind: str, der: bytes) -> bytes:
    """Return the DER as a PEM block of that type."""
    return cast("bytes", pem.armor(kind, der))


def sm2_public(info: bytes) -> bytes | None:
    """Return the SM2 point x||y (64 bytes) of a SubjectPublicKeyInfo; None when it holds another kind of key.

    Raises ValueError when it cannot be parsed or the point is not an uncompressed one of 32-byte coordinates.
    """
    with _parsing():
        parsed = keys.PublicKeyInfo.load(info, strict=True)
        if not _is_sm2(parsed["algorithm"]):
            return None
        return _point(cast("bytes", parsed["public_key"].native))


def sm2_public_info(point: bytes) -> bytes:
    """Write an SM2 point x||y (64 bytes) as a SubjectPublicKeyInfo."""
    algorithm = _sm2_algorithm(keys.PublicKeyAlgorithm)
    info = keys.PublicKeyInfo({"algorithm": algorithm, "public_key": keys.ECPointBitString(b"\x04" + point)})
    return cast("bytes", info.dump())


def sm2_private(info: bytes) -> tuple[bytes, bytes | None] | None:
    """Return the SM2 private number (32 bytes) and, when held too, its point (64 bytes) of a PKCS#8 PrivateKeyInfo.

    None when it holds another kind of key. Raises ValueError when it cannot be parsed.
    """
    with _parsing():
        parsed = keys.PrivateKeyInfo.load(info, strict=True)
        if not _is_sm2(parsed["private_key_algorithm"]):
            return None
        key = parsed["private_key"].parsed
        number = cast("int", key["private_key"].native)
        if number.bit_length() > 8 * HALF_BYTES:
            raise ValueError("the private number is too long")
        point = cast("bytes | None", key["public_key"].native)
        return number.to_bytes(HALF_BYTES, "big"), None if point is None else _point(point)


def sm2_private_info(private: bytes, point: bytes) -> bytes:
    """Write an SM2 private number (32 bytes) and its point (64 bytes) as a PKCS#8 PrivateKeyInfo."""
    key = keys.ECPrivateKey(
        {
            "version": "ecPrivkeyVer1",
            "private_key": int.from_bytes(private, "big"),
            "public_key": keys.ECPointBitString(b"\x04" + point),
        }
    )
    key["private_key"].set_encoded_width(HALF_BYTES)
    algorithm = _sm2_algorithm(keys.PrivateKeyAlgorithm)
    info = keys.PrivateKeyInfo({"version": 0, "private_key_algorithm": algorithm, "private_key": key})
    return cast("bytes", info.dump())


def public_info_of_certificate(der: bytes) -> bytes:
    """Return the SubjectPublicKeyInfo of a certificate as it stands there; raises ValueError when malformed."""
    with _parsing():
        parsed = x509.Certificate.load(der, strict=True)
        return cast("bytes", parsed["tbs_certificate"]["subject_public_key_info"].dump())


def octets(der: bytes) -> bytes:
    """Return the content of a DER OCTET STRING; raises ValueError when it is none."""
    with _parsing():
        return cast("bytes", core.OctetString.load(der, strict=True).native)


@dataclass(frozen=True, slots=True)
class CertificatePlan:
    """What a self-signed end-entity certificate shall say; times are aware."""

    public_info: bytes
    common_name: str
    serial: int
    not_before: datetime
    not_after: datetime
    signature_oid: str
    null_parameters: bool
    """True when the signature algorithm carries a NULL parameter (RSA, RFC 4055), False when it carries none."""


def certificate(plan: CertificatePlan, sign: Callable[[bytes], bytes]) -> bytes:
    """Make the certificate, DER; `sign` gets the part to be signed and returns the signature as X.509 holds it."""
    algorithm = algos.SignedDigestAlgorithm({"algorithm": plan.signature_oid})
    if plan.null_parameters:
        algorithm["parameters"] = core.Null()
    name = x509.Name.build({"common_name": plan.common_name}, use_printable=False)
    info = keys.PublicKeyInfo.load(plan.public_info, strict=True)
    body = x509.TbsCertificate(
        {
            "version": "v3",
            "serial_number": plan.serial,
            "signature": algorithm,
            "issuer": name,
            "validity": {"not_before": _time(plan.not_before), "not_after": _time(plan.not_after)},
            "subject": name,
            "subject_public_key_info": info,
            "extensions": _extensions(cast("bytes", info.sha1)),
        }
    )
    signed = {"tbs_certificate": body, "signature_algorithm": algorithm, "signature_value": sign(body.dump())}
    return cast("bytes", x509.Certificate(signed).dump())


def _extensions(key_identifier: bytes) -> list[dict[str, object]]:
    return [
        {"extn_id": "basic_constraints", "critical": True, "extn_value": {"ca": False}},
        {"extn_id": "key_usage", "critical": True, "extn_value": KEY_USAGE_FOR_SIGNING},
        {"extn_id": "key_identifier", "critical": False, "extn_value": key_identifier},
    ]


def _time(moment: datetime) -> x509.Time:
    utc = moment.astimezone(util.timezone.utc).replace(microsecond=0)
    return x509.Time({"utc_time" if utc.year <= LAST_UTC_TIME_YEAR else "general_time": utc})


def _is_sm2(algorithm: core.Sequence) -> bool:
    if algorithm["algorithm"].native != "ec":
        return False
    parameters = algorithm["parameters"]
    return bool(parameters.name == "named" and parameters.chosen.dotted == SM2_CURVE_OID)


def _sm2_algorithm(kind: type[core.Sequence]) -> core.Sequence:
    return kind({"algorithm": "ec", "parameters": keys.ECDomainParameters(name="named", value=SM2_CURVE)})


def _point(encoded: bytes) -> bytes:
    if len(encoded) != 1 + 2 * HALF_BYTES or encoded[0] != 4:
        raise ValueError("the SM2 point is not uncompressed with 32-byte coordinates")
    return encoded[1:]
