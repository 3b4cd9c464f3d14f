"""How long a directory of 100,000 banks keeps others waiting; `pytest -s` on this file prints the figures."""

import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Final

import pytest
from sqlalchemy import Connection, select

from core_adapter.database import transact
from gateway.administration import banks
from gateway.domain.banks import PayeeBank
from gateway.journal.banks import REGION, Directory, difference
from gateway.journal.book import searched
from gateway.journal.tables import BANK_CODE
from protocol.limits import PAGE_ROWS_MAX
from protocol.names import bank_code_check_digit
from tests.journal.bank import Bank

BANKS: Final = 100_000
SEARCH_MS_MAX: Final = 20
LOAD_MS_MAX: Final = 60_000
ROUNDS: Final = 30

_HOUSES: Final = tuple(f"{one}{two}银行股份有限公司" for one in "云澄青星瀚" for two in "帆江")
_STREETS: Final = tuple(f"{one}{two}路" for one in "东南西北中" for two in "文武德礼仁义信和平安")

PARTS: Final = {
    "the only one, last of all": "瀚江银行股份有限公司中安路99999号",
    "nobody": "云帆银行股份有限公司东文路甲",
    "nobody, two common letters": "行东北",
    "every one": "银行",
    "one in ten": "瀚江",
    "one in fifty": "中仁路",
    "one letter of nobody": "猫",
}


def _offices() -> list[PayeeBank]:
    """Invented offices with names as long as real ones, over a hundred regions."""
    offices = []
    for number in range(BANKS):
        eleven = f"{881 + number % 10}{1000 + number % 100 * 37:04}{number // 100:04}"
        name = f"{_HOUSES[number // 100 % 10]}{_STREETS[number % 50]}{number}号支行"
        code = eleven + bank_code_check_digit(eleven)
        offices.append(PayeeBank(code=code, name=name, region=code[REGION], ibps=None, beps=True, hvps=True))
    return offices


def _ms(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1000


def _plain(tx: Connection, part: str) -> object:
    """The same search as the database alone would do it."""
    wanted = select(BANK_CODE).where(BANK_CODE.c.searched.contains(searched(part), autoescape=True))
    return tx.execute(wanted.order_by(BANK_CODE.c.code).limit(PAGE_ROWS_MAX)).all()


@pytest.mark.slow
def test_a_part_of_a_name_is_found_among_a_hundred_thousand_in_under_20_ms(bank: Bank) -> None:
    """A page of 200 at most, read and all; loading and taking a new directory into use are told beside it."""
    journal = bank.journal()
    given = banks.read(banks.written(_offices()))
    assert len(given) == BANKS
    with journal.connect() as tx:
        made = difference(tx, given)
    load_ms = _ms(lambda: transact(journal, lambda tx: banks.replace(tx, made)))
    directory = Directory()
    told = {}
    with journal.connect() as tx:
        first_ms = _ms(lambda: directory.find(tx, part="银行", region=None, after=None, limit=1))
        for what, part in PARTS.items():

            def search(part: str = part) -> object:
                return directory.find(tx, part=part, region=None, after=None, limit=PAGE_ROWS_MAX + 1)

            def plain(part: str = part) -> object:
                return _plain(tx, part)

            told[what] = median(_ms(search) for _ in range(ROUNDS)), median(_ms(plain) for _ in range(5))
    sys.stdout.write(
        f"\n{journal.dialect.name}: {BANKS} written in {load_ms:.0f} ms, taken into use in {first_ms:.0f} ms\n"
    )
    for what, (ours, plainly) in told.items():
        sys.stdout.write(f"  {what:30} {ours:6.2f} ms (the database alone: {plainly:.1f} ms)\n")

    assert {what: ours for what, (ours, _) in told.items() if ours >= SEARCH_MS_MAX} == {}
    assert load_ms < LOAD_MS_MAX
