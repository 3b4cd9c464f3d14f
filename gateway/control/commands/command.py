"""The form of a command, and what the answers of commands have in common."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from gateway.domain.customer import Limits
from protocol.money import format_amount

Answer = dict[str, Any]
"""`text` is one line for a person; `rows` are the lines of a list; what else there is belongs to one command."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command: `changes` says that it changes something, which is then logged."""

    run: Callable[..., Answer]
    changes: bool = True


def listed(what: str, rows: Iterable[Any]) -> Answer:
    """The answer of a list; amounts are shown in yuan."""
    plain = [{name: _plain(name, value) for name, value in asdict(row).items()} for row in rows]
    return {"text": f"{what}s: {len(plain)}", "rows": plain}


def shown(limits: Limits) -> str:
    """Limits in words."""
    return f"{_amount(limits.per_transfer)} per transaction, {_amount(limits.per_day)} per day"


def _plain(name: str, value: Any) -> Any:
    return format_amount(value) if name.startswith("limit_") and value is not None else value


def _amount(fen: int | None) -> str:
    return "no limit" if fen is None else format_amount(fen)
