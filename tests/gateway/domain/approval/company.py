"""Builders for the tests of approval: people, customers of each form, and acts one after the other."""

from collections.abc import Iterable, Mapping
from datetime import date

from gateway.domain.approval import Counted, Decision, act, entry_plan, stage
from gateway.domain.customer import Account, Authorizers, Band, Binding, Customer, Flow, Form, Mode, Person, Role
from gateway.domain.facts import Takes
from gateway.domain.matter import Act, ActKind, Matter, MatterKey, Plan
from protocol.errors import Detail

PAYER = "6222000000000001"
OTHER = "6222000000000002"
SERVICE = "SubmitTransfer"
WAN = 1_000_000
"""一万元 in fen, the unit of the manuals' examples."""


def person(
    name: str,
    *permissions: str,
    level: int | None = None,
    role: Role = Role.OPERATOR,
    status: str = "normal",
    accounts: Iterable[str] = (PAYER,),
    services: Iterable[str] | None = None,
) -> Person:
    """An operator with the account of the examples on its list, and every service."""
    return Person(
        operator_id=name,
        status=status,
        permissions=frozenset(permissions),
        level=level,
        role=role,
        accounts=frozenset(accounts),
        services=None if services is None else frozenset(services),
    )


def crew(*people: Person) -> dict[str, Person]:
    """People by their ids."""
    return {one.operator_id: one for one in people}


# 002: the crew of the example under R2.3, with a force-authorizer and somebody who only dispatches.
BANK_002 = crew(
    person("ENTRY", "enter"),
    person("REVIEW", "review"),
    person("AUTH1", "authorize", level=1),
    person("AUTH3", "authorize", level=3),
    person("FORCE", "force-authorize"),
    person("SEND", "dispatch"),
)


def example_mode(*, ordered: bool = True, review: bool = True, manual_dispatch: bool = True) -> Mode:
    """The mode of R2.3: up to 50,000.00 one of level 1; above, one of level 1 and then one of level 3."""
    return Mode(
        mode_id="M1",
        with_amount=True,
        ordered=ordered,
        review=review,
        manual_dispatch=manual_dispatch,
        bands=(Band(5 * WAN, (Authorizers(1, 1),)), Band(None, (Authorizers(1, 1), Authorizers(3, 1)))),
    )


def customer_002(
    people: Mapping[str, Person] = BANK_002, mode: Mode | None = None, *, single_person: bool = False
) -> Customer:
    """A customer of form 002 with one mode, bound to SubmitTransfer."""
    mode = mode or example_mode()
    return Customer(
        customer_id="C1",
        status="normal",
        form=Form.MODE,
        single_person=single_person,
        people=people,
        accounts=accounts(PAYER, OTHER),
        modes={mode.mode_id: mode},
        bindings={SERVICE: Binding(mode.mode_id)},
    )


# 003: the people of the example under R2.13; the deputy stands in the flows, the supervisor above them.
BANK_003 = crew(
    person("JIA", "enter"),
    person("YI", "review"),
    person("BING", "review"),
    person("DING", "review", role=Role.DEPUTY),
    person("ZHU", role=Role.SUPERVISOR),
)


def flow(name: str, limit: int | None, *levels: str, account: str | None = PAYER, service: str | None = None) -> Flow:
    """A flow whose levels are written as names with spaces between them."""
    sets = tuple(frozenset(level.split()) for level in levels)
    return Flow(flow_id=name, account=account, service=service, limit=limit, levels=sets)


FLOWS_003 = (
    flow("A", 100 * WAN, "YI"),
    flow("B", 200 * WAN, "YI", "BING"),
    flow("C", 300 * WAN, "YI BING", "DING"),
    flow("D", 400 * WAN, "YI", "BING", "DING"),
)
"""The example under R2.13 and R2.14: 100, 200, 300 and 400 wan yuan."""


def customer_003(people: Mapping[str, Person] = BANK_003, flows: tuple[Flow, ...] = FLOWS_003) -> Customer:
    """A customer of form 003."""
    return Customer(
        customer_id="C1",
        status="normal",
        form=Form.FLOW,
        people=people,
        accounts=accounts(PAYER, OTHER),
        flows=flows,
    )


def customer_000(*people: Person, single_person: bool = False) -> Customer:
    """A customer of form 000."""
    return Customer(customer_id="C1", status="normal", single_person=single_person, people=crew(*people))


def accounts(*numbers: str) -> dict[str, Account]:
    """Accounts of the customer by their numbers."""
    return {number: Account(number=number, owner="C1") for number in numbers}


def plan_of(
    customer: Customer, amount: int = 1, *, by: str = "ENTRY", service: str = SERVICE, named: str | None = None
) -> Plan:
    """The plan of an instruction; a test fails with the refusals where there is none."""
    plan = entry_plan(customer, service=service, payer=PAYER, amount=amount, operator_id=by, named=named)
    assert isinstance(plan, Plan), plan
    return plan


def entry_faults(
    customer: Customer, amount: int = 1, *, by: str = "ENTRY", service: str = SERVICE, named: str | None = None
) -> list[str]:
    """The codes with which an entry is refused; empty where it is not."""
    return codes(entry_plan(customer, service=service, payer=PAYER, amount=amount, operator_id=by, named=named))


def codes(found: object) -> list[str]:
    """The codes of a list of details, each of which has words in both languages; nothing for anything else."""
    if not isinstance(found, list):
        return []
    assert all(isinstance(detail, Detail) and detail.zh and detail.en for detail in found), found
    return [detail.rule for detail in found]


def kinds(plan: Plan) -> list[tuple[str, int | None]]:
    """The steps of a plan as pairs of kind and level."""
    return [(step.kind.value, step.level) for step in plan.steps]


def entered(by: str = "ENTRY") -> tuple[Act, ...]:
    """The acts of an instruction just entered."""
    return (Act(operator_id=by, kind=ActKind.ENTER, at_ms=0),)


def decided(
    plan: Plan,
    acts: tuple[Act, ...],
    who: Person,
    decision: Decision = Decision.APPROVE,
) -> tuple[Act, ...]:
    """The acts after a decision that counts; a test fails with the reasons where it does not."""
    found = act(plan, acts, who, decision, payer=PAYER, service=SERVICE)
    assert isinstance(found, Counted), found
    return (*acts, Act(operator_id=who.operator_id, kind=found.kind, at_ms=len(acts), step=found.step))


def reasons(plan: Plan, acts: tuple[Act, ...], who: Person, decision: Decision = Decision.APPROVE) -> list[str]:
    """The codes with which a decision is refused; empty where it counts."""
    return codes(act(plan, acts, who, decision, payer=PAYER, service=SERVICE))


def matter(name: str, plan: Plan, acts: tuple[Act, ...], service: str = SERVICE) -> Matter:
    """A matter that waits, as far as approval asks about it."""
    return Matter(
        key=MatterKey(plan.customer_id, name, 0),
        service=service,
        operator_id=acts[0].operator_id,
        owner=plan.customer_id,
        payer_account=PAYER,
        payee_account=OTHER,
        payee_name="甲",
        amount=1,
        count=1,
        takes=Takes.OUTGOING,
        entered_ms=0,
        entered_on=date(2026, 11, 25),
        plan=plan,
        acts=acts,
        state=stage(plan, acts),
        content="",
        shown=bytes(32),
    )
