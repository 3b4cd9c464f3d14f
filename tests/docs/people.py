"""Who may do what, asked of the functions that decide it: decisions on each step, and withdrawals."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from gateway.domain import course
from gateway.domain.approval import Decision, may, state_name
from gateway.domain.customer import Form, Person
from gateway.domain.facts import Moment
from gateway.domain.matter import Act, Matter
from protocol.codes import Language
from protocol.messages.transfer import TransferState
from tests.docs.markdown import pick, rows
from tests.docs.plans import BAND_END
from tests.gateway.domain.approval.company import (
    BANK_002,
    PAYER,
    SERVICE,
    customer_002,
    decided,
    entered,
    matter,
    person,
    plan_of,
)

ALL: Final = ("enter", "review", "authorize", "dispatch", "administer")
"""Every permission that goes together with authorize."""
FORCES: Final = ("enter", "review", "force-authorize", "dispatch", "administer")
"""Every permission that goes together with force-authorize."""

_PLAN = plan_of(customer_002(), BAND_END + 1)
_REVIEWED = decided(_PLAN, entered(), BANK_002["REVIEW"])
_HALF = decided(_PLAN, _REVIEWED, BANK_002["AUTH1"])
_AUTHORIZED = decided(_PLAN, _HALF, BANK_002["AUTH3"])
_STAGES: Final = (entered(), _REVIEWED, _HALF, _AUTHORIZED)

_PEOPLE: Final = (
    ("who entered it, with every permission", "录入员，兼有各项权限", person("ENTRY", *ALL, level=1)),
    ("who entered it and may force-authorize", "录入员，兼有强制授权权限", person("ENTRY", *FORCES)),
    ("who reviews it, with every permission", "其复核员，兼有各项权限", person("REVIEW", *ALL, level=3)),
    ("who reviews it and may force-authorize", "其复核员，兼有强制授权权限", person("REVIEW", *FORCES)),
    (
        "who authorizes it at level 1 and may dispatch",
        "其1级授权员，兼有发送权限",
        person("AUTH1", "authorize", "dispatch", level=1),
    ),
    ("another authorizer of level 1", "其他1级授权员", person("X", "authorize", level=1)),
    ("another authorizer of level 3", "其他3级授权员", person("X", "authorize", level=3)),
    ("a force-authorizer", "强制授权员", person("X", "force-authorize")),
    ("who may dispatch", "有发送权限者", person("X", "dispatch")),
    ("who has every permission and is frozen", "兼有各项权限但已冻结者", person("X", *ALL, level=1, status="frozen")),
    (
        "who has every permission, but not the account",
        "兼有各项权限但账户不在其列者",
        person("X", *ALL, level=1, accounts=()),
    ),
)


def decisions(language: Language) -> str:
    """What each of these people may decide about the example of R2.3 above 50,000.00, at every step of it."""
    states = [state_name(_PLAN, acts) for acts in _STAGES]
    return rows(
        [pick(language, "who", "何人"), *(pick(language, state.en, state.zh) for state in states)],
        ([pick(language, en, zh), *(_decisions(one, acts) for acts in _STAGES)] for en, zh, one in _PEOPLE),
    )


def _decisions(who: Person, acts: tuple[Act, ...]) -> str:
    allowed = may(_PLAN, acts, who, payer=PAYER, service=SERVICE)
    return ", ".join(f"`{decision}`" for decision in Decision if decision in allowed) or "-"


_NOW: Final = Moment(0, 0, date(2026, 11, 25))
_ENTRY = BANK_002["ENTRY"]
_ADMINISTRATOR = person("ADM", "administer")
_OTHER = person("X", "enter", "review", "authorize", "dispatch")


def withdrawals(language: Language) -> str:
    """Who may withdraw an instruction, by where it is (R2.20, R2.21, O5)."""
    states: Sequence[tuple[tuple[str, str], TransferState, Form]] = (
        (("waiting for people", "等待办理"), TransferState.WAITING_REVIEW, Form.MODE),
        (("`scheduled`, forms 000 and 003", "`scheduled`，形式000、003"), TransferState.SCHEDULED, Form.FLOW),
        (("`scheduled`, form 002", "`scheduled`，形式002"), TransferState.SCHEDULED, Form.MODE),
        (("`processing` and later", "`processing`及以后"), TransferState.PROCESSING, Form.FLOW),
    )
    people = (
        (("who entered it", "录入员"), _ENTRY),
        (("an administrator", "管理员"), _ADMINISTRATOR),
        (("anybody else", "其他人"), _OTHER),
    )
    return rows(
        [pick(language, "who", "何人"), *(pick(language, *words) for words, _, _ in states)],
        (
            [pick(language, *words), *(_withdrawal(who, state, form, language) for _, state, form in states)]
            for words, who in people
        ),
    )


def _withdrawal(who: Person, state: TransferState, form: Form, language: Language) -> str:
    waits = replace(matter("T1", _PLAN, entered()), state=state, wake_ms=1)
    after = course.withdrawn(waits, who, replace(customer_002(), form=form), _NOW, by_request="W1")
    return pick(language, "may withdraw it", "可撤销") if isinstance(after, Matter) else f"`{after[0].rule}`"
