"""What may be asked of a site, by name: each command takes hands and plain arguments, and gives a plain answer.

Arguments and answers are values that JSON can carry, so that the same command runs in the process that was started for
it or in a daemon that it is sent to.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from sqlalchemy import Connection

from core_adapter.core import AccountStatus, Core
from core_adapter.ledger import AccountRefused, Ledger, NewAccount
from gateway.administration import accounts, certificates, clock, customers, operators
from gateway.administration.change import AdminError
from gateway.control.checks import check_audit, check_ledger, check_limits
from gateway.control.hands import Hands
from gateway.journal import record

Answer = dict[str, Any]
"""`text` is one line for a person; `rows` are the lines of a list; what else there is belongs to one command."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command: `changes` says that it changes something, which is then logged."""

    run: Callable[..., Answer]
    changes: bool


def run(hands: Hands, name: str, arguments: Mapping[str, Any]) -> Answer:
    """Run a command; raises AdminError for a refusal, and what the databases and the core raise."""
    command = COMMANDS.get(name)
    if command is None:
        raise AdminError(f"there is no command {name!r} here")
    try:
        inspect.signature(command.run).bind(hands, **arguments)
    except TypeError as error:
        raise AdminError(f"{name}: {error}") from error
    return command.run(hands, **arguments)


def _customer_add(hands: Hands, *, customer: str, name: str) -> Answer:
    hands.write(lambda tx: customers.add_customer(tx, customer, name))
    return {"text": f"customer {customer} added"}


def _customer_suspend(hands: Hands, *, customer: str) -> Answer:
    hands.write(lambda tx: customers.set_customer_status(tx, customer, "suspended"))
    return {"text": f"customer {customer} suspended: nobody of it can do anything"}


def _customer_resume(hands: Hands, *, customer: str) -> Answer:
    hands.write(lambda tx: customers.set_customer_status(tx, customer, "normal"))
    return {"text": f"customer {customer} is normal again"}


def _customer_list(hands: Hands) -> Answer:
    with hands.reading() as tx:
        return _listed("customer", customers.list_customers(tx))


def _operator_add(hands: Hands, *, customer: str, operator: str, name: str, permissions: list[str]) -> Answer:
    hands.write(lambda tx: operators.add_operator(tx, customer, operator, name, permissions=permissions))
    return {"text": f"operator {operator} of customer {customer} added; it needs a certificate to sign"}


def _operator_permissions(hands: Hands, *, customer: str, operator: str, permissions: list[str]) -> Answer:
    hands.write(lambda tx: operators.set_permissions(tx, customer, operator, permissions))
    told = ", ".join(operators.checked_permissions(permissions)) or "nothing"
    return {"text": f"operator {operator} of customer {customer} may: {told}"}


def _operator_freeze(hands: Hands, *, customer: str, operator: str) -> Answer:
    hands.write(lambda tx: operators.set_operator_status(tx, customer, operator, "frozen"))
    return {"text": f"operator {operator} of customer {customer} frozen: it can do nothing"}


def _operator_unfreeze(hands: Hands, *, customer: str, operator: str) -> Answer:
    hands.write(lambda tx: operators.set_operator_status(tx, customer, operator, "normal"))
    return {"text": f"operator {operator} of customer {customer} is normal again"}


def _operator_delete(hands: Hands, *, customer: str, operator: str) -> Answer:
    hands.write(lambda tx: operators.set_operator_status(tx, customer, operator, "deleted"))
    return {"text": f"operator {operator} of customer {customer} deleted; its code is never used again"}


def _operator_list(hands: Hands, *, customer: str | None = None) -> Answer:
    with hands.reading() as tx:
        return _listed("operator", operators.list_operators(tx, customer))


def _certificate_add(
    hands: Hands, *, customer: str, operator: str, der: str, confirm: str, purpose: str, sm2_id: str | None
) -> Answer:
    content = bytes.fromhex(der)

    def add(tx: Connection) -> str:
        return certificates.add_certificate(
            tx, customer, operator, content, confirm=confirm, purpose=purpose, sm2_id=sm2_id
        )

    name = hands.write(add)
    return {"text": f"certificate {name} registered for operator {operator} of customer {customer}"}


def _certificate_revoke(hands: Hands, *, fingerprint: str) -> Answer:
    name = hands.write(lambda tx: certificates.revoke_certificate(tx, fingerprint))
    return {"text": f"certificate {name} revoked"}


def _certificate_list(hands: Hands, *, customer: str | None = None) -> Answer:
    with hands.reading() as tx:
        return _listed("certificate", certificates.list_certificates(tx, customer))


def _account_attach(hands: Hands, *, customer: str, numbers: list[str]) -> Answer:
    known = hands.core(lambda core: core.accounts([accounts.checked_number(number) for number in numbers]))
    if unknown := sorted(set(numbers) - known.keys()):
        raise AdminError(f"the core has no account {', '.join(unknown)}")
    hands.write(lambda tx: accounts.attach_accounts(tx, customer, numbers))
    held = "; ".join(f"{number} is held by {known[number].name}" for number in numbers)
    return {"text": f"attached to customer {customer}: {held}"}


def _account_detach(hands: Hands, *, customer: str, number: str) -> Answer:
    hands.write(lambda tx: accounts.detach_account(tx, customer, number))
    return {"text": f"account {number} detached from customer {customer}"}


def _account_list(hands: Hands, *, customer: str | None = None) -> Answer:
    with hands.reading() as tx:
        attached = accounts.list_attached(tx, customer)
    known = hands.core(lambda core: core.accounts([row.account for row in attached])) if attached else {}
    told = {number: {"name": account.name, "status": account.status.value} for number, account in known.items()}
    absent = {"name": "", "status": "unknown"}
    rows = [asdict(row) | told.get(row.account, absent) for row in attached]
    return {"text": f"accounts: {len(rows)}", "rows": rows}


def _account_open(hands: Hands, *, number: str, name: str, opening: int) -> Answer:
    accounts.checked_number(number)
    with hands.reading() as tx:
        today = record.site(tx)[0].business_date
    new = NewAccount(number, name, opening=opening)
    hands.core(_in_ledger(lambda ledger: ledger.open_accounts([new], today)))
    return {"text": f"account {number} opened for {name}; attach it to a customer for use here"}


def _account_status(hands: Hands, *, number: str, status: str) -> Answer:
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


def _clock(hands: Hands) -> Answer:
    _in_sandbox(hands)
    with hands.reading() as tx:
        return _clock_shown(clock.read_clock(tx))


def _clock_move(hands: Hands, *, to: str | None = None, by_ms: int | None = None, reset: bool = False) -> Answer:
    _in_sandbox(hands)

    def move(tx: Connection) -> clock.Clock:
        if reset:
            return clock.reset(tx)
        if by_ms is not None:
            return clock.move_by(tx, timedelta(milliseconds=by_ms))
        if to is None:
            raise AdminError("say where the clock is to be moved: to, by_ms or reset")
        return clock.move_to(tx, datetime.fromisoformat(to))

    return _clock_shown(hands.write(move))


def _in_sandbox(hands: Hands) -> None:
    if not hands.settings.site.sandbox:
        raise AdminError(
            "this site is no sandbox: its business clock is the real clock, and stays so; "
            "a site for trials has `sandbox = true` in [site] of its settings"
        )


def _clock_shown(now: clock.Clock) -> Answer:
    ahead = timedelta(seconds=now.offset_ms // 1000)
    told = f"ahead of the real clock by {ahead}" if ahead else "as the real clock does"
    return {
        "text": f"the business clock shows {now.business:%Y-%m-%d %H:%M:%S}, {told}",
        "business_time": now.business.isoformat(timespec="milliseconds"),
        "real_time": now.real.isoformat(timespec="milliseconds"),
        "offset_ms": now.offset_ms,
    }


def _migrate(hands: Hands) -> Answer:
    done = hands.migrate()
    return {"text": "databases are at the version of this program" + ("" if done else ", and in use by a daemon")}


def _listed(what: str, rows: Iterable[Any]) -> Answer:
    plain = [asdict(row) for row in rows]
    return {"text": f"{what}s: {len(plain)}", "rows": plain}


COMMANDS: Final[Mapping[str, Command]] = MappingProxyType(
    {
        "customer add": Command(_customer_add, changes=True),
        "customer suspend": Command(_customer_suspend, changes=True),
        "customer resume": Command(_customer_resume, changes=True),
        "customer list": Command(_customer_list, changes=False),
        "operator add": Command(_operator_add, changes=True),
        "operator permissions": Command(_operator_permissions, changes=True),
        "operator freeze": Command(_operator_freeze, changes=True),
        "operator unfreeze": Command(_operator_unfreeze, changes=True),
        "operator delete": Command(_operator_delete, changes=True),
        "operator list": Command(_operator_list, changes=False),
        "certificate add": Command(_certificate_add, changes=True),
        "certificate revoke": Command(_certificate_revoke, changes=True),
        "certificate list": Command(_certificate_list, changes=False),
        "account attach": Command(_account_attach, changes=True),
        "account detach": Command(_account_detach, changes=True),
        "account list": Command(_account_list, changes=False),
        "account open": Command(_account_open, changes=True),
        "account status": Command(_account_status, changes=True),
        "clock": Command(_clock, changes=False),
        "clock move": Command(_clock_move, changes=True),
        "check ledger": Command(check_ledger, changes=False),
        "check limits": Command(check_limits, changes=False),
        "check audit": Command(check_audit, changes=False),
        "migrate": Command(_migrate, changes=True),
    }
)
"""Every command by its words."""
