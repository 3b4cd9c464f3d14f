"""Good, bad, pending and unknown are told apart per channel, and nothing is taken for its neighbour."""

from itertools import combinations

import pytest

from core_adapter.channels.finality import MEANINGS, Finality, Turn, finality, follows
from core_adapter.channels.messages import Status, System

CHANNELS = (System.IBPS, System.BEPS, System.HVPS)
NETTED = (System.IBPS, System.BEPS)


@pytest.mark.parametrize(
    ("status", "ibps", "beps", "hvps"),
    [
        ("PR00", "pending", "pending", "pending"),
        ("PR02", "pending", "pending", "pending"),
        ("PR03", "good", "good", "unknown"),
        ("PR04", "good", "good", "good"),
        ("PR05", "good", "good", "good"),
        ("PR07", "pending", "pending", "pending"),
        ("PR08", "bad", "bad", "bad"),
        ("PR09", "bad", "bad", "bad"),
        ("PR10", "pending", "pending", "pending"),
        ("PR11", "pending", "pending", "unknown"),
        ("PR12", "pending", "pending", "pending"),
        ("PR21", "unknown", "unknown", "unknown"),
        ("PR22", "bad", "bad", "bad"),
        ("PR32", "bad", "bad", "bad"),
    ],
)
def test_what_a_status_means_depends_on_the_channel(status: str, ibps: str, beps: str, hvps: str) -> None:
    """The whole table: netted is good where it is netted, and nothing at all where it is not."""
    assert [finality(system, status) for system in CHANNELS] == [ibps, beps, hvps]


@pytest.mark.parametrize("system", System)
@pytest.mark.parametrize("status", [*(f"PR{number}" for number in range(81, 100)), "PR01", "PR99", "pr04", "PR4", ""])
def test_a_word_that_is_in_no_table_is_unknown(system: System, status: str) -> None:
    """What banks say within themselves is never the centre's word; nothing is guessed from its likeness."""
    assert finality(system, status) is Finality.UNKNOWN


def test_the_system_of_messages_carries_no_credits() -> None:
    """So that no status means anything there."""
    assert {finality(System.CCMS, status) for status in Status} == {Finality.UNKNOWN}


@pytest.mark.parametrize("system", CHANNELS)
def test_every_status_has_a_row_with_its_reason(system: System) -> None:
    """Nobody has to ask why."""
    assert set(MEANINGS[system]) == set(Status)
    assert all(meaning.why for meaning in MEANINGS[system].values())


@pytest.mark.parametrize(
    ("system", "before", "after", "turn"),
    [
        (System.BEPS, "PR00", "PR11", Turn.ADVANCES),
        (System.BEPS, "PR11", "PR00", Turn.REPEATS),
        (System.BEPS, "PR00", "PR03", Turn.ADVANCES),
        (System.BEPS, "PR03", "PR04", Turn.ADVANCES),
        (System.BEPS, "PR04", "PR03", Turn.REPEATS),
        (System.BEPS, "PR03", "PR03", Turn.REPEATS),
        (System.BEPS, "PR03", "PR12", Turn.REPEATS),
        (System.IBPS, "PR03", "PR09", Turn.CONTRADICTS),
        (System.IBPS, "PR09", "PR03", Turn.CONTRADICTS),
        (System.IBPS, "PR09", "PR32", Turn.REPEATS),
        (System.IBPS, "PR09", "PR00", Turn.REPEATS),
        (System.HVPS, "PR12", "PR04", Turn.ADVANCES),
        (System.HVPS, "PR12", "PR32", Turn.ADVANCES),
        (System.HVPS, "PR04", "PR05", Turn.ADVANCES),
        (System.HVPS, "PR04", "PR22", Turn.CONTRADICTS),
        (System.HVPS, "PR00", "PR03", Turn.UNKNOWN),
        (System.HVPS, "PR03", "PR04", Turn.ADVANCES),
        (System.HVPS, "PR00", "PR97", Turn.UNKNOWN),
        (System.HVPS, "PR04", "PR21", Turn.UNKNOWN),
    ],
)
def test_a_later_status_advances_repeats_or_contradicts(system: System, before: str, after: str, turn: Turn) -> None:
    """What is final stays so; its opposite is for people."""
    assert follows(system, before, after) is turn


@pytest.mark.parametrize("system", CHANNELS)
def test_nothing_final_is_ever_undone_by_news(system: System) -> None:
    """From good or bad no status leads on to pending, to unknown, or to the opposite."""
    for before in Status:
        for after in Status:
            if finality(system, before) in {Finality.GOOD, Finality.BAD} and (
                follows(system, before, after) is Turn.ADVANCES
            ):
                assert finality(system, before) is finality(system, after)


@pytest.mark.parametrize("system", CHANNELS)
def test_in_whatever_order_statuses_come_the_last_one_held_is_the_same(system: System) -> None:
    """Of two that do not contradict each other, whichever is told first."""
    for one, other in combinations(Status, 2):
        meant = {finality(system, one), finality(system, other)}
        if meant == {Finality.GOOD, Finality.BAD} or Finality.UNKNOWN in meant:
            continue
        held = {
            finality(system, second if follows(system, first, second) is Turn.ADVANCES else first)
            for first, second in ((one, other), (other, one))
        }
        assert len(held) == 1, (one, other)
