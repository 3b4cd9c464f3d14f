"""Recurring transfers as messages: what their schema takes."""

from dataclasses import fields, replace
from typing import Any

import pytest

from protocol.binding import read, write
from protocol.entries.recurring import ENTRIES
from protocol.limits import RECURRING_RUNS_MAX
from protocol.messages.recurring import RecurringState, RunItem, RunState, SubmitRecurring
from protocol.messages.transfer import SubmitTransfer, TransferState
from protocol.service import Kind, Service
from protocol.tree import parse
from protocol.validate import validate
from tests.protocol import helpers

EXAMPLES: dict[str, Any] = {entry.name: entry.example for entry in ENTRIES}


def valid(xml: str) -> bool:
    """Whether the schema takes a request with this body."""
    return validate(parse(helpers.request(xml).encode()))


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_example_is_valid_and_read_back(entry: Service) -> None:
    """What the family's entries show is what the schema takes and the binding reads."""
    xml = write(entry.example)

    assert valid(xml)
    assert read(entry.request, parse(xml.encode())) == entry.example


def test_R4_18_a_recurring_transfer_is_a_transfer_with_a_plan_in_place_of_its_time() -> None:
    """Period, first run and end date; neither arrival nor hour nor urgency (O35)."""
    single = {field.name for field in fields(SubmitTransfer)} - {"arrival", "urgent", "scheduled_for"}
    again = {field.name for field in fields(SubmitRecurring)}

    assert single <= again
    assert {"period", "first_run", "end_date"} <= again
    assert not {"arrival", "urgent", "scheduled_for"} & again


@pytest.mark.parametrize("name", ["Period", "FirstRun", "EndDate", "PayerAccount", "PayeeName", "Amount", "Purpose"])
def test_R4_18_a_plan_is_whole(name: str) -> None:
    """An end date is ours, and mandatory."""
    whole = write(EXAMPLES["SubmitRecurring"])
    start, end = whole.index(f"<{name}>"), whole.index(f"</{name}>") + len(f"</{name}>")

    assert valid(whole)
    assert not valid(whole[:start] + whole[end:])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("MONTHLY", "monthly"),
        ("MONTHLY", "HOURLY"),
        ("2026-12-31T09:00:00+08:00", "2026-12-31T09:00:00"),
        ("2026-12-31T09:00:00+08:00", "2026-12-31"),
        ("2027-12-31", "2027-12-32"),
        ("<EndDate>2027-12-31", "<EndDate>2027-12-31T09:00:00+08:00"),
        ("<Purpose>", "<Urgent>true</Urgent><Purpose>"),
    ],
)
def test_what_is_no_plan_is_refused(old: str, new: str) -> None:
    """An unknown period, a time without zone, a day that is none."""
    whole = write(EXAMPLES["SubmitRecurring"])

    assert old in whole
    assert not valid(whole.replace(old, new, 1))


def test_the_words_of_states_are_those_of_a_transfer() -> None:
    """Who reads the one reads the other; only the plan's own states are new."""
    words = {state.value for state in TransferState}

    assert {state.value for state in RecurringState} - words == {"live", "completed"}
    assert {state.value for state in RunState} - words == {"skipped"}


def test_every_run_of_the_longest_plan_has_a_number() -> None:
    """The schema ends behind the limit of the language."""
    reply: Any = next(entry.reply_type for entry in ENTRIES if entry.name == "QueryRecurring")
    example = EXAMPLES["SubmitRecurring"]
    item = RunItem(number=RECURRING_RUNS_MAX, due_at=example.first_run, state=RunState.SKIPPED)
    made = reply(request_id="R1", state=RecurringState.LIVE, final=False, runs=RECURRING_RUNS_MAX, run=(item,))

    assert valid(write(made))
    assert not valid(write(replace(made, runs=10_000)))


def test_what_moves_money_uses_up_its_id_and_what_asks_does_not() -> None:
    """Setting up and withdrawing are journaled for ever."""
    kinds = {entry.name: entry.kind for entry in ENTRIES}

    assert kinds == {
        "SubmitRecurring": Kind.MONEY,
        "QueryRecurring": Kind.QUERY,
        "ListRecurring": Kind.QUERY,
        "CancelRecurring": Kind.APPROVAL,
    }
