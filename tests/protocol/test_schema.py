"""Validity: what the schemas refuse, and that a refused sender sees every fault at once, in words."""

import re

import pytest

from protocol.codes import Code
from protocol.command import Command, command
from protocol.envelope import Envelope
from protocol.errors import Detail
from protocol.explain import explain
from protocol.faults import MORE
from protocol.limits import BALANCE_ACCOUNTS_MAX, DETAILS_MAX, GROUP_ACCOUNTS_MAX
from protocol.messages.account import QueryBalance
from protocol.messages.transfer import SubmitTransfer
from protocol.names import bank_code_check_digit
from protocol.validate import validate
from tests.protocol import helpers

GOOD = helpers.request()
CURRENCY, PURPOSE = "<Currency>CNY</Currency>", "<Purpose>货款</Purpose>"
SENT_AT = "<SentAt>2026-11-22T10:00:00Z</SentAt>"
TRANSFER = "/env:Message/env:Body/transfer:SubmitTransfer/transfer:"


def opened(message: str) -> Envelope:
    """The envelope of a message without Signature, which gets one of the right shape."""
    return helpers.opened_text(helpers.sealed(message))


def faults(message: str) -> tuple[Detail, ...]:
    """The details that the command of a message is refused with."""
    return helpers.fault_of(lambda: command(opened(message))).details


def with_field(name: str, value: str) -> str:
    """The good transfer with the text of a field replaced, or the field put in where it belongs."""
    message, count = re.subn(rf"<{name}>[^<]*<", f"<{name}>{value}<", GOOD)
    if count == 0:
        before = {"PayeeBankCode": "<Amount>", "Remark": "</SubmitTransfer>"}.get(name, "<EndToEndId>")
        message = GOOD.replace(before, f"<{name}>{value}</{name}>{before}")
    return message


def test_every_example_is_a_valid_command() -> None:
    """What the catalogue shows is what the gateway takes."""
    for name in ("SelfTest", "QueryAccounts", "QueryBalance", "QueryTransactions", "SubmitTransfer", "QueryTransfer"):
        found = command(opened(helpers.request(helpers.body(name))))
        assert found == Command(helpers.service(name), helpers.service(name).example)


@pytest.mark.parametrize("amount", ["0.01", "0.10", "1.00", "9999999999999.99"])
def test_amounts_that_are_accepted(amount: str) -> None:
    """Two decimals, above zero, up to thirteen digits."""
    assert validate(opened(with_field("Amount", amount)).root)


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        *(("Amount", value, "pattern") for value in (
            "0.00", "-1.00", "1.234", "１２.00", "1e3", " 1.00", "1.00 ", "+1.00", "01.00", "1", "1.0", "1,000.00",
            ".50", "10000000000000.00", "NaN", "",
        )),
        *(("PayerAccount", value, "pattern") for value in ("", "12 34", " 1234", "１２３４", "12--34", "-12", "a_b")),
        ("PayerAccount", "1" * 33, "maxLength"),
        *(("PayeeName", value, "pattern") for value in (
            " 甲", "甲 ", "甲\u3000", "甲\u00a0", "甲\n乙", "甲\t乙", "甲&#13;乙", "甲\u202e乙", "甲\u200b乙",
            "甲\u0085乙", "甲\u2028乙", "甲\ufeff乙", "甲\u00ad乙", "甲\U000e0041乙", "甲\u2066乙", "甲\u061c乙",
        )),
        ("PayeeName", "", "minLength"),
        ("PayeeName", "甲" * 121, "maxLength"),
        ("Purpose", "用" * 121, "maxLength"),
        ("Remark", "", "minLength"),
        ("Remark", "附" * 201, "maxLength"),
        *(("Currency", value, "pattern") for value in ("cny", "CN", "CNYY", "ＣＮＹ", "")),
        *(("PayeeBankCode", value, "pattern") for value in ("", "10210009999", "1021000999960", "１02100099996")),
        ("PayeeBankCode", "102100099990", "BANK_CODE_INVALID"),
        ("Arrival", "SOON", "enumeration"),
        *(("Urgent", value, "pattern") for value in ("1", "TRUE", "yes", "")),
        *(("ScheduledFor", value, "pattern") for value in (
            "2026-11-22T10:00:00", "2026-11-22", "2026-11-22T24:00:00Z", "2026-11-22T10:00:00.1234567Z",
            "0001-01-01T00:00:00Z", "2026-11-22T10:00:00+14:00", "",
        )),
        ("ScheduledFor", "2026-02-30T10:00:00Z", "type"),
        ("EndToEndId", "x" * 36, "maxLength"),
        ("EndToEndId", "编号", "pattern"),
        ("SentAt", "2026-11-22T10:00:00", "pattern"),
        ("Version", "2.0", "enumeration"),
        ("Language", "fr", "enumeration"),
    ],
)  # fmt: skip
def test_a_value_outside_its_type_is_refused_with_place_value_and_rule(name: str, value: str, rule: str) -> None:
    """One wrong value, one detail; the place ends in the field, and both languages have words."""
    details = faults(with_field(name, value))

    assert [detail.rule for detail in details] == [rule]
    assert (details[0].place or "").endswith(f":{name}")
    assert details[0].zh
    assert details[0].en


@pytest.mark.parametrize("name", ["甲 乙", "A B C Co.,Ltd.", "买·提", "甲—乙（北京）", "\ue7c7", "𠂇", "甲" * 120])
def test_names_that_people_have_are_accepted(name: str) -> None:
    """Inner spaces, dots, dashes, brackets, rare and private characters."""
    assert validate(opened(with_field("PayeeName", name)).root)


def test_every_missing_field_is_named_at_once() -> None:
    """Not only the first."""
    details = faults(helpers.request('<SubmitTransfer xmlns="urn:yinqi:transfer:1"></SubmitTransfer>'))

    wanted = ["PayerAccount", "PayeeAccount", "PayeeName", "Amount", "Currency", "Purpose"]
    assert [detail.place for detail in details] == [f"{TRANSFER}{name}" for name in wanted]
    assert {detail.rule for detail in details} == {"missing"}


def test_all_faults_of_all_kinds_come_in_one_refusal() -> None:
    """Head and body, values and structure, the check digit too."""
    message = with_field("Amount", " 1.00").replace("CNY", "cny").replace("<Purpose>货款</Purpose>", "")
    message = message.replace("<Version>1.0<", "<Version>9<").replace(
        "<Amount>", "<PayeeBankCode>102100099990</PayeeBankCode><Note>x</Note><Amount>"
    )
    error = helpers.fault_of(lambda: command(opened(message)))
    found = {(detail.rule, (detail.place or "").rpartition(":")[2]) for detail in error.details}

    assert error.code is Code.SCHEMA_INVALID
    assert error.head is not None
    assert found == {
        ("enumeration", "Version"),
        ("BANK_CODE_INVALID", "PayeeBankCode"),
        ("unexpected", "Note"),
        ("pattern", "Amount"),
        ("pattern", "Currency"),
        ("missing", "Purpose"),
    }


@pytest.mark.parametrize(
    ("old", "new", "rule", "place"),
    [
        ("<Purpose>", "<Nothing/><Purpose>", "unexpected", f"{TRANSFER}Nothing"),
        ("<Purpose>", '<Purpose xmlns="">x</Purpose><Purpose>', "unexpected", f"{TRANSFER[:-9]}Purpose"),
        ("<Purpose>", "<Currency>CNY</Currency><Purpose>", "repeated", f"{TRANSFER}Currency[2]"),
        ("<Purpose>", "text<Purpose>", "text", TRANSFER[: -len("/transfer:")]),
        ("<Purpose>", '<Purpose Lang="zh">', "attribute", f"{TRANSFER}Purpose"),
        ("货款", "<b>货款</b>", "unexpected", f"{TRANSFER}Purpose/transfer:b"),
        (CURRENCY + PURPOSE, PURPOSE + CURRENCY, "order", f"{TRANSFER}Currency"),
        ("<Body>", '<Body Id="b">', "attribute", "/env:Message/env:Body"),
        ("<Head>", '<Head xmlns:q="urn:q" q:x="">', "attribute", "/env:Message/env:Head"),
        ("<Version>", "<Extra/><Version>", "unexpected", "/env:Message/env:Head/env:Extra"),
        ("<Version>1.0</Version>", "", "missing", "/env:Message/env:Head/env:Version"),
        ("<SentAt>", f"{SENT_AT}<SentAt>", "repeated", "/env:Message/env:Head/env:SentAt[2]"),
    ],
)  # fmt: skip
def test_a_structure_outside_the_schema_is_refused_at_its_place(old: str, new: str, rule: str, place: str) -> None:
    """Unknown, foreign, repeated, out of order, mixed with text, with attributes."""
    assert old in GOOD
    found = [(detail.rule, detail.place) for detail in faults(GOOD.replace(old, new, 1))]

    assert found == [(rule, place)]


@pytest.mark.parametrize(
    "body",
    [
        '<Nothing xmlns="urn:yinqi:help:1"/>',
        '<SelfTest xmlns="urn:yinqi:help:2"/>',
        '<SubmitTransferReply xmlns="urn:yinqi:transfer:1"/>',
        '<SelfTest xmlns="urn:yinqi:transfer:1"/>',
        '<Message xmlns="urn:yinqi:envelope:1"/>',
    ],
)
def test_an_unknown_service_is_named_and_the_known_ones_listed(body: str) -> None:
    """Names and namespaces must both be right; a reply is no service."""
    error = helpers.fault_of(lambda: command(opened(helpers.request(body))))

    assert error.code is Code.SERVICE_UNKNOWN
    assert "SubmitTransfer" in (error.details[0].en or "")
    assert error.head is not None


def test_a_wrong_check_digit_alone_has_its_own_code() -> None:
    """The schema is kept; the digit is not."""
    error = helpers.fault_of(lambda: command(opened(with_field("PayeeBankCode", "102100099990"))))

    assert error.code is Code.BANK_CODE_INVALID
    assert error.details[0].value == "102100099990"


def test_a_right_check_digit_passes() -> None:
    """And the code reaches the command."""
    code = "10210009999" + bank_code_check_digit("10210009999")
    found = command(opened(with_field("PayeeBankCode", code))).request

    assert isinstance(found, SubmitTransfer)
    assert found.payee_bank_code == code


def test_another_currency_is_for_the_rules_to_refuse() -> None:
    """The schema knows the form of a currency code only."""
    assert validate(opened(with_field("Currency", "USD")).root)


@pytest.mark.parametrize(("count", "valid"), [(0, False), (1, True), (GROUP_ACCOUNTS_MAX, True), (101, False)])
def test_a_group_takes_one_to_a_hundred_accounts(count: int, valid: bool) -> None:  # noqa: FBT001  a row
    """The limit and one past it."""
    inner = "".join(f"<Account>{number:017d}</Account>" for number in range(count))
    group = f'<SaveAccountGroup xmlns="urn:yinqi:book:1"><Name>n</Name>{inner}</SaveAccountGroup>'

    assert validate(opened(helpers.request(group)).root) is valid


@pytest.mark.parametrize(("count", "valid"), [(0, False), (1, True), (BALANCE_ACCOUNTS_MAX, True), (101, False)])
def test_a_query_of_balances_takes_one_to_a_hundred_accounts(count: int, valid: bool) -> None:  # noqa: FBT001  a row
    """The limit and one past it."""
    inner = "".join(f"<Account>{number:017d}</Account>" for number in range(count))
    root = opened(helpers.request(f'<QueryBalance xmlns="urn:yinqi:account:1">{inner}</QueryBalance>')).root

    assert validate(root) is valid


def test_the_place_of_a_row_has_its_number() -> None:
    """So that the sender finds the row."""
    inner = "<Account>1</Account><Account>x y</Account><Account>3</Account>"
    (detail,) = faults(helpers.request(f'<QueryBalance xmlns="urn:yinqi:account:1">{inner}</QueryBalance>'))

    assert (detail.place or "").endswith("/account:Account[2]")


def test_the_list_of_faults_has_an_end() -> None:
    """Its last line says how many faults more there are: of 250 accounts, and of one account too many."""
    inner = "<Account>x y</Account>" * (DETAILS_MAX + 50)
    details = faults(helpers.request(f'<QueryBalance xmlns="urn:yinqi:account:1">{inner}</QueryBalance>'))

    assert len(details) == DETAILS_MAX
    assert (details[-1].rule, details[-1].value) == (MORE, "52")


def test_a_long_value_is_cut_and_control_characters_are_made_visible() -> None:
    """The echo is short and harmless."""
    (detail,) = faults(with_field("Amount", "\u202e" + "9" * 500))

    assert detail.value is not None
    assert len(detail.value) <= 64
    assert "\\u202e" in detail.value


def test_explaining_a_valid_message_never_comes_back_empty() -> None:
    """Whoever asks why gets an answer, should the two readings of a schema ever differ."""
    assert explain(opened(GOOD).root).details[0].rule == "schema"


def test_the_command_holds_the_typed_request() -> None:
    """Amounts in fen."""
    inner = "<Account>11</Account><Account>22</Account>"
    found = command(opened(helpers.request(f'<QueryBalance xmlns="urn:yinqi:account:1">{inner}</QueryBalance>')))

    assert found.request == QueryBalance(account=("11", "22"))
