"""What only the HTTP door can meet: methods, paths, types, codings, chunks, and heads that lie."""

from typing import Final

import pytest

from gateway.doors.http import HEAD_BYTES_MAX, HEADERS_MAX
from protocol.codes import Code
from tests.doors.wire import HTTP, Bench, Line, fault, posted

CHUNKED: Final = b"Transfer-Encoding: chunked"


@pytest.fixture
def bench() -> Bench:
    """The HTTP door."""
    return Bench(HTTP)


@pytest.fixture
def line(bench: Bench) -> Line:
    """One connection to it."""
    return bench.connect()


def chunks(*pieces: bytes) -> bytes:
    """A body in chunks."""
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in [*pieces, b""])


def test_an_answer_is_xml_and_says_nothing_of_the_server(line: Line) -> None:
    """Content-Type and Content-Length, a Date, and no word about what serves."""
    line.say(b"<1/>")

    assert line.told()[0].headers == {
        "date": "Thu, 01 Jan 1970 00:00:00 GMT",
        "content-type": "application/xml",
        "content-length": "4",
    }


@pytest.mark.parametrize(
    "kind", [b"application/xml", b"text/xml", b"Application/XML; charset=gb18030", b'text/xml;charset="utf-8"']
)
def test_xml_by_any_name_is_taken(line: Line, kind: bytes) -> None:
    """The charset parameter is not looked at: the XML declaration says how to read the message."""
    line.send(posted(b"<1/>", kind=kind))

    assert line.told()[0].http == 200


@pytest.mark.parametrize(
    ("request_bytes", "http", "code"),
    [
        pytest.param(posted(b"<1/>", kind=b"text/plain"), 415, Code.MEDIA_TYPE, id="another type"),
        pytest.param(posted(b"<1/>", kind=b""), 415, Code.MEDIA_TYPE, id="no type"),
        pytest.param(posted(b"<1/>", b"Content-Encoding: gzip"), 415, Code.MEDIA_TYPE, id="gzip"),
        pytest.param(b"GET /v1/messages HTTP/1.1\r\nHost: bank\r\n\r\n", 405, Code.HTTP_REQUEST, id="GET"),
        pytest.param(b"POST / HTTP/1.1\r\nHost: bank\r\n\r\n", 404, Code.HTTP_REQUEST, id="another path"),
        pytest.param(posted(b"<1/>").replace(b"messages", b"messages/"), 404, Code.HTTP_REQUEST, id="a path below"),
    ],
)
def test_a_refused_request_leaves_the_others_alone(line: Line, request_bytes: bytes, http: int, code: Code) -> None:
    """Its body is read and forgotten; what is pipelined behind it is served."""
    line.send(request_bytes + posted(b"<2/>"))

    first, second = line.told()
    assert (first.http, first.body, second.body) == (http, fault(code), b"<2/>")
    assert not line.ended


def test_a_wrong_method_is_told_the_right_one(line: Line) -> None:
    """RFC 9110 section 15.5.6: 405 comes with Allow."""
    line.send(b"PUT /v1/messages HTTP/1.1\r\nHost: bank\r\n\r\n")

    assert line.told()[0].headers["allow"] == "POST"


@pytest.mark.parametrize("status", [429, 503])
def test_unavailable_says_when_to_come_again(bench: Bench, line: Line, status: int) -> None:
    """429 and 503 carry Retry-After."""
    bench.road.http = status

    line.say(b"<1/>")

    assert line.told()[0].http == status
    assert line.told()[0].headers["retry-after"] == "1"


def test_chunks_are_one_message(line: Line) -> None:
    """However a body is chunked, and whatever its trailer says."""
    line.send(posted(chunks(b"<1", b"/>"), CHUNKED) + posted(b"<2/>"))

    assert line.heard() == [b"<1/>", b"<2/>"]


def test_chunks_at_the_limit_are_taken(line: Line) -> None:
    """The limit is on their sum."""
    line.send(posted(chunks(b"x" * 1000, b"y" * 24), CHUNKED))

    assert line.heard() == [b"x" * 1000 + b"y" * 24]


def test_chunks_past_the_limit_are_refused_as_they_come(bench: Bench, line: Line) -> None:
    """The byte past the limit ends it; the rest is not waited for."""
    line.send(posted(chunks(b"x" * 1000), CHUNKED).removesuffix(b"0\r\n\r\n"))
    before = line.heard()
    line.send(b"19\r\n" + b"y" * 25)

    assert before == []
    assert line.told()[0].http == 413
    assert line.told()[0].headers["connection"] == "close"
    assert line.ended
    assert bench.road.asked == []


def test_who_expects_to_be_told_to_continue_is_told(line: Line) -> None:
    """The interim response comes before the body and in its place among the answers."""
    request = posted(b"<1/>", b"Expect: 100-continue")

    line.send(request.removesuffix(b"<1/>"))
    interim = line.wire.written
    line.send(b"<1/>")

    assert interim == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert line.heard() == [b"", b"<1/>"]


def test_an_interim_response_waits_for_the_answers_before_it(bench: Bench, line: Line) -> None:
    """It belongs to its own request."""
    bench.road.hold()
    line.send(posted(b"<1/>") + posted(b"<2/>", b"Expect: 100-continue").removesuffix(b"<2/>"))

    early = line.wire.written
    bench.road.let_go(0)

    assert early == b""
    assert [told.http for told in line.told()] == [200, 100]


def test_who_expects_to_continue_with_what_is_refused_is_refused(line: Line) -> None:
    """The final answer comes instead of the interim one, and then the end: the body may or may not come."""
    line.send(posted(b"x" * 9999, b"Expect: 100-continue").removesuffix(b"x" * 9999))

    assert [told.http for told in line.told()] == [413]
    assert line.ended


@pytest.mark.parametrize(
    "request_bytes",
    [
        pytest.param(posted(b"<1/>", b"Connection: close"), id="close"),
        pytest.param(posted(b"<1/>", b"Connection: TE, Close"), id="close among others"),
        pytest.param(posted(b"<1/>").replace(b"HTTP/1.1", b"HTTP/1.0"), id="HTTP/1.0"),
    ],
)
def test_a_last_request_is_answered_and_the_connection_closed(line: Line, request_bytes: bytes) -> None:
    """The answer says so too, and what follows is not looked at."""
    line.send(request_bytes + posted(b"<2/>"))

    assert line.heard() == [b"<1/>"]
    assert line.told()[0].headers["connection"] == "close"
    assert line.ended


@pytest.mark.parametrize(
    "request_bytes",
    [
        pytest.param(posted(b"<1/>", b"Content-Length: 4"), id="two lengths"),
        pytest.param(posted(b"<1/>", b"Content-Length: 5"), id="two lengths that differ"),
        pytest.param(posted(chunks(b"<1/>"), CHUNKED, b"Content-Length: 4"), id="length and chunks"),
        pytest.param(posted(chunks(b"<1/>"), CHUNKED, CHUNKED), id="chunked twice"),
        pytest.param(posted(b"<1/>", b"Transfer-Encoding: gzip, chunked"), id="another coding"),
        pytest.param(posted(b"<1/>").replace(b"Length: 4", b"Length: +4"), id="a signed length"),
        pytest.param(posted(b"<1/>").replace(b"Length: 4", b"Length: 4,4"), id="a list of lengths"),
        pytest.param(posted(b"<1/>").replace(b"Length: 4", b"Length : 4"), id="a space before the colon"),
        pytest.param(posted(b"<1/>").replace(b"Host: bank\r\n", b""), id="no host"),
        pytest.param(posted(b"<1/>", b"Host: bank"), id="two hosts"),
        pytest.param(posted(b"<1/>", b"no colon"), id="no header"),
        pytest.param(posted(b"<1/>", b"X: a\x00b"), id="a NUL"),
        pytest.param(posted(b"zz\r\n", CHUNKED), id="no chunk size"),
        pytest.param(posted(b"-4\r\n<1/>\r\n0\r\n\r\n", CHUNKED), id="a negative chunk size"),
        pytest.param(posted(b"4\r\n<1/>##0\r\n\r\n", CHUNKED), id="no line end behind a chunk"),
        pytest.param(posted(chunks(b"<1/>"), CHUNKED).replace(b"HTTP/1.1", b"HTTP/1.0"), id="chunks in HTTP/1.0"),
        pytest.param(b"<Message/>\r\n\r\n", id="no request line"),
        pytest.param(b"POST /v1/messages\r\n\r\n", id="HTTP/0.9"),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", id="HTTP/2"),
        pytest.param(b"00000004<1/>" * 2000, id="a frame"),
        pytest.param(posted(b"<1/>", b"X: " + b"x" * HEAD_BYTES_MAX), id="a head too large"),
        pytest.param(posted(b"<1/>", *[b"X: x"] * HEADERS_MAX), id="too many headers"),
    ],
)
def test_a_head_that_can_be_read_two_ways_is_not_read(bench: Bench, line: Line, request_bytes: bytes) -> None:
    """What two programs could understand differently gets a 400 and the end, and nothing behind it is served."""
    line.send(posted(b"<0/>") + request_bytes + posted(b"<2/>"))

    first, second = line.told()
    assert (first.body, second.http) == (b"<0/>", 400)
    assert second.headers["connection"] == "close"
    assert line.ended
    assert bench.road.asked == [b"<0/>"]


def test_headers_at_the_limit_are_taken(line: Line) -> None:
    """The three that every request has, and as many more as may be."""
    line.send(posted(b"<1/>", *[b"X: x"] * (HEADERS_MAX - 3)))

    assert line.heard() == [b"<1/>"]


def test_a_head_request_has_no_second_answer(line: Line) -> None:
    """HEAD gets its 405 and the end, for the length of its body could be misread."""
    line.send(b"HEAD /v1/messages HTTP/1.1\r\nHost: bank\r\n\r\n")

    assert line.told()[0].http == 405
    assert line.ended


def test_an_empty_body_is_the_roads_to_judge(bench: Bench, line: Line) -> None:
    """A POST of nothing is a message of no bytes."""
    line.say(b"")

    assert bench.road.asked == [b""]
