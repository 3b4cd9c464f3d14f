"""The scribe: writes every reply, signs it with the reply key, encodes it as the sender does; any thread may ask it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from gateway.domain.command import Refuse, Reply
from protocol import envelope, text
from protocol.codes import Language
from protocol.head import Outcome, ReplyHead
from protocol.seal import seal
from protocol.text import Encoding
from signer.digests import DIGESTS
from signer.keys import DIGEST_OF, SigningKey


@dataclass(frozen=True, slots=True)
class Echo:
    """What a reply repeats of its request: the claimed ids, the digest of its Body, its language and encoding."""

    customer_id: str
    operator_id: str
    request_id: str
    body_digest: bytes | None
    language: Language
    encoding: Encoding


class Scribe:
    """See the module; `log_root` is the latest signed root of the message log, which every reply carries."""

    def __init__(self, key: SigningKey, now: Callable[[], datetime], name: str) -> None:
        """`name` makes message ids unique among processes; `now` is the real clock."""
        self._key = key
        self._digest = DIGESTS[DIGEST_OF[key.algorithm]]
        self._now = now
        self._name = name
        self._numbers = count(1)
        self.log_root: str | None = None

    @property
    def blocking(self) -> bool:
        """Whether signing may wait on a device, so that the reactor's thread must not ask."""
        return self._key.blocking

    def reply(self, echo: Echo, decided: Reply | Refuse) -> bytes:
        """The exact bytes of the signed reply; raises SignerUnavailable, never gives an unsigned one."""
        if isinstance(decided, Refuse):
            decided = Reply(Outcome(decided.code, decided.details), None)
        head = ReplyHead(
            customer_id=echo.customer_id,
            operator_id=echo.operator_id,
            request_id=echo.request_id,
            sent_at=self._now(),
            message_id=f"{self._name}-{next(self._numbers)}",
            request_digest=echo.body_digest,
            outcome=decided.outcome,
            log_root=self.log_root,
            language=echo.language,
        )
        unsigned = envelope.write_reply(head, decided.body)
        key = self._key
        return text.write(
            seal(unsigned, key.algorithm, digest=self._digest, sign=key.sign, certificate=key.certificate),
            echo.encoding,
        )
