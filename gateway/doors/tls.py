"""TLS for a door: TLS 1.2 at least, forward secrecy, nothing to resume, client certificates if the site demands them.

Who a client certificate belongs to is the road's question, not this module's.
"""

from pathlib import Path
from typing import Any, Final, cast

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from OpenSSL import SSL, crypto
from twisted.internet.interfaces import IOpenSSLServerConnectionCreator, ISSLTransport
from twisted.internet.protocol import Factory
from twisted.protocols.tls import TLSMemoryBIOFactory
from zope.interface import implementer

from gateway.doors.faces import Clock
from gateway.settings import Tls

CIPHERS: Final = b"ECDHE+AESGCM:ECDHE+CHACHA20"
"""For TLS 1.2: ephemeral keys and authenticated encryption only. TLS 1.3 has nothing else."""

_OPTIONS: Final = SSL.OP_NO_TICKET | SSL.OP_NO_COMPRESSION | SSL.OP_NO_RENEGOTIATION | SSL.OP_CIPHER_SERVER_PREFERENCE
_DEMAND: Final = SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT


class TlsError(Exception):
    """A door's TLS files cannot be used; the text names the file and the reason."""


@implementer(IOpenSSLServerConnectionCreator)
class TlsContext:
    """What new connections are made with; `load` puts another in its place and leaves those that are open alone."""

    def __init__(self, tls: Tls) -> None:
        self._context = _context(tls)

    def load(self, tls: Tls) -> None:
        """Read the files again; raises TlsError, and then what is in use stays."""
        self._context = _context(tls)

    def serverConnectionForTLS(self, protocol: object) -> SSL.Connection:  # noqa: N802  Twisted asks by this name
        """Make the TLS side of the next connection."""
        return SSL.Connection(self._context, None)

    def wrap(self, door: Factory, clock: Clock) -> TLSMemoryBIOFactory:
        """Put TLS in front of a door."""
        return TLSMemoryBIOFactory(cast(Any, self), False, cast(Any, door), cast(Any, clock))


def peer_certificate(transport: object) -> bytes | None:
    """The DER of the certificate that the TLS peer proved to hold, or None."""
    if not ISSLTransport.providedBy(transport):
        return None
    certificate: crypto.X509 | None = cast(Any, transport).getPeerCertificate()
    return None if certificate is None else certificate.to_cryptography().public_bytes(Encoding.DER)


def _context(tls: Tls) -> SSL.Context:
    context = SSL.Context(SSL.TLS_SERVER_METHOD)
    context.set_min_proto_version(SSL.TLS1_2_VERSION)
    context.set_cipher_list(CIPHERS)
    context.set_options(_OPTIONS)
    context.set_mode(SSL.MODE_RELEASE_BUFFERS)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_session_id(b"yinqi")
    own, *chain = _certificates(tls.certificate)
    private_key = _private_key(tls.key)
    try:
        context.use_certificate(own)
        for certificate in chain:
            context.add_extra_chain_cert(certificate)
        context.use_privatekey(private_key)
        context.check_privatekey()
    except (SSL.Error, crypto.Error, ValueError, TypeError) as error:
        raise TlsError(f"{tls.key} is not the key of {tls.certificate}, or not one that TLS can use") from error
    if tls.client_ca is not None:
        _demand_certificates(context, _certificates(tls.client_ca))
    return context


def _demand_certificates(context: SSL.Context, authorities: list[x509.Certificate]) -> None:
    """Take only clients with a certificate of these authorities, whose names they are told."""
    context.set_verify(_DEMAND)
    store = context.get_cert_store()
    assert store is not None
    for authority in authorities:
        store.add_cert(crypto.X509.from_cryptography(authority))
        context.add_client_ca(authority)


def _certificates(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise TlsError(f"{path} holds no PEM certificate that can be read: {error}") from error


def _private_key(path: Path) -> Any:
    """The key, of whatever kind; which kinds TLS can use is for it to say."""
    try:
        return load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise TlsError(f"{path} holds no PEM private key that can be read: {error}") from error
