"""The schemas as judges: lxml says whether a message is valid, xmlschema's reading of the same files says why not.

lxml stops caring after the first fault of a kind; a sender is to see every fault at once, in words. So a refused
message is walked beside the schema's own components, whose documentation holds the words.
"""

from collections import Counter
from collections.abc import Iterator
from importlib import resources
from itertools import islice
from typing import Final

from lxml import etree
from lxml.etree import _Element
from xmlschema import XMLSchema10
from xmlschema.validators import XsdAnyElement, XsdComplexType, XsdElement, XsdGroup, XsdSimpleType, XsdType

from protocol.binding import bank_code_fault
from protocol.errors import Detail, shown
from protocol.limits import DETAILS_MAX
from protocol.names import bank_code_valid
from protocol.place import local_name, place, prefixed

_ENTRY: Final = "yinqi-1.xsd"
_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_RULES: Final = {
    "XsdPatternFacets": "pattern",
    "XsdEnumerationFacets": "enumeration",
    "XsdMinLengthFacet": "minLength",
    "XsdMaxLengthFacet": "maxLength",
    "XsdLengthFacet": "length",
}


def _compiled() -> tuple[etree.XMLSchema, XMLSchema10]:
    """The schemas for both judges, from our own files; xmlschema is given single values only, no message."""
    with resources.as_file(resources.files("schemas")) as folder:
        fast = etree.XMLSchema(etree.parse(folder / _ENTRY))
        return fast, XMLSchema10(str(folder / _ENTRY), allow="local", defuse="always")


# Compiled with the import: a start finds what is wrong with them, and xmlschema cannot compile any more once
# zope.interface, which Twisted brings, has put its attributes on the abstract classes that xmlschema's stand on.
_FAST, _EXPLAINING = _compiled()


def validate(root: _Element) -> bool:
    """Whether a Message, its Signature detached or not, is valid; a few microseconds."""
    return _FAST.validate(root)


def explain(root: _Element) -> tuple[Detail, ...]:
    """Every fault of an invalid message, in document order, up to DETAILS_MAX; never empty; milliseconds.

    A bank code whose form is right and whose check digit is wrong is among them.
    """
    declared = _EXPLAINING.maps.elements.get(str(root.tag))
    found = tuple(islice(_element(root, declared), DETAILS_MAX)) if isinstance(declared, XsdElement) else ()
    return found or (_as_lxml_says(root),)


def _as_lxml_says(root: _Element) -> Detail:
    _FAST.validate(root)
    last = _FAST.error_log.last_error
    return Detail(rule="schema", place=place(root), en=shown(last.message) if last is not None else None)


def _element(node: _Element, declared: XsdElement) -> Iterator[Detail]:
    kind = declared.type
    allowed = kind.attributes if isinstance(kind, XsdComplexType) else {}
    for name in node.attrib:
        if str(name) not in allowed:
            yield _fault("attribute", node, str(name), ("不允许有此属性", "this attribute is not allowed"))
    content = kind.content if isinstance(kind, XsdComplexType) else kind
    if isinstance(content, XsdGroup):
        yield from _children(node, content)
    elif len(node):
        for child in node:
            yield _fault("unexpected", child, None, ("此处只能有文字", "only text is allowed here"))
    else:
        yield from _value(node, content)


def _value(node: _Element, kind: XsdSimpleType) -> Iterator[Detail]:
    text = node.text or ""
    validators = [type(error.validator).__name__ for error in kind.iter_errors(text)]
    rules = list(dict.fromkeys(_RULES.get(name, "type") for name in validators))
    if "pattern" in rules and "type" in rules:
        rules.remove("type")
    zh, en = _words(kind)
    for rule in rules:
        yield _fault(rule, node, text, (zh, en))
    if not rules and kind.local_name == "BankCode" and not bank_code_valid(text):
        yield bank_code_fault(node)


def _children(node: _Element, group: XsdGroup) -> Iterator[Detail]:
    """The children beside the group: what is unknown, out of order, too many or missing; then each child's own."""
    if any(text and text.strip() for text in (node.text, *(child.tail for child in node))):
        yield _fault("text", node, None, ("子元素之间不允许有文字", "text is not allowed between the elements here"))
    particles = list(group.iter_elements())
    known = {particle.name: index for index, particle in enumerate(particles) if isinstance(particle, XsdElement)}
    open_to_all = any(isinstance(particle, XsdAnyElement) for particle in particles)
    counts: Counter[str] = Counter()
    reached = 0
    for child in node:
        tag = str(child.tag)
        index = known.get(tag)
        if index is None:
            yield from _foreign(child, known) if not open_to_all else _global(child)
            continue
        particle = particles[index]
        counts[tag] += 1
        if index < reached:
            yield _fault("order", child, None, (_order_words(particles, "zh"), _order_words(particles, "en")))
        reached = max(reached, index)
        if particle.max_occurs is not None and counts[tag] == particle.max_occurs + 1:
            most = particle.max_occurs
            yield _fault("repeated", child, None, (f"至多出现{most}次", f"at most {most} of these are allowed"))
        assert isinstance(particle, XsdElement), "only elements have names"
        yield from _element(child, particle)
    yield from _missing(node, group, counts)


def _missing(node: _Element, group: XsdGroup, counts: Counter[str]) -> Iterator[Detail]:
    if group.model != "sequence":
        return
    for particle in group:
        if isinstance(particle, XsdElement) and particle.min_occurs and not counts[str(particle.name)]:
            where = f"{place(node)}/{prefixed(str(particle.name))}"
            zh, en = _words(particle.type)
            yield Detail(
                "missing", where, None, f"缺少{particle.local_name}：{zh}", f"{particle.local_name} is missing: {en}"
            )


def _foreign(child: _Element, known: dict[str, int]) -> Iterator[Detail]:
    name = local_name(str(child.tag))
    twin = next((tag for tag in known if local_name(tag) == name), None)
    if twin is not None:
        wanted = twin.partition("}")[0].removeprefix("{")
        yield _fault("unexpected", child, None, (f"命名空间应为{wanted}", f"its namespace must be {wanted}"))
    else:
        yield _fault("unexpected", child, None, ("此处不允许有此元素", "this element is not allowed here"))


def _global(child: _Element) -> Iterator[Detail]:
    declared = _EXPLAINING.maps.elements.get(str(child.tag))
    if isinstance(declared, XsdElement):
        yield from _element(child, declared)
    else:
        yield _fault("unexpected", child, None, ("没有声明过此元素", "no schema declares this element"))


def _order_words(particles: list[XsdElement | XsdAnyElement], language: str) -> str:
    names = ", ".join(particle.local_name or "*" for particle in particles)
    return f"元素次序应为：{names}" if language == "zh" else f"the order is: {names}"


def _words(kind: XsdType) -> tuple[str, str]:
    """What a type allows, in Chinese and English, as the nearest documented type says it."""
    found: XsdType | None = kind
    while found is not None:
        if found.annotation is not None and found.annotation.documentation:
            words = {item.get(_LANGUAGE): item.text or "" for item in found.annotation.documentation}
            return words.get("zh", ""), words.get("en", "")
        found = found.base_type
    return "见该元素的格式定义", "see the schema of this element"


def _fault(rule: str, node: _Element, value: str | None, words: tuple[str, str]) -> Detail:
    return Detail(rule, place(node), None if value is None else shown(value), *words)
