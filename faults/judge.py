"""The judgement of a run: gateway, core and clearing centre against each other, each read on its own, to the fen."""

import csv
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, func, select

from core_adapter.clearing.tables import CREDIT
from core_adapter.core import CLEARING_ACCOUNTS, FEE_ACCOUNT, SUSPENSE_ACCOUNT
from core_adapter.database import reading
from core_adapter.ledger.tables import ACCOUNT
from demo.daemon import Site, yinqi
from faults.course import Sent
from faults.rest import EXAMPLES
from faults.site import Centre
from gateway.databases import open_embedded, open_journal
from gateway.domain.incoming import BANK_ITSELF
from gateway.journal.tables import CASE, INCOMING, LEG, TRANSFER
from gateway.settings import read
from protocol import examples
from protocol.money import format_amount, parse_amount

GOOD: Final = ("PR03", "PR04")
"""What counts as settled, in the centre's book as in the file of a day."""
_BAD: Final = ("PR09", "PR32")
_ENDS: Final = ("bad", "good")
"""By whether a leg was posted."""
_WRONG_CASES: Final = frozenset(
    {"no-such-payment", "amount", "contradiction", "status", "core", "return", "return-refused"}
)
"""Cases that chance cannot bring about where everybody keeps to the rules."""


@dataclass(slots=True)
class Found:
    """What was counted, and every fault as a sentence."""

    told: dict[str, int | str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def equal(self, what: str, **sides: int) -> None:
        """Find a fault where amounts in fen, by whose they are, are not all the same."""
        if len(set(sides.values())) != 1:
            told = ", ".join(f"{side} {_yuan(value)}" for side, value in sides.items())
            self.faults.append(f"{what}: {told}")


@dataclass(frozen=True, slots=True)
class Books:
    """Everything that the three books hold, as of one moment each."""

    transfers: list[Any]
    legs: list[Any]
    incoming: list[Any]
    cases: dict[str, int]
    accounts: dict[str, Any]
    credits: list[Any]
    bank: str


def customers_fen(site: Site) -> int:
    """The sum of what stands on the accounts of customers, in fen."""
    with _core(site) as core:
        total = select(func.sum(ACCOUNT.c.balance)).where(ACCOUNT.c.number.not_like("#%"))
        return int(core.execute(total).scalar_one())


def judge(site: Site, centre: Centre, sent: Sent, before_fen: int) -> Found:
    """Judge a run that has come to rest; `before_fen` is what customers had when it began."""
    found, books = Found(faults=list(sent.faults)), _read(site, centre)
    _transfers(books, sent, found)
    _wire(books, found)
    _money(books, found, before_fen, customers_fen(site))
    _day(books, centre, found)
    _checks(site, centre, found)
    found.told |= {f"cases {kind}": count for kind, count in sorted(books.cases.items())}
    wrong = {kind: count for kind, count in books.cases.items() if kind in _WRONG_CASES}
    found.faults += [f"{count} cases of the kind {kind}, which nothing here calls for" for kind, count in wrong.items()]
    return found


@contextmanager
def _core(site: Site) -> Iterator[Connection]:
    ledger = open_embedded(read(site.settings))
    assert ledger is not None
    with closing(ledger), reading(ledger.engine) as connection:
        yield connection


def _read(site: Site, centre: Centre) -> Books:
    journal = open_journal(read(site.settings))
    try:
        with reading(journal) as tx:
            legs = tx.execute(select(LEG)).all()
            incoming = tx.execute(select(INCOMING)).all()
            transfers = tx.execute(select(TRANSFER).where(TRANSFER.c.request_id.not_like(f"{EXAMPLES}%"))).all()
            cases = Counter(tx.execute(select(CASE.c.kind)).scalars())
    finally:
        journal.dispose()
    with _core(site) as core:
        accounts = {row.number: row for row in core.execute(select(ACCOUNT))}
    with closing(centre.book()) as book, book.reading() as there:
        credits_ = there.execute(select(CREDIT).order_by(CREDIT.c.number)).all()
    return Books(list(transfers), list(legs), list(incoming), cases, accounts, list(credits_), examples.BANK_CODE)


def _transfers(books: Books, sent: Sent, found: Found) -> None:
    """Each order has one transfer with one final state if it was accepted, and none if it was not."""
    times = Counter(row.request_id for row in books.transfers if row.customer_id != BANK_ITSELF)
    states = Counter(row.state for row in books.transfers)
    found.told |= {"transfers accepted": sum(sent.accepted.values())}
    found.told |= {f"payments {state}, the bank's own too": count for state, count in sorted(states.items())}
    for request_id, accepted in sent.accepted.items():
        if times[request_id] != accepted:
            found.faults.append(f"{request_id}: accepted {accepted}, and {times[request_id]} transfers in the journal")
    open_ = [row for row in books.transfers if row.state not in ("succeeded", "failed")]
    found.faults += [f"{row.request_id} is {row.state}" for row in open_]


def _wire(books: Books, found: Found) -> None:
    """Each leg against the one credit of its ids at the centre, and the centre's credits against legs and journal."""
    amounts = {_key(row): row.amount for row in books.transfers}
    there = {(c.message_id, c.tx_id): c for c in books.credits if c.sender == books.bank}
    here = {(leg.message_id, leg.tx_id): leg for leg in books.legs if leg.tx_id}
    found.told |= {f"legs by {channel}": n for channel, n in sorted(Counter(x.channel for x in books.legs).items())}
    found.told |= {f"legs {state}": n for state, n in sorted(Counter(x.state for x in books.legs).items())}
    for ids, leg in here.items():
        credit, name = there.get(ids), f"{leg.request_id} ({'/'.join(ids)})"
        if credit is None:
            found.faults.append(f"{name}: {leg.state} here, and the centre has none")
        elif (credit.system, credit.amount) != (leg.channel, amounts.get(_key(leg))):
            found.faults.append(f"{name}: another channel or amount at the centre")
        elif credit.status not in (GOOD if leg.state == "posted" else _BAD):
            found.faults.append(f"{name}: {leg.state} here, {credit.status} at the centre")
    found.faults += [f"the centre has {'/'.join(ids)}, which never left here" for ids in there.keys() - here.keys()]
    came = {(row.sender, row.message_id, row.tx_id): row for row in books.incoming}
    given = {(c.sender, c.message_id, c.tx_id): c for c in books.credits if c.sender != books.bank}
    states = Counter(f"incoming {row.kind} {row.state}" for row in books.incoming)
    found.told |= dict(sorted(states.items()))
    for triple in given.keys() | came.keys():
        there_, here_ = given.get(triple), came.get(triple)
        if there_ is None or here_ is None:
            found.faults.append(f"credit {'/'.join(triple)} is {'here' if here_ else 'at the centre'} alone")
        elif there_.amount != here_.amount or there_.status not in GOOD:
            found.faults.append(f"credit {'/'.join(triple)}: {there_.status} or another amount at the centre")


def _money(books: Books, found: Found, before_fen: int, after_fen: int) -> None:
    """The core's accounts against the centre's book and the journal."""
    for channel, (number, _) in CLEARING_ACCOUNTS.items():
        settled = [c for c in books.credits if c.system == channel and c.status in GOOD]
        net = sum(c.amount if c.sender == books.bank else -c.amount for c in settled)
        core = books.accounts[number].balance if number in books.accounts else 0
        found.told[f"net by {channel}"] = _yuan(net)
        found.equal(f"{number}", core=core, centre=net)
    good = {_key(leg): leg for leg in books.legs if leg.state == "posted" and leg.customer_id != BANK_ITSELF}
    out = sum(row.amount for row in books.transfers if _key(row) in good)
    fees = sum(leg.fee for leg in good.values())
    credited = sum(row.amount for row in books.incoming if row.state == "credited")
    aside = sum(row.amount for row in books.incoming if row.state in ("kept", "sent-back"))
    back = {_key(leg) for leg in books.legs if leg.state == "posted" and leg.customer_id == BANK_ITSELF}
    aside -= sum(row.amount for row in books.transfers if _key(row) in back)
    found.told |= {"went out": _yuan(out), "fees": _yuan(fees), "came in": _yuan(credited)}
    found.equal("customers", core=after_fen, journal=before_fen - out - fees + credited)
    found.equal(FEE_ACCOUNT[0], core=_balance(books, FEE_ACCOUNT[0]), journal=fees)
    found.equal(SUSPENSE_ACCOUNT[0], core=_balance(books, SUSPENSE_ACCOUNT[0]), journal=aside)
    found.equal("the sum of all accounts", core=sum(row.balance for row in books.accounts.values()), nothing=0)
    found.equal("holds", core=sum(row.held for row in books.accounts.values()), nothing=0)


def _balance(books: Books, number: str) -> int:
    return int(books.accounts[number].balance) if number in books.accounts else 0


def _day(books: Books, centre: Centre, found: Found) -> None:
    """The files of all days, as the centre writes them, against the journal row by row."""
    sent, came = Counter[tuple[str, ...]](), Counter[tuple[str, ...]]()
    for day in sorted({c.cleared_on for c in books.credits}):
        file = centre.folder / f"day-{day}.csv"
        done = yinqi("simulate", "day-file", "--date", day, "-c", centre.settings, file)
        if done.returncode != 0:
            found.faults.append(f"no file of {day}: {done.stderr.strip()}")
            continue
        for row in _rows(file):
            good = "good" if row["status"] in GOOD else "bad"
            ids = (row["system"], row["message_id"], row["tx_id"], str(parse_amount(row["amount"])), good)
            (sent if row["way"] == "sent" else came)[ids] += 1
    amounts = {_key(row): row.amount for row in books.transfers}
    ours: Counter[tuple[str, ...]] = Counter(
        (
            leg.channel,
            leg.message_id,
            leg.tx_id,
            str(amounts.get(_key(leg))),
            "good" if leg.state == "posted" else "bad",
        )
        for leg in books.legs
        if leg.tx_id
    )
    theirs: Counter[tuple[str, ...]] = Counter(
        (row.channel, row.message_id, row.tx_id, str(row.amount), "good") for row in books.incoming
    )
    for way, file_rows, journal_rows in (("sent", sent, ours), ("received", came, theirs)):
        found.told[f"rows of the day files, {way}"] = file_rows.total()
        found.faults += [f"{way}, in the day file alone: {' '.join(ids)}" for ids in (file_rows - journal_rows)]
        found.faults += [f"{way}, in the journal alone: {' '.join(ids)}" for ids in (journal_rows - file_rows)]


def _rows(file: Path) -> Iterator[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        yield from (row for row in csv.DictReader(lines) if row["way"] != "total")


def _checks(site: Site, centre: Centre, found: Found) -> None:
    """What the products say of their own books."""
    commands = (
        ("check", "ledger", "-c", site.settings),
        ("check", "limits", "-c", site.settings),
        ("check", "audit", "-c", site.settings),
        ("simulate", "check", "-c", centre.settings),
    )
    with ThreadPoolExecutor(len(commands)) as pool:
        answers = pool.map(lambda command: yinqi(*command), commands)
    for command, done in zip(commands, answers, strict=True):
        name = f"yinqi {command[0]} {command[1]}"
        found.told[name] = "sound" if done.returncode == 0 else "NOT SOUND"
        if done.returncode != 0:
            found.faults.append(f"{name}: {done.stdout.strip()} {done.stderr.strip()[:2000]}")


def _key(row: Any) -> tuple[str, str, int]:
    return row.customer_id, row.request_id, row.row


def _yuan(fen: int) -> str:
    return f"-{format_amount(-fen)}" if fen < 0 else format_amount(fen)
