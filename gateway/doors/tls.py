"""TLS for a door: TLS 1.2 at least, no sessions or tickets, and client certificates where the site demands them.

Who a client certificate belongs to is the road's question, not this module's.
"""

from pathlib import Path
from typing import Any, cast

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from OpenSSL import SSL, crypto
from twisted.internet.interfaces import ISSLTransport
from twisted.internet.protocol import Factory
from twisted.internet.ssl import Certificate, CertificateOptions, TLSVersion, trustRootFromCertificates
from twisted.protocols.tls import TLSMemoryBIOFactory

from gateway.doors.faces import Clock
from gateway.settings import Tls


class TlsError(Exception):
    """A door's TLS files cannot be used; the text names the file and the reason."""


class TlsContext:
    """The context of new connections; `load` puts another in its place and leaves those that are open alone."""

    def __init__(self, tls: Tls) -> None:
        self._context = _context(tls)

    def load(self, tls: Tls) -> None:
        """Read the files again; raises TlsError, and then the context in use stays."""
        self._context = _context(tls)

    def getContext(self) -> SSL.Context:  # noqa: N802  Twisted asks by this name
        """Give the context of the next connection."""
        return self._context

    def wrap(self, door: Factory, clock: Clock) -> TLSMemoryBIOFactory:
        """Put TLS in front of a door."""
        return TLSMemoryBIOFactory(cast(Any, self), False, cast(Any, door), cast(Any, clock))


def peer_certificate(transport: object) -> bytes | None:
    """The DER of the certificate that the TLS peer proved to hold, or None."""
    if not ISSLTransport.providedBy(transport):
        return None
    certificate: crypto.X509 | None = cast(Any, transport).getPeerCertificate()
    return None if certificate is None else certificate.to_cryptography().public_bytes(Encoding.DER)


def _trust(path: Path) -> Any:
    wrap, root = cast(Any, Certificate), cast(Any, trustRootFromCertificates)
    return root([wrap(certificate) for certificate in _certificates(path)])


def _certificates(path: Path) -> list[crypto.X509]:
    try:
        found = x509.load_pem_x509_certificates(path.read_bytes())
    except (OSError, ValueError) as error:
        raise TlsError(f"{path} holds no PEM certificate that can be read: {error}") from error
    return [crypto.X509.from_cryptography(certificate) for certificate in found]


def _private_key(path: Path) -> PrivateKeyTypes:
    try:
        return load_pem_private_key(path.read_bytes(), None)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise TlsError(f"{path} holds no PEM private key that can be read: {error}") from error


def _context(tls: Tls) -> SSL.Context:
    chain = _certificates(tls.certificate)
    private_key = _private_key(tls.key)
    try:
        key = crypto.PKey.from_cryptography_key(cast(Any, private_key))
        options = CertificateOptions(
            privateKey=key,
            certificate=chain[0],
            extraCertChain=chain[1:],
            trustRoot=None if tls.client_ca is None else _trust(tls.client_ca),
            raiseMinimumTo=TLSVersion.TLSv1_2,
            enableSessions=False,
            enableSessionTickets=False,
        )
        context = options.getContext()
        context.check_privatekey()
    except (SSL.Error, crypto.Error, ValueError, TypeError) as error:
        raise TlsError(f"{tls.key} is not the key of {tls.certificate}, or not one that TLS can use") from error
    return context
