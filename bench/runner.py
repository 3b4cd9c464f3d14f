"""One run of the benchmark: every subject in turn, round by round, with the floor between them, then the books.

Rounds interleave the subjects, so that a machine that is slower for a while is slower for all of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from statistics import median
from typing import Final

from bench import sites
from bench.floor.floor import Floor, compose, echo_figures, rows_us, stages_us
from bench.floor.rows import Books
from bench.floor.stages import Material
from bench.load.figures import Figures
from bench.load.run import Supply, run
from bench.plan import HEADLINE_CONNECTIONS, Case, Plan, Subject
from bench.sites import sample_reply
from bench.stock import Stock
from bench.subjects import Subjects

SAMPLES: Final = 200
ECHO_RATE_GUESS: Final = 15_000


@dataclass(slots=True)
class Found:
    """What a run found: figures by case, floors by database, what was wrong with replies and with books."""

    figures: dict[Case, list[Figures]] = field(default_factory=dict)
    floors: dict[str, list[Floor]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    unsound: list[str] = field(default_factory=list)

    def rate(self, case: Case) -> float:
        """Replies a second, the median of the rounds."""
        return median(each.rate for each in self.figures[case])

    def floor_rate(self, database: str) -> float:
        """Messages a second that the floor allows, the median of the rounds."""
        return median(each.rate for each in self.floors[database])

    def total(self, name: str) -> int:
        """The sum of one count ("wrong", "dropped", "replies", "verified") over all measurements."""
        return sum(getattr(each, name) for figures in self.figures.values() for each in figures)

    def case(self, who: str, database: str) -> Case | None:
        """The headline case of a subject, if it was measured."""
        wanted = (case for case in self.figures if case.is_headline)
        return next((c for c in wanted if (c.subject.who, c.subject.database) == (who, database)), None)


class Runner:
    """Carries out a plan; `say` is told what is being done."""

    def __init__(self, plan: Plan, subjects: Subjects, stock: Stock, say: Callable[[str], None]) -> None:
        self._plan = plan
        self._subjects = subjects
        self._stock = stock
        self._say = say
        self.found = Found()

    def run(self, *, with_floor: bool) -> Found:
        """Measure everything, and check every book after each time it was written to."""
        for number in range(self._plan.rounds):
            cases = self._plan.in_round(number)
            for subject, group in groupby(cases, key=lambda case: case.subject):
                self._say(f"round {number + 1} of {self._plan.rounds}: {_name(subject)}")
                self._measure(subject, list(group))
            if with_floor:
                for database, workers in self._plan.floor_workers.items():
                    self._say(f"round {number + 1} of {self._plan.rounds}: floor of {database}, {workers} processes")
                    self.found.floors.setdefault(database, []).append(self._floor(database, workers))
        return self.found

    def _measure(self, subject: Subject, cases: Sequence[Case]) -> None:
        plan, stock = self._plan, self._stock
        with self._subjects.up(subject) as up:
            for case in cases:
                name = _name(subject) + ("-1" if case.connections == 1 else "")
                supply = stock.supply(self._subjects.book(subject), name, plan.seconds + plan.warm_up_seconds)
                figures = run(up.load(case, plan.seconds, plan.warm_up_seconds), supply)
                stock.seen(name, figures.rate)
                self.found.figures.setdefault(case, []).append(figures)
                self.found.faults += [f"{_name(subject)}: {fault}" for fault in figures.faults]
        self.found.unsound += [f"{_name(subject)}: {fault}" for fault in self._subjects.faults(subject)]

    def _floor(self, database: str, workers: int) -> Floor:
        plan, stock = self._plan, self._stock
        site = self._subjects.floor_site(database)
        messages, reply = stock.messages(SAMPLES), sample_reply(site)
        material = Material(messages, reply, stock.sender.certificate, site.key.read_bytes())
        books = Books(
            journal=site.settings.site.database,
            core=site.core_database,
            customer=stock.sender.customer,
            operator=stock.sender.operator,
            routes=sites.ROUTES,
            request=messages[0],
            reply=reply,
        )
        stock.ensure(int(ECHO_RATE_GUESS * workers * plan.part_seconds))
        echo = echo_figures("http", workers, HEADLINE_CONNECTIONS, Supply(stock.pool), plan.part_seconds)
        self.found.faults += [f"echo: {fault}" for fault in echo.faults]
        return compose(workers, echo, stages_us(workers, material), rows_us(workers, books, plan.part_seconds))


def _name(subject: Subject) -> str:
    return f"{subject.who} on {subject.database}, {subject.workers} workers, {subject.reply_key} replies"
