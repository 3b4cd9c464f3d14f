"""The systemd unit is sound, hardened, and starts the command that the project ships."""

import configparser
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.need import need
from tests.support.source import ROOT

UNIT = ROOT / "systemd" / "yinqi.service"
EXPOSURE_MAX = 1.5  # of 10, as systemd-analyze counts

# Asks the kernel to refuse memory that is both writable and executable, then makes what every TLS door needs.
TLS_WITHOUT_WRITABLE_CODE = """
import ctypes
PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN = 65, 1
if ctypes.CDLL(None).prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) != 0:
    raise SystemExit("unsupported")
from twisted.internet.ssl import CertificateOptions
try:
    CertificateOptions().getContext()
except MemoryError:
    raise SystemExit("refused")
"""


def _service() -> dict[str, str]:
    """The [Service] settings of the unit; of one given twice, the last."""
    parser = configparser.RawConfigParser(strict=False, delimiters=("=",), comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # the documented way to keep capitals
    parser.read_string(UNIT.read_text(encoding="utf-8"))
    return dict(parser["Service"])


def test_the_unit_is_exposed_as_little_as_promised() -> None:
    """The audit of systemd itself gives 1.5 of 10 or better."""
    command = [need("systemd-analyze"), "security", "--offline=true", f"--threshold={EXPOSURE_MAX * 10:.0f}"]
    audit = subprocess.run([*command, "--no-pager", str(UNIT)], capture_output=True, text=True, check=False)
    overall = re.search(r"Overall exposure level for yinqi\.service: ([\d.]+)", audit.stdout)

    assert audit.returncode == 0, audit.stdout
    assert overall is not None
    assert float(overall[1]) <= EXPOSURE_MAX


def test_systemd_understands_every_line(tmp_path: Path) -> None:
    """Verified with the program's path replaced by one that every machine has."""
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text(encoding="utf-8").replace("/opt/yinqi/bin/yinqi", "/bin/true"), encoding="utf-8")
    command = [need("systemd-analyze"), "verify", "--man=no", "--recursive-errors=no", str(copy)]
    verified = subprocess.run(command, capture_output=True, text=True, check=False)

    assert verified.stderr.strip() == ""
    assert verified.returncode == 0


def test_the_unit_waits_for_ready_and_lets_the_daemon_drain() -> None:
    """Readiness and watchdog come from the daemon; a stop reaches the parent alone, which passes it on."""
    service = _service()

    assert service["Type"] == "notify"
    assert service["NotifyAccess"] == "main"
    assert int(service["WatchdogSec"]) > 0
    assert service["KillMode"] == "mixed"
    assert service["ExecStart"] == "/opt/yinqi/bin/yinqi serve -c /etc/yinqi/gateway.toml"


def test_writable_code_is_denied_as_soon_as_tls_can_do_without() -> None:
    """The one protection that is off is off for a reason, and only while the reason holds."""
    tried = subprocess.run(
        [sys.executable, "-c", TLS_WITHOUT_WRITABLE_CODE], capture_output=True, text=True, check=False
    )
    outcome = tried.stderr.strip()
    if outcome == "unsupported":
        pytest.skip("this kernel (before 6.3) cannot be asked to refuse writable code by the process itself")

    assert outcome in {"", "refused"}
    assert (_service()["MemoryDenyWriteExecute"] == "yes") == (outcome == "")
