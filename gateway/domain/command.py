"""A verified message as a typed command, and what may be decided about it: the types between road and journal."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from gateway.domain.facts import Transfer
from gateway.domain.matter import Matter
from protocol.catalogue import Service
from protocol.codes import Code
from protocol.errors import Detail
from protocol.faults import NOTHING_FOUND, Found
from protocol.head import Head, Outcome
from protocol.text import Encoding


@dataclass(frozen=True, slots=True)
class Refuse:
    """A refusal with its code and every fault of its stage."""

    code: Code
    details: tuple[Detail, ...] = ()


@dataclass(frozen=True, slots=True)
class Seen:
    """What the gateway saw of a message, for SelfTest: computed from the sender's own bytes and the register."""

    algorithm: str
    digest_algorithm: str
    digest: bytes
    signed_info: bytes
    certificate: str
    certificate_not_after: datetime
    sm2_id: str | None
    sm2_z: bytes | None


@dataclass(frozen=True, slots=True)
class Command:
    """One verified message: who, what, and its exact bytes.

    `service` and `body` are None where the message is refused already (`refusal`): an unknown service, a schema fault.
    `skew_ms` is SentAt minus the clock of the gateway when the message came, in milliseconds. `found` is what the rules
    of rows have against a batch, which its service refuses together with what else it finds. With `patient` its sender
    waits where there is nothing to tell yet.
    """

    head: Head
    raw: bytes
    encoding: Encoding
    body_digest: bytes
    received_at: datetime
    skew_ms: int
    seen: Seen
    service: Service | None
    body: Any
    refusal: Refuse | None = None
    found: Found = NOTHING_FOUND
    patient: bool = False

    @property
    def language(self) -> str:
        """The language of the answer: the sender's, else Chinese."""
        return self.head.language or "zh"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that is ready: its outcome, and its body as canonical XML text."""

    outcome: Outcome
    body: str | None

    @property
    def code(self) -> Code:
        """The code of its outcome."""
        return self.outcome.code


@dataclass(frozen=True, slots=True)
class Replay:
    """The stored reply of the same request, by the log row (chain, number) that holds its exact bytes."""

    reply: tuple[str, int]


@dataclass(frozen=True, slots=True)
class Wait:
    """The same request is under way in another process: look again later."""


@dataclass(frozen=True, slots=True)
class Pay:
    """An accepted instruction: the core is to move the money. `settled` are matters that it changes."""

    transfer: Transfer
    settled: tuple[Matter, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Enter:
    """An accepted order that waits for people or for its time, or has many rows: what is written of it, and the reply.

    `rows` are the payments of a batch, in the columns that `gateway.journal.transfers` names; `settled` are matters of
    before that it changes.
    """

    reply: Reply
    matters: tuple[Matter, ...] = ()
    transfers: tuple[Transfer, ...] = ()
    rows: Iterable[tuple[Any, ...]] = ()
    settled: tuple[Matter, ...] = ()


@dataclass(frozen=True, slots=True)
class Settle:
    """What an act has made of matters, as they stand now, and the reply."""

    reply: Reply
    matters: tuple[Matter, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """Entries asked of the core: an account, business dates (both included), above which sequence, at most how many."""

    account: str
    first: date
    last: date
    after: int
    limit: int


@dataclass(frozen=True, slots=True)
class Look:
    """A query that only the core can answer: the accounts to see, or a page of entries, and what to make of them.

    `then` takes the accounts by number or the list of entries, as the core's own types.
    """

    then: Callable[[Any], Reply | Refuse]
    accounts: tuple[str, ...] = ()
    page: Page | None = None


@dataclass(frozen=True, slots=True)
class Idle:
    """Nothing to tell a patient sender yet: it is to be asked again when its customer has an event above `number`."""

    number: int


@dataclass(frozen=True, slots=True)
class Read:
    """A query that the journal answers, in the transaction of its turn, which sees what that turn has entered.

    `read` takes the connection; where the core has a part in the answer, that is asked next.
    """

    read: Callable[[Any], Reply | Refuse | Look | Idle]


@dataclass(frozen=True, slots=True)
class Change:
    """A change of what the journal holds: `make` makes it through the connection it is given; a refusal undoes it.

    Of kind administration it may change the register, alone in a transaction that holds it; it may settle matters that
    the turn holds for it, or enter one of its own. Of kind keeping it changes lists of its own customer, in a turn that
    holds these beside whatever else is decided there.
    """

    make: Callable[[Any], Reply | Refuse | Enter | Settle]


@dataclass(frozen=True, slots=True)
class Woken:
    """What time alone made of a matter; `run` is a payment that it brought, of a recurring order."""

    matter: Matter
    run: Transfer | None = None


Decision = Refuse | Reply | Replay | Wait | Idle | Pay | Enter | Settle | Look | Read | Change
