"""The link to the centre over real sockets: whatever the centre does, it is let go of and called again."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from twisted.internet import reactor as installed
from twisted.internet.defer import Deferred

from core_adapter.channels import link as links
from core_adapter.channels.cnaps import Codec
from core_adapter.channels.messages import LoginAnswer, Message, Original, Outcome, Received, Status, Told
from protocol.frame import frame
from tests.core_adapter.channels.centre import BankSide, Call, Centre, head
from tests.core_adapter.clearing.bank import BANK, CENTRE, OTHER
from tests.core_adapter.clearing.peer import KEYS, verify

REACTOR: Any = installed


@asynccontextmanager
async def talking(*, lets_in: bool = True) -> AsyncIterator[tuple[Centre, BankSide, Call]]:
    """A centre, the bank before it, and their first connection, on which the bank has said who it is."""
    centre = Centre(REACTOR)
    centre.lets_in = lets_in
    side = BankSide(centre, REACTOR)
    try:
        call = await centre.call()
        yield centre, side, call
    finally:
        side.link.close()
        for each in centre.calls:
            each.wire.abortConnection()
            await centre.over(each)
        await centre.listening.stopListening()


def said() -> Message:
    """Something that a centre says."""
    return Received(head=head(CENTRE, BANK, "2026030200000001"))


def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let silence be long after a fifth of a second."""
    monkeypatch.setattr(links, "SILENCE_SECONDS", 0.2)


async def test_the_link_is_up_once_the_centre_lets_it_in_and_what_is_sent_before_is_gone() -> None:
    """As if the wire had lost it: who sent it asks."""
    async with talking(lets_in=False) as (centre, side, call):
        side.link.send([side.bytes_of()])
        assert (side.link.up, side.ups) == (False, [])

        call.let_in()
        await side.watched.until(lambda: side.link.up)
        kept = side.bytes_of("2026030200000009")
        side.link.send([kept, side.bytes_of()])
        await centre.watched.until(lambda: len(call.heard) == 3)

    assert call.heard[1].head.reference_id == "2026030200000009"
    assert isinstance(side.brought[0], LoginAnswer)


async def test_the_link_connects_again_and_logs_in_again_whenever_the_connection_is_lost() -> None:
    """Three times."""
    async with talking() as (centre, side, call):
        for number in (2, 3, 4):
            await side.watched.until(lambda: side.link.up)
            call.wire.abortConnection()
            await side.watched.until(lambda: not side.link.up)
            call = await centre.call(number)  # noqa: PLW2901  the one that stands now
        await side.watched.until(lambda: side.link.up)

    assert side.ups[:7] == [True, False, True, False, True, False, True]


async def test_a_link_that_is_closed_calls_no_more() -> None:
    """Nor does it hold the connection."""
    async with talking() as (centre, side, call):
        await side.watched.until(lambda: side.link.up)
        side.link.close()
        await centre.over(call)
        pause: Deferred[None] = Deferred()
        REACTOR.callLater(0.5, pause.callback, None)
        await pause
        assert len(centre.calls) == 1


async def test_a_centre_that_accepts_and_never_reads_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before more than a bounded amount waits for it."""
    monkeypatch.setattr(links, "UNSENT_BYTES_MAX", 1_000_000)
    async with talking() as (centre, side, call):
        await side.watched.until(lambda: side.link.up)
        call.wire.pauseProducing()
        much = [side.bytes_of()] * 1000
        for _ in range(100):
            if side.ups[-1]:
                side.link.send(much)
        await centre.call(2)
        assert side.ups[:2] == [True, False]


async def test_a_centre_that_is_silent_after_the_login_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """And called again."""
    short(monkeypatch)
    async with talking(lets_in=False) as (centre, side, call):
        await centre.over(call)
        centre.lets_in = True
        await centre.call(2)
        await side.watched.until(lambda: side.link.up)


async def test_a_centre_that_is_silent_when_it_was_told_something_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that was told nothing may be silent as long as it likes."""
    short(monkeypatch)
    async with talking() as (centre, side, call):
        await side.watched.until(lambda: side.link.up)
        pause: Deferred[None] = Deferred()
        REACTOR.callLater(0.5, pause.callback, None)
        await pause
        assert not call.over

        side.link.send([side.bytes_of()])
        await centre.over(call)


@pytest.mark.parametrize("of_login", [True, False], ids=["before the login is answered", "afterwards"])
async def test_a_centre_that_sends_byte_after_byte_and_no_message_is_left(
    monkeypatch: pytest.MonkeyPatch,
    of_login: bool,  # noqa: FBT001  from a table
) -> None:
    """A byte is no word; the link would wait for ever."""
    short(monkeypatch)
    async with talking(lets_in=not of_login) as (centre, side, call):
        if not of_login:
            await side.watched.until(lambda: side.link.up)
            side.link.send([side.bytes_of()])
        data = iter(centre.frame(said()))

        def trickle() -> None:
            if not call.over:
                call.wire.write(bytes([next(data)]))
                REACTOR.callLater(0.05, trickle)

        trickle()
        await centre.over(call)


async def test_what_is_said_before_the_login_is_answered_does_not_let_the_link_in(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A centre that says this and that but no yes is left as a silent one."""
    short(monkeypatch)
    async with talking(lets_in=False) as (centre, side, call):
        call.say(said())
        await centre.over(call)
        assert side.ups == []


async def test_a_message_is_taken_whole_however_it_is_cut() -> None:
    """Byte by byte, and three in a row."""
    async with talking() as (centre, side, call):
        await side.watched.until(lambda: side.link.up)
        messages = [said() for _ in range(3)]
        for byte in b"".join(map(centre.frame, messages)):
            call.wire.write(bytes([byte]))
            pause: Deferred[None] = Deferred()
            REACTOR.callLater(0, pause.callback, None)
            await pause
        await side.watched.until(lambda: len(side.brought) == 4)

    assert [each.head.message_id for each in side.brought[1:]] == [each.head.message_id for each in messages]


async def test_a_centre_that_closes_within_a_message_is_called_again_and_the_half_is_nothing() -> None:
    """What comes on the next connection begins anew."""
    async with talking() as (centre, side, call):
        await side.watched.until(lambda: side.link.up)
        call.wire.write(centre.frame(said())[:100])
        call.wire.loseConnection()
        second = await centre.call(2)
        await side.watched.until(lambda: len(side.ups) == 3)
        whole = said()
        second.say(whole)
        await side.watched.until(lambda: len(side.brought) == 3)

    assert [type(each) for each in side.brought] == [LoginAnswer, LoginAnswer, Received]
    assert side.brought[2].head.message_id == whole.head.message_id


@pytest.mark.parametrize("broken", [b"notdigit", b"00000000", b"99999999", b"0000\xff000"])
async def test_a_centre_whose_frames_are_broken_is_left(broken: bytes) -> None:
    """What follows means nothing; what came before counts."""
    async with talking() as (centre, side, call):
        await side.watched.until(lambda: side.link.up)
        call.wire.write(centre.frame(said()) + broken + centre.frame(said()))
        await centre.over(call)
        await centre.call(2)
        await side.watched.until(lambda: len(side.brought) == 3)

    assert [type(each) for each in side.brought] == [LoginAnswer, Received, LoginAnswer]


async def test_a_centre_that_does_not_let_the_link_in_is_left_and_nothing_that_follows_counts() -> None:
    """Not even in the same breath."""
    async with talking(lets_in=False) as (centre, side, call):
        call.wire.write(centre.frame(call.answer(accepted=False)) + centre.frame(said()))
        await centre.over(call)
        await centre.call(2)

    assert (side.ups, side.brought) == ([], [])


def _damaged(centre: Centre) -> bytes:
    return frame(centre.frame(said())[8:].replace(b"ccms.990", b"ccms.991"))


def _forged(_centre: Centre) -> bytes:
    outcome = Outcome(original=Original(BANK, "2026030200000001", "1"), status=Status.SETTLED, amount=1)
    told = Told(head=head(CENTRE, BANK), outcomes=(outcome,))
    return frame(Codec(lambda _: b"a signature", verify).write(told, from_centre=True))


@pytest.mark.parametrize("made", [_damaged, _forged, lambda _: frame(b"<x/>")], ids=["header", "signature", "other"])
async def test_a_message_that_cannot_be_read_is_told_and_the_link_stands(made: Callable[[Centre], bytes]) -> None:
    """A broken header, a signature that is not of what it says, something else: the next one counts."""
    async with talking() as (centre, side, call):
        await side.watched.until(lambda: side.link.up)
        call.wire.write(made(centre) + centre.frame(said()))
        await side.watched.until(lambda: len(side.brought) == 2)
        assert (len(side.unreadable), side.ups, call.over) == (1, [True], False)


@pytest.mark.parametrize(("sender", "receiver"), [(OTHER, BANK), (CENTRE, OTHER), (BANK, CENTRE)])
async def test_a_message_of_somebody_else_or_to_somebody_else_counts_for_nothing(
    monkeypatch: pytest.MonkeyPatch, sender: str, receiver: str
) -> None:
    """However well it is signed."""
    for each in (OTHER, CENTRE, BANK):
        monkeypatch.setitem(KEYS, each, b"the key of all")
    async with talking() as (_, side, call):
        await side.watched.until(lambda: side.link.up)
        call.say(Received(head=head(sender, receiver, "2026030200000001")))
        own = said()
        call.say(own)
        await side.watched.until(lambda: len(side.brought) == 2)

    assert side.brought[1].head.message_id == own.head.message_id
