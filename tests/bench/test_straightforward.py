"""The neighbour in the benchmark is a right one: a slow or wrong neighbour would flatter the gateway."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bench.load.judge import Judge
from bench.load.run import Load, Supply, run
from bench.messages import Author, Identity, Route, make_pool
from bench.straightforward import xml
from bench.straightforward.app import Configuration, running
from bench.straightforward.models import Account, Operator, Seed, balances_agree, make_database, open_engine
from bench.straightforward.service import Service
from protocol.envelope import open_reply

ROUTE = Route("P1", "Q1", "李四")
OPENING = 100_000


@pytest.fixture
def database(database_url: str, identity: Identity) -> str:
    """A seeded database."""

    def account(number: str, customer: str, name: str) -> Account:
        return Account(number=number, customer_id=customer, name=name, currency="CNY", status="normal", balance=OPENING)

    operator = Operator(customer_id="C00000001", operator_id="ERP01", certificate=identity.certificate)
    make_database(
        database_url, Seed([operator], [account("P1", "C00000001", "张三"), account("Q1", "C00000002", "李四")])
    )
    return database_url


@pytest.fixture
def service(database: str, key_files: tuple[Path, Path]) -> Iterator[Service]:
    """The service over it, without its web server."""
    engine = open_engine(database)
    yield Service(engine, xml.load_signing(*key_files), 300)
    engine.dispose()


def test_its_reply_is_one_of_the_gateways_language(
    service: Service, identity: Identity, key_files: tuple[Path, Path]
) -> None:
    """Valid by our schema, signed as our replies are, and done."""
    reply = service.answer(Author(identity).transfer("A1", ROUTE, 5))

    assert Judge(key_files[1].read_bytes()).fault_of(reply) is None
    assert open_reply(reply).outcome.code == "DONE"
    assert open_reply(reply).request_id == "A1"


def test_a_repeat_gets_the_stored_reply_and_moves_nothing(service: Service, identity: Identity, database: str) -> None:
    """The same bytes again, and one transfer in the book."""
    message = Author(identity).transfer("A1", ROUTE, 5)

    assert service.answer(message) == service.answer(message)
    assert balances_agree(database, {"P1": OPENING, "Q1": OPENING})


@pytest.mark.parametrize(
    ("route", "fen", "code"),
    [
        (ROUTE, OPENING + 1, "BALANCE_INSUFFICIENT"),
        (Route("P1", "Q1", "王五"), 5, "PAYEE_NAME_MISMATCH"),
        (Route("Q1", "P1", "张三"), 5, "PAYER_NOT_ATTACHED"),
        (Route("P1", "Q2", "李四"), 5, "PAYEE_UNKNOWN"),
    ],
)
def test_what_may_not_be_is_refused(service: Service, identity: Identity, route: Route, fen: int, code: str) -> None:
    """Signed refusals with the gateway's codes."""
    assert open_reply(service.answer(Author(identity).transfer("A1", route, fen))).outcome.code == code


def test_an_altered_message_is_not_authentic(service: Service, identity: Identity) -> None:
    """One changed digit of the amount."""
    message = Author(identity).transfer("A1", ROUTE, 5).replace(b"0.05", b"0.06")

    assert open_reply(service.answer(message)).outcome.code == "NOT_AUTHENTIC"


def test_a_reused_id_is_refused(service: Service, identity: Identity) -> None:
    """The same id with another amount."""
    service.answer(Author(identity).transfer("A1", ROUTE, 5))

    reply = service.answer(Author(identity).transfer("A1", ROUTE, 6))

    assert open_reply(reply).outcome.code == "REQUEST_ID_REUSED"


def test_no_update_is_lost_among_threads(service: Service, identity: Identity, database: str) -> None:
    """Sixty transfers between two accounts in eight threads leave the balances that their entries say."""
    messages = [Author(identity).transfer(f"A{number}", ROUTE, 5) for number in range(60)]

    with ThreadPoolExecutor(8) as pool:
        replies = list(pool.map(service.answer, messages))

    assert {open_reply(reply).outcome.code for reply in replies} == {"DONE"}
    assert balances_agree(database, {"P1": OPENING, "Q1": OPENING})


@pytest.mark.slow
def test_it_serves_the_load_generator_under_gunicorn(
    database: str, identity: Identity, key_files: tuple[Path, Path], tmp_path: Path
) -> None:
    """Every reply is right and its signature holds."""
    pool = make_pool(tmp_path / "pool", identity, [ROUTE], range(100), "G")

    with running(Configuration(database, *key_files)) as server:
        load = Load("http", server.address, 4, 30, 0, certificate=key_files[1], keep_every=1)
        figures = run(load, Supply(pool))

    assert (figures.replies, figures.verified, figures.dropped, figures.wrong) == (100, 100, 0, 0), figures.faults
    assert balances_agree(database, {"P1": OPENING, "Q1": OPENING})
