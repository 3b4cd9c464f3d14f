"""The lock of a site: one owner at a time, named, and free again when the owner is gone."""

import subprocess
import sys
from pathlib import Path

import pytest

from gateway.control.lock import SiteBusy, SiteLock

HOLD = "import sys; from pathlib import Path; from gateway.control.lock import SiteLock; \
lock = SiteLock(Path(sys.argv[1])).take(); print('held', flush=True); sys.stdin.read()"


def test_one_process_owns_a_site(tmp_path: Path) -> None:
    """Another one is told who the owner is; when that one was killed, the site is free."""
    owner = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"held\n"
        with pytest.raises(SiteBusy, match=f"process {owner.pid} owns"):
            SiteLock(tmp_path).take()
        owner.kill()
    with SiteLock(tmp_path):
        pass


def test_a_released_site_is_free(tmp_path: Path) -> None:
    """Also within one process, and releasing twice does no harm."""
    lock = SiteLock(tmp_path).take()
    with pytest.raises(SiteBusy):
        SiteLock(tmp_path).take()
    lock.release()
    lock.release()
    with SiteLock(tmp_path), pytest.raises(SiteBusy):
        SiteLock(tmp_path).take()
