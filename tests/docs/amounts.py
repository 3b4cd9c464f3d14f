"""What is taken of limits and when it comes back, asked of the function that counts it."""

from datetime import date
from typing import Final

from gateway.domain.matter import Basis
from gateway.domain.usage import Scope, Taking, taken
from protocol.codes import Language
from tests.docs.markdown import pick, rows

_ENTRY: Final = date(2026, 11, 25)
_LATER: Final = date(2026, 11, 26)

_SCOPES: Final = {
    Scope.OPERATOR: ("operator", "操作员"),
    Scope.ACCOUNT: ("account", "账户"),
    Scope.CUSTOMER: ("customer", "客户"),
}


def _taking(
    basis: Basis,
    run_on: date | None = None,
    ended_on: date | None = None,
    *,
    outgoing: bool = True,
    counted: bool = True,
) -> Taking:
    return Taking(
        operator=("C1", "ENTRY"),
        account=("C1", "1"),
        amount=1,
        basis=basis,
        entered_on=_ENTRY,
        run_on=run_on,
        ended_on=ended_on,
        outgoing=outgoing,
        counted=counted,
    )


_CASES: Final = (
    ("entered to run at once, waiting or carried out", "立即执行的，等待或已执行", _taking(Basis.IMMEDIATE)),
    (
        "- failed, rejected, withdrawn or ended on the day of entry",
        "- 录入当日失败、拒绝、撤销或终止",
        _taking(Basis.IMMEDIATE, None, _ENTRY),
    ),
    ("- the same on a later day", "- 此后失败、拒绝、撤销或终止", _taking(Basis.IMMEDIATE, None, _LATER)),
    ("- between the customer's own accounts", "- 本企业账户之间", _taking(Basis.IMMEDIATE, outgoing=False)),
    ("scheduled for another day, waiting", "预约到其他日期，尚未执行", _taking(Basis.SCHEDULED)),
    ("- withdrawn on the day of entry", "- 录入当日撤销", _taking(Basis.SCHEDULED, None, _ENTRY)),
    ("- when it runs", "- 执行时", _taking(Basis.SCHEDULED, _LATER)),
    ("- failed on the day it runs", "- 执行当日失败", _taking(Basis.SCHEDULED, _LATER, _LATER)),
    ("postponed to another day, waiting", "顺延到其他日期，尚未执行", _taking(Basis.POSTPONED)),
    ("- when it runs", "- 执行时", _taking(Basis.POSTPONED, _LATER)),
    ("payroll and reimbursement", "代发工资、代报销", _taking(Basis.IMMEDIATE, counted=False)),
)


def usage(language: Language) -> str:
    """Whose usage is taken for which day, in every case."""
    return rows(
        pick(
            language,
            ["instruction", "for the day of entry", "for the day it runs"],
            ["指令", "录入日占用", "执行日占用"],
        ),
        (
            [pick(language, en, zh), _scopes(taking, _ENTRY, language), _scopes(taking, _LATER, language)]
            for en, zh, taking in _CASES
        ),
    )


def _scopes(taking: Taking, day: date, language: Language) -> str:
    """Whose limits hold the amount of it for that day."""
    found = {key.scope for key in taken(taking) if key.business_date == day}
    words = (pick(language, *_SCOPES[scope]) for scope in Scope if scope in found)
    return pick(language, ", ", "、").join(words) or "-"
