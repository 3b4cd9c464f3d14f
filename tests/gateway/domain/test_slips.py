"""What may have been meant by a wrong bank code: one wrong digit, or two neighbours exchanged, and nothing else."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.domain.slips import slips
from protocol.names import bank_code_check_digit, bank_code_valid

CODES = st.from_regex(r"[0-9]{11}", fullmatch=True).map(lambda eleven: eleven + bank_code_check_digit(eleven))


@given(code=CODES, at=st.integers(0, 11), digit=st.sampled_from("0123456789"))
def test_whoever_gets_one_digit_wrong_is_told_of_the_code(code: str, at: int, digit: str) -> None:
    """At every place, the check digit too; the code as it is has no wrong digit."""
    written = code[:at] + digit + code[at + 1 :]

    assert (code in slips(written)) is (written != code)


@given(code=CODES, at=st.integers(0, 10))
def test_whoever_exchanges_two_neighbours_is_told_of_the_code(code: str, at: int) -> None:
    """The most frequent slip beside a wrong digit."""
    written = code[:at] + code[at + 1] + code[at] + code[at + 2 :]

    assert (code in slips(written)) is (written != code)


@given(written=st.from_regex(r"[0-9]{12}", fullmatch=True))
def test_nothing_further_away_is_told(written: str) -> None:
    """Every code found has a right check digit, and one slip makes it what was written."""
    for code in slips(written):
        differ = [at for at, (one, other) in enumerate(zip(code, written, strict=True)) if one != other]
        assert bank_code_valid(code)
        assert len(differ) == 1 or (len(differ) == 2 and differ[1] - differ[0] == 1), code
        if len(differ) == 2:
            assert sorted(code) == sorted(written)


def test_a_wrong_digit_may_come_from_several_codes() -> None:
    """The check digit alone never says which was meant, so the digit that would fit is not told by itself."""
    assert len(slips("102100099990")) > 1
