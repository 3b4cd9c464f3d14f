"""Where events are posted to: what staff may register, and whose turn it is to post."""

import pytest
from sqlalchemy import Connection, Engine, update

from gateway.administration import push as administration
from gateway.administration.change import AdminError
from gateway.domain import event
from gateway.journal import events, push
from gateway.journal.push import Policy, Turn
from gateway.journal.tables import PUSH
from tests.gateway.administration.conftest import C, O

URL = "https://erp.example/events"
POLICY = Policy(attempts=3, failing_ms=3_600_000)


def tell(tx: Connection, count: int) -> None:
    """Tell the customer of so many credits."""
    made = event.credited(C, "1", amount=1, reference="R", payer_account="2", payer_name="丙公司", at_ms=1)
    events.append(tx, [made] * count)


def take(tx: Connection, owner: str = "one", seconds: float = 60) -> list[Turn]:
    """What a process takes."""
    return push.take(tx, owner, seconds=seconds, most=10)


@pytest.fixture
def posted(engine: Engine) -> Engine:
    """Five events of before, then the events are posted, then three more."""
    with engine.begin() as tx:
        tell(tx, 5)
        assert administration.set_push(tx, C, O, URL, from_start=False) == 5
        tell(tx, 3)
    return engine


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://a.example/x", "file:///etc/passwd", "http://", "http://u:p@a.example/", "https://a.example/ x"),
        *("http://a.example:0/", "http://a.example:99999/", "http://a.example/#x", "http://例/", "", "https://[::1/"),
        "http://a.example/" + "x" * 500,
    ],
)
def test_what_is_no_address_of_a_receiver_is_refused(engine: Engine, url: str) -> None:
    """Only http and https, a host, no password, nothing that is not ASCII."""
    with engine.begin() as tx, pytest.raises(AdminError, match="no address to post to"):
        administration.set_push(tx, C, O, url, from_start=False)


def test_events_are_posted_as_somebody_who_may_query_sees_them(engine: Engine) -> None:
    """An operator of the customer."""
    with engine.begin() as tx, pytest.raises(AdminError, match="no operator NOBODY who may query"):
        administration.set_push(tx, C, "NOBODY", URL, from_start=False)


def test_a_new_address_goes_on_where_the_old_one_had_come_to(posted: Engine) -> None:
    """Nothing is left out, and nothing begins anew."""
    with posted.begin() as tx:
        assert administration.set_push(tx, C, O, "http://other.example/", from_start=True) is None
        (row,) = administration.list_push(tx)

    assert (row.url, row.number, row.last) == ("http://other.example/", 5, 8)


def test_one_process_posts_for_a_customer_at_a_time(posted: Engine) -> None:
    """Until its lease ends; what the former one notes then counts no more."""
    with posted.begin() as tx:
        (first,) = take(tx, seconds=0)
    with posted.begin() as tx:
        (second,) = take(tx, "two")
        assert take(tx, "three") == []
    with posted.begin() as tx:
        push.delivered(tx, first, 6)
        assert administration.list_push(tx)[0].number == 5
        push.delivered(tx, second, 7)
        assert [turn.after for turn in take(tx)] == [7]


def test_what_is_not_taken_is_tried_again_after_a_pause(posted: Engine) -> None:
    """Twice as long each time; meanwhile it is nobody's turn."""
    with posted.begin() as tx:
        (turn,) = take(tx)
        assert not push.failed(tx, turn, 8, "HTTP 500", policy=POLICY)
        assert take(tx) == []
        _hasten(tx, 1000)
        (again,) = take(tx)

    assert (again.after, again.attempts) == (5, 1)
    with posted.begin() as tx:
        assert not push.failed(tx, again, 8, "HTTP 500", policy=POLICY)
        _hasten(tx, 1000)
        assert take(tx) == []
        _hasten(tx, 1000)
        assert len(take(tx)) == 1


@pytest.mark.parametrize("policy", [Policy(1, 3_600_000), Policy(100, 0)])
def test_what_is_not_taken_in_time_is_put_aside_and_replayed_before_what_is_new(posted: Engine, policy: Policy) -> None:
    """After so many attempts or so long; once it was taken it is forgotten."""
    with posted.begin() as tx:
        (turn,) = take(tx)
        assert push.failed(tx, turn, 7, "HTTP 500", policy=policy)
        (new,) = take(tx)
        push.delivered(tx, new, 8)
        (aside,) = administration.list_dead(tx, C)
        assert take(tx) == []
        assert administration.replay_dead(tx, C, ()) == 1
        (again,) = take(tx)
        push.delivered(tx, again, 6)
        (rest,) = take(tx)
        push.delivered(tx, rest, 7)
        left, row = administration.list_dead(tx, None), administration.list_push(tx)[0]

    assert (aside.first, aside.last, aside.fault, aside.replay) == (6, 7, "HTTP 500", False)
    assert (new.after, again.after, again.until, rest.after) == (7, 5, 7, 6)
    assert (left, row.number) == ([], 8)


def test_what_cannot_be_sent_again_is_put_aside_once_more(posted: Engine) -> None:
    """It stops nothing that is new, and staff see why."""
    with posted.begin() as tx:
        push.failed(tx, take(tx)[0], 8, "HTTP 500", policy=Policy(1, 1))
        administration.replay_dead(tx, C, [6])
        assert push.failed(tx, take(tx)[0], 8, "HTTP 404", policy=POLICY)
        (aside,) = administration.list_dead(tx, C)

    assert (aside.fault, aside.attempts, aside.replay) == ("HTTP 404", 2, False)


def test_nothing_is_replayed_that_was_not_put_aside(posted: Engine) -> None:
    """It says where to look."""
    with posted.begin() as tx, pytest.raises(AdminError, match="yinqi admin push dead"):
        administration.replay_dead(tx, C, [6])


def test_an_end_forgets_what_was_put_aside(posted: Engine) -> None:
    """And cannot come twice."""
    with posted.begin() as tx:
        push.failed(tx, take(tx)[0], 8, "HTTP 500", policy=Policy(1, 1))
        administration.remove_push(tx, C)
        assert (administration.list_push(tx), administration.list_dead(tx, None)) == ([], [])
        with pytest.raises(AdminError, match="not posted anywhere"):
            administration.remove_push(tx, C)


def _hasten(tx: Connection, by_ms: int) -> None:
    """Let the next attempt be due so much sooner, as if that time had passed."""
    tx.execute(update(PUSH).values(due_ms=PUSH.c.due_ms - by_ms))
