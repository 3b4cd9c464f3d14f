"""The subjects of a run, brought up and down: sites with their daemon, and the neighbour on the same databases."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench import sites
from bench.load.run import Load
from bench.messages import Identity
from bench.plan import Case, Subject
from bench.sites import ROUTES, Site
from bench.straightforward.app import Configuration
from bench.straightforward.app import running as running_straightforward
from bench.straightforward.models import Account, Operator, Seed, balances_agree, make_database
from protocol import examples
from tests.support.postgres import Postgres


@dataclass(frozen=True, slots=True)
class Up:
    """A subject that runs: its doors by name, the certificate of its replies, and its process."""

    addresses: dict[str, str]
    certificate: Path
    pid: int
    database_pid: int | None

    def load(self, case: Case, seconds: float, warm_up_seconds: float) -> Load:
        """The measurement of a case."""
        watch = {"server": [self.pid]}
        if self.database_pid is not None:
            watch["postgresql"] = [self.database_pid]
        return Load(
            door=case.door,
            address=self.addresses[case.door],
            connections=case.connections,
            seconds=seconds,
            warm_up_seconds=warm_up_seconds,
            certificate=self.certificate,
            watch=watch,
        )


@dataclass(slots=True)
class Subjects:
    """Makes what a subject needs the first time it is asked for, and keeps it for later rounds."""

    folder: Path
    sender: Identity
    postgres: Postgres | None
    sites: dict[str, Site] = field(default_factory=dict)
    neighbours: dict[str, str] = field(default_factory=dict)

    def book(self, subject: Subject) -> str:
        """The name of the books that the subject writes into: what one message may be sent into once."""
        shared = subject.reply_key if subject.who == "gateway" else ""
        return f"{subject.who}-{subject.database}{shared}"

    @contextmanager
    def up(self, subject: Subject, environment: Mapping[str, str] | None = None) -> Iterator[Up]:
        """Run a subject while the context lasts; `environment` is the gateway's, beside that of this process."""
        if subject.who == "gateway":
            with self._gateway(subject, environment or {}) as up:
                yield up
        else:
            with self._straightforward(subject) as up:
                yield up

    def faults(self, subject: Subject) -> list[str]:
        """What is wrong with the subject's books, asked while it does not run."""
        if subject.who == "gateway":
            return sites.faults_of(self.site(subject.database, subject.reply_key))
        seeded = {account.number: account.balance for account in _accounts()}
        return [] if balances_agree(self.neighbours[subject.database], seeded) else ["balances and entries disagree"]

    def site(self, database: str, reply_key: str) -> Site:
        """The site with this database and kind of reply key."""
        return self._made(database, reply_key, "gateway")

    def floor_site(self, database: str) -> Site:
        """A site that no gateway ever runs on: the floor writes rows into its books."""
        return self._made(database, "ecdsa", "floor")

    def _made(self, database: str, reply_key: str, use: str) -> Site:
        name = f"{use}-{database}-{reply_key}"
        if name not in self.sites:
            folder = self.folder / name
            url = self._fresh() if database == "postgresql" else None
            made = sites.make_site(folder, self.sender, database=url, reply_key=reply_key)
            self.sites[name] = made
        return self.sites[name]

    @contextmanager
    def _gateway(self, subject: Subject, environment: Mapping[str, str]) -> Iterator[Up]:
        site = self.site(subject.database, subject.reply_key)
        with sites.running(site, subject.workers, environment) as pid:
            addresses = {door: site.address(door) for door in ("http", "tcp")}
            yield Up(addresses, site.certificate, pid, self._database_pid(subject))

    @contextmanager
    def _straightforward(self, subject: Subject) -> Iterator[Up]:
        if subject.database not in self.neighbours:
            in_file = f"sqlite:///{self.folder / 'straightforward.db'}"
            url = self._fresh() if subject.database == "postgresql" else in_file
            operator = Operator(
                customer_id=self.sender.customer,
                operator_id=self.sender.operator,
                certificate=self.sender.certificate,
            )
            make_database(url, Seed([operator], _accounts()))
            self.neighbours[subject.database] = url
        site = self.site(subject.database, subject.reply_key)  # its key signs the neighbour's replies too
        configuration = Configuration(
            self.neighbours[subject.database], site.key, site.certificate, workers=subject.workers
        )
        with running_straightforward(configuration) as server:
            yield Up({"http": server.address}, site.certificate, server.pid, self._database_pid(subject))

    def _fresh(self) -> str:
        assert self.postgres is not None, "a plan with PostgreSQL runs with a cluster"
        return self.postgres.fresh()

    def _database_pid(self, subject: Subject) -> int | None:
        return self.postgres.pid if self.postgres and subject.database == "postgresql" else None


def _accounts() -> list[Account]:
    """The accounts of the routes, as the gateway's sites have them."""

    def account(number: str, customer: str, name: str, balance: int) -> Account:
        return Account(number=number, customer_id=customer, name=name, currency="CNY", status="normal", balance=balance)

    payers = [account(r.payer, examples.CUSTOMER, examples.CUSTOMER_NAME, sites.OPENING_FEN) for r in ROUTES]
    return payers + [account(r.payee, examples.OTHER_CUSTOMER, r.payee_name, 0) for r in ROUTES]
