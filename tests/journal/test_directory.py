"""联行号查询 (R4.21, O36): the bank directory by code, by part of a name, by region, as customers ask it."""

from collections.abc import Iterable
from typing import Any

import pytest

from core_adapter.database import transact
from gateway.administration import banks
from gateway.demo_banks import demo_banks
from gateway.domain.banks import PayeeBank
from gateway.domain.slips import slips
from gateway.journal.banks import difference, read_banks
from protocol.codes import Code
from protocol.messages.directory import BankCodeCheck, BankItem, QueryBankCode, QueryBankCodeReply
from protocol.names import bank_code_check_digit
from tests.journal.bank import Bank, Node, command
from tests.journal.replies import code, rules, told


def office(eleven: str, name: str, ibps: str | None = None, *, beps: bool = True, hvps: bool = True) -> PayeeBank:
    """An office whose code begins with these eleven digits."""
    return PayeeBank(
        code=eleven + bank_code_check_digit(eleven), name=name, region=eleven[3:7], ibps=ibps, beps=beps, hvps=hvps
    )


HEAD = office("88110000001", "云帆银行（总行）")
NORTH = office("88110000010", "云帆银行北京分行", HEAD.code)
EAST = office("88129000010", "云帆银行上海分行", HEAD.code, hvps=False)
OTHER = office("88229000001", "Ｃhengjiang Bank")
ALL = (HEAD, NORTH, EAST, OTHER)
WRONG = NORTH.code[:11] + str((int(NORTH.code[11]) + 1) % 10)


def load(bank: Bank, offices: Iterable[PayeeBank]) -> None:
    """Make these the directory."""
    given = {each.code: each for each in offices}
    transact(bank.journal(), lambda tx: banks.replace(tx, difference(tx, given)))


def ask(node: Node, **asked: Any) -> str:
    """The reply to a query."""
    return node.answer(command(QueryBankCode(**asked), "Q1"))


def found(node: Node, **asked: Any) -> list[str]:
    """The codes on the page that answers a query."""
    return [each.bank_code for each in told(ask(node, **asked), QueryBankCodeReply).bank]


@pytest.fixture
def node(bank: Bank) -> Node:
    """A node of a bank that has loaded four offices."""
    load(bank, ALL)
    return bank.node()


def test_R4_21_a_bank_is_found_by_its_code(node: Node) -> None:
    """With all that the directory says of it, and that it is listed."""
    reply = told(ask(node, bank_code=EAST.code), QueryBankCodeReply)

    assert reply.check is BankCodeCheck.LISTED
    item = BankItem(
        bank_code=EAST.code, name=EAST.name, region="2900", clearing_bank_code=HEAD.code, beps=True, hvps=False
    )
    assert (reply.bank, reply.similar, reply.next_cursor) == ((item,), None, None)


@pytest.mark.parametrize(
    ("part", "wanted"),
    [
        ("云帆", [HEAD, NORTH, EAST]),
        ("上海", [EAST]),
        ("(总行)", [HEAD]),
        ("CHENGJIANG bank", [OTHER]),
        ("chengjiangbank", [OTHER]),
        ("行北", [NORTH]),
        ("行云", []),
        ("%", []),
        ("_", []),
    ],
)
def test_R4_21_banks_are_found_by_part_of_their_name(node: Node, part: str, wanted: list[PayeeBank]) -> None:
    """Compared as names are: width, brackets, spaces and case tell none apart; no character stands for others."""
    assert found(node, name=part) == [each.code for each in wanted]


def test_R4_21_banks_are_found_by_region(node: Node) -> None:
    """In the order of region, then code; a name narrows it, and a region that nobody has finds nobody."""
    assert found(node) == [HEAD.code, NORTH.code, EAST.code, OTHER.code]
    assert found(node, region="2900") == [EAST.code, OTHER.code]
    assert found(node, region="2900", name="云帆") == [EAST.code]
    assert found(node, region="5810") == []


def test_R4_21_a_code_checks_itself(node: Node) -> None:
    """A right digit that nobody has is told from a wrong one; neither finds a bank."""
    unlisted = told(ask(node, bank_code=office("88110000099", "x").code), QueryBankCodeReply)
    assert (unlisted.check, unlisted.bank, unlisted.similar) == (BankCodeCheck.UNLISTED, (), None)

    wrong = told(ask(node, bank_code="123456789012"), QueryBankCodeReply)
    assert (wrong.check, wrong.bank, wrong.similar) == (BankCodeCheck.WRONG_CHECK_DIGIT, (), None)


def test_R4_21_what_was_meant_is_told_where_one_bank_alone_can_be_meant(bank: Bank, node: Node) -> None:
    """The right digit by itself is never told: the same slip may come from another code of the directory."""
    reply = told(ask(node, bank_code=WRONG), QueryBankCodeReply)
    assert (reply.check, reply.bank) == (BankCodeCheck.WRONG_CHECK_DIGIT, ())
    assert reply.similar is not None
    assert (reply.similar.bank_code, reply.similar.name) == (NORTH.code, NORTH.name)

    second = next(each for each in slips(WRONG) if each != NORTH.code)
    load(bank, (*ALL, office(second[:11], "另一银行")))
    text = ask(node, bank_code=WRONG)
    assert told(text, QueryBankCodeReply).similar is None
    assert NORTH.code not in text

    load(bank, (HEAD, OTHER))
    assert NORTH.code not in ask(node, bank_code=WRONG)


def test_R4_21_a_code_is_compared_with_the_name_that_is_thought_to_be_its_own(node: Node) -> None:
    """The code is listed whatever the name is; its bank is told only where name and region fit."""
    for asked, fits in (({"name": "北京"}, True), ({"name": "上海"}, False), ({"region": "2900"}, False)):
        reply = told(ask(node, bank_code=NORTH.code, **asked), QueryBankCodeReply)
        assert (reply.check, bool(reply.bank)) == (BankCodeCheck.LISTED, fits)


def test_R4_21_a_directory_that_was_never_loaded_says_nothing_of_any_code(bank: Bank) -> None:
    """That a code is not in it would be a guess: the sender is told to ask the bank."""
    node = bank.node()

    assert code(ask(node, bank_code=NORTH.code)) == Code.DIRECTORY_EMPTY
    assert code(ask(node, name="云帆")) == Code.DIRECTORY_EMPTY
    load(bank, ALL)
    assert found(node, bank_code=NORTH.code) == [NORTH.code]


def test_O36_the_head_office_for_ibps_comes_from_the_directory(bank: Bank) -> None:
    """What routes a payment reads it with the office, and reads nothing for a code that is not there."""
    load(bank, ALL)
    with bank.journal().connect() as tx:
        read = read_banks(tx, [EAST.code, OTHER.code, WRONG])

    assert read == {EAST.code: EAST, OTHER.code: OTHER}
    assert (read[EAST.code].ibps, read[OTHER.code].ibps) == (HEAD.code, None)


def test_pages_together_are_the_whole_directory(bank: Bank) -> None:
    """Each by its cursor, none twice, in order; a partner may keep a copy of its own so."""
    offices = demo_banks()
    load(bank, offices)
    node = bank.node()

    codes: list[str] = []
    cursor = None
    while True:
        page = told(ask(node, page_size=150, cursor=cursor), QueryBankCodeReply)
        codes += [each.bank_code for each in page.bank]
        cursor = page.next_cursor
        if cursor is None:
            break

    assert codes == sorted((each.code for each in offices), key=lambda code: (code[3:7], code))


def test_pages_go_on_whatever_is_loaded_meanwhile(bank: Bank, node: Node) -> None:
    """Every process takes the new directory into use at once, and a cursor of the old one goes on in it."""
    second = bank.node()
    first = told(ask(node, page_size=2), QueryBankCodeReply)
    assert found(second) == [each.code for each in ALL]

    load(bank, (HEAD, EAST, OTHER, office("88110000011", "云帆银行北京朝阳支行"), office("88110000002", "新")))

    rest = [office("88110000011", "x").code, EAST.code, OTHER.code]
    for each in (node, second):
        assert found(each, page_size=9, cursor=first.next_cursor) == rest


@pytest.mark.parametrize("other", [{"name": "云"}, {"region": "1000"}, {"bank_code": NORTH.code}])
def test_a_cursor_of_another_question_is_refused(node: Node, other: dict[str, str]) -> None:
    """A cursor goes on with the question it was given for."""
    cursor = told(ask(node, page_size=1), QueryBankCodeReply).next_cursor

    assert rules(ask(node, cursor=cursor, **other)) == [Code.CURSOR_INVALID]


def test_the_directory_is_open_to_whoever_may_query(node: Node) -> None:
    """It holds nothing of any customer; a query uses up no id."""
    asked = command(QueryBankCode(name="上海"), "Q1", operator="LOOK1")

    for _ in range(2):
        assert len(told(node.answer(asked), QueryBankCodeReply).bank) == 1
    unknown = node.answer(command(QueryBankCode(), "Q2", operator="NOBODY"))
    assert code(unknown) != Code.DONE
