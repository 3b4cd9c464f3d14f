"""Certificates in hand: a pool for each manager, from which they are assigned once, or cancelled."""

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, Engine

from gateway.administration import certificates, credentials, operators
from gateway.administration.change import AdminError
from gateway.administration.places import Place
from gateway.domain.customer import Role
from signer.certificates import fingerprint
from tests.gateway.administration.conftest import C, O, certificate, register


@pytest.fixture
def led(engine: Engine) -> Engine:
    """A customer with a deputy who manages an operator."""
    with engine.begin() as tx:
        operators.add_operator(tx, C, "D1", "n", permissions=["review"], place=Place(Role.DEPUTY))
        operators.add_operator(tx, C, "O2", "n", permissions=["enter"], place=Place(manager="D1"))
    return engine


def pool(tx: Connection, name: str, manager: str = credentials.SUPERVISOR) -> str:
    """Put a certificate into a pool, confirmed."""
    der = certificate(name)
    return credentials.pool_certificate(tx, C, der, confirm=fingerprint(der).hex(), manager=manager)


def states(tx: Connection) -> dict[str, tuple[str, str]]:
    """Manager and state of every certificate in hand, by fingerprint."""
    return {row.fingerprint: (row.manager, row.state) for row in credentials.list_credentials(tx, C)}


def test_R1_15_a_pool_for_each_manager_between_which_certificates_move(led: Engine) -> None:
    """The supervisor's and those of deputies; nobody else has one."""
    with led.begin() as tx:
        one, two = pool(tx, "one"), pool(tx, "two", "D1")
        assert states(tx) == {one: ("", "pool"), two: ("D1", "pool")}
        credentials.move_credential(tx, one, "D1")
        credentials.move_credential(tx, certificates.readable(two), credentials.SUPERVISOR)
        assert states(tx) == {one: ("D1", "pool"), two: ("", "pool")}
        for nobody in (O, "nobody"):
            with pytest.raises(AdminError, match="is no deputy"):
                credentials.move_credential(tx, one, nobody)
            with pytest.raises(AdminError, match="is no deputy"):
                pool(tx, "three", nobody)


def test_R1_15_a_certificate_in_hand_signs_nothing_until_it_is_assigned_for_ever(led: Engine) -> None:
    """From a deputy's pool to the deputy's own operators; then it goes to nobody else, nor into a pool again."""
    with led.begin() as tx:
        one = pool(tx, "one", "D1")
        assert certificates.list_certificates(tx, C) == []
        with pytest.raises(AdminError, match="does not manage operator"):
            credentials.assign_credential(tx, one, O)
        credentials.assign_credential(tx, one, "O2")
        assert states(tx) == {one: ("D1", "assigned")}
        assert [(row.operator, row.fingerprint) for row in certificates.list_certificates(tx, C)] == [("O2", one)]
        attempts: list[Callable[[], object]] = [
            lambda: credentials.assign_credential(tx, one, "O2"),
            lambda: credentials.move_credential(tx, one, "D1"),
            lambda: credentials.cancel_credential(tx, one),
        ]
        for attempt in attempts:
            with pytest.raises(AdminError, match="assigned, for ever"):
                attempt()
        with pytest.raises(AdminError, match="is registered for operator O2"):
            pool(tx, "one")


def test_R1_15_what_is_cancelled_never_comes_back(led: Engine) -> None:
    """注销空卡: neither into a pool nor to an operator."""
    with led.begin() as tx:
        one = pool(tx, "one")
        with pytest.raises(AdminError, match="is in hand with customer"):
            register(tx, C, O, certificate("one"))
        credentials.cancel_credential(tx, one)
        with pytest.raises(AdminError, match="cancelled, for ever"):
            credentials.assign_credential(tx, one, O)
        with pytest.raises(AdminError, match="cancelled, for ever"):
            register(tx, C, O, certificate("one"))
        with pytest.raises(AdminError, match="cancelled, for ever"):
            pool(tx, "one")


def test_R1_16_a_certificate_comes_into_a_pool_once_its_fingerprint_was_confirmed(led: Engine) -> None:
    """And only such as may sign here."""
    with led.begin() as tx:
        for der, told in ((certificate("one"), "not that of the certificate"), (b"x", "cannot be registered")):
            with pytest.raises(AdminError, match=told):
                credentials.pool_certificate(tx, C, der, confirm="00")
        with pytest.raises(AdminError, match="no pool holds"):
            credentials.cancel_credential(tx, "00" * 32)
