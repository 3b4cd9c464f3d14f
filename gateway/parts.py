"""The makers of the parts behind interfaces: database, core, reply key; for the daemon and for commands."""

from sqlalchemy import Engine

from core_adapter.core import Core
from core_adapter.database import open_engine
from core_adapter.ledger import open_ledger
from core_adapter.link import LinkCore
from gateway.settings import Settings
from signer.certificates import from_pem
from signer.hsm import Pkcs11Key
from signer.keys import SM2_ID_DEFAULT, SigningKey
from signer.software import load_signing_key

JOURNAL_MIGRATIONS = "gateway.journal.migrations"
"""The package that holds the versions of the gateway's own database."""

JOURNAL_SCHEMA = "gateway"
"""The PostgreSQL schema of the journal; SQLite has a file instead."""


def open_journal(settings: Settings) -> Engine:
    """The gateway's database, whatever its version; nothing is connected yet."""
    return open_engine(settings.site.database, schema=None if settings.site.embedded else JOURNAL_SCHEMA)


def open_core(settings: Settings) -> Core:
    """The core that the settings name: the embedded ledger, or a link to one elsewhere. Raises SchemaMismatch."""
    core = settings.core
    if core.link is not None:
        return LinkCore(str(core.link), core.timeout_seconds)
    return open_ledger(core.database or settings.site.database, schema=core.schema)


def open_key(settings: Settings) -> SigningKey:
    """The reply key: from a PEM file, or in a PKCS#11 token. Raises KeyRefused."""
    reply = settings.reply
    certificate = reply.certificate.read_bytes()
    if reply.pkcs11 is not None:
        token = reply.pkcs11
        return Pkcs11Key(str(token.module), token.token, token.pin, token.label, from_pem(certificate)[0])
    assert reply.key is not None
    return load_signing_key(reply.key.read_bytes(), certificate, reply.sm2_id or SM2_ID_DEFAULT)
