"""The audit of the message log: a sound log passes, and every attack on it is named with its place."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from gateway.domain.incoming import BANK_ITSELF
from gateway.journal.chain import GENESIS, Head, root_of, row_hash
from gateway.journal.faults import FAULTS_MAX
from gateway.journal.seals import Seal, from_row, to_line, to_row
from gateway.journal.tables import INCOMING, LOG_HEAD, MESSAGE_LOG, REQUEST, SEAL, TRANSFER
from tests.gateway.journal.conftest import Journal, reply_key

Act = Callable[[Connection], object]


@pytest.fixture
def sealed(journal: Journal) -> Journal:
    """Two chains of 40 and 6 rows under three seals; the second chain ends under the second one."""
    journal.serve("a", 10)
    journal.serve("b", 2)
    journal.seal()
    journal.serve("a", 5)
    journal.serve("b")
    journal.seal()
    journal.serve("a", 5)
    journal.seal()
    return journal


def _faults_after(journal: Journal, *acts: Act) -> list[str]:
    with journal.engine.begin() as tx:
        journal.attack(tx)
        for act in acts:
            act(tx)
    return journal.audit().faults


def _row(chain: str, seq: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return MESSAGE_LOG.c.chain == chain, MESSAGE_LOG.c.seq == seq


def _rechain(tx: Connection, chain: str) -> None:
    """Compute every hash of a chain anew and set its head to fit, as a forger without the key would."""
    previous = GENESIS
    for row in tx.execute(select(MESSAGE_LOG).where(MESSAGE_LOG.c.chain == chain).order_by(MESSAGE_LOG.c.seq)).all():
        previous = row_hash(row._asdict(), previous)
        tx.execute(update(MESSAGE_LOG).where(*_row(chain, row.seq)).values(hash=previous))
        tx.execute(update(LOG_HEAD).where(LOG_HEAD.c.chain == chain).values(seq=row.seq, hash=previous))


def _cut(chain: str, after: int) -> Act:
    return lambda tx: tx.execute(delete(MESSAGE_LOG).where(MESSAGE_LOG.c.chain == chain, MESSAGE_LOG.c.seq > after))


def _seals(tx: Connection) -> list[Seal]:
    return [from_row(row) for row in tx.execute(select(SEAL).order_by(SEAL.c.number))]


def test_a_sound_log_passes(sealed: Journal) -> None:
    """Every row, chain and seal is counted, and rows that no seal covers yet are no fault."""
    sealed.serve("a", 1)

    found = sealed.audit()

    assert found.faults == []
    assert (found.chains, found.rows, found.seals, found.unsealed) == (2, 48, 3, 2)


def test_an_empty_log_passes(journal: Journal) -> None:
    """A site on its first day has no seals and no file of them."""
    assert journal.audit().is_sound


def test_seals_of_an_earlier_reply_key_count(sealed: Journal) -> None:
    """Every certificate of the bundle is the gateway's, for the seals made in its time."""
    sealed.serve()
    sealed.seal(reply_key("next"))

    assert sealed.audit(reply_key(), reply_key("next")).is_sound
    assert "not in the bundle" in sealed.audit(reply_key("next")).faults[0]


@pytest.mark.parametrize(
    "edit",
    [
        {"message": b"another message"},
        {"at_ms": 99},
        {"operator_id": "O2"},
        {"customer_id": "C9"},
        {"request_id": "R99"},
        {"way": "in"},
        {"hash": bytes(32)},
    ],
)
def test_an_edited_row_is_found(sealed: Journal, edit: dict[str, object]) -> None:
    """Whatever column is changed, the chain breaks at that row."""
    faults = _faults_after(sealed, lambda tx: tx.execute(update(MESSAGE_LOG).where(*_row("a", 4)).values(**edit)))

    assert faults[0].startswith("chain a row 4: row altered")


def test_a_request_that_was_closed_without_a_reply_is_found(sealed: Journal) -> None:
    """Nothing is left to do about it and no reply is stored: its sender would be told to come again for ever."""
    faults = _faults_after(
        sealed, lambda tx: tx.execute(update(REQUEST).values(due_ms=None, reply_chain=None, reply_seq=None))
    )

    assert "closed without a reply" in faults[0]


def test_the_banks_own_payments_answer_no_request_but_each_sends_back_a_credit(sealed: Journal) -> None:
    """One that gives back what came for no account here is sound; one that somebody made up is found."""

    def attack(tx: Connection) -> None:
        request = tx.execute(select(REQUEST).limit(1)).one()._asdict()
        transfer = tx.execute(select(TRANSFER).limit(1)).one()._asdict()
        own = {"customer_id": BANK_ITSELF, "due_ms": None, "reply_chain": None, "reply_seq": None}
        for made, came in (("2026120100000001", "1"), ("2026120100000002", "1")):
            named = {**own, "request_id": made + came}
            tx.execute(insert(REQUEST).values({name: named.get(name, value) for name, value in request.items()}))
            tx.execute(insert(TRANSFER).values({name: named.get(name, value) for name, value in transfer.items()}))
        words = dict.fromkeys((c.name for c in INCOMING.c if not c.nullable), "")
        tx.execute(
            insert(INCOMING).values(
                {
                    **words,
                    **dict.fromkeys(("amount", "received_ms", "epoch"), 1),
                    "message_id": "2026120100000001",
                    "tx_id": "1",
                    "kind": "A100",
                    "state": "sent-back",
                }
            )
        )

    assert _faults_after(sealed, attack) == [
        "payment 20261201000000021 of the bank itself: sends back no credit that came"
    ]


def test_a_removed_row_is_found(sealed: Journal) -> None:
    """A hole in the numbers is a fault at the number that is missing."""
    faults = _faults_after(sealed, lambda tx: tx.execute(delete(MESSAGE_LOG).where(*_row("b", 2))))

    assert faults[0].startswith("chain b row 2: row missing")


def test_a_first_row_removed_is_found(sealed: Journal) -> None:
    """The beginning of a chain cannot go either."""
    faults = _faults_after(sealed, lambda tx: tx.execute(delete(MESSAGE_LOG).where(*_row("b", 1))))

    assert faults[0].startswith("chain b row 1: row missing")


def test_reordered_rows_are_found(sealed: Journal) -> None:
    """Two rows that changed places break the chain at the first of them."""

    def swap(tx: Connection) -> None:
        for old, new in ((3, 999), (5, 3), (999, 5)):
            tx.execute(update(MESSAGE_LOG).where(*_row("a", old)).values(seq=new))

    assert _faults_after(sealed, swap)[0].startswith("chain a row 3: row altered")


def test_a_row_moved_to_another_chain_is_found(sealed: Journal) -> None:
    """A row belongs to its chain."""

    def move(tx: Connection) -> None:
        tx.execute(delete(MESSAGE_LOG).where(*_row("b", 6)))
        tx.execute(update(MESSAGE_LOG).where(*_row("a", 40)).values(chain="b", seq=6))

    faults = _faults_after(sealed, move)
    assert any(fault.startswith("chain a row 40: cut off") for fault in faults)
    assert any(fault.startswith("chain b row 6: row altered") for fault in faults)


def test_a_tail_cut_below_a_sealed_head_is_found(sealed: Journal) -> None:
    """Removing the last rows, with the head set back to fit, leaves a chain that is whole but shorter than sealed."""
    faults = _faults_after(sealed, _cut("b", 4), lambda tx: _rechain(tx, "b"))

    assert faults[0] == "chain b row 5: cut off; seal 2 covers the chain up to row 6"


def test_a_tail_cut_with_its_seals_is_found_by_the_file(sealed: Journal) -> None:
    """One who also removes the later seals and marks the head cannot take them out of the file elsewhere."""
    faults = _faults_after(
        sealed,
        _cut("a", 30),
        lambda tx: _rechain(tx, "a"),
        lambda tx: tx.execute(delete(SEAL).where(SEAL.c.number == 3)),
        lambda tx: tx.execute(update(LOG_HEAD).where(LOG_HEAD.c.chain == "a").values(sealed_seq=30)),
    )

    assert faults[0] == "seal 3: removed from the database; the file beside it holds it"


def test_a_tail_cut_before_it_was_sealed_leaves_requests_without_replies(sealed: Journal) -> None:
    """Rows that no seal covers yet are still named by the requests that they answered."""
    sealed.serve("a", 1)
    faults = _faults_after(sealed, _cut("a", 40), lambda tx: _rechain(tx, "a"))

    assert faults == [
        "chain a row 42: not the reply to request R24 of customer C1, which names it",
        "request R24 of customer C1: has a transfer, but is not in the log",
    ]


def test_a_cut_tail_is_found_by_its_head(sealed: Journal) -> None:
    """Rows that went without the head being set back are missed by their number."""
    sealed.serve("a", 1)

    assert "chain a row 41: cut off; the head says that there are 42 rows" in _faults_after(sealed, _cut("a", 40))


def test_a_whole_chain_removed_is_found(sealed: Journal) -> None:
    """A chain that is gone with its head is missed by the first seal that covers it."""
    gone = _faults_after(sealed, _cut("b", 0), lambda tx: tx.execute(delete(LOG_HEAD).where(LOG_HEAD.c.chain == "b")))

    assert gone[0] == "chain b row 1: cut off; seal 1 covers the chain up to row 4"


def test_a_chain_without_its_head_is_found(sealed: Journal) -> None:
    """The head of a chain may not go while its rows stay."""
    gone = _faults_after(sealed, lambda tx: tx.execute(delete(LOG_HEAD).where(LOG_HEAD.c.chain == "b")))

    assert gone == ["chain b: its head was removed"]


def test_a_chain_computed_anew_is_found(sealed: Journal) -> None:
    """An edit with every later hash made to fit is caught at the next sealed head."""
    faults = _faults_after(
        sealed,
        lambda tx: tx.execute(update(MESSAGE_LOG).where(*_row("a", 4)).values(message=b"forged")),
        lambda tx: _rechain(tx, "a"),
    )

    assert faults == ["chain a row 20: not the row that seal 1 covers"]


def test_a_row_added_at_the_end_without_its_head_is_found(sealed: Journal) -> None:
    """The head names the last row there is."""

    def add(tx: Connection) -> None:
        last = tx.execute(select(MESSAGE_LOG).where(*_row("b", 6))).one()
        row = {**last._mapping, "seq": 7}
        tx.execute(insert(MESSAGE_LOG), {**row, "hash": row_hash(row, last.hash)})

    assert _faults_after(sealed, add) == ["chain b row 7: not the row that its head (row 6) names"]


@pytest.mark.parametrize(
    ("edit", "fault"),
    [
        ({"at_ms": 1}, "altered; its root does not fit its content"),
        ({"previous": bytes(32)}, "does not follow seal 1"),
        ({"heads": "[]"}, "altered; its root does not fit its content"),
        ({"heads": "{"}, "altered; its heads cannot be read"),
        ({"heads": "[1]"}, "altered; its heads cannot be read"),
        ({"signature": bytes(64)}, "its signature is not that of the gateway"),
        ({"certificate": "00" * 32}, "which is not in the bundle"),
    ],
)
def test_an_edited_seal_is_found(sealed: Journal, edit: dict[str, object], fault: str) -> None:
    """Whatever column of a seal is changed, its own number is named."""
    faults = _faults_after(sealed, lambda tx: tx.execute(update(SEAL).where(SEAL.c.number == 2).values(**edit)))

    assert any(sentence.startswith("seal 2: ") and fault in sentence for sentence in faults), faults
    assert any(sentence == "seal 2: not the one that seals.log holds" for sentence in faults) or "read" in fault


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_removed_seal_is_found(sealed: Journal, number: int) -> None:
    """The first, one between, and the last: the numbers, the file and the heads all miss it."""
    faults = _faults_after(sealed, lambda tx: tx.execute(delete(SEAL).where(SEAL.c.number == number)))

    assert f"seal {number}: removed from the database; the file beside it holds it" in faults


def test_the_last_seal_removed_is_found_without_its_line(sealed: Journal) -> None:
    """With the line taken from the file too, the heads still say how far they were sealed."""
    lines = sealed.file.path.read_bytes().splitlines(keepends=True)
    sealed.file.path.write_bytes(b"".join(lines[:-1]))

    faults = _faults_after(sealed, lambda tx: tx.execute(delete(SEAL).where(SEAL.c.number == 3)))
    assert faults == ["chain a: marked as sealed up to row 40, but seals reach to row 30"]


def test_a_seal_made_without_the_key_is_found(sealed: Journal) -> None:
    """Rows, heads, and seals all computed anew lack a signature of the gateway."""

    def forge(tx: Connection) -> None:
        tx.execute(update(MESSAGE_LOG).where(*_row("b", 6)).values(message=b"forged"))
        _rechain(tx, "b")
        hashes = {(row.chain, row.seq): row.hash for row in tx.execute(select(MESSAGE_LOG))}
        previous = GENESIS
        for seal in _seals(tx):
            heads = tuple(Head(h.chain, h.seq, hashes[h.chain, h.seq]) for h in seal.heads)
            root = root_of(seal.number, seal.at_ms, previous, heads)
            forged = replace(seal, previous=previous, heads=heads, root=root)
            previous = root
            tx.execute(update(SEAL).where(SEAL.c.number == seal.number).values(to_row(forged)))
        sealed.file.path.write_bytes(b"".join(map(to_line, _seals(tx))))

    assert _faults_after(sealed, forge) == [
        "seal 2: its signature is not that of the gateway",
        "seal 3: its signature is not that of the gateway",
    ]


def test_a_seal_over_an_older_head_is_found(sealed: Journal) -> None:
    """A root never covers a row that an earlier one covered, even if it is signed."""

    def add(tx: Connection) -> None:
        first, *_, last = _seals(tx)
        root = root_of(4, 1, last.root, first.heads)
        seal = Seal(4, 1, last.root, first.heads, root, last.certificate, reply_key().sign(root))
        tx.execute(insert(SEAL), to_row(seal))

    assert "seal 4: covers chain a row 20 again" in _faults_after(sealed, add)


def test_a_missing_file_is_a_fault(sealed: Journal) -> None:
    """Without the witness the end of the log may have been cut."""
    sealed.file.path.unlink()

    assert sealed.audit().faults == [
        "seals.log: missing; without it nobody can tell whether the end of the log was cut"
    ]


@pytest.mark.parametrize(
    ("line", "fault"),
    [(b"no seal\n", "seals.log line 2 is not a seal"), (b"", "seals.log: seal 3 follows seal 1")],
)
def test_a_damaged_file_is_a_fault(sealed: Journal, line: bytes, fault: str) -> None:
    """A line that is none, and a line that is gone."""
    lines = sealed.file.path.read_bytes().splitlines(keepends=True)
    sealed.file.path.write_bytes(lines[0] + line + lines[2])

    (found,) = sealed.audit().faults
    assert found.endswith(fault)


def test_a_file_that_begins_late_or_lags_is_sound(sealed: Journal) -> None:
    """A node that joined later, a file that was rotated, and one that misses the seal of the last second."""
    lines = sealed.file.path.read_bytes().splitlines(keepends=True)
    sealed.file.path.write_bytes(lines[1])

    assert sealed.audit().is_sound


def test_faults_told_are_bounded(sealed: Journal) -> None:
    """A log that is gone makes few enough sentences to read, and says how many more there are."""
    sealed.serve("a", FAULTS_MAX)
    with sealed.engine.begin() as tx:
        sealed.attack(tx)
        tx.execute(delete(MESSAGE_LOG))

    found = sealed.audit()
    assert len(found.faults) == FAULTS_MAX
    assert found.more > 0
