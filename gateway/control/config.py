"""The check of settings beyond their text: keys, certificates and the calendar can be read, and belong together."""

import ssl
from collections.abc import Callable, Iterator
from functools import partial

from gateway.control.checks import bundle_keys
from gateway.settings import Settings, SettingsError, Tls
from gateway.workdays_source import load_workdays
from protocol.names import bank_code_valid
from signer.keys import SM2_ID_DEFAULT, KeyRefused
from signer.software import load_signing_key


def config_faults(settings: Settings) -> list[str]:
    """Every fault of what the settings name, one sentence each; opens no database, token or port."""
    faults = []
    if not bank_code_valid(settings.site.bank_code):
        faults.append(f"site.bank_code: {settings.site.bank_code} has a wrong check digit (ISO 7064 MOD 11,10)")
    for key, check in _checks(settings):
        try:
            check()
        except SettingsError as error:
            faults += [f"{key}: {fault}" for fault in error.faults]
        except (KeyRefused, OSError, ValueError) as error:
            faults.append(f"{key}: {error}")
    return faults


def _checks(settings: Settings) -> Iterator[tuple[str, Callable[[], object]]]:
    reply = settings.reply
    yield "reply.certificate", lambda: bundle_keys(reply)
    if (path := reply.key) is not None:
        yield (
            "reply.key",
            lambda: load_signing_key(path.read_bytes(), reply.certificate.read_bytes(), reply.sm2_id or SM2_ID_DEFAULT),
        )
    yield "calendar.overrides", lambda: load_workdays(settings.calendar.overrides)
    for name, tls in (("http.tls", settings.http.tls), ("tcp.tls", settings.tcp.tls)):
        if tls is not None:
            yield name, partial(_load_tls, tls)


def _load_tls(tls: Tls) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls.certificate, tls.key)
    if tls.client_ca is not None:
        context.load_verify_locations(tls.client_ca)
