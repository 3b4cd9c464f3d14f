"""What customers are told: how many events each has, the events themselves, and where they are sent by themselves."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Integer, String, Table, Text

from gateway.journal.tables.metadata import METADATA

EVENT_COUNT = Table(
    "event_count",
    METADATA,
    Column("customer_id", String(32), primary_key=True),
    Column("number", BigInteger, nullable=False),
    CheckConstraint("number >= 0", name="event_count_number"),
)
"""The number of each customer's last event. Who appends holds the row until its commit: nobody can see an event whose
predecessor is not there for everybody."""

EVENT = Table(
    "event",
    METADATA,
    Column("customer_id", String(32), primary_key=True),
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("kind", String(9), nullable=False),
    Column("by_customer", String(32), nullable=False),
    Column("request_id", String(32), nullable=False),
    Column("row", Integer, nullable=False),
    Column("operator_id", String(32), nullable=False),
    Column("service", String(40), nullable=False),
    Column("state", String(24), nullable=False),
    Column("codes", Text, nullable=False),
    Column("account", String(32), nullable=False),
    Column("party_account", String(32), nullable=False),
    Column("party_name", String(120), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("reference", String(64)),
    Column("count", Integer),
    Column("succeeded", Integer),
    CheckConstraint("number > 0", name="event_number"),
)
"""Each event by customer and number, written once; the columns are those of gateway.domain.event.Event."""

PUSH = Table(
    "push",
    METADATA,
    Column("customer_id", String(32), primary_key=True),
    Column("operator_id", String(32), nullable=False),
    Column("url", Text, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("failing_since_ms", BigInteger),
    Column("due_ms", BigInteger, nullable=False),
    Column("owner", String(40)),
    Column("lease_ms", BigInteger),
    Column("last_fault", String(200)),
)
"""Where a customer's events are posted to as `operator_id` may see them, and how far that has come: `number` is the
last event delivered or put aside. `owner` sends until `lease_ms`; the next try is at `due_ms`, in database time."""

PUSH_DEAD = Table(
    "push_dead",
    METADATA,
    Column("customer_id", String(32), primary_key=True),
    Column("first", BigInteger, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("fault", String(200), nullable=False),
    Column("replay", Integer, nullable=False),
    CheckConstraint("replay IN (0, 1)", name="push_dead_replay"),
)
"""Events (both ends included) that could not be posted in time: put aside, until staff have them sent again."""
