"""Commands on accounts: their use by customers, and in the embedded ledger the accounts themselves."""

from collections.abc import Callable, Mapping
from typing import Final

from core_adapter.core import AccountStatus, Core
from core_adapter.ledger import AccountRefused, Ledger, NewAccount
from gateway.administration import accounts
from gateway.administration.change import AdminError
from gateway.control.commands.command import Answer, Command, listed, shown
from gateway.control.hands import Hands
from gateway.journal import record


def _attach(hands: Hands, *, customer: str, numbers: list[str], pay: bool = True, wages: bool = False) -> Answer:
    known = hands.core(lambda core: core.accounts([accounts.checked_number(number) for number in numbers]))
    if unknown := sorted(set(numbers) - known.keys()):
        raise AdminError(f"the core has no account {', '.join(unknown)}")
    hands.write(lambda tx: accounts.attach_accounts(tx, customer, numbers, accounts.Opened(pay, wages)))
    held = "; ".join(f"{number} is held by {known[number].name}" for number in numbers)
    return {
        "text": f"attached to customer {customer}: {held}; on nobody's list until it is added there: "
        f"yinqi admin operator accounts {customer} OPERATOR --add {' '.join(numbers)}"
    }


def _detach(hands: Hands, *, customer: str, number: str) -> Answer:
    hands.write(lambda tx: accounts.detach_account(tx, customer, number))
    return {"text": f"account {number} detached from customer {customer}"}


def _opened(hands: Hands, *, customer: str, number: str, abilities: Mapping[str, bool]) -> Answer:
    hands.write(lambda tx: accounts.open_abilities(tx, customer, number, abilities))
    return {"text": f"account {number} of customer {customer}: the bank opened {_said(abilities)}"}


def _permissions(hands: Hands, *, customer: str, number: str, abilities: Mapping[str, bool]) -> Answer:
    hands.write(lambda tx: accounts.leave_abilities(tx, customer, number, abilities))
    return {"text": f"account {number} of customer {customer}: switched on {_said(abilities)}"}


def _said(abilities: Mapping[str, bool]) -> str:
    return ", ".join(f"{name} {'yes' if value else 'no'}" for name, value in abilities.items())


def _limits(hands: Hands, *, customer: str, number: str, limits: Mapping[str, int | None]) -> Answer:
    now = hands.write(lambda tx: accounts.set_account_limits(tx, customer, number, limits))
    return {"text": f"limits of account {number} of customer {customer}: {shown(now)}"}


def _display(
    hands: Hands, *, customer: str, number: str, alias: str | None = None, priority: int | None = None
) -> Answer:
    hands.write(lambda tx: accounts.set_display(tx, customer, number, alias=alias, priority=priority))
    return {"text": f"account {number} of customer {customer} is shown as asked"}


def _list(hands: Hands, *, customer: str | None = None) -> Answer:
    with hands.reading() as tx:
        answer = listed("account", accounts.list_attached(tx, customer))
    numbers = [row["account"] for row in answer["rows"]]
    known = hands.core(lambda core: core.accounts(numbers)) if numbers else {}
    told = {number: {"name": account.name, "status": account.status.value} for number, account in known.items()}
    absent = {"name": "", "status": "unknown"}
    answer["rows"] = [row | told.get(row["account"], absent) for row in answer["rows"]]
    return answer


def _open(hands: Hands, *, number: str, name: str, opening: int) -> Answer:
    accounts.checked_number(number)
    with hands.reading() as tx:
        today = record.site(tx)[0].business_date
    new = NewAccount(number, name, opening=opening)
    hands.core(_in_ledger(lambda ledger: ledger.open_accounts([new], today)))
    return {"text": f"account {number} opened for {name}; attach it to a customer for use here"}


def _status(hands: Hands, *, number: str, status: str) -> Answer:
    if status not in set(AccountStatus):
        raise AdminError(f"status {status!r}: there are {', '.join(AccountStatus)}")
    hands.core(_in_ledger(lambda ledger: ledger.set_status(number, AccountStatus(status))))
    return {"text": f"account {number} is {status}"}


def _in_ledger(job: Callable[[Ledger], None]) -> Callable[[Core], None]:
    """The job on the embedded ledger; another core keeps its accounts itself, which is told."""

    def on_core(core: Core) -> None:
        if not isinstance(core, Ledger):
            raise AdminError("the core is another system, which opens and changes its accounts itself")
        try:
            job(core)
        except AccountRefused as error:
            raise AdminError(str(error)) from error

    return on_core


COMMANDS: Final[Mapping[str, Command]] = {
    "account attach": Command(_attach),
    "account detach": Command(_detach),
    "account opened": Command(_opened),
    "account permissions": Command(_permissions),
    "account limits": Command(_limits),
    "account display": Command(_display),
    "account list": Command(_list, changes=False),
    "account open": Command(_open),
    "account status": Command(_status),
}
"""By their words."""
