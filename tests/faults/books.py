"""The judge after every fault: each transfer is in the core's book once, nothing else is, and both checks are sound."""

import json
from collections import Counter
from collections.abc import Collection
from typing import Any, Final

from core_adapter.core import Core
from core_adapter.ledger.tables import INTERNAL_PREFIX
from demo.daemon import Site, yinqi
from gateway.databases import open_core
from gateway.settings import read
from tests.faults.load import WAYS, Sent
from tests.faults.rig import until

PAGE: Final = 1000


def check(site: Site, what: str) -> dict[str, Any]:
    """What `yinqi check ledger|audit` found, as a program reads it."""
    done = yinqi("check", what, "-c", site.settings, "--json")
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert (done.returncode == 0) == found["sound"], done
    return found


def await_settled(site: Site, sent: Collection[Sent]) -> None:
    """Wait until nothing is open, then judge: as many succeeded as were sent, and both checks are sound."""
    ledger = check(site, "ledger")
    if ledger["open"]:
        until(lambda: check(site, "ledger")["open"] == 0, "no transfer is open")
        ledger = check(site, "ledger")
    assert ledger["sound"], ledger["faults"]
    assert ledger["transfers"] == len(sent)
    audit = check(site, "audit")
    assert audit["sound"], audit["faults"]


def judge(site: Site, sent: Collection[Sent], openings: dict[str, int]) -> None:
    """The site settled, its daemon ended well, and in the book every transfer once; balances are what they sum to."""
    await_settled(site, sent)
    assert site.stop() == 0
    core = open_core(read(site.settings))
    try:
        booked = Counter(move.instruction for move in _moves(core))
        assert booked == Counter(each.instruction for each in sent)
        assert _balances(core) == _expected(sent, openings)
        assert core.check() == []
    finally:
        core.close()


def openings(site: Site) -> dict[str, int]:
    """The balances of the accounts that the load uses, in fen, before it; no daemon may run on a SQLite site."""
    core = open_core(read(site.settings))
    try:
        return _balances(core)
    finally:
        core.close()


def _moves(core: Core) -> list[Any]:
    moves, after = [], 0
    while page := core.book(after, PAGE):
        moves += [booked.move for booked in page if not booked.move.instruction.startswith(INTERNAL_PREFIX)]
        after = page[-1].number
    return moves


def _balances(core: Core) -> dict[str, int]:
    found = core.accounts([payer for payer, _, _ in WAYS.values()])
    return {number: account.balance for number, account in found.items()}


def _expected(sent: Collection[Sent], openings: dict[str, int]) -> dict[str, int]:
    balances = dict(openings)
    for each in sent:
        payer, payee, _ = WAYS[each.client]
        balances[payer] -= each.amount
        balances[payee] += each.amount
    return balances
