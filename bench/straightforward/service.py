"""One request from its bytes to the bytes of its reply, in one transaction."""

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Final

from cryptography import x509
from lxml import etree
from lxml.etree import _Element
from signxml.exceptions import SignXMLException
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bench.straightforward import xml
from bench.straightforward.models import Account, Entry, Message, Operator, Transfer
from bench.straightforward.xml import ENVELOPE, TRANSFER, Signing, add, text

_BEIJING: Final = timezone(timedelta(hours=8))


class Refused(Exception):
    """A message that gets a refusal; the text is its code. Nothing of it is stored."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """A verified and valid transfer; `amount` in fen."""

    raw: bytes
    customer_id: str
    operator_id: str
    request_id: str
    body_digest: bytes
    payer: str
    payee: str
    payee_name: str
    amount: int
    currency: str
    purpose: str


class Service:
    """Keys, certificates and schema are loaded once; each call of `answer` may run in a thread of its own."""

    def __init__(self, engine: Engine, signing: Signing, clock_skew_seconds: float) -> None:
        self._engine = engine
        self._signing = signing
        self._clock_skew = timedelta(seconds=clock_skew_seconds)
        self._schema = xml.load_schema()
        with Session(engine) as session:
            self._certificates = {
                (row.customer_id, row.operator_id): x509.load_der_x509_certificate(row.certificate)
                for row in session.scalars(select(Operator))
            }

    def answer(self, raw: bytes) -> bytes:
        """The signed reply to a message; raises XMLSyntaxError and Refused where there is no head to reply to."""
        root = xml.parse(raw)
        head = root.find(f"{{{ENVELOPE}}}Head")
        if head is None:
            raise Refused("ENVELOPE_SHAPE")
        try:
            incoming = self._open(raw, root, head)
            return self._book(incoming)
        except Refused as refusal:
            reply = _reply_start(
                text(head, ENVELOPE, "CustomerId"),
                text(head, ENVELOPE, "OperatorId"),
                text(head, ENVELOPE, "RequestId"),
                datetime.now(UTC),
            )
            _add_outcome(reply[0], str(refusal))
            return xml.sign(reply, self._signing)

    def _open(self, raw: bytes, root: _Element, head: _Element) -> Incoming:
        """Verify, validate and read; only what was signed is looked at after the signature."""
        sender = text(head, ENVELOPE, "CustomerId"), text(head, ENVELOPE, "OperatorId")
        certificate = self._certificates.get(sender)
        if certificate is None:
            raise Refused("NOT_AUTHENTIC")
        try:
            signed = xml.verify(root, certificate)
        except (SignXMLException, ValueError) as error:
            raise Refused("NOT_AUTHENTIC") from error
        if not self._schema.validate(signed):
            raise Refused("SCHEMA_INVALID")
        head, body = signed[0], signed[1]
        sent_at = datetime.fromisoformat(text(head, ENVELOPE, "SentAt"))
        if abs(datetime.now(UTC) - sent_at) > self._clock_skew:
            raise Refused("CLOCK_SKEW")
        order = body[0]
        if order.tag != f"{{{TRANSFER}}}SubmitTransfer":
            raise Refused("SERVICE_UNKNOWN")
        return Incoming(
            raw=raw,
            customer_id=sender[0],
            operator_id=sender[1],
            request_id=text(head, ENVELOPE, "RequestId"),
            body_digest=xml.digest(body),
            payer=text(order, TRANSFER, "PayerAccount"),
            payee=text(order, TRANSFER, "PayeeAccount"),
            payee_name=text(order, TRANSFER, "PayeeName"),
            amount=int(Decimal(text(order, TRANSFER, "Amount")) * 100),
            currency=text(order, TRANSFER, "Currency"),
            purpose=text(order, TRANSFER, "Purpose"),
        )

    def _book(self, incoming: Incoming) -> bytes:
        """Move the money and store the reply in one commit; a repeat gets the stored reply."""
        try:
            with Session(self._engine, expire_on_commit=False) as session, session.begin():
                return self._move(session, incoming)
        except IntegrityError:
            return self._repeat(incoming)

    def _move(self, session: Session, incoming: Incoming) -> bytes:
        locked = session.scalars(
            select(Account)
            .where(Account.number.in_((incoming.payer, incoming.payee)))
            .order_by(Account.number)
            .with_for_update()
        )
        accounts = {account.number: account for account in locked}
        payer, payee = accounts.get(incoming.payer), accounts.get(incoming.payee)
        code = _fault(incoming, payer, payee)
        now = datetime.now(UTC)
        message_id = uuid.uuid4().hex
        reference = None if code else f"R{message_id[:20]}"
        today = now.astimezone(_BEIJING).date()
        reply = xml.sign(_reply(incoming, code, reference, today, now, message_id), self._signing)
        session.add(_transfer(incoming, code, reference, today, now, reply))
        if payer and payee and not code:
            payer.balance -= incoming.amount
            payee.balance += incoming.amount
            session.flush()
            key = {"customer_id": incoming.customer_id, "request_id": incoming.request_id}
            session.add(Entry(**key, account=payer.number, amount=-incoming.amount, balance=payer.balance))
            session.add(Entry(**key, account=payee.number, amount=incoming.amount, balance=payee.balance))
        log = {"message_id": message_id, "customer_id": incoming.customer_id, "request_id": incoming.request_id}
        session.add(Message(**log, way="in", at=now, content=incoming.raw))
        session.add(Message(**log, way="out", at=now, content=reply))
        return reply

    def _repeat(self, incoming: Incoming) -> bytes:
        """The stored reply of a request id that was used for the same body by the same operator."""
        with Session(self._engine) as session:
            stored = session.get(Transfer, (incoming.customer_id, incoming.request_id))
            if stored is None:
                raise Refused("BUSY")
            if (stored.operator_id, stored.body_digest) != (incoming.operator_id, incoming.body_digest):
                raise Refused("REQUEST_ID_REUSED")
            return stored.reply


def _fault(incoming: Incoming, payer: Account | None, payee: Account | None) -> str:
    """The first reason against the transfer; empty when there is none."""
    if payer is None or payer.customer_id != incoming.customer_id:
        return "PAYER_NOT_ATTACHED"
    if payee is None:
        return "PAYEE_UNKNOWN"
    faults = {
        "SAME_ACCOUNT": payer is payee,
        "CURRENCY_UNSUPPORTED": incoming.currency != "CNY",
        "PAYER_FROZEN": payer.status != "normal",
        "PAYEE_FROZEN": payee.status != "normal",
        "PAYEE_NAME_MISMATCH": payee.name != incoming.payee_name,
        "BALANCE_INSUFFICIENT": payer.balance < incoming.amount,
    }
    return next((code for code, found in faults.items() if found), "")


def _transfer(
    incoming: Incoming, code: str, reference: str | None, today: date, now: datetime, reply: bytes
) -> Transfer:
    return Transfer(
        customer_id=incoming.customer_id,
        request_id=incoming.request_id,
        operator_id=incoming.operator_id,
        body_digest=incoming.body_digest,
        payer_account=incoming.payer,
        payee_account=incoming.payee,
        payee_name=incoming.payee_name,
        amount=incoming.amount,
        currency=incoming.currency,
        purpose=incoming.purpose,
        code=code or "DONE",
        reference=reference,
        business_date=today,
        received_at=now,
        reply=reply,
    )


def _reply(
    incoming: Incoming, code: str, reference: str | None, today: date, now: datetime, message_id: str
) -> _Element:
    """The reply's XML, not yet signed."""
    root = _reply_start(incoming.customer_id, incoming.operator_id, incoming.request_id, now, message_id)
    add(root[0], ENVELOPE, "RequestDigest", incoming.body_digest.hex())
    _add_outcome(root[0], code)
    if not code:
        body = add(root, ENVELOPE, "Body")
        done = etree.SubElement(body, f"{{{TRANSFER}}}SubmitTransferReply", nsmap={None: TRANSFER})
        add(done, TRANSFER, "RequestId", incoming.request_id)
        add(done, TRANSFER, "State", "succeeded")
        add(done, TRANSFER, "Final", "true")
        add(done, TRANSFER, "Channel", "IN_BANK")
        add(done, TRANSFER, "Reference", reference)
        add(done, TRANSFER, "BusinessDate", today.isoformat())
        add(done, TRANSFER, "BookedAt", xml.wall_clock(now))
    return root


def _reply_start(
    customer_id: str, operator_id: str, request_id: str, now: datetime, message_id: str | None = None
) -> _Element:
    root = etree.Element(f"{{{ENVELOPE}}}Message", nsmap={None: ENVELOPE})
    head = add(root, ENVELOPE, "Head")
    add(head, ENVELOPE, "Version", "1.0")
    add(head, ENVELOPE, "CustomerId", customer_id)
    add(head, ENVELOPE, "OperatorId", operator_id)
    add(head, ENVELOPE, "RequestId", request_id)
    add(head, ENVELOPE, "SentAt", xml.wall_clock(now))
    add(head, ENVELOPE, "MessageId", message_id or uuid.uuid4().hex)
    return root


def _add_outcome(head: _Element, code: str) -> None:
    outcome = add(head, ENVELOPE, "Outcome")
    add(outcome, ENVELOPE, "Result", "refused" if code else "accepted")
    add(outcome, ENVELOPE, "Code", code or "DONE")
    add(outcome, ENVELOPE, "Text", code or "成功")
    add(outcome, ENVELOPE, "Final", "true")
    add(outcome, ENVELOPE, "Advice", "correct-and-resend" if code else "done")
