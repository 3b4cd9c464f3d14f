"""The operations port: /metrics, /healthz, /readyz. It is told what to show; it knows no metric, check or worker.

It belongs on an inner address: there is no TLS here and nobody is asked for a name.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, cast

from prometheus_client import CONTENT_TYPE_LATEST
from twisted.web.resource import Resource
from twisted.web.server import Request, Site
from typing_extensions import override

CONNECTION_SECONDS: Final = 30
"""A connection that says nothing for so long is closed."""

_Shown = tuple[int, str, bytes]
_NOTHING: Final[_Shown] = (404, "text/plain", b"there is /metrics, /healthz and /readyz\n")
_READ_ONLY: Final[_Shown] = (405, "text/plain", b"there is nothing to write here\n")

Exposition = Callable[[], bytes]
Checks = Callable[[], Mapping[str, bool]]


def operations_site(exposition: Exposition, checks: Checks) -> Site:
    """Make the site; `exposition` gives the metrics as Prometheus text, `checks` what is ready by name."""
    root: Any = _Page(lambda: _NOTHING)
    root.isLeaf = False
    root.putChild(b"metrics", _Page(lambda: (200, CONTENT_TYPE_LATEST, exposition())))
    root.putChild(b"healthz", _Page(lambda: (200, "application/json", b'{"alive":true}')))
    root.putChild(b"readyz", _Page(lambda: _readiness(checks())))
    site: Site = cast(Any, _QuietSite)(root, timeout=CONNECTION_SECONDS)
    site.displayTracebacks = False
    return site


def _readiness(checks: Mapping[str, bool]) -> _Shown:
    ready = all(checks.values())
    body = {"ready": ready, "checks": dict(checks)}
    return 200 if ready else 503, "application/json", json.dumps(body).encode()


class _Page(Resource):
    """One page, made anew for each GET; what lies below it is nothing."""

    isLeaf = True

    def __init__(self, make: Callable[[], _Shown]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Twisted gives it no types
        self._make = make

    @override
    def getChild(self, path: bytes, request: Request) -> Resource:
        return _Page(lambda: _NOTHING)

    @override
    def render(self, request: Request) -> bytes:
        """Serve the page without a word about the server's version."""
        status, kind, body = self._make() if request.method in (b"GET", b"HEAD") else _READ_ONLY
        request.setResponseCode(status)
        headers = request.responseHeaders
        headers.removeHeader(b"server")
        headers.setRawHeaders(b"content-type", [kind.encode()])
        headers.setRawHeaders(b"cache-control", [b"no-store"])
        if status == 405:
            headers.setRawHeaders(b"allow", [b"GET, HEAD"])
        return body


class _QuietSite(Site):
    """A site that keeps no access log: probes come each few seconds."""

    noisy = False

    @override
    def log(self, request: object) -> None:
        return
