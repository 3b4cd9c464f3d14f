"""What a change of people reaches: modes, flows and matters that nobody could complete any more (R1.11, R1.12, O23).

Completing is by the steps' own people; what waits for authorization a force-authorizer may still release.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import NamedTuple

from gateway.domain.approval.filling import gap, present
from gateway.domain.approval.making import band_steps, flow_steps
from gateway.domain.approval.people import DELETED, NORMAL, is_administrative, listed
from gateway.domain.approval.progress import progress
from gateway.domain.customer import Customer, Flow, Mode, Person
from gateway.domain.managing import DECIDING
from gateway.domain.matter import Matter, MatterKey, Step
from protocol.service import Permission


class Hanging(NamedTuple):
    """What a change would leave to nobody: ids of modes and flows, keys of pending matters; each in order."""

    modes: tuple[str, ...]
    flows: tuple[str, ...]
    matters: tuple[MatterKey, ...]


class Needed(NamedTuple):
    """What needs one operator: flows with a level on which it is alone, matters with a step that only it can fill."""

    flows: tuple[str, ...]
    matters: tuple[MatterKey, ...]


class _Open(NamedTuple):
    """What is open of a matter: its steps, who has a role already, and the lists that count for it."""

    steps: tuple[Step, ...]
    barred: frozenset[str]
    payer: str | None
    service: str | None

    def stands(self, people: Mapping[str, Person]) -> bool:
        """Whether the people can complete it."""
        return gap(self.steps, present(people, self.payer, self.service), self.barred) is None


def hanging(before: Customer, after: Customer, matters: Iterable[Matter]) -> Hanging:
    """What could be completed by the people `before` a change and cannot be by those `after` it (R1.12, O23).

    `matters` are those of the customer's people that are pending; those of other customers' people are passed over.
    """
    return Hanging(
        tuple(
            sorted(
                name
                for name, mode in after.modes.items()
                if not _mode_stands(mode, after) and _mode_stands(mode, before)
            )
        ),
        tuple(
            sorted(
                flow.flow_id
                for flow in after.flows
                if not _flow_stands(flow, after.people) and _flow_stands(flow, before.people)
            )
        ),
        _lost(_pending(after.customer_id, matters), before.people, after.people),
    )


def needed_by(customer: Customer, matters: Iterable[Matter], operator_id: str) -> Needed:
    """What keeps `operator_id` from being deleted (R1.11) and is reported when it is frozen (O23).

    A colleague on the same level counts although frozen: it can be unfrozen. A pending matter needs whoever among the
    normal people, and the operator itself in normal state, cannot be done without.
    """
    person = customer.people[operator_id]
    without = {name: other for name, other in customer.people.items() if name != operator_id}
    full = {**without, operator_id: replace(person, status=NORMAL)}
    return Needed(
        tuple(sorted(flow.flow_id for flow in customer.flows if _is_key(flow, person, without))),
        _lost(_pending(customer.customer_id, matters), full, without),
    )


def unfinished(source: Mode | Flow, matters: Iterable[Matter]) -> tuple[MatterKey, ...]:
    """The pending matters entered under a mode or flow, to be shown before it is deleted with them (R2.15, R2.10)."""
    name, listing = (source.flow_id, True) if isinstance(source, Flow) else (source.mode_id, False)
    return tuple(
        sorted(
            matter.key
            for matter in matters
            if matter.plan.mode == name
            and any(step.operators is not None for step in matter.plan.steps) is listing
            and progress(matter.plan, matter.acts).due
        )
    )


def _pending(customer_id: str, matters: Iterable[Matter]) -> Iterator[Matter]:
    return (matter for matter in matters if matter.plan.customer_id == customer_id)


def _lost(
    matters: Iterable[Matter], before: Mapping[str, Person], after: Mapping[str, Person]
) -> tuple[MatterKey, ...]:
    """The matters that the people `before` could complete and those `after` cannot, in order of their keys.

    What is over or complete stands. Thousands wait under few plans, so each way to stand is judged once.
    """
    judged: dict[_Open, bool] = {}
    lost = []
    for matter in matters:
        at = progress(matter.plan, matter.acts)
        if not at.due:
            continue
        asked = (None, DECIDING) if is_administrative(matter.plan) else (matter.payer_account, matter.service)
        still = _Open(tuple(at.open_steps(matter.plan)), at.barred, *asked)
        if still not in judged:
            judged[still] = still.stands(before) and not still.stands(after)
        if judged[still]:
            lost.append(matter.key)
    return tuple(sorted(lost))


def _mode_stands(mode: Mode, customer: Customer) -> bool:
    """Whether different people can complete each band, for some account and service that the mode is bound to."""
    services = [name for name, binding in customer.bindings.items() if binding.mode == mode.mode_id]
    crews = list(_crews(customer, services))
    return all(any(gap(band_steps(mode, band), crew, with_entry=True) is None for crew in crews) for band in mode.bands)


def _crews(customer: Customer, services: list[str]) -> Iterator[list[Person]]:
    """Who works together on some account, for each of the services, or for any; the same people once."""
    seen: set[tuple[str, ...]] = set()
    for service in services or (None,):
        for account in customer.accounts or (None,):
            crew = present(customer.people, account, service)
            names = tuple(person.operator_id for person in crew)
            if names not in seen:
                seen.add(names)
                yield crew


def _flow_stands(flow: Flow, people: Mapping[str, Person]) -> bool:
    return gap(flow_steps(flow), present(people, flow.account, flow.service), with_entry=True) is None


def _is_key(flow: Flow, person: Person, others: Mapping[str, Person]) -> bool:
    """关键级别: whether the person is the only one on a level of the flow, review or entry."""
    colleagues = {name: other for name, other in others.items() if other.status != DELETED}
    if any(person.operator_id in level and colleagues.keys().isdisjoint(level) for level in flow.levels):
        return True
    return _enters(flow, person) and not any(_enters(flow, other) for other in colleagues.values())


def _enters(flow: Flow, person: Person) -> bool:
    return Permission.ENTER in person.permissions and listed(person, flow.account, flow.service)
