"""The refusals that approvals, limits and schedules may bring, with what they say and what to do."""

from types import ModuleType
from typing import Final

from protocol.codes import Advice, Code, Language
from protocol.meanings import MEANINGS, approval, batch, course, grant, limits, modes, register, schedule
from tests.docs.markdown import pick, rows
from tests.docs.rules import rules

ADVICE: Final = {
    Advice.CORRECT: ("correct it and send it under a new id", "更正后以新请求号发送"),
    Advice.CONTACT: ("have it changed by the administrator or the bank", "由企业管理员或银行处理"),
    Advice.RESEND: ("send the same again later", "稍后以原请求号重发"),
}
"""What the advice of a refusal means here, in both languages."""

SUBJECTS: Final[dict[str, ModuleType]] = {
    "entry": approval,
    "acts": course,
    "register": register,
    "limits": limits,
    "times": schedule,
    "batches": batch,
    "modes": modes,
    "grants": grant,
}


def refusals(subject: str, language: Language) -> str:
    """The codes of one subject: their words, their advice, and their rules."""
    sources: dict[Code, list[str]] = {}
    for rule in rules():
        for code in rule.codes:
            sources.setdefault(code, []).append(rule.id)
    return rows(
        pick(language, ["code", "says", "then", "rules"], ["代码", "含义", "处理", "规则"]),
        (
            [
                f"`{code}`",
                pick(language, said.en, said.zh),
                pick(language, *ADVICE[said.advice]),
                ", ".join(sources[code]),
            ]
            for code in SUBJECTS[subject].MEANINGS
            for said in [MEANINGS[code]]
        ),
    )
