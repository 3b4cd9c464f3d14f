"""Messages signed as they should be that ask for what cannot be: wrong fields, times, ids, accounts, amounts."""

from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from typing import Final

from conformance.cases.case import Case
from conformance.cases.forge import FEN, Forge, changed
from protocol import binding
from protocol.codes import Code
from protocol.messages.account import QueryBalance
from protocol.messages.transfer import SubmitTransfer

_REQUIRED: Final = 6
_FIELDS: Final = len(fields(SubmitTransfer))
_NAMESPACE: Final = binding.namespace_of(SubmitTransfer)


def _body(xml: str) -> Callable[[Forge], str]:
    return lambda forge: forge.sealed(forge.unsigned(xml))


def _every_field(value: str) -> Callable[[Forge], str]:
    """A transfer with every field there is, each holding `value`."""
    names = ["".join(part.capitalize() for part in field.name.split("_")) for field in fields(SubmitTransfer)]
    inner = "".join(f"<{name}>{value}</{name}>" for name in names)
    return _body(f'<SubmitTransfer xmlns="{_NAMESPACE}">{inner}</SubmitTransfer>')


def _amount(value: str) -> Callable[[Forge], str]:
    """A transfer whose amount is written so."""

    def make(forge: Forge) -> str:
        return forge.sealed(changed(forge.unsigned(forge.transfer()), ">0.01<", f">{value}<"))

    return make


def _with(change: Callable[[Forge], dict[str, object]]) -> Callable[[Forge], str]:
    return lambda forge: forge.right(**change(forge))


def _to(choose: Callable[[Forge], tuple[str, str]]) -> Callable[[Forge], str]:
    def make(forge: Forge) -> str:
        account, name = choose(forge)
        return forge.right(payee_account=account, payee_name=name)

    return make


def _over_the_balance(forge: Forge) -> str:
    poor = forge.accounts.poor
    return forge.right(payer_account=poor, amount=forge.available(poor) + FEN)


def _at(seconds: float) -> Callable[[Forge], str]:
    return lambda forge: forge.sealed(forge.unsigned(forge.transfer(), late=timedelta(seconds=seconds)))


def _under(request_id: str) -> Callable[[Forge], str]:
    return lambda forge: forge.sealed(forge.unsigned(forge.transfer(), request_id=request_id))


def _without_sent_at(forge: Forge) -> str:
    message = forge.unsigned(forge.transfer())
    start, end = message.index("<SentAt>"), message.index("</SentAt>") + len("</SentAt>")
    return forge.sealed(message[:start] + message[end:])


def _by_approver(forge: Forge) -> str:
    return forge.sealed(forge.unsigned(forge.transfer(), operator=forge.approver), forge.keys.approver)


def _balance_of_another(forge: Forge) -> str:
    return forge.sealed(forge.unsigned(QueryBalance(account=(forge.accounts.payer, forge.accounts.payee))))


CONTENTS: Final = (
    Case("an unknown service", Code.SERVICE_UNKNOWN, _body('<Nothing xmlns="urn:yinqi:help:1"></Nothing>')),
    Case(
        "every field missing",
        Code.SCHEMA_INVALID,
        _body(f'<SubmitTransfer xmlns="{_NAMESPACE}"></SubmitTransfer>'),
        details=_REQUIRED,
    ),
    Case("every field too long", Code.SCHEMA_INVALID, _every_field("9" * 300), details=_FIELDS),
    Case("every field of the wrong type", Code.SCHEMA_INVALID, _every_field("\u202e"), details=_FIELDS),
    *(
        Case(f"the amount {value!r}", Code.SCHEMA_INVALID, _amount(value), details=1)
        for value in ("0.00", "-1.00", "1.234", "1", "1e3", " 1.00", "\uff11.00")
    ),
    Case("no SentAt", Code.SCHEMA_INVALID, _without_sent_at, details=1),
    Case("a clock six minutes slow", Code.CLOCK_SKEW, _at(360)),
    Case("a clock six minutes fast", Code.CLOCK_SKEW, _at(-360)),
    Case("a request id with a space", Code.HEAD_INVALID, _under("R 1"), details=1),
    Case("a request id of 33 characters", Code.HEAD_INVALID, _under("R" * 33), details=1),
    Case("a request id of 65 characters", Code.HEAD_INVALID, _under("R" * 65), signed=False),
    Case("an operator without permission", Code.NOT_PERMITTED, _by_approver),
    Case("another currency", Code.CURRENCY_UNSUPPORTED, _with(lambda _forge: {"currency": "USD"})),
    Case("one fen over the balance", Code.BALANCE_INSUFFICIENT, _over_the_balance),
    Case("payer and payee the same", Code.SAME_ACCOUNT, _to(lambda forge: (forge.accounts.payer, "x"))),
    Case("another payee name", Code.PAYEE_NAME_MISMATCH, _with(lambda _forge: {"payee_name": "别人"})),
    Case("an unknown payee", Code.PAYEE_UNKNOWN, _to(lambda forge: (forge.accounts.unknown, "x"))),
    Case("a lost payee account", Code.PAYEE_LOST, _to(lambda forge: forge.accounts.payee_lost)),
    Case("a frozen payee account", Code.PAYEE_FROZEN, _to(lambda forge: forge.accounts.payee_frozen)),
    Case("a closed payee account", Code.PAYEE_CLOSED, _to(lambda forge: forge.accounts.payee_closed)),
    Case("a lost payer account", Code.PAYER_LOST, _with(lambda forge: {"payer_account": forge.accounts.lost})),
    Case("a frozen payer account", Code.PAYER_FROZEN, _with(lambda forge: {"payer_account": forge.accounts.frozen})),
    Case("a closed payer account", Code.PAYER_CLOSED, _with(lambda forge: {"payer_account": forge.accounts.closed})),
    Case(
        "another customer's account as payer",
        Code.PAYER_NOT_ATTACHED,
        _with(
            lambda forge: {
                "payer_account": forge.accounts.payee,
                "payee_account": forge.accounts.payer,
            }
        ),
    ),
    Case("the balance of another customer", Code.ACCOUNT_NOT_ATTACHED, _balance_of_another),
)
"""What is refused by schema, head, permission, and the rules of money."""
