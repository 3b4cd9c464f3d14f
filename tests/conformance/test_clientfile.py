"""A client file is read whole: every fault at once, and no secret in sight."""

from pathlib import Path

import pytest

from conformance import clientfile
from conformance.errors import ClientFileError
from tests.conformance.double import Double, identity, write_client

OWN = identity("ecdsa", "ERP01")
BANK = identity("rsa", "gateway")
ADDRESSES = Double((), http="http://127.0.0.1:1/v1/messages", tcp="[::1]:8601")


def faults_of(path: Path) -> tuple[str, ...]:
    """What reading the file complains about."""
    with pytest.raises(ClientFileError) as caught:
        clientfile.read(path)
    return caught.value.faults


def test_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    """Keys and certificates are found beside the file, and an IPv6 address loses its brackets."""
    path = write_client(tmp_path, ADDRESSES, OWN, BANK.certificate_pem)
    path.write_text(path.read_text() + '[roles]\napprover = "mgr01.toml"\n')

    read = clientfile.read(path)

    assert (read.customer, read.operator, read.tcp) == ("C1", "ERP01", ("::1", 8601))
    assert read.key.certificate == OWN.key.certificate
    assert [entry.der for entry in read.gateway] == [BANK.key.certificate]
    assert read.roles["approver"] == tmp_path / "mgr01.toml"


def test_the_key_is_never_shown(tmp_path: Path) -> None:
    """A client file in a log line tells nothing of its key."""
    read = clientfile.read(write_client(tmp_path, ADDRESSES, OWN, BANK.certificate_pem))

    assert "key=" not in repr(read)


def test_every_fault_of_the_shape_is_told_at_once(tmp_path: Path) -> None:
    """Missing keys, unknown keys and tables, and values of another type, each in its own line."""
    path = tmp_path / "bad.toml"
    path.write_text('[gateway]\nhttp = 1\ntcp = "x"\nport = "1"\n[idendity]\n')

    assert sorted(faults_of(path)) == [
        "gateway.certificate is missing",
        "gateway.http must be text",
        "gateway.port is not known",
        "the table [identity] is missing",
        "there is no [idendity] in a client file",
    ]


def test_every_fault_of_the_values_is_told_at_once(tmp_path: Path) -> None:
    """Addresses, certificates, keys and TLS files are judged together."""
    path = write_client(tmp_path, Double((), http="ftp://x", tcp="nowhere"), OWN, b"no certificate")
    (tmp_path / "own.key").unlink()
    path.write_text(path.read_text() + '[tls]\nca = "none.crt"\nkey = "own.crt"\n')

    faults = "\n".join(faults_of(path))

    assert [name for name in ("gateway.certificate", "gateway.http", "gateway.tcp", "identity.key") if name in faults]
    assert "tls.ca" in faults
    assert "tls.key and tls.certificate go together" in faults


def test_a_key_that_is_not_the_certificates_is_refused(tmp_path: Path) -> None:
    """A pair that is no pair would sign what nobody can verify."""
    path = write_client(tmp_path, ADDRESSES, OWN, BANK.certificate_pem)
    (tmp_path / "own.crt").write_bytes(BANK.certificate_pem)

    assert faults_of(path)[0].startswith("identity:")


def test_a_file_that_is_no_toml_is_one_fault(tmp_path: Path) -> None:
    """So is one that is not there."""
    path = tmp_path / "bad.toml"
    path.write_text("[[")

    assert len(faults_of(path)) == 1
    assert len(faults_of(tmp_path / "absent.toml")) == 1
