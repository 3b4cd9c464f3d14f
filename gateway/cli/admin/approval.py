"""The words for modes, flows, and what services follow."""

import json
import tomllib
from pathlib import Path
from typing import Any

from gateway.cli import CommandError
from gateway.cli.admin.words import Things, also


def fill(things: Things) -> None:
    """Add the commands."""
    add = things.thing("mode", "authorization modes of customers")
    mode = add("save", "make a mode, or put another in its place, whole", "customer", "mode", prepare=_read_definition)
    also(mode, "file", nargs="?", type=Path, metavar="FILE", help="its definition, TOML or JSON")
    also(mode, "--preset", metavar="NAME", help="a mode that the bank supplies: REVIEW, ONE-LEVEL, TWO-LEVELS")
    add("delete", "delete a mode that no service follows", "customer", "mode")
    add("list", "the modes of a customer", "customer")
    add = things.thing("flow", "transfer flows of customers")
    flow = add("save", "make a flow, whole; it is never changed", "customer", "flow", prepare=_read_definition)
    also(flow, "file", type=Path, metavar="FILE", help="its definition, TOML or JSON")
    gone = add("delete", "delete a flow; what is unfinished under it is shown first", "customer", "flow")
    also(gone, "--confirm", type=int, default=0, metavar="COUNT", help="delete with it so many unfinished ones")
    add("list", "the flows of a customer", "customer")
    add = things.thing("service", "services of customers")
    add("bind", "let a service follow a mode", "customer", "service", "mode")
    add("unbind", "let a service follow no mode", "customer", "service")
    add("on", "the service takes new instructions", "customer", "service")
    add("off", "the service takes nothing new until it is on again", "customer", "service")
    add("list", "the services of a customer that take a mode", "customer")


def _read_definition(arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments with what the file holds for its name; raises CommandError."""
    path: Path | None = arguments.pop("file")
    if path is None:
        return arguments
    try:
        text = path.read_text("utf-8")
        told = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise CommandError(f"{path}: {error}") from error
    return arguments | {"definition": told}
