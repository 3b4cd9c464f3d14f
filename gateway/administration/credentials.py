"""Certificates in hand (空卡, R1.15): registered for a customer, in the pool of a manager, for operators to come.

A certificate in a pool signs nothing. It is assigned once, and then belongs to that operator for ever; what is
cancelled stays so.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from core_adapter.database import database_now
from gateway.administration.certificates import checked_new, plain, readable
from gateway.administration.change import AdminError, customer_status, raise_version, read_customer, refusal
from gateway.administration.operators import operator_state
from gateway.domain.customer import Role
from gateway.journal.tables import CERTIFICATE, CREDENTIAL
from protocol.codes import Code

SUPERVISOR = ""
"""The pool of the supervisor."""


@dataclass(frozen=True, slots=True)
class CredentialRow:
    """A certificate in hand as staff see it; `manager` is empty for the supervisor."""

    customer: str
    manager: str
    fingerprint: str
    state: str


def pool_certificate(
    tx: Connection, customer_id: str, der: bytes, *, confirm: str, manager: str = SUPERVISOR, sm2_id: str | None = None
) -> str:
    """Put a certificate (DER) for signing into a manager's pool and return its fingerprint.

    `confirm` is the fingerprint as it was read back over a second channel (R1.16). Raises AdminError, also for a
    certificate that was ever registered before.
    """
    raise_version(tx)
    _checked_manager(tx, customer_id, manager)
    entry = checked_new(tx, customer_id, manager, der, confirm=confirm, sm2_id=sm2_id)
    name, now_ms = entry.fingerprint.hex(), database_now(tx)
    row = {"fingerprint": name, "customer_id": customer_id, "manager": manager, "state": "pool"}
    times = {"registered_ms": now_ms, "changed_ms": now_ms}
    tx.execute(insert(CREDENTIAL), {**row, **times, "der": der, "sm2_id": entry.sm2_id})
    return name


def move_credential(tx: Connection, fingerprint: str, manager: str) -> str:
    """Move a certificate in hand to another manager's pool (空卡调配); returns its fingerprint. Raises AdminError."""
    raise_version(tx)
    held = _held(tx, fingerprint)
    _checked_manager(tx, held.customer_id, manager)
    _change(tx, held, {"manager": manager})
    return str(held.fingerprint)


def assign_credential(tx: Connection, fingerprint: str, operator_id: str) -> str:
    """Give a certificate in hand to an operator, for ever; returns its fingerprint.

    From a deputy's pool it goes to the deputy's own operators only (R1.14). Raises AdminError.
    """
    raise_version(tx)
    held = _held(tx, fingerprint)
    operator_state(tx, held.customer_id, operator_id)
    person = read_customer(tx, held.customer_id).people[operator_id]
    if held.manager not in (SUPERVISOR, person.manager):
        raise AdminError(
            f"the certificate is in the pool of {held.manager}, who does not manage operator {operator_id}"
        )
    row = {name: getattr(held, name) for name in ("fingerprint", "customer_id", "der", "sm2_id", "registered_ms")}
    tx.execute(insert(CERTIFICATE), {**row, "operator_id": operator_id, "purpose": "sign"})
    _change(tx, held, {"state": "assigned"})
    return str(held.fingerprint)


def cancel_credential(tx: Connection, fingerprint: str) -> str:
    """Cancel a certificate in hand (注销空卡), for ever; returns its fingerprint. Raises AdminError."""
    raise_version(tx)
    held = _held(tx, fingerprint)
    _change(tx, held, {"state": "cancelled"})
    return str(held.fingerprint)


def list_credentials(tx: Connection, customer_id: str | None = None) -> list[CredentialRow]:
    """The certificates in hand of a customer, or of all, assigned and cancelled ones included; raises AdminError."""
    columns = (CREDENTIAL.c.customer_id, CREDENTIAL.c.manager, CREDENTIAL.c.fingerprint, CREDENTIAL.c.state)
    wanted = select(*columns).order_by(CREDENTIAL.c.customer_id, CREDENTIAL.c.registered_ms)
    if customer_id is not None:
        customer_status(tx, customer_id)
        wanted = wanted.where(CREDENTIAL.c.customer_id == customer_id)
    return [CredentialRow(*row) for row in tx.execute(wanted)]


def checked_in_hand(tx: Connection, customer_id: str, fingerprint: str, *, pool: str | None = None) -> None:
    """Refuse a certificate that this customer never had in hand, or not in that pool: it is not found then."""
    row = _row(tx, plain(fingerprint))
    if row.customer_id != customer_id or pool not in (None, row.manager):
        raise _unknown(row.fingerprint)


def _held(tx: Connection, fingerprint: str) -> Row[Any]:
    """The certificate in hand of that fingerprint; raises AdminError where it is in no pool."""
    row = _row(tx, plain(fingerprint))
    if row.state != "pool":
        zh, en = "已分配" if row.state == "assigned" else "已注销", f"the certificate is {row.state}, for ever"
        raise refusal(Code.CREDENTIAL_SPENT, row.fingerprint, f"证书{zh}，不可恢复", en)
    return row


def _row(tx: Connection, fingerprint: str) -> Row[Any]:
    row = tx.execute(select(CREDENTIAL).where(CREDENTIAL.c.fingerprint == fingerprint)).one_or_none()
    if row is None:
        raise _unknown(fingerprint)
    return row


def _unknown(fingerprint: str) -> AdminError:
    return refusal(
        Code.CREDENTIAL_UNKNOWN,
        fingerprint,
        "没有这张空卡，或不在其名下",
        f"no pool holds the certificate {readable(fingerprint)}",
        hint="; see `yinqi admin credential list`",
    )


def _change(tx: Connection, held: Row[Any], values: dict[str, object]) -> None:
    of = CREDENTIAL.c.fingerprint == held.fingerprint
    tx.execute(update(CREDENTIAL).where(of).values(**values, changed_ms=database_now(tx)))


def _checked_manager(tx: Connection, customer_id: str, manager: str) -> None:
    customer = read_customer(tx, customer_id)
    person = customer.people.get(manager)
    if manager != SUPERVISOR and (person is None or person.role is not Role.DEPUTY):
        raise refusal(
            Code.DEPUTY_UNKNOWN,
            manager,
            f"{manager}不是副主管：空卡只属于主管或副主管",
            f"{manager} is no deputy of customer {customer_id}: pools are the supervisor's and deputies'",
        )
