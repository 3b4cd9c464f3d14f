"""A Java partner with the sample alone: signs the site's example, posts it, and believes the reply."""

import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.acceptance.partner import Partner
from tests.support.need import need
from tests.support.source import ROOT

SAMPLE = ROOT / "docs" / "samples" / "java" / "YinqiMessage.java"


def sample(*arguments: Path | str) -> bytes:
    """What the sample prints, started as its first lines say."""
    command = [need("java"), "-XX:TieredStopAtLevel=1", str(SAMPLE), *map(str, arguments)]
    return subprocess.run(command, check=True, capture_output=True).stdout


@pytest.mark.parametrize(("client", "kind"), [("erp01", "rsa"), ("c2erp01", "ecdsa")])
def test_the_sample_sends_a_first_message(erp: Partner, tmp_path: Path, client: str, kind: str) -> None:
    """Without another library on either side of the socket."""
    partner = Partner.read(erp.site, client, kind, tmp_path)
    now = datetime.now(UTC).isoformat(timespec="seconds")
    text = (erp.site.folder / "examples" / "SelfTest.xml").read_text("utf-8").replace(erp.customer, partner.customer)
    for name, value in {"RequestId": "JAVA-1", "SentAt": now}.items():
        text = re.sub(rf"<{name}></{name}>|<{name}/>", f"<{name}>{value}</{name}>", text)
    request, reply = tmp_path / "request.xml", tmp_path / "reply.xml"
    request.write_text(text, "utf-8")
    status, answer = partner.post(sample("sign", partner.key, partner.certificate, request))
    reply.write_bytes(answer)

    assert status == 200
    assert sample("verify", partner.gateway, reply) == b"JAVA-1 accepted DONE\n"
