"""Where the site is reached, and what peers may use of it: the tables [http], [tcp], [operations] and [limits]."""

from dataclasses import dataclass
from pathlib import Path

from gateway.settings.table import Table
from protocol.limits import MESSAGE_BYTES_MAX


@dataclass(frozen=True, slots=True)
class Tls:
    """A door's TLS: certificate chain, private key, and the CA that clients' certificates must come from, if any."""

    certificate: Path
    key: Path
    client_ca: Path | None


@dataclass(frozen=True, slots=True)
class Door:
    """Where a door listens, and its TLS; port 0 lets the system choose."""

    host: str
    port: int
    tls: Tls | None


@dataclass(frozen=True, slots=True)
class Operations:
    """Where the operations port listens; it carries no TLS and belongs on an inner address."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Limits:
    """What peers may use, for all workers together; each worker takes its share of the caps and rates."""

    message_bytes: int
    connections: int
    connections_per_address: int
    pipelined: int
    message_seconds: float
    idle_seconds: float
    first_message_seconds: float
    write_buffer_bytes: int
    address_rate: float
    address_burst: int
    customer_rate: float
    customer_burst: int
    unproven_rate: float
    unproven_burst: int
    queue: int
    waiting: int
    waiting_per_customer: int


def read_door(table: Table, listen: str) -> Door:
    """Read [http] or [tcp]; `listen` is where it listens when nothing is said."""
    address = table.address("listen", listen)
    tls = _tls(table.table("tls")) if "tls" in table else None
    table.end()
    return Door(address.host, address.port, tls)


def read_operations(table: Table) -> Operations:
    """Read [operations]."""
    address = table.address("listen", "127.0.0.1:8602")
    table.end()
    return Operations(address.host, address.port)


def read_limits(table: Table) -> Limits:
    """Read [limits]."""
    limits = Limits(
        message_bytes=table.integer("message_bytes", MESSAGE_BYTES_MAX, 1024, MESSAGE_BYTES_MAX),
        connections=table.integer("connections", 2000, 1, 100_000),
        connections_per_address=table.integer("connections_per_address", 200, 1, 100_000),
        pipelined=table.integer("pipelined", 32, 1, 1024),
        message_seconds=table.number("message_seconds", 30.0, 0.1, 3600.0),
        idle_seconds=table.number("idle_seconds", 300.0, 0.1, 86_400.0),
        first_message_seconds=table.number("first_message_seconds", 10.0, 0.1, 3600.0),
        write_buffer_bytes=table.integer("write_buffer_bytes", 1024 * 1024, 4096, 256 * 1024 * 1024),
        address_rate=table.number("address_rate", 2000.0, 0.001, 1_000_000.0),
        address_burst=table.integer("address_burst", 4000, 1, 10_000_000),
        customer_rate=table.number("customer_rate", 1000.0, 0.001, 1_000_000.0),
        customer_burst=table.integer("customer_burst", 2000, 1, 10_000_000),
        unproven_rate=table.number("unproven_rate", 2.0, 0.001, 1_000_000.0),
        unproven_burst=table.integer("unproven_burst", 50, 1, 10_000_000),
        queue=table.integer("queue", 2000, 1, 1_000_000),
        waiting=table.integer("waiting", 1000, 1, 100_000),
        waiting_per_customer=table.integer("waiting_per_customer", 20, 1, 100_000),
    )
    if limits.connections_per_address > limits.connections:
        table.fault("connections_per_address", f"is above connections ({limits.connections})")
    table.end()
    return limits


def _tls(table: Table) -> Tls:
    tls = Tls(
        certificate=table.file("certificate"),
        key=table.private_file("key"),
        client_ca=table.file("client_ca") if "client_ca" in table else None,
    )
    table.end()
    return tls
