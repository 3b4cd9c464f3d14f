"""Every rule of business is proved by a test of its name, and the documents about rules say what the code says."""

import pytest

from protocol.codes import Code
from protocol.meanings import approval, batch, book, course, enterprise, grant, limits, modes, register, schedule
from tests.docs.rules import named, proofs, rules
from tests.docs.waiting import PARTLY, WAITING
from tests.docs.write import written
from tests.support.source import text_of

SUBJECTS = (approval, batch, book, course, enterprise, grant, limits, modes, register, schedule)
"""The codes of these are all raised by rules of business; others are about messages, the core or the machine."""


def test_every_rule_has_a_test_or_is_waited_for() -> None:
    """A rule that no program checks does not exist; what waits for its test is listed with the reason until then."""
    proved = proofs().keys()
    known = {rule.id for rule in rules()}

    assert sorted(known - proved - WAITING.keys()) == []
    assert sorted(WAITING.keys() & proved) == []
    assert sorted(WAITING.keys() - known) == []
    assert sorted(PARTLY.keys() - proved) == []


def test_every_rule_that_a_test_is_named_after_is_in_the_table() -> None:
    """A test cannot prove what nobody wrote down."""
    assert sorted(proofs().keys() - {rule.id for rule in rules()}) == []


def test_every_rule_is_one_short_sentence_in_both_languages() -> None:
    """For whoever looks up an id: a sentence to be read, not the manual again."""
    for rule in rules():
        assert rule.en.isascii()
        assert rule.en.endswith(".")
        assert rule.zh.endswith("。")
        assert len(rule.en) <= 240, rule.id
        assert len(rule.zh) <= 120, rule.id
        assert rule.source, rule.id


def test_every_refusal_of_a_rule_leads_to_the_rule() -> None:
    """Whoever is refused finds which rule it was, and where it comes from."""
    raised = {code for rule in rules() for code in rule.codes}
    wanted: set[Code] = {code for subject in SUBJECTS for code in subject.MEANINGS}

    assert sorted(wanted - raised) == []


@pytest.mark.parametrize(("test", "ids", "words"), [
    ("test_R2_3_a_band_includes_its_upper_bound", ["R2.3"], "a band includes its upper bound"),
    ("test_O37_levels_are_exact", ["O37"], "levels are exact"),
    ("test_R2_24_O4_R4_22_a_transfer", ["R2.24", "O4", "R4.22"], "a transfer"),
    ("test_R3_7_to_R3_9_hold", ["R3.7", "R3.8", "R3.9"], "hold"),
    ("test_R3_7_to_hold", ["R3.7"], "to hold"),
    ("test_R2_a_word", [], "R2 a word"),
    ("test_of_R2_3", [], "of R2 3"),
])  # fmt: skip
def test_a_test_belongs_to_the_rules_at_the_front_of_its_name(test: str, ids: list[str], words: str) -> None:
    """One, several, or a range; an id elsewhere in a name is a word like others."""
    assert named(test) == (ids, words)


@pytest.mark.parametrize("path", written())
def test_what_is_written_by_the_program_is_up_to_date(path: str) -> None:
    """`make rules` writes it anew."""
    assert text_of(path) == written()[path], "run: make rules"
