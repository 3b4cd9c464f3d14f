"""The parser's memory: new names from nobody in particular never grow it without end; the honest see nothing."""

import subprocess
import sys

import pytest

from protocol.codes import Code
from protocol.limits import NOVEL_BYTES_MAX, UNPROVEN_BYTES_MAX
from protocol.tree import parse
from protocol.vocabulary import Vocabulary
from tests.protocol import helpers
from tests.protocol.vectors import WAYS

KINDS = {
    "names": "<n{0}/>",
    "attributes": '<a n{0}=""/>',
    "namespaces": '<a xmlns="urn:{0}"/>',
    "prefixes": '<a xmlns:p{0}="urn:x"/>',
    "hidden behind a quoted sign": '<a x=">" n{0}=""/>',
}
FLOOD = """
import sys
from protocol.errors import ProtocolError
from protocol.tree import parse
pattern, rows = sys.argv[1], 12000
def grown():
    return int(open("/proc/self/statm").read().split()[1]) * 4096
start, number, refused = None, 0, 0
while number < 60 * rows:
    items = [pattern.format(str(number + row).rjust(60, "0")) for row in range(rows)]
    number += rows
    try:
        parse(("<a>" + "".join(items) + "</a>").encode())
    except ProtocolError:
        refused += 1
    start = start or grown()
print(grown() - start, refused)
"""


def spent() -> Vocabulary:
    """A vocabulary that looks at every tag, and has no room for a new one."""
    vocabulary = Vocabulary()
    vocabulary.admit(b" " * UNPROVEN_BYTES_MAX)
    vocabulary._novel = NOVEL_BYTES_MAX
    return vocabulary


@pytest.mark.parametrize("kind", KINDS)
def test_a_flood_of_new_names_is_refused_before_it_fills_the_memory(kind: str) -> None:
    """More than 40 MiB of new names in a process of their own: it grows by a fraction and refuses the rest."""
    done = subprocess.run([sys.executable, "-c", FLOOD, KINDS[kind]], capture_output=True, text=True, check=True)
    grown, refused = map(int, done.stdout.split())

    assert grown < 30 * 1024 * 1024
    assert refused > 30


@pytest.mark.parametrize(
    "text", ["<novel>", "<a><novel/></a>", '<a b="', "<novel", "<a> \t \n  <a/></a>", "<a></novel>"]
)
def test_with_no_room_left_anything_new_is_refused(text: str) -> None:
    """Names, a tag without an end, odd white space."""
    vocabulary = spent()

    assert helpers.fault_of(lambda: vocabulary.admit(text.encode())).code is Code.XML_LIMIT


def test_with_no_room_left_our_own_names_still_pass() -> None:
    """However short the memory: plain messages, indented or not, need no new word."""
    vocabulary = spent()
    for way in ("indented", "carriage returns", "lines"):
        message = WAYS[way]
        vocabulary.admit((message[: message.index("<ds:Signature")] + "</Message>").encode())


def test_what_was_seen_once_passes_for_ever() -> None:
    """A serializer's prefixes cost their room once."""
    vocabulary = spent()
    vocabulary._novel = 0
    vocabulary.admit(b'<n2:a xmlns:n2="urn:x"/>')
    vocabulary._novel = NOVEL_BYTES_MAX

    vocabulary.admit(b'<n2:a xmlns:n2="urn:x"/>')


def test_proved_commands_leave_room() -> None:
    """Senders who prove themselves are never counted, however much they send."""
    vocabulary = Vocabulary()
    for _ in range(20):
        vocabulary.admit(b" " * (UNPROVEN_BYTES_MAX // 2))
        vocabulary.proved(UNPROVEN_BYTES_MAX)

    assert vocabulary._seen == set()


@pytest.mark.parametrize("text", ["<a>&novel;</a>", "<a>&</a>", "<a>&#xZ;</a>", '<a b="&novel;"/>'])
def test_an_undeclared_entity_is_refused_before_its_name_is_kept(text: str) -> None:
    """No document type, so none can be declared."""
    assert helpers.fault_of(lambda: parse(text.encode())).code is Code.XML_NOT_WELL_FORMED


def test_the_entities_of_xml_itself_are_read() -> None:
    """And numeric references."""
    assert parse(b"<a>&amp;&lt;&gt;&quot;&apos;&#33;&#x21;</a>").text == "&<>\"'!!"
