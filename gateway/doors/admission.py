"""Who may come in, and how often: connection caps, token buckets and held bytes. Knows addresses and ids, no sockets.

When the house is full, the connection that has been there longest without a verified message makes room for a new one;
one whose message is under way is spared while another can go.

Every worker has an admission of its own with its share of the site's limits; all memory here is bounded.
"""

from collections import Counter, OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address
from itertools import islice
from typing import Final, Protocol

from twisted.logger import Logger

from gateway.settings import Limits
from protocol.codes import Code
from protocol.limits import LARGE_MESSAGE_BYTES, MESSAGE_BYTES_MAX

Seconds = Callable[[], float]
"""A monotonic clock: seconds since some fixed moment."""

KEYS_MAX: Final = 65_536
"""Buckets kept at once, some 10 MB; a bucket that was dropped starts full again."""

FAREWELLS_MAX: Final = 64
"""Refused connections that may stay open at once to read why they were refused; more are cut off."""

SPARED_MAX: Final = 64
"""Connections whose message is under way that are passed over in the search for one that makes room."""

HELD_BYTES_MAX: Final = 16 * MESSAGE_BYTES_MAX
"""Bytes of large messages held at once by a site, from the first byte until the answer is made, so that neither slow
senders nor messages that wait to be handled can fill the memory."""


ALARM_SECONDS: Final = 60
"""The least time between two alarms about one address and customer."""

_LOG: Final = Logger(namespace="admission")
_ROUNDING: Final = 0.001
"""Tokens given away so that sums of floats never refuse the last token of a full bucket."""


class Rates:
    """One token bucket a key, each kept as the one moment at which it would be full again.

    `rate` is tokens a second, `burst` the tokens of a full bucket; both are divided by the number of workers, `share`.
    """

    def __init__(self, rate: float, burst: int, *, share: int, seconds: Seconds, keys_max: int = KEYS_MAX) -> None:
        self._interval = share / rate
        self._room = (max(1.0, burst / share) - 1 + _ROUNDING) * self._interval
        self._seconds = seconds
        self._keys_max = keys_max
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._full_at)

    def take(self, key: str) -> bool:
        """Take one token of this key; False, and nothing taken, when its bucket is empty."""
        now = self._seconds()
        full_at = self._full_at.get(key, now)
        if full_at < now:
            full_at = now
        elif full_at - now > self._room:
            return False
        self._full_at[key] = full_at + self._interval
        self._full_at.move_to_end(key)
        if len(self._full_at) > self._keys_max:
            self._full_at.popitem(last=False)
        return True


class CustomerRates(Rates):
    """The rate of each authenticated customer; `take(customer_id)` is asked once for every verified message."""

    def __init__(self, limits: Limits, *, share: int, seconds: Seconds, keys_max: int = KEYS_MAX) -> None:
        super().__init__(limits.customer_rate, limits.customer_burst, share=share, seconds=seconds, keys_max=keys_max)


class UnprovenRates:
    """How often an address may send in the name of a customer what proves nothing (O1).

    Whoever goes on is slowed down and an alarm is logged. Nothing is held against the customer: anybody may claim to be
    it, and what it signs is served as ever, from the same address too.
    """

    def __init__(self, limits: Limits, *, share: int, seconds: Seconds, keys_max: int = KEYS_MAX) -> None:
        rate, burst = limits.unproven_rate, limits.unproven_burst
        self._rates = Rates(rate, burst, share=share, seconds=seconds, keys_max=keys_max)
        self._alarms = Rates(1 / ALARM_SECONDS, 1, share=1, seconds=seconds, keys_max=keys_max)

    def take(self, address: str, customer_id: str) -> bool:
        """Charge one such message; False when there were too many."""
        network = address_key(address)
        key = f"{network} {customer_id}"
        if self._rates.take(key):
            return True
        if self._alarms.take(key):
            _LOG.warn(
                "unproven: many messages from {address} claim to be customer {customer} and prove nothing",
                address=network,
                customer=customer_id,
            )
        return False


class Guest(Protocol):
    """A connection, as far as the admission must know it."""

    @property
    def waits(self) -> bool:
        """Whether it waits for an answer."""
        ...

    def make_room(self) -> None:
        """Go at once; its place has been given back."""
        ...


class Admission:
    """The connections of all doors of one worker: how many in all and per address, and each address's rate."""

    def __init__(self, limits: Limits, *, share: int, seconds: Seconds, keys_max: int = KEYS_MAX) -> None:
        self._rates = Rates(limits.address_rate, limits.address_burst, share=share, seconds=seconds, keys_max=keys_max)
        self._all_max = _part(limits.connections, share)
        self._address_max = _part(limits.connections_per_address, share)
        self._held_max = max(_part(HELD_BYTES_MAX, share), 2 * limits.message_bytes)
        self._open: Counter[str] = Counter()
        self._strangers: dict[Guest, str] = {}  # with their addresses, from the oldest
        self._all = 0
        self._held = 0
        self._farewells = 0

    @property
    def connections(self) -> int:
        """Connections admitted and not yet closed."""
        return self._all

    def opened(self, address: str, guest: Guest) -> Code | None:
        """Admit a connection, which must later be `closed` or is told to `make_room`; or say why not, and then nothing
        is to be closed.
        """
        if not self._rates.take(address):
            return Code.RATE_LIMITED
        if self._open.get(address, 0) >= self._address_max or (self._all >= self._all_max and not self._make_room()):
            return Code.TOO_MANY_CONNECTIONS
        self._open[address] += 1
        self._all += 1
        self._strangers[guest] = address
        return None

    def verified(self, guest: Guest) -> None:
        """Note that this connection has brought a verified message: it keeps its place."""
        self._strangers.pop(guest, None)

    def _make_room(self) -> bool:
        """Send the oldest stranger away; False when there is none."""
        if not self._strangers:
            return False
        oldest = islice(self._strangers, SPARED_MAX)
        guest = next((each for each in oldest if not each.waits), next(iter(self._strangers)))
        self.closed(self._strangers[guest], guest)
        guest.make_room()
        return True

    def closed(self, address: str, guest: Guest) -> None:
        """Give back the place of an admitted connection."""
        self._strangers.pop(guest, None)
        self._all -= 1
        self._open[address] -= 1
        if not self._open[address]:
            del self._open[address]

    def message(self, address: str) -> bool:
        """Charge one message to the address; False when it sends more than its rate."""
        return self._rates.take(address)

    def held(self, before: int, now: int) -> bool:
        """Note that one connection's unfinished message grew or shrank (bytes); False when all hold too much."""
        self._held += _counted(now) - _counted(before)
        return self._held <= self._held_max or now <= before

    def taken(self, size: int) -> bool:
        """Charge a whole message until it is `answered`; False, and nothing charged, when all hold too much."""
        counted = _counted(size)
        if counted and self._held + counted > self._held_max:
            return False
        self._held += counted
        return True

    def answered(self, size: int) -> None:
        """Give back what a message of this size was charged, whether or not its connection is still there."""
        self._held -= _counted(size)

    def farewell(self) -> bool:
        """Whether one more refused connection may stay to read its Fault; if so, `farewell_over` must follow."""
        if self._farewells >= FAREWELLS_MAX:
            return False
        self._farewells += 1
        return True

    def farewell_over(self) -> None:
        """One refused connection has gone."""
        self._farewells -= 1


def address_key(host: str) -> str:
    """What a peer's caps and rate hang on: an IPv4 address, or the /64 network that one IPv6 site has to itself."""
    if ":" not in host:
        return host
    address = IPv6Address(host.partition("%")[0])
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Address(int(address) >> 64 << 64)) + "/64"


def _part(limit: int, share: int) -> int:
    return max(1, -(-limit // share))


def _counted(held: int) -> int:
    """Small messages are bounded by the caps of connections and of the queue; only large ones count."""
    return held if held > LARGE_MESSAGE_BYTES else 0
