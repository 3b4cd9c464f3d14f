"""The words for certificates: those of operators, and those in hand for operators to come."""

import argparse
import base64
import re
from pathlib import Path
from typing import Any, Final

from gateway.cli import CommandError
from gateway.cli.admin.words import Things, also, customer_or_all

REFUSED: Final = 1

_PEM: Final = re.compile(rb"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)


def fill(things: Things) -> None:
    """Add the commands."""
    add = things.thing("certificate", "certificates of operators")
    shown = "without --confirm its fingerprint is shown, to be read back over a second channel"
    new = add("add", f"register a certificate; {shown}", "customer", "operator", prepare=_read_certificate)
    _file(new)
    also(new, "--purpose", choices=("sign", "tls"), default="sign", help="what it is used for (default sign)")
    add("revoke", "revoke a certificate, named by its fingerprint or the beginning of it", "fingerprint")
    customer_or_all(add("list", "certificates, revoked ones included"))
    add = things.thing("credential", "certificates in hand for operators to come")
    pooled = add("add", f"put a certificate into a manager's pool; {shown}", "customer", prepare=_read_certificate)
    _file(pooled)
    also(pooled, "--manager", metavar="DEPUTY", help="whose pool (default: the supervisor's)")
    moved = add("move", "move a certificate in hand to another pool", "fingerprint")
    also(moved, "--manager", metavar="DEPUTY", help="whose pool (default: the supervisor's)")
    add("assign", "give a certificate in hand to an operator, for ever", "fingerprint", "operator")
    add("cancel", "cancel a certificate in hand, for ever", "fingerprint")
    customer_or_all(add("list", "certificates in hand, assigned and cancelled ones included"))


def _file(parser: argparse.ArgumentParser) -> None:
    also(parser, "file", type=Path, metavar="FILE", help="one X.509 certificate, PEM or DER")
    told = "the SHA-256 fingerprint as it was read back"
    also(parser, "--confirm", default=None, metavar="FINGERPRINT", help=told)
    also(parser, "--sm2-id", default=None, metavar="ID", help="the signer id of an SM2 key, if not 1234567812345678")


def _read_certificate(arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments with the certificate's content for its file; without confirmation only what is in it is told."""
    path: Path = arguments.pop("file")
    try:
        der = _der(path.read_bytes())
    except (OSError, ValueError) as error:
        raise CommandError(f"{path}: {error}") from error
    if arguments["confirm"] is None:
        raise CommandError(_unconfirmed(arguments, der), REFUSED)
    return arguments | {"der": der.hex()}


def _der(content: bytes) -> bytes:
    blocks = _PEM.findall(content)
    if len(blocks) > 1:
        raise ValueError(f"holds {len(blocks)} certificates; each is registered by itself")
    return base64.b64decode(blocks[0]) if blocks else content


def _unconfirmed(arguments: dict[str, Any], der: bytes) -> str:
    from gateway.administration.certificates import examined, readable  # noqa: PLC0415  slow to load
    from gateway.administration.change import AdminError  # noqa: PLC0415  as above

    customer = arguments["customer"]
    who = arguments.get("operator") or arguments.get("manager") or ""
    try:
        entry = examined(customer, who, der, sm2_id=arguments["sm2_id"])
    except AdminError as error:
        return str(error)
    fingerprint = readable(entry.fingerprint.hex())
    asked = f"operator {who}" if who else "the supervisor"
    return (
        f"not registered yet: a certificate of {entry.algorithm}, valid until {entry.not_after:%Y-%m-%d}.\n"
        f"Have {asked} of customer {customer} read its SHA-256 fingerprint to you over a second channel:\n"
        f"  {fingerprint}\n"
        "If it is the same, give the command again with --confirm and what you heard."
    )
