"""Cursors: what was given is read back, and nothing else is."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.services.cursor import NUMBER_END, paging, read, write
from protocol.codes import Code
from protocol.limits import PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
QUESTION = ("ListPayees", "物流", None)


@given(question=st.tuples(TEXTS, st.none() | TEXTS), text=TEXTS, number=st.integers(0, NUMBER_END - 1))
def test_a_cursor_brings_back_its_position_for_its_question_alone(
    question: tuple[str, str | None], text: str, number: int
) -> None:
    """Texts and numbers round trip; another question, or another form of position, finds no cursor of its own."""
    cursor = write(question, (text, number))

    assert read(cursor, question, (str, int)) == (text, number)
    assert read(cursor, (*question, ""), (str, int)) is None
    assert read(cursor, question, (int, str)) is None
    assert read(cursor, question, (str,)) is None


@given(st.text(max_size=60))
def test_what_was_not_given_is_no_cursor(cursor: str) -> None:
    """Whatever is made up, no position comes out, and nothing breaks."""
    assert read(cursor, QUESTION, (str, str)) is None


def _forged(told: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(told).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "told",
    [
        None,
        7,
        "abc",
        {},
        {"a": 1},
        [],
        [None, 1],
        ["", True],
        ["", 1.0],
        ["", "1"],
        [write(QUESTION, (1,))[:12], -1],
    ],
    ids=str,
)
def test_a_forged_cursor_is_none(told: object) -> None:
    """Other JSON, other types."""
    assert read(_forged(told), QUESTION, (int,)) is None


@pytest.mark.parametrize("part", ["a\0b", "\ud800"])
def test_what_a_database_does_not_take_is_no_position(part: str) -> None:
    """Neither the null character nor half a surrogate comes from a cursor into a statement, whoever wrote it."""
    digest = json.loads(base64.urlsafe_b64decode(write(QUESTION, ("",)) + "=="))[0]

    assert read(_forged([digest, part]), QUESTION, (str,)) is None


@pytest.mark.parametrize("number", [-1, NUMBER_END])
def test_a_number_beyond_the_database_s_is_no_position(number: int) -> None:
    """From zero to the last that 64 bits count, and no further."""
    assert read(write(QUESTION, (number,)), QUESTION, (int,)) is None
    assert read(write(QUESTION, (NUMBER_END - 1,)), QUESTION, (int,)) == (NUMBER_END - 1,)


def test_a_page_ends_with_a_cursor_only_where_more_follows() -> None:
    """One entry more than the page holds is looked for, and tells whether it is the last."""
    asked = paging(QUESTION, (int,), cursor=None, size=2, place="/x")

    assert asked.limit == 3
    page, cursor = asked.page([1, 2, 3], lambda number: (number,))
    assert list(page) == [1, 2]
    assert cursor is not None
    assert paging(QUESTION, (int,), cursor=cursor, size=2, place="/x").after == (2,)
    assert asked.page([1, 2], lambda number: (number,)) == ([1, 2], None)
    assert asked.page([], lambda number: (number,)) == ([], None)


def test_a_page_has_its_usual_size_and_a_highest_one() -> None:
    """None asked for is the default; more than the highest is the highest."""
    sizes = [paging(QUESTION, (int,), cursor=None, size=size, place="/x").size for size in (None, 1, 10_000)]

    assert sizes == [PAGE_ROWS_DEFAULT, 1, PAGE_ROWS_MAX]


def test_a_wrong_cursor_is_a_fault_at_its_place() -> None:
    """It names the element and what stood there."""
    (fault,) = paging(QUESTION, (int,), cursor="abc", size=None, place="/x").faults

    assert (fault.rule, fault.place, fault.value) == (Code.CURSOR_INVALID, "/x/Cursor", "abc")
