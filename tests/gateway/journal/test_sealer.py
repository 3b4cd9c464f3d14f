"""The sealer: what it seals, who wins between two, and what the file holds after faults."""

import threading
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from gateway.journal.sealer import Sealer, make_seal
from gateway.journal.seals import SealsDamaged, from_row
from gateway.journal.tables import LOG_HEAD, SEAL
from signer.keys import SignerUnavailable
from tests.gateway.journal.conftest import Journal, reply_key


@dataclass(frozen=True)
class AbsentKey:
    """A key in a token that went away."""

    certificate: bytes = reply_key().certificate
    algorithm: str = reply_key().algorithm
    blocking: bool = True

    def sign(self, data: bytes) -> bytes:
        """Say that the token is not there."""
        raise SignerUnavailable("token absent")


def test_a_seal_covers_the_heads_that_moved_and_no_others(journal: Journal) -> None:
    """The first covers both chains, the second only the one that grew; a third has nothing to cover."""
    journal.serve("a")
    journal.serve("b")
    journal.seal()
    journal.serve("b")
    journal.seal()
    journal.seal()

    seals = list(journal.file.seals())
    assert [[(head.chain, head.seq) for head in seal.heads] for seal in seals] == [[("a", 2), ("b", 2)], [("b", 4)]]
    assert seals[1].previous == seals[0].root
    with journal.engine.connect() as connection:
        assert [from_row(row) for row in connection.execute(select(SEAL).order_by(SEAL.c.number))] == seals
        assert set(connection.execute(select(LOG_HEAD.c.chain, LOG_HEAD.c.sealed_seq))) == {("a", 2), ("b", 4)}


def test_each_root_is_told_of_once_it_is_committed(journal: Journal) -> None:
    """Replies witness the log by the latest root, and only by one that nothing can take back."""
    told: list[str] = []
    sealer = Sealer(journal.key, journal.file, told.append)
    for _ in range(2):
        journal.serve()
        sealer(journal.engine)
        sealer(journal.engine)

    assert told == [seal.root.hex() for seal in journal.file.seals()]


def test_processes_that_seal_at_once_make_one_root_after_the_other(journal: Journal) -> None:
    """The unique number judges: whoever comes second makes no seal, and the log stays sound."""
    for round_ in range(5):
        journal.serve(f"chain{round_}")
        start = threading.Barrier(4)

        def tick(start: threading.Barrier = start) -> None:
            sealer = Sealer(journal.key, journal.file)
            start.wait()
            sealer(journal.engine)

        threads = [threading.Thread(target=tick) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert [seal.number for seal in journal.file.seals()] == [1, 2, 3, 4, 5]
    assert journal.audit().is_sound


def test_without_the_signer_nothing_is_sealed_until_it_is_back(journal: Journal) -> None:
    """The rows wait; the next root covers them all."""
    journal.serve("a")
    Sealer(AbsentKey(), journal.file)(journal.engine)
    assert journal.file.last() == 0

    journal.serve("a")
    journal.seal()
    assert [(head.chain, head.seq) for seal in journal.file.seals() for head in seal.heads] == [("a", 4)]


def test_a_seal_that_a_crash_kept_from_the_file_gets_there_later(journal: Journal) -> None:
    """Any process brings what the table holds and the file does not, in order."""
    journal.serve()
    with journal.engine.begin() as tx:
        assert make_seal(tx, journal.key, 1) is not None
    journal.serve()
    journal.seal()

    assert [seal.number for seal in journal.file.seals()] == [1, 2]


def test_a_line_that_a_crash_tore_is_written_again(journal: Journal) -> None:
    """Half a line at the end of the file is no seal, and makes room for it."""
    journal.serve()
    journal.seal()
    whole = journal.file.path.read_bytes()
    for torn in (whole[:50], whole + whole[:50]):
        journal.file.path.write_bytes(torn)
        journal.seal()
        assert journal.file.path.read_bytes() == whole


def test_a_long_last_line_is_found(journal: Journal) -> None:
    """A root over very many chains makes a line longer than one block."""
    for number in range(100):
        journal.serve(f"chain{number}")
    journal.seal()
    journal.serve("a")
    journal.seal()

    assert journal.file.last() == 2


def test_a_file_whose_end_is_no_seal_is_left_alone(journal: Journal) -> None:
    """What somebody did to the witness stays as evidence; sealing goes on in the database."""
    journal.serve()
    journal.seal()
    journal.file.path.write_bytes(b"nonsense\n")
    journal.serve()
    journal.seal()

    assert journal.file.path.read_bytes() == b"nonsense\n"
    with pytest.raises(SealsDamaged):
        journal.file.last()
    with journal.engine.connect() as connection:
        assert list(connection.execute(select(SEAL.c.number).order_by(SEAL.c.number)).scalars()) == [1, 2]
