"""The site's own examples, sent as they are by the command line, are accepted: each once, on a fresh site."""

from pathlib import Path

import pytest

from demo.daemon import Site, yinqi
from gateway.cli import main
from protocol.catalogue import OFFERED


@pytest.mark.parametrize(
    ("door", "order"), [pytest.param((), 1, id="http"), pytest.param(("--tcp",), -1, id="tcp-last-first")]
)
def test_every_example_is_accepted_from_its_client_in_any_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], door: tuple[str, ...], order: int
) -> None:
    """`yinqi send` fills, signs, sends, verifies, prints, and ends with 0, for every service of the catalogue."""
    not_so = {}
    with Site.make(tmp_path / "site") as site:
        site.start()
        for service in OFFERED[::order]:
            client, example = site.client_file(service.example_client), site.folder / "examples" / f"{service.name}.xml"
            status = main(["send", "-c", str(client), *door, str(example)])
            said = capsys.readouterr()
            if status != 0 or f"<{service.reply} " not in said.out:
                not_so[service.name] = said.err
        assert site.stop() == 0
    assert not_so == {}


def test_an_example_is_accepted_by_a_process_of_its_own(site: Site) -> None:
    """As people and scripts send it."""
    sent = yinqi("send", "-c", site.client_file("erp01"), site.folder / "examples" / "SelfTest.xml")

    assert (sent.returncode, "<SelfTestReply " in sent.stdout) == (0, True)


def test_a_verified_refusal_is_status_1(site: Site, tmp_path: Path) -> None:
    """The manager may not enter transfers; the refusal is printed and proven."""
    text = (site.folder / "examples" / "SubmitTransfer.xml").read_text("utf-8").replace("ERP01", "MGR01")
    message = tmp_path / "transfer.xml"
    message.write_text(text, encoding="utf-8")
    sent = yinqi("send", "-c", site.client_file("mgr01"), message)

    assert (sent.returncode, "<Code>NOT_PERMITTED</Code>" in sent.stdout) == (1, True)


def test_nobody_there_is_status_2(site: Site, tmp_path: Path) -> None:
    """Without a daemon nothing is proven; what to do is said."""
    client = tmp_path / "client.toml"
    text = site.client_file("erp01").read_text("utf-8").replace(f":{site.base}/", ":1/")
    folder = site.client_file("erp01").parent
    client.write_text(text.replace('"erp01.', f'"{folder}/erp01.').replace('"../', f'"{site.folder}/'), "utf-8")
    sent = yinqi("send", "-c", client, site.folder / "examples" / "SelfTest.xml")

    assert (sent.returncode, sent.stdout) == (2, "")
    assert "--request-id" in sent.stderr
