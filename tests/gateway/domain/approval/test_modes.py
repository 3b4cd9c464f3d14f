"""Which modes may be made and bound."""

from dataclasses import replace

import pytest

from gateway.domain.approval import binding_faults, mode_faults
from gateway.domain.customer import Authorizers, Band, Mode, Person
from protocol.codes import Code
from protocol.limits import BAND_AUTHORIZERS_MAX, BAND_STEPS_MAX, LEVEL_MAX, MODE_BANDS_MAX
from protocol.money import FEN_MAX
from tests.gateway.domain.approval.company import BANK_002, SERVICE, WAN, codes, crew, example_mode, person

ONE = (Authorizers(1, 1),)
OPEN = Band(None, ONE)


def mode(*bands: Band, with_amount: bool = True) -> Mode:
    """The example's mode with other bands."""
    return replace(example_mode(manual_dispatch=False), with_amount=with_amount, bands=bands)


def faults(*bands: Band, with_amount: bool = True) -> list[str]:
    """The codes with which the crew of the example is refused such bands."""
    return codes(mode_faults(mode(*bands, with_amount=with_amount), BANK_002))


def test_R2_3_the_manuals_example_can_be_made() -> None:
    """By its crew, written with or without the beginning of its second band."""
    told = (Band(5 * WAN, ONE, above=0), Band(None, (Authorizers(1, 1), Authorizers(3, 1)), above=5 * WAN))

    assert mode_faults(example_mode(), BANK_002) == []
    assert faults(*told) == []


@pytest.mark.parametrize(("missing", "found"), [
    ("ENTRY", "录入"), ("REVIEW", "复核"), ("AUTH1", "授权（1级）"), ("AUTH3", "授权（3级）"), ("SEND", "发送"),
    ("FORCE", None),
])  # fmt: skip
def test_R2_4_a_mode_that_nobody_could_complete_is_refused(missing: str, found: str | None) -> None:
    """Each step has its people, force-authorizers do not count for any of them; the words name the step."""
    people = {name: who for name, who in BANK_002.items() if name != missing}
    details = mode_faults(example_mode(), people)

    assert codes(details) == ([] if found is None else [Code.MODE_UNFILLABLE] * (1 if missing == "AUTH3" else 2))
    assert all(found in (detail.zh or "") for detail in details if found)


@pytest.mark.parametrize(("people", "found"), [
    ([person("A", "enter", "review"), person("B", "review", "authorize", level=1)], [Code.MODE_UNFILLABLE]),
    ([person("A", "enter", "review"), person("B", "enter", "review"), person("C", "authorize", level=1)], []),
    ([person("A", "enter"), person("B", "review"), person("C", "authorize", level=2)], [Code.MODE_UNFILLABLE]),
    ([person("A", "enter"), person("B", "review"), person("C", "authorize", level=1, status="frozen")],
     [Code.MODE_UNFILLABLE]),
])  # fmt: skip
def test_R2_4_different_operators_must_fill_entry_and_all_steps(people: list[Person], found: list[Code]) -> None:
    """One who holds two permissions plays one role; levels are exact (O37); frozen ones do not count (R1.8)."""
    assert codes(mode_faults(mode(OPEN), crew(*people))) == found


@pytest.mark.parametrize(("bands", "found"), [
    ([], [Code.MODE_EMPTY]),
    ([Band(5 * WAN, ONE)], [Code.BANDS_NOT_OPEN]),
    ([Band(5 * WAN, ONE), Band(10 * WAN, ONE)], [Code.BANDS_NOT_OPEN]),
    ([Band(5 * WAN, ONE), Band(5 * WAN, ONE), OPEN], [Code.BANDS_UNORDERED]),
    ([Band(5 * WAN, ONE), Band(4 * WAN, ONE), OPEN], [Code.BANDS_UNORDERED]),
    ([Band(5 * WAN, ONE), Band(5 * WAN + 1, ONE), OPEN], []),
    ([OPEN, Band(5 * WAN, ONE), OPEN], [Code.BANDS_OVERLAP]),
    ([Band(5 * WAN, ONE), Band(None, ONE, above=5 * WAN - 1)], [Code.BANDS_OVERLAP]),
    ([Band(5 * WAN, ONE), Band(None, ONE, above=5 * WAN + 1)], [Code.BANDS_GAP]),
    ([Band(5 * WAN, ONE, above=1), OPEN], [Code.BANDS_GAP]),
    ([Band(0, ONE), OPEN], [Code.BAND_AMOUNT]),
    ([Band(1, ONE), OPEN], []),
    ([Band(FEN_MAX, ONE), OPEN], []),
    ([Band(FEN_MAX + 1, ONE), OPEN], [Code.BAND_AMOUNT]),
])  # fmt: skip
def test_R2_17_bands_follow_each_other_from_zero_without_end(bands: list[Band], found: list[Code]) -> None:
    """Unordered, overlapping, with a gap, without amount; the whole mode is refused."""
    assert faults(*bands) == found


def test_O38_the_last_band_is_open_ended() -> None:
    """Else an amount above it had no way."""
    assert faults(Band(5 * WAN, ONE), Band(FEN_MAX, ONE)) == [Code.BANDS_NOT_OPEN]
    assert faults(Band(5 * WAN, ONE), OPEN) == []


@pytest.mark.parametrize(("bands", "found"), [
    ([OPEN], []),
    ([Band(None, ONE, above=0)], []),
    ([OPEN, OPEN], [Code.BANDS_WITHOUT_AMOUNT]),
    ([Band(5 * WAN, ONE)], [Code.BANDS_WITHOUT_AMOUNT]),
    ([Band(None, ONE, above=1)], [Code.BANDS_WITHOUT_AMOUNT]),
])  # fmt: skip
def test_R2_2_a_mode_without_amounts_has_one_band(bands: list[Band], found: list[Code]) -> None:
    """Without bounds."""
    assert faults(*bands, with_amount=False) == found


@pytest.mark.parametrize(("wanted", "found"), [
    ([Authorizers(0, 1)], [Code.BAND_LEVEL]),
    ([Authorizers(LEVEL_MAX + 1, 1)], [Code.BAND_LEVEL]),
    ([Authorizers(LEVEL_MAX, 1)], [Code.MODE_UNFILLABLE]),
    ([Authorizers(1, 0)], [Code.BAND_COUNT]),
    ([Authorizers(1, BAND_AUTHORIZERS_MAX + 1)], [Code.BAND_COUNT]),
    ([Authorizers(1, BAND_AUTHORIZERS_MAX)], [Code.MODE_UNFILLABLE]),
    ([Authorizers(1, 1)] * BAND_STEPS_MAX, [Code.MODE_UNFILLABLE]),
    ([Authorizers(1, 1)] * (BAND_STEPS_MAX + 1), [Code.MODE_TOO_LARGE]),
    ([Authorizers(0, 0), Authorizers(10, 1)], [Code.BAND_LEVEL, Code.BAND_COUNT, Code.BAND_LEVEL]),
])  # fmt: skip
def test_R2_17_levels_counts_and_sizes_are_bounded(wanted: list[Authorizers], found: list[Code]) -> None:
    """At the limit, which only too few people refuse here, and one past it."""
    assert faults(Band(None, tuple(wanted))) == found


def test_R2_17_a_mode_has_so_many_bands_at_most() -> None:
    """At the limit and one past it."""
    bands = [Band(number, ONE) for number in range(1, MODE_BANDS_MAX + 1)]

    assert faults(*bands[:-1], OPEN) == []
    assert faults(*bands, OPEN) == [Code.MODE_TOO_LARGE]


def test_R2_17_every_fault_is_named_with_its_band() -> None:
    """Not only the first."""
    details = mode_faults(mode(Band(5, (Authorizers(0, 1),)), Band(3, (Authorizers(1, 99),)), Band(9, ONE)), BANK_002)

    assert [(detail.rule, (detail.en or "")[:7]) for detail in details] == [
        (Code.BAND_LEVEL, "band 1:"),
        (Code.BAND_COUNT, "band 2:"),
        (Code.BANDS_UNORDERED, "band 2:"),
        (Code.BANDS_NOT_OPEN, "band 3:"),
    ]


def test_R2_8_a_mode_without_amounts_cannot_be_bound_to_a_transfer_service() -> None:
    """Refused at the binding already, not only when an instruction comes."""
    bare = mode(OPEN, with_amount=False)

    assert codes(binding_faults(bare, SERVICE)) == [Code.MODE_WITHOUT_AMOUNT]
    assert binding_faults(example_mode(), SERVICE) == []


@pytest.mark.parametrize(("service", "found"), [
    ("QueryBalance", Code.SERVICE_TAKES_NO_MODE), ("SelfTest", Code.SERVICE_TAKES_NO_MODE),
    ("Nothing", Code.SERVICE_UNKNOWN),
])  # fmt: skip
def test_R2_8_only_services_that_take_a_mode_are_bound(service: str, found: Code) -> None:
    """A query asks nobody's approval."""
    assert codes(binding_faults(example_mode(), service)) == [found]
