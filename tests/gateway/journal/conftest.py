"""A journal with a log, its seals and the file beside them, as committers and sealers write them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, insert, text

from core_adapter.database import migrate, open_engine, reading
from gateway.databases import JOURNAL_MIGRATIONS, JOURNAL_SCHEMA
from gateway.journal import record
from gateway.journal.audit import Audit, audit
from gateway.journal.chain import Chain
from gateway.journal.sealer import Sealer
from gateway.journal.seals import SEALS_FILE, SealsFile
from gateway.journal.tables import MESSAGE_LOG, REQUEST, SEAL, TRANSFER
from signer.certificates import fingerprint
from signer.issue import make_key, self_signed
from signer.keys import SigningKey
from signer.software import load_signing_key, verifying_key
from tests.support.orders import request_row, transfer_row

GUARDED = (MESSAGE_LOG, SEAL)


@cache
def reply_key(name: str = "reply") -> SigningKey:
    """A reply key with its certificate; the same one for the same name."""
    pem = make_key("ecdsa")
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    return load_signing_key(pem, self_signed(pem, name, begin, begin + timedelta(days=365)))


@dataclass
class Journal:
    """A journal that is written as the committer writes it, and can be attacked."""

    engine: Engine
    file: SealsFile
    key: SigningKey = field(default_factory=reply_key)
    chains: dict[str, Chain] = field(default_factory=dict)
    count: int = 0

    def serve(self, chain: str = "a", requests: int = 1) -> None:
        """Log that many transfers and their replies in one transaction, in that chain."""
        with self.engine.begin() as tx:
            grown = self.chains.get(chain)
            if grown is None:
                grown = self.chains[chain] = Chain(chain)
                record.open_chain(tx, grown.head)
            rows = []
            for _ in range(requests):
                self.count += 1
                name = f"R{self.count}"
                sender = ("C1", "O1", name)
                rows.append(grown.add("in", sender, self.count, f"request {name}".encode()))
                rows.append(grown.add("out", sender, self.count, f"reply {name}".encode()))
                _transfer(tx, name, chain, grown.head.seq)
            record.write_log(tx, rows)

    def seal(self, key: SigningKey | None = None) -> None:
        """One tick of a sealer."""
        Sealer(key or self.key, self.file)(self.engine)

    def audit(self, *keys: SigningKey) -> Audit:
        """Audit the log by the certificates of these keys, or of its own."""
        last = self.file.last()
        known = {fingerprint(k.certificate).hex(): verifying_key(k.certificate) for k in keys or (self.key,)}
        with reading(self.engine) as tx:
            return audit(tx, known, self.file, last)

    def attack(self, tx: Connection) -> None:
        """Take away the guards, as one who owns the database can."""
        for table in GUARDED:
            if self.engine.dialect.name == "postgresql":
                tx.execute(text(f"ALTER TABLE {table.name} DISABLE TRIGGER USER"))
            else:
                for act in ("update", "delete"):
                    tx.execute(text(f"DROP TRIGGER IF EXISTS {table.name}_never_{act}d"))


def _transfer(tx: Connection, name: str, chain: str, seq: int) -> None:
    tx.execute(insert(REQUEST), request_row("C1", name, "2026-11-02", reply_chain=chain, reply_seq=seq))
    tx.execute(insert(TRANSFER), transfer_row("C1", name, "2026-11-02"))


@pytest.fixture
def journal(database_url: str, tmp_path: Path) -> Iterator[Journal]:
    """An empty journal, on either database."""
    engine = open_engine(database_url, schema=JOURNAL_SCHEMA)
    migrate(engine, JOURNAL_MIGRATIONS)
    yield Journal(engine, SealsFile(tmp_path / SEALS_FILE))
    engine.dispose()
