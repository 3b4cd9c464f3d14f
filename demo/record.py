"""What happened, one row a message, and how it is shown to a person and to a program."""

import json
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table
from rich.text import Text

_ALGORITHMS = {"rsa-sha256": "RSA", "ecdsa-p256-sha256": "ECDSA", "sm2-sm3": "SM2"}

_ACCEPTED = frozenset({"DONE", "PENDING", "AWAITING_APPROVAL", "SCHEDULED"})

TEXT_COLUMNS = 60
"""How much of a text is shown outside of scenes: the code beside it is what counts."""


@dataclass(frozen=True, slots=True)
class Row:
    """One message and its answer: `signed` tells a verified reply from a Fault, `wrong` what was not as it must be.

    `scene` is the title under which the rows of several senders stand together.
    """

    request: str
    way: str
    algorithm: str
    code: str
    text: str
    milliseconds: float
    signed: bool
    wrong: str | None = None
    scene: str = ""


@dataclass(slots=True)
class Record:
    """Every row so far, and what concerns none of them alone."""

    rows: list[Row] = field(default_factory=list)
    transfers: int = 0
    unmet: list[str] = field(default_factory=list)

    def expect(self, what: str, *, holds: bool) -> None:
        """Note what was expected and did not hold."""
        if not holds:
            self.unmet.append(what)

    @property
    def wrong(self) -> list[str]:
        """Everything that was not as expected."""
        return [f"{row.request}: {row.wrong}" for row in self.rows if row.wrong] + self.unmet

    def summary(self, *, ledger_balanced: bool, audit_sound: bool) -> str:
        """The last line: what a program reads. `requests` are the messages that are due a signed reply."""
        faults = sum(not row.signed and row.wrong is None for row in self.rows)
        return json.dumps(
            {
                "requests": len(self.rows) - faults,
                "replies_verified": sum(row.signed and row.wrong is None for row in self.rows),
                "faults": faults,
                "transfers": self.transfers,
                "ledger_balanced": ledger_balanced,
                "audit_sound": audit_sound,
            }
        )


def show(record: Record, console: Console) -> None:
    """The rows as a table, a line between scenes or ways in and the next; what was not as expected stands out."""
    table = Table(title="What was sent and what came back", title_justify="left")
    table.add_column("request")
    for heading, columns in (("way", 4), ("key", 5), ("outcome", 28)):
        table.add_column(heading, no_wrap=True, width=columns)
    table.add_column("text")
    table.add_column("ms", justify="right", no_wrap=True, width=6)
    before: tuple[str, ...] = ()
    for row in record.rows:
        part = (row.scene,) if row.scene else (row.way, row.algorithm)
        if part != before:
            table.add_section()
            if row.scene:
                table.add_row(Text(row.scene, style="bold"))
        before = part
        table.add_row(
            Text(row.request),
            row.way,
            _ALGORITHMS.get(row.algorithm, row.algorithm),
            Text(row.code if row.signed else f"{row.code} (Fault)", style=_style(row)),
            Text(row.text, overflow="fold") if row.scene and not row.wrong else _cut(row.wrong or row.text),
            f"{row.milliseconds:.1f}",
        )
    console.print(table)


def _cut(words: str) -> Text:
    shown = Text(words)
    shown.truncate(TEXT_COLUMNS, overflow="ellipsis")
    return shown


def _style(row: Row) -> str:
    if row.wrong:
        return "bold red"
    return "green" if row.code in _ACCEPTED else "yellow"
