"""Every Prometheus metric of the gateway in one place: names, words, labels, buckets. Measures nothing itself.

Labels are small closed sets: doors, services of the catalogue, outcome codes, stages of the road. With
PROMETHEUS_MULTIPROC_DIR in the environment when prometheus_client is first imported, values live in files of that
folder and a parent sums them; each gauge says how: `livesum` adds what each worker has, `livemax` and `livemin` take
the worst of the workers that live.
"""

from collections.abc import Callable
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

SECONDS: Final = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
STAGE_SECONDS: Final = (0.00002, 0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.2, 1.0)
GROUP_SIZES: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256)
DOORS: Final = ("http", "tcp")


class Metrics:
    """One process's metrics on one registry; made once at the start and handed to whoever counts."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.registry = registry
        self._answered: dict[tuple[str, str], tuple[Callable[[], None], Callable[[float], None]]] = {}
        self._of_doors(registry)
        self._of_the_road(registry)
        self._of_the_site(registry)

    def _of_doors(self, registry: CollectorRegistry) -> None:
        self.connections = Gauge(
            "yinqi_connections",
            "Connections open now.",
            ["door"],
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.refused_connections = Counter(
            "yinqi_refused_connections",
            "Connections refused at the door, by outcome code.",
            ["door", "code"],
            registry=registry,
        )
        self.cut_connections = Counter(
            "yinqi_cut_connections",
            "Connections that the gateway cut: idle, unverified (no verified message in time), room (for a new one),"
            " unread (the peer does not read), handshake, linger, flood.",
            ["door", "reason"],
            registry=registry,
        )
        self.messages = Counter(
            "yinqi_messages", "Whole messages taken from a connection.", ["door"], registry=registry
        )
        self.faults = Counter(
            "yinqi_faults", "Unsigned Faults sent by a door, by outcome code.", ["door", "code"], registry=registry
        )
        self.received_bytes = Counter(
            "yinqi_received_bytes", "Bytes read from connections.", ["door"], registry=registry
        )
        self.sent_bytes = Counter("yinqi_sent_bytes", "Bytes written to connections.", ["door"], registry=registry)

    def _of_the_road(self, registry: CollectorRegistry) -> None:
        self.requests = Counter(
            "yinqi_requests", "Messages answered, by service and outcome code.", ["service", "code"], registry=registry
        )
        self.refused_messages = Counter(
            "yinqi_refused_messages",
            "Messages refused before the journal, by outcome code; many NOT_AUTHENTIC or RATE_LIMITED are an attack.",
            ["code"],
            registry=registry,
        )
        self.request_seconds = Histogram(
            "yinqi_request_seconds",
            "From the last byte of a message to its answer.",
            ["service"],
            registry=registry,
            buckets=SECONDS,
        )
        self.stage_seconds = Histogram(
            "yinqi_stage_seconds",
            "One stage of the road, per message or per group.",
            ["stage"],
            registry=registry,
            buckets=STAGE_SECONDS,
        )
        self.queue_depth = Gauge(
            "yinqi_queue_depth",
            "Commands that wait for the committer.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self.group_size = Histogram(
            "yinqi_group_size", "Commands in one commit.", registry=registry, buckets=GROUP_SIZES
        )

    def _of_the_site(self, registry: CollectorRegistry) -> None:
        self.in_doubt = Gauge(
            "yinqi_in_doubt",
            "Requests whose outcome at the core is not known.",
            registry=registry,
            multiprocess_mode="livemax",
        )
        self.in_doubt_oldest_seconds = Gauge(
            "yinqi_in_doubt_oldest_seconds",
            "Age of the oldest request in doubt; 0 when there is none.",
            registry=registry,
            multiprocess_mode="livemax",
        )
        self.cases_open = Gauge(
            "yinqi_cases_open",
            "Cases that bank staff have not closed.",
            registry=registry,
            multiprocess_mode="livemax",
        )
        self.clearing_up = Gauge(
            "yinqi_clearing_up",
            "1 while every worker is linked to the clearing centre; 0 too where the site has none.",
            registry=registry,
            multiprocess_mode="livemin",
        )
        self.signer_available = Gauge(
            "yinqi_signer_available",
            "1 while the reply key can sign in every worker.",
            registry=registry,
            multiprocess_mode="livemin",
        )
        self.certificate_days_left = Gauge(
            "yinqi_certificate_days_left",
            "Days until the certificate ends; below 0 when it has ended.",
            ["certificate"],
            registry=registry,
            multiprocess_mode="livemin",
        )
        self.workers = Gauge(
            "yinqi_workers",
            "Workers that are up.",
            registry=registry,
            multiprocess_mode="livesum",
        )

    def answered(self, service: str, code: str, seconds: float) -> None:
        """Count an answer, and how long it took since its message was whole; labels are bound once each."""
        key = (service, code)
        bound = self._answered.get(key)
        if bound is None:
            bound = self._answered[key] = (
                self.requests.labels(service, code).inc,
                self.request_seconds.labels(service).observe,
            )
        count, observe = bound
        count()
        observe(seconds)


class DoorMetrics:
    """One door's counters. What is counted for every message is added up here and handed on by `flush`, once a second:
    a counter that other processes can read costs more than the count.
    """

    def __init__(self, metrics: Metrics, door: str) -> None:
        self.connections = metrics.connections.labels(door)
        self._messages = metrics.messages.labels(door)
        self._received = metrics.received_bytes.labels(door)
        self._sent = metrics.sent_bytes.labels(door)
        self._counted = [0, 0, 0]
        self._metrics = metrics
        self._door = door

    def message(self) -> None:
        """Count a whole message."""
        self._counted[0] += 1

    def received(self, size: int) -> None:
        """Count bytes that came."""
        self._counted[1] += size

    def sent(self, size: int) -> None:
        """Count bytes that left."""
        self._counted[2] += size

    def flush(self) -> None:
        """Hand on what was counted; to be called on the thread that counts."""
        for counter, count in zip((self._messages, self._received, self._sent), self._counted, strict=True):
            counter.inc(count)
        self._counted = [0, 0, 0]

    def refused(self, code: str) -> None:
        """Count a connection that was not let in."""
        self._metrics.refused_connections.labels(self._door, code).inc()

    def cut(self, reason: str) -> None:
        """Count a connection that the gateway cut."""
        self._metrics.cut_connections.labels(self._door, reason).inc()

    def fault(self, code: str) -> None:
        """Count a Fault that the door itself sent."""
        self._metrics.faults.labels(self._door, code).inc()
