"""The book family: what a customer keeps for itself: payees, purposes, templates, and how its accounts are shown.

Saving adds an entry or changes the one of the same key, and deleting takes away what may not be there: both say what
they found, so that either can be repeated.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Final

from protocol.binding import BankCode, Element, message
from protocol.messages.transfer import Arrival
from protocol.money import Fen

NAMESPACE: Final = "urn:yinqi:book:1"


class BankKind(StrEnum):
    """Where a payee's account is: at this bank (行内) or at another (跨行)."""

    IN_BANK = "in-bank"
    INTERBANK = "interbank"


class ListChange(StrEnum):
    """What saving or deleting did to a list."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    DELETED = "deleted"
    ABSENT = "absent"


# -- payee book (收款人名册, R4.22)


@message(NAMESPACE)
class PayeeItem:
    """A payee by account and bank; without a bank code the account is at this bank."""

    account: str
    name: str
    bank_code: BankCode | None = None


@message(NAMESPACE)
class ListPayees:
    """Asks for payees, a page at a time; `text` is part of an account or name, compared as names are, without case."""

    text: str | None = None
    bank_kind: BankKind | None = None
    cursor: str | None = None
    page_size: int | None = None


@message(NAMESPACE)
class ListPayeesReply:
    """A page of payees, by account and bank; without `next_cursor` it is the last."""

    payee: tuple[PayeeItem, ...] = ()
    next_cursor: str | None = None


@message(NAMESPACE)
class SavePayee:
    """Keeps a payee, or gives the one of this account and bank another name."""

    account: str
    name: str
    bank_code: BankCode | None = None


@message(NAMESPACE)
class SavePayeeReply:
    """Added, changed or unchanged."""

    change: ListChange


@message(NAMESPACE)
class DeletePayee:
    """Takes a payee from the book."""

    account: str
    bank_code: BankCode | None = None


@message(NAMESPACE)
class DeletePayeeReply:
    """Deleted or absent."""

    change: ListChange


# -- purposes (汇款用途, R4.23)


@message(NAMESPACE)
class PurposeItem:
    """A purpose to choose; payments to persons take none but those `for_persons`."""

    text: str
    for_persons: bool


@message(NAMESPACE)
class ListPurposes:
    """Asks for the purposes, with `for_persons` for those of one kind."""

    for_persons: bool | None = None


@message(NAMESPACE)
class ListPurposesReply:
    """The purposes, those for persons last, by text."""

    purpose: tuple[PurposeItem, ...] = ()


@message(NAMESPACE)
class SavePurpose:
    """Keeps a purpose."""

    text: str
    for_persons: bool


@message(NAMESPACE)
class SavePurposeReply:
    """Added or unchanged."""

    change: ListChange


@message(NAMESPACE)
class DeletePurpose:
    """Takes a purpose from the list of its kind."""

    text: str
    for_persons: bool


@message(NAMESPACE)
class DeletePurposeReply:
    """Deleted or absent."""

    change: ListChange


# -- templates (转账模板, R4.24)


@message(NAMESPACE)
class Template:
    """A transfer to be entered again: any of its fields, but for what belongs to one payment (its time and id)."""

    name: str
    payer_account: str | None = None
    payee_account: str | None = None
    payee_name: str | None = None
    payee_bank_code: BankCode | None = None
    amount: Fen | None = None
    currency: str | None = None
    purpose: str | None = None
    arrival: Arrival | None = None
    urgent: bool | None = None
    remark: str | None = None


@message(NAMESPACE)
class ListTemplates:
    """Asks for the templates, but for those whose payer account is not on the operator's list (R1.5)."""


@message(NAMESPACE)
class ListTemplatesReply:
    """The templates, by name."""

    template: tuple[Template, ...] = ()


@message(NAMESPACE)
class SaveTemplate:
    """Keeps a template, or replaces the one of this name."""

    template: Template


@message(NAMESPACE)
class SaveTemplateReply:
    """Added, changed or unchanged."""

    change: ListChange


@message(NAMESPACE)
class DeleteTemplate:
    """Takes a template away."""

    name: str


@message(NAMESPACE)
class DeleteTemplateReply:
    """Deleted or absent."""

    change: ListChange


# -- operation log (日志, R6.8)


@message(NAMESPACE)
class OperationItem:
    """One use of a request id; `code` and `text` say why the gateway refused it, and are left out where it did not.

    What became of a payment that was taken is told by QueryTransfer.
    """

    request_id: str
    operator_id: str
    service: str
    received_at: datetime
    business_date: date
    code: str | None = None
    text: str | None = None


@message(NAMESPACE)
class ListOperations:
    """Asks for what operators did by business date, both days included, a page at a time; today's is today's log.

    An operator sees its own; the supervisor and administrators see everyone's, or those of `operator_id`.
    """

    from_date: Annotated[date, Element("From")]
    to_date: Annotated[date, Element("To")]
    operator_id: str | None = None
    cursor: str | None = None
    page_size: int | None = None


@message(NAMESPACE)
class ListOperationsReply:
    """A page in order of time; without `next_cursor` it is the last, with it even a page that is not full has more."""

    operation: tuple[OperationItem, ...] = ()
    next_cursor: str | None = None


# -- how accounts are shown: groups (账户分组), alias, priority (R1.24)


@message(NAMESPACE)
class AccountGroup:
    """A group with those of its accounts that the operator sees, in the order in which accounts are shown."""

    name: str
    account: tuple[str, ...] = ()


@message(NAMESPACE)
class ListAccountGroups:
    """Asks for the groups."""


@message(NAMESPACE)
class ListAccountGroupsReply:
    """The groups, by name."""

    group: tuple[AccountGroup, ...] = ()


@message(NAMESPACE)
class SaveAccountGroup:
    """Makes a group of these accounts (1 to GROUP_ACCOUNTS_MAX), or gives the one of this name these accounts."""

    name: str
    account: tuple[str, ...]


@message(NAMESPACE)
class SaveAccountGroupReply:
    """Added, changed or unchanged."""

    change: ListChange


@message(NAMESPACE)
class DeleteAccountGroup:
    """Takes a group away; its accounts stay."""

    name: str


@message(NAMESPACE)
class DeleteAccountGroupReply:
    """Deleted or absent."""

    change: ListChange


@message(NAMESPACE)
class SetAccountDisplay:
    """Gives an own account a priority from 9, shown first, to 0, and an alias, or none."""

    account: str
    alias: str | None = None
    priority: int


@message(NAMESPACE)
class SetAccountDisplayReply:
    """Changed or unchanged."""

    change: ListChange
