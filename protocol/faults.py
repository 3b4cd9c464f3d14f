"""Many faults at once: the first of them in words and how many more there are, so that no list has an open end."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from protocol.errors import Detail
from protocol.limits import DETAILS_MAX
from protocol.place import ROW

MORE: Final = "more"
"""The rule of the line that closes a list which could not hold every fault."""

_ROW: Final = re.compile(rf"[:/]{ROW}(?:\[(\d+)\]|(?=/))")


@dataclass(frozen=True, slots=True)
class Found:
    """Faults that one look found: `details` of the first, at most DETAILS_MAX, in the order of rows; `count` of all."""

    details: tuple[Detail, ...] = ()
    count: int = 0


NOTHING_FOUND: Final = Found()


def found(details: Sequence[Detail]) -> Found:
    """These faults, as what one look found."""
    return Found(tuple(details[:DETAILS_MAX]), len(details))


def listed(*several: Found) -> tuple[Detail, ...]:
    """All faults by their rows, those of no row first; where there are more than DETAILS_MAX the last line says so."""
    details = sorted((detail for each in several for detail in each.details), key=_row)
    count = sum(each.count for each in several)
    if count <= DETAILS_MAX:
        return tuple(details)
    kept = details[: DETAILS_MAX - 1]
    return (*kept, _closing(count - len(kept)))


def _row(detail: Detail) -> int:
    """The number of the row that a fault is in, 0 for none."""
    step = _ROW.search(detail.place or "")
    return 0 if step is None else int(step[1] or 1)


def _closing(left: int) -> Detail:
    return Detail(
        MORE,
        value=str(left),
        zh=f"错误过多，另有{left}处未列出：请改正以上各处后重发，即可看到其余错误",
        en=f"{left} more faults are not listed: correct these and resend to see the rest",
    )
