"""Certificates come and go while the daemon runs: registered, used, revoked or expired, each within seconds."""

import tempfile
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from conformance.client import Client
from conformance.reply import VerifiedReply
from conformance.request import Gaps, from_message, new_request_id
from demo.bad import now
from demo.daemon import Site, yinqi
from demo.record import Record, Row
from protocol.codes import Code
from protocol.messages.help import SelfTest
from signer.certificates import fingerprint
from signer.issue import make_key, self_signed
from signer.keys import SigningKey
from signer.software import load_signing_key

EFFECT_SECONDS: Final = 5.0
"""Within this time a change of the register counts on every process that runs."""
SHORT_LIFE: Final = timedelta(seconds=6)
"""How long the certificate lives, once registered, that is to expire: time enough to be used."""
PAUSE_SECONDS: Final = 0.05


@dataclass(frozen=True, slots=True)
class _Sender:
    customer: str
    operator: str
    key: SigningKey


def former_keys(
    site: Site, client: Client, record: Record, short_life: timedelta = SHORT_LIFE
) -> dict[str, SigningKey]:
    """Keys that were the client's: `revoked` and `expired`. Each is seen to count first, and then not to."""
    begun = now()
    senders = {"revoked": _register(site, client, timedelta(days=1))}
    life = short_life + 2 * (now() - begun)  # a machine that is slow today needs longer to register and to use it
    expires_at = now() + life
    senders["expired"] = _register(site, client, life)
    for name, sender in senders.items():
        _until(client, record, sender, f"SelfTest, a second certificate, {name} soon", Code.DONE)
    revoked = yinqi("admin", "certificate", "revoke", "-c", site.settings, _name(senders["revoked"].key))
    record.expect(f"a certificate can be revoked: {revoked.stderr}", holds=revoked.returncode == 0)
    _until(client, record, senders["revoked"], "SelfTest after its revocation", Code.NOT_AUTHENTIC)
    left = (expires_at - now()).total_seconds()
    _until(client, record, senders["expired"], "SelfTest after its expiry", Code.NOT_AUTHENTIC, more_seconds=left)
    return {name: sender.key for name, sender in senders.items()}


def _register(site: Site, client: Client, life: timedelta) -> _Sender:
    """A new key of the client's operator, its certificate registered beside the one in use."""
    customer, operator = client.file.customer, client.file.operator
    pem = make_key("ecdsa")
    certificate = self_signed(pem, f"{customer} {operator}", now() - timedelta(minutes=1), now() + life)
    key = load_signing_key(pem, certificate)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "second.crt"
        file.write_bytes(certificate)
        command = ("admin", "certificate", "add", "-c", site.settings, customer, operator, file)
        added = yinqi(*command, "--confirm", _name(key))
    if added.returncode != 0:
        raise RuntimeError(f"a certificate could not be registered: {added.stderr}")
    return _Sender(customer, operator, key)


def _name(key: SigningKey) -> str:
    return fingerprint(key.certificate).hex()


def _until(client: Client, record: Record, sender: _Sender, name: str, code: Code, more_seconds: float = 0.0) -> None:
    """Send until the answer is `code`, for as long as a change may take; the last answer is a row."""
    begun = time.perf_counter()
    while True:
        sent = time.perf_counter()
        reply = _self_test(client, sender)
        done = time.perf_counter()
        if reply.code == code or done - begun > EFFECT_SECONDS + max(more_seconds, 0.0):
            break
        time.sleep(PAUSE_SECONDS)
    wrong = None if reply.code == code else f"{reply.code}, not {code}"
    milliseconds = (done - sent) * 1000
    record.rows.append(
        Row(
            name,
            "HTTP",
            sender.key.algorithm,
            reply.code,
            reply.outcome.text,
            milliseconds=milliseconds,
            signed=True,
            wrong=wrong,
        )
    )


def _self_test(client: Client, sender: _Sender) -> VerifiedReply:
    moment = now()
    return client.send_once(from_message(SelfTest(), sender, Gaps(new_request_id(moment), moment)))
