"""A decline gives all its reasons at once, in one documented order: decided in memory, without a database."""

import itertools

import pytest

from core_adapter.core import DECLINE_ORDER, AccountStatus
from core_adapter.ledger.decide import Account, Batch, Outcome
from protocol.codes import Code
from tests.core_adapter.books import ALICE, BOB, transfer

NAMES = {ALICE.number: ALICE.name, BOB.number: BOB.name}


def account(
    number: str, *, status: AccountStatus = AccountStatus.NORMAL, balance: int = 10, currency: str = "CNY"
) -> Account:
    """An account as a batch sees it."""
    return Account(number, NAMES[number], currency, status, balance, 0, 0)


def reasons(*accounts: Account, payee_name: str = BOB.name, same: bool = False) -> tuple[Code, ...]:
    """Why ten fen from Alice to Bob (or to herself) are declined."""
    move = transfer(10, payee_name=payee_name, payee=ALICE if same else BOB)
    (record,) = Batch({each.number: each for each in accounts}, {}).decide([move])
    assert (record.outcome is Outcome.DONE) == (not record.reasons)
    return record.reasons


@pytest.mark.parametrize(
    ("payer", "payee", "name", "expected"),
    [
        ({}, {}, BOB.name, ()),
        (None, {}, BOB.name, (Code.PAYER_NOT_ATTACHED,)),
        ({}, None, BOB.name, (Code.PAYEE_UNKNOWN,)),
        (None, None, BOB.name, (Code.PAYER_NOT_ATTACHED, Code.PAYEE_UNKNOWN)),
        ({"status": AccountStatus.CLOSED}, {}, BOB.name, (Code.PAYER_CLOSED,)),
        ({"status": AccountStatus.FROZEN}, {}, BOB.name, (Code.PAYER_FROZEN,)),
        ({"status": AccountStatus.LOST}, {}, BOB.name, (Code.PAYER_LOST,)),
        ({}, {"status": AccountStatus.CLOSED}, BOB.name, (Code.PAYEE_CLOSED,)),
        ({}, {"status": AccountStatus.FROZEN}, BOB.name, (Code.PAYEE_FROZEN,)),
        ({}, {"status": AccountStatus.LOST}, BOB.name, (Code.PAYEE_LOST,)),
        ({}, {}, "Bob Import", (Code.PAYEE_NAME_MISMATCH,)),
        ({}, {}, "", (Code.PAYEE_NAME_MISMATCH,)),
        ({"currency": "USD"}, {}, BOB.name, (Code.CURRENCY_UNSUPPORTED,)),
        ({}, {"currency": "USD"}, BOB.name, (Code.PAYEE_CURRENCY,)),
        ({"balance": 9}, {}, BOB.name, (Code.BALANCE_INSUFFICIENT,)),
        (
            {"status": AccountStatus.LOST, "currency": "USD", "balance": 0},
            {"status": AccountStatus.FROZEN, "currency": "USD"},
            "Mallory",
            (
                Code.PAYER_LOST,
                Code.PAYEE_FROZEN,
                Code.PAYEE_NAME_MISMATCH,
                Code.CURRENCY_UNSUPPORTED,
                Code.PAYEE_CURRENCY,
                Code.BALANCE_INSUFFICIENT,
            ),
        ),
    ],
)
def test_every_reason_is_given_in_order(
    payer: dict[str, object] | None, payee: dict[str, object] | None, name: str, expected: tuple[Code, ...]
) -> None:
    """One row per reason alone, and one with as many as go together."""
    sides = [(ALICE.number, payer), (BOB.number, payee)]
    accounts = [account(number, **traits) for number, traits in sides if traits is not None]  # type: ignore[arg-type]  # cases of a table

    assert reasons(*accounts, payee_name=name) == expected


def test_the_same_account_on_both_sides_is_declined() -> None:
    """Money does not move to where it is; the other reasons stand beside."""
    assert reasons(account(ALICE.number), payee_name=ALICE.name, same=True) == (Code.SAME_ACCOUNT,)
    assert reasons(account(ALICE.number, balance=0), payee_name="x", same=True) == (
        Code.PAYEE_NAME_MISMATCH,
        Code.BALANCE_INSUFFICIENT,
        Code.SAME_ACCOUNT,
    )


@pytest.mark.parametrize("name", ["Bob・Import 公司", "Ｂｏｂ·Import公司", " Bob·Import公司 "])
def test_names_that_differ_in_form_alone_are_the_same_name(name: str) -> None:
    """Middle dots, width and white space do not tell two holders apart."""
    assert reasons(account(ALICE.number), account(BOB.number), payee_name=name) == ()


def test_the_documented_order_is_that_of_every_pair_of_reasons() -> None:
    """Whatever goes wrong together, the reasons follow `DECLINE_ORDER` and none comes twice."""
    statuses = [None, *AccountStatus]
    for payer, payee, balance, name in itertools.product(statuses, statuses, (0, 10), (BOB.name, "x")):
        accounts = [account(ALICE.number, status=payer, balance=balance, currency="USD")] if payer else []
        accounts += [account(BOB.number, status=payee, currency="USD")] if payee else []

        found = reasons(*accounts, payee_name=name)
        assert list(found) == sorted(set(found), key=DECLINE_ORDER.index)


def test_an_internal_account_may_go_below_zero() -> None:
    """The bank's own accounts give what they do not have: a return is paid before it is covered."""
    clearing = Account("#CLEARING", "Clearing", "CNY", AccountStatus.NORMAL, 0, 0, 0)
    batch = Batch({ALICE.number: clearing, BOB.number: account(BOB.number)}, {})

    (record,) = batch.decide([transfer(10)])
    assert record.outcome is Outcome.DONE
    assert clearing.balance == -10
