"""The audit of the message log: every chain followed, every root checked, nothing trusted but certificates.

It streams: its memory holds one page of rows per chain that is being walked, however long the log is. It finds a row
that was edited, removed, added between others or reordered, a tail cut below a sealed head, and a seal edited, removed
or signed by a key that is not the gateway's. What was added since the last seal is covered by its chain alone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, and_, bindparam, func, select

from gateway.domain.incoming import BANK_ITSELF, IncomingState
from gateway.journal.chain import GENESIS, Break, Head, walk
from gateway.journal.faults import FAULTS_MAX, Found
from gateway.journal.seals import Seal, SealsDamaged, SealsFile, from_row
from gateway.journal.tables import INCOMING, LOG_HEAD, MESSAGE_LOG, REQUEST, SEAL, TRANSFER
from signer.keys import VerifyingKey

PAGE_ROWS: Final = 16
"""Rows of one chain in memory: a row holds a whole message, and messages can be large."""
SEALS_ROWS: Final = 500

_PAGE: Final = (
    select(MESSAGE_LOG)
    .where(MESSAGE_LOG.c.chain == bindparam("chain"), MESSAGE_LOG.c.seq > bindparam("after"))
    .order_by(MESSAGE_LOG.c.seq)
    .limit(PAGE_ROWS)
)
_NEXT_CHAIN: Final = select(func.min(MESSAGE_LOG.c.chain)).where(MESSAGE_LOG.c.chain > bindparam("after"))
_SEALS: Final = select(SEAL).where(SEAL.c.number > bindparam("after")).order_by(SEAL.c.number).limit(SEALS_ROWS)
_REPLY: Final = and_(
    MESSAGE_LOG.c.chain == REQUEST.c.reply_chain,
    MESSAGE_LOG.c.seq == REQUEST.c.reply_seq,
    MESSAGE_LOG.c.way == "out",
    MESSAGE_LOG.c.customer_id == REQUEST.c.customer_id,
    MESSAGE_LOG.c.request_id == REQUEST.c.request_id,
)
_LOST_REPLIES: Final = (
    select(REQUEST.c.customer_id, REQUEST.c.request_id, REQUEST.c.reply_chain, REQUEST.c.reply_seq)
    .join_from(REQUEST, MESSAGE_LOG, _REPLY, isouter=True)
    .where(REQUEST.c.reply_chain.isnot(None), MESSAGE_LOG.c.chain.is_(None))
    .limit(FAULTS_MAX)
)
_UNANSWERED: Final = (
    select(REQUEST.c.customer_id, REQUEST.c.request_id)
    .where(
        REQUEST.c.kind == "order",
        REQUEST.c.due_ms.is_(None),
        REQUEST.c.reply_chain.is_(None),
        REQUEST.c.customer_id != BANK_ITSELF,
    )
    .limit(FAULTS_MAX)
)
_RECEIVED: Final = (
    select(MESSAGE_LOG.c.customer_id, MESSAGE_LOG.c.request_id).where(MESSAGE_LOG.c.way == "in").distinct().subquery()
)
_UNASKED: Final = (
    select(TRANSFER.c.customer_id, TRANSFER.c.request_id)
    .join_from(
        TRANSFER,
        _RECEIVED,
        and_(
            _RECEIVED.c.customer_id == TRANSFER.c.customer_id,
            _RECEIVED.c.request_id == TRANSFER.c.request_id,
        ),
        isouter=True,
    )
    .where(_RECEIVED.c.customer_id.is_(None), TRANSFER.c.customer_id != BANK_ITSELF)
    .distinct()
    .limit(FAULTS_MAX)
)
_UNFOUNDED: Final = (
    select(TRANSFER.c.request_id)
    .where(
        TRANSFER.c.customer_id == BANK_ITSELF,
        TRANSFER.c.request_id.not_in(
            select(INCOMING.c.message_id + INCOMING.c.tx_id).where(INCOMING.c.state == IncomingState.SENT_BACK.value)
        ),
    )
    .limit(FAULTS_MAX)
)
"""The bank's own payments answer no request: each sends back a credit that came."""


@dataclass(slots=True)
class Audit(Found):
    """What was found so far: counts, and faults as one sentence each.

    `unsealed` counts rows that no root covers yet.
    """

    chains: int = 0
    rows: int = 0
    seals: int = 0
    unsealed: int = 0


def audit(tx: Connection, keys: Mapping[str, VerifyingKey], file: SealsFile, file_last: int) -> Audit:
    """Audit the log as the transaction sees it, which is of one moment, for it reads several times.

    `keys` are the gateway's own, by the fingerprint in hexadecimal of their certificates. `file_last` is the number of
    the file's last seal, read before the transaction began: later ones are not looked at.
    """
    found = Audit()
    log = _Log(tx, found)
    for seal in _sealed(tx, found, file, file_last):
        found.seals += 1
        _check_signature(seal, keys, found)
        for head in seal.heads:
            log.check_sealed(seal.number, head)
    log.finish()
    _check_references(tx, found)
    return found


def _sealed(tx: Connection, found: Audit, file: SealsFile, file_last: int) -> Iterator[Seal]:
    """The seals of the table in order, each checked against the one before and against its line in the file."""
    in_file = _from_file(file, file_last, found)
    witness = next(in_file, None)
    number, previous = 0, GENESIS
    for seal in _from_table(tx, found):
        if seal.number != number + 1:
            found.fault(f"seal {number + 1}: removed; seal {seal.number} follows seal {number}")
        elif seal.previous != previous:
            found.fault(f"seal {seal.number}: does not follow seal {number}, for it names another root before it")
        if not seal.is_whole:
            found.fault(f"seal {seal.number}: altered; its root does not fit its content")
        while witness is not None and witness.number < seal.number:
            _tell_missing(witness, found)
            witness = next(in_file, None)
        if witness is not None and witness.number == seal.number:
            if witness != seal:
                found.fault(f"seal {seal.number}: not the one that {file.path.name} holds")
            witness = next(in_file, None)
        number, previous = seal.number, seal.root
        yield seal
    while witness is not None:
        _tell_missing(witness, found)
        witness = next(in_file, None)
    if number > 1 and not file.path.exists():  # the first one gets there only after its commit
        found.fault(f"{file.path.name}: missing; without it nobody can tell whether the end of the log was cut")


def _tell_missing(witness: Seal, found: Audit) -> None:
    found.fault(f"seal {witness.number}: removed from the database; the file beside it holds it")


def _from_table(tx: Connection, found: Audit) -> Iterator[Seal]:
    after = 0
    while rows := tx.execute(_SEALS, {"after": after}).all():
        for row in rows:
            after = row.number
            try:
                yield from_row(row)
            except ValueError:
                found.fault(f"seal {row.number}: altered; its heads cannot be read")


def _from_file(file: SealsFile, last: int, found: Audit) -> Iterator[Seal]:
    """The seals of the file up to `last`, in order; a file that is damaged is a fault."""
    number = 0
    try:
        for seal in file.seals():
            if seal.number > last:
                return
            if number and seal.number != number + 1:
                found.fault(f"{file.path.name}: seal {seal.number} follows seal {number}")
                return
            number = seal.number
            yield seal
            if number == last:
                return  # what follows may be under way
    except FileNotFoundError:
        return
    except SealsDamaged as error:
        found.fault(str(error))


def _check_signature(seal: Seal, keys: Mapping[str, VerifyingKey], found: Audit) -> None:
    key = keys.get(seal.certificate)
    if key is None:
        found.fault(f"seal {seal.number}: signed with certificate {seal.certificate}, which is not in the bundle")
    elif not key.verify(seal.root, seal.signature):
        found.fault(f"seal {seal.number}: its signature is not that of the gateway")


class _Log:
    """The chains, each walked forward as far as its sealed heads are known, and at last to its end."""

    def __init__(self, tx: Connection, found: Audit) -> None:
        self._tx = tx
        self._found = found
        self._chains: dict[str, _Walk] = {}

    def check_sealed(self, number: int, head: Head) -> None:
        """A root covers this row: it must be there, with that hash, and above all that earlier roots covered."""
        walked = self._walk(head.chain)
        if head.seq <= walked.sealed:
            self._found.fault(f"seal {number}: covers chain {head.chain} row {head.seq} again")
            return
        walked.sealed = head.seq
        at = walked.to(head.seq)
        if walked.broken:
            return
        if at.seq < head.seq:
            walked.broken = True
            self._found.fault(
                f"chain {head.chain} row {at.seq + 1}: cut off; seal {number} covers the chain up to row {head.seq}"
            )
        elif at.hash != head.hash:
            walked.broken = True
            self._found.fault(f"chain {head.chain} row {head.seq}: not the row that seal {number} covers")

    def finish(self) -> None:
        """Walk every chain to its end and compare it with its head."""
        heads = {row.chain: row for row in self._tx.execute(select(LOG_HEAD))}
        for chain in sorted(heads.keys() | set(self._in_log()) | self._chains.keys()):
            walked = self._walk(chain)
            at = walked.to(None)
            self._found.chains += 1
            self._found.rows += at.seq
            self._found.unsealed += max(0, at.seq - walked.sealed)
            if not walked.broken:
                self._compare(at, walked.sealed, heads.get(chain))

    def _compare(self, at: Head, sealed: int, head: Any) -> None:
        where = f"chain {at.chain}"
        if head is None:
            self._found.fault(f"{where}: its head was removed")
        elif head.seq > at.seq:
            self._found.fault(f"{where} row {at.seq + 1}: cut off; the head says that there are {head.seq} rows")
        elif head.seq < at.seq or bytes(head.hash) != at.hash:
            self._found.fault(f"{where} row {at.seq}: not the row that its head (row {head.seq}) names")
        elif head.sealed_seq != sealed:
            self._found.fault(f"{where}: marked as sealed up to row {head.sealed_seq}, but seals reach to row {sealed}")

    def _in_log(self) -> Iterator[str]:
        chain = ""
        while (found := self._tx.execute(_NEXT_CHAIN, {"after": chain}).scalar()) is not None:
            chain = found
            yield chain

    def _walk(self, chain: str) -> "_Walk":
        walked = self._chains.get(chain)
        if walked is None:
            walked = self._chains[chain] = _Walk(self._tx, chain, self._found)
        return walked


class _Walk:
    """One chain while it is followed: where it was followed to, how far it is sealed, whether it is broken."""

    __slots__ = ("_found", "_steps", "at", "broken", "sealed")

    def __init__(self, tx: Connection, chain: str, found: Audit) -> None:
        self.at = Head(chain, 0, GENESIS)
        self.sealed = 0
        self.broken = False
        self._found = found
        self._steps = walk(chain, _rows(tx, chain))

    def to(self, seq: int | None) -> Head:
        """Follow the chain up to that row, or to its end; less far where it breaks, which is told once."""
        while not self.broken and (seq is None or self.at.seq < seq):
            step = next(self._steps, None)
            if step is None:
                break
            if isinstance(step, Break):
                self.broken = True
                self._found.fault(f"chain {step.chain} row {step.seq}: {step.fault}")
            else:
                self.at = step
        return self.at


def _rows(tx: Connection, chain: str) -> Iterator[dict[str, Any]]:
    """The rows of a chain by number, a page at a time."""
    after = -1
    while page := tx.execute(_PAGE, {"chain": chain, "after": after}).all():
        after = page[-1].seq
        for row in page:
            yield row._asdict()


def _check_references(tx: Connection, found: Audit) -> None:
    """A reply that a request names must be in the log, and so must the request of each transfer; none is left out."""
    for row in tx.execute(_LOST_REPLIES):
        where = f"chain {row.reply_chain} row {row.reply_seq}"
        found.fault(f"{where}: not the reply to request {row.request_id} of customer {row.customer_id}, which names it")
    for customer_id, request_id in tx.execute(_UNANSWERED):
        found.fault(f"request {request_id} of customer {customer_id}: closed without a reply")
    for customer_id, request_id in tx.execute(_UNASKED):
        found.fault(f"request {request_id} of customer {customer_id}: has a transfer, but is not in the log")
    for request_id in tx.execute(_UNFOUNDED).scalars():
        found.fault(f"payment {request_id} of the bank itself: sends back no credit that came")
