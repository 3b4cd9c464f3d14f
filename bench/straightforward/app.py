"""The Flask application of the straightforward service, and the process that runs it under gunicorn."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, request
from lxml.etree import XMLSyntaxError

from bench.straightforward import xml
from bench.straightforward.models import open_engine
from bench.straightforward.service import Refused, Service

CONFIGURATION = "STRAIGHTFORWARD_CONFIGURATION"
START_SECONDS_MAX = 30
ROOT = Path(__file__).resolve().parents[2]


def create_app() -> Flask:
    """Make the application from the JSON in the environment; called in each gunicorn worker."""
    values = json.loads(os.environ[CONFIGURATION])
    signing = xml.load_signing(Path(values["key"]), Path(values["certificate"]))
    service = Service(open_engine(values["database"]), signing, values["clock_skew_seconds"])
    app = Flask(__name__)

    @app.post("/v1/messages")
    def messages() -> Response:
        try:
            return Response(service.answer(request.get_data()), content_type="application/xml")
        except (XMLSyntaxError, Refused) as error:
            return Response(f"<Fault>{type(error).__name__}</Fault>", status=400, content_type="application/xml")

    return app


@dataclass(frozen=True, slots=True)
class Configuration:
    """What one instance runs with; `workers` processes of `threads` threads."""

    database: str
    key: Path
    certificate: Path
    clock_skew_seconds: float = 3600
    workers: int = 2
    threads: int = 8


@dataclass(frozen=True, slots=True)
class Running:
    """A running instance: where it listens, and gunicorn's process id, whose children do the work."""

    address: str
    pid: int


@contextmanager
def running(configuration: Configuration) -> Iterator[Running]:
    """Run it on a port of the system's choice while the context lasts."""
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
        process = _start(configuration, listener)
        port = listener.getsockname()[1]
        try:
            _await_door(process, port)
            yield Running(f"127.0.0.1:{port}", process.pid)
        finally:
            process.terminate()
            process.wait(START_SECONDS_MAX)


def _start(configuration: Configuration, listener: socket.socket) -> "subprocess.Popen[bytes]":
    values = {
        "database": configuration.database,
        "key": str(configuration.key),
        "certificate": str(configuration.certificate),
        "clock_skew_seconds": configuration.clock_skew_seconds,
    }
    command = [
        *(sys.executable, "-m", "gunicorn", "bench.straightforward.app:create_app()"),
        *("--bind", f"fd://{listener.fileno()}", "--worker-class", "gthread"),
        *("--workers", str(configuration.workers), "--threads", str(configuration.threads)),
        *("--keep-alive", "60", "--log-level", "warning"),
    ]
    environment = {**os.environ, CONFIGURATION: json.dumps(values)}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, pass_fds=(listener.fileno(),))


def _await_door(process: "subprocess.Popen[bytes]", port: int) -> None:
    """Return once the door answers; RuntimeError if the process ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS_MAX
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
                connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                if connection.recv(1):
                    return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the straightforward service did not start")
