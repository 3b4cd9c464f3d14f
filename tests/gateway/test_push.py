"""Events posted to a receiver: signed, in order, at least once; what it does not take is put aside and sent again."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Condition, Event, Thread
from typing import Any, Final

import pytest
from typing_extensions import override

from demo.daemon import Site, yinqi
from protocol import binding, envelope, examples, seal
from protocol.messages.events import ListEventsReply
from signer.digests import DIGESTS
from signer.trust import Register
from tests.faults.rig import configure, until
from tests.gateway.test_events import end, pay

SECONDS: Final = 60.0


@dataclass
class Receiver:
    """A receiver on a port of its own: it keeps what it is sent, and answers with `status`, or not at all."""

    status: int = 200
    hangs: bool = False
    taken: list[bytes] = field(default_factory=list)
    refused: int = 0

    def __post_init__(self) -> None:
        """Listen, in a thread for each connection."""
        self.changed, self.over = Condition(), Event()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.take(self)

            @override
            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server.server_address[1]}/events"

    def take(self, handler: BaseHTTPRequestHandler) -> None:
        """Take a message, or refuse it."""
        body = handler.rfile.read(int(handler.headers["Content-Length"]))
        status = self.status
        with self.changed:
            if status == 200 and not self.hangs:
                self.taken.append(body)
            else:
                self.refused += 1
            self.changed.notify_all()
        if self.hangs:
            self.over.wait(SECONDS)
        with suppress(ConnectionError):  # whoever posted has gone
            handler.send_response(status)
            handler.end_headers()
            handler.wfile.write(b"x" * 100_000)

    def await_(self, condition: Callable[[], bool]) -> None:
        """Wait until something is so after a message came."""
        with self.changed:
            assert self.changed.wait_for(condition, SECONDS)

    def pages(self) -> list[ListEventsReply]:
        """What the messages say, in the order in which they came."""
        return [body_of(message) for message in self.taken]

    def numbers(self) -> list[int]:
        """The numbers of all events, in the order in which they came."""
        return [each.number for page in self.pages() for each in page.event]

    def close(self) -> None:
        """Listen no more."""
        self.over.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(SECONDS)


def body_of(message: bytes) -> ListEventsReply:
    """The body of a posted message."""
    body = envelope.open_reply(message).body
    assert body is not None
    return binding.read(ListEventsReply, body)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that takes everything."""
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """A demo site on either database whose daemon is not patient with receivers; several workers on PostgreSQL."""
    postgresql = database_url.startswith("postgresql")
    with Site.make(tmp_path / "site", database_url if postgresql else None) as made:
        configure(made, "push", answer_seconds=0.5, attempts=2)
        made.start(*(("--workers", "2") if postgresql else ()))
        end(made)
        yield made
        assert made.stop() == 0


def admin(site: Site, *words: object) -> str:
    """What `yinqi admin push` says."""
    done = yinqi("admin", "push", *map(str, words), "-c", site.settings)
    assert done.returncode == 0, done.stderr
    return done.stdout


def put_aside(site: Site) -> list[str]:
    """Why the ranges that were put aside were not taken."""
    rows: list[dict[str, str]] = json.loads(admin(site, "dead", "--json"))["rows"]
    return [row["fault"] for row in rows]


def test_events_are_posted_as_the_signed_answer_of_the_feed(site: Site, receiver: Receiver) -> None:
    """From the moment that staff say so, each page verified with the gateway's certificate, answering no request."""
    admin(site, "set", examples.CUSTOMER, "ERP01", receiver.url)
    references = [pay(site) for _ in range(3)]
    receiver.await_(lambda: len(receiver.numbers()) >= 3)

    numbers = receiver.numbers()
    told = [each.reference for page in receiver.pages() for each in page.event]
    opened = envelope.open_reply(receiver.taken[0])
    with site.client("erp01") as client:
        gateway = Register(client.file.gateway)
    assert (told, numbers) == (references, list(range(numbers[0], numbers[0] + 3)))
    assert (opened.customer_id, opened.operator_id) == (examples.CUSTOMER, "ERP01")
    assert (opened.request_id, opened.request_digest) == (f"PUSH-{numbers[0]}", None)
    assert seal.check_digest(opened.seal, opened.canonical, DIGESTS)
    gateway.verify(
        "gateway",
        "gateway",
        certificate=opened.seal.certificate,
        key_name=opened.seal.key_name,
        algorithm=opened.seal.algorithm,
        data=opened.seal.signed_info,
        signature=opened.seal.signature_value,
        at=opened.sent_at,
    )


def test_a_receiver_that_comes_back_in_time_misses_nothing(site: Site, receiver: Receiver) -> None:
    """What it refused is posted again, before what is new."""
    receiver.status = 503
    admin(site, "set", examples.CUSTOMER, "ERP01", receiver.url)
    pay(site)
    receiver.await_(lambda: receiver.refused >= 1)
    receiver.status = 200
    pay(site)
    receiver.await_(lambda: len(receiver.numbers()) >= 2)

    numbers = receiver.numbers()
    assert numbers == [numbers[0], numbers[0] + 1]
    assert put_aside(site) == []


@pytest.mark.parametrize("hangs", [False, True])
def test_what_is_not_taken_in_time_is_put_aside_and_sent_again_when_staff_say_so(
    site: Site, receiver: Receiver, *, hangs: bool
) -> None:
    """A refusal and silence alike; what comes after it goes on meanwhile."""
    receiver.status, receiver.hangs = (200, True) if hangs else (500, False)
    admin(site, "set", examples.CUSTOMER, "ERP01", receiver.url)
    pay(site)
    receiver.await_(lambda: receiver.refused >= 2)
    until(lambda: put_aside(site) == (["no answer in 0.5 s"] if hangs else ["HTTP 500"]), "it is put aside")
    receiver.status, receiver.hangs = 200, False
    pay(site)
    receiver.await_(lambda: len(receiver.numbers()) >= 1)

    later = receiver.numbers()[0]
    admin(site, "replay", examples.CUSTOMER)
    receiver.await_(lambda: len(receiver.numbers()) >= 2)
    assert receiver.numbers() == [later, later - 1]
    until(lambda: put_aside(site) == [], "nothing is put aside any more")


def test_a_stop_waits_for_no_receiver(site: Site, receiver: Receiver) -> None:
    """What was under way is posted again by whoever serves next."""
    receiver.hangs = True
    admin(site, "set", examples.CUSTOMER, "ERP01", receiver.url)
    pay(site)
    receiver.await_(lambda: receiver.refused >= 1)

    assert site.stop() == 0
    receiver.hangs = False
    site.start()
    receiver.await_(lambda: len(receiver.numbers()) >= 1)


def test_staff_see_where_events_go_and_end_it(site: Site, receiver: Receiver) -> None:
    """With how far that has come; afterwards nothing is posted."""
    admin(site, "set", examples.CUSTOMER, "ERP01", receiver.url, "--from-start")
    receiver.await_(lambda: bool(receiver.numbers()))
    shown = admin(site, "show")

    assert receiver.url in shown
    assert receiver.numbers()[0] == 1
    assert "no more" in admin(site, "remove", examples.CUSTOMER)
    assert receiver.url not in admin(site, "show")
