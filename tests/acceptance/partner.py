"""A partner without a line of our code: templates that xmlsec1 signs, a socket, an HTTP connection, text searches."""

import http.client
import re
import socket
import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Self

from demo.daemon import Site
from tests.interop import xmlsec

SELF_TEST: Final = '<SelfTest xmlns="urn:yinqi:help:1"/>'
SECONDS: Final = 20.0


@dataclass(frozen=True, slots=True)
class Partner:
    """One operator as its client file describes it; `folder` is where tools read and write."""

    site: Site
    kind: str
    customer: str
    operator: str
    key: Path
    certificate: Path
    gateway: Path
    folder: Path

    @classmethod
    def read(cls, site: Site, name: str, kind: str, folder: Path) -> Self:
        """The partner whose client file has this name and whose key is of this kind."""
        file = site.client_file(name)
        values = tomllib.loads(file.read_text("utf-8"))
        identity = values["identity"]
        return cls(
            site=site,
            kind=kind,
            customer=identity["customer"],
            operator=identity["operator"],
            key=file.parent / identity["key"],
            certificate=file.parent / identity["certificate"],
            gateway=file.parent / values["gateway"]["certificate"],
            folder=folder,
        )

    def message(
        self,
        request_id: str,
        body: str = SELF_TEST,
        *,
        encoding: str = "UTF-8",
        customer: str | None = None,
        sent_at: str | None = None,
    ) -> bytes:
        """A message that xmlsec1 signed."""
        moment = sent_at or datetime.now(UTC).isoformat(timespec="seconds")
        text = (
            '<Message xmlns="urn:yinqi:envelope:1"><Head><Version>1.0</Version>'
            f"<CustomerId>{customer or self.customer}</CustomerId><OperatorId>{self.operator}</OperatorId>"
            f"<RequestId>{request_id}</RequestId><SentAt>{moment}</SentAt></Head><Body>{body}</Body></Message>"
        )
        return self.signed(text, encoding)

    def signed(self, text: str, encoding: str = "UTF-8") -> bytes:
        """What xmlsec1 makes of a message without Signature."""
        template = f'<?xml version="1.0" encoding="{encoding}"?>\n' + xmlsec.with_template(text, self.kind)
        return xmlsec.sign(template.encode(encoding), self.key, self.certificate, self.folder)

    def example(self, request_id: str, encoding: str = "UTF-8", **values: str) -> bytes:
        """The site's own example of a transfer under an id of ours, with the named elements changed."""
        text = (self.site.folder / "examples" / "SubmitTransfer.xml").read_text("utf-8")
        text = re.sub(r"<\?xml.*?\?>\s*", "", text).strip()
        now = datetime.now(UTC).isoformat(timespec="seconds")
        for name, value in {"RequestId": request_id, "SentAt": now, **values}.items():
            text, count = re.subn(rf"<{name}>[^<]*</{name}>|<{name}/>", f"<{name}>{value}</{name}>", text)
            assert count == 1, name
        return self.signed(text, encoding)

    def post(self, message: bytes) -> tuple[int, bytes]:
        """Status and content of one POST."""
        connection = http.client.HTTPConnection(*self.site.http, timeout=SECONDS)
        try:
            connection.request("POST", "/v1/messages", message, {"Content-Type": "application/xml"})
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def frames(self, data: bytes, count: int, *, pieces: int = 1 << 20) -> list[bytes]:
        """Send bytes over one TCP connection, in pieces, and read so many framed replies."""
        with socket.create_connection(self.site.tcp, SECONDS) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for start in range(0, len(data), pieces):
                connection.sendall(data[start : start + pieces])
            with connection.makefile("rb") as stream:
                return [stream.read(int(stream.read(8))) for _ in range(count)]

    def verifies(self, reply: bytes) -> bool:
        """Whether xmlsec1 vouches for a reply by the gateway's certificate alone."""
        return xmlsec.verifies(reply, self.gateway, self.folder)

    def outcome(self, reply: bytes) -> str:
        """Result and code of a reply that xmlsec1 vouches for."""
        assert self.verifies(reply), reply
        return f"{value(reply, 'Result')} {value(reply, 'Code')}"


def framed(*messages: bytes) -> bytes:
    """Messages behind their lengths, one after the other."""
    return b"".join(b"%08d" % len(message) + message for message in messages)


def value(reply: bytes, name: str) -> str:
    """The text of the first element of that name."""
    found = re.search(rf"<{name}>([^<]*)</{name}>".encode(), reply)
    assert found is not None, (name, reply)
    return found[1].decode("utf-8", "replace")
