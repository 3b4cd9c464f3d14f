"""Commands on certificates: those of operators, and those in hand for operators to come."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import Connection

from gateway.administration import certificates, credentials
from gateway.control.commands.command import Answer, Command, listed
from gateway.control.hands import Hands


def _add(
    hands: Hands, *, customer: str, operator: str, der: str, confirm: str, purpose: str, sm2_id: str | None
) -> Answer:
    content = bytes.fromhex(der)

    def add(tx: Connection) -> str:
        return certificates.add_certificate(
            tx, customer, operator, content, confirm=confirm, purpose=purpose, sm2_id=sm2_id
        )

    name = hands.write(add)
    return {"text": f"certificate {name} registered for operator {operator} of customer {customer}"}


def _revoke(hands: Hands, *, fingerprint: str) -> Answer:
    name = hands.write(lambda tx: certificates.revoke_certificate(tx, fingerprint))
    return {"text": f"certificate {name} revoked"}


def _list(hands: Hands, *, customer: str | None = None) -> Answer:
    with hands.reading() as tx:
        return listed("certificate", certificates.list_certificates(tx, customer))


def _credential_add(
    hands: Hands,
    *,
    customer: str,
    der: str,
    confirm: str,
    manager: str = credentials.SUPERVISOR,
    sm2_id: str | None = None,
) -> Answer:
    content = bytes.fromhex(der)

    def add(tx: Connection) -> str:
        return credentials.pool_certificate(tx, customer, content, confirm=confirm, manager=manager, sm2_id=sm2_id)

    name = hands.write(add)
    return {"text": f"certificate {name} is in the pool of {_pool(manager)} of customer {customer}"}


def _credential_move(hands: Hands, *, fingerprint: str, manager: str = credentials.SUPERVISOR) -> Answer:
    name = hands.write(lambda tx: credentials.move_credential(tx, fingerprint, manager))
    return {"text": f"certificate {name} is in the pool of {_pool(manager)}"}


def _credential_assign(hands: Hands, *, fingerprint: str, operator: str) -> Answer:
    name = hands.write(lambda tx: credentials.assign_credential(tx, fingerprint, operator))
    return {"text": f"certificate {name} registered for operator {operator}, for ever"}


def _credential_cancel(hands: Hands, *, fingerprint: str) -> Answer:
    name = hands.write(lambda tx: credentials.cancel_credential(tx, fingerprint))
    return {"text": f"certificate {name} cancelled, for ever"}


def _credential_list(hands: Hands, *, customer: str | None = None) -> Answer:
    with hands.reading() as tx:
        return listed("certificate in hand", credentials.list_credentials(tx, customer))


def _pool(manager: str) -> str:
    return manager or "the supervisor"


COMMANDS: Final[Mapping[str, Command]] = {
    "certificate add": Command(_add),
    "certificate revoke": Command(_revoke),
    "certificate list": Command(_list, changes=False),
    "credential add": Command(_credential_add),
    "credential move": Command(_credential_move),
    "credential assign": Command(_credential_assign),
    "credential cancel": Command(_credential_cancel),
    "credential list": Command(_credential_list, changes=False),
}
"""By their words."""
