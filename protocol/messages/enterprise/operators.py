"""Operators of a customer as its administrators keep them: who there is, what each may do, and its state."""

from datetime import datetime
from enum import StrEnum

from protocol.binding import message
from protocol.messages.enterprise import NAMESPACE, Hanging, LimitsItem
from protocol.service import Permission


class OperatorStatus(StrEnum):
    """Normal (正常) or frozen (冻结): a frozen operator can do nothing at all (R1.8)."""

    NORMAL = "normal"
    FROZEN = "frozen"


class OperatorRole(StrEnum):
    """Where an operator stands in its company (R1.1, R1.13): supervisor (主管), deputy (副主管) or neither."""

    OPERATOR = "operator"
    DEPUTY = "deputy"
    SUPERVISOR = "supervisor"


class GivenRole(StrEnum):
    """The roles that a message gives; supervisors are registered by the bank."""

    OPERATOR = "operator"
    DEPUTY = "deputy"


@message(NAMESPACE)
class Rights:
    """All permissions of an operator (R1.2), and the level at which it authorizes (授权级别), which nobody else has."""

    permission: tuple[Permission, ...] = ()
    level: int | None = None


@message(NAMESPACE)
class AccountList:
    """The accounts that an operator sees and uses (可操作账户, R1.5)."""

    account: tuple[str, ...] = ()


@message(NAMESPACE)
class ServiceList:
    """The services that an operator uses (可操作业务, R1.6): those listed, or with `every` all there are or will be."""

    every: bool | None = None
    service: tuple[str, ...] = ()


@message(NAMESPACE)
class CertificateItem:
    """A certificate of an operator: what it is for (sign, tls), until when it is valid, and since when revoked."""

    fingerprint: str
    usage: str
    not_after: datetime
    revoked_at: datetime | None = None


@message(NAMESPACE)
class OperatorItem:
    """An operator (R1.17); `manager` is the deputy whose direct operator it is, absent for those of the supervisor."""

    operator: str
    name: str
    status: OperatorStatus
    role: OperatorRole
    manager: str | None = None
    rights: Rights
    accounts: AccountList
    services: ServiceList
    limits: LimitsItem
    certificate: tuple[CertificateItem, ...] = ()


@message(NAMESPACE)
class ListOperators:
    """Asks for the operators by code, or for one, a page at a time; a deputy sees itself and its direct operators."""

    operator: str | None = None
    cursor: str | None = None
    page_size: int | None = None


@message(NAMESPACE)
class ListOperatorsReply:
    """A page of operators; without `next_cursor` it is the last."""

    item: tuple[OperatorItem, ...] = ()
    next_cursor: str | None = None


@message(NAMESPACE)
class AddOperator:
    """Registers an operator under who sends it; its code was never used before (R1.10).

    Without `services` it uses every one, without `accounts` none. `credential` is the fingerprint of a certificate of
    the sender's pool, which becomes the operator's; a deputy must name one (R1.15). Without it the operator signs
    nothing until the bank has registered a certificate (R1.16).
    """

    operator: str
    name: str
    role: GivenRole | None = None
    rights: Rights
    accounts: AccountList | None = None
    services: ServiceList | None = None
    limits: LimitsItem | None = None
    credential: str | None = None


@message(NAMESPACE)
class AddOperatorReply:
    """The operator is registered, under `manager` or else the supervisor."""

    operator: str
    manager: str | None = None


@message(NAMESPACE)
class ChangeOperator:
    """Changes what an operator may do; code and role stay (R1.10)."""

    operator: str
    rights: Rights | None = None
    accounts: AccountList | None = None
    services: ServiceList | None = None
    limits: LimitsItem | None = None


@message(NAMESPACE)
class ChangeOperatorReply:
    """It is changed; pending instructions that hang now wait until somebody may act on them again (O23)."""

    operator: str
    hanging: Hanging


@message(NAMESPACE)
class FreezeOperator:
    """Freezes an operator: it can do nothing at all (R1.8). What it did stands (O23)."""

    operator: str


@message(NAMESPACE)
class FreezeOperatorReply:
    """It is frozen; pending instructions that hang now wait until somebody may act on them again (O23)."""

    operator: str
    hanging: Hanging


@message(NAMESPACE)
class UnfreezeOperator:
    """Makes a frozen operator normal again."""

    operator: str


@message(NAMESPACE)
class UnfreezeOperatorReply:
    """It is normal."""

    operator: str


@message(NAMESPACE)
class DeleteOperator:
    """Deletes an operator for ever; refused while a flow or a pending instruction needs it (R1.11).

    The direct operators of a deputy and its pool go to the supervisor (R1.14).
    """

    operator: str


@message(NAMESPACE)
class DeleteOperatorReply:
    """It is deleted; its code is never used again."""

    operator: str
    hanging: Hanging
