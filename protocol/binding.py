"""One declarative mechanism between frozen dataclasses and XML: `@message(namespace)` on a class is all it takes.

What comes by the thousand is a NamedTuple with `@row(namespace)`: made in a fraction of the time, and what a database
takes. A field's element is its name in camel case (`payer_account` is PayerAccount) unless Element says otherwise; the
order of fields is the order of the schema. What is read was found valid by the schema before; only what a schema cannot
say (a check digit) is checked here.
"""

import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Final,
    NamedTuple,
    TypeVar,
    Union,
    cast,
    dataclass_transform,
    get_args,
    get_origin,
    get_type_hints,
)

from lxml.etree import _Element

from protocol.codes import Code
from protocol.errors import Detail, ProtocolError, shown
from protocol.money import FenMark, format_amount, parse_amount
from protocol.names import bank_code_valid
from protocol.place import place

T = TypeVar("T")
_NAMESPACE: Final = "__xml_namespace__"
# China has kept one time zone without summer time since 1992; people who read a message expect its wall clock.
BEIJING: Final = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True)
class Element:
    """Names the element of a field whose own name would give another: `from_date: Annotated[date, Element("From")]`."""

    name: str


class BankCodeMark:
    """Marks a str as a bank code, whose check digit is verified after the schema."""


BankCode = Annotated[str, BankCodeMark]
"""Twelve digits, the last a check digit (ISO 7064 MOD 11,10)."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
def message(namespace: str) -> Callable[[type[T]], type[T]]:
    """Make a class a frozen, slotted, keyword-only dataclass whose element, of the class's name, is in `namespace`."""

    def bind(cls: type[T]) -> type[T]:
        made = dataclass(frozen=True, slots=True, kw_only=True)(cls)
        setattr(made, _NAMESPACE, namespace)
        return made

    return bind


@dataclass_transform(frozen_default=True, kw_only_default=True)
def part(cls: type[T]) -> type[T]:
    """Make a class a part of messages of any family: as `message`, in the namespace of the message around it."""
    return message("")(cls)


def row(namespace: str) -> Callable[[type[T]], type[T]]:
    """Bind a NamedTuple, whose element is named by the field that holds it, as `message` binds a class."""

    def bind(cls: type[T]) -> type[T]:
        setattr(cls, _NAMESPACE, namespace)
        return cls

    return bind


def namespace_of(cls: type) -> str:
    """The namespace that `cls` was bound to, empty for a part; AttributeError for a class that is neither."""
    return cast("str", getattr(cls, _NAMESPACE))


def tag_of(cls: type) -> str:
    """The element of a message class as `{namespace}Name`."""
    return f"{{{namespace_of(cls)}}}{cls.__name__}"


def read(cls: type[T], element: _Element) -> T:
    """The message in a schema-valid `element`; datetimes come back in UTC, whatever offset they were written with.

    Raises ProtocolError BANK_CODE_INVALID with one Detail for every bank code whose check digit is wrong.
    """
    faults: list[Detail] = []
    made = _plan(cast("Hashable", cls), namespace_of(cls)).read(element, faults)
    if faults:
        raise ProtocolError(Code.BANK_CODE_INVALID, *faults)
    return cast("T", made)


def write(instance: object) -> str:
    """The XML of a message, in exclusive canonical form by construction (Exclusive XML Canonicalization 1.0, 3)."""
    cls = type(instance)
    name = cls.__name__
    parts = [f'<{name} xmlns="{namespace_of(cls)}">']
    _plan(cast("Hashable", cls), namespace_of(cls)).write(instance, parts)
    parts.append(f"</{name}>")
    return "".join(parts)


_SPECIAL: Final = re.compile("[&<>\r]")


def escape(text: str) -> str:
    """Character data in canonical form (Canonical XML 1.0, 2.3): `&`, `<`, `>` and carriage returns as references."""
    if _SPECIAL.search(text) is None:
        return text
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#xD;")


def write_datetime(moment: datetime) -> str:
    """`moment`, which must be aware, on the Beijing wall clock with its offset: 2026-11-22T13:37:00+08:00."""
    assert moment.tzinfo is not None, "a naive datetime never goes on the wire"
    return moment.astimezone(BEIJING).isoformat()


def read_datetime(text: str) -> datetime:
    """The UTC instant of an xs:dateTime with a time zone; ValueError where it has none or is out of range."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("out of range") from error


class Field(NamedTuple):
    """How one field is read and written; `nested` is the class of a field that is a message of its own.

    `many` is a field that holds a tuple of its elements.
    """

    name: str
    element: str
    many: bool
    nested: type | None
    from_text: Callable[[str], Any] | None
    to_text: Callable[[Any], str]
    bank_code: bool


class _Plan:
    """How one class is read and written in one namespace, worked out once."""

    __slots__ = ("_by_tag", "_cls", "_many", "_namespace", "_writers", "fields")

    def __init__(self, cls: type, namespace: str) -> None:
        hints = get_type_hints(cls, include_extras=True)
        self.fields = tuple([_field(name, hints[name]) for name in _names(cls)])
        self._cls = cls
        self._namespace = namespace
        self._by_tag = {f"{{{namespace}}}{field.element}": field for field in self.fields}
        self._many = [field.name for field in self.fields if field.many]
        self._writers = [(field.name, f"<{field.element}>", f"</{field.element}>", field) for field in self.fields]

    def read(self, element: _Element, faults: list[Detail]) -> object:
        values: dict[str, Any] = {}
        by_tag = self._by_tag
        for child in element:
            name, _, many, nested, from_text, _, bank_code = by_tag[cast("str", child.tag)]
            value: Any
            if nested is None:
                value = child.text or ""
                if from_text is not None:
                    value = from_text(value)
                elif bank_code and not bank_code_valid(value):
                    faults.append(_bank_code_fault(child))
            else:
                value = _plan(nested, self._namespace).read(child, faults)
            if many:
                values.setdefault(name, []).append(value)
            else:
                values[name] = value
        for name in self._many:
            values[name] = tuple(values.get(name, ()))
        return self._cls(**values)

    def write(self, instance: object, parts: list[str]) -> None:
        for name, opening, closing, field in self._writers:
            value = getattr(instance, name)
            if value is None:
                continue
            for item in value if field.many else (value,):
                parts.append(opening)
                if field.nested is None:
                    parts.append(field.to_text(item))
                else:
                    _plan(field.nested, self._namespace).write(item, parts)
                parts.append(closing)


def fields_of(cls: type) -> tuple[Field, ...]:
    """How the fields of a message or row are read and written, in their order."""
    return _plan(cast("Hashable", cls), namespace_of(cls)).fields


def element_of(cls: type, name: str) -> str:
    """The element of the field of that name."""
    return next(field.element for field in fields_of(cls) if field.name == name)


def _names(cls: Any) -> tuple[str, ...]:
    """The fields of a message or row, in their order."""
    return cast("tuple[str, ...]", cls._fields) if issubclass(cls, tuple) else tuple(each.name for each in fields(cls))


@cache
def _plan(cls: Hashable, namespace: str) -> _Plan:
    return _Plan(cast("type", cls), namespace)


BANK_CODE_WORDS: Final = (
    "行号校验位不正确，请向收款行核对十二位行号",
    "The check digit is wrong: ask the payee's bank for its twelve-digit code",
)
"""What is said of a bank code whose check digit is wrong, in Chinese and in English."""


def _bank_code_fault(element: _Element) -> Detail:
    return Detail(Code.BANK_CODE_INVALID, place(element), shown(element.text or ""), *BANK_CODE_WORDS)


def _field(name: str, hint: object) -> Field:
    element = "".join(part.capitalize() for part in name.split("_"))
    hint, marks = _unwrapped(hint)
    many = get_origin(hint) is tuple
    if many:
        hint, inner = _unwrapped(get_args(hint)[0])
        marks += inner
    for mark in marks:
        if isinstance(mark, Element):
            element = mark.name
    assert isinstance(hint, type), f"{name} is bound to no type"
    nested = hint if hasattr(hint, _NAMESPACE) else None
    from_text, to_text = (None, str) if nested else _conversion(hint, marks)
    return Field(name, element, many, nested, from_text, to_text, BankCodeMark in marks)


def _unwrapped(hint: object) -> tuple[object, list[object]]:
    """The bare type of a hint, without Optional and Annotated, and the marks found on the way."""
    marks: list[object] = []
    while True:
        if get_origin(hint) is Annotated:
            hint, *found = get_args(hint)
            marks += found
        elif get_origin(hint) in (Union, UnionType):
            (hint,) = [arg for arg in get_args(hint) if arg is not NoneType]
        else:
            return hint, marks


def _conversion(kind: type, marks: list[object]) -> tuple[Callable[[str], Any] | None, Callable[[Any], str]]:
    if kind is int:
        return (parse_amount, format_amount) if FenMark in marks else (int, str)
    if issubclass(kind, StrEnum):
        return kind, str
    return _CONVERSIONS[kind]


# XML Schema collapses white space around booleans, dates and times before it judges them; so does reading them.
_CONVERSIONS: Final[dict[type, tuple[Callable[[str], Any] | None, Callable[[Any], str]]]] = {
    str: (None, escape),
    bool: (lambda text: text.strip() == "true", lambda value: "true" if value else "false"),
    date: (lambda text: date.fromisoformat(text.strip()), date.isoformat),
    datetime: (lambda text: read_datetime(text.strip()), write_datetime),
}
