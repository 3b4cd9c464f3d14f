"""Logs say what happened and to which id; they never quote a message, an exception's text or an account number."""

import io
import json
from typing import Any

import pytest
from twisted.logger import Logger

from gateway.logs import TEXT_CHARS_MAX, mask, observer


@pytest.fixture
def stream() -> io.StringIO:
    """What is written."""
    return io.StringIO()


@pytest.fixture
def log(stream: io.StringIO) -> Logger:
    """A logger that writes there."""
    return Logger("gateway.road", observer=observer(stream))


def written(stream: io.StringIO) -> dict[str, Any]:
    """The one line that was written."""
    (line,) = stream.getvalue().splitlines()
    found: dict[str, Any] = json.loads(line)
    return found


def test_an_event_is_one_line_with_ids_and_codes(log: Logger, stream: io.StringIO) -> None:
    """Time, level, event word, source, then what the caller named."""
    log.info("request-answered", request="P1", code="DONE", bytes=12, final=True)

    found = written(stream)
    assert found.pop("time").endswith("+00:00")
    assert found == {
        "level": "info",
        "event": "request-answered",
        "source": "gateway.road",
        "request": "P1",
        "code": "DONE",
        "bytes": 12,
        "final": True,
    }


def test_bodies_do_not_get_out(log: Logger, stream: io.StringIO) -> None:
    """Bytes and objects are left out, and a long text is cut."""
    log.info("request-answered", raw=b"<Message/>", head=object(), text="x" * 1000)

    found = written(stream)
    assert "raw" not in found
    assert "head" not in found
    assert len(found["text"]) == TEXT_CHARS_MAX


def test_a_line_end_in_a_value_makes_no_second_line(log: Logger, stream: io.StringIO) -> None:
    """Nobody writes entries of his own into the log."""
    log.error("request-refused", request='P1\n{"level":"info"}')

    assert written(stream)["request"] == 'P1\n{"level":"info"}'


def test_of_an_exception_only_type_and_places_are_told(log: Logger, stream: io.StringIO) -> None:
    """Its text may quote a row or a message."""
    try:
        raise ValueError("6222021234567890")
    except ValueError:
        log.failure("road-failed")

    found = written(stream)
    assert (found["event"], found["level"], found["error"]) == ("road-failed", "critical", "ValueError")
    assert "test_logs.py" in found["trace"][-1]
    assert "6222021234567890" not in stream.getvalue()


def test_twisteds_own_events_keep_their_text(log: Logger, stream: io.StringIO) -> None:
    """Their format is a sentence, not a word."""
    log.info("Starting {what}", what="a port")

    assert (written(stream)["event"], written(stream)["text"]) == ("twisted", "Starting a port")


@pytest.mark.parametrize(
    ("account", "masked"), [("6222021234567890", "************7890"), ("12345", "*2345"), ("1234", "****"), ("", "")]
)
def test_an_account_number_is_masked(account: str, masked: str) -> None:
    """Four digits are enough for its owner; a short one is not shown at all."""
    assert mask(account) == masked


def test_an_account_number_is_masked_even_by_mistake(log: Logger, stream: io.StringIO) -> None:
    """A field that is called an account is masked whoever logs it."""
    log.info("transfer-booked", payer_account="6222021234567890")

    assert written(stream)["payer_account"] == "************7890"
