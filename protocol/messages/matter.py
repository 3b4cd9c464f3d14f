"""What is shown of a matter (事项), in messages of several families: its plan, its history, warnings about it."""

from datetime import datetime
from enum import StrEnum

from protocol.binding import part


class StepKind(StrEnum):
    """What a step of a plan asks for."""

    REVIEW = "review"
    AUTHORIZE = "authorize"
    SUPERVISE = "supervise"
    DISPATCH = "dispatch"
    ADMINISTER = "administer"
    """The second administrator's word on an administration message."""


class ActKind(StrEnum):
    """What somebody did to a matter (指令处理历史, R2.23); the first act is always ENTER."""

    ENTER = "enter"
    REVIEW = "review"
    AUTHORIZE = "authorize"
    FORCE = "force"
    SUPERVISE = "supervise"
    DISPATCH = "dispatch"
    ADMINISTER = "administer"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    NAME = "name"
    """Another next actor was named (O42)."""
    EXPIRE = "expire"
    """By time alone, at the end of the 30th day (O24); nobody's act."""
    END = "end"
    """Ended with its flow (R2.15) or its grant (O22)."""
    ROLL = "roll"
    """The chosen time had passed at the last approval: moved to the next (R4.16)."""
    ACKNOWLEDGE = "acknowledge"
    """A rejected one was seen by its entry operator and leaves the to-do list (O4)."""


@part
class StepItem:
    """A step: `count` people, of whom `given` have acted; of exactly `level`, or out of `operator` where listed.

    `named` is the next actor whom somebody chose (R2.24).
    """

    kind: StepKind
    level: int | None = None
    count: int
    given: int
    operator: tuple[str, ...] = ()
    named: str | None = None


@part
class PlanItem:
    """An approval plan: its steps in order, but authorizations in any order where it is not `ordered` (R2.5).

    `mode` is the mode or flow it was made from.
    """

    mode: str | None = None
    ordered: bool
    step: tuple[StepItem, ...] = ()


@part
class HistoryItem:
    """One act of a matter's history (R2.23); without an operator it was time alone.

    `request_id` is that of the message that brought it.
    """

    operator_id: str | None = None
    act: ActKind
    at: datetime
    request_id: str | None = None
    reason: str | None = None


@part
class WarningItem:
    """What is accepted and yet worth a look: the rule, and words in the language of the asker."""

    code: str
    text: str
