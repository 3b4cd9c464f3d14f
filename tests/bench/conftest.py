"""A sender and a gateway's reply key of the benchmark's own making."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from bench.messages import Identity


@pytest.fixture(scope="session")
def identity() -> Identity:
    """A sender with a fresh P-256 key and a certificate of its own making."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "bench")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return Identity("C00000001", "ERP01", pem, certificate.public_bytes(serialization.Encoding.DER))


@pytest.fixture
def key_files(identity: Identity, tmp_path: Path) -> tuple[Path, Path]:
    """The same key and certificate as PEM files: what a reply is signed with."""
    key, certificate = tmp_path / "reply.key", tmp_path / "reply.crt"
    key.write_bytes(identity.key)
    certificate.write_bytes(certificate_pem(identity))
    return key, certificate


def certificate_pem(identity: Identity) -> bytes:
    """The sender's certificate as PEM."""
    return x509.load_der_x509_certificate(identity.certificate).public_bytes(serialization.Encoding.PEM)
