"""Who may sign, as this process knows it: read whole from the database whenever its version has moved."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from gateway.domain.calendar import instant
from gateway.journal.tables import CERTIFICATE, OPERATOR, SITE
from protocol.envelope import Envelope
from protocol.errors import Detail
from protocol.head import Head
from protocol.seal import Seal
from signer.digests import DIGESTS
from signer.keys import DIGEST_OF, SM2_ID_DEFAULT, SM2_SM3, KeyRefused
from signer.software import verifying_key
from signer.trust import NotAuthentic, Register, RegisteredCertificate, register_entry

PLACE = "/Message/ds:Signature"


@dataclass(frozen=True, slots=True)
class TlsCertificate:
    """A certificate registered for a customer's TLS connections."""

    customer_id: str
    revoked_at: datetime | None


class TrustedRegister:
    """The registered signing certificates and, where doors ask for client certificates, those of TLS."""

    __slots__ = ("_signing", "_tls", "version")

    def __init__(self, version: int, signing: Register, tls: dict[bytes, TlsCertificate]) -> None:
        """`tls` is by DER; `version` is that of the database when it was read."""
        self.version = version
        self._signing = signing
        self._tls = tls

    def verify(self, head: Head, sealed: Seal, at: datetime) -> RegisteredCertificate:
        """The certificate whose key made the signature value over SignedInfo; raises NotAuthentic."""
        return self._signing.verify(
            head.customer_id,
            head.operator_id,
            certificate=sealed.certificate,
            key_name=sealed.key_name,
            algorithm=sealed.algorithm,
            data=sealed.signed_info,
            signature=sealed.signature_value,
            at=at,
        )

    def signed(self, sealed: Seal, at: datetime) -> bool:
        """Whether some registered key made the signature value over SignedInfo, whoever the head names."""
        return self._signing.signed_by_anybody(
            certificate=sealed.certificate,
            key_name=sealed.key_name,
            algorithm=sealed.algorithm,
            data=sealed.signed_info,
            signature=sealed.signature_value,
            at=at,
        )

    def check_tls(self, signer: RegisteredCertificate, der: bytes | None, at: datetime) -> None:
        """A TLS client certificate must belong to the customer who signed; raises NotAuthentic."""
        if der is None:
            return
        known = self._tls.get(der)
        if known is None or known.customer_id != signer.customer_id:
            raise NotAuthentic("the TLS certificate is not one of the customer who signed")
        if known.revoked_at is not None and known.revoked_at <= at:
            raise NotAuthentic("the TLS certificate is revoked")


def hints(opened: Envelope) -> tuple[Detail, ...]:
    """What the gateway computed from the sender's own bytes: enough to find a wrong digest, nothing of the register."""
    sealed = opened.seal
    digest = DIGESTS[DIGEST_OF[sealed.algorithm]]
    found = [
        Detail("reference-digest", f"{PLACE}/ds:SignedInfo/ds:Reference", digest(opened.canonical).hex()),
        Detail("signed-info-digest", f"{PLACE}/ds:SignedInfo", digest(sealed.signed_info).hex()),
    ]
    if sealed.algorithm == SM2_SM3 and sealed.certificate is not None:
        try:
            z: bytes = getattr(verifying_key(sealed.certificate, SM2_ID_DEFAULT), "z", b"")
        except KeyRefused:
            z = b""
        found += [
            Detail("sm2-id", PLACE, SM2_ID_DEFAULT),
            Detail("sm2-z", PLACE, z.hex()),
        ]
    return tuple(found)


def read_version(tx: Connection) -> int:
    """The version of the register as it stands in the database."""
    version: int = tx.execute(select(SITE.c.register_version)).scalar_one()
    return version


def read_register(tx: Connection) -> TrustedRegister:
    """The whole register; certificates of deleted operators are left out."""
    version = read_version(tx)
    rows = tx.execute(
        select(CERTIFICATE)
        .join(
            OPERATOR,
            (OPERATOR.c.customer_id == CERTIFICATE.c.customer_id)
            & (OPERATOR.c.operator_id == CERTIFICATE.c.operator_id),
        )
        .where(OPERATOR.c.status != "deleted")
    )
    signing, tls = [], {}
    for row in rows:
        revoked_at = instant(row.revoked_ms) if row.revoked_ms is not None else None
        if row.purpose == "tls":
            tls[bytes(row.der)] = TlsCertificate(row.customer_id, revoked_at)
        else:
            signing.append(
                register_entry(
                    row.customer_id, row.operator_id, bytes(row.der), revoked_at=revoked_at, sm2_id=row.sm2_id
                )
            )
    return TrustedRegister(version, Register(signing), tls)
