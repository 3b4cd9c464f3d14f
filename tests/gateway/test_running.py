"""Commands on a site that serves: they take effect on the running daemon, on either database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from demo.daemon import Site, yinqi
from protocol import examples


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """A demo site with a running daemon."""
    url = database_url if database_url.startswith("postgresql") else None
    with Site.make(tmp_path / "site", url) as made:
        made.start()
        yield made


def test_a_running_site_is_administered_and_checked(site: Site) -> None:
    """A frozen operator is refused while nothing else changes; the checks run beside the daemon and are sound."""

    def admin(*words: str) -> None:
        done = yinqi("admin", *words, "-c", site.settings)
        assert done.returncode == 0, done.stderr

    def send() -> int:
        return yinqi(
            "send", "-c", site.client_file("erp01"), site.folder / "examples" / "SubmitTransfer.xml"
        ).returncode

    assert send() == 0
    admin("operator", "freeze", examples.CUSTOMER, "ERP01")
    assert send() == 1
    admin("operator", "unfreeze", examples.CUSTOMER, "ERP01")
    assert send() == 0
    for what in ("ledger", "audit", "config"):
        checked = yinqi("check", what, "-c", site.settings)
        assert (checked.returncode, checked.stderr) == (0, "")
        assert checked.stdout.startswith(f"{what}: sound")
    assert yinqi("migrate", "-c", site.settings).returncode == 0
    assert site.stop() == 0
    for what in ("ledger", "audit"):
        assert yinqi("check", what, "-c", site.settings).returncode == 0
