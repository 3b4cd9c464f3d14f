"""What the commands of `yinqi admin` are made of: their words, their arguments, and how these are read."""

import argparse
from collections.abc import Callable
from typing import Any, Final

from gateway.cli.shared import add_site

Add = Callable[..., argparse.ArgumentParser]
Prepare = Callable[[dict[str, Any]], dict[str, Any]]
"""Makes the arguments that a command takes of those that were given."""

NONE: Final = "none"
"""What is written for no limit."""


class Things:
    """What may be administered: the first word behind `yinqi admin`."""

    def __init__(self, things: Any) -> None:
        """`things` are the subparsers for that word."""
        self._things = things

    def act(self, name: str, text: str) -> argparse.ArgumentParser:
        """A thing on which there is one act; more arguments may be added to what is returned."""
        return _command(self._things, name, name, text=text)

    def thing(self, name: str, text: str) -> Add:
        """A thing, by its word; what is returned adds an act on it."""
        parser = self._things.add_parser(name, help=text, description=text)
        acts = parser.add_subparsers(metavar="ACT", required=True)

        def add(act: str, text: str, *names: str, prepare: Prepare | None = None) -> argparse.ArgumentParser:
            """A command with positional arguments of these names; more arguments may be added to what it returns."""
            parser = _command(acts, act, f"{name} {act}", text=text)
            for each in names:
                parser.add_argument(each, metavar=each.upper())
            parser.set_defaults(arguments=list(names), prepare=prepare)
            return parser

        return add


def _command(words: Any, word: str, command: str, *, text: str) -> argparse.ArgumentParser:
    """A command below the subparsers `words`, with what every command takes."""
    parser: argparse.ArgumentParser = words.add_parser(word, help=text, description=text)
    add_site(parser, default=argparse.SUPPRESS)
    parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="answer in JSON")
    parser.set_defaults(command=command, arguments=[], prepare=None)
    return parser


def also(parser: argparse.ArgumentParser, name: str, *, among: Any = None, **options: Any) -> None:
    """A further argument of a command; an option without a default that is not given is not sent.

    `among` is the group of arguments of which it is one, where it stands in a group.
    """
    if name.startswith("-"):
        options.setdefault("default", argparse.SUPPRESS)
    (among or parser).add_argument(name, **options)
    parser.get_default("arguments").append(options.get("dest", name.lstrip("-").replace("-", "_")))


def customer_or_all(parser: argparse.ArgumentParser) -> None:
    """The argument of a list that is of one customer or of all."""
    also(parser, "customer", nargs="?", metavar="CUSTOMER")


def limit_options(parser: argparse.ArgumentParser, none: str) -> None:
    """The two options of limits; `none` is what the word none stands for."""
    for name, what in (("--transfer", "per transaction"), ("--day", "per day")):
        also(parser, name, type=limit, metavar="AMOUNT", help=f"{what}, such as 50000.00, or {NONE}: {none}")


def gather(into: str, *names: str) -> Prepare:
    """Gather those of the arguments that were given into one, by their names."""

    def prepare(arguments: dict[str, Any]) -> dict[str, Any]:
        given = {name: arguments.pop(name) for name in names if name in arguments}
        return arguments | {into: given}

    return prepare


def words(text: str) -> list[str]:
    """Words separated by commas or spaces."""
    return [word for word in text.replace(",", " ").split() if word]


def fen(text: str) -> int:
    """An amount such as 1000.00 in fen; raises ValueError."""
    from protocol.money import parse_amount  # noqa: PLC0415  only this argument needs it

    return parse_amount(text)


def limit(text: str) -> int | None:
    """An amount in fen, or None for the word none; raises ValueError."""
    return None if text == NONE else fen(text)


def yes_or_no(text: str) -> bool:
    """Yes or no; raises ValueError."""
    if text not in ("yes", "no"):
        raise ValueError(text)
    return text == "yes"
