"""SIGHUP reads the doors' certificates again: in every process, for new connections, and never broken ones."""

import os
import shutil
import signal
import ssl
from pathlib import Path

import pytest

from conformance.client import Client
from demo.daemon import Site
from protocol.messages.help import SelfTest
from tests.faults.rig import configure, log, until
from tests.support.authority import Authority, Pair

CONNECTIONS = 10
"""New ones, enough to meet every worker more than likely; that all of them reloaded, the log says."""
DOORS = ("http", "tcp")


def install(site: Site, pair: Pair) -> None:
    """Put a certificate and its key where the settings name them."""
    for source, name in ((pair.certificate, "tls.crt"), (pair.key, "tls.key")):
        shutil.copy(source, site.folder / name)


def shown(site: Site) -> set[str]:
    """The certificates, PEM, that new connections to both doors meet."""
    return {ssl.get_server_certificate(place) for place in (site.http, site.tcp) for _ in range(CONNECTIONS)}


def hang_up(site: Site, event: str, count: int) -> None:
    """Send SIGHUP, and wait until so many doors have logged this event."""
    os.kill(site.pid, signal.SIGHUP)
    until(lambda: log(site).count(f'"event":"{event}"') == count, f"{count} times {event}")


@pytest.mark.slow
def test_certificates_are_renewed_without_a_restart(either_site: Site, workers: int, tmp_path: Path) -> None:
    """An open connection goes on; new ones meet the new certificate; one that cannot be used changes nothing."""
    site, authority = either_site, Authority.make(tmp_path)
    first, second = authority.issue("first"), authority.issue("second")
    install(site, first)
    for door in DOORS:
        configure(site, f"{door}.tls", certificate="tls.crt", key="tls.key")
    site.start("--workers", str(workers))
    file = site.client_file("erp01")
    text = file.read_text("utf-8").replace("http://", "https://")
    file.write_text(f'{text}\n[tls]\nca = "{authority.certificate}"\n', "utf-8")
    with Client.open(file, tcp=True) as early:
        assert early.ask(SelfTest()).accepted
        assert shown(site) == {first.certificate.read_text("ascii")}

        install(site, second)
        hang_up(site, "reloaded", len(DOORS) * workers)
        assert shown(site) == {second.certificate.read_text("ascii")}

        (site.folder / "tls.key").write_bytes(b"not a key")
        hang_up(site, "not-reloaded", len(DOORS) * workers)
        assert shown(site) == {second.certificate.read_text("ascii")}
        assert early.ask(SelfTest()).accepted
    with Client.open(file) as late:
        assert late.ask(SelfTest()).accepted

    assert site.stop() == 0
