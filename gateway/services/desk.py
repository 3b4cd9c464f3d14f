"""The desk: the thread that goes to the core with what was decided, and signs the replies.

It takes one batch after the other: what others may have done is asked first, then all moves in one call, then
all account questions in one, then pages of entries. It changes no task and touches no database: each task comes back as
a Result for the committer to store.
"""

import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from twisted.logger import Logger

from core_adapter.core import (
    MOVES_MAX,
    AccountLost,
    Core,
    CoreAccount,
    CoreUnavailable,
    Declined,
    Done,
    Move,
    NotFound,
    Unknown,
)
from gateway.domain.command import Command, Look, Pay, Refuse, Reply
from gateway.domain.facts import Request, Transfer
from gateway.domain.states import State, move
from gateway.journal.task import Result, Task
from gateway.scribe import Echo, Scribe
from gateway.services import steps
from gateway.services import transfer as transfers
from gateway.services.steps import Outcome
from protocol.codes import Code
from protocol.head import Outcome as ReplyOutcome
from signer.keys import SignerUnavailable

T = TypeVar("T")


class Desk:
    """See the module; made with the core, the scribe, and who takes the results."""

    def __init__(self, core: Core, scribe: Scribe, bring: Callable[[list[Result]], None]) -> None:
        self._core = core
        self._scribe = scribe
        self._bring = bring
        self._batches: deque[list[Task] | Callable[[], None]] = deque()
        self._wake = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="desk", daemon=True)
        self.core_ok = True
        self._trying = False
        self.log = Logger(namespace="desk")

    def start(self) -> None:
        """Begin to take tasks."""
        self._thread.start()

    def put(self, tasks: list[Task]) -> None:
        """Take a batch, decided and durable; it is brought back as one."""
        with self._wake:
            self._batches.append(tasks)
            self._wake.notify()

    def run_with_core(self, job: Callable[[Core], Any], done: Callable[[Any], None]) -> None:
        """Run `job` with the core between two batches; `done` gets its value or its exception, on this thread."""

        def run() -> None:
            try:
                value = job(self._core)
            except Exception as error:  # noqa: BLE001  (handed to whoever asked)
                value = error
            done(value)

        with self._wake:
            self._batches.append(run)
            self._wake.notify()

    def try_core(self) -> None:
        """See whether a core that could not answer can again: while it cannot, nobody may send what would show it."""
        with self._wake:
            if self.core_ok or self._trying:
                return
            self._trying = True
            self._batches.append(self._try_core)
            self._wake.notify()

    def stop(self, seconds: float) -> bool:
        """End after what waits; False when `seconds` were not enough."""
        with self._wake:
            self._stopping = True
            self._wake.notify()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def answer(self, task: Task) -> Result:
        """The result of a task whose answer is known already; called on the committer's thread."""
        assert isinstance(task.decision, Refuse | Reply)
        return self._signed(task, task.decision)

    def late(self, task: Task) -> Result:
        """A reply for a task whose core has not answered in time; called on the committer's thread."""
        match task.decision:
            case Pay(transfer=transfer):
                unknown = replace(transfer, state=State.UNKNOWN)
                return replace(self._signed(task, transfers.answer(unknown), (unknown,)), late=True)
            case Refuse() | Reply() as decided:
                return replace(self._signed(task, decided), late=True)
            case _:
                return Result(task, code=Code.CORE_UNAVAILABLE, late=True)

    # -- the desk's thread

    def _run(self) -> None:
        while (batch := self._take()) is not None:
            if isinstance(batch, list):
                self._bring(self._serve(batch))
            else:
                batch()

    def _take(self) -> list[Task] | Callable[[], None] | None:
        with self._wake:
            while not self._batches:
                if self._stopping:
                    return None
                self._wake.wait()
            return self._batches.popleft()

    def _serve(self, tasks: list[Task]) -> list[Result]:
        moved = self._pay(tasks)
        seen = self._accounts(
            {number for task in tasks if isinstance(task.decision, Look) for number in task.decision.accounts}
        )
        results = []
        for task in tasks:
            try:
                results.append(self._answer(task, moved[task], seen))
            except Exception:  # noqa: BLE001  (a bug in one answer must not lose the others; recovery looks again)
                self.log.failure("an answer could not be made")
                results.append(Result(task, moved[task], code=Code.INTERNAL))
        return results

    def _answer(self, task: Task, moved: tuple[Transfer, ...], seen: Mapping[str, Any] | None) -> Result:
        match task.decision:
            case Pay():
                return self._signed(task, transfers.answer(moved[0]), moved)
            case Look() as look:
                return self._look(task, look, seen)
            case Refuse() | Reply() as decided:
                return self._signed(task, decided)
        assert task.request
        return self._signed(task, _again(task.request, moved), moved)

    def _try_core(self) -> None:
        try:
            self._core.accounts(())
            self.core_ok = True
        except Exception as error:  # noqa: BLE001  as for accounts
            self._core_failed(error)
        finally:
            self._trying = False

    # -- money

    def _pay(self, tasks: list[Task]) -> dict[Task, tuple[Transfer, ...]]:
        """The transfers of each task as they stand after the core was asked; unknown where it could not be reached."""
        # A task that was taken over may hold what was given to the core before: that is asked about first.
        before = [t for task in tasks if task.command is None for t in task.transfers if t.state is not State.RELEASED]
        moves = {t: steps.first(t) for task in tasks for t in task.transfers}
        outcomes = self.made([m for each in moves.values() for m in each], asked=[m for t in before for m in moves[t]])
        if undo := [move for each in moves.values() for move in steps.undone(each, outcomes)]:
            undoing = self.made(undo, asked=undo)
            # Until its other hold is free again, nothing final is known of a payment.
            outcomes |= {(move.instruction, move.hold_step or 0): undoing[move.id] for move in undo}
        return {task: tuple(_after(t, steps.together(moves[t], outcomes)) for t in task.transfers) for task in tasks}

    def made(self, moves: Sequence[Move], *, asked: Sequence[Move]) -> dict[tuple[str, int], Outcome]:
        """What became of moves, by their ids; those that were perhaps given to the core before are asked about first.

        On the desk's thread alone.
        """
        outcomes: dict[tuple[str, int], Outcome] = {}
        for start in range(0, len(asked), MOVES_MAX):
            outcomes.update(self._ask(asked[start : start + MOVES_MAX]))
        to_move = [move for move in moves if isinstance(outcomes.get(move.id, NotFound()), NotFound)]
        for start in range(0, len(to_move), MOVES_MAX):
            outcomes.update(self._move(to_move[start : start + MOVES_MAX]))
        return outcomes

    def accounts(self, numbers: set[str]) -> Mapping[str, CoreAccount]:
        """Accounts of the core by number, on the desk's thread alone; raises CoreUnavailable."""
        return self._core.accounts(numbers)

    def _ask(self, asked: Sequence[Move]) -> dict[tuple[str, int], Outcome]:
        """What became of moves that were perhaps sent before: nothing is sent again that was not asked about first."""
        try:
            found = _whole(self._core.ask([move.id for move in asked]), asked)
            self.core_ok = _told(found)
        except Exception as error:  # noqa: BLE001  whatever it is, nobody has been told anything: unknown still
            self._core_failed(error)
            found = [Unknown()] * len(asked)
        return {move.id: outcome for move, outcome in zip(asked, found, strict=True)}

    def _move(self, sent: Sequence[Move]) -> dict[tuple[str, int], Outcome]:
        try:
            done = _whole(self._core.move(sent), sent)
            self.core_ok = _told(done)
        except CoreUnavailable:
            self.core_ok = False
            return {move.id: Unknown() for move in sent}
        except Exception:  # noqa: BLE001  (whatever it is, the money may have moved: unknown, until the core is asked)
            self.log.failure("the core could not take a batch")
            if len(sent) == 1:
                return {sent[0].id: Unknown()}
            return {name: outcome for single in sent for name, outcome in self._move([single]).items()}
        return {move.id: outcome for move, outcome in zip(sent, done, strict=True)}

    # -- questions

    def _accounts(self, numbers: set[str]) -> Mapping[str, Any] | None:
        """The accounts that any of the questions names, all in one call; None when the core cannot answer."""
        if not numbers:
            return {}
        try:
            found = self._core.accounts(numbers)
        except Exception as error:  # noqa: BLE001  a question without an answer, whatever the reason
            self._core_failed(error)
            return None
        self.core_ok = True
        return found

    def _core_failed(self, error: Exception) -> None:
        """Note that the core could not answer; what it should never raise is a bug and is logged as one."""
        self.core_ok = False
        if not isinstance(error, CoreUnavailable):
            self.log.failure("the core failed in a way it should not")

    def _look(self, task: Task, look: Look, seen: Mapping[str, Any] | None) -> Result:
        if look.page is None:
            if seen is None:
                return Result(task, code=Code.CORE_UNAVAILABLE)
            return self._signed(task, look.then({number: seen[number] for number in look.accounts if number in seen}))
        page = look.page
        try:
            entries = self._core.entries(page.account, page.first, page.last, after=page.after, limit=page.limit)
        except AccountLost:
            return self._signed(task, Refuse(Code.ACCOUNT_LOST))
        except Exception as error:  # noqa: BLE001  as for accounts
            self._core_failed(error)
            return Result(task, code=Code.CORE_UNAVAILABLE)
        return self._signed(task, look.then(entries))

    # -- replies

    def _signed(self, task: Task, decided: Reply | Refuse, moved: tuple[Transfer, ...] = ()) -> Result:
        if task.stored:
            return Result(task, moved)
        try:
            reply = self._scribe.reply(_echo(task), decided)
        except SignerUnavailable:
            return Result(task, moved, code=Code.SIGNER_UNAVAILABLE)
        except Exception:  # noqa: BLE001  what is durable must never be done again for want of an answer
            self.log.failure("an answer could not be made")
            return Result(task, moved, code=Code.INTERNAL)
        return Result(task, moved, reply=reply, code=decided.code)


def _whole(outcomes: list[T], asked: Sequence[Move]) -> list[T]:
    """The outcomes, if there is one for each; ValueError otherwise, for nobody knows then which is whose."""
    if len(outcomes) != len(asked):
        raise ValueError(f"{len(outcomes)} outcomes for {len(asked)} moves")
    return outcomes


def _told(outcomes: Sequence[Outcome]) -> bool:
    """Whether the core said something about any of them; one that is silent is as good as away."""
    return not all(isinstance(outcome, Unknown) for outcome in outcomes)


def _after(transfer: Transfer, outcome: Done | Declined | Unknown) -> Transfer:
    """The transfer after the core's word; silence makes it unknown, never failed.

    One to another bank is on its way once its money is held.
    """
    state = State.PROCESSING if transfer.state is State.RELEASED else transfer.state
    match outcome:
        case Done() if transfer.leg is not None:
            return replace(transfer, state=move(state, State.CLEARING))
        case Done(reference, booked_at):
            return replace(
                transfer,
                state=move(state, State.SUCCEEDED),
                reference=reference,
                booked_ms=round(booked_at.timestamp() * 1000),
            )
        case Declined(reasons):
            return replace(transfer, state=move(state, State.FAILED), reasons=tuple(reasons))
        case _:
            return replace(transfer, state=move(state, State.UNKNOWN))


def _again(request: Request, moved: tuple[Transfer, ...]) -> Reply | Refuse:
    """The answer to a request taken over, from its rows alone."""
    if request.code is not None:
        return Reply(ReplyOutcome(request.code, request.details), request.body)
    transfer = moved[0] if moved else request.transfer
    return transfers.answer(transfer) if transfer else Refuse(Code.INTERNAL)


def _echo(task: Task) -> Echo:
    if (command := task.command) is not None:
        return echo(command)
    request = task.request
    assert request
    return Echo(
        customer_id=request.customer_id,
        operator_id=request.operator_id,
        request_id=request.request_id,
        body_digest=request.body_digest,
        language="en" if request.language == "en" else "zh",
        encoding=request.encoding,
    )


def echo(command: Command) -> Echo:
    """What the reply to a command repeats of it."""
    head = command.head
    return Echo(
        customer_id=head.customer_id,
        operator_id=head.operator_id,
        request_id=head.request_id,
        body_digest=command.body_digest,
        language="en" if command.language == "en" else "zh",
        encoding=command.encoding,
    )
