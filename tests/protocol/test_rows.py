"""Rows by the thousand: read by one pattern as their schema reads them, and every fault of every row told at once."""

import re
from collections.abc import Callable
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol import command as command_module
from protocol.binding import element_of, read, tag_of, write
from protocol.codes import Code
from protocol.command import command
from protocol.draft import Draft
from protocol.entries.batch import ENTRIES
from protocol.errors import Detail, ProtocolError
from protocol.explain import look
from protocol.faults import MORE, NOTHING_FOUND, Found, found, listed
from protocol.limits import DETAILS_MAX
from protocol.messages.batch import BatchRow, PayrollRow, SubmitBatch, SubmitInterbankBatch, SubmitPayroll
from protocol.pieces import PIECE_BYTES
from protocol.rows import layout, read_regular
from protocol.tree import canonical, parse
from protocol.validate import validate
from tests.protocol import helpers
from tests.protocol.rows import batch, payroll

ROW = "/env:Message/env:Body/batch:SubmitPayroll/batch:Row"
REQUESTS = (SubmitBatch, SubmitInterbankBatch, SubmitPayroll)


@pytest.fixture(autouse=True)
def catalogue(monkeypatch: pytest.MonkeyPatch) -> None:
    """The family in the catalogue, as it will be when it is served."""
    known = {tag_of(entry.request): entry for entry in ENTRIES}
    monkeypatch.setattr(command_module, "CATALOGUE", MappingProxyType(known))


def regular(message: str) -> object:
    """What the pattern reads of a message given as text; None where it leaves it to others."""
    root = parse(message.encode())
    body = root[1][0]
    rows = layout(next(kind for kind in REQUESTS if tag_of(kind) == body.tag))
    assert rows is not None
    return read_regular(rows, canonical(root), body.prefix)


def refusal(message: str, judge: Callable[[Draft], Found] = lambda _: NOTHING_FOUND) -> ProtocolError:
    """What the command of a message is refused with."""
    return helpers.fault_of(lambda: command(helpers.opened_text(helpers.sealed(message)), judge))


def changed(old: str, new: str, rows: int = 3) -> str:
    """A payroll with something changed, the first time that it stands there."""
    message = helpers.request(write(payroll(rows)))
    assert old in message, old
    return message.replace(old, new, 1)


@pytest.mark.parametrize("kind", REQUESTS, ids=lambda kind: kind.__name__)
def test_a_row_is_made_by_position(kind: type) -> None:
    """Schema and tuple have the same fields in the same order."""
    rows = layout(kind)

    assert rows is not None
    assert [leaf.field.name for leaf in rows.leaves.values()] == list(rows.row._fields)
    assert all(leaf.needed is (leaf.field.name not in rows.row._field_defaults) for leaf in rows.leaves.values())


def test_other_requests_have_no_rows() -> None:
    """Lists of accounts are read like any field."""
    assert layout(helpers.service("QueryBalance").request) is None
    assert layout(helpers.service("SubmitTransfer").request) is None


@pytest.mark.parametrize("made", [batch(1), batch(300), payroll(1), payroll(3000)], ids=["1", "300", "p1", "p3000"])
def test_regular_rows_are_read_as_by_their_elements(made: SubmitBatch | SubmitPayroll) -> None:
    """In one piece or in several."""
    message = helpers.request(write(made))

    assert regular(message) == made == read(type(made), parse(message.encode())[1][0])


def test_a_piece_may_be_shorter_than_a_row() -> None:
    """Whatever the length of a row, it is looked at whole."""
    spaces = " " * (2 * PIECE_BYTES)
    message = changed("</Row><Row>", f"</Row>{spaces}<Row>{spaces}")

    assert regular(message) == payroll(3)


# How senders may write the same rows.
WRITTEN: dict[str, Callable[[str], str]] = {
    "indented": lambda message: re.sub(r"><", ">\n  <", message),
    "carriage returns": lambda message: re.sub(r"><", ">\r\n\t<", message),
    "prefixed": lambda message: (
        re.sub(r"<(/?)(Row|RowId|EmployeeId|Account|Name|Amount|Remark)>", r"<\1b:\2>", message)
        .replace("<SubmitPayroll xmlns=", "<b:SubmitPayroll xmlns:b=")
        .replace("</SubmitPayroll>", "</b:SubmitPayroll>")
        .replace("<PayerAccount>", '<PayerAccount xmlns="urn:yinqi:batch:1">')
        .replace("<Kind>", '<Kind xmlns="urn:yinqi:batch:1">')
        .replace("<Currency>", '<Currency xmlns="urn:yinqi:batch:1">')
        .replace("<Count>", '<Count xmlns="urn:yinqi:batch:1">')
        .replace("<Total>", '<Total xmlns="urn:yinqi:batch:1">')
    ),
    "declared again and again": lambda message: message.replace("<Row>", '<Row xmlns="urn:yinqi:batch:1">'),
    "unused prefixes": lambda message: message.replace("<Row>", '<Row xmlns:x="urn:x">'),
    "references": lambda message: message.replace("张", "&#24352;"),
}


@pytest.mark.parametrize("way", WRITTEN)
def test_the_canonical_form_makes_rows_regular(way: str) -> None:
    """White space, prefixes, declarations and references are the sender's choice."""
    assert regular(WRITTEN[way](helpers.request(write(payroll(20))))) == payroll(20)


def test_what_must_be_escaped_is_read_as_it_was_meant() -> None:
    """Its length is that of the characters, not of their references."""
    row = PayrollRow("R1", "E<1>", "1101", "A&B <" + "&" * 115, 100, "&amp; &lt;")
    made = payroll(1, row=(row,))

    assert regular(helpers.request(write(made))) == made


IRREGULAR: dict[str, str] = {
    "a prefix of its own": changed("<Amount>", '<x:Amount xmlns:x="urn:yinqi:batch:1">').replace(
        "</Amount>", "</x:Amount>", 1
    ),
}


@pytest.mark.parametrize("name", IRREGULAR)
def test_irregular_rows_that_are_valid_are_read_by_their_elements(name: str) -> None:
    """Nobody writes so, and nobody is refused for it."""
    message = IRREGULAR[name]

    assert regular(message) is None
    assert command(helpers.opened_text(helpers.sealed(message))).request == payroll(3)


TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t\n\r&<> \u3000\u202e"), max_size=12),
    st.from_regex(r"[A-Za-z0-9_-]{1,33}", fullmatch=True),
    st.from_regex(r"[0-9０-９]{0,14}\.?[0-9]{0,3}", fullmatch=True),
    st.sampled_from(["", " ", "0.00", "0.01", "甲 乙", "甲" * 120, "甲" * 121, "1" * 32, "1" * 33, "12-3", "-1.00"]),
)


@settings(max_examples=400, deadline=None)
@given(field=st.sampled_from(PayrollRow._fields), text=TEXTS, at=st.integers(0, 2))
def test_the_forms_of_values_are_those_of_the_schema(field: str, text: str, at: int) -> None:
    """Whatever stands in a field of a row, the pattern, the walk and lxml agree on whether it may."""
    name = element_of(PayrollRow, field)
    parts = helpers.request(write(payroll(3))).split(f"<{name}>")
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#xD;")
    parts[at + 1] = escaped + parts[at + 1][parts[at + 1].index("<") :]
    message = f"<{name}>".join(parts)
    root = parse(message.encode())

    assert (regular(message) is not None) is validate(root) is (look(root).count == 0)


SHAPES = st.lists(
    st.tuples(
        st.sampled_from(
            ["<Row>", "</Row>", "<RowId>", "</RowId>", "<Remark>", "<Name>", "</Name><Amount>", "<Amount>"]
        ),
        st.sampled_from(["", "<Row>", "<Note/>", "x", "<Remark>y</Remark>", '<x xmlns="">', "<Amount>1.00</Amount>"]),
    ),
    min_size=1,
    max_size=2,
)


@settings(max_examples=300, deadline=None)
@given(changes=SHAPES)
def test_the_structure_of_rows_is_that_of_the_schema(changes: list[tuple[str, str]]) -> None:
    """Whatever is moved, lost or added, nothing is read as regular that lxml does not take."""
    message = helpers.request(write(payroll(3)))
    for old, new in changes:
        message = message.replace(old, new, 1)
    try:
        root = parse(message.encode())
    except ProtocolError:
        return

    assert (look(root).count == 0) is validate(root)
    if regular(message) is not None:
        assert validate(root)


@pytest.mark.parametrize(
    ("old", "new", "rule", "field"),
    [
        ("<Amount>5000.00", "<Amount>0.00", "pattern", "Amount"),
        ("<Amount>5000.00", "<Amount>５000.00", "pattern", "Amount"),
        ("<Amount>5000.00", "<Amount> 5000.00", "pattern", "Amount"),
        ("<Amount>5000.00", "<Amount>5000.001", "pattern", "Amount"),
        ("<Account>6230", "<Account>62 30", "pattern", "Account"),
        ("<Account>6230", "<Account>６230", "pattern", "Account"),
        ("<Name>张", "<Name> 张", "pattern", "Name"),
        ("<Name>张小明", "<Name>张小明\u3000", "pattern", "Name"),
        ("<Name>张", "<Name>张\n", "pattern", "Name"),
        ("<Name>张", "<Name>张\u202e", "pattern", "Name"),
        ("<Name>张", "<Name>张\u0085", "pattern", "Name"),
        ("<Name>张", "<Name>张&#13;", "pattern", "Name"),
        ("<Remark>十", "<Remark>\u200b十", "pattern", "Remark"),
        ("<EmployeeId>E", "<EmployeeId>E 1", "pattern", "EmployeeId"),
        ("<RowId>R000000", "<RowId>" + "R" * 33, "pattern", "RowId"),
    ],
)
def test_O52_a_value_that_may_break_a_file_is_named_with_its_row(old: str, new: str, rule: str, field: str) -> None:
    """Control, bidi and line-break characters, spaces where none belong, full-width digits, an amount of nothing."""
    (detail,) = refusal(changed(old, new)).details

    assert (detail.rule, detail.place) == (rule, f"{ROW}[1]/batch:{field}")
    assert detail.zh
    assert detail.en


@pytest.mark.parametrize("name", ["甲 乙", "A & B Co.", "欧阳·明"])
def test_O52_single_spaces_inside_names_are_kept(name: str) -> None:
    """They belong to names."""
    made = payroll(1, row=(PayrollRow("R1", "E1", "1101", name, 100),))

    assert command(helpers.opened_text(helpers.sealed(helpers.request(write(made))))).request == made


def test_R5_5_every_faulty_row_is_named_with_all_its_faults() -> None:
    """Those of form and those that the rules find, by rows; never only the first."""
    message = (
        changed("<Amount>5000.00", "<Amount>0.00").replace("<Name>李", "<Name> 李").replace("<Name>王小明</Name>", "")
    )
    message = message.replace("<Account>6230000000000000001", "<Account>62 30")

    def judge(draft: Draft) -> Found:
        assert list(draft.columns["amount"]) == [None, 500001, 500002]
        assert list(draft.columns["name"]) == ["张小明", None, None]
        assert list(draft.columns["row_id"]) == ["R000000", "R000001", "R000002"]
        assert draft.stated["total"] == 1500003
        return found([Detail("late", draft.place("row_id", 2)), Detail("early", draft.place("count"))])

    error = refusal(message, judge)

    assert error.code is Code.SCHEMA_INVALID
    assert [(detail.rule, (detail.place or "").removeprefix(ROW)) for detail in error.details] == [
        ("early", "/env:Message/env:Body/batch:SubmitPayroll/batch:Count"),
        ("pattern", "[1]/batch:Amount"),
        ("pattern", "[2]/batch:Account"),
        ("pattern", "[2]/batch:Name"),
        ("late", "[2]/batch:RowId"),
        ("missing", "[3]/batch:Name"),
    ]


def test_a_single_row_counts_as_the_first() -> None:
    """Its path has no number, and its faults stand behind those in front of the rows."""
    message = changed("<Name>张", "<Name> 张", rows=1).replace("<Kind>payroll<", "<Kind>bonus<")
    error = refusal(message, lambda draft: found([Detail("last", draft.place("row_id", 1))]))

    assert [detail.rule for detail in error.details] == ["enumeration", "pattern", "last"]


def test_wrong_check_digits_in_rows_have_their_own_code() -> None:
    """As in a transfer: the form is right, so nothing else is said."""
    example = write(next(entry.example for entry in ENTRIES if entry.request is SubmitInterbankBatch))
    wrong = re.sub(r"(?<=<PayeeBankCode>)(\d{11})(\d)", lambda code: code[1] + str((int(code[2]) + 1) % 10), example)
    error = refusal(helpers.request(wrong))

    assert error.code is Code.BANK_CODE_INVALID
    assert (error.details[0].place or "").endswith("/batch:Row/batch:PayeeBankCode")


@pytest.mark.parametrize(("wrong", "shown"), [(DETAILS_MAX, DETAILS_MAX), (DETAILS_MAX + 1, DETAILS_MAX)])
def test_the_last_line_says_how_many_faults_more_there_are(wrong: int, shown: int) -> None:
    """At the limit there is none, one past it there is."""
    message = helpers.request(write(payroll(400)))
    details = refusal(message.replace("<Name>", "<Name> ", wrong)).details

    assert len(details) == shown
    assert [detail.value for detail in details if detail.rule == MORE] == ([] if wrong == shown else ["2"])
    assert all(detail.place == f"{ROW}[{number}]/batch:Name" for number, detail in enumerate(details[:199], 1))


def test_faults_of_several_looks_are_one_list_by_rows() -> None:
    """And one line closes it."""
    one = Found(tuple(Detail("a", f"/x:Row[{number}]") for number in range(1, 201)), 500)
    other = Found((Detail("b", "/x:Row[7]/x:y"), Detail("c", "/x:z")), 2)
    details = listed(one, other)

    assert [detail.rule for detail in details[:9]] == ["c", *["a"] * 7, "b"]
    assert len(details) == DETAILS_MAX
    assert details[-1].value == str(502 - 199)
    assert listed(other, Found()) == (other.details[1], other.details[0])


def test_R5_3_more_rows_than_the_language_has_are_refused() -> None:
    """One past the end is named, with its number."""
    (detail,) = refusal(helpers.request(write(batch(1001)))).details

    assert (detail.rule, detail.place) == ("repeated", "/env:Message/env:Body/batch:SubmitBatch/batch:Row[1001]")


def test_rows_are_what_the_judge_is_asked_about() -> None:
    """A valid request goes on with what was found, which other rules may add to."""
    given_found = Found((Detail("x"),), 1)
    bound = command(helpers.opened_text(helpers.sealed(helpers.request(write(batch(2))))), lambda _: given_found)

    assert bound.request == batch(2)
    assert bound.found is given_found
    assert all(isinstance(row, BatchRow) for row in batch(2).row)
