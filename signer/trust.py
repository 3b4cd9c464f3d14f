"""Who may sign for whom: the certificates registered for each operator of each customer, and nothing else.

No authority is trusted: a certificate counts because it was registered, byte for byte, for that customer and that
operator. Revocation and validity are judged at a time that is handed in; this room has no clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from signer import certificates
from signer.keys import SM2_ID_DEFAULT, KeyRefused, VerifyingKey
from signer.software import verifying_key


class CertificateRefused(Exception):
    """A certificate that cannot be registered; `reasons` holds every reason, in English."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class NotAuthentic(Exception):
    """A signature that proves nothing about its sender; `reason` is for the log only and never travels."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class RegisteredCertificate:
    """One certificate of one operator; times are aware, both ends of the validity included (RFC 5280)."""

    customer_id: str
    operator_id: str
    der: bytes = field(repr=False)
    fingerprint: bytes
    algorithm: str
    not_before: datetime
    not_after: datetime
    revoked_at: datetime | None
    sm2_id: str
    key: VerifyingKey = field(repr=False)

    def fault_at(self, moment: datetime) -> str | None:
        """Return why the certificate does not count at that moment, or None when it does."""
        if moment < self.not_before:
            return "certificate not yet valid"
        if moment > self.not_after:
            return "certificate expired"
        if self.revoked_at is not None and self.revoked_at <= moment:
            return "certificate revoked"
        return None


def register_entry(
    customer_id: str,
    operator_id: str,
    der: bytes,
    *,
    revoked_at: datetime | None = None,
    sm2_id: str = SM2_ID_DEFAULT,
) -> RegisteredCertificate:
    """Make the entry of a certificate, DER, for an operator of a customer; raises CertificateRefused.

    Refused are unreadable certificates, RSA under 2,048 bits, curves other than P-256 and SM2, a key usage without
    digitalSignature, and authorities. The validity is not looked at: an expired certificate still explains old ones.
    """
    try:
        certificate = certificates.parse(der)
    except KeyRefused as error:
        raise CertificateRefused((str(error),)) from error
    reasons = certificates.usage_faults(certificate)
    try:
        key = verifying_key(der, sm2_id)
    except KeyRefused as error:
        raise CertificateRefused((str(error), *reasons)) from error
    if reasons:
        raise CertificateRefused(tuple(reasons))
    return RegisteredCertificate(
        customer_id=customer_id,
        operator_id=operator_id,
        der=der,
        fingerprint=certificates.fingerprint(der),
        algorithm=key.algorithm,
        not_before=certificate.not_valid_before_utc,
        not_after=certificate.not_valid_after_utc,
        revoked_at=revoked_at,
        sm2_id=sm2_id,
        key=key,
    )


class Register:
    """Every registered certificate, found by customer, operator and what the message names; it never changes.

    An operator may have any number of certificates that count at once, so that one can be replaced without a gap.
    """

    __slots__ = ("_by_der", "_by_name", "_known", "_whoever")

    def __init__(self, entries: Iterable[RegisteredCertificate]) -> None:
        """Take the entries; raises ValueError when one certificate stands twice for an operator."""
        self._by_der: dict[tuple[str, str, bytes], RegisteredCertificate] = {}
        self._by_name: dict[tuple[str, str, str], RegisteredCertificate] = {}
        self._known: set[tuple[str, str]] = set()
        self._whoever: dict[bytes | str, RegisteredCertificate] = {}
        for entry in entries:
            place = (entry.customer_id, entry.operator_id)
            if (*place, entry.der) in self._by_der:
                raise ValueError(f"a certificate is registered twice for operator {place[1]} of customer {place[0]}")
            self._known.add(place)
            self._by_der[*place, entry.der] = entry
            self._by_name[*place, entry.fingerprint.hex()] = entry
            self._whoever[entry.der] = self._whoever[entry.fingerprint.hex()] = entry

    def verify(
        self,
        customer_id: str,
        operator_id: str,
        *,
        certificate: bytes | None,
        key_name: str | None,
        algorithm: str,
        data: bytes,
        signature: bytes,
        at: datetime,
    ) -> RegisteredCertificate:
        """Return the entry whose key signed the data, judged at that moment; raises NotAuthentic.

        The message names the certificate by its bytes, or by its SHA-256 fingerprint in hexadecimal of either case,
        or by both, which must agree. The algorithm must be the one of the registered key.
        """
        entry = self._named(customer_id, operator_id, certificate, key_name)
        if entry.algorithm != algorithm:
            raise NotAuthentic(f"algorithm {algorithm} with a certificate for {entry.algorithm}")
        fault = entry.fault_at(at)
        if fault is not None:
            raise NotAuthentic(fault)
        if not entry.key.verify(data, signature):
            raise NotAuthentic("wrong signature")
        return entry

    def signed_by_anybody(
        self,
        *,
        certificate: bytes | None,
        key_name: str | None,
        algorithm: str,
        data: bytes,
        signature: bytes,
        at: datetime,
    ) -> bool:
        """Return whether some registered key that counts at that moment signed the data, whoever claims to have.

        It tells strangers from customers before more is spent on a message; it is no proof of who sent it.
        """
        entry = self._whoever.get(certificate if certificate is not None else (key_name or "").lower())
        if entry is None or entry.algorithm != algorithm or entry.fault_at(at) is not None:
            return False
        return entry.key.verify(data, signature)

    def _named(
        self, customer_id: str, operator_id: str, certificate: bytes | None, key_name: str | None
    ) -> RegisteredCertificate:
        found = None
        if certificate is not None:
            found = self._by_der.get((customer_id, operator_id, certificate))
            if found is not None and key_name is not None and key_name.lower() != found.fingerprint.hex():
                raise NotAuthentic("the key name is not that of the certificate")
        elif key_name is not None:
            found = self._by_name.get((customer_id, operator_id, key_name.lower()))
        if found is None:
            known = (customer_id, operator_id) in self._known
            raise NotAuthentic("certificate not registered for this operator" if known else "unknown operator")
        return found
