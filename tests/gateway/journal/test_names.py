"""Names of the directory in memory: found as a plain loop over all of them would, in order, page by page."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.journal.banks import REGION, Names

CODES = st.tuples(st.sampled_from(["881", "882", "102"]), st.sampled_from(["0000", "1000", "2900", "9999"]))
NAMES = st.text("银行支甲乙a", min_size=1, max_size=6)
LISTS = st.dictionaries(
    st.tuples(CODES, st.integers(0, 99)).map(lambda each: f"{each[0][0]}{each[0][1]}{each[1]:05}"), NAMES, max_size=30
)


@given(
    names=LISTS,
    part=st.text("银行支甲乙a", max_size=3),
    region=st.none() | st.sampled_from(["0000", "1000", "2900", "5810", "9999"]),
    limit=st.integers(1, 4),
)
def test_pages_together_are_what_a_plain_search_finds(
    names: dict[str, str], part: str, region: str | None, limit: int
) -> None:
    """Each page goes on behind the last code of the page before, and none is missed, told twice or out of order."""
    memory = Names(1, names.items())
    wanted = sorted(
        (code for code, name in names.items() if part in name and region in (None, code[REGION])),
        key=lambda code: (code[REGION], code),
    )

    found: list[str] = []
    after: int | None = None
    while page := memory.find(part, region=region, after=after, limit=limit):
        assert len(page) <= limit
        found += page
        after = int(page[-1])

    assert found == wanted


@given(after=st.integers(0, 2**63 - 1))
def test_a_place_that_no_code_has_is_a_place_all_the_same(after: int) -> None:
    """A cursor may say anything: what is behind it is told, and nothing breaks."""
    memory = Names(1, [("881100000018", "甲"), ("881290000018", "乙")])

    assert set(memory.find("", region=None, after=after, limit=9)) <= {"881100000018", "881290000018"}


def test_no_name_runs_into_the_next() -> None:
    """The end of one and the beginning of another are no name."""
    memory = Names(1, [("881100000018", "甲乙"), ("881100000026", "丙丁")])

    assert memory.find("乙丙", region=None, after=None, limit=9) == []
    assert memory.find("丁", region=None, after=None, limit=9) == ["881100000026"]
