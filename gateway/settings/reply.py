"""The key that signs replies: the table [reply]."""

from dataclasses import dataclass, field
from pathlib import Path

from gateway.settings.table import OPTIONAL, Table


@dataclass(frozen=True, slots=True)
class Pkcs11:
    """A key in a PKCS#11 token: the provider's library, the token's and the key's labels, and the user PIN."""

    module: Path
    token: str
    label: str
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReplyKey:
    """The key that signs replies, as a PEM file or in a token, and the certificate bundle (the current one first)."""

    certificate: Path
    key: Path | None
    pkcs11: Pkcs11 | None
    sm2_id: str | None


def read_reply(table: Table) -> ReplyKey:
    """Read [reply]."""
    pkcs11 = _pkcs11(table.table("pkcs11")) if "pkcs11" in table else None
    if pkcs11 is not None and "key" in table:
        table.fault("key", "stands beside [reply.pkcs11]; the reply key is in one place only")
    reply = ReplyKey(
        certificate=table.file("certificate"),
        key=table.private_file("key") if pkcs11 is None or "key" in table else None,
        pkcs11=pkcs11,
        sm2_id=table.text("sm2_id", OPTIONAL, pattern=r"[!-~]{1,64}", allowed="1 to 64 ASCII characters") or None,
    )
    table.end()
    return reply


def _pkcs11(table: Table) -> Pkcs11:
    token = Pkcs11(
        module=table.file("module"), token=table.text("token"), label=table.text("label"), pin=table.secret("pin_file")
    )
    table.end()
    return token
