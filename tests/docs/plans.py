"""The manuals' examples of plans, worked out by the functions that make and follow plans: they cannot be wrong."""

from collections.abc import Iterable
from dataclasses import replace

from gateway.domain.approval import Decision, entry_plan, stage, state_name, step_name
from gateway.domain.customer import Customer
from gateway.domain.matter import Act, Plan, Step, StepKind
from protocol.codes import Language
from protocol.money import readable_amount
from tests.docs.markdown import pick, rows
from tests.gateway.domain.approval.company import (
    BANK_002,
    BANK_003,
    PAYER,
    SERVICE,
    WAN,
    crew,
    customer_000,
    customer_002,
    customer_003,
    decided,
    entered,
    person,
    plan_of,
)

BAND_END = 5 * WAN
"""The upper bound of the first band of the example of R2.3."""
FLOW_LIMITS = (100 * WAN, 200 * WAN, 300 * WAN, 400 * WAN)
"""Those of the example of R2.13."""
IN_CHINESE = {"JIA": "甲", "YI": "乙", "BING": "丙", "DING": "丁"}
"""What the manual calls the people of that example."""


def reviewers(language: Language) -> str:
    """Form 000 (R2.1): with and without somebody who reviews."""
    entry = person("ENTRY", "enter")
    cases = (
        (("nobody reviews", "没有审核员"), customer_000(entry)),
        (("REVIEW may review", "REVIEW有复核权限"), customer_000(entry, person("REVIEW", "review"))),
    )
    return rows(
        pick(language, ["customer", "steps", "after entry"], ["企业", "步骤", "录入后"]),
        (
            [pick(language, *words), _steps(plan_of(customer), language), _state(plan_of(customer), (), language)]
            for words, customer in cases
        ),
    )


def bands(language: Language) -> str:
    """Form 002 (R2.3): the steps at the bound of the first band, one fen under it and one fen over it."""
    return rows(
        pick(language, ["amount", "steps", "different people"], ["金额", "步骤", "不同人员"]),
        (
            [readable_amount(amount), _steps(plan, language), str(_people(plan))]
            for amount in (BAND_END - 1, BAND_END, BAND_END + 1)
            for plan in [plan_of(customer_002(), amount)]
        ),
    )


def walk(language: Language) -> str:
    """Form 002 (R2.3): one instruction of 50,000.01 from hand to hand."""
    plan = plan_of(customer_002(), BAND_END + 1)
    acts = entered()
    lines = [["ENTRY", pick(language, "enters it", "录入"), _state(plan, acts, language)]]
    for name, decision in (
        ("REVIEW", Decision.APPROVE),
        ("AUTH1", Decision.APPROVE),
        ("AUTH3", Decision.APPROVE),
        ("SEND", Decision.DISPATCH),
    ):
        acts = decided(plan, acts, BANK_002[name], decision)
        lines.append([name, f"`{decision}`", _state(plan, acts, language)])
    return rows(pick(language, ["who", "decides", "then it is"], ["何人", "办理", "之后"]), lines)


def crews(language: Language) -> str:
    """Form 002 (R2.4): what can be entered by fewer people."""
    five = {name: one for name, one in BANK_002.items() if name != "FORCE"}
    sends = replace(BANK_002["REVIEW"], permissions=frozenset({"review", "dispatch"}))
    four = crew(BANK_002["ENTRY"], sends, BANK_002["AUTH1"], BANK_002["AUTH3"])
    three = {name: one for name, one in four.items() if name != "AUTH3"}
    cases = (
        (("all of the five above", "以上五人"), five),
        (("four; REVIEW may also dispatch", "四人，REVIEW兼有发送权限"), four),
        (("three of these, without AUTH3", "其中三人，没有AUTH3"), three),
        (("two of these, without AUTH1", "其中两人，没有AUTH1"), {n: o for n, o in three.items() if n != "AUTH1"}),
    )
    return rows(
        [pick(language, "people", "人员"), readable_amount(BAND_END), readable_amount(BAND_END + 1)],
        (
            [pick(language, *words), *(_verdict(customer_002(people), amount, language) for amount in amounts)]
            for words, people in cases
            for amounts in [(BAND_END, BAND_END + 1)]
        ),
    )


def flows(language: Language) -> str:
    """Form 003 (R2.13, R2.14): the flow and the steps at every limit, one fen under it and one fen over it."""
    amounts = sorted({limit + step for limit in FLOW_LIMITS for step in (-1, 0, 1)})
    return rows(
        pick(language, ["amount", "flow", "steps"], ["金额", "流程", "步骤"]),
        (
            [readable_amount(amount), plan.mode, _steps(plan, language)]
            for amount in amounts
            for plan in [plan_of(customer_003(), amount, by="JIA")]
        ),
    )


def _steps(plan: Plan, language: Language) -> str:
    """Entry, and every step with its level and, where they are listed, those of whom one acts."""
    return " → ".join([pick(language, "entry", "录入"), *(_step(step, language) for step in plan.steps)])


def _step(step: Step, language: Language) -> str:
    en, zh = step_name(step).en, step_name(step).zh
    if step.operators is None:
        return pick(language, en, zh)
    names = sorted(step.operators, key=list(BANK_003).index)
    return pick(language, f"{en}: {' or '.join(names)}", f"{zh}：{'或'.join(IN_CHINESE[name] for name in names)}")


def _people(plan: Plan) -> int:
    """How many different people it takes: anyone who may dispatch does so, whatever else it did (R1.3)."""
    return 1 + sum(step.count for step in plan.steps if step.kind is not StepKind.DISPATCH)


def _state(plan: Plan, acts: Iterable[Act], language: Language) -> str:
    """Where the instruction is then, in words and as the replies call it."""
    known = tuple(acts) or entered()
    name = state_name(plan, known)
    return f"{pick(language, name.en, name.zh)} `{stage(plan, known)}`"


def _verdict(customer: Customer, amount: int, language: Language) -> str:
    plan = entry_plan(customer, service=SERVICE, payer=PAYER, amount=amount, operator_id="ENTRY")
    if isinstance(plan, Plan):
        return pick(language, "accepted", "受理")
    return f"`{plan[0].rule}`"
