"""One customer's day over one way in: look around, pay, repeat, query, fence and page; each reply is verified."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from conformance.reply import VerifiedReply
from conformance.request import SignedRequest
from demo.sender import Sender
from protocol.codes import Code
from protocol.messages.account import (
    EntryItem,
    QueryAccounts,
    QueryAccountsReply,
    QueryBalance,
    QueryBalanceReply,
    QueryTransactions,
    QueryTransactionsReply,
)
from protocol.messages.help import SelfTest, SelfTestReply
from protocol.messages.transfer import QueryTransfer, QueryTransferReply, SubmitTransfer, TransferState

PAGE: Final = 2
"""Rows a page: few, so that paging shows."""


@dataclass(frozen=True, slots=True)
class Part:
    """Whose day it is: the own accounts and a payee of another customer."""

    payer: str
    second: str
    own_name: str
    payee: str
    payee_name: str


class Story:
    """Tells one day of one sender."""

    def __init__(self, sender: Sender, part: Part) -> None:
        self._sender = sender
        self._part = part

    def tell(self, today: date) -> None:
        """The whole day; what is not as expected is noted in the record."""
        self._look_around()
        before = self._available()
        paid = [self._pay(self._own(1_00), "own account"), self._pay(self._other(12_34), "another customer")]
        self._sender.expect("the balance is less by what was paid", holds=self._available() == before - 1_00 - 12_34)
        self._repeat(*paid[1])
        self._query(paid[1][0])
        self._fence()
        self._page(today, {request.request_id for request, _ in paid})

    # -- looking

    def _look_around(self) -> None:
        reply = self._sender.ask("SelfTest", SelfTest())
        if reply is not None:
            seen = reply.body_as(SelfTestReply)
            self._sender.expect(
                "SelfTest names our algorithm", holds=seen.algorithm == self._sender.client.file.key.algorithm
            )
        reply = self._sender.ask("QueryAccounts", QueryAccounts())
        if reply is not None:
            numbers = {account.account for account in reply.body_as(QueryAccountsReply).accounts}
            self._sender.expect("both own accounts are listed", holds={self._part.payer, self._part.second} <= numbers)

    def _available(self) -> int:
        reply = self._sender.ask("QueryBalance", QueryBalance(account=(self._part.payer, self._part.second)))
        return reply.body_as(QueryBalanceReply).balance[0].available if reply is not None else -1

    # -- paying

    def _own(self, amount: int) -> SubmitTransfer:
        return self._transfer(self._part.second, self._part.own_name, amount)

    def _other(self, amount: int) -> SubmitTransfer:
        return self._transfer(self._part.payee, self._part.payee_name, amount)

    def _transfer(self, payee: str, name: str, amount: int) -> SubmitTransfer:
        return SubmitTransfer(
            payer_account=self._part.payer,
            payee_account=payee,
            payee_name=name,
            amount=amount,
            currency="CNY",
            purpose=f"演示·货款 {self._sender.way}",
        )

    def _pay(self, transfer: SubmitTransfer, whom: str) -> tuple[SignedRequest, VerifiedReply | None]:
        request = self._sender.client.prepare(transfer)
        reply = self._sender.deliver(f"SubmitTransfer to {whom}", request)
        self._sender.record.transfers += reply is not None and reply.accepted
        return request, reply

    def _repeat(self, request: SignedRequest, first: VerifiedReply | None) -> None:
        """The same bytes, the same request signed anew, and the same id for another amount."""
        again = self._sender.deliver("the same bytes again", request)
        resigned = self._sender.client.prepare(self._again(), request_id=request.request_id)
        anew = self._sender.deliver("the same, signed anew", resigned)
        for reply in (again, anew):
            same = first is not None and reply is not None and reply.raw == first.raw
            self._sender.expect("a repeat brings the stored reply, byte for byte", holds=same)
        other = self._sender.client.prepare(replace(self._again(), amount=99_99), request_id=request.request_id)
        self._sender.deliver("the same id, another amount", other, Code.REQUEST_ID_REUSED)

    def _again(self) -> SubmitTransfer:
        return self._other(12_34)

    # -- asking what became of it

    def _query(self, request: SignedRequest) -> None:
        reply = self._sender.ask("QueryTransfer, a known id", QueryTransfer(request_id=request.request_id))
        if reply is not None:
            found = reply.body_as(QueryTransferReply)
            self._sender.expect(
                "the transfer succeeded, finally", holds=found.state is TransferState.SUCCEEDED and found.final
            )

    def _fence(self) -> None:
        """An id never sent: not found at first, then fenced, then refused for ever."""
        never = self._sender.client.prepare(self._own(5_00))
        for fence, state in ((False, TransferState.NOT_FOUND), (True, TransferState.FENCED)):
            name = "QueryTransfer, an unknown id" + (", with fence" if fence else "")
            reply = self._sender.ask(name, QueryTransfer(request_id=never.request_id, fence=fence))
            if reply is not None:
                found = reply.body_as(QueryTransferReply)
                self._sender.expect(f"an unknown id is {state}", holds=found.state is state and found.final is fence)
        self._sender.deliver("SubmitTransfer under the fenced id", never, Code.REQUEST_ID_FENCED)

    def _page(self, today: date, ids: set[str]) -> None:
        """Every page of yesterday and today; the entries of our transfers are on one of them."""
        query = QueryTransactions(
            account=self._part.payer,
            from_date=today - timedelta(days=1),
            to_date=today,
            page_size=PAGE,
        )
        entries: list[EntryItem] = []
        number, cursor = 0, None
        while number == 0 or cursor is not None:
            number += 1
            reply = self._sender.ask(f"QueryTransactions, page {number}", replace(query, cursor=cursor))
            if reply is None:
                return
            page = reply.body_as(QueryTransactionsReply)
            entries += page.entry
            cursor = page.next_cursor
        self._sender.expect("there is more than one page", holds=number > 1)
        self._sender.expect("no entry comes twice", holds=len({entry.entry_id for entry in entries}) == len(entries))
        self._sender.expect("our transfers have their entries", holds=ids <= {entry.request_id for entry in entries})
