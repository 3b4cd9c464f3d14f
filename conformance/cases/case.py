"""One row of a table, and its trial: send the bytes, and hold what comes back against what must come back."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from conformance.cases.forge import Forge
from conformance.errors import ClientError, UnsignedReplyError
from conformance.reply import judge
from conformance.request import SignedRequest, described
from conformance.transport import Received, Transport
from protocol.codes import Code, Result
from protocol.errors import ProtocolError
from protocol.meanings import MEANINGS
from signer.trust import Register


@dataclass(frozen=True, slots=True)
class Case:
    """One message: `code` is the outcome's, `signed` whether it comes in a signed reply or in an unsigned Fault.

    `details` is the least number of faults that the reply lists; `make` may return None where a forge lacks a key.
    """

    name: str
    code: Code
    make: Callable[[Forge], str | bytes | None]
    signed: bool = True
    details: int = 0

    @property
    def result(self) -> Result:
        """What the outcome's code amounts to."""
        return MEANINGS[self.code].result


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of one row: `fault` says what was not as it must be, None when all was."""

    case: Case
    code: str
    text: str
    signed: bool
    seconds: float
    fault: str | None


def attempt(case: Case, forge: Forge, transport: Transport, gateway: Register) -> Trial | None:
    """Try one row over a way to the gateway; None where its message cannot be made here."""
    made = case.make(forge)
    if made is None:
        return None
    raw = made.encode() if isinstance(made, str) else made
    begun = time.perf_counter()
    try:
        received = transport.exchange(raw)
    except ClientError as error:
        return Trial(case, "", str(error), signed=False, seconds=time.perf_counter() - begun, fault=str(error))
    return hold(case, raw, received, gateway, seconds=time.perf_counter() - begun)


def hold(case: Case, raw: bytes, received: Received, gateway: Register, *, seconds: float = 0.0) -> Trial:
    """Hold a reply against the row: verified where it must be signed, the code, the status, and every fault listed."""
    try:
        reply = judge(received, _request(raw), gateway)
    except UnsignedReplyError as error:
        fault = "an unsigned Fault" if case.signed else _differs(case, error.code or "")
        if received.http is not None and received.http != MEANINGS[case.code].http:
            fault = fault or f"HTTP status {received.http}"
        return Trial(case, error.code or "", error.text, signed=False, seconds=seconds, fault=fault)
    except ClientError as error:
        return Trial(case, "", str(error), signed=False, seconds=seconds, fault=str(error))
    fault = _differs(case, reply.code)
    found = len(reply.outcome.details)
    if not case.signed:
        fault = fault or "signed, where the head cannot have been read"
    if found < case.details:
        fault = fault or f"{found} faults listed, not {case.details}"
    if received.http is not None and received.http != MEANINGS[case.code].signed_http:
        fault = fault or f"HTTP status {received.http}"
    return Trial(case, reply.code, reply.outcome.text, signed=True, seconds=seconds, fault=fault)


def _differs(case: Case, code: str) -> str | None:
    return None if code == case.code else f"{code}, not {case.code}"


def _request(raw: bytes) -> SignedRequest:
    """What a signed reply must echo; nothing where the message is not one that can be read."""
    try:
        return described(raw)
    except ProtocolError:
        return SignedRequest(raw, "", "", "", None, None)
