"""The enterprise family as messages: what its schema takes, at each limit and one past it."""

from dataclasses import replace

import pytest

from protocol.binding import read, write
from protocol.catalogue import CATALOGUE
from protocol.entries import enterprise
from protocol.limits import BAND_STEPS_MAX, FLOW_LEVELS_MAX, LEVEL_MAX, LEVEL_REVIEWERS_MAX, MODE_BANDS_MAX, ROWS_MAX
from protocol.messages.enterprise import modes, operators
from protocol.service import Kind, Permission, Service
from protocol.tree import parse
from protocol.validate import validate
from tests.protocol import helpers

ONE = modes.Authorizers(level=1, count=1)
OPEN = modes.Band(authorizers=(ONE,))
REVIEWERS = modes.Level(reviewer=("REV1",))


def is_valid(message: object) -> bool:
    """Whether the message fits its schema."""
    return validate(helpers.opened_text(helpers.sealed(helpers.request(write(message)))).root)


def mode(*bands: modes.Band) -> modes.SaveMode:
    """A mode of these bands."""
    switches = dict.fromkeys(("with_amount", "ordered", "review", "manual_dispatch"), True)
    return modes.SaveMode(mode=modes.Mode(mode_id="M1", **switches, band=bands))


def flow(*levels: modes.Level) -> modes.SaveFlow:
    """A flow of these levels."""
    return modes.SaveFlow(flow=modes.Flow(flow_id="F1", account="6222", limit=100, level=levels))


def changed(**fields: object) -> operators.ChangeOperator:
    """A change of an operator."""
    return replace(operators.ChangeOperator(operator="O1"), **fields)  # type: ignore[arg-type]  # names of its fields


def accounts(count: int) -> operators.AccountList:
    """So many accounts."""
    return operators.AccountList(account=("6222",) * count)


@pytest.mark.parametrize(("message", "valid"), [
    (mode(), False),
    (mode(*[OPEN] * MODE_BANDS_MAX), True),
    (mode(*[OPEN] * (MODE_BANDS_MAX + 1)), False),
    (mode(modes.Band(authorizers=(ONE,) * BAND_STEPS_MAX)), True),
    (mode(modes.Band(authorizers=(ONE,) * (BAND_STEPS_MAX + 1))), False),
    (mode(modes.Band(authorizers=(modes.Authorizers(level=LEVEL_MAX, count=9),))), True),
    (mode(modes.Band(authorizers=(modes.Authorizers(level=LEVEL_MAX + 1, count=1),))), False),
    (mode(modes.Band(authorizers=(modes.Authorizers(level=1, count=10),))), False),
    (mode(modes.Band(above=0, up_to=1)), True),
    (mode(modes.Band(up_to=0)), False),
    (flow(), False),
    (flow(*[REVIEWERS] * FLOW_LEVELS_MAX), True),
    (flow(*[REVIEWERS] * (FLOW_LEVELS_MAX + 1)), False),
    (flow(modes.Level(reviewer=())), False),
    (flow(modes.Level(reviewer=("R",) * LEVEL_REVIEWERS_MAX)), True),
    (flow(modes.Level(reviewer=("R",) * (LEVEL_REVIEWERS_MAX + 1))), False),
    (changed(), True),
    (changed(accounts=accounts(0)), True),
    (changed(accounts=accounts(ROWS_MAX)), True),
    (changed(accounts=accounts(ROWS_MAX + 1)), False),
    (changed(rights=operators.Rights(permission=tuple(Permission))), True),
    (changed(rights=operators.Rights(permission=(*Permission, Permission.QUERY))), False),
    (changed(services=operators.ServiceList(every=True)), True),
])  # fmt: skip
def test_a_message_is_taken_up_to_its_limits(message: object, valid: bool) -> None:  # noqa: FBT001  a row
    """Bands, steps, levels, reviewers and accounts: the limit is in, one more is not."""
    assert is_valid(message) is valid


@pytest.mark.parametrize("service", enterprise.ENTRIES, ids=lambda service: service.name)
def test_an_example_is_valid_and_read_back_equal(service: Service) -> None:
    """What the catalogue shows is what the gateway takes."""
    assert CATALOGUE[f"{{{service.namespace}}}{service.name}"] is service
    assert is_valid(service.example)
    assert read(service.request, parse(write(service.example).encode())) == service.example


def test_whatever_changes_takes_the_permission_to_administer() -> None:
    """Of the queries only the list of closed payees is for everybody who may query (R1.23)."""
    open_to_others = {one.name for one in enterprise.ENTRIES if one.permission is not Permission.ADMINISTER}

    assert open_to_others == {"ListClosedPayees"}
    assert {one.kind for one in enterprise.ENTRIES} == {Kind.QUERY, Kind.ADMINISTRATION}


def test_a_supervisor_is_not_made_by_message() -> None:
    """The bank registers it; an operator and a deputy are given by message."""
    body = '<AddOperator xmlns="urn:yinqi:enterprise:1"><Operator>O1</Operator><Name>n</Name><Role>{}</Role><Rights/>'
    found = {
        role: validate(helpers.opened_text(helpers.sealed(helpers.request(body.format(role) + "</AddOperator>"))).root)
        for role in ("operator", "deputy", "supervisor")
    }

    assert found == {"operator": True, "deputy": True, "supervisor": False}
