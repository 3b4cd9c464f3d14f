"""The xmlsec1 command as a partner would use it: it signs templates and verifies messages, with nothing of ours."""

import subprocess
from pathlib import Path
from typing import Final

from tests.support.need import need

EXCLUSIVE: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
URIS: Final = {
    "rsa": "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
    "ecdsa": "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
}


def signature_template(kind: str) -> str:
    """A Signature with empty values, which xmlsec1 fills."""
    return (
        '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:SignedInfo>'
        f'<ds:CanonicalizationMethod Algorithm="{EXCLUSIVE}"/><ds:SignatureMethod Algorithm="{URIS[kind]}"/>'
        '<ds:Reference URI=""><ds:Transforms>'
        '<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#enveloped-signature"/>'
        f'<ds:Transform Algorithm="{EXCLUSIVE}"/></ds:Transforms>'
        '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><ds:DigestValue/></ds:Reference>'
        "</ds:SignedInfo><ds:SignatureValue/><ds:KeyInfo><ds:X509Data><ds:X509Certificate/></ds:X509Data></ds:KeyInfo>"
        "</ds:Signature>"
    )


def with_template(message: str, kind: str) -> str:
    """A message without Signature, with an empty one as its last child."""
    end = message.rindex("</")
    return message[:end] + signature_template(kind) + message[end:]


def sign(template: bytes, key: Path, certificate: Path, folder: Path) -> bytes:
    """What xmlsec1 makes of a template with that key."""
    source, target = folder / "template.xml", folder / "signed.xml"
    source.write_bytes(template)
    pair = f"{key},{certificate}"
    command = [need("xmlsec1"), "--sign", "--privkey-pem", pair, "--output", str(target), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    return target.read_bytes()


def verifies(message: bytes, trusted: Path, folder: Path) -> bool:
    """Whether xmlsec1 vouches for the whole message, with nothing but X.509 key data to go by."""
    source = folder / "judged.xml"
    source.write_bytes(message)
    only_x509 = ["--enabled-key-data", "x509", "--enabled-reference-uris", "empty"]
    command = [need("xmlsec1"), "--verify", *only_x509, "--trusted-pem", str(trusted), str(source)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
