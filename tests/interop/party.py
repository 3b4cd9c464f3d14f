"""A customer's operator with keys on disk, as tools want them, and the messages that these tests exchange."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from conformance.request import Gaps, SignedRequest, from_message
from protocol import binding, envelope, seal, text
from protocol.codes import Code
from protocol.envelope import Envelope, Outcome, ReplyHead
from protocol.messages.transfer import SubmitTransfer, SubmitTransferReply, TransferState
from protocol.text import Encoding
from signer.digests import DIGESTS
from signer.issue import make_key, self_signed
from signer.keys import DIGEST_OF, SigningKey
from signer.software import load_signing_key
from signer.trust import Register, RegisteredCertificate, register_entry

NOW: Final = datetime(2026, 11, 22, 6, 0, tzinfo=UTC)
TRANSFER: Final = SubmitTransfer(
    payer_account="11010100000000001",
    payee_account="11010100000000101",
    payee_name="上海远航·物流 & “二分”公司 <α>",
    amount=123450,
    currency="CNY",
    purpose="货款 10月\u3000㈠",
)


@dataclass(frozen=True, slots=True)
class Party:
    """One operator: the files of its key pair, and the key ready to sign."""

    kind: str
    key_file: Path
    certificate_file: Path
    key: SigningKey
    customer: str = "C00000001"
    operator: str = "ERP01"

    def request(self, encoding: Encoding = "UTF-8") -> SignedRequest:
        """The transfer, signed by our own code."""
        return from_message(TRANSFER, self, Gaps("R1", NOW), encoding=encoding)

    def unsigned(self) -> str:
        """The transfer without Signature and declaration."""
        return envelope.write_request(
            self.customer, self.operator, "R1", NOW, language="zh", body_xml=binding.write(TRANSFER)
        )

    def reply(self, encoding: Encoding = "UTF-8") -> bytes:
        """A reply that this party signs in the gateway's place."""
        outcome = Outcome(Code.DONE)
        head = ReplyHead("C00000001", "ERP01", "R1", NOW, "M1", b"\1" * 32, outcome, "9 abc", "zh")
        body = SubmitTransferReply(request_id="R1", state=TransferState.SUCCEEDED, final=True, reference="＃1·2")
        message = envelope.write_reply(head, binding.write(body))
        digest = DIGESTS[DIGEST_OF[self.key.algorithm]]
        return text.write(
            seal.seal(message, self.key.algorithm, digest=digest, sign=self.key.sign, certificate=self.key.certificate),
            encoding,
        )


def party(kind: str, folder: Path) -> Party:
    """A new party with its files in `folder`."""
    pem = make_key(kind)
    certificate = self_signed(pem, f"C00000001 {kind}", NOW - timedelta(days=1), NOW + timedelta(days=3650))
    key_file, certificate_file = folder / f"{kind}.key", folder / f"{kind}.crt"
    key_file.write_bytes(pem)
    certificate_file.write_bytes(certificate)
    return Party(kind, key_file, certificate_file, load_signing_key(pem, certificate))


def accepted(raw: bytes, sender: Party) -> Envelope:
    """The message, opened and verified as the gateway does it; raises what the gateway would refuse it for."""
    opened = envelope.open_request(text.read(raw))
    assert seal.check_digest(opened.seal, opened.canonical, DIGESTS)
    verified(opened, sender)
    return opened


def verified(opened: Envelope, sender: Party) -> RegisteredCertificate:
    """The registered certificate that signed the message."""
    entry = register_entry(sender.customer, sender.operator, sender.key.certificate)
    shown = opened.seal
    return Register([entry]).verify(
        opened.head.customer_id,
        opened.head.operator_id,
        certificate=shown.certificate,
        key_name=shown.key_name,
        algorithm=shown.algorithm,
        data=shown.signed_info,
        signature=shown.signature_value,
        at=NOW,
    )
