"""The sealer: signs a root over every head that moved, so that no row below it can be changed or cut unseen.

Any number of processes may seal; the unique number of a root decides between them. A seal is told of, and written to
the file beside the database, only once it is found in the table after the commit: so neither ever names a root that was
not committed, and what a crash kept from the file gets there with the next tick of any process.
"""

from collections.abc import Callable
from typing import Final

from sqlalchemy import Connection, Engine, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from twisted.logger import Logger

from core_adapter.database import database_now, transact
from gateway.journal.chain import GENESIS, Head, root_of
from gateway.journal.seals import Seal, SealsDamaged, SealsFile, from_row, to_row
from gateway.journal.tables import LOG_HEAD, SEAL
from signer.certificates import fingerprint
from signer.keys import SignerUnavailable, SigningKey

CATCH_UP_MAX: Final = 1000
"""Most seals brought to the file in one tick: bounds the time that commits wait for it."""

_MOVED: Final = (
    select(LOG_HEAD.c.chain, LOG_HEAD.c.seq, LOG_HEAD.c.hash)
    .where(LOG_HEAD.c.seq > LOG_HEAD.c.sealed_seq)
    .order_by(LOG_HEAD.c.chain)
)
_LATEST: Final = select(SEAL.c.number, SEAL.c.root).order_by(SEAL.c.number.desc()).limit(1)
_LATER: Final = select(SEAL).where(SEAL.c.number > bindparam("after")).order_by(SEAL.c.number).limit(bindparam("most"))
_COUNT: Final = select(func.max(SEAL.c.number))
_ADD: Final = {
    name: dialect.insert(SEAL).on_conflict_do_nothing().returning(SEAL.c.number)
    for name, dialect in (("postgresql", postgresql), ("sqlite", sqlite))
}
_SEALED: Final = (
    update(LOG_HEAD)
    .where(LOG_HEAD.c.chain == bindparam("b_chain"), LOG_HEAD.c.sealed_seq < bindparam("b_seq"))
    .values(sealed_seq=bindparam("b_seq"))
)


def make_seal(tx: Connection, key: SigningKey, now_ms: int) -> Seal | None:
    """Sign and insert the root over the heads that moved since they were last sealed; None when none did.

    None also when another process made the root of that number meanwhile. Raises SignerUnavailable, after which the
    transaction may go on. `now_ms` is database time.
    """
    # The root before is read first: when another process seals in between, its number is taken and ours is not used.
    latest = tx.execute(_LATEST).one_or_none()
    number, previous = (latest.number + 1, bytes(latest.root)) if latest is not None else (1, GENESIS)
    heads = tuple(Head(row.chain, row.seq, bytes(row.hash)) for row in tx.execute(_MOVED))
    if not heads:
        return None
    root = root_of(number, now_ms, previous, heads)
    certificate = fingerprint(key.certificate).hex()
    seal = Seal(number, now_ms, previous, heads, root, certificate, key.sign(root))
    if tx.execute(_ADD[tx.dialect.name], to_row(seal)).one_or_none() is None:
        return None
    tx.execute(_SEALED, [{"b_chain": head.chain, "b_seq": head.seq} for head in heads])
    return seal


class Sealer:
    """The upkeep of the committer that seals; `on_root` is told each new root that is certain, in hexadecimal."""

    def __init__(self, key: SigningKey, file: SealsFile, on_root: Callable[[str], None] | None = None) -> None:
        self._key = key
        self._file = file
        self._on_root = on_root
        self._told = 0
        self._log = Logger(namespace="sealer")

    def __call__(self, engine: Engine) -> None:
        """Seal what moved, then bring to the file what is committed; a signer or file that fails is logged.

        Raises the database's errors and CommitUnknown; the next call makes good what this one left.
        """
        try:
            transact(engine, lambda tx: make_seal(tx, self._key, database_now(tx)))
        except SignerUnavailable:
            self._log.error("seal-without-signer")
        with engine.connect() as connection:
            self._catch_up(connection)

    def _catch_up(self, connection: Connection) -> None:
        """Bring every committed seal to the file and tell of the latest."""
        newest = connection.execute(_COUNT).scalar() or 0
        if newest == self._told:
            return
        try:
            after = self._file.last()
            rows = connection.execute(_LATER, {"after": after, "most": CATCH_UP_MAX})
            self._told = min(newest, self._file.add(from_row(row) for row in rows))
            if after > newest:
                self._log.critical("seals-missing-in-database", file=after, database=newest)
        except (OSError, SealsDamaged, ValueError) as error:
            self._log.error("seals-file-not-written", error=type(error).__name__)
            self._told = newest
        if self._on_root is not None:
            self._on_root(bytes(connection.execute(_LATEST).one().root).hex())
