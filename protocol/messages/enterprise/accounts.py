"""What an account of the customer can do and up to which amounts, the customer's own limits, and closed payees."""

from protocol.binding import BankCode, message
from protocol.messages.enterprise import NAMESPACE, LimitsItem


@message(NAMESPACE)
class Ability:
    """What an account can do (R1.7): what the bank opened, and whether the administrator has left it on."""

    opened: bool
    on: bool


@message(NAMESPACE)
class AccountTerms:
    """An account of the customer: payments (付款), payroll and reimbursement (代发类), limits (R3.1).

    `closed`: it pays only those whom ListClosedPayees tells (R1.23).
    """

    account: str
    payment: Ability
    payroll: Ability
    limits: LimitsItem
    closed: bool


@message(NAMESPACE)
class ListAccountTerms:
    """Asks for the customer's own accounts by number, also those on nobody's list, a page at a time."""

    cursor: str | None = None
    page_size: int | None = None


@message(NAMESPACE)
class ListAccountTermsReply:
    """A page of accounts, the customer's own limits, and the bank's for it (R3.4); without `next_cursor` the last."""

    item: tuple[AccountTerms, ...] = ()
    customer_limits: LimitsItem
    bank_limits: LimitsItem
    next_cursor: str | None = None


@message(NAMESPACE)
class SetAccountTerms:
    """Switches payments or payroll of an account on or off within what the bank opened (R1.7), sets limits (R3.1)."""

    account: str
    payment: bool | None = None
    payroll: bool | None = None
    limits: LimitsItem | None = None


@message(NAMESPACE)
class SetAccountTermsReply:
    """The account as it is now."""

    terms: AccountTerms


@message(NAMESPACE)
class SetCustomerLimits:
    """Sets the customer's own limits, up to the bank's; what is left out is the bank's alone (R3.4)."""

    limits: LimitsItem


@message(NAMESPACE)
class SetCustomerLimitsReply:
    """The limits that hold: the lower of the customer's own and the bank's."""

    limits: LimitsItem


@message(NAMESPACE)
class ClosedPayee:
    """Whom a closed account may pay; without a bank code the account is at this bank."""

    account: str
    bank_code: BankCode | None = None
    name: str


@message(NAMESPACE)
class ListClosedPayees:
    """Asks for the list of payees of an account (转账对应关系清单), which the bank keeps (R1.23), a page at a time."""

    account: str
    cursor: str | None = None
    page_size: int | None = None


@message(NAMESPACE)
class ListClosedPayeesReply:
    """Whether the account is closed, and a page of its list; without `next_cursor` it is the last."""

    closed: bool
    payee: tuple[ClosedPayee, ...] = ()
    next_cursor: str | None = None
