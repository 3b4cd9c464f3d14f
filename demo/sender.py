"""One client over one way in: whatever it sends and what comes back, verified, is a row of the record."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from conformance.client import Client
from conformance.errors import ClientError
from conformance.reply import VerifiedReply
from conformance.request import SignedRequest
from demo.record import Record, Row
from protocol.codes import Code

Telling = Callable[[VerifiedReply], str]
"""What of a reply is worth reading."""


@dataclass(frozen=True, slots=True)
class Sender:
    """A client, what the table calls its way in, and the record; `scene` is the title that its rows stand under."""

    client: Client
    way: str
    record: Record
    scene: str = ""

    @property
    def operator(self) -> str:
        """The operator who signs."""
        return self.client.file.operator

    def ask(
        self,
        name: str,
        message: object,
        code: Code = Code.DONE,
        *,
        request_id: str | None = None,
        telling: Telling | None = None,
    ) -> VerifiedReply | None:
        """Sign a message and `deliver` it."""
        return self.deliver(name, self.client.prepare(message, request_id=request_id), code, telling=telling)

    def deliver(
        self, name: str, request: SignedRequest, code: Code = Code.DONE, *, telling: Telling | None = None
    ) -> VerifiedReply | None:
        """Send one request and note the row; None where no reply could be verified or it is not the one expected.

        `telling` says what of an accepted reply is worth reading, where its outcome says little.
        """
        begun = time.perf_counter()
        reply: VerifiedReply | None = None
        wrong = None
        try:
            reply = self.client.deliver(request)
            if reply.code != code:
                wrong = f"{reply.code}, not {code}: {reply.outcome.text}"
        except ClientError as error:
            wrong = str(error)
        self.record.rows.append(
            Row(
                name,
                self.way,
                self.client.file.key.algorithm,
                code=reply.code if reply else "",
                text=_told(reply, telling),
                milliseconds=(time.perf_counter() - begun) * 1000,
                signed=reply is not None,
                wrong=wrong,
                scene=self.scene,
            )
        )
        return reply if wrong is None else None

    def expect(self, what: str, *, holds: bool) -> None:
        """Note what was expected and did not hold."""
        self.record.expect(f"{what} ({self.way}, {self.operator})", holds=holds)


def _told(reply: VerifiedReply | None, telling: Telling | None) -> str:
    """What is worth reading: of an accepted reply what `telling` says, of a refusal the words of its first detail."""
    if reply is None:
        return ""
    if telling is not None and reply.accepted:
        return telling(reply)
    details = reply.outcome.details
    return (details[0].zh if details else None) or reply.outcome.text
