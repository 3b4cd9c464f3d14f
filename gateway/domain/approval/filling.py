"""Whether different people can fill all steps of a plan (R1.3, R2.4, O41): a matching of people and places."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from gateway.domain.approval.people import NORMAL, able, listed
from gateway.domain.customer import Person
from gateway.domain.matter import Step, StepKind
from protocol.service import Permission


def present(people: Mapping[str, Person], payer: str | None = None, service: str | None = None) -> list[Person]:
    """Those who are normal and have account and service on their lists, where these are asked."""
    return [person for person in people.values() if person.status == NORMAL and listed(person, payer, service)]


class Gap(NamedTuple):
    """Where different people run out: a step, or the entry where `step` is None."""

    step: Step | None


def gap(
    steps: Iterable[Step], people: Sequence[Person], barred: Collection[str] = (), *, with_entry: bool = False
) -> Gap | None:
    """The first step that `people` cannot fill together with those before it, None where they can fill all.

    `barred` have a role on the instruction already; `with_entry` asks for someone to enter it too. A dispatch step
    takes anyone with the permission (R1.3), so it asks for nobody of its own.
    """
    places: list[tuple[Step | None, set[str]]] = []
    if with_entry:
        places.append((None, {person.operator_id for person in people if Permission.ENTER in person.permissions}))
    for step in steps:
        entitled = {person.operator_id for person in people if able(person, step)}
        if step.kind is StepKind.DISPATCH:
            if not (entitled if step.named is None else step.named in entitled):
                return Gap(step)
            continue
        entitled.difference_update(barred)
        kept = [] if step.named is None else [entitled & {step.named}]
        places += [(step, names) for names in kept + [entitled] * (step.count - len(kept))]
    place = unseated([names for _, names in places])
    return None if place is None else Gap(places[place][0])


def unseated(places: Sequence[Collection[str]]) -> int | None:
    """The first place for which no distinct name is left (each place lists the names that may take it), or None."""
    seats: dict[str, int] = {}
    for place in range(len(places)):
        if not _seat(place, places, seats, set()):
            return place
    return None


def _seat(place: int, places: Sequence[Collection[str]], seats: dict[str, int], asked: set[str]) -> bool:
    """Seat somebody at `place`, moving those who can sit elsewhere; each is asked once."""
    for name in places[place]:
        if name in asked:
            continue
        asked.add(name)
        held = seats.get(name)
        if held is None or _seat(held, places, seats, asked):
            seats[name] = place
            return True
    return False
