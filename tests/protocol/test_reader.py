"""The parser's memory: whatever strangers send, it does not grow with it, and nobody honest is refused for it."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from protocol.codes import Code
from protocol.limits import NAMES_KEPT_BYTES
from protocol.opening import open_thoroughly
from protocol.text import Text
from protocol.tree import canonical, parse
from tests.protocol import helpers
from tests.protocol.vectors import WAYS

# What a stranger can send that libxml2 never forgets; {0} is never the same twice.
KINDS = {
    "names": "<n{0}/>",
    "attributes": '<a n{0}=""/>',
    "namespaces": '<a xmlns="urn:{0}"/>',
    "prefixes": '<a xmlns:p{0}="urn:x"/>',
    "hidden behind a quoted sign": '<a x=">" n{0}=""/>',
    "white space": "<a/>{1}",
    "values": "<a>{0}&#13;</a>",
    "undeclared entities": "&n{0};",
}
# 64 MB of a kind on one thread or several, first a message of 6 MB, then of 60 KB; then three honest messages of
# serializers that were never seen. Prints how much the process grew after the first tenth, and how many were opened.
FLOOD = """
import sys
from concurrent.futures import ThreadPoolExecutor
from protocol.errors import ProtocolError
from protocol.tree import parse
from tests.protocol import helpers
from tests.protocol.vectors import WAYS

def memory():
    return int(open("/proc/self/statm").read().split()[1]) * 4096

def item(number):
    blanks = format(number, "025b").replace("0", " ").replace("1", "\\t") * 2 if "{1}" in pattern else ""
    return pattern.format(str(number).rjust(200, "0"), blanks)

def send(first, rows):
    try:
        parse(("<a>" + "".join(map(item, range(first, first + rows))) + "</a>").encode())
    except ProtocolError:
        pass

pattern, threads = sys.argv[1], int(sys.argv[2])
size = len(item(1).encode())
rows, total = 60_000 // size, 64_000_000 // size
firsts = range(rows * 100, total, rows)
with ThreadPoolExecutor(threads) as pool:
    pool.submit(send, 0, rows * 100).result()
    start = memory()
    list(pool.map(send, firsts, [rows] * len(firsts)))
    grown = memory() - start
    ways = [WAYS[name] for name in ("prefixed envelope", "other prefix", "lines with references")]
    opened = list(pool.map(helpers.opened_text, ways))
print(grown, len(opened))
"""
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("kind", "threads"), [*((kind, 1) for kind in KINDS), ("names", 4)], ids=str)
def test_a_flood_of_novelty_neither_fills_the_memory_nor_locks_out_the_honest(kind: str, threads: int) -> None:
    """64 MB without authentication in a process of their own: it stays as large as it was, and opens what is new."""
    command = [sys.executable, "-c", FLOOD, KINDS[kind], str(threads)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    grown, opened = map(int, done.stdout.split())

    assert grown < 8 * 1024 * 1024
    assert opened == 3


@pytest.mark.parametrize("name", WAYS)
def test_a_tree_outlives_the_names_that_the_parser_forgot(name: str) -> None:
    """What was opened before is still whole after, and can be changed and written."""
    kept = parse(WAYS[name].encode())
    before = canonical(kept)
    for number in range(3):
        parse(b"<a><n%d/>%b</a>" % (number, b"x" * NAMES_KEPT_BYTES))

    assert canonical(kept) == before
    kept.remove(kept[2])
    kept[1].tail = None
    assert canonical(kept) == canonical(parse(canonical(kept)))


def test_a_message_that_makes_the_parser_forget_is_opened_like_any() -> None:
    """The names go between parsing and the canonical form of the same message."""
    message = WAYS["prefixed envelope"].replace("><", ">" + " " * NAMES_KEPT_BYTES + "<", 1)
    envelope = open_thoroughly(Text(message.encode(), "UTF-8"))

    assert envelope.head.request_id == "T-0001"
    assert len(envelope.canonical) > NAMES_KEPT_BYTES


def test_threads_that_come_and_go_read_alike() -> None:
    """Each has a parser of its own; a tree serves other threads too, even after its own ended."""
    message = WAYS["prefixed envelope"].encode()
    for _ in range(20):
        with ThreadPoolExecutor(4) as pool:
            trees = list(pool.map(parse, [message] * 8))
        assert {canonical(tree) for tree in trees} == {canonical(parse(message))}


@pytest.mark.parametrize("text", ["<a>&novel;</a>", "<a>&</a>", "<a>&#xZ;</a>", '<a b="&novel;"/>'])
def test_an_undeclared_entity_is_refused(text: str) -> None:
    """No document type, so none can be declared."""
    assert helpers.fault_of(lambda: parse(text.encode())).code is Code.XML_NOT_WELL_FORMED


def test_the_entities_of_xml_itself_are_read() -> None:
    """And numeric references."""
    assert parse(b"<a>&amp;&lt;&gt;&quot;&apos;&#33;&#x21;</a>").text == "&<>\"'!!"
