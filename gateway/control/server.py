"""The control socket of a daemon: one command a connection, carried out beside the daemon's work, one after the other.

Who may open the socket, a file of mode 0600 in the site's folder, may do anything to the site, as with its databases.
A command is one line of JSON, {"command": NAME, "arguments": {...}}; the answer is lines of JSON, the last of which is
{"status": N}.
"""

import json
from pathlib import Path
from threading import Thread
from typing import Any, Final, cast

from twisted.internet.defer import Deferred, DeferredLock, maybeDeferred
from twisted.internet.error import CannotListenError
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.logger import Logger
from twisted.python.failure import Failure
from typing_extensions import override

from gateway.control.execute import IMPOSSIBLE, Outcome, execute
from gateway.control.hands import Hands
from gateway.control.lock import SOCKET_FILE, SocketPath

LINE_BYTES_MAX: Final = 32 * 1024 * 1024
"""Longest command: the largest argument is a file of bank codes, of up to 24 MiB."""
SECONDS_MAX: Final = 10.0
"""Longest wait for the command after the connection was made."""
BACKLOG: Final = 8


class ControlServer(Factory):
    """Takes the commands; `hands` is used by one command at a time, on a thread of its own."""

    noisy = False

    def __init__(self, hands: Hands, reactor: Any) -> None:
        self.hands = hands
        self.reactor = reactor
        self._one_by_one = DeferredLock()
        self._log = Logger(namespace="control")

    @override
    def buildProtocol(self, addr: object) -> "Conversation":
        return Conversation(self)

    def run(self, line: bytes) -> "Deferred[Outcome]":
        """Carry out the command of a line; the Deferred never fails."""
        done: Deferred[Outcome] = self._one_by_one.run(self._in_thread, line)
        return done.addErrback(self._bug)

    def _in_thread(self, line: bytes) -> "Deferred[Outcome]":
        """Start a thread for one command; a long check in it does not keep the daemon from ending."""
        done: Deferred[Outcome] = Deferred()

        def work() -> None:
            try:
                outcome = self._execute(line)
            except Exception as error:  # noqa: BLE001  told to whoever waits, with its trace
                self.reactor.callFromThread(done.errback, error)
            else:
                self.reactor.callFromThread(done.callback, outcome)

        Thread(target=work, name="control", daemon=True).start()
        return done

    def _execute(self, line: bytes) -> Outcome:
        try:
            asked = json.loads(line)
            name, arguments = str(asked["command"]), dict(asked["arguments"])
        except (ValueError, KeyError, TypeError):
            return Outcome(IMPOSSIBLE, error="the daemon does not understand this program; are their versions equal?")
        return execute(self.hands, name, arguments, self._note)

    def _note(self, fields: dict[str, str]) -> None:
        self._log.info("changed-by-command", **fields)

    def _bug(self, failure: Failure) -> Outcome:
        self._log.failure("command-failed", failure)
        return Outcome(IMPOSSIBLE, error="the daemon met a fault of its own; its log tells more")


class Conversation(Protocol):
    """One connection: a line, its answer, the end."""

    def __init__(self, server: ControlServer) -> None:
        self._server = server
        self._line = bytearray()
        self._asked = False
        self._open = True
        self._timeout = server.reactor.callLater(SECONDS_MAX, self._end)

    @override
    def dataReceived(self, data: bytes) -> None:
        if self._asked:
            return
        line, end, _ = data.partition(b"\n")
        self._line += line
        if len(self._line) > LINE_BYTES_MAX:
            self._end()
        elif end:
            self._asked = True
            self._timeout.cancel()
            self._server.run(bytes(self._line)).addCallback(self._answer)

    def _answer(self, outcome: Outcome) -> None:
        if not self._open:
            return
        told = {"answer": outcome.answer} if outcome.error is None else {"error": outcome.error}
        lines = [json.dumps(line, ensure_ascii=False) + "\n" for line in (told, {"status": outcome.status})]
        cast(Any, self.transport).write("".join(lines).encode())
        self._end()

    def _end(self) -> None:
        cast(Any, self.transport).loseConnection()

    @override
    def connectionLost(self, reason: Failure = connectionDone) -> None:
        self._open = False
        if self._timeout.active():
            self._timeout.cancel()


class Listening:
    """The open socket of a site; made by `listen`."""

    def __init__(self, path: SocketPath, port: Any) -> None:
        self._path = path
        self._port = port

    def stop(self) -> "Deferred[None]":
        """Take no more commands and remove the socket; what is under way goes on."""

        def close(_: object) -> None:
            self._path.close()

        return maybeDeferred(self._port.stopListening).addCallback(close)


def listen(folder: Path, hands: Hands, reactor: Any) -> Listening:
    """Listen in the site's folder, whose lock the caller holds; raises OSError and CannotListenError.

    The socket that a killed daemon left is replaced.
    """
    (folder / SOCKET_FILE).unlink(missing_ok=True)
    path = SocketPath(folder)
    try:
        port = reactor.listenUNIX(path.open(), ControlServer(hands, reactor), backlog=BACKLOG, mode=0o600)
    except CannotListenError:
        path.close()
        raise
    return Listening(path, port)
