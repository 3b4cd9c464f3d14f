"""What a run of the benchmark measures: which subjects, doors, connections and lengths; nothing is measured here."""

from dataclasses import dataclass
from typing import Final

HEADLINE_CONNECTIONS: Final = 64
DATABASES: Final = ("sqlite", "postgresql")
WORKERS: Final = {"sqlite": (1,), "postgresql": (1, 2)}
HEADLINE_WORKERS: Final = {"sqlite": 1, "postgresql": 2}


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """What is measured: "gateway" or "straightforward", its database, processes and the kind of its reply key."""

    who: str
    database: str
    workers: int
    reply_key: str

    @property
    def is_headline(self) -> bool:
        """Whether its figures at 64 connections make the ratios."""
        return self.reply_key == "ecdsa" and self.workers == (
            HEADLINE_WORKERS[self.database] if self.who == "gateway" else STRAIGHTFORWARD_WORKERS
        )


STRAIGHTFORWARD_WORKERS: Final = 2
"""gunicorn processes; also on SQLite, where two were faster than one."""


@dataclass(frozen=True, slots=True, order=True)
class Case:
    """One measurement of a subject."""

    subject: Subject
    door: str
    connections: int

    @property
    def is_headline(self) -> bool:
        """Whether it makes the ratios: ECDSA replies over HTTP at 64 connections."""
        return self.subject.is_headline and self.door == "http" and self.connections == HEADLINE_CONNECTIONS


@dataclass(frozen=True, slots=True)
class Plan:
    """The cases of a run; headline cases and the floor are measured in every round, all others in the first."""

    cases: tuple[Case, ...]
    rounds: int
    seconds: float
    warm_up_seconds: float
    part_seconds: float
    """Length of each measurement of a part of the floor."""

    def in_round(self, number: int) -> list[Case]:
        """The cases of a round, from 0."""
        return [case for case in self.cases if number == 0 or case.is_headline]

    def databases(self) -> list[str]:
        """The databases that any case needs."""
        return [name for name in DATABASES if any(case.subject.database == name for case in self.cases)]

    @property
    def floor_workers(self) -> dict[str, int]:
        """For each database, on how many processes the floor is measured."""
        return {name: HEADLINE_WORKERS[name] for name in self.databases()}


def full_plan(databases: tuple[str, ...]) -> Plan:
    """Every door, number of connections, number of workers and kind of key; three rounds."""
    gateways = [
        Case(Subject("gateway", database, workers, key), door, connections)
        for database in databases
        for workers in WORKERS[database]
        for key in ("ecdsa", "rsa")
        for door in ("http", "tcp")
        for connections in (1, 16, HEADLINE_CONNECTIONS)
    ]
    neighbours = [
        Case(Subject("straightforward", database, STRAIGHTFORWARD_WORKERS, key), "http", connections)
        for database in databases
        for key in ("ecdsa", "rsa")
        for connections in (1, 16, HEADLINE_CONNECTIONS)
    ]
    return Plan(tuple(gateways + neighbours), rounds=3, seconds=3.0, warm_up_seconds=0.7, part_seconds=1.5)


def quick_plan(databases: tuple[str, ...]) -> Plan:
    """The headline cases alone, and framed TCP beside them; one round."""
    cases = [
        Case(Subject("gateway", database, HEADLINE_WORKERS[database], "ecdsa"), door, HEADLINE_CONNECTIONS)
        for database in databases
        for door in ("http", "tcp")
    ]
    cases += [
        Case(Subject("straightforward", database, STRAIGHTFORWARD_WORKERS, "ecdsa"), "http", HEADLINE_CONNECTIONS)
        for database in databases
    ]
    return Plan(tuple(cases), rounds=1, seconds=2.0, warm_up_seconds=0.5, part_seconds=0.7)
