"""The deadlines of one connection, by name. Knows a clock and what to call; not what a deadline means."""

from collections.abc import Callable

from gateway.doors.faces import Clock, Timer


class Watch:
    """Named deadlines that run at most once each at a time; cheap while none runs."""

    __slots__ = ("_clock", "_running")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._running: dict[str, Timer] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._running

    def start(self, name: str, seconds: float, expired: Callable[[], None]) -> None:
        """Call `expired` after so many seconds, unless this deadline runs already or is stopped before."""
        if name not in self._running:
            self._running[name] = self._clock.callLater(seconds, self._expire, name, expired)

    def stop(self, name: str) -> None:
        """Forget this deadline, whether it runs or not."""
        call = self._running.pop(name, None)
        if call is not None:
            call.cancel()

    def stop_all(self) -> None:
        """Forget every deadline: the connection is over."""
        for name in tuple(self._running):
            self.stop(name)

    def _expire(self, name: str, expired: Callable[[], None]) -> None:
        del self._running[name]
        expired()
