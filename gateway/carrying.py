"""Makes who carries payments to other banks, with the keys and the pace that the settings say."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from core_adapter.channels.cnaps import Codec
from gateway.clearing import Carrier
from gateway.journal.clearing import Pace
from gateway.services.wiring import Wire
from gateway.settings import Settings
from signer.certificates import from_pem
from signer.keys import SM2_ID_DEFAULT
from signer.software import load_signing_key, verifying_key


def carrier_of(
    settings: Settings,
    journal: Engine,
    reactor: Any,
    *,
    now: Callable[[], datetime],
    on_events: Callable[[Mapping[str, int]], None],
) -> Carrier | None:
    """Who carries payments to other banks, where the site has a clearing centre. Raises KeyRefused."""
    said = settings.clearing
    if said is None:
        return None
    key = load_signing_key(said.key.read_bytes(), said.certificate.read_bytes(), SM2_ID_DEFAULT)
    known = [verifying_key(each, SM2_ID_DEFAULT) for each in from_pem(said.centre_certificate.read_bytes())]

    def verify(sender: str, data: bytes, signature: bytes) -> bool:
        return sender == said.centre and any(each.verify(data, signature) for each in known)

    pace = Pace(
        answer_ms=round(said.answer_seconds * 1000),
        pause_max_ms=round(said.pause_seconds_max * 1000),
        case_ms=round(said.case_minutes * 60_000),
        lease_ms=round(settings.work.lease_seconds * 1000),
    )
    names = Wire(settings.site.bank_code, said.centre)
    carrier = Carrier(Codec(key.sign, verify), names, pace, reactor=reactor, now=now, on_events=on_events)
    carrier.prepare(journal)
    return carrier
