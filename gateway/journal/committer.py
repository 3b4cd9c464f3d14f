"""The committer: one thread that owns the database connection and decides everything that waits in one transaction.

A turn is one durable commit. It stores what the desk brought back (outcomes, replies, log rows) and enters what came in
(claims, facts, decisions, instructions). Then the stored replies leave and the decided commands go to the desk, so that
the next group is entered while one is at the core. There is no artificial delay: a turn takes whatever waits.

When the database fails, every waiter is told and nothing is kept in memory: whoever has the lease when it ends asks the
core by id. A group that fails otherwise is done again one by one, so that one poisoned command stops no other.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from twisted.logger import Logger

from core_adapter.database import transact
from gateway.domain.command import Idle, Pay, Refuse, Reply, Wait
from gateway.domain.repeat import is_same
from gateway.domain.states import State
from gateway.journal import record
from gateway.journal.chain import Chain
from gateway.journal.dues import GONE, Dues
from gateway.journal.inbox import Inbox, Work
from gateway.journal.record import Key
from gateway.journal.standing import Standing
from gateway.journal.task import Delivery, Desk, Result, Serving, Task, Told, Waiter
from gateway.journal.turn import Entered, LeaseLost, Turn, administers, hold
from protocol.codes import Code

PARK_SECONDS = 0.05
"""How long a copy whose original runs in another process waits before it looks again."""

REST_TICKS = 20
"""How many ticks what cannot be carried on is left alone, before it is tried again."""

Upkeep = Callable[[Engine], None]
"""What is done now and then, in transactions of its own."""


class Committer:
    """The thread and its inbox; see the module. All times handed in are in seconds."""

    def __init__(
        self,
        engine: Engine,
        serving: Serving,
        *,
        owner: str,
        new_chain: Callable[[], str],
        lease_seconds: float,
        reply_seconds: float,
        queue_max: int,
        ahead_max: int,
        tick_seconds: float = 0.25,
        leave: Callable[[list[Delivery]], None],
        on_turn: Callable[[int, float], None] = lambda _size, _seconds: None,
        on_events: Callable[[Mapping[str, int]], None] = lambda _numbers: None,
        upkeep: Sequence[Upkeep] = (),
        clearing: Upkeep | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`owner` names this process in leases; `ahead_max` batches may be at the desk.

        `leave` takes the replies of a turn, in one call, on this thread; `on_events`, likewise, the numbers of the last
        events of the customers that a turn has told something. Due work, `clearing` and each of `upkeep` run every
        `tick_seconds` in transactions of their own, `clearing` also when money is held or one asks it to `carry_on`.
        """
        self._engine = engine
        self._serving = serving
        self._standing = Standing()
        self._owner, self._new_chain = owner, new_chain
        self._lease_ms = int(lease_seconds * 1000)
        self._dues = Dues(
            lambda: self._serving,
            self._standing,
            owner=owner,
            lease_ms=self._lease_ms,
            rest_seconds=REST_TICKS * tick_seconds,
            clock=clock,
        )
        self._reply_seconds = reply_seconds
        self._inbox = Inbox(
            clock,
            needs_core=serving.needs_core,
            queue_max=queue_max,
            patience=reply_seconds,
            ahead_max=ahead_max,
        )
        self._tick_seconds = tick_seconds
        self._leave = leave
        self._on_turn, self._on_events = on_turn, on_events
        self._leaving: list[Delivery] = []
        self._made: list[Result] = []
        self._upkeep = (*upkeep, clearing) if clearing else tuple(upkeep)
        self._clearing, self._to_clear = clearing, False
        self._clock = clock
        self._desk: Desk | None = None
        self._chain: Chain | None = None
        self._inflight: dict[Key, Task] = {}
        self._at_desk: dict[Task, float] = {}
        self._ahead, self._ahead_max = 0, ahead_max
        self._next_tick = 0.0
        self._due_now = False  # some order has payments for the core, so that nobody need wait for the tick
        self._put_off = False  # due work waits for a place at the desk
        self._brought_at = 0.0
        self._thread = threading.Thread(target=self._run, name="committer", daemon=True)
        self.database_ok = False
        self.log = Logger(namespace="committer")

    # -- called from other threads

    def start(self, desk: Desk) -> None:
        """Begin to take turns."""
        self._desk = desk
        self._thread.start()

    def submit(self, waiters: list[Waiter]) -> None:
        """Take commands that came together; those that find no room are told at once."""
        refused, code = self._inbox.commands(waiters)
        if refused:
            self._leave([(waiter, Told(None, code)) for waiter in refused])

    def bring(self, results: list[Result]) -> None:
        """Take what the desk has done with one batch."""
        self._brought_at = self._clock()
        self._inbox.results(results)

    def run_in_transaction(self, job: Callable[[Connection], Any], done: Callable[[Any], None]) -> None:
        """Run `job` in a transaction of its own between two turns; `done` gets its value or its exception."""
        self._inbox.job((job, done))

    def carry_on(self) -> None:
        """Let the clearing be looked after at once."""
        self._to_clear = True
        self._inbox.wake()

    def stop(self, seconds: float) -> bool:
        """Take nothing new, carry what is under way to its replies, end; False when `seconds` were not enough."""
        self._inbox.close()
        self._thread.join(seconds)
        return not self._thread.is_alive()

    @property
    def waiting(self) -> int:
        """How many commands wait for a turn."""
        return len(self._inbox)

    def stuck_seconds(self) -> float:
        """How long the desk has brought nothing back although something is there; 0 when it works."""
        return self._clock() - self._brought_at if self._at_desk else 0.0

    # -- the committer's thread

    def _run(self) -> None:
        while not (self._inbox.closed and self._inbox.empty and not self._ahead and not self._made):
            work = self._inbox.take(self._ahead, self._next_moment())
            self._ahead -= work.batches
            self._due_now = self._due_now or (self._put_off and work.batches > 0)
            for job, done in work.jobs:
                self._job(job, done)
            work.results += self._made
            self._made = []
            work.results += self._late({result.task for result in work.results})
            self._drop(Work(commands=work.stale), Code.CORE_UNAVAILABLE)
            if work.commands or work.results:
                begun = self._clock()
                self._turn(work)
                self._on_turn(len(work.commands), self._clock() - begun)
            if self._leaving:
                leaving, self._leaving = self._leaving, []
                self._leave(leaving)
            if self._to_clear and self._clearing:
                self._to_clear = False
                self._keep(self._clearing)
            if self._inbox.closed:
                continue
            if self._clock() >= self._next_tick:
                self._next_tick = self._clock() + self._tick_seconds
                self._keep(self._woken, self._take_over, *self._upkeep)
            elif self._due_now:
                self._keep(self._take_over)

    def _next_moment(self) -> float:
        """When something may be due by itself: the upkeep, or the oldest task that waits for the core."""
        if self._made or self._to_clear or (self._due_now and not self._inbox.closed):
            return self._clock()
        waiting = next(iter(self._at_desk.values()), None)
        tick = self._next_tick if not self._inbox.closed else self._clock() + self._tick_seconds
        return tick if waiting is None else min(tick, waiting + self._reply_seconds)

    def _late(self, back: set[Task]) -> list[Result]:
        """Replies for tasks that have been at the desk as long as a sender may have to wait and are not just back."""
        limit = self._clock() - self._reply_seconds
        if next(iter(self._at_desk.values()), limit + 1) > limit:
            return []
        waited = [task for task, since in self._at_desk.items() if since <= limit]
        for task in waited:
            del self._at_desk[task]
            self._at_desk[task] = self._clock()
        late = [task for task in waited if task.waiters and task not in back]
        return [self._desk.late(task) for task in late] if self._desk else []

    def _turn(self, work: Work) -> None:
        commands = self._join(work.commands)
        work.commands = [task for task in commands if not administers(task)]
        try:
            if work.commands or work.results:
                self._commit(work.commands, work.results)
        except GONE as error:
            self._database_gone(work, error)
        except Exception:  # noqa: BLE001  whichever of the group it is, the others must not suffer
            self._one_by_one(work)
        self._one_by_one(Work(commands=[task for task in commands if administers(task)]))

    def _one_by_one(self, work: Work) -> None:
        alone = [Work(results=[result]) for result in work.results] + [Work(commands=[task]) for task in work.commands]
        for single in alone:
            try:
                self._commit(single.commands, single.results)
            except LeaseLost:
                self._lease_lost(single.results[0].task)
            except GONE as error:
                self._database_gone(single, error)
            except Exception:  # noqa: BLE001  a bug: logged with its trace, and this one command is answered
                self._poison(single)

    def _poison(self, single: Work) -> None:
        self.log.failure("a command could not be carried out")
        self._drop(single, Code.INTERNAL)

    def _database_gone(self, work: Work, error: Exception) -> None:
        self.database_ok = False
        self._chain = None
        self.log.error("database unavailable: {error}", error=type(error).__name__)
        self._drop(work, Code.DATABASE_UNAVAILABLE)

    def _drop(self, work: Work, code: Code) -> None:
        """Tell every waiter why there is no reply; what is durable is left to recovery."""
        for task in [*work.commands, *(result.task for result in work.results)]:
            self._forget(task)
            self._tell(task, Told(None, code))

    def _forget(self, task: Task) -> None:
        self._at_desk.pop(task, None)
        if task.key and self._inflight.get(task.key) is task:
            del self._inflight[task.key]

    def _lease_lost(self, task: Task) -> None:
        """Another process carries the request now: its stored reply is ours to send."""
        self._forget(task)
        for waiter in task.dismissed():
            self._inbox.park(Task.of(waiter, task.entered_at), PARK_SECONDS)

    def _commit(self, commands: list[Task], results: list[Result]) -> None:
        """One transaction: store the results, enter the commands; then let replies leave and hand over to the desk."""
        chain = self._chain or Chain(self._new_chain())
        head = chain.head

        def turn(tx: Connection) -> tuple[list[Entered], Turn]:
            chain.head = head
            if self._chain is None:
                record.open_chain(tx, head)
            hold(tx, commands, results)
            turn = Turn(tx, chain, self._serving, self._standing, owner=self._owner, lease_ms=self._lease_ms)
            return turn.carry(results, commands), turn

        try:
            entered, made = transact(self._engine, turn)
        except BaseException:
            chain.head = head
            raise
        self._chain = chain
        self.database_ok = True
        self._due_now = self._due_now or made.due_now or any(result.task.goes_on for result in results)
        for result in results:
            self._stored(result)
            self._to_clear = self._to_clear or any(t.state is State.CLEARING for t in result.transfers)
        self._hand_over(entered)
        if made.appended:
            self._on_events(made.appended)

    def _tell(self, task: Task, told: Told) -> None:
        """Tell everybody who waits for the task; each is told once."""
        self._leaving += [(waiter, told) for waiter in task.dismissed()]

    def _stored(self, result: Result) -> None:
        """The transaction holds the result: its reply may leave."""
        task = result.task
        self._forget(task)
        self._tell(task, Told(result.reply, result.code))
        task.stored = task.stored or result.reply is not None
        if result.late:
            self._at_desk[task] = self._clock()

    def _hand_over(self, entered: list[Entered]) -> None:
        """The transaction holds the decisions: replays leave, the rest goes to the desk."""
        to_desk: list[Task] = []
        now = self._clock()
        assert self._desk
        for task, decision, request, replay, goes_on in entered:
            if replay is not None:
                self._tell(task, Told(replay, None))
            elif isinstance(decision, Wait):
                self._park(task, now)
            elif isinstance(decision, Idle):
                self._tell(task, Told(None, None, decision.number))
            else:
                task.decision, task.request, task.goes_on = decision, request, goes_on
                task.transfers = (decision.transfer,) if isinstance(decision, Pay) else ()
                task.logged = len(task.waiters) if request else 0
                self._at_desk[task] = task.entered_at
                if task.key:
                    self._inflight[task.key] = task
                if isinstance(decision, Refuse | Reply):
                    self._made.append(self._desk.answer(task))
                else:
                    to_desk.append(task)
        if to_desk:
            self._send(to_desk)

    def _park(self, task: Task, now: float) -> None:
        """Let a copy wait for its original in another process, but no longer than the original may take."""
        if now < task.entered_at + self._reply_seconds + 1:
            self._inbox.park(task, PARK_SECONDS)
        else:
            self._tell(task, Told(None, Code.BUSY))

    def _join(self, commands: list[Task]) -> list[Task]:
        """The commands that are no copies of what is under way here; copies wait with their originals."""
        alone: list[Task] = []
        for task in commands:
            command = task.command
            assert command
            original = self._inflight.get((command.head.customer_id, command.head.request_id))
            there = original.command if original else None
            money = command.service is not None and command.service.uses_up_id
            if money and original and there and is_same(command, there.head.operator_id, there.body_digest):
                original.waiters += task.dismissed()
            else:
                alone.append(task)
        return alone

    # -- upkeep

    def _keep(self, *upkeeps: Upkeep) -> None:
        for upkeep in upkeeps:
            try:
                upkeep(self._engine)
                self.database_ok = True
            except (*GONE, DBAPIError) as error:
                self.database_ok = False
                self.log.error("upkeep: database unavailable: {error}", error=type(error).__name__)
                return
            except Exception:  # noqa: BLE001  a bug in one piece of upkeep must not end the thread that carries money
                self.log.failure("upkeep failed")

    def _take_over(self, engine: Engine) -> None:
        """Due work: requests whose lease has ended become tasks of this process.

        They are put off while the desk has its fill and some of them are there: what is entered comes in turns with
        them, and nobody waits behind all that is due at nine. Single payments go before those of orders with rows.
        """
        self._due_now = False
        self._put_off = self._ahead >= self._ahead_max and any(task.command is None for task in self._at_desk)
        if self._put_off:
            return
        mine = {task.key for task in self._at_desk}
        with_rows = not any(task.goes_on and task.transfers for task in self._at_desk)
        tasks = self._dues.take_over(engine, mine, with_rows=with_rows)
        for task in tasks:
            self._at_desk[task] = task.entered_at
        if tasks:
            self.log.info("took over {count} requests that were due", count=len(tasks))
        for batch in ([t for t in tasks if not t.goes_on], [t for t in tasks if t.goes_on]):
            if batch:
                self._send(batch)

    def _send(self, tasks: list[Task]) -> None:
        """Give the desk a batch."""
        if not self._ahead:
            self._brought_at = self._clock()
        self._ahead += 1
        assert self._desk
        self._desk.put(tasks)

    def _woken(self, engine: Engine) -> None:
        """Time alone changes matters: what is scheduled runs, what nobody decided expires."""
        self._due_now = self._dues.wake(engine) or self._due_now

    def _job(self, job: Callable[[Connection], Any], done: Callable[[Any], None]) -> None:
        try:
            with self._engine.begin() as tx:
                value = job(tx)
        except Exception as error:  # noqa: BLE001  (handed to whoever asked for the job)
            value = error
        done(value)
