"""Builders of messages for any test: requests, whole signed bytes, throw-away keys made by openssl."""

import hashlib
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from protocol import examples
from protocol.binding import write
from protocol.catalogue import CATALOGUE, Service
from protocol.envelope import Envelope, open_request, write_request
from protocol.errors import ProtocolError
from protocol.seal import seal
from protocol.text import Encoding, Text, read
from protocol.text import write as write_text
from tests.support.need import need

NOW = datetime(2026, 11, 22, 5, 37, tzinfo=UTC)
DS = "http://www.w3.org/2000/09/xmldsig#"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
RSA = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
ECDSA = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"

Mark = Callable[[bytes], bytes]


def sha256(data: bytes) -> bytes:
    """SHA-256 of data."""
    return hashlib.sha256(data).digest()


DIGESTS: Mapping[str, Mark] = {"sha256": sha256, "sm3": lambda data: hashlib.new("sm3", data).digest()}


def service(name: str) -> Service:
    """A service of the catalogue by its name alone."""
    return next(row for row in CATALOGUE.values() if row.name == name)


def body(name: str = "SubmitTransfer") -> str:
    """The example of a service as XML."""
    return write(service(name).example)


def request(body_xml: str | None = None, *, request_id: str = "T-0001", sent_at: datetime = NOW) -> str:
    """A request without Signature, in canonical form."""
    inner = body() if body_xml is None else body_xml
    return write_request(examples.CUSTOMER, "ERP01", request_id, sent_at, language="zh", body_xml=inner)


def sealed(message: str, algorithm: str = "rsa-sha256") -> str:
    """The message with a seal of the right shape that no key made: digest right, value and certificate filler."""
    digest = DIGESTS["sm3" if algorithm == "sm2-sm3" else "sha256"]
    size = 256 if algorithm == "rsa-sha256" else 64
    return seal(message, algorithm, digest=digest, sign=lambda _: b"\x5a" * size, certificate=b"filler")


def raw(message: str | None = None, encoding: Encoding = "UTF-8") -> bytes:
    """A sealed message as bytes."""
    return write_text(sealed(request() if message is None else message), encoding)


def opened(data: bytes) -> Envelope:
    """The envelope in the bytes of a message."""
    return open_request(read(data))


def opened_text(text: str) -> Envelope:
    """The envelope in a message given as text."""
    return open_request(Text(text.encode("utf-8"), "UTF-8"))


def fault_of(act: Callable[[], object]) -> ProtocolError:
    """The ProtocolError that an act raises; a test fails where it raises none."""
    try:
        act()
    except ProtocolError as error:
        return error
    raise AssertionError("nothing was refused")


@dataclass(frozen=True, slots=True)
class Key:
    """A throw-away key and its self-signed certificate, in files as command-line tools want them."""

    key: Path
    certificate: Path
    der: bytes


def make_key(folder: Path, kind: str) -> Key:
    """An `rsa` (2048 bits) or `ec` (P-256) key with its certificate, made by openssl in `folder`."""
    key, certificate = folder / f"{kind}.key", folder / f"{kind}.crt"
    how = ["rsa:2048"] if kind == "rsa" else ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    run("openssl", "req", "-x509", "-newkey", *how, "-nodes", "-keyout", key, "-out", certificate, "-subj", "/CN=test")
    der = run("openssl", "x509", "-in", certificate, "-outform", "DER")
    return Key(key, certificate, der)


def sign_with(key: Key, kind: str) -> Mark:
    """What signs with a key file as the wire wants it: PKCS#1 v1.5, or r and s padded to 32 bytes each."""

    def sign(data: bytes) -> bytes:
        value = run("openssl", "dgst", "-sha256", "-sign", key.key, given=data)
        return value if kind == "rsa" else _pair(value)

    return sign


def _pair(der: bytes) -> bytes:
    """R and s of a short DER ECDSA value (below 128 bytes, so each length is one byte)."""
    size = der[3]
    halves = der[4 : 4 + size], der[6 + size : 6 + size + der[5 + size]]
    return b"".join(half.lstrip(b"\0").rjust(32, b"\0") for half in halves)


def run(command: str, *arguments: str | Path, given: bytes | None = None) -> bytes:
    """Standard output of a command; a test fails with its standard error where it fails."""
    done = subprocess.run([_path(command), *map(str, arguments)], input=given, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    return done.stdout


@cache
def _path(command: str) -> str:
    return need(command)
