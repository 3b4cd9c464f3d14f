"""Certificates of operators: registered byte for byte, once their fingerprint was confirmed on a second channel."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection, insert, select, update

from core_adapter.database import database_now
from gateway.administration.change import AdminError, raise_version
from gateway.administration.operators import operator_state
from gateway.journal.tables import CERTIFICATE, CREDENTIAL
from signer.keys import SM2_ID_DEFAULT
from signer.trust import CertificateRefused, RegisteredCertificate, register_entry

PURPOSES: Final = ("sign", "tls")
SM2_ID_CHARS_MAX: Final = 64


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """A registered certificate as staff see it; times are ISO 8601 in UTC."""

    customer: str
    operator: str
    purpose: str
    fingerprint: str
    algorithm: str
    not_after: str
    sm2_id: str | None
    revoked_at: str | None


def readable(fingerprint_hex: str) -> str:
    """A fingerprint in groups that can be read out aloud: upper case, pairs joined by colons."""
    return ":".join(fingerprint_hex[at : at + 2] for at in range(0, len(fingerprint_hex), 2)).upper()


def plain(text: str) -> str:
    """A fingerprint as it was typed or read out, in the form in which it is stored: 64 small hexadecimal digits."""
    return "".join(text.replace(":", " ").split()).lower()


def examined(customer_id: str, operator_id: str, der: bytes, *, sm2_id: str | None = None) -> RegisteredCertificate:
    """What a certificate (DER) says, if it may sign here at all; raises AdminError with every reason."""
    signer_id = sm2_id or SM2_ID_DEFAULT
    if len(signer_id) > SM2_ID_CHARS_MAX or not signer_id.isascii() or not signer_id.isprintable():
        raise AdminError(f"SM2 signer id {signer_id!r}: it has 1 to {SM2_ID_CHARS_MAX} printable ASCII characters")
    try:
        return register_entry(customer_id, operator_id, der, sm2_id=signer_id)
    except CertificateRefused as refused:
        raise AdminError("the certificate cannot be registered: " + "; ".join(refused.reasons)) from refused


def add_certificate(
    tx: Connection, customer_id: str, operator_id: str, der: bytes, *, confirm: str, purpose: str, sm2_id: str | None
) -> str:
    """Register a certificate (DER) for an operator and return its fingerprint; others of it stay valid beside it.

    `confirm` is the fingerprint as the operator read it back over a second channel (R1.16). Raises AdminError when it
    differs, and for a certificate that is unfit, expired, or was ever assigned before (R1.15).
    """
    raise_version(tx)
    operator_state(tx, customer_id, operator_id)
    assert purpose in PURPOSES
    entry = checked_new(tx, customer_id, operator_id, der, confirm=confirm, sm2_id=sm2_id)
    name = entry.fingerprint.hex()
    row = {"fingerprint": name, "customer_id": customer_id, "operator_id": operator_id, "purpose": purpose}
    tx.execute(insert(CERTIFICATE), {**row, "der": der, "sm2_id": entry.sm2_id, "registered_ms": database_now(tx)})
    return name


def checked_new(
    tx: Connection, customer_id: str, operator_id: str, der: bytes, *, confirm: str, sm2_id: str | None
) -> RegisteredCertificate:
    """What a certificate (DER) says that is to be registered; raises AdminError as `add_certificate` does."""
    entry = examined(customer_id, operator_id, der, sm2_id=sm2_id)
    name = entry.fingerprint.hex()
    if plain(confirm) != name:
        raise AdminError(f"the confirmed fingerprint is not that of the certificate, which is {readable(name)}")
    if entry.not_after <= _moment(database_now(tx)):
        raise AdminError(f"the certificate expired at {entry.not_after.isoformat()}")
    owner = tx.execute(select(CERTIFICATE).where(CERTIFICATE.c.fingerprint == name)).one_or_none()
    if owner is not None:
        state = "is registered" if owner.revoked_ms is None else "was registered and revoked"
        raise AdminError(
            f"the certificate {state} for operator {owner.operator_id} of customer {owner.customer_id}; "
            "a certificate is assigned once and for ever"
        )
    pooled = tx.execute(select(CREDENTIAL).where(CREDENTIAL.c.fingerprint == name)).one_or_none()
    if pooled is not None:
        where = "in hand" if pooled.state == "pool" else "cancelled, for ever"
        raise AdminError(f"the certificate is {where} with customer {pooled.customer_id}; see `yinqi admin credential`")
    return entry


def revoke_certificate(tx: Connection, name: str) -> str:
    """Revoke the certificate of that fingerprint, or of the only one that begins so; returns the whole fingerprint.

    Raises AdminError when none or several begin so, or when it is revoked already.
    """
    raise_version(tx)
    start = plain(name)
    if not start.isalnum():
        raise AdminError(f"{name!r} is not a fingerprint")
    begins = CERTIFICATE.c.fingerprint.startswith(start)
    found = tx.execute(select(CERTIFICATE.c.fingerprint, CERTIFICATE.c.revoked_ms).where(begins)).all()
    if len(found) != 1:
        raise AdminError(f"{len(found) or 'no'} certificates have a fingerprint that begins with {start}")
    if found[0].revoked_ms is not None:
        raise AdminError(f"the certificate was revoked at {_moment(found[0].revoked_ms).isoformat()}")
    chosen: str = found[0].fingerprint
    tx.execute(update(CERTIFICATE).where(CERTIFICATE.c.fingerprint == chosen).values(revoked_ms=database_now(tx)))
    return chosen


def list_certificates(
    tx: Connection, customer_id: str | None = None, operators: Collection[str] | None = None
) -> list[CertificateRow]:
    """The certificates of a customer, or of all, revoked ones included; of these operators, or of every one."""
    order = (CERTIFICATE.c.customer_id, CERTIFICATE.c.operator_id, CERTIFICATE.c.registered_ms)
    wanted = select(CERTIFICATE).order_by(*order)
    if customer_id is not None:
        wanted = wanted.where(CERTIFICATE.c.customer_id == customer_id)
    if operators is not None:
        wanted = wanted.where(CERTIFICATE.c.operator_id.in_(sorted(operators)))
    rows = []
    for row in tx.execute(wanted):
        entry = examined(row.customer_id, row.operator_id, bytes(row.der), sm2_id=row.sm2_id)
        rows.append(
            CertificateRow(
                customer=row.customer_id,
                operator=row.operator_id,
                purpose=row.purpose,
                fingerprint=row.fingerprint,
                algorithm=entry.algorithm,
                not_after=entry.not_after.isoformat(),
                sm2_id=row.sm2_id if entry.algorithm.startswith("sm2") else None,
                revoked_at=None if row.revoked_ms is None else _moment(row.revoked_ms).isoformat(),
            )
        )
    return rows


def _moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC).replace(microsecond=0)
