"""xmlsec1 signs what we accept, and verifies what we sign, in every encoding."""

import re
from pathlib import Path

import pytest

from protocol import binding
from protocol.errors import ProtocolError
from protocol.messages.transfer import SubmitTransfer
from protocol.text import Encoding
from signer.certificates import fingerprint
from tests.interop import xmlsec
from tests.interop.party import TRANSFER, Party, accepted

CODECS = {"UTF-8": "utf-8", "GB18030": "gb18030", "GBK": "gbk", "GB2312": "gb2312"}


def signed_by_xmlsec1(sender: Party, folder: Path, encoding: str, message: str | None = None) -> bytes:
    """The transfer as xmlsec1 signs it from a template in that encoding."""
    text = xmlsec.with_template(sender.unsigned() if message is None else message, sender.kind)
    raw = f'<?xml version="1.0" encoding="{encoding}"?>\n{text}'.encode(CODECS[encoding], "xmlcharrefreplace")
    return xmlsec.sign(raw, sender.key_file, sender.certificate_file, folder)


@pytest.mark.parametrize("encoding", CODECS)
def test_a_message_of_xmlsec1_is_accepted(sender: Party, folder: Path, encoding: str) -> None:
    """Opened, digested and verified; the text comes out as it was meant, whatever the encoding."""
    opened = accepted(signed_by_xmlsec1(sender, folder, encoding), sender)

    assert opened.encoding == encoding
    assert binding.read(SubmitTransfer, opened.body) == TRANSFER


def test_line_breaks_and_indents_are_signed_as_they_stand(sender: Party, folder: Path) -> None:
    """A pretty-printed message of a partner verifies just as well."""
    pretty = re.sub(r"(?<=>)(?=<[A-Z])", "\n  ", sender.unsigned())

    assert accepted(signed_by_xmlsec1(sender, folder, "UTF-8", pretty), sender).head.request_id == "R1"


def test_a_message_without_certificate_names_its_key(sender: Party, folder: Path) -> None:
    """KeyName with the SHA-256 fingerprint selects the registered certificate."""
    name = fingerprint(sender.key.certificate).hex()
    template = xmlsec.with_template(sender.unsigned(), sender.kind)
    key_info = re.sub(r"<ds:X509Data>.*</ds:X509Data>", f"<ds:KeyName>{name}</ds:KeyName>", template)
    raw = xmlsec.sign(key_info.encode(), sender.key_file, sender.certificate_file, folder)

    assert accepted(raw, sender).seal.key_name == name


@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030"])
def test_our_request_is_verified_by_xmlsec1(sender: Party, folder: Path, encoding: Encoding) -> None:
    """What the client signs is a plain XML signature."""
    raw = sender.request(encoding).raw

    assert xmlsec.verifies(raw, sender.certificate_file, folder)
    assert not xmlsec.verifies(raw.replace(b"1234.50", b"1234.51"), sender.certificate_file, folder)


@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030"])
def test_our_reply_is_verified_by_xmlsec1(sender: Party, folder: Path, encoding: Encoding) -> None:
    """What the gateway signs is one too, with nothing but the certificate to go by."""
    raw = sender.reply(encoding)

    assert xmlsec.verifies(raw, sender.certificate_file, folder)
    assert not xmlsec.verifies(raw.replace(b">accepted<", b">refused<"), sender.certificate_file, folder)


def test_a_line_break_after_signing_is_a_change(sender: Party, folder: Path) -> None:
    """Both sides agree that white space inside the message is signed."""
    raw = signed_by_xmlsec1(sender, folder, "UTF-8")
    changed = raw.replace(b"</Head>", b"</Head>\n", 1)

    assert not xmlsec.verifies(changed, sender.certificate_file, folder)
    with pytest.raises(AssertionError):
        accepted(changed, sender)


def test_what_xmlsec1_signs_beyond_the_one_shape_is_refused(sender: Party, folder: Path) -> None:
    """A valid signature of another shape, here with inclusive canonicalisation, is not ours."""
    template = xmlsec.with_template(sender.unsigned(), sender.kind)
    inclusive = template.replace(xmlsec.EXCLUSIVE, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315")
    raw = xmlsec.sign(inclusive.encode(), sender.key_file, sender.certificate_file, folder)

    assert xmlsec.verifies(raw, sender.certificate_file, folder)
    with pytest.raises(ProtocolError, match="SIGNATURE_SHAPE"):
        accepted(raw, sender)
