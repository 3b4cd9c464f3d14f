"""The site's own examples, sent as they are by the command line, are accepted."""

from pathlib import Path

import pytest

from demo.daemon import Site, yinqi
from protocol.catalogue import CATALOGUE, Service


@pytest.mark.parametrize("service", CATALOGUE.values(), ids=lambda service: service.name)
@pytest.mark.parametrize("door", [(), ("--tcp",)], ids=["http", "tcp"])
def test_an_example_is_accepted_from_its_client(site: Site, service: Service, door: tuple[str, ...]) -> None:
    """`yinqi send` fills, signs, sends, verifies, prints, and ends with 0."""
    example = site.folder / "examples" / f"{service.name}.xml"
    sent = yinqi("send", "-c", site.client_file(service.example_client), *door, example)

    assert sent.returncode == 0, sent.stderr
    assert f"<{service.reply} " in sent.stdout


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
