"""A register with one customer, and certificates to register in it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from core_adapter.database import migrate, open_engine
from gateway.administration import certificates, customers, operators
from gateway.databases import JOURNAL_MIGRATIONS, JOURNAL_SCHEMA
from signer.certificates import fingerprint, from_pem
from signer.issue import make_key, self_signed

C, O = "C00000001", "ERP01"  # noqa: E741  a customer and an operator, as short as they are frequent
BEGIN = datetime(2020, 1, 1, tzinfo=UTC)
END = datetime(2120, 1, 1, tzinfo=UTC)


@cache
def certificate(name: str, end: datetime = END) -> bytes:
    """A certificate (DER); the same one for the same name and end."""
    return from_pem(self_signed(make_key("ecdsa"), name, BEGIN, end))[0]


def register(tx: Connection, customer: str, operator: str, der: bytes, **more: Any) -> str:
    """Register a certificate whose fingerprint was confirmed."""
    defaults: dict[str, Any] = {"confirm": fingerprint(der).hex(), "purpose": "sign", "sm2_id": None}
    return certificates.add_certificate(tx, customer, operator, der, **(defaults | more))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A journal with one customer and one operator who enters."""
    engine = open_engine(database_url, schema=JOURNAL_SCHEMA)
    migrate(engine, JOURNAL_MIGRATIONS)
    with engine.begin() as tx:
        customers.add_customer(tx, C, "北京晨星贸易有限公司")
        operators.add_operator(tx, C, O, "财务系统", permissions=["enter", "query"])
    yield engine
    engine.dispose()
