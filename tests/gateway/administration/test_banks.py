"""The file of the bank directory: what it may hold, and that every fault of it is told by its line."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, insert, select
from sqlalchemy.exc import IntegrityError

from core_adapter.database import migrate, open_engine
from gateway.administration import banks
from gateway.administration.change import AdminError
from gateway.databases import JOURNAL_MIGRATIONS
from gateway.demo_banks import demo_banks
from gateway.domain.banks import PayeeBank
from gateway.journal.banks import difference, loading, read_banks
from gateway.journal.tables import BANK_CODE, BANK_DIRECTORY
from protocol.names import bank_code_check_digit, bank_code_valid

HEAD = "code,name,ibps,beps,hvps\n"


def code(eleven: str) -> str:
    """The code of eleven digits."""
    return eleven + bank_code_check_digit(eleven)


ONE, TWO, THREE = code("88110000001"), code("88110000010"), code("88229000001")


def faults(text: str) -> list[str]:
    """What is told of a file, line by line, behind the sentence that counts the faults."""
    with pytest.raises(AdminError) as refused:
        banks.read(text)
    first, *lines = str(refused.value).split("\n")
    assert first == f"faults: {len(lines)}; nothing was changed"
    return [line.strip() for line in lines]


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A journal on either database, its directory never loaded."""
    engine = open_engine(database_url, schema="gateway")
    migrate(engine, JOURNAL_MIGRATIONS)
    yield engine
    engine.dispose()


def load(engine: Engine, *lines: str) -> tuple[int, int, int]:
    """Load a file of these lines: how many it added, changed, removed."""
    given = banks.read(HEAD + "\n".join(lines))
    with engine.begin() as tx:
        made = difference(tx, given)
        banks.replace(tx, made)
    return len(made.added), len(made.changed), len(made.removed)


def held(tx: Connection) -> dict[str, str]:
    """The names in the directory, by code."""
    return {row.code: row.name for row in tx.execute(select(BANK_CODE))}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_file_is_read_in_either_encoding(encoding: str) -> None:
    """With or without a byte order mark, with the line ends of any system, blank lines between."""
    text = f"{HEAD}{ONE},云帆银行,{ONE},yes,no\r\n\r\n{TWO},㐂𠂇支行,,no,yes\n"

    found = banks.read(banks.decoded(text.encode(encoding)))

    assert list(found.values()) == [
        PayeeBank(code=ONE, name="云帆银行", region="1000", ibps=ONE, beps=True, hvps=False),
        PayeeBank(code=TWO, name="㐂𠂇支行", region="1000", ibps=None, beps=False, hvps=True),
    ]


def test_what_is_neither_encoding_is_told_by_its_line() -> None:
    """The line on which it stops being text."""
    with pytest.raises(AdminError, match=r"^line 3: neither UTF-8 nor GB18030$"):
        banks.decoded(HEAD.encode() + b"x\n" + b"\xff\xff\n")


def test_every_fault_is_told_by_its_line() -> None:
    """Not the first alone: whoever corrects the file does it once."""
    wrong = ONE[:11] + str((int(ONE[11]) + 1) % 10)
    text = HEAD + "\n".join(
        [
            f"{ONE},云帆银行,{ONE},yes,yes",
            f"{wrong},云帆银行,,yes,yes",
            f"{ONE},云帆银行,,yes,yes",
            f"{TWO}, 云帆,12,Yes,",
            "x,y",
            f"{THREE},澄江银行,{code('99999999999')},yes,yes",
        ]
    )

    digits = "12 digits, the last one the check digit of ISO 7064 MOD 11,10"
    assert faults(text) == [
        f"line 3: code '{wrong}': {digits}",
        f"line 4: code {ONE} is in line 2 already",
        "line 5: beps 'Yes': yes or no",
        "line 5: hvps '': yes or no",
        f"line 5: ibps '12': {digits}",
        "line 5: name '“ 云帆”': 1 to 120 printable characters without a space at either end",
        "line 6: has 2 fields, not 5",
        f"line 7: ibps {code('99999999999')} is not in the file, or its line is wrong",
    ]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (f"{ONE},甲\u200b行,,yes,yes", "line 2: name '“甲\\u200b行”': 1 to 120"),
        (f"{ONE},{'甲' * 121},,yes,yes", "1 to 120 printable characters"),
        (f'{ONE},"甲\n行",,yes,yes', "line 3: name '“甲\\u000a行”'"),
        (f'{ONE},"甲行,,yes,yes', "line 2: not CSV"),
        (f"１{ONE[1:]},甲行,,yes,yes", "12 digits"),
    ],
    ids=["unseen character", "long name", "line break in a name", "open quotation", "full-width digit"],
)
def test_a_line_that_cannot_be_told_to_anybody_is_refused(line: str, told: str) -> None:
    """What the directory holds can stand in a reply."""
    assert told in faults(HEAD + line)[0]


def test_O36_a_clearing_participant_clears_for_itself() -> None:
    """IBPS takes the head office of an office from the directory: one that is none would send money astray."""
    text = f"{HEAD}{ONE},甲,{TWO},yes,yes\n{TWO},乙,{THREE},yes,yes\n{THREE},丙,{THREE},yes,yes\n"

    assert faults(text) == [f"line 2: ibps {TWO} is not its own clearing participant"]


@pytest.mark.parametrize("text", ["", "\n", f"{ONE},甲,,yes,yes\n", "code;name\n", HEAD.replace("code", "Code")])
def test_a_file_without_its_first_line_is_another_file(text: str) -> None:
    """Columns in another order must not be taken for ours."""
    with pytest.raises(AdminError, match="the first line must be code,name,ibps,beps,hvps"):
        banks.read(text)


def test_a_directory_is_never_emptied() -> None:
    """A file that was cut off behind its first line would close every channel."""
    with pytest.raises(AdminError, match="has no bank"):
        banks.read(HEAD)


def test_more_faults_than_anybody_reads_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last line says how many more there are."""
    monkeypatch.setattr(banks, "FAULTS_SHOWN", 2)
    with pytest.raises(AdminError) as refused:
        banks.read(HEAD + "x,y\n" * 5)

    assert str(refused.value).split("\n")[0].startswith("faults: 5")
    assert str(refused.value).split("\n")[-1] == "  and 3 more"


def test_limits_of_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit and one past it, for bytes and for lines."""
    monkeypatch.setattr(banks, "FILE_BYTES_MAX", 5)
    monkeypatch.setattr(banks, "BANKS_MAX", 1)

    assert banks.decoded(b"12345") == "12345"
    with pytest.raises(AdminError, match="at most 5"):
        banks.decoded(b"123456")
    assert len(banks.read(f"{HEAD}{ONE},甲,,yes,yes\n")) == 1
    with pytest.raises(AdminError, match="at most 1"):
        banks.read(f"{HEAD}{ONE},甲,,yes,yes\n{TWO},甲,,yes,yes\n")


def test_a_file_takes_the_place_of_what_was_there(engine: Engine) -> None:
    """Added, changed and removed are counted, and what is the same stays untouched."""
    assert load(engine, f"{ONE},甲,{ONE},yes,yes", f"{TWO},乙,{ONE},yes,yes") == (2, 0, 0)
    assert load(engine, f"{TWO},乙,{ONE},yes,yes", f"{ONE},甲,{ONE},yes,yes") == (0, 0, 0)
    assert load(engine, f"{TWO},乙支行,,yes,no", f"{THREE},丙,,no,no") == (1, 1, 1)

    with engine.connect() as tx:
        assert held(tx) == {TWO: "乙支行", THREE: "丙"}
        now = loading(tx)
        assert (now.version, now.banks) == (3, 2)
        assert now.loaded_ms is not None
        assert read_banks(tx, [TWO, ONE, TWO]) == {
            TWO: PayeeBank(code=TWO, name="乙支行", region="1000", ibps=None, beps=True, hvps=False)
        }


def test_a_directory_that_another_has_overtaken_changes_nothing(engine: Engine) -> None:
    """Two files that are loaded at once are not mixed."""
    load(engine, f"{ONE},甲,,yes,yes")
    with engine.connect() as tx:
        late = difference(tx, banks.read(f"{HEAD}{TWO},乙,,yes,yes\n"))
        tx.rollback()
    load(engine, f"{ONE},甲,,yes,yes", f"{THREE},丙,,yes,yes")

    with engine.begin() as tx, pytest.raises(AdminError, match="another directory was loaded meanwhile"):
        banks.replace(tx, late)
    with engine.connect() as tx:
        assert held(tx) == {ONE: "甲", THREE: "丙"}


def test_a_code_is_shown_or_said_to_be_wrong_or_unknown(engine: Engine) -> None:
    """Three different answers, of which only one means that somebody made a slip."""
    load(engine, f"{ONE},甲,,yes,yes")
    with engine.connect() as tx:
        assert banks.bank(tx, ONE).name == "甲"
        with pytest.raises(AdminError, match="none of the 1 in the directory"):
            banks.bank(tx, TWO)
        with pytest.raises(AdminError, match="the check digit of ISO 7064"):
            banks.bank(tx, "881100000010")


def test_the_demo_s_directory_is_a_file_like_any_other() -> None:
    """What is written is read back the same; codes, participants and channels are those of a real directory's form."""
    offices = demo_banks()

    assert list(banks.read(banks.written(offices)).values()) == offices
    assert 300 <= len(offices) <= 600
    assert all(bank_code_valid(office.code) for office in offices)
    assert {(office.ibps is not None, office.beps, office.hvps) for office in offices} >= {
        (True, True, True),
        (False, True, True),
        (True, True, False),
        (False, False, True),
        (False, True, False),
    }


def test_names_with_commas_and_quotation_marks_are_written_so_that_they_are_read() -> None:
    """CSV has its own way of saying them."""
    office = PayeeBank(code=ONE, name='甲"行",乙', region="1000", ibps=None, beps=True, hvps=True)

    assert list(banks.read(banks.written([office])).values()) == [office]


def test_the_database_holds_one_directory(engine: Engine) -> None:
    """Its one row cannot become two."""
    with engine.connect() as tx, pytest.raises(IntegrityError):
        tx.execute(insert(BANK_DIRECTORY), {"id": 2, "version": 0, "banks": 0})
