"""The counters of limits: how much of whose limit is used on which business date."""

from sqlalchemy import BigInteger, CheckConstraint, Column, String, Table

from gateway.journal.tables.metadata import METADATA

USAGE = Table(
    "usage",
    METADATA,
    Column("customer_id", String(32), primary_key=True),
    Column("scope", String(8), primary_key=True),
    Column("subject", String(32), primary_key=True),
    Column("business_date", String(10), primary_key=True),
    Column("amount", BigInteger, nullable=False),
    CheckConstraint("amount >= 0", name="usage_amount"),
)
"""Fen by counter (gateway.domain.usage.UsageKey); they can be counted again from the orders at any time."""
