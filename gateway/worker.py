"""One worker's process as its parent sees it: started, heard, signalled, gone. What it does is not known here."""

import json
import signal
from collections.abc import Callable
from typing import Any, Final, cast

from twisted.internet.error import ProcessExitedAlready
from twisted.internet.protocol import ProcessProtocol
from twisted.logger import Logger
from twisted.python.failure import Failure
from typing_extensions import override

from gateway.doors.faces import Clock
from gateway.parent import CHECKS, READY

LINE_BYTES_MAX: Final = 64 * 1024
"""More without a line end is no line of a worker's."""


class Worker(ProcessProtocol):
    """A worker from its start to its end; `heard` is called when it said something, `gone` when it ended."""

    _log = Logger()

    def __init__(
        self, index: int, clock: Clock, *, heard: Callable[[], None], gone: Callable[["Worker"], None]
    ) -> None:
        self.index = index
        self.pid = 0
        self.ready = False
        self.checks: dict[str, bool] = {}
        self.started_at = self.heard_at = clock.seconds()
        self._clock = clock
        self._heard = heard
        self._gone = gone
        self._rest = b""

    @override
    def connectionMade(self) -> None:
        self.pid = self._process.pid

    @override
    def outReceived(self, data: bytes) -> None:
        self.heard_at = self._clock.seconds()
        *lines, rest = (self._rest + data).split(b"\n")
        self._rest = rest[-LINE_BYTES_MAX:]
        for line in lines:
            self._understand(line)
        self._heard()

    def _understand(self, line: bytes) -> None:
        word, _, rest = line.decode("utf-8", "replace").partition(" ")
        if word == READY:
            self.ready = True
        elif word == CHECKS:
            self.checks = {str(name): bool(value) for name, value in json.loads(rest).items()}
        else:
            self._log.warn("worker-said-something-else", index=self.index)

    @override
    def processEnded(self, reason: Failure) -> None:
        self.ready = False
        ended = cast(Any, reason.value)
        self._log.info("worker-ended", index=self.index, pid=self.pid, code=ended.exitCode, signal=ended.signal)
        self._gone(self)

    def send(self, number: signal.Signals) -> None:
        """Send a signal, if the process is still there."""
        try:
            self._process.signalProcess(number)
        except ProcessExitedAlready:
            return

    @property
    def _process(self) -> Any:
        return self.transport
