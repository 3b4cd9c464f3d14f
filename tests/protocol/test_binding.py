"""Messages and XML: one declaration, both directions, canonical by construction, in step with the schemas."""

from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from types import NoneType, UnionType
from typing import Annotated, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from protocol.binding import namespace_of, read, write, write_datetime
from protocol.catalogue import CATALOGUE
from protocol.codes import Code, Language
from protocol.envelope import ReplyHead, write_reply, write_request
from protocol.errors import Detail
from protocol.head import Outcome
from protocol.meanings import MEANINGS, text
from protocol.messages.transfer import QueryTransfer
from protocol.money import FenMark
from protocol.names import bank_code_check_digit
from protocol.tree import canonical, parse
from protocol.validate import validate
from tests.protocol import helpers

SERVICES = list(CATALOGUE.values())
CLASSES = [kind for row in SERVICES for kind in (row.request, row.reply_type)]
LETTERS = st.characters(min_codepoint=0x21, max_codepoint=0x2FFFF, exclude_categories=["Cs", "Cc", "Cf", "Cn", "Z"])
WORDS = st.text(LETTERS, min_size=1, max_size=30)
IDS = st.from_regex(r"[A-Za-z0-9_-]{1,32}", fullmatch=True)
MOMENTS = st.datetimes(datetime(1990, 1, 2), datetime(2998, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  st adds the zone
# Anything that XML can hold: what a schema would refuse must still be written canonically.
ANY_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t\n\r&<>\"'"), max_size=40)


def values(hint: object, name: str) -> st.SearchStrategy[object]:
    """Values that the schema allows for a field, by its type and name."""
    marks: tuple[object, ...] = ()
    if get_origin(hint) is Annotated:
        hint, *found = get_args(hint)
        marks = tuple(found)
    if get_origin(hint) in (Union, UnionType):
        inner = next(kind for kind in get_args(hint) if kind is not NoneType)
        return st.none() | values(inner, name)
    if get_origin(hint) is tuple:
        least = 1 if name in {"account", "item", "right", "row", "band", "level", "reviewer"} else 0
        return st.lists(values(get_args(hint)[0], name), min_size=least, max_size=3).map(tuple)
    assert isinstance(hint, type)
    if hint is int:
        return integers(name, fen=FenMark in marks)
    if hint is str:
        return texts(name)
    if hint is datetime:
        return MOMENTS
    if hint is date:
        return st.dates(date(1990, 1, 1), date(2998, 1, 1))
    if hint is bool or issubclass(hint, StrEnum):
        return st.sampled_from([True, False] if hint is bool else list(hint))
    return instances(hint)


def integers(name: str, *, fen: bool) -> st.SearchStrategy[int]:
    """Amounts in fen, grades of display, seconds to wait, and counts as small as any schema wants them."""
    if name in {"priority", "level", "count"}:
        return st.integers(0 if name == "priority" else 1, 9)
    if name == "wait_seconds":
        return st.integers(0, 30)
    return st.integers(1, 10**15 - 1 if fen else 200)


FORMS = {
    "account": IDS.map(lambda value: value.replace("_", "0").replace("-", "1")),
    "request_id": IDS,
    "cursor": IDS,
    "region": st.from_regex(r"[0-9]{4}", fullmatch=True),
    "currency": st.sampled_from(["CNY", "USD"]),
    "bank_code": st.from_regex(r"[0-9]{11}", fullmatch=True).map(lambda value: value + bank_code_check_digit(value)),
    "encoding": st.just("GB18030"),
    "digest_algorithm": st.just("sm3"),
    "algorithm": st.just("sm2-sm3"),
    "digest": st.binary(min_size=32, max_size=32).map(bytes.hex),
    "fingerprint": st.binary(min_size=32, max_size=32).map(bytes.hex),
    "credential": st.binary(min_size=32, max_size=32).map(bytes.hex),
    "usage": st.sampled_from(["sign", "tls"]),
    "certificate": st.binary(min_size=32, max_size=32).map(bytes.hex),
    "sm2_z": st.binary(min_size=32, max_size=32).map(bytes.hex),
    "name": WORDS,
    "purpose": WORDS,
    "remark": WORDS,
    "text": WORDS,
    "status": st.from_regex(r"PR[0-9]{2}", fullmatch=True),
    "reason": WORDS,
    "content": WORDS,
    "service": st.sampled_from(sorted(row.name for row in SERVICES)),
    "code": st.sampled_from(Code).map(str),
    "rule_id": st.from_regex(r"(R[0-9]{1,2}\.|O)[0-9]{1,3}", fullmatch=True),
    "rule": st.sampled_from(Code).map(str),
    "place": WORDS,
    "value": WORDS,
}


def texts(name: str) -> st.SearchStrategy[str]:
    """Texts of the form that a field of this name has; the longest ending that is known."""
    for ending in sorted(FORMS, key=len, reverse=True):
        if name.endswith(ending):
            return FORMS[ending]
    return IDS


def instances(kind: type) -> st.SearchStrategy[object]:
    """Messages of a class."""
    hints = get_type_hints(kind, include_extras=True)
    fields = {name: values(hint, name) for name, hint in hints.items() if not name.startswith("__")}
    return st.fixed_dictionaries(fields).map(lambda given_: kind(**given_))


INSTANCES = {kind: instances(kind) for kind in CLASSES}
"""Made once: to make a strategy costs more than to draw from it."""


@settings(max_examples=40 * len(CLASSES), suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(kind=st.sampled_from(CLASSES), data=st.data())
def test_a_message_round_trips_canonical_and_valid(kind: type, data: st.DataObject) -> None:
    """What is written is canonical, fits its schema, and is read back equal."""
    instance = data.draw(INSTANCES[kind])
    xml = write(instance)
    element = parse(xml.encode())
    root = parse(helpers.request(xml).encode())

    assert canonical(element).decode() == xml
    assert validate(root)
    assert read(kind, element) == instance


@given(ids=st.tuples(ANY_TEXT, ANY_TEXT, ANY_TEXT), moment=MOMENTS, tongue=st.sampled_from(["zh", "en", None]))
def test_a_request_is_written_canonical(ids: tuple[str, str, str], moment: datetime, tongue: str | None) -> None:
    """Whatever the ids hold, exclusive C14N changes nothing."""
    language = None if tongue is None else ("en" if tongue == "en" else "zh")
    xml = write_request(*ids, moment, language=language, body_xml=helpers.body())  # type: ignore[arg-type]  # cases of a table

    assert canonical(parse(xml.encode())).decode() == xml


DETAILS = st.builds(Detail, IDS, st.none() | ANY_TEXT, st.none() | ANY_TEXT, st.none() | ANY_TEXT, st.none() | ANY_TEXT)
OUTCOMES = st.builds(Outcome, st.sampled_from(Code), st.lists(DETAILS, max_size=3).map(tuple), final=st.booleans())
HEADS = st.builds(
    ReplyHead,
    ANY_TEXT,
    ANY_TEXT,
    ANY_TEXT,
    MOMENTS,
    IDS,
    st.none() | st.binary(min_size=32, max_size=32),
    OUTCOMES,
    st.none() | ANY_TEXT,
    st.sampled_from(["zh", "en", None]),
)


@given(head=HEADS, with_body=st.booleans())
def test_a_reply_is_written_canonical(head: ReplyHead, with_body: bool) -> None:  # noqa: FBT001  drawn by hypothesis
    """Whatever heads and details hold, exclusive C14N changes nothing, sealed or not."""
    xml = write_reply(head, helpers.body() if with_body else None)
    with_seal = helpers.sealed(xml, "ecdsa-p256-sha256")

    assert canonical(parse(xml.encode())).decode() == xml
    assert canonical(parse(with_seal.encode())).decode() == with_seal


@given(moment=MOMENTS, hours=st.integers(-12, 12))
def test_times_round_trip_in_any_zone(moment: datetime, hours: int) -> None:
    """The instant counts, not the zone it was told in; it is written on the Beijing wall clock."""
    text = write_datetime(moment.astimezone(timezone(timedelta(hours=hours))))

    assert text.endswith("+08:00")
    assert datetime.fromisoformat(text) == moment


def test_every_code_makes_a_valid_reply_in_both_languages() -> None:
    """The table's words fit the schema."""
    for code in MEANINGS:
        for language in ("zh", "en"):
            detail = Detail(rule=code, place="/env:Message", value="x", zh="字", en="word")
            head = ReplyHead("C", "O", "R", helpers.NOW, "M1", bytes(32), Outcome(code, (detail,)), "root", language)
            assert validate(parse(write_reply(head, None).encode()))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_detail_without_words_of_its_own_has_those_of_its_code(language: Language) -> None:
    """So whoever is refused for three reasons reads three sentences; the name of a schema's rule has no words."""
    details = (Detail(Code.SAME_ACCOUNT), Detail(Code.BAND_LEVEL, zh="字", en="word"), Detail("schema"))
    head = ReplyHead("C", "O", "R", helpers.NOW, "M1", bytes(32), Outcome(Code.SAME_ACCOUNT, details), "r", language)
    reply = write_reply(head, None)

    told = [part.partition("<Text>")[2].partition("<")[0] for part in reply.split("<Detail>")[1:]]
    assert told == [text(Code.SAME_ACCOUNT, language), {"zh": "字", "en": "word"}[language], ""]


def test_the_schemas_declare_what_the_catalogue_lists() -> None:
    """Every request and reply has its global element, and the schemas have no other family element."""
    from protocol.validate import _EXPLAINING  # noqa: PLC0415  only this test looks inside

    declared = {str(name) for name in _EXPLAINING.maps.elements if str(name).startswith("{urn:yinqi:")}
    listed = {f"{{{namespace_of(kind)}}}{kind.__name__}" for kind in CLASSES}

    assert {name for name in declared if not name.startswith("{urn:yinqi:envelope:")} == listed


def test_white_space_around_dates_and_booleans_is_read_as_the_schema_does() -> None:
    """XML Schema collapses it before judging."""
    xml = '<QueryTransfer xmlns="urn:yinqi:transfer:1"><RequestId>a</RequestId><Fence> true\n</Fence></QueryTransfer>'

    assert read(QueryTransfer, etree.fromstring(xml)) == QueryTransfer(request_id="a", fence=True)
