"""What a reply says: its typed body, its code, the rules of its details."""

import re
from typing import TypeVar

from protocol import binding
from protocol.tree import parse

T = TypeVar("T")


def told(reply: str, kind: type[T]) -> T:
    """The body of an accepted reply."""
    body = parse(reply.encode()).find(f"{{urn:yinqi:envelope:1}}Body/{binding.tag_of(kind)}")
    assert body is not None, reply
    return binding.read(kind, body)


def code(reply: str) -> str:
    """The code of the outcome."""
    found = re.search(r"<Code>([A-Z_]*)</Code>", reply)
    assert found, reply
    return found[1]


def state(reply: str) -> str:
    """The state of what the reply is about."""
    found = re.search(r"<State>([a-z-]*)</State>", reply)
    assert found, reply
    return found[1]


def rules(reply: str) -> list[str]:
    """The rule of every detail, in order."""
    return re.findall(r"<Rule>([A-Z_]*)</Rule>", reply)
