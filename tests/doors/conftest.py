"""Each test that asks for a tongue or a bench is run for each door."""

import pytest

from tests.doors.wire import HTTP, TCP, Bench, Tongue


@pytest.fixture(params=[pytest.param(tongue, id=tongue.name) for tongue in (TCP, HTTP)])
def tongue(request: pytest.FixtureRequest) -> Tongue:
    """Each door in turn."""
    found: Tongue = request.param
    return found


@pytest.fixture
def bench(tongue: Tongue) -> Bench:
    """A door with the small limits of these tests."""
    return Bench(tongue)
