"""The JDK signs what we accept and verifies what we sign, with the one-file sample that partners are given."""

import subprocess
from pathlib import Path

import pytest

from tests.interop.party import Party, accepted, party
from tests.support.need import need
from tests.support.source import ROOT

SAMPLE = ROOT / "docs" / "samples" / "java" / "YinqiMessage.java"


@pytest.fixture(scope="session")
def java(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The command that runs the sample, compiled once."""
    classes = tmp_path_factory.mktemp("classes")
    subprocess.run([need("javac"), "-Xlint:all", "-Werror", "-d", str(classes), str(SAMPLE)], check=True)
    return [need("java"), "-XX:TieredStopAtLevel=1", "-cp", str(classes), "YinqiMessage"]


def verify(java: list[str], certificates: Path, message: bytes, folder: Path) -> tuple[int, str]:
    """The sample's status and first line for a reply."""
    file = folder / "reply.xml"
    file.write_bytes(message)
    run = subprocess.run([*java, "verify", str(certificates), str(file)], capture_output=True, text=True, check=False)
    return run.returncode, (run.stdout + run.stderr).strip()


def test_a_message_of_the_jdk_is_accepted(sender: Party, java: list[str], folder: Path) -> None:
    """Its Base64 has line ends as references, its declaration says standalone: both are no obstacle."""
    request = folder / "request.xml"
    request.write_text(sender.unsigned(), encoding="utf-8")
    command = [*java, "sign", str(sender.key_file), str(sender.certificate_file), str(request)]
    raw = subprocess.run(command, capture_output=True, check=True).stdout

    assert accepted(raw, sender).head.request_id == "R1"


@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030"])
def test_our_reply_is_verified_by_the_jdk(sender: Party, java: list[str], folder: Path, encoding: str) -> None:
    """The sample prints what a program acts on."""
    raw = sender.reply("GB18030" if encoding == "GB18030" else "UTF-8")

    assert verify(java, sender.certificate_file, raw, folder) == (0, "R1 accepted DONE")


def test_the_sample_believes_nobody_else(
    sender: Party, java: list[str], folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """An altered reply, and one under a certificate that is not in the bundle, end with status 1 and the reason."""
    raw = sender.reply()
    other = "ecdsa" if sender.kind == "rsa" else "rsa"
    stranger = party(other, tmp_path_factory.mktemp("stranger")).certificate_file
    altered = raw.replace(b">accepted<", b">refused<", 1)

    assert verify(java, sender.certificate_file, altered, folder) == (1, "the signature is wrong")
    assert verify(java, stranger, raw, folder)[0] != 0
