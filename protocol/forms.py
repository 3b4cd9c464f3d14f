"""What a simple type of the schemas allows, taken apart once so that it can be asked of twenty thousand rows.

The schema's own facets decide; where a type is more than facets of a string (a date), the schema's reader is asked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, cast

from xmlschema.validators import XsdAtomicRestriction, XsdSimpleType, XsdType

from protocol.names import bank_code_valid

_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_XSD: Final = "{http://www.w3.org/2001/XMLSchema}"
_STRING: Final = f"{_XSD}string"
_RULES: Final = {
    "XsdPatternFacets": "pattern",
    "XsdEnumerationFacets": "enumeration",
    "XsdMinLengthFacet": "minLength",
    "XsdMaxLengthFacet": "maxLength",
    "XsdLengthFacet": "length",
}
_TESTS: Final[dict[str, Callable[[Any], Callable[[str], object]]]] = {
    "pattern": lambda facet: _any_of([pattern.match for pattern in facet.patterns]),
    "enumeration": lambda facet: frozenset(facet.enumeration).__contains__,
    "minLength": lambda facet: _lengths(facet.value, None),
    "maxLength": lambda facet: _lengths(0, facet.value),
    "length": lambda facet: _lengths(facet.value, facet.value),
}


def _lengths(least: int, most: int | None) -> Callable[[str], object]:
    if most is None:
        return lambda text: len(text) >= least
    return lambda text: least <= len(text) <= most


Words = tuple[str, str]
"""In Chinese and in English."""


@dataclass(frozen=True, slots=True)
class Form:
    """One simple type: `allows` is true for a text that it takes, `broken` names the rules that a text breaks.

    `words` say in both languages what it takes. A bank code has a check digit besides, which no schema can name.
    """

    allows: Callable[[str], object]
    broken: Callable[[str], tuple[str, ...]]
    words: Words
    bank_code: bool


@cache
def form(kind: XsdSimpleType) -> Form:
    """The form of a type."""
    rules = _facets(kind)
    bank_code = kind.local_name == "BankCode"
    if rules is None:
        return Form(lambda text: not _asked(kind, text), lambda text: _asked(kind, text), words(kind), bank_code)
    tests = [test for _, test in rules]
    if bank_code:
        tests.append(bank_code_valid)
    return Form(
        _all_of(tests),
        lambda text: tuple(dict.fromkeys(rule for rule, test in rules if not test(text))),
        words(kind),
        bank_code,
    )


def words(kind: XsdType) -> Words:
    """What a type allows, as the nearest documented type says it."""
    found: XsdType | None = kind
    while found is not None:
        if found.annotation is not None and found.annotation.documentation:
            told = {item.get(_LANGUAGE): item.text or "" for item in found.annotation.documentation}
            return told.get("zh", ""), told.get("en", "")
        found = found.base_type
    return "见该元素的格式定义", "see the schema of this element"


def _facets(kind: XsdSimpleType) -> list[tuple[str, Callable[[str], object]]] | None:
    """Rule and test of every facet of a restricted string, the cheap ones first; None for any other type."""
    rules: list[tuple[str, Callable[[str], object]]] = []
    found: XsdType | None = kind
    while isinstance(found, XsdAtomicRestriction):
        for facet in found.facets.values():
            name = _RULES.get(type(facet).__name__)
            if name is None:
                return None
            rules.append((name, _TESTS[name](facet)))
        found = found.base_type
    if found is None or found.name != _STRING or not rules:
        return None
    return sorted(rules, key=lambda rule: rule[0] in ("pattern", "enumeration"))


def _all_of(tests: list[Callable[[str], object]]) -> Callable[[str], object]:
    """One test for all of them; the few that types of strings have are not asked in a loop."""
    first, *rest = tests
    if not rest:
        return first
    others = _all_of(rest)
    return lambda text: first(text) and others(text)


def _any_of(tests: list[Callable[[str], object]]) -> Callable[[str], object]:
    return tests[0] if len(tests) == 1 else lambda text: any(test(text) for test in tests)


def _asked(kind: XsdSimpleType, text: str) -> tuple[str, ...]:
    """The rules that a text breaks, as the schema's reader finds them; `type` stands for what is no value at all."""
    validators = [type(error.validator).__name__ for error in kind.iter_errors(cast("Any", text))]
    rules = list(dict.fromkeys(_RULES.get(name, "type") for name in validators))
    if "pattern" in rules and "type" in rules:
        rules.remove("type")
    return tuple(rules)
