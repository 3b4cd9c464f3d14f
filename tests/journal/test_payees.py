"""The payee book through whole turns: kept, found, paged, limited, and filled by transfers that succeeded (R4.22)."""

from itertools import count
from typing import Any

import pytest
from sqlalchemy import insert

from gateway.journal import book
from gateway.journal.book import PAYEES, Payee, list_payees, save_success
from gateway.journal.tables import CUSTOMER, OPERATOR, PAYEE
from protocol.codes import Code
from protocol.limits import PAYEES_MAX
from protocol.messages.book import (
    BankKind,
    DeletePayee,
    DeletePayeeReply,
    ListChange,
    ListPayees,
    ListPayeesReply,
    PayeeItem,
    SavePayee,
    SavePayeeReply,
)
from tests.journal.bank import CUSTOMER_ID, PAYER, Bank, Node, command, transfer
from tests.journal.replies import code, rules, told

THIS_BANK, OTHER_BANK = "313100000013", "102100099996"


class Book:
    """One operator's way to the book, each message under a new id."""

    def __init__(self, node: Node, customer: str = CUSTOMER_ID) -> None:
        self.node = node
        self.customer = customer
        self._ids = count(1)

    def ask(self, body: Any) -> str:
        """The reply to a message."""
        return self.node.answer(command(body, f"B{next(self._ids)}", customer=self.customer))

    def save(self, account: str, name: str, bank_code: str | None = None) -> ListChange:
        """Keep a payee."""
        return told(self.ask(SavePayee(account=account, name=name, bank_code=bank_code)), SavePayeeReply).change

    def delete(self, account: str, bank_code: str | None = None) -> ListChange:
        """Take a payee away."""
        return told(self.ask(DeletePayee(account=account, bank_code=bank_code)), DeletePayeeReply).change

    def found(self, **asked: Any) -> list[str]:
        """The accounts that a question finds."""
        return [payee.account for payee in self.page(**asked).payee]

    def page(self, **asked: Any) -> ListPayeesReply:
        """The answer to a question."""
        return told(self.ask(ListPayees(**asked)), ListPayeesReply)


@pytest.fixture
def kept(bank: Bank) -> Book:
    """The book of a bank's customer."""
    return Book(bank.node())


def test_R4_22_a_payee_is_added_changed_and_deleted_and_each_says_what_it_found(kept: Book) -> None:
    """Saving adds or changes by account and bank; deleting takes away; a repetition under a new id finds it done."""
    assert kept.save("62200001", "乙公司") is ListChange.ADDED
    assert kept.save("62200001", "乙公司") is ListChange.UNCHANGED
    assert kept.save("62200001", "乙公司", OTHER_BANK) is ListChange.ADDED
    assert kept.save("62200001", "乙有限公司") is ListChange.CHANGED
    assert kept.page().payee == (
        PayeeItem(account="62200001", name="乙有限公司"),
        PayeeItem(account="62200001", name="乙公司", bank_code=OTHER_BANK),
    )
    assert kept.delete("62200001") is ListChange.DELETED
    assert kept.delete("62200001") is ListChange.ABSENT
    assert [payee.bank_code for payee in kept.page().payee] == [OTHER_BANK]


def test_R4_22_in_bank_and_interbank_payees_are_told_apart(kept: Book) -> None:
    """This bank's own code is as good as none; each kind is listed alone."""
    kept.save("1", "甲", THIS_BANK)
    kept.save("2", "乙", OTHER_BANK)

    assert kept.save("1", "甲") is ListChange.UNCHANGED
    assert kept.found(bank_kind=BankKind.IN_BANK) == ["1"]
    assert kept.found(bank_kind=BankKind.INTERBANK) == ["2"]
    assert kept.found() == ["1", "2"]
    assert kept.delete("1", THIS_BANK) is ListChange.DELETED


@pytest.mark.parametrize(
    ("text", "accounts"),
    [
        ("物流", ["62200001"]),
        ("0002", ["62200002"]),
        ("6220 0002", ["62200002"]),
        ("abc", ["62200002"]),
        ("ＡＢＣ", ["62200002"]),
        ("(北京)", ["62200002"]),
        ("买・提", ["a-3"]),
        ("A-3", ["a-3"]),
        ("100%", ["62200004"]),
        ("%", ["62200004"]),
        ("_", []),
        ("/", []),
        ("没有", []),
        ("622", ["62200001", "62200002", "62200004"]),
    ],
)
def test_R4_22_part_of_an_account_or_a_name_finds_a_payee(kept: Book, text: str, accounts: list[str]) -> None:
    """Names are compared as holders' names are, and without case; no character is a wild card."""
    kept.save("62200001", "上海远航物流有限公司")
    kept.save("62200002", "Abc（北京）公司")
    kept.save("a-3", "买·提")
    kept.save("62200004", "100%棉制品厂")

    assert kept.found(text=text) == accounts


def test_R4_22_a_transfer_s_payee_is_stored_once_it_succeeded_and_known_ones_stay(bank: Bank) -> None:
    """What is stored for succeeded transfers never changes an entry, comes once, and is found like any other."""
    kept = Book(bank.node())
    kept.save("1", "甲有限公司")

    with bank.journal().begin() as tx:
        book.hold(tx, [CUSTOMER_ID])
        save_success(tx, [])
        save_success(tx, [Payee(CUSTOMER_ID, "1", "", "甲"), Payee(CUSTOMER_ID, "2", OTHER_BANK, "Ｂ公司")])
        save_success(tx, [Payee(CUSTOMER_ID, "3", "", "丙"), Payee(CUSTOMER_ID, "3", "", "丁")])

    assert [payee.name for payee in kept.page().payee] == ["甲有限公司", "Ｂ公司", "丙"]
    assert kept.found(text="b公司") == ["2"]


def _fill(bank: Bank, payees: int) -> None:
    row = {"customer_id": CUSTOMER_ID, "bank_code": "", "name": "n", "searched": "n"}
    with bank.journal().begin() as tx:
        tx.execute(insert(PAYEE), [{**row, "account": f"{number:08}"} for number in range(payees)])


def test_a_full_book_takes_no_new_payee_but_changes_those_it_has(bank: Bank) -> None:
    """The last place can be taken, one more is refused by its code, and room made is room."""
    kept = Book(bank.node())
    _fill(bank, PAYEES_MAX - 1)

    assert kept.save("x1", "甲") is ListChange.ADDED
    refusal = kept.ask(SavePayee(account="x2", name="乙"))
    assert (code(refusal), rules(refusal)) == (Code.LIST_FULL, [Code.LIST_FULL])
    assert kept.save("x1", "丙") is ListChange.CHANGED
    assert kept.delete("x1") is ListChange.DELETED
    assert kept.save("x2", "乙") is ListChange.ADDED


def test_a_full_book_takes_no_more_payees_of_transfers_either(bank: Bank) -> None:
    """Known ones need no room, and the others are stored as long as there is some."""
    _fill(bank, PAYEES_MAX - 1)

    with bank.journal().begin() as tx:
        book.hold(tx, [CUSTOMER_ID])
        save_success(tx, [Payee(CUSTOMER_ID, account, "", "甲") for account in ("00000000", "x1", "x2")])
        stored = [payee.account for payee in list_payees(tx, CUSTOMER_ID, text="x", limit=9)]

    assert stored == ["x1"]


def test_pages_go_on_behind_the_last_entry_whatever_comes_and_goes(kept: Book) -> None:
    """Every entry that stays is told once, by the cursor of the page before; the last page has none."""
    for number in range(5):
        kept.save(f"{number}", "甲")

    first = kept.page(page_size=2)
    kept.delete("1")
    kept.save("0-1", "甲")
    kept.save("2-1", "甲")
    second = kept.page(page_size=2, cursor=first.next_cursor)
    third = kept.page(page_size=2, cursor=second.next_cursor)

    pages = [[payee.account for payee in page.payee] for page in (first, second, third)]
    assert pages == [["0", "1"], ["2", "2-1"], ["3", "4"]]
    assert third.next_cursor is None


def test_a_cursor_of_another_question_is_refused(kept: Book) -> None:
    """A cursor goes on with the question it was given for."""
    for number in range(3):
        kept.save(f"{number}", "甲")
    cursor = kept.page(page_size=1).next_cursor

    assert code(kept.ask(ListPayees(text="甲", cursor=cursor))) == Code.CURSOR_INVALID
    assert code(kept.ask(ListPayees(cursor=cursor))) == Code.DONE


def test_a_repeated_save_gets_its_reply_again_and_changes_nothing(kept: Book) -> None:
    """Keeping uses up its id like money: the stored bytes come back, and what happened since stays."""
    save = command(SavePayee(account="1", name="甲"), "S1")
    first = kept.node.answer(save)
    kept.delete("1")

    assert kept.node.answer(save) == first
    assert kept.found() == []
    assert code(kept.node.answer(command(SavePayee(account="1", name="乙"), "S1"))) == Code.REQUEST_ID_REUSED


def test_R1_2_who_may_not_enter_keeps_no_payee_and_uses_up_no_id(bank: Bank) -> None:
    """An operator that may only query sees the book and leaves ids to others."""
    node = bank.node()
    save = SavePayee(account="1", name="甲")

    assert code(node.answer(command(save, "S1", operator="LOOK1"))) == Code.NOT_PERMITTED
    assert bank.requests() == {}
    assert told(node.answer(command(save, "S1")), SavePayeeReply).change is ListChange.ADDED
    assert len(told(node.answer(command(ListPayees(), "Q1", operator="LOOK1")), ListPayeesReply).payee) == 1


def test_another_customer_s_book_is_its_own(bank: Bank) -> None:
    """The same payee may stand in two books; neither shows, changes or fills the other."""
    kept = Book(bank.node())
    kept.save("1", "甲")
    with bank.journal().begin() as tx:
        tx.execute(insert(CUSTOMER), {"customer_id": "C2", "name": "乙公司", "status": "normal"})
        operator = {"customer_id": "C2", "operator_id": "ERP1", "name": "n", "status": "normal"}
        tx.execute(insert(OPERATOR), {**operator, "permissions": "enter query"})

    theirs = Book(kept.node, customer="C2")
    assert theirs.found() == []
    assert theirs.save("1", "乙") is ListChange.ADDED
    assert theirs.delete("1") is ListChange.DELETED

    assert kept.page().payee == (PayeeItem(account="1", name="甲"),)


def test_a_payee_kept_beside_a_transfer_in_one_transaction_harms_neither(
    bank: Bank, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keeping goes in the turn of money, and what is refused there touches nothing else."""
    monkeypatch.setattr(PAYEES, "most", 1)
    node = bank.node(start=False)
    asked = [
        transfer("T1"),
        command(SavePayee(account="1", name="甲"), "S1"),
        command(SavePayee(account="2", name="乙"), "S2"),
        command(ListPayees(), "Q1"),
        transfer("T2", payee_account=PAYER),
    ]
    futures = [node.ask(one) for one in asked]
    node.desk.start()
    node.committer.start(node.desk)
    replies = [future.result(20) for future in futures]
    codes = [code(reply.decode()) for reply in replies if isinstance(reply, bytes)]

    assert codes == [Code.DONE, Code.DONE, Code.LIST_FULL, Code.DONE, Code.SAME_ACCOUNT]
    assert isinstance(replies[3], bytes)
    assert [payee.account for payee in told(replies[3].decode(), ListPayeesReply).payee] == ["1"]
    assert bank.requests()["S2"].code == Code.LIST_FULL


def test_a_failure_in_keeping_is_answered_alone(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bug in one change stops no transfer of its group and uses up no id."""
    monkeypatch.setattr(PAYEES, "save", lambda *_args: 1 // 0)
    node = bank.node(start=False)
    futures = [node.ask(one) for one in (command(SavePayee(account="1", name="甲"), "S1"), transfer("T1"))]
    node.desk.start()
    node.committer.start(node.desk)

    failed, paid = (future.result(20) for future in futures)

    assert failed is Code.INTERNAL
    assert isinstance(paid, bytes)
    assert code(paid.decode()) == Code.DONE
    assert bank.requests().keys() == {"T1"}


def test_two_nodes_fill_a_book_exactly(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    """However two processes take turns, as many payees are kept as there may be, and the rest is refused."""
    monkeypatch.setattr(PAYEES, "most", 10)
    nodes = [bank.node(), bank.node()]
    futures = [
        node.ask(command(SavePayee(account=f"{number}-{which}", name="甲"), f"S{number}-{which}"))
        for number in range(20)
        for which, node in enumerate(nodes)
    ]
    replies = [future.result(30) for future in futures]
    codes = [code(reply.decode()) for reply in replies if isinstance(reply, bytes)]

    assert (codes.count(Code.DONE), codes.count(Code.LIST_FULL)) == (10, 30)
    assert len(Book(nodes[0]).found()) == 10
