"""Keys and certificates of every kind, the openssl command as judge, and a SoftHSM2 token of one's own."""

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from signer import issue
from signer.asn1 import unarmor
from signer.hsm import Pkcs11Key, certify, generate
from signer.keys import SM2_SM3, SigningKey
from signer.software import load_signing_key
from tests.support.need import need, need_file

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
FROM, UNTIL = NOW - timedelta(days=30), NOW + timedelta(days=300)
KINDS = tuple(issue.KEY_KINDS)
SOFTHSM = "/usr/lib/softhsm/libsofthsm2.so"
PIN = "246810"


@dataclass(frozen=True, slots=True)
class Pair:
    """A private key and its self-signed certificate."""

    kind: str
    key_pem: bytes
    certificate_pem: bytes

    @property
    def der(self) -> bytes:
        """The certificate, DER."""
        return unarmor(self.certificate_pem)[0][1]

    def signing_key(self) -> SigningKey:
        """The pair as it signs."""
        return load_signing_key(self.key_pem, self.certificate_pem)


def make_pair(kind: str) -> Pair:
    """A fresh pair, valid from FROM to UNTIL."""
    key_pem = issue.make_key(kind)
    return Pair(kind, key_pem, issue.self_signed(key_pem, "测试企业 ERP", FROM, UNTIL))


@pytest.fixture(scope="session")
def pairs() -> dict[str, Pair]:
    """One pair of each kind, the same for the whole run."""
    return {kind: make_pair(kind) for kind in KINDS}


@pytest.fixture(params=KINDS)
def pair(request: pytest.FixtureRequest, pairs: dict[str, Pair]) -> Pair:
    """Each kind in turn."""
    return pairs[str(request.param)]


class Openssl:
    """The openssl command, which shares no code path with what it judges."""

    def __init__(self, folder: Path) -> None:
        self.command = need("openssl")
        self.folder = folder

    def run(self, *arguments: str, data: bytes = b"") -> bytes:
        """Run a sub-command and return its standard output; a failure fails the test with its words."""
        done = subprocess.run([self.command, *arguments], input=data, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    def accepts(self, certificate_pem: bytes, algorithm: str, data: bytes, der: bytes, sm2_id: str) -> bool:
        """Whether the public key of a certificate verifies a signature, given as openssl wants it."""
        public = self.file("public.pem", self.run("x509", "-noout", "-pubkey", data=certificate_pem))
        judged = [self.command, "pkeyutl", "-verify", "-pubin", "-inkey", public, "-rawin"]
        judged += ["-in", self.file("data", data), "-sigfile", self.file("signature", der)]
        if algorithm == SM2_SM3:
            judged += ["-digest", "sm3", "-pkeyopt", f"distid:{sm2_id}"]
        else:
            judged += ["-digest", "sha256"]
        return subprocess.run(judged, capture_output=True, check=False).returncode == 0

    def file(self, name: str, content: bytes) -> str:
        """Write a file and return its path."""
        path = self.folder / name
        path.write_bytes(content)
        return str(path)


@pytest.fixture
def openssl(tmp_path: Path) -> Openssl:
    """The openssl command with a folder of its own."""
    return Openssl(tmp_path)


class SoftToken:
    """A SoftHSM2 token in a folder that can be taken away."""

    def __init__(self, folder: Path) -> None:
        self.module = need_file(SOFTHSM, "SoftHSM2")
        # A label of its own: the module of this process remembers the tokens of earlier tests.
        self.label = f"test {uuid4().hex[:20]}"
        self.folder = folder / "tokens"
        self.folder.mkdir()
        self.configuration = folder / "softhsm2.conf"
        self.configuration.write_text(
            f"directories.tokendir = {self.folder}\nobjectstore.backend = file\nlog.level = ERROR\n"
        )
        self._keys: list[Pkcs11Key] = []

    def initialise(self) -> None:
        """Format the token."""
        command = [need("softhsm2-util"), "--init-token", "--free", "--label", self.label]
        command += ["--pin", PIN, "--so-pin", "13579"]
        environment = os.environ | {"SOFTHSM2_CONF": str(self.configuration)}
        subprocess.run(command, env=environment, check=True, capture_output=True)

    def make(self, kind: str, label: str = "reply-2027a") -> bytes:
        """Make a key pair inside and return its self-signed certificate, DER."""
        generate(self.module, self.label, PIN, label, kind=kind)
        pem = certify(self.module, self.label, PIN, label, common_name="测试银行", not_before=FROM, not_after=UNTIL)
        return unarmor(pem)[0][1]

    def key(
        self,
        certificate: bytes,
        label: str = "reply-2027a",
        pin: str = PIN,
        upkeep_seconds: float = 3600,
        on_change: Callable[[bool, str], None] | None = None,
    ) -> Pkcs11Key:
        """Open a key that is closed after the test; one that failed is tried again at every call."""
        key = Pkcs11Key(
            self.module,
            self.label,
            pin,
            label,
            certificate_der=certificate,
            retry_seconds=0,
            upkeep_seconds=upkeep_seconds,
            on_change=on_change,
        )
        self._keys.append(key)
        return key

    def close(self) -> None:
        """Close every key, so that the next test logs in for itself."""
        for key in self._keys:
            key.close()

    def take_away(self) -> None:
        """Move the token out of the module's sight."""
        self.folder.rename(self.folder.with_name("away"))

    def bring_back(self) -> None:
        """Put the token where it was."""
        self.folder.with_name("away").rename(self.folder)


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SoftToken]:
    """A fresh token that the module of this process sees."""
    token = SoftToken(tmp_path)
    token.initialise()
    monkeypatch.setenv("SOFTHSM2_CONF", str(token.configuration))
    yield token
    token.close()
