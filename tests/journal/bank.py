"""A whole bank without doors: journal, ledger, committer, desk and scribe, in one or more nodes over one database."""

import hashlib
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, insert, select, update

from core_adapter.core import Core
from core_adapter.database import database_now, migrate, open_engine
from core_adapter.ledger import MIGRATIONS, Ledger, NewAccount
from gateway.domain.calendar import SHANGHAI
from gateway.domain.command import Command, Refuse, Seen
from gateway.domain.hours import ScheduleRules
from gateway.domain.terms import RoutingRules
from gateway.journal.committer import Committer
from gateway.journal.tables import (
    ACT,
    ATTACHED_ACCOUNT,
    CUSTOMER,
    MESSAGE_LOG,
    OPERATOR,
    OPERATOR_ACCOUNT,
    REQUEST,
    SITE,
    TRANSFER,
    USAGE,
)
from gateway.journal.tables import PAYEE as PAYEE_BOOK
from gateway.journal.task import Delivery, Told, Waiter
from gateway.scribe import Scribe
from gateway.services.desk import Desk
from gateway.services.service import Bank as BankFacts
from gateway.services.table import Services
from protocol import binding
from protocol.catalogue import CATALOGUE
from protocol.codes import Code
from protocol.head import Head
from protocol.messages.transfer import QueryTransfer, SubmitTransfer
from signer.issue import make_key, self_signed
from signer.software import load_signing_key

CUSTOMER_ID = "C1"
OPERATOR_ID = "ERP1"
PAYER, SAVINGS, PAYEE = "6200000000000000018", "6200000000000000026", "6200000000000000034"
OPENING = 100_000_00
"""Fen on PAYER when the bank opens."""

_KEY = make_key("ecdsa")
_START = datetime(2026, 1, 1, tzinfo=UTC)
KEY = load_signing_key(_KEY, self_signed(_KEY, "bank", _START, _START + timedelta(days=3650)))
SEEN = Seen("ecdsa-p256-sha256", "sha256", bytes(32), bytes(32), "00", _START, None, None)


def command(
    body: Any,
    request_id: str,
    *,
    customer: str = CUSTOMER_ID,
    operator: str = OPERATOR_ID,
    skew_ms: int = 0,
    refusal: Refuse | None = None,
) -> Command:
    """A verified message with this typed body, as the road would hand it over."""
    xml = binding.write(body)
    return Command(
        head=Head("1.0", customer, operator, request_id, _START, "en"),
        raw=f"<signed id={request_id!r}>{xml}</signed>".encode(),
        encoding="UTF-8",
        body_digest=hashlib.sha256(xml.encode()).digest(),
        received_at=_START,
        skew_ms=skew_ms,
        seen=SEEN,
        service=CATALOGUE[binding.tag_of(type(body))],
        body=body,
        refusal=refusal,
    )


def transfer(request_id: str, amount: int = 1234, **changed: Any) -> Command:
    """A transfer of `amount` fen from PAYER to PAYEE."""
    fields: dict[str, Any] = {
        "payer_account": PAYER,
        "payee_account": PAYEE,
        "payee_name": "乙公司",
        "amount": amount,
        "currency": "CNY",
        "purpose": "货款",
    }
    return command(SubmitTransfer(**fields | changed), request_id)


def query(request_id: str, *, fence: bool = False) -> Command:
    """What became of a request id."""
    return command(QueryTransfer(request_id=request_id, fence=fence), f"Q-{request_id}"[:32])


@dataclass
class Node:
    """One process's committer and desk."""

    committer: Committer
    desk: Desk
    scribe: Scribe
    died: bool = False

    def ask(self, asked: Command) -> "Future[bytes | Code]":
        """Submit a command; the future gets the reply's bytes or the code why there is none."""
        future: Future[bytes | Code] = Future()

        def done(told: Told) -> None:
            future.set_result(told.reply if told.reply is not None else told.code or Code.INTERNAL)

        self.committer.submit([Waiter(asked, done)])
        return future

    def answer(self, asked: Command) -> str:
        """Submit a command and wait for its reply, as text."""
        value = self.ask(asked).result(20)
        assert isinstance(value, bytes), value
        return value.decode()

    def idle(self, asked: Command) -> int | None:
        """Submit a patient command; the number above which there is nothing to tell yet."""
        future: Future[int | None] = Future()
        self.committer.submit([Waiter(asked, lambda told: future.set_result(told.idle))])
        return future.result(20)

    def stop(self) -> None:
        """Stop as the daemon does; what a node that died had under way is left as it was."""
        if self.died:
            self.committer._ahead = 0
        for part in (self.committer, self.desk):
            if part._thread.ident is not None:
                assert part.stop(20)


@dataclass
class Bank:
    """The databases, and the nodes that were started over them."""

    journal_url: str
    core_url: str
    schema: bool
    nodes: list[Node] = field(default_factory=list)
    engines: list[Engine] = field(default_factory=list)
    books: tuple[Engine, Ledger] | None = None

    def journal(self) -> Engine:
        """A new engine over the journal."""
        engine = open_engine(self.journal_url, schema="gateway" if self.schema else None)
        self.engines.append(engine)
        return engine

    def ledger(self) -> Ledger:
        """A new ledger over the core's database."""
        engine = open_engine(self.core_url, schema="core" if self.schema else None)
        self.engines.append(engine)
        return Ledger(engine)

    def open(self) -> "Bank":
        """Make the tables, a customer, its operators with two accounts, and another holder's account."""
        journal, ledger = self.journal(), self.ledger()
        migrate(journal, "gateway.journal.migrations")
        migrate(ledger.engine, MIGRATIONS)
        ledger.open_accounts(
            [
                NewAccount(PAYER, "甲公司", opening=OPENING),
                NewAccount(SAVINGS, "甲公司", opening=5_000_00),
                NewAccount(PAYEE, "乙公司"),
            ],
            date(2026, 1, 1),
        )
        with journal.begin() as tx:
            tx.execute(insert(CUSTOMER), {"customer_id": CUSTOMER_ID, "name": "甲公司", "status": "normal"})
            own = [{"customer_id": CUSTOMER_ID, "account": account} for account in (PAYER, SAVINGS)]
            tx.execute(insert(ATTACHED_ACCOUNT), own)
            for operator, permissions in ((OPERATOR_ID, "enter query"), ("LOOK1", "query")):
                tx.execute(
                    insert(OPERATOR),
                    {
                        "customer_id": CUSTOMER_ID,
                        "operator_id": operator,
                        "name": operator,
                        "status": "normal",
                        "permissions": permissions,
                    },
                )
                key = {"operator_id": operator, "account_owner": CUSTOMER_ID}
                tx.execute(insert(OPERATOR_ACCOUNT), [each | key for each in own])
        return self

    def node(
        self,
        core: Core | None = None,
        *,
        lease_seconds: float = 10,
        reply_seconds: float = 2,
        key: Any = KEY,
        start: bool = True,
        name: str | None = None,
        leave: Callable[[list[Delivery]], None] | None = None,
        rules: ScheduleRules | None = None,
        routing: RoutingRules | None = None,
    ) -> Node:
        """Start a node, with the ledger as its core unless another is given, and the manuals' hours unless others.

        With the terms of `routing` it takes payments to other banks.
        """
        name = name or f"node{len(self.nodes)}"
        chains = iter(f"{name}-{number}" for number in range(1000))
        scribe = Scribe(key, lambda: _START, name)
        committer = Committer(
            self.journal(),
            Services(
                BankFacts(
                    "313100000013",
                    300_000,
                    rules or ScheduleRules(),
                    routing or RoutingRules(),
                    interbank=routing is not None,
                )
            ),
            owner=name,
            new_chain=lambda: next(chains),
            lease_seconds=lease_seconds,
            reply_seconds=reply_seconds,
            queue_max=1000,
            ahead_max=2,
            tick_seconds=0.02,
            leave=leave or tell,
        )
        node = Node(committer, Desk(core or self.ledger(), scribe, committer.bring), scribe)
        self.nodes.append(node)
        if start:
            node.desk.start()
            committer.start(node.desk)
        return node

    def close(self) -> None:
        """Stop every node and close every engine."""
        for node in self.nodes:
            node.stop()
        for engine in self.engines:
            engine.dispose()

    def set_clock(self, moment: str) -> None:
        """Let the business clock show a moment in Shanghai; it goes on from there."""
        shown = datetime.fromisoformat(moment).replace(tzinfo=SHANGHAI)
        with self._books()[0].begin() as tx:
            tx.execute(update(SITE).values(clock_offset_ms=round(shown.timestamp() * 1000) - database_now(tx)))

    def set_account(self, account: str, **columns: Any) -> None:
        """Change columns of an account in the register, such as `limit_day` in fen, or `closed`."""
        with self._books()[0].begin() as tx:
            tx.execute(update(ATTACHED_ACCOUNT).where(ATTACHED_ACCOUNT.c.account == account).values(**columns))
            tx.execute(update(SITE).values(register_version=SITE.c.register_version + 1))

    # -- what is in the books

    def _books(self) -> tuple[Engine, Ledger]:
        if self.books is None:
            self.books = self.journal(), self.ledger()
        return self.books

    def balance(self, account: str) -> int:
        """The balance of an account at the core, in fen."""
        return self._books()[1].accounts([account])[account].balance

    def requests(self) -> dict[str, Any]:
        """Every used-up id with its row."""
        with self._books()[0].connect() as connection:
            return {row.request_id: row for row in connection.execute(select(REQUEST))}

    def transfers(self) -> dict[str, Any]:
        """Every instruction by its request id."""
        with self._books()[0].connect() as connection:
            return {row.request_id: row for row in connection.execute(select(TRANSFER))}

    def usage(self) -> dict[tuple[str, str], int]:
        """What is used of limits, by scope and subject; of one day, for no test lasts longer."""
        with self._books()[0].connect() as connection:
            return {(row.scope, row.subject): row.amount for row in connection.execute(select(USAGE))}

    def used(self, day: str) -> dict[str, int]:
        """What is used of the limits of a business date, by scope; what is not used is absent."""
        with self._books()[0].connect() as connection:
            found = connection.execute(select(USAGE).where(USAGE.c.business_date == day, USAGE.c.amount > 0))
            return {row.scope: row.amount for row in found}

    def usage_days(self) -> set[str]:
        """The business dates that have counters."""
        with self._books()[0].connect() as connection:
            return set(connection.execute(select(USAGE.c.business_date)).scalars())

    def payees(self) -> list[str]:
        """The accounts in the payee books."""
        with self._books()[0].connect() as connection:
            return list(connection.execute(select(PAYEE_BOOK.c.account)).scalars())

    def acts(self) -> dict[str, list[Any]]:
        """What was done to each matter, by its request id."""
        with self._books()[0].connect() as connection:
            acts: dict[str, list[Any]] = {}
            for row in connection.execute(select(ACT).order_by(ACT.c.number)):
                acts.setdefault(row.request_id, []).append(row)
            return acts

    def log(self) -> list[Any]:
        """Every row of the message log, chain by chain, in order."""
        with self._books()[0].connect() as connection:
            return list(connection.execute(select(MESSAGE_LOG).order_by(MESSAGE_LOG.c.chain, MESSAGE_LOG.c.seq)))


def tell(deliveries: list[Delivery]) -> None:
    """Tell every waiter, as the reactor would."""
    for waiter, value in deliveries:
        waiter.done(value)
