"""What the bank's staff registered of a demo: customers, their people, who approves what, limits, what to change.

What the examples of administration change, end or delete is here, each its own, by the names of `protocol.examples`.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from core_adapter.database import database_now
from gateway.administration.accounts import Opened, attach_accounts, set_account_limits
from gateway.administration.approval import bind, save_flow, save_mode
from gateway.administration.certificates import add_certificate
from gateway.administration.credentials import pool_certificate
from gateway.administration.customers import add_customer, set_customer_caps, set_form, set_switch
from gateway.administration.lists import change_accounts
from gateway.administration.operators import add_operator, set_operator_status
from gateway.demo import ACCOUNTS, OPERATORS, OTHER_CUSTOMER_NAME
from gateway.domain.customer import Authorizers, Band, Flow, Form, Mode, Right
from gateway.domain.grants import Terms
from gateway.journal.grants import enter_offer
from protocol import examples
from protocol.catalogue import CATALOGUE, Permission
from signer.certificates import fingerprint, from_pem

OFFER: Final = Terms(examples.OTHER_CUSTOMER, examples.OFFERED_ACCOUNT, examples.CUSTOMER, frozenset({Right.QUERY}))
"""An account that the other customer has offered to the first, who has not accepted it yet."""

_FIRST: Final = Authorizers(1, 1)
_SECOND: Final = Authorizers(2, 1)
BY_AMOUNT: Final = Mode(
    mode_id=examples.MODE,
    with_amount=True,
    ordered=True,
    review=False,
    manual_dispatch=False,
    bands=(Band(50_000_00), Band(200_000_00, (_FIRST,)), Band(None, (_FIRST, _SECOND))),
)
"""What every service of the first customer follows: small amounts need nobody, larger ones one or two levels."""
FOUR_HANDS: Final = replace(
    BY_AMOUNT,
    mode_id="FOUR-HANDS",
    review=True,
    manual_dispatch=True,
    bands=(Band(200_000_00, (_FIRST,)), Band(None, (_FIRST, _SECOND))),
)
"""A mode to bind instead: every amount is reviewed, authorized and dispatched by hand, large ones by four people."""

_CAPS: Final = {"transfer": 1_000_000_000_00, "day": 100_000_000_000_00}
"""The bank's caps for both customers, out of the way of whoever tries with large amounts; in fen."""
SECOND_ACCOUNT_LIMITS: Final = {"transfer": 300_000_00, "day": 500_000_00}
"""The limits of the first customer's second account, small enough to be met; in fen."""

_CLERKS: Final = {
    examples.TO_CHANGE: "何出纳",
    examples.TO_FREEZE: "吕出纳",
    examples.TO_UNFREEZE: "施出纳",
    examples.TO_DELETE: "张出纳",
}
"""Operators without certificates, by their codes, for the examples to act on."""


def register(tx: Connection, certificates: Mapping[str, bytes]) -> None:
    """Register everything; certificates are PEM, by client name."""
    names = {examples.CUSTOMER: examples.CUSTOMER_NAME, examples.OTHER_CUSTOMER: OTHER_CUSTOMER_NAME}
    numbers = {customer: [account.number for account in ACCOUNTS[customer]] for customer in names}
    for customer, name in names.items():
        add_customer(tx, customer, name)
        attach_accounts(tx, customer, numbers[customer], Opened(pay=True, wages=True))
        set_customer_caps(tx, customer, _CAPS)
        set_switch(tx, customer, "advanced", on=True)
    for operator in OPERATORS:
        key = (operator.customer, operator.operator)
        add_operator(tx, *key, operator.name, permissions=operator.permissions, level=operator.level)
        change_accounts(tx, *key, add=numbers[operator.customer])
        der = from_pem(certificates[operator.client])[0]
        add_certificate(tx, *key, der, confirm=fingerprint(der).hex(), purpose="sign", sm2_id=None)
    _approvals(tx)
    set_account_limits(tx, examples.CUSTOMER, examples.SECOND_ACCOUNT, SECOND_ACCOUNT_LIMITS)
    enter_offer(tx, OFFER, database_now(tx))
    _to_be_changed(tx)


def _approvals(tx: Connection) -> None:
    """Who approves what: the first customer's modes, and the other's second administrator."""
    set_form(tx, examples.CUSTOMER, Form.MODE)
    set_switch(tx, examples.CUSTOMER, "single_person", on=True)
    for mode in (BY_AMOUNT, FOUR_HANDS):
        save_mode(tx, examples.CUSTOMER, mode)
    for service in CATALOGUE.values():
        if service.takes_mode:
            bind(tx, examples.CUSTOMER, service.name, BY_AMOUNT.mode_id)
    set_switch(tx, examples.OTHER_CUSTOMER, "second_administrator", on=True)


def _to_be_changed(tx: Connection) -> None:
    """Operators, certificates in hand, a mode and a flow that nothing else on the site needs."""
    for code, name in _CLERKS.items():
        add_operator(tx, examples.CUSTOMER, code, name, permissions=(Permission.QUERY, Permission.ENTER))
    set_operator_status(tx, examples.CUSTOMER, examples.TO_UNFREEZE, "frozen")
    for credential in examples.CREDENTIALS:
        der = from_pem(credential.pem.encode())[0]
        pool_certificate(tx, examples.CUSTOMER, der, confirm=credential.fingerprint)
    save_mode(tx, examples.CUSTOMER, replace(BY_AMOUNT, mode_id=examples.OLD_MODE))
    save_flow(
        tx,
        examples.CUSTOMER,
        Flow(
            flow_id=examples.OLD_FLOW,
            account=examples.PAYER_ACCOUNT,
            service=None,
            limit=100_000_00,
            levels=(frozenset({"MGR02"}),),
        ),
    )
