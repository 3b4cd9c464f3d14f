"""The floor of a payroll: parse and validate its bytes, read its rows, and book them by the bare driver, nothing else.

Booked are the rows, two entries of a ledger for each, and the netted balance of every account, in one durable commit.

Run by itself, in a process of its own: `python -m bench.orders.floor FILE`; prints the seconds of each step.
"""

import json
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from lxml import etree

SCHEMA = Path(__file__).resolve().parents[2] / "schemas" / "yinqi-1.xsd"
BATCH = "{urn:yinqi:batch:1}"
ACCOUNT = 2
"""Where a row has the payee's account."""


def main(file: Path) -> None:
    """Measure each step once, after the schema is compiled."""
    schema = etree.XMLSchema(etree.parse(SCHEMA))
    data = file.read_bytes()
    begun = time.perf_counter()
    root = etree.fromstring(data, etree.XMLParser(huge_tree=True, resolve_entities=False))
    body = next(root.iter(f"{BATCH}SubmitPayroll"))
    valid = schema.validate(body)
    rows = [tuple(child.text for child in row) for row in body.iter(f"{BATCH}Row")]
    read = time.perf_counter()
    assert valid, schema.error_log
    with tempfile.TemporaryDirectory() as folder:
        database = sqlite3.connect(f"{folder}/floor.db", isolation_level=None)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("CREATE TABLE row (number INTEGER PRIMARY KEY, a, b, c, d, e, f)")
        database.execute("CREATE TABLE entry (number INTEGER PRIMARY KEY, account, amount)")
        database.execute("CREATE TABLE account (number TEXT PRIMARY KEY, balance INTEGER) WITHOUT ROWID")
        started = time.perf_counter()
        database.execute("BEGIN IMMEDIATE")
        wide = [(number, *(row + (None,) * 6)[:6]) for number, row in enumerate(rows, 1)]
        database.executemany("INSERT INTO row VALUES (?, ?, ?, ?, ?, ?, ?)", wide)
        entries = [entry for row in rows for entry in (("payer", -1), (row[ACCOUNT], 1))]
        database.executemany("INSERT INTO entry (account, amount) VALUES (?, ?)", entries)
        balances = Counter(account for account, _ in entries)
        database.executemany("INSERT INTO account VALUES (?, ?)", balances.items())
        database.execute("COMMIT")
        written = time.perf_counter()
        database.close()
    print(json.dumps({"rows": len(rows), "read_seconds": read - begun, "write_seconds": written - started}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
