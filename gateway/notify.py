"""What systemd wants to hear of a service (sd_notify): READY, STOPPING, WATCHDOG. Silent where systemd does not ask."""

import os
import socket
from collections.abc import Mapping


class Notify:
    """Sends datagrams to the socket that $NOTIFY_SOCKET names, also in the abstract namespace (`@`); never fails."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        name = environ.get("NOTIFY_SOCKET", "")
        self._address = "\0" + name[1:] if name.startswith("@") else name
        meant = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        self.watchdog_seconds = int(environ.get("WATCHDOG_USEC", "0")) / 1_000_000 if meant else 0.0
        """Silence after which systemd ends the service; 0 when there is no watchdog."""

    def ready(self) -> None:
        """Every door listens."""
        self._send("READY=1")

    def stopping(self) -> None:
        """The drain has begun."""
        self._send("STOPPING=1")

    def watchdog(self) -> None:
        """The service is alive; to be said at least twice in `watchdog_seconds`."""
        self._send("WATCHDOG=1")

    def _send(self, text: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as to_systemd:
                to_systemd.setblocking(False)
                to_systemd.sendto(text.encode(), self._address)
        except OSError:
            return
