"""The CNAPS2 messages as the codec, its schemas and the table of statuses have them."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Final

from lxml import etree
from lxml.etree import _Element

from core_adapter.channels.cnaps import Fault
from core_adapter.channels.cnaps.codec import KINDS
from core_adapter.channels.cnaps.form import leaves
from core_adapter.channels.cnaps.header import FIELDS
from core_adapter.channels.cnaps.kind import Kind, Way
from core_adapter.channels.finality import MEANINGS
from core_adapter.channels.messages import Status, System
from tests.docs.markdown import rows
from tests.support.source import ROOT

XS: Final = "{http://www.w3.org/2001/XMLSchema}"
CHANNELS: Final = (System.IBPS, System.BEPS, System.HVPS)
_WAYS: Final = {Way.BANK: "bank", Way.CENTRE: "centre", Way.BOTH: "either"}
_IN_CHINESE: Final = {
    Status.FORWARDED: "已转发",
    Status.PAID: "已付款",
    Status.NETTED: "已轧差",
    Status.SETTLED: "已清算",
    Status.SUCCEEDED: "成功",
    Status.PROCESSED: "已处理",
    Status.REVOKED: "已撤销",
    Status.REFUSED: "已拒绝",
    Status.CONFIRMED: "已确认",
    Status.QUEUED_FOR_NETTING: "轧差排队",
    Status.QUEUED_FOR_SETTLEMENT: "清算排队",
    Status.STOPPED: "已止付",
    Status.REVERSED: "已冲正",
    Status.EXPIRED: "逾期退回",
}
_HEADER_HOLDS: Final = {
    "version": "`02`",
    "sender": "12-digit code",
    "sender system": "the system the message belongs to",
    "receiver": "12-digit code",
    "receiver system": "the same system",
    "date": "`YYYYMMDD`, the wall clock of Shanghai",
    "time": "`HHMMSS`",
    "message type": "such as `hvps.111.001.01`",
    "message id": "date (8 digits) and sequence (8 digits)",
    "reference id": "that of the message answered, else its own",
    "priority": "`1` most urgent, `2` urgent, `3` normal; of credits alone, others are normal",
    "direction": "`U` from a bank, `D` from the centre",
    "reserved": "spaces",
    "closing": "`}` CR LF",
}


def header() -> str:
    """The fields of the header block at their offsets."""
    lines, start = [], 0
    for field in FIELDS:
        holds = _HEADER_HOLDS.get(field.name, f"`{field.always}`")
        lines.append([str(start), str(field.size), field.name, holds, "yes" if field.holds else ""])
        start += field.size
    return rows(["offset", "bytes", "field", "holds", "signed"], lines)


def types() -> str:
    """Every type in use: what it says, who sends it, what it has."""
    return rows(
        ["type", "says", "sent by", "signed", "answers another"],
        (
            [
                f"`{kind.type}`",
                kind.means,
                _WAYS[kind.way],
                "yes" if kind.signed else "no",
                "yes" if kind.answers else "",
            ]
            for kind in KINDS.values()
        ),
    )


def fields() -> str:
    """The body of every type, field by field in the order in which they are written and signed."""
    return "\n\n".join(f"### {kind.type}\n\n{_intro(kind)}\n\n{_body(kind)}" for kind in KINDS.values())


def faults() -> str:
    """The codes of messages that cannot be read, with what the code's own page says of them."""
    said = dict(re.findall(r"([A-Z]+): ([^.]+)\.", " ".join(str(Fault.__doc__).split())))
    return rows(["code", "name", "means"], ([f"`{fault}`", fault.name, said[fault.name]] for fault in Fault))


def statuses() -> str:
    """What each status means on each channel, and why."""
    lines = []
    for status in Status:
        meant = [MEANINGS[system][status] for system in CHANNELS]
        why = dict.fromkeys(meaning.why for meaning in meant)
        lines.append(
            [
                f"`{status}`",
                _IN_CHINESE[status],
                *(meaning.finality for meaning in meant),
                "; in HVPS: ".join(why),
            ]
        )
    return rows(["status", "in Chinese", *CHANNELS, "because"], lines)


PARTS: Final[Mapping[str, Callable[[], str]]] = {
    "cnaps header": header,
    "cnaps types": types,
    "cnaps fields": fields,
    "cnaps faults": faults,
    "cnaps statuses": statuses,
}
"""The parts of the page by their names."""


def _intro(kind: Kind[Any]) -> str:
    return f"`Document/{kind.form.outer}` in the namespace `{kind.form.namespace}`."


def _body(kind: Kind[Any]) -> str:
    lines = []
    parts = [(kind.form.fixed, False), *(((group,), True) for group in kind.form.lists)]
    for nodes, repeated in parts:
        for path, leaf, optional in leaves(nodes):
            name, steps = f"`{path}`", f"{kind.form.outer}/{path}".split("/")
            how = ["in each row"] * repeated + ["may be absent"] * optional
            lines.append([name, leaf.means, _allowed(kind.type, steps), ", ".join(how)])
    return rows(["field", "holds", "allowed", ""], lines)


# --- what the schemas allow


@cache
def _named(file: str) -> dict[str, _Element]:
    """The types and elements of a schema and of those it includes, by name."""
    root = etree.parse(ROOT / "schemas" / "cnaps" / file).getroot()
    found: dict[str, _Element] = {}
    for child in root:
        if child.tag == f"{XS}include":
            found |= _named(str(child.get("schemaLocation")))
        elif child.tag in {f"{XS}simpleType", f"{XS}complexType"}:
            found[str(child.get("name"))] = child
    return found


def _allowed(message_type: str, steps: list[str]) -> str:
    """What the schema of a type says of the leaf at these steps below Document."""
    named = _named(f"{message_type}.xsd")
    current = named["Document"]
    for step in steps:
        (element,) = (found for found in current.iter(f"{XS}element") if found.get("name") == step)
        current = named[str(element.get("type"))]
    return "; ".join(_words(current, named))


def _words(found: _Element, named: dict[str, _Element]) -> Iterator[str]:
    """The documentation of a simple type, or of what a complex one extends, with the values it lists."""
    extension = found.find(f".//{XS}extension")
    if extension is not None:
        yield from _words(named[str(extension.get("base"))], named)
        return
    listed = [f"`{value.get('value')}`" for value in found.iter(f"{XS}enumeration")]
    text = found.findtext(f".//{XS}documentation")
    assert text, found.get("name")
    yield ", ".join(listed) if listed and len(listed) <= 4 else text
