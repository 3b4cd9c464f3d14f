"""One customer's day over one way in: look around, pay, repeat, query, fence and page; each reply is verified."""

import time
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from conformance.client import Client
from conformance.errors import ClientError
from conformance.reply import VerifiedReply
from conformance.request import SignedRequest
from demo.record import Record, Row
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
    """Tells one day through one client, into one record."""

    def __init__(self, client: Client, way: str, part: Part, record: Record) -> None:
        """`way` is what the table calls the door."""
        self._client = client
        self._way = way
        self._part = part
        self._record = record

    def tell(self, today: date) -> None:
        """The whole day; what is not as expected is noted in the record."""
        self._look_around()
        before = self._available()
        paid = [self._pay(self._own(1_00), "own account"), self._pay(self._other(12_34), "another customer")]
        self._expect("the balance is less by what was paid", holds=self._available() == before - 1_00 - 12_34)
        self._repeat(*paid[1])
        self._query(paid[1][0])
        self._fence()
        self._page(today, {request.request_id for request, _ in paid})

    # -- looking

    def _look_around(self) -> None:
        reply = self._ask("SelfTest", SelfTest())
        if reply is not None:
            seen = reply.body_as(SelfTestReply)
            self._expect("SelfTest names our algorithm", holds=seen.algorithm == self._client.file.key.algorithm)
        reply = self._ask("QueryAccounts", QueryAccounts())
        if reply is not None:
            numbers = {account.account for account in reply.body_as(QueryAccountsReply).accounts}
            self._expect("both own accounts are listed", holds={self._part.payer, self._part.second} <= numbers)

    def _available(self) -> int:
        reply = self._ask("QueryBalance", QueryBalance(account=(self._part.payer, self._part.second)))
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
            purpose=f"演示·货款 {self._way}",
        )

    def _pay(self, transfer: SubmitTransfer, whom: str) -> tuple[SignedRequest, VerifiedReply | None]:
        request = self._client.prepare(transfer)
        reply = self._deliver(f"SubmitTransfer to {whom}", request)
        self._record.transfers += reply is not None and reply.accepted
        return request, reply

    def _repeat(self, request: SignedRequest, first: VerifiedReply | None) -> None:
        """The same bytes, the same request signed anew, and the same id for another amount."""
        again = self._deliver("the same bytes again", request)
        resigned = self._client.prepare(self._again(), request_id=request.request_id)
        anew = self._deliver("the same, signed anew", resigned)
        for reply in (again, anew):
            same = first is not None and reply is not None and reply.raw == first.raw
            self._expect("a repeat brings the stored reply, byte for byte", holds=same)
        other = self._client.prepare(replace(self._again(), amount=99_99), request_id=request.request_id)
        self._deliver("the same id, another amount", other, Code.REQUEST_ID_REUSED)

    def _again(self) -> SubmitTransfer:
        return self._other(12_34)

    # -- asking what became of it

    def _query(self, request: SignedRequest) -> None:
        reply = self._ask("QueryTransfer, a known id", QueryTransfer(request_id=request.request_id))
        if reply is not None:
            found = reply.body_as(QueryTransferReply)
            self._expect(
                "the transfer succeeded, finally", holds=found.state is TransferState.SUCCEEDED and found.final
            )

    def _fence(self) -> None:
        """An id never sent: not found at first, then fenced, then refused for ever."""
        never = self._client.prepare(self._own(5_00))
        for fence, state in ((False, TransferState.NOT_FOUND), (True, TransferState.FENCED)):
            name = "QueryTransfer, an unknown id" + (", with fence" if fence else "")
            reply = self._ask(name, QueryTransfer(request_id=never.request_id, fence=fence))
            if reply is not None:
                found = reply.body_as(QueryTransferReply)
                self._expect(f"an unknown id is {state}", holds=found.state is state and found.final is fence)
        self._deliver("SubmitTransfer under the fenced id", never, Code.REQUEST_ID_FENCED)

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
            reply = self._ask(f"QueryTransactions, page {number}", replace(query, cursor=cursor))
            if reply is None:
                return
            page = reply.body_as(QueryTransactionsReply)
            entries += page.entry
            cursor = page.next_cursor
        self._expect("there is more than one page", holds=number > 1)
        self._expect("no entry comes twice", holds=len({entry.entry_id for entry in entries}) == len(entries))
        self._expect("our transfers have their entries", holds=ids <= {entry.request_id for entry in entries})

    # -- sending

    def _ask(self, name: str, message: object) -> VerifiedReply | None:
        return self._deliver(name, self._client.prepare(message))

    def _deliver(self, name: str, request: SignedRequest, code: Code = Code.DONE) -> VerifiedReply | None:
        """Send one request and note the row; None where no reply could be verified or it is not the one expected."""
        begun = time.perf_counter()
        reply: VerifiedReply | None = None
        wrong = None
        try:
            reply = self._client.deliver(request)
            if reply.code != code:
                wrong = f"{reply.code}, not {code}: {reply.outcome.text}"
        except ClientError as error:
            wrong = str(error)
        self._record.rows.append(
            Row(
                name,
                self._way,
                self._client.file.key.algorithm,
                code=reply.code if reply else "",
                text=reply.outcome.text if reply else "",
                milliseconds=(time.perf_counter() - begun) * 1000,
                signed=reply is not None,
                wrong=wrong,
            )
        )
        return reply if wrong is None else None

    def _expect(self, what: str, *, holds: bool) -> None:
        self._record.expect(f"{what} ({self._way}, {self._client.file.operator})", holds=holds)
