"""What one turn works on: what stood when it began, and all that is to be written and sent when it ends; no I/O.

The functions of the engine take it, look at what stands and put down what follows. Whoever runs the turn writes it in
one commit and sends what it says only then.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final, NamedTuple

from core_adapter.channels.messages import (
    CREDITS_MAX,
    Discarded,
    Head,
    Outcome,
    Priority,
    Status,
    System,
    SystemNow,
    Told,
)
from core_adapter.channels.reasons import Reason
from core_adapter.clearing import chance
from core_adapter.clearing.chance import Fate
from core_adapter.clearing.hours import state_at, wall_clock
from core_adapter.clearing.magic import Magic, case_of
from core_adapter.clearing.settings import Clearing
from core_adapter.clearing.values import Action, ActionKind, Entry, Send, Standing

_SEQUENCE: Final = 10**8
"""A message id ends with eight digits."""


@dataclass(frozen=True, slots=True)
class Lines:
    """The connections that stand, by their numbers, and those of them on which the bank has logged in, newest last."""

    standing: frozenset[int] = frozenset()
    ready: tuple[int, ...] = ()

    def reach(self, via: int) -> bool:
        """Whether a message of that connection gets anywhere."""
        return via in self.standing or bool(self.ready)


class News(NamedTuple):
    """An outcome of a credit (its number) to be told, and what else decides in which message it goes."""

    via: int
    system: System
    copy: int
    forged: bool
    credit: int
    outcome: Outcome


@dataclass(slots=True, kw_only=True)
class Desk:
    """See the module. `flow` is what HVPS has brought the bank less what it took, in fen, since the book was made.

    `base` and `flow` are what stands on the bank's settlement account; without a base there is no limit. `queue` holds
    credits that this turn put into the queue of HVPS for want of funds and that are not told yet; `refilled` says that
    money came on the account, so that the whole queue is looked at again.
    """

    settings: Clearing
    now: int
    lines: Lines
    standings: dict[System, Standing]
    credits: int = 0
    messages: int = 0
    flow: int = 0
    base: int | None = None
    fresh: dict[int, Entry] = field(default_factory=dict)
    changed: dict[int, Entry] = field(default_factory=dict)
    actions: list[Action] = field(default_factory=list)
    news: list[News] = field(default_factory=list)
    sends: list[Send] = field(default_factory=list)
    deliveries: list[Entry] = field(default_factory=list)
    queue: dict[int, Entry] = field(default_factory=dict)
    refilled: bool = False
    fates: dict[int, Fate] = field(default_factory=dict)

    # --- what stands

    @property
    def funds(self) -> int | None:
        """What stands on the bank's settlement account, in fen; None for no limit."""
        return None if self.base is None else self.base + self.flow

    def fate(self, entry: Entry) -> Fate:
        """What becomes of a credit, drawn once a turn."""
        known = self.fates.get(entry.number)
        if known is None:
            known = self.fates[entry.number] = chance.fate(self.settings, entry)
        return known

    def head(self, system: System, *, reference: str = "", receiver: str = "") -> Head:
        """The head of a new message of the centre, for the bank unless another receiver is named."""
        settings = self.settings
        return Head(
            sender=settings.centre,
            receiver=receiver or settings.bank,
            system=system,
            sent_at=wall_clock(self.now),
            message_id=self.message_id(),
            reference_id=reference,
        )

    def message_id(self) -> str:
        """The next id of a message: the day in Shanghai and a number that the book counts."""
        self.messages += 1
        return f"{wall_clock(self.now):%Y%m%d}{self.messages % _SEQUENCE:08d}"

    def credit_number(self) -> int:
        """The next number of a credit."""
        self.credits += 1
        return self.credits

    def system_now(self, system: System) -> SystemNow:
        """How a system stands, as it is told."""
        standing = self.standings[system]
        state = state_at(self.settings.channels[system], standing.put_into, self.now)
        return SystemNow(system, state, standing.cleared_on)

    def systems_now(self) -> tuple[SystemNow, ...]:
        """How all systems stand."""
        return tuple(self.system_now(system) for system in self.standings)

    # --- what is to be written

    def keep(self, entry: Entry) -> Entry:
        """Write a credit as it is now: a new one where `credit_number` gave its number in this turn."""
        if entry.number in self.fresh:
            self.fresh[entry.number] = entry
        else:
            self.changed[entry.number] = entry
        return entry

    def latest(self, entry: Entry) -> Entry:
        """A credit as this turn left it, where it has changed it."""
        return self.fresh.get(entry.number) or self.changed.get(entry.number) or entry

    def later(self, seconds: float, kind: ActionKind, credit: int | None, **about: Any) -> None:
        """Have something done in so many seconds."""
        self.actions.append(Action(self.now + int(seconds * 1000), kind, credit, about))

    # --- what is to be sent

    def discard(self, head: Head, via: int, code: str, text: str) -> None:
        """Tell that a message is not taken, and why; one that answers another is not answered, or it would go on."""
        if head.reference_id:
            return
        answer = self.head(head.system, reference=head.message_id, receiver=head.sender)
        self.sends.append(Send(via, Discarded(head=answer, code=code, text=text)))

    def refuse(self, head: Head, via: int, reason: Reason) -> None:
        """Tell that a message is not taken for this reason."""
        self.discard(head, via, reason.code, reason.text)

    def tell(self, entry: Entry) -> None:
        """Tell the bank what became of its credit, as it stands now: as its fate has it, and as the news travels."""
        if entry.sender != self.settings.bank or self.fate(entry).silent:
            return
        case = case_of(entry.credit)
        outcome = entry.outcome()
        if case is Magic.OTHER_AMOUNT:
            outcome = replace(outcome, amount=outcome.amount + 1)
        passage = chance.telling(self.settings, entry, entry.status)
        for copy in range(passage.copies):
            self.say(News(entry.via, entry.system, copy, case is Magic.FORGED, entry.number, outcome), passage.late)

    def say(self, news: News, late: float = 0.0) -> None:
        """Tell an outcome, so many seconds late; while the bank is not there, it waits."""
        if late or not self.lines.reach(news.via):
            self.later(late, ActionKind.TELL, news.credit, forged=news.forged, **_about(news.outcome))
        else:
            self.news.append(news)

    def close(self) -> list[Send]:
        """All that is to be sent: outcomes together in as few messages as may be, then the rest in order."""
        together: dict[tuple[int, System, int, bool], list[Outcome]] = {}
        for via, system, copy, forged, _credit, outcome in self.news:
            together.setdefault((via, system, copy, forged), []).append(outcome)
        self.news = []
        for (via, system, _copy, forged), outcomes in together.items():
            for start in range(0, len(outcomes), CREDITS_MAX):
                told = tuple(outcomes[start : start + CREDITS_MAX])
                self.sends.append(Send(via, Told(head=self.head(system), outcomes=told), forged=forged))
        sends, self.sends = self.sends, []
        return sends


def said(entry: Entry, about: dict[str, Any]) -> News:
    """The news that an action TELL holds."""
    day = about["settled_on"]
    outcome = replace(
        entry.outcome(),
        status=Status(about["status"]),
        amount=about["amount"],
        code=about["code"],
        text=about["text"],
        round=about["round"],
        settled_on=date.fromisoformat(day) if day else None,
    )
    return News(entry.via, entry.system, 0, about["forged"], entry.number, outcome)


def _about(outcome: Outcome) -> dict[str, Any]:
    return {
        "status": outcome.status.value,
        "amount": outcome.amount,
        "code": outcome.code,
        "text": outcome.text,
        "round": outcome.round,
        "settled_on": outcome.settled_on.isoformat() if outcome.settled_on else "",
    }


def by_urgency(entries: Iterable[Entry]) -> list[Entry]:
    """Credits in the order in which the queue of HVPS is settled: the most urgent first, then the oldest."""
    return sorted(entries, key=lambda entry: (_RANK[entry.priority], entry.number))


_RANK: Final = {priority: rank for rank, priority in enumerate(Priority)}
