"""When instructions run, asked of the functions that decide it; what is due at once shows no time."""

from datetime import datetime
from typing import Final

from gateway.domain.calendar import SHANGHAI
from gateway.domain.hours import ScheduleRules
from gateway.domain.schedule import Run, payroll_runs, runs
from protocol.codes import Language
from protocol.messages.transfer import Arrival
from tests.docs.markdown import pick, rows

_RULES: Final = ScheduleRules()
_ENTRY: Final = "11-25"

_TRANSFERS: Final = (
    (None, None, "11-25 23:10:00"),
    (Arrival.NORMAL, None, "11-25 10:00:00"),
    (Arrival.NORMAL, None, "11-25 23:00:00"),
    (Arrival.NEXT_DAY, None, "11-25 10:00:00"),
    (Arrival.NEXT_DAY, None, "11-27 10:00:00"),
    (None, "11-25 14:00:00", "11-25 13:59:59"),
    (None, "11-25 14:00:00", "11-25 14:00:00"),
    (None, "11-25 14:00:00", "11-25 14:00:01"),
    (None, "11-25 14:00:00", "11-25 17:00:01"),
    (None, "11-27 09:00:00", "11-25 10:00:00"),
    (None, "11-27 09:00:00", "11-27 09:30:00"),
)
"""Arrival, chosen hour, last approval; all were entered on 25 November."""
_PAYROLLS: Final = ("11-25 08:00:00", "11-25 10:05:00", "11-25 16:30:01", "11-25 17:00:00")


def transfers(language: Language) -> str:
    """Transfers within the bank, by what was asked for and when the last approval came."""
    return rows(
        pick(
            language,
            ["`Arrival`", "`ScheduledFor`", "last approval", "runs"],
            ["`Arrival`", "`ScheduledFor`", "最后一次审批", "执行"],
        ),
        (
            [
                f"`{arrival}`" if arrival else "-",
                chosen or "-",
                approved,
                _shown(_run(arrival, chosen, approved), language),
            ]
            for arrival, chosen, approved in _TRANSFERS
        ),
    )


def payrolls(language: Language) -> str:
    """Payroll and reimbursement, by when the last approval came."""
    return rows(
        pick(language, ["last approval", "handed to the core"], ["最后一次审批", "提交核心"]),
        ([approved, _shown(payroll_runs(_at(approved), _RULES), language)] for approved in _PAYROLLS),
    )


def _run(arrival: Arrival | None, chosen: str | None, approved: str) -> Run:
    return runs(
        arrival,
        _at(chosen) if chosen else None,
        approved_at=_at(approved),
        entered_on=_at(f"{_ENTRY} 00:00:00").date(),
        large_value=False,
        rules=_RULES,
    )


def _at(moment: str) -> datetime:
    return datetime.fromisoformat(f"2026-{moment}").replace(tzinfo=SHANGHAI)


def _shown(run: Run, language: Language) -> str:
    return pick(language, "at once", "立即") if run.at is None else f"{run.at:%m-%d %H:%M:%S}"
