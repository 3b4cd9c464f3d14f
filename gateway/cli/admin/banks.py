"""The words for the bank directory."""

from pathlib import Path
from typing import Any

from gateway.cli import CommandError
from gateway.cli.admin.words import Things, also


def fill(things: Things) -> None:
    """Add the commands."""
    add = things.thing("bank-code", "the bank directory: which banks may be paid at, and how")
    loaded = add("load", "replace the directory by that of a file, or tell every fault of it", prepare=_read_file)
    told = "CSV in UTF-8 or GB18030, with the first line code,name,ibps,beps,hvps"
    also(loaded, "file", type=Path, metavar="FILE", help=told)
    add("show", "the bank with a code", "code")


def _read_file(arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments with the file's text for its name."""
    from gateway.administration.banks import decoded  # noqa: PLC0415  slow to load
    from gateway.administration.change import AdminError  # noqa: PLC0415  as above

    path: Path = arguments.pop("file")
    try:
        return arguments | {"content": decoded(path.read_bytes())}
    except (OSError, AdminError) as error:
        raise CommandError(f"{path}: {error}") from error
