"""The business clock of a sandbox: shown, moved forward, set back while that is safe, and refused anywhere else."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, insert, update

from core_adapter.database import migrate, open_engine
from demo.daemon import Site, yinqi
from gateway.administration import clock
from gateway.administration.change import AdminError
from gateway.administration.clock import ClockMoved, checked_clock
from gateway.databases import JOURNAL_MIGRATIONS, JOURNAL_SCHEMA
from gateway.domain.calendar import SHANGHAI
from gateway.journal import record
from gateway.journal.tables import REQUEST, SITE, USAGE
from gateway.settings import read

Run = Callable[..., tuple[int, str, str]]
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An empty journal."""
    engine = open_engine(database_url, schema=JOURNAL_SCHEMA)
    migrate(engine, JOURNAL_MIGRATIONS)
    yield engine
    engine.dispose()


def enter(engine: Engine, day: date) -> None:
    """Let the journal hold a request of that business date."""
    row = {
        "customer_id": "C1",
        "request_id": day.isoformat(),
        "kind": "fence",
        "operator_id": "O1",
        "service": "S",
        "body_digest": bytes(32),
        "encoding": "UTF-8",
        "language": "zh",
        "received_ms": 0,
        "owner": "x",
        "business_date": day.isoformat(),
        "epoch": 1,
        "attempts": 0,
    }
    with engine.begin() as tx:
        tx.execute(insert(REQUEST), row)


def test_the_clock_of_a_new_site_is_the_real_one(engine: Engine) -> None:
    """An offset of nothing."""
    with engine.begin() as tx:
        shown = clock.read_clock(tx)

    assert shown.offset_ms == 0
    assert shown.business == shown.real


def test_it_moves_forward_by_a_span_and_to_a_moment(engine: Engine) -> None:
    """Spans add up; a moment is met to the millisecond; the next turn decides on the date that it shows."""
    with engine.begin() as tx:
        assert clock.move_by(tx, 2 * HOUR).offset_ms == 7_200_000
    with engine.begin() as tx:
        assert clock.move_by(tx, HOUR).offset_ms == 10_800_000
        wanted = clock.read_clock(tx).business.replace(hour=9, minute=30, second=0, microsecond=0) + 30 * DAY
    with engine.begin() as tx:
        assert clock.move_to(tx, wanted).business == wanted
    with engine.begin() as tx:
        assert record.site(tx)[0].business_date == wanted.date()


def test_it_never_moves_back_by_a_moment_or_a_span(engine: Engine) -> None:
    """A move to now, by nothing or backwards is refused and changes nothing."""
    with engine.begin() as tx:
        shown = clock.move_by(tx, DAY)
    moves: tuple[Callable[[Connection], object], ...] = (
        lambda tx: clock.move_to(tx, shown.business - HOUR),
        lambda tx: clock.move_to(tx, shown.real),
        lambda tx: clock.move_by(tx, timedelta(0)),
        lambda tx: clock.move_by(tx, -HOUR),
    )
    for move in moves:
        with pytest.raises(AdminError, match="goes forward only"), engine.begin() as tx:
            move(tx)
    with engine.begin() as tx:
        assert clock.read_clock(tx).offset_ms == shown.offset_ms


def test_it_goes_ten_years_ahead_at_most(engine: Engine) -> None:
    """At the limit it is taken, one millisecond past it refused."""
    with pytest.raises(AdminError, match="3653 days at most"), engine.begin() as tx:
        clock.move_by(tx, clock.AHEAD_MAX + timedelta(milliseconds=1))
    with engine.begin() as tx:
        clock.move_by(tx, clock.AHEAD_MAX)


@pytest.mark.parametrize(("days", "safe"), [(None, True), (0, True), (1, False)])
def test_a_reset_never_takes_the_business_date_behind_what_was_done(
    engine: Engine,
    days: int | None,
    safe: bool,  # noqa: FBT001  a row of the table
) -> None:
    """What was entered on the real day of today, or nothing at all, allows it; tomorrow's does not."""
    with engine.begin() as tx:
        moved = clock.move_by(tx, 2 * DAY)
    if days is not None:
        enter(engine, moved.real.date() + days * DAY)

    if safe:
        with engine.begin() as tx:
            assert clock.reset(tx).offset_ms == 0
    else:
        with pytest.raises(AdminError, match="does not go back behind"), engine.begin() as tx:
            clock.reset(tx)


def test_a_moved_clock_is_for_a_sandbox_alone(engine: Engine) -> None:
    """Where money is real, the business clock is the real one, or nothing is served."""
    with engine.begin() as tx:
        checked_clock(tx, sandbox=False)
        tx.execute(update(SITE).values(clock_offset_ms=1))
        checked_clock(tx, sandbox=True)
        with pytest.raises(ClockMoved, match="only a sandbox"):
            checked_clock(tx, sandbox=False)


def test_R3_9_limits_planned_for_a_day_to_come_keep_nobody_from_a_reset(engine: Engine) -> None:
    """They were taken by what was entered today, which stays behind the real clock."""
    with engine.begin() as tx:
        tomorrow = (clock.move_by(tx, HOUR).real + DAY).date().isoformat()
        counter = {"customer_id": "C1", "scope": "account", "subject": "1", "business_date": tomorrow, "amount": 1}
        tx.execute(insert(USAGE), counter)

    with engine.begin() as tx:
        assert clock.reset(tx).offset_ms == 0


def test_the_command_shows_and_moves_the_clock(admin: Run) -> None:
    """In one line for people, with exact times for programs; a move is noted in the log with what it came to."""
    status, out, err = admin("clock")
    assert (status, err) == (0, "")
    assert out.endswith(", as the real clock does\n")

    status, out, err = admin("clock", "--by", "1d2h30m")
    assert (status, "ahead of the real clock by 1 day, 2:30:00" in out) == (0, True)
    noted = json.loads(err)
    assert (noted["event"], noted["command"], noted["by_ms"]) == ("changed-by-command", "clock move", "95400000")
    shown = json.loads(admin("clock", "--json")[1])
    assert shown["offset_ms"] == 95_400_000
    assert datetime.fromisoformat(noted["business_time"]) <= datetime.fromisoformat(shown["business_time"])

    later = datetime.fromisoformat(shown["business_time"]) + 3 * DAY
    status, out, _ = admin("clock", "--to", f"{later:%Y-%m-%dT09:30}", "--json")
    assert json.loads(out)["business_time"] == f"{later:%Y-%m-%d}T09:30:00.000+08:00"
    status, out, err = admin("clock", "--reset")
    assert (status, out.endswith(", as the real clock does\n"), json.loads(err)["reset"]) == (0, True, "True")


def test_a_time_may_name_its_offset(admin: Run) -> None:
    """Without one it is Shanghai's."""
    later = datetime.now(UTC).replace(microsecond=0) + DAY

    shown = json.loads(admin("clock", "--to", later.isoformat(), "--json")[1])
    assert datetime.fromisoformat(shown["business_time"]) == later.astimezone(SHANGHAI)


def test_what_is_no_move_is_refused(admin: Run) -> None:
    """With the reason, and nothing noted as changed."""
    for words, status, told in (
        (("--to", "2020-01-01T09:00"), 1, "goes forward only"),
        (("--by", "0m"), 1, "goes forward only"),
        (("--by", "9999d"), 1, "3653 days at most"),
        (("--to", "tomorrow"), 2, "no date and time"),
        (("--by", "2"), 2, "no span"),
        (("--by", ""), 2, "no span"),
        (("--by", "２h"), 2, "no span"),
        (("--by", "-2h"), 2, "expected one argument"),
        (("--by", "2h", "--reset"), 2, "not allowed with"),
    ):
        found, out, err = admin("clock", *words)
        assert (found, out) == (status, ""), words
        assert told in err
        assert "changed-by-command" not in err


def test_a_site_that_is_no_sandbox_keeps_the_real_clock(folder: Path, admin: Run) -> None:
    """A demo site is one; `sandbox` left out or false is none, and the command is refused whole."""
    path = folder / "gateway.toml"
    assert read(path).site.sandbox
    text = path.read_text("utf-8")
    for other in ("sandbox = false", "# none"):
        path.write_text(text.replace("sandbox = true", other), "utf-8")
        for words in ((), ("--by", "2h"), ("--reset",)):
            status, out, err = admin("clock", *words)
            assert (status, out) == (1, "")
            assert "no sandbox" in err


def test_a_site_is_no_sandbox_unless_it_is_a_demo(tmp_path: Path, run: Run) -> None:
    """`yinqi init` alone makes a site for real money."""
    run("init", tmp_path / "site")

    assert not read(tmp_path / "site" / "gateway.toml").site.sandbox


def test_a_daemon_does_not_start_on_a_moved_clock_without_a_sandbox(folder: Path, admin: Run, run: Run) -> None:
    """Its payments would bear dates that nobody keeps."""
    admin("clock", "--by", "30d")
    path = folder / "gateway.toml"
    path.write_text(path.read_text("utf-8").replace("sandbox = true", "sandbox = false"), "utf-8")

    served = yinqi("serve", "-c", path)
    assert (served.returncode, served.stdout) == (2, "")
    assert "only a sandbox may" in served.stderr


def test_a_running_daemon_decides_by_the_moved_clock(database_url: str, tmp_path: Path) -> None:
    """The next payment bears the business date that the clock shows; then the clock is not set back."""
    url = database_url if database_url.startswith("postgresql") else None
    with Site.make(tmp_path / "site", url) as site:
        site.start()
        moved = yinqi("admin", "clock", "--by", "40d", "--json", "-c", site.settings)
        assert moved.returncode == 0, moved.stderr
        today = json.loads(moved.stdout)["business_time"][:10]

        sent = yinqi("send", "-c", site.client_file("erp01"), site.folder / "examples" / "SubmitTransfer.xml")
        assert f"<BusinessDate>{today}</BusinessDate>" in sent.stdout
        back = yinqi("admin", "clock", "--reset", "-c", site.settings)
        assert (back.returncode, f"done on {today}" in back.stderr) == (1, True)
        assert site.stop() == 0
