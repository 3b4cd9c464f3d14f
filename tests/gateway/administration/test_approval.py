"""Modes, flows and services of a customer: as the bank's staff write them, bind them and switch them."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, Engine

from gateway.administration import accounts, approval, lists, operators
from gateway.administration.change import AdminError
from gateway.administration.definitions import flow_of, mode_of
from gateway.administration.presets import PRESETS
from gateway.domain.customer import Authorizers, Band, Binding, Customer, Flow, Mode
from gateway.journal.people import read_customers
from tests.gateway.administration.conftest import C, O

N = "11010100000000001"
WRITTEN: dict[str, Any] = {
    "with_amount": True,
    "ordered": True,
    "review": True,
    "manual_dispatch": True,
    "bands": [
        {"up_to": "50000.00", "authorizers": [{"level": 1}]},
        {"authorizers": [{"level": 1}, {"level": 3, "count": 2}]},
    ],
}
MODE = Mode(
    mode_id="M1",
    with_amount=True,
    ordered=True,
    review=True,
    manual_dispatch=True,
    bands=(Band(50_000_00, (Authorizers(1, 1),)), Band(None, (Authorizers(1, 1), Authorizers(3, 2)))),
)


@pytest.fixture
def staffed(engine: Engine) -> Engine:
    """A customer with authorizers of levels 1 and 3, two reviewers and an account on everybody's list."""
    with engine.begin() as tx:
        accounts.attach_accounts(tx, C, [N])
        for name, level in (("L1", 1), ("L3", 3), ("L4", 3)):
            operators.add_operator(tx, C, name, "n", permissions=["authorize", "dispatch"], level=level)
        for name in ("R1", "R2"):
            operators.add_operator(tx, C, name, "n", permissions=["review"])
        for name in (O, "L1", "L3", "L4", "R1", "R2"):
            lists.change_accounts(tx, C, name, add=[N])
    return engine


def customer(tx: Connection) -> Customer:
    """The customer as the rules see it."""
    return read_customers(tx, [C])[C]


def flow(name: str = "F1", **changed: Any) -> Flow:
    """A flow of the account with one reviewer."""
    told: dict[str, Any] = {"account": N, "service": None, "limit": 100, "levels": (frozenset({"R1"}),)}
    return Flow(flow_id=name, **told | changed)


def test_R2_17_a_mode_is_read_whole_and_saved_whole(staffed: Engine) -> None:
    """What was written comes back as it was meant; saved anew it takes the place of the old one."""
    assert mode_of("M1", WRITTEN) == MODE
    with staffed.begin() as tx:
        approval.save_mode(tx, C, MODE)
        assert customer(tx).modes == {"M1": MODE}
        other = replace(MODE, review=False)
        approval.save_mode(tx, C, other)
        assert customer(tx).modes == {"M1": other}


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({"review": "yes"}, ["review is true or false"]),
        ({"reveiw": True}, ["reveiw is not known here"]),
        ({"bands": {}}, ["bands is a list"]),
        ({"bands": [1]}, [r"bands\[1\]. is not a table"]),
        ({"bands": [{"up_to": 50000}]}, [r"bands\[1\].up_to is an amount above zero"]),
        ({"bands": [{"up_to": "0.00"}, {"up_to": "1,0"}]}, [r"bands\[1\].up_to is", r"bands\[2\].up_to is"]),
        ({"bands": [{"authorizers": [{"level": 0, "count": 10, "x": 1}]}]}, ["level is", "count is", "x is not known"]),
        ({"ordered": None, "manual_dispatch": 1}, ["ordered is", "manual_dispatch is"]),
    ],
    ids=str,
)
def test_R2_17_every_fault_of_a_definition_comes_at_once(changes: dict[str, Any], faults: list[str]) -> None:
    """Each with its place."""
    with pytest.raises(AdminError, match=".*".join(faults)):
        mode_of("M1", WRITTEN | changes)


@pytest.mark.parametrize(
    ("bands", "told"),
    [
        ((), "at least one band"),
        ((Band(1),), "band 1: the last band has no upper bound"),
        ((Band(None), Band(None)), "band 2: the band before has no upper bound"),
        ((Band(2), Band(1), Band(None)), "band 2: its end must be above"),
        ((Band(None, (Authorizers(2, 1),)),), "band 1: too few people"),
        ((Band(None, (Authorizers(3, 3),)),), "band 1: too few people"),
    ],
)
def test_R2_4_a_mode_that_nobody_could_complete_is_refused(staffed: Engine, bands: tuple[Band, ...], told: str) -> None:
    """Bands that overlap or end (O38), steps that different operators cannot fill."""
    with pytest.raises(AdminError, match=f"mode M1: .*{told}"), staffed.begin() as tx:
        approval.save_mode(tx, C, replace(MODE, bands=bands))


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_R2_8_the_bank_supplies_modes_to_use_or_to_change(staffed: Engine, preset: Mode) -> None:
    """Each is a whole mode; a customer has it under an id of its own."""
    with staffed.begin() as tx:
        approval.save_mode(tx, C, replace(preset, mode_id="MINE"))
        approval.bind(tx, C, "SubmitTransfer", "MINE")


def test_R2_8_a_mode_is_bound_to_a_service_and_one_without_amounts_to_none_that_moves_money(staffed: Engine) -> None:
    """Different services follow different modes; a mode that is followed stays."""
    bare = replace(MODE, mode_id="M2", with_amount=False, bands=(Band(None),))
    with staffed.begin() as tx:
        approval.save_mode(tx, C, MODE)
        approval.save_mode(tx, C, bare)
        approval.bind(tx, C, "SubmitTransfer", "M1")
        assert customer(tx).bindings == {"SubmitTransfer": Binding("M1", enabled=True)}
        for service, mode, told in (
            ("SubmitTransfer", "M2", "has no amounts and does not serve"),
            ("SubmitTransfer", "M9", "no mode M9"),
            ("QueryTransfer", "M1", "takes no authorization mode"),
            ("Fly", "M1", "no such service"),
        ):
            with pytest.raises(AdminError, match=told):
                approval.bind(tx, C, service, mode)
        with pytest.raises(AdminError, match="SubmitTransfer follows mode M1"):
            approval.delete_mode(tx, C, "M1")
        approval.bind(tx, C, "SubmitTransfer", None)
        approval.delete_mode(tx, C, "M1")
        assert customer(tx).modes.keys() == {"M2"}


def test_R2_9_a_service_is_switched_off_and_on_and_keeps_its_mode(staffed: Engine) -> None:
    """With a mode or without one; twice is told."""
    with staffed.begin() as tx:
        approval.switch_service(tx, C, "SubmitTransfer", on=False)
        assert customer(tx).bindings == {"SubmitTransfer": Binding(None, enabled=False)}
        with pytest.raises(AdminError, match="is off already"):
            approval.switch_service(tx, C, "SubmitTransfer", on=False)
        approval.save_mode(tx, C, MODE)
        approval.bind(tx, C, "SubmitTransfer", "M1")
        assert customer(tx).bindings == {"SubmitTransfer": Binding("M1", enabled=False)}
        approval.switch_service(tx, C, "SubmitTransfer", on=True)
        assert customer(tx).bindings == {"SubmitTransfer": Binding("M1", enabled=True)}
        assert approval.ServiceRow(C, "SubmitTransfer", "M1", enabled=True) in approval.list_services(tx, C)
        with pytest.raises(AdminError, match="is on already"):
            approval.switch_service(tx, C, "SubmitTransfer", on=True)


def test_R2_12_a_flow_is_of_one_account_with_levels_of_reviewers(staffed: Engine) -> None:
    """As it is written; several may stand on one level."""
    written = {"account": N, "limit": "1000000.00", "levels": [["R1", "R2"], ["R3"]]}
    made = flow_of("F1", written)
    assert made == flow(limit=1_000_000_00, levels=(frozenset({"R1", "R2"}), frozenset({"R3"})))
    with staffed.begin() as tx:
        with pytest.raises(AdminError, match="level 2: there is no such operator"):
            approval.save_flow(tx, C, made)
        approval.save_flow(tx, C, flow())
        assert customer(tx).flows == (flow(),)
        for wrong, told in (
            (flow("F2", account="22020200000000001"), "is not attached"),
            (flow("F2", limit=None), "has a limit above zero"),
            (flow("F2", limit=200, levels=()), "at least one level"),
            (flow("F2", limit=200, service="SubmitPayroll"), "either an account or a service"),
            (flow("F2", account=None), "either an account or a service"),
            (flow("F2"), "has this limit"),
        ):
            with pytest.raises(AdminError, match=told):
                approval.save_flow(tx, C, wrong)


def test_R2_15_a_flow_is_never_changed_only_deleted_and_made_anew(staffed: Engine) -> None:
    """Its id is free again once it is deleted."""
    with staffed.begin() as tx:
        approval.save_flow(tx, C, flow())
        with pytest.raises(AdminError, match="delete it and make it anew"):
            approval.save_flow(tx, C, flow(limit=200))
        approval.delete_flow(tx, C, "F1")
        approval.save_flow(tx, C, flow(limit=200))
        with pytest.raises(AdminError, match="no flow F9"):
            approval.delete_flow(tx, C, "F9")


def test_R2_16_a_service_has_exactly_one_flow(staffed: Engine) -> None:
    """Whatever the amount; to change it, it is deleted and made anew."""
    of_service = flow(account=None, service="SubmitPayroll", limit=None)
    with staffed.begin() as tx:
        approval.save_flow(tx, C, of_service)
        with pytest.raises(AdminError, match="has its one flow"):
            approval.save_flow(tx, C, replace(of_service, flow_id="F2"))
        with pytest.raises(AdminError, match="only SubmitPayroll has a flow of its own"):
            approval.save_flow(tx, C, replace(of_service, flow_id="F2", service="SubmitTransfer"))


def test_modes_and_flows_are_listed_as_people_read_them(staffed: Engine) -> None:
    """Bands and levels in words."""
    with staffed.begin() as tx:
        approval.save_mode(tx, C, MODE)
        approval.save_flow(tx, C, flow(levels=(frozenset({"R2", "R1"}), frozenset({"R1"}))))
        (mode,) = approval.list_modes(tx, C)
        (row,) = approval.list_flows(tx, C)

    assert mode.bands == ("<=50000.00:1xlevel1", "any:1xlevel1+2xlevel3")
    assert (row.of, row.limit, row.levels) == (N, "1.00", ("R1|R2", "R1"))


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ({"account": N, "limit": "1.00", "levels": "R1"}, "levels is a list"),
        ({"account": N, "limit": "1.00", "levels": [[], [1]]}, r"levels\[1\] is a list of codes.*levels\[2\]"),
        ({"account": 1, "limit": 1}, "account is a text.*limit is an amount"),
        ([], "is not a table"),
    ],
    ids=str,
)
def test_every_fault_of_a_flow_s_definition_comes_at_once(written: object, told: str) -> None:
    """As with modes."""
    with pytest.raises(AdminError, match=told):
        flow_of("F1", written)
