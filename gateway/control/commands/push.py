"""Commands on where customers' events are posted to, and on what was put aside."""

from collections.abc import Mapping, Sequence
from typing import Final

from gateway.administration import push
from gateway.control.commands.command import Answer, Command, listed
from gateway.control.hands import Hands


def _set(hands: Hands, *, customer: str, operator: str, url: str, from_start: bool = False) -> Answer:
    behind = hands.write(lambda tx: push.set_push(tx, customer, operator, url, from_start=from_start))
    begins = "from where they had come to" if behind is None else f"behind number {behind}"
    return {"text": f"events of customer {customer} are posted to {url} as {operator} may see them, {begins}"}


def _remove(hands: Hands, *, customer: str) -> Answer:
    hands.write(lambda tx: push.remove_push(tx, customer))
    return {"text": f"events of customer {customer} are posted no more, and what was put aside is forgotten"}


def _show(hands: Hands) -> Answer:
    with hands.reading() as tx:
        return listed("receiver", push.list_push(tx))


def _dead(hands: Hands, *, customer: str | None = None) -> Answer:
    with hands.reading() as tx:
        return listed("range", push.list_dead(tx, customer))


def _replay(hands: Hands, *, customer: str, first: Sequence[int] = ()) -> Answer:
    count = hands.write(lambda tx: push.replay_dead(tx, customer, first))
    return {"text": f"ranges of events of customer {customer} that are sent again: {count}"}


COMMANDS: Final[Mapping[str, Command]] = {
    "push set": Command(_set),
    "push remove": Command(_remove),
    "push show": Command(_show, changes=False),
    "push dead": Command(_dead, changes=False),
    "push replay": Command(_replay),
}
"""By their words."""
