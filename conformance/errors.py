"""Why a request brought no verified reply: five cases, told apart by what the sender may conclude."""

from pathlib import Path


class ClientError(Exception):
    """No verified reply; the subclasses say why."""


class ClientFileError(ClientError):
    """The client file cannot be used; `faults` has one line for each thing to put right."""

    def __init__(self, path: Path, faults: tuple[str, ...]) -> None:
        super().__init__(f"{path}: " + "; ".join(faults))
        self.path = path
        self.faults = faults


class RequestError(ClientError):
    """The request cannot be made or signed, so nothing was sent."""


class UnreachableError(ClientError):
    """No whole reply came back, so what became of the request is unknown: send the same bytes again."""


class UnsignedReplyError(ClientError):
    """A Fault came back, or something that is no message: a hint that proves nothing.

    `code` and `text` are the Fault's, `http` the status or None over TCP, `data` the bytes that came.
    """

    def __init__(self, code: str | None, text: str, *, http: int | None, data: bytes) -> None:
        super().__init__(f"{code or 'no Fault'}: {text}" + (f" (HTTP {http})" if http else ""))
        self.code = code
        self.text = text
        self.http = http
        self.data = data


class UnverifiedReplyError(ClientError):
    """A signed reply came back that the gateway's certificates do not vouch for, or that answers another request."""

    def __init__(self, reason: str, *, data: bytes) -> None:
        super().__init__(reason)
        self.data = data
