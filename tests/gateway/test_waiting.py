"""The waiting room by a clock of its own: who waits is asked again when something was told, and only then."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

import pytest
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from gateway.answer import Peer
from gateway.domain.command import Command
from gateway.journal.task import Told
from gateway.waiting import LOOK_SECONDS, PAUSE_SECONDS, WaitingRoom
from protocol.codes import Code
from protocol.messages.events import ListEvents
from protocol.messages.help import SelfTest
from tests.journal.bank import command

HTTP: Final = Peer("10.0.0.1", waits=True)
TCP: Final = Peer("10.0.0.1")
ANSWERED: Final = Told(b"reply", Code.DONE)


@dataclass
class Journal:
    """Answers once there is an event above `number`, or to who is not patient; it notes how it was asked."""

    number: int = 0
    seen: int = 0
    asked: list[bool] = field(default_factory=list)

    def ask(self, command: Command) -> Deferred[Told]:
        """Answer at once."""
        self.asked.append(command.patient)
        answer: Deferred[Told] = Deferred()
        answer.callback(Told(None, None, self.number) if command.patient and self.number <= self.seen else ANSWERED)
        return answer


@dataclass
class Room:
    """A room with its clock and journal; `looked` are the customers that it wanted to know of."""

    clock: Clock = field(default_factory=Clock)
    journal: Journal = field(default_factory=Journal)
    looked: list[frozenset[str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Two requests of one customer may wait, and three of all."""
        self.room = WaitingRoom(self.looked.append, reactor=self.clock, customer_max=2, all_max=3)

    def wait(self, seconds: int | None = 20, *, peer: Peer = HTTP, customer: str = "C1") -> list[Told]:
        """What a request is answered, once it is."""
        answers: list[Told] = []
        asked = command(ListEvents(wait_seconds=seconds), "E1", customer=customer)
        self.room.answer(asked, peer, self.journal.ask).addCallback(answers.append)
        return answers

    def tell(self, number: int, customer: str = "C1") -> None:
        """Something is told to a customer, by this process."""
        self.journal.number = number
        self.room.told({customer: number})


@pytest.fixture
def room() -> Room:
    """A room where nobody waits."""
    return Room()


def test_a_request_waits_until_something_is_told(room: Room) -> None:
    """Then it is answered at once, for it was asked long ago."""
    answers = room.wait()
    room.clock.advance(PAUSE_SECONDS)
    assert answers == []

    room.tell(1)

    assert answers == [ANSWERED]
    assert not room.room.concerns(["C1"])


def test_a_request_is_answered_when_its_time_is_over(room: Room) -> None:
    """Whatever there is then: it is not patient any more."""
    answers = room.wait(5)
    room.clock.pump([0.5] * 9)
    assert answers == []

    room.clock.advance(0.5)

    assert (answers, room.journal.asked) == ([ANSWERED], [True, False])


@pytest.mark.parametrize(("seconds", "peer"), [(None, HTTP), (0, HTTP), (20, TCP)])
def test_who_does_not_wait_is_answered_at_once(room: Room, seconds: int | None, peer: Peer) -> None:
    """Without a time to wait, and over TCP whatever was asked, for replies leave in the order of requests there."""
    assert room.wait(seconds, peer=peer) == [ANSWERED]
    assert room.journal.asked == [False]


def test_nothing_but_the_feed_waits(room: Room) -> None:
    """Any other message goes its way."""
    answers: list[Told] = []
    room.room.answer(command(SelfTest(), "S1"), HTTP, room.journal.ask).addCallback(answers.append)

    assert (answers, room.journal.asked) == ([ANSWERED], [False])


def test_a_request_is_not_asked_again_for_what_it_has_seen(room: Room) -> None:
    """Nor for what another customer was told."""
    room.journal.number = room.journal.seen = 7
    room.wait()
    room.clock.advance(PAUSE_SECONDS)

    room.tell(7)
    room.room.told({"C2": 9})

    assert room.journal.asked == [True]


def test_events_that_it_may_not_see_make_it_ask_no_more_often_than_its_pause(room: Room) -> None:
    """A customer that pays a thousand times a second does not make its readers ask as often."""
    answers = room.wait()
    for number in range(1, 101):
        room.journal.seen = number
        room.tell(number)
        room.clock.advance(0.01)

    assert answers == []
    assert len(room.journal.asked) <= 1 + 1.0 / PAUSE_SECONDS


def test_what_others_told_is_looked_for_while_somebody_waits(room: Room) -> None:
    """Each second, for all customers together; with nobody there not at all."""
    room.wait(customer="C1")
    answers = room.wait(3, customer="C2")
    room.clock.advance(LOOK_SECONDS)
    assert room.looked == [frozenset({"C1", "C2"})]

    room.clock.pump([LOOK_SECONDS] * 19)
    room.looked.clear()
    room.clock.pump([LOOK_SECONDS] * 3)

    assert (answers, room.looked) == ([ANSWERED], [])
    assert room.clock.getDelayedCalls() == []


def test_more_than_may_wait_are_refused(room: Room) -> None:
    """Of one customer by its own measure, of all because the house is full; a place is free again after its answer."""
    first = room.wait()
    room.wait()
    assert room.wait() == [Told(None, Code.RATE_LIMITED)]
    room.wait(customer="C2")
    assert room.wait(customer="C3") == [Told(None, Code.BUSY)]

    room.clock.advance(PAUSE_SECONDS)
    room.journal.number = 1
    room.room.told({"C1": 1})

    assert first == [ANSWERED]
    assert room.wait(1, customer="C3") == [ANSWERED]


def test_who_has_closed_its_side_is_answered_within_a_second(room: Room) -> None:
    """Its place is for others."""
    gone: list[bool] = []
    leaves: Callable[[], bool] = lambda: bool(gone)  # noqa: E731  what a peer is asked
    answers = room.wait(peer=replace(HTTP, leaves=leaves))
    gone.append(True)

    room.clock.advance(LOOK_SECONDS)

    assert answers == [ANSWERED]


def test_a_room_that_closes_lets_everybody_go(room: Room) -> None:
    """And nobody waits in it any more: a process that stops is not held up."""
    answers = room.wait()

    room.room.close()

    assert answers == [ANSWERED]
    assert room.wait() == [ANSWERED]
    assert room.clock.getDelayedCalls() == []
