"""Money, bank codes, holder names, codes: the small rules everything else counts on."""

import re
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from protocol.codes import Advice, Code, Result
from protocol.errors import shown
from protocol.limits import DETAIL_VALUE_CHARS_MAX
from protocol.meanings import MEANINGS, text
from protocol.money import FEN_MAX, format_amount, parse_amount, readable_amount
from protocol.names import bank_code_check_digit, bank_code_valid, printable, same_name


@given(st.integers(-FEN_MAX, FEN_MAX))
def test_amounts_round_trip(fen: int) -> None:
    """What is written is read back to the fen."""
    assert parse_amount(format_amount(fen)) == fen


@pytest.mark.parametrize(
    "text_",
    ["", "1", "1.0", "1.000", "01.00", "+1.00", " 1.00", "1.00 ", "1,000.00", "１.00", "1e3", ".50", "-0.00", "1.00\n"],
)
def test_an_amount_in_any_other_form_is_no_amount(text_: str) -> None:
    """One way to write each amount, and no other."""
    with pytest.raises(ValueError):
        parse_amount(text_)


def test_an_amount_beyond_thirteen_digits_of_yuan_is_not_written() -> None:
    """The schema would refuse it."""
    assert format_amount(FEN_MAX) == "9999999999999.99"
    with pytest.raises(ValueError):
        format_amount(FEN_MAX + 1)


@pytest.mark.parametrize(
    ("fen", "words"),
    [(0, "0.00"), (5, "0.05"), (100_00, "100.00"), (1_234_50, "1,234.50"), (10**15, "10,000,000,000,000.00")],
)
def test_an_amount_for_people_is_in_groups_of_three(fen: int, words: str) -> None:
    """However large a total becomes."""
    assert readable_amount(fen) == words


@pytest.mark.parametrize("code", ["102100099996", "103100000026", "104100000004", "105100000017", "308584000013"])
def test_bank_codes_in_use_are_valid(code: str) -> None:
    """Head-office codes of large banks follow ISO 7064 MOD 11,10."""
    assert bank_code_valid(code)


@given(st.from_regex(r"[0-9]{11}", fullmatch=True), st.integers(0, 9))
def test_exactly_one_check_digit_fits(eleven: str, digit: int) -> None:
    """Any other last digit is wrong."""
    assert bank_code_valid(f"{eleven}{digit}") is (str(digit) == bank_code_check_digit(eleven))


@given(st.from_regex(r"[0-9]{11}", fullmatch=True), st.integers(0, 10), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(eleven: str, position: int, change: int) -> None:
    """The promise of the scheme for single errors."""
    other = str((int(eleven[position]) + change) % 10)
    wrong = eleven[:position] + other + eleven[position + 1 :]

    assert bank_code_check_digit(wrong) != bank_code_check_digit(eleven)


@pytest.mark.parametrize("code", ["", "10210009999", "1021000999960", "１02100099996", "10210009999A", " 102100099996"])
def test_what_is_not_twelve_digits_is_no_bank_code(code: str) -> None:
    """The form comes before the check digit."""
    assert not bank_code_valid(code)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("买·提", "买・提"),
        ("甲—乙", "甲―乙"),
        ("北京（朝阳）公司", "北京(朝阳)公司"),
        ("北京 公司", "北京公司"),
        ("北京\u3000公司", "北京公司"),
        ("ＡＢＣ公司", "ABC公司"),
        ("甲【乙】", "甲[乙]"),
    ],
)
def test_names_that_differ_only_in_what_input_methods_do_are_the_same(one: str, other: str) -> None:
    """Width, brackets, dots, dashes and white space tell no two holders apart."""
    assert same_name(one, other)
    assert same_name(other, one)


@pytest.mark.parametrize(
    ("one", "other"), [("甲公司", "乙公司"), ("", ""), (" ", ""), ("ABC", "abc"), ("甲-乙", "甲—乙")]
)
def test_other_names_stay_apart(one: str, other: str) -> None:
    """Nothing else is folded, and nothing equals an empty name."""
    assert not same_name(one, other)


def test_every_code_has_a_meaning_in_both_languages() -> None:
    """The table is whole, and its two languages differ."""
    assert set(MEANINGS) == set(Code)
    assert all(text(code, "zh") and text(code, "en") and text(code, "zh") != text(code, "en") for code in Code)


def test_advice_fits_result_and_finality() -> None:
    """An unavailable gateway stored nothing: resend; a refusal is final; only what is pending is asked about."""
    for meaning in MEANINGS.values():
        if meaning.result is Result.UNAVAILABLE:
            assert (meaning.final, meaning.advice) == (False, Advice.RESEND)
            assert meaning.signed_http in {429, 503}
        elif meaning.result is Result.REFUSED:
            assert meaning.final
            assert meaning.signed_http == 200
            assert meaning.http in {400, 413, 415}
    assert MEANINGS[Code.PENDING].advice is Advice.QUERY
    assert not MEANINGS[Code.PENDING].final


@given(st.text())
def test_an_echoed_value_is_short_and_visible(value: str) -> None:
    """What a person reads in a Detail can be read, whatever was sent."""
    seen = shown(value)

    assert len(seen) <= DETAIL_VALUE_CHARS_MAX
    assert seen.isprintable()
    assert seen == seen.strip()


def test_what_counts_as_printable_is_what_the_schema_lets_in() -> None:
    """Every character inside a text, and every character at its end, as PrintableText judges it."""
    schema = etree.fromstring(resources.files("schemas").joinpath("common-1.xsd").read_bytes())
    found = schema.find(".//{*}simpleType[@name='PrintableText']//{*}pattern")
    assert found is not None
    pattern = re.compile(found.get("value", ""))
    characters = [c for c in map(chr, range(0x20, 0x110000)) if not 0xD800 <= ord(c) < 0xE000]

    for text_ in (text_ for c in characters for text_ in (f"张{c}三", f"张{c}")):
        assert printable(text_) is (ord(max(text_)) not in (0xFFFE, 0xFFFF) and pattern.fullmatch(text_) is not None)
    assert not printable("")
