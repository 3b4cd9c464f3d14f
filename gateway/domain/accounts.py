"""What an operator may do with an account of its customer, or with one that another customer granted.

Every function returns the codes of the rules that are broken, in their documented order: the account is none of the
customer's, is not on the operator's own list (R1.5), is granted without this right or by a customer who is suspended
(R1.18), has not the capability (R1.7).
"""

from gateway.domain.customer import Account, Right
from gateway.domain.facts import Facts
from protocol.codes import Code


def listed(facts: Facts) -> list[Account]:
    """The accounts that the operator sees, as they are shown: priority 9 first, then by number (R1.24)."""
    if facts.customer is None or facts.person is None:
        return []
    seen = [
        account
        for account in facts.customer.accounts.values()
        if account.number in facts.person.accounts and not _query_faults(facts, account)
    ]
    return sorted(seen, key=lambda account: (-account.priority, account.number))


def is_listed(facts: Facts, number: str) -> bool:
    """Whether the customer may use the account and the operator has it on its own list (R1.5)."""
    account = facts.customer.accounts.get(number) if facts.customer else None
    return account is not None and not _list_faults(facts, account)


def used(facts: Facts) -> list[Account]:
    """The accounts whose orders the operator sees: all on its own list, whatever a grant lets it do with them."""
    if facts.customer is None or facts.person is None:
        return []
    return [account for account in facts.customer.accounts.values() if account.number in facts.person.accounts]


def query_faults(facts: Facts, number: str) -> list[Code]:
    """Why the operator may not see balance and entries of the account; a granted one needs the right to query."""
    account = facts.customer.accounts.get(number) if facts.customer else None
    if account is None:
        return [Code.ACCOUNT_NOT_ATTACHED]
    return _list_faults(facts, account) + _query_faults(facts, account)


def payer_faults(facts: Facts, number: str, *, wages: bool = False) -> list[Code]:
    """Why the operator may not enter payments from the account, or with `wages` payroll and reimbursement.

    A granted account pays under the right to transfer or to collect (R1.19), but no wages: those are the owner's own.
    """
    account = facts.customer.accounts.get(number) if facts.customer else None
    listed_faults = [] if account is None else _list_faults(facts, account)
    return listed_faults + run_faults(facts, number, wages=wages)


def run_faults(facts: Facts, number: str, *, wages: bool = False) -> list[Code]:
    """Why nothing that was entered before may be paid from the account now; else as `payer_faults`.

    The list of who entered it is not asked again: acts already done stand (O23).
    """
    account = facts.customer.accounts.get(number) if facts.customer else None
    if account is None:
        return [Code.PAYER_NOT_ATTACHED]
    rights = frozenset[Right]() if wages else frozenset({Right.TRANSFER, Right.COLLECT})
    found = _grant_faults(facts, account, rights)
    if wages and not account.may_pay_wages:
        found.append(Code.WAGES_NOT_OPEN)
    if not wages and not account.may_pay:
        found.append(Code.PAYMENT_NOT_OPEN)
    return found


def may_pay_to(account: Account, payee: str, bank_code: str | None) -> bool:
    """Whether the account may pay that one: a closed account pays only those of its list (R1.23, O21).

    `bank_code` is None for an account at this bank.
    """
    return not account.closed or (payee, bank_code) in account.payees


def is_held(facts: Facts, account: Account, *, wages: bool) -> bool:
    """Whether the account's closed list holds: for payroll too, unless the bank lets the customer's go free (O21)."""
    return account.closed and not (wages and facts.customer is not None and facts.customer.free_payroll)


def _list_faults(facts: Facts, account: Account) -> list[Code]:
    person = facts.person
    return [] if person is not None and account.number in person.accounts else [Code.ACCOUNT_NOT_LISTED]


def _query_faults(facts: Facts, account: Account) -> list[Code]:
    return _grant_faults(facts, account, frozenset({Right.QUERY}))


def _grant_faults(facts: Facts, account: Account, rights: frozenset[Right]) -> list[Code]:
    """Why a granted account may not be used under any of these rights; an own account needs none."""
    if facts.customer is not None and account.owner == facts.customer.customer_id:
        return []
    found = []
    if not account.rights & rights:
        found.append(Code.RIGHT_NOT_GRANTED)
    grantor = facts.grantors.get(account.owner)
    if grantor is None or grantor.status != "normal":
        found.append(Code.GRANTOR_SUSPENDED)
    return found
