"""A full disk under a SQLite site: clear signed answers, and recovery by itself once there is room again."""

import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from demo.daemon import Site
from tests.faults.books import judge, openings
from tests.faults.load import Load, settle
from tests.faults.rig import await_ready, configure

ROOM = "32m"
"""Of the file system that holds the databases: what the load writes before the filler comes, and to spare."""
LOG_BYTES = 64 * 1024
"""How much the log may grow while the databases may not."""
ANSWERS = {"DONE", "PENDING", "BUSY", "DATABASE_UNAVAILABLE", "CORE_UNAVAILABLE"}
"""What a sender may hear, signed, while there is no room."""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own, and small; only root may mount one."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a file system")
    disk = tmp_path / "disk"
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM},mode=0700", "none", disk], check=True)
    yield disk
    subprocess.run(["umount", "--lazy", disk], check=True)


def move_databases(site: Site, disk: Path) -> None:
    """Have the site keep its databases there; its settings, keys and logs stay where they are."""
    for table, name in (("site", "gateway.db"), ("core", "core.db")):
        for file in site.folder.glob(f"{name}*"):
            (disk / file.name).write_bytes(file.read_bytes())
            file.unlink()
        configure(site, table, database=f"sqlite:///{disk / name}")


def run_out(site: Site, seed: int, *, full: Callable[[], object], room: Callable[[], object]) -> None:
    """Load until there is no room, then `room()` again: the same daemon goes on, and every transfer is done once."""
    before = openings(site)
    site.start()
    daemon = site.pid
    with Load(site, seed=seed, connections=8) as load:
        load.reach(20)
        full()
        load.reach(20, "DATABASE_UNAVAILABLE")
        await_ready(site, database=False, signer=True)
        room()
        await_ready(site)
        load.reach(50)
    settle(site, load.sent)

    assert site.pid == daemon
    assert set(load.answers) <= ANSWERS
    judge(site, load.sent, before)


@pytest.mark.slow
def test_a_full_disk_is_told_and_recovers_by_itself(sqlite_site: Site, small_disk: Path) -> None:
    """The file system runs full under a filler, and somebody takes the filler away."""
    move_databases(sqlite_site, small_disk)
    filler = small_disk / "filler"

    def full() -> None:
        with filler.open("wb", buffering=0) as file, suppress(OSError):
            while file.write(bytes(4096)):
                pass

    run_out(sqlite_site, seed=41, full=full, room=filler.unlink)


@pytest.mark.slow
def test_files_that_may_not_grow_are_told_and_recover_by_themselves(sqlite_site: Site) -> None:
    """The daemon may write no file beyond some size, which SQLite meets as an I/O error; then it may again."""
    site = sqlite_site
    limit, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def full() -> None:
        small = site.log.stat().st_size + LOG_BYTES
        resource.prlimit(site.pid, resource.RLIMIT_FSIZE, (small, hard))

    def room() -> None:
        resource.prlimit(site.pid, resource.RLIMIT_FSIZE, (limit, hard))

    run_out(site, seed=42, full=full, room=room)
