"""The feed through the doors of a running daemon: HTTP waits for an event, TCP does not, and nobody holds a stop up."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread

import pytest

from demo.daemon import Site
from protocol import examples
from protocol.messages.events import EventItem, ListEvents, ListEventsReply
from protocol.messages.transfer import SubmitTransfer, SubmitTransferReply

WAIT_SECONDS = 30
AT_ONCE_SECONDS = 15.0
"""Well below the wait, and enough for a busy machine."""


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """A demo site on either database, its daemon not started."""
    url = database_url if database_url.startswith("postgresql") else None
    with Site.make(tmp_path / "site", url) as made:
        yield made


def follow(site: Site, after: str | None, seconds: int | None = None, *, tcp: bool = False) -> ListEventsReply:
    """A page of the feed, by a connection of its own."""
    with site.client("erp01", tcp=tcp) as client:
        return client.ask(ListEvents(after=after, wait_seconds=seconds)).body_as(ListEventsReply)


def end(site: Site) -> str:
    """The cursor behind all that was told."""
    page = follow(site, None)
    while page.more:
        page = follow(site, page.next_cursor)
    return page.next_cursor


def pay(site: Site) -> str:
    """Pay something; the reference of the bank."""
    with site.client("erp01") as client:
        paid = client.ask(
            SubmitTransfer(
                payer_account=examples.PAYER_ACCOUNT,
                payee_account=examples.SECOND_ACCOUNT,
                payee_name=examples.CUSTOMER_NAME,
                amount=1,
                currency="CNY",
                purpose="货款",
            )
        )
        reference = paid.body_as(SubmitTransferReply).reference
    assert reference is not None
    return reference


def test_requests_that_wait_are_answered_as_soon_as_something_is_told(site: Site, database_url: str) -> None:
    """By whichever worker it was told, also to those whose connections others have."""
    site.start(*(("--workers", "2") if database_url.startswith("postgresql") else ()))
    cursor = end(site)
    begun = time.monotonic()
    with ThreadPoolExecutor(6) as threads:
        waiting = [threads.submit(follow, site, cursor, WAIT_SECONDS) for _ in range(6)]
        reference = pay(site)
        found: list[tuple[EventItem, ...]] = [future.result(WAIT_SECONDS + 10).event for future in waiting]
    took = time.monotonic() - begun

    assert {tuple(event.reference for event in events) for events in found} == {(reference,)}
    assert took < AT_ONCE_SECONDS


def test_a_request_that_waited_in_vain_gets_its_cursor_back(site: Site) -> None:
    """After its time, with no event; over TCP at once, whatever it would wait."""
    site.start()
    cursor = end(site)
    begun = time.monotonic()
    waited = follow(site, cursor, 1)
    between = time.monotonic()
    at_once = follow(site, cursor, WAIT_SECONDS, tcp=True)

    assert waited == at_once == ListEventsReply(event=(), next_cursor=cursor, more=False)
    assert between - begun >= 1.0
    assert time.monotonic() - between < AT_ONCE_SECONDS


def test_a_stop_is_not_held_up_by_who_waits(site: Site) -> None:
    """It is answered as if its time were over, and the daemon ends."""
    site.start()
    cursor = end(site)
    answers: list[ListEventsReply] = []
    waiting = Thread(target=lambda: answers.append(follow(site, cursor, WAIT_SECONDS)))
    begun = time.monotonic()
    waiting.start()
    follow(site, cursor, 1)  # by the time that this one is answered, the other is waiting

    assert site.stop() == 0
    waiting.join(WAIT_SECONDS)

    assert answers == [ListEventsReply(event=(), next_cursor=cursor, more=False)]
    assert time.monotonic() - begun < AT_ONCE_SECONDS
