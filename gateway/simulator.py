"""The composition root of the clearing simulator: settings and keys in, a running process out."""

import sys
import time
from typing import Any

from twisted.internet.defer import ensureDeferred

from core_adapter.clearing.process import Sign, Simulator, Verify
from gateway import logs
from gateway.settings.clearing_simulator import ClearingFile
from signer.certificates import from_pem
from signer.software import load_signing_key, verifying_key


def now() -> int:
    """The time in milliseconds since 1970."""
    return int(time.time() * 1000)  # noqa: TID251  the edge at which the simulator's process reads the clock


def keys(file: ClearingFile) -> tuple[Sign, Verify]:
    """How the centre signs, and how it verifies what its bank signs; raises KeyRefused and OSError.

    Only the certificates of the settings count, and only for the bank's code.
    """
    key = load_signing_key(file.key.read_bytes(), file.certificate.read_bytes(), file.centre_sm2_id)
    bundle = from_pem(file.bank_certificate.read_bytes())
    known = [verifying_key(certificate, file.bank_sm2_id) for certificate in bundle]
    bank = file.clearing.bank

    def verify(sender: str, data: bytes, signature: bytes) -> bool:
        return sender == bank and any(each.verify(data, signature) for each in known)

    return key.sign, verify


def serve(file: ClearingFile) -> int:
    """Serve in the foreground until SIGTERM or SIGINT; the status of the command.

    One line on standard output tells the port once it listens. Raises KeyRefused, BookRefused, and OSError or
    Twisted's CannotListenError for a port that is taken.
    """
    from twisted.internet import reactor  # noqa: PLC0415  importing it installs it

    running: Any = reactor
    running.seconds = time.monotonic
    logs.start(sys.stderr, file.log_level)
    sign, verify = keys(file)
    simulator = Simulator(file.clearing, sign, verify, reactor=running, now=now)
    port = simulator.start()
    running.addSystemEventTrigger("before", "shutdown", lambda: ensureDeferred(simulator.stop()))
    running.callWhenRunning(_say_ready, port)
    running.run()
    return 0


def _say_ready(port: int) -> None:
    sys.stdout.write(f"ready clearing={port}\n")
    sys.stdout.flush()
