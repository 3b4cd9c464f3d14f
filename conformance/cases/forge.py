"""Makes messages right and wrong: whatever a sender could sign, and what others could do to it afterwards."""

import itertools
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from conformance.request import new_request_id
from protocol import binding, seal
from protocol.envelope import write_request
from protocol.messages.transfer import SubmitTransfer
from signer.digests import DIGESTS
from signer.keys import DIGEST_OF, SigningKey

FEN: Final = 1
"""One fen: what the transfers of the table move, where they move anything."""


@dataclass(frozen=True, slots=True)
class Accounts:
    """Accounts at the gateway under trial: the sender's own by their state, and others' with their holders' names.

    `poor` holds less than anybody has to approve. The name of `dotted` has a middle dot (U+00B7).
    """

    payer: str
    second: str
    poor: str
    lost: str
    frozen: str
    closed: str
    payee: str
    payee_name: str
    dotted: tuple[str, str]
    payee_lost: tuple[str, str]
    payee_frozen: tuple[str, str]
    payee_closed: tuple[str, str]
    unknown: str


@dataclass(frozen=True, slots=True)
class Keys:
    """Who signs: the sender; an operator without the permission to enter; and who must not be believed.

    `stranger` was never registered, `expired` and `revoked` were the sender's and are None where none was made.
    """

    own: SigningKey = field(repr=False)
    approver: SigningKey = field(repr=False)
    other: SigningKey = field(repr=False)
    stranger: SigningKey = field(repr=False)
    expired: SigningKey | None = field(default=None, repr=False)
    revoked: SigningKey | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Forge:
    """What the rows of the tables are made with; `available` asks what is in fen on an account of the sender."""

    customer: str
    operator: str
    approver: str
    keys: Keys
    accounts: Accounts
    now: Callable[[], datetime]
    available: Callable[[str], int]
    _count: "itertools.count[int]" = field(default_factory=itertools.count, repr=False)

    def transfer(self, **changes: object) -> SubmitTransfer:
        """A transfer of one fen that would be accepted, with the named fields changed."""
        right = SubmitTransfer(
            payer_account=self.accounts.payer,
            payee_account=self.accounts.payee,
            payee_name=self.accounts.payee_name,
            amount=FEN,
            currency="CNY",
            purpose=f"货款 {secrets.token_hex(4)}",
        )
        return replace(right, **changes)  # type: ignore[arg-type]  # the caller names the fields

    def unsigned(
        self,
        body: object,
        *,
        request_id: str | None = None,
        customer: str | None = None,
        operator: str | None = None,
        late: timedelta = timedelta(0),
    ) -> str:
        """A canonical Message around a typed body, or around XML given as text."""
        now = self.now()
        return write_request(
            customer or self.customer,
            operator or self.operator,
            request_id or new_request_id(now),
            now - late,
            language="zh",
            body_xml=body if isinstance(body, str) else binding.write(body),
        )

    def sealed(self, message: str, key: SigningKey | None = None) -> str:
        """The message with a signature of `key`, by default the sender's."""
        signing = key or self.keys.own
        digest = DIGESTS[DIGEST_OF[signing.algorithm]]
        return seal.seal(message, signing.algorithm, digest=digest, sign=signing.sign, certificate=signing.certificate)

    def right(self, **changes: object) -> str:
        """A signed transfer that would be accepted, with the named fields changed."""
        return self.sealed(self.unsigned(self.transfer(**changes)))


def changed(text: str, old: str, new: str) -> str:
    """`text` with the first `old` made `new`, which must be there: a forgery that changes nothing proves nothing."""
    assert old in text, f"{old} is not in the message"
    return text.replace(old, new, 1)


def encoded(text: str, declared: str, codec: str) -> bytes:
    """`text` behind a declaration of one encoding, in the bytes of a codec."""
    return f'<?xml version="1.0" encoding="{declared}"?>\n{text}'.encode(codec)
