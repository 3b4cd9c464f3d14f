"""One transaction of the committer: what is stored and what is entered in it, in the fixed order of the tables.

Pure of threads: a turn is given the connection, the chain and the tasks, and says what was decided. Nothing here
changes a task, for the transaction may still be lost.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy import Connection

from gateway.domain.command import Change, Command, Decision, Enter, Pay, Read, Refuse, Replay, Reply, Settle
from gateway.domain.facts import Facts, Request, Transfer
from gateway.domain.matter import Matter, MatterKey
from gateway.domain.repeat import repeat
from gateway.domain.states import State, is_final, is_with_clearing
from gateway.journal import book, events, legs, matters, record, transfers
from gateway.journal.affairs import Affairs, counters_of
from gateway.journal.book import Payee
from gateway.journal.chain import Chain, LogRow, Sender
from gateway.journal.channels import with_ways
from gateway.journal.record import Claim, Closing, Key
from gateway.journal.savepoint import kept_unless_refused
from gateway.journal.standing import Standing
from gateway.journal.task import Result, Serving, Task
from protocol.catalogue import Kind
from protocol.head import Outcome
from protocol.messages.transfer import TransferState

ORDER = "order"
"""The kind of a request that uses up its own id."""
BACKOFF_MS_MAX = 60_000
"""The longest pause between two questions to the core about one instruction, in milliseconds."""

Outcomes = tuple[Transfer, Transfer]
"""A transfer as the desk took it, and as it brought it back."""


class LeaseLost(Exception):
    """Another process has taken over a request of this group."""


class Entered(NamedTuple):
    """What was decided about a task: the decision, the id it carries (if any), the bytes of a replay (if it is one).

    An answer that is known is a Refuse or a Reply, whatever else was written for it. With `goes_on` its order may have
    payments that somebody is to take to the core once it is answered.
    """

    task: Task
    decision: Decision
    request: Request | None
    replay: bytes | None
    goes_on: bool = False


def administers(task: Task) -> bool:
    """Whether the command may change the register: it goes alone, in a transaction that holds the register.

    Money never waits for the register, so no two transactions wait for each other in a circle.
    """
    return _kind(task) is Kind.ADMINISTRATION


def hold(tx: Connection, tasks: Collection[Task], results: Collection[Result]) -> None:
    """Take what the turn of these commands and results holds to its end, before it reads anything.

    The register for a command that administers, then the lists of every customer whose lists may change.
    """
    if any(map(administers, tasks)):
        record.hold_register(tx)
    keeping = {task.command.head.customer_id for task in tasks if task.command and _kind(task) is Kind.KEEPING}
    book.hold(tx, keeping | {payee.customer_id for payee in _payees(results)})


def _payees(results: Iterable[Result]) -> Iterator[Payee]:
    """The payees to keep now that they were paid (R4.22)."""
    for result in results:
        for paid in result.transfers:
            if paid.save_payee and paid.state is State.SUCCEEDED:
                yield Payee(paid.customer_id, paid.payee_account, paid.payee_bank_code or "", paid.payee_name)


def _kind(task: Task) -> Kind | None:
    service = task.command.service if task.command else None
    return service.kind if service else None


class Turn:
    """See the module; made anew for each transaction."""

    def __init__(
        self, tx: Connection, chain: Chain, serving: Serving, standing: Standing, *, owner: str, lease_ms: int
    ) -> None:
        """`lease_ms` is how long this process may carry a claimed request before another may take it over."""
        self._tx = tx
        self._chain = chain
        self._serving = serving
        self._standing = standing
        self._owner = owner
        self._lease_ms = lease_ms
        self._moment, self._version = record.site(tx)
        self._affairs = Affairs(tx, self._moment, standing.made, standing.feeds)
        self.due_now = False
        self.appended: Mapping[str, int] = {}
        self._log: list[LogRow] = []

    def carry(self, results: list[Result], tasks: list[Task]) -> list[Entered]:
        """Store what the desk brought back, then enter what came in; LeaseLost when a result is no longer ours."""
        commands = [command for task in tasks if (command := task.command)]
        named = [key for command in commands for key in self._serving.matters(command)]
        if named:
            ours = (result.task.key for result in results if result.task.key)
            self._affairs.hold_orders([*ours, *(key[:2] for key in named)])
        outcomes = [pair for result in results for pair in self._outcomes(result)]
        self._store(results, [after for _, after in outcomes])
        self._affairs.tell(events.of_results(results, self._moment.now_ms))
        entered = self._enter(tasks, commands, named, outcomes)
        self.due_now = self._affairs.write()
        self.appended = self._affairs.appended
        answered = [self._read(entry) for entry in entered]
        finished = self._replays(answered)
        record.write_log(self._tx, self._log)
        return finished

    # -- what the desk brought back

    def _outcomes(self, result: Result) -> Iterator[tuple[Transfer, Transfer]]:
        """The transfers of a result before and after; what failed did so on the business date of this turn."""
        for before, after in zip(result.task.transfers, result.transfers, strict=False):
            failed = after.state is State.FAILED
            yield before, replace(after, ended_on=self._moment.business_date) if failed else after

    def _store(self, results: list[Result], outcomes: list[Transfer]) -> None:
        """Write outcomes, replies and log rows; LeaseLost when a request among them is no longer ours."""
        closing: list[Closing] = []
        for result in results:
            reply = self._log_result(result)
            if request := result.task.request:
                closing.append(self._closing(result, request, reply))
        if record.close(self._tx, closing) != len(closing):
            raise LeaseLost
        transfers.write_outcomes(self._tx, outcomes)
        legs.begin(self._tx, (t for t in outcomes if t.state is State.CLEARING), self._moment.now_ms)
        book.save_success(self._tx, _payees(results))

    def _log_result(self, result: Result) -> tuple[str, int] | None:
        """Log the messages that are not yet in the log and the reply to each copy; where the first reply stands."""
        task = result.task
        if result.reply is None or task.stored:
            return None
        first: tuple[str, int] | None = None
        for number, waiter in enumerate(task.waiters):
            if number >= task.logged:
                self._log_in(waiter.command)
            where = self._log_out(waiter.command, result.reply)
            first = first or where
        if task.request and not task.waiters:
            request = task.request
            first = self._add("out", (request.customer_id, request.operator_id, request.request_id), result.reply)
        return first

    def _closing(self, result: Result, request: Request, reply: tuple[str, int] | None) -> Closing:
        answered = reply is not None or request.reply is not None or result.task.stored
        due_ms = self._due_again(result, request, answered=answered)
        return (request.customer_id, request.request_id), request.epoch, due_ms, reply

    def _due_again(self, result: Result, request: Request, *, answered: bool) -> int | None:
        """When the request is to be looked at again; None when nothing is left to do."""
        if result.late:
            return self._moment.now_ms + self._lease_ms
        through = [is_final(transfer.state) or is_with_clearing(transfer.state) for transfer in result.transfers]
        if answered and all(through):
            return self._moment.now_ms if result.task.goes_on else None
        if answered and result.task.goes_on and any(through):
            return self._moment.now_ms
        pause = min(BACKOFF_MS_MAX, 1000 << min(request.attempts, 16))
        return self._moment.now_ms + pause

    # -- what came in

    def _enter(
        self, tasks: list[Task], commands: list[Command], named: list[MatterKey], outcomes: list[Outcomes]
    ) -> list[Entered]:
        """Claim ids, gather facts and decide one after the other."""
        subjects = [self._serving.subject(command) for command in commands]
        facts = self._facts(commands)
        claims = self._claim(commands, subjects, facts)
        self._affairs.hold_matters(named)
        codes = map(self._serving.payee_bank, commands)
        facts = with_ways(self._tx, facts, codes, self._affairs.matters.values())
        self._hold_counters(commands, facts, claims, outcomes)
        known = record.requests(
            self._tx,
            (
                (command.head.customer_id, subject)
                for command, subject, claimed in zip(commands, subjects, claims, strict=True)
                if subject and (claimed is None or claimed.kind != ORDER)
            ),
        )
        entered: dict[int, Entered] = {}
        for number, claimed in enumerate(claims):
            if claimed is not None and claimed.kind == ORDER:
                entered[number] = self._enter_order(tasks[number], commands[number], facts[number], claimed)
        for entry in entered.values():
            if entry.request:
                known[entry.request.customer_id, entry.request.request_id] = entry.request
        histories = self._histories(known.values())
        for number, (task, command, subject) in enumerate(zip(tasks, commands, subjects, strict=True)):
            if number not in entered:
                original = known.get((command.head.customer_id, subject or ""))
                seen = replace(facts[number], request=original, matters=histories)
                entered[number] = self._enter_other(task, command, seen)
        self._note_answers(entered.values())
        return [entered[number] for number in sorted(entered)]

    def _hold_counters(
        self,
        commands: list[Command],
        facts: list[Facts],
        claims: list[Claim | None],
        outcomes: list[Outcomes],
    ) -> None:
        """Lock the counters that new orders may look at, then count what failed at the bank."""
        wanted = {
            key
            for command, fact, claimed in zip(commands, facts, claims, strict=True)
            if claimed is not None and claimed.kind == ORDER
            for key in self._serving.counters(command, fact, self._moment)
        }
        failed = [(before, after) for before, after in outcomes if after.state is State.FAILED]
        wanted.update(key for _, after in failed for key in counters_of(after))
        self._affairs.hold_counters(wanted)
        for before, after in failed:
            self._affairs.fail(before, after)

    def _histories(self, known: Iterable[Request]) -> Mapping[MatterKey, Matter]:
        """The matters of the orders that queries ask about: those whose answer was known at entry may have one."""
        held = self._affairs.matters
        keys = [MatterKey(r.customer_id, r.request_id, 0) for r in known if r.code is not None]
        return {**matters.read(self._tx, [key for key in keys if key not in held]), **held}

    def _enter_other(self, task: Task, command: Command, facts: Facts) -> Entered:
        """A repeat of what is known, or a command that uses up no id; it sees what this turn has just entered."""
        if facts.request and command.service and command.service.uses_up_id:
            return Entered(task, repeat(command, facts.request), None, None)
        decision = command.refusal or self._serving.decide(command, facts, self._moment)
        assert not isinstance(decision, Change), "what changes anything uses up its id"
        return Entered(task, decision, None, None)

    def _enter_order(self, task: Task, command: Command, facts: Facts, claimed: Claim) -> Entered:
        payees = self._affairs.payees(facts.customer)
        recurring = self._affairs.recurring(self._serving.recurring(command))
        facts = replace(
            facts, matters=self._affairs.matters, used=self._affairs.used, payees=payees, recurring=recurring
        )
        decision = self._serving.decide(command, facts, self._moment)
        if isinstance(decision, Change):
            decision = kept_unless_refused(self._tx, decision.make)
        elif isinstance(decision, Read):
            decision = decision.read(self._tx)
        goes_on = self._effected(decision)
        if isinstance(decision, Enter | Settle):
            decision = decision.reply
        for waiter in task.waiters:
            self._log_in(waiter.command)
        known = _known(decision)
        request = Request(
            customer_id=claimed.customer_id,
            request_id=claimed.request_id,
            kind=ORDER,
            operator_id=claimed.operator_id,
            service=claimed.service,
            body_digest=claimed.body_digest,
            encoding=command.encoding,
            language=claimed.language,
            received_ms=claimed.received_ms,
            business_date=self._moment.business_date,
            epoch=claimed.epoch,
            attempts=claimed.attempts,
            due_ms=claimed.due_ms,
            code=known.outcome.code if known else None,
            details=known.outcome.details if known else (),
            body=known.body if known else None,
            reply=None,
            transfer=decision.transfer if isinstance(decision, Pay) else None,
        )
        return Entered(task, decision, request, None, goes_on)

    def _effected(self, decision: Decision) -> bool:
        """Note what the decision changes; whether its order has rows that somebody takes to the core one day."""
        match decision:
            case Pay() | Enter():
                self._affairs.enter(decision)
                self._affairs.settle(decision.settled)
            case Settle():
                self._affairs.settle(decision.matters)
        if isinstance(decision, Enter):
            return any(_has_rows(matter) or _is_released(matter) for matter in decision.matters)
        return False

    def _facts(self, commands: list[Command]) -> list[Facts]:
        keys = [(command.head.customer_id, command.head.operator_id) for command in commands]
        return self._standing.facts(self._tx, self._version, keys)

    def _claim(self, commands: list[Command], subjects: list[str | None], facts: list[Facts]) -> list[Claim | None]:
        """By command: the row of the id it has just used up, or None."""
        rows: dict[Key, Claim] = {}
        mine: list[Claim | None] = []
        for command, subject, fact in zip(commands, subjects, facts, strict=True):
            kind = None if command.refusal else self._serving.claims(command, fact)
            key = (command.head.customer_id, subject or "")
            row = None
            if kind and key not in rows:
                row = rows[key] = self._claim_row(command, kind, key[1])
            mine.append(row)
        won = record.claim(self._tx, rows.values())
        return [row if row and row[:2] in won else None for row in mine]

    def _claim_row(self, command: Command, kind: str, request_id: str) -> Claim:
        assert command.service
        return Claim(
            customer_id=command.head.customer_id,
            request_id=request_id,
            kind=kind,
            operator_id=command.head.operator_id,
            service=command.service.name,
            body_digest=command.body_digest,
            encoding=command.encoding,
            language=command.language,
            received_ms=self._moment.now_ms,
            business_date=self._moment.business_date.isoformat(),
            owner=self._owner,
            epoch=1,
            attempts=0,
            due_ms=self._moment.now_ms + self._lease_ms if kind == ORDER else None,
        )

    def _note_answers(self, entered: Iterable[Entered]) -> None:
        """Keep with claimed requests the answers that are known: recovery signs them if this process cannot."""
        claimed = [entry.request for entry in entered if entry.request]
        record.answer(self._tx, [((r.customer_id, r.request_id), r.code, r.details, r.body) for r in claimed if r.code])

    def _read(self, entry: Entered) -> Entered:
        """What is asked of the journal is read last, so that it shows what this turn has entered."""
        if isinstance(entry.decision, Read):
            return entry._replace(decision=entry.decision.read(self._tx))
        return entry

    def _replays(self, entered: list[Entered]) -> list[Entered]:
        """Fetch the stored replies of repeats; log them now, so that they leave on a commit of their own."""
        wanted = [entry.decision.reply for entry in entered if isinstance(entry.decision, Replay)]
        messages = record.stored_messages(self._tx, wanted)
        finished = []
        for entry in entered:
            if isinstance(entry.decision, Replay):
                message = messages[entry.decision.reply]
                for waiter in entry.task.waiters:
                    self._log_in(waiter.command)
                    self._log_out(waiter.command, message)
                finished.append(entry._replace(replay=message))
            else:
                finished.append(entry)
        return finished

    # -- the log

    def _log_in(self, command: Command) -> None:
        self._add("in", _sender(command), command.raw)

    def _log_out(self, command: Command, message: bytes) -> tuple[str, int]:
        return self._add("out", _sender(command), message)

    def _add(self, way: str, sender: Sender, message: bytes) -> tuple[str, int]:
        row = self._chain.add(way, sender, self._moment.now_ms, message)
        self._log.append(row)
        return row[0], row[1]


def _sender(command: Command) -> Sender:
    head = command.head
    return head.customer_id, head.operator_id, head.request_id


def _known(decision: Decision) -> Reply | None:
    """The answer, where it is known when its request is journaled."""
    if isinstance(decision, Refuse):
        return Reply(Outcome(decision.code, decision.details), None)
    return decision if isinstance(decision, Reply) else None


def _has_rows(matter: Matter) -> bool:
    """Whether its order has payments that are numbered: rows of a batch, or runs."""
    return matter.covers_rows or matter.key.row > 0 or matter.recurs


def _is_released(matter: Matter) -> bool:
    """Whether the bank may act as soon as its entry is answered."""
    return matter.state is TransferState.PROCESSING
