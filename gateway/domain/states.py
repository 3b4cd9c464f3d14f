"""The states of transfers and matters and their legal moves: tables; a move not in them is a bug, never an answer.

A transfer has a state of its own, `State`, from the moment the bank may act. Until then its matter tells where it is.
"""

from collections.abc import Mapping
from enum import StrEnum

from protocol.messages.transfer import TransferState


class State(StrEnum):
    """Where a transfer is, as stored.

    Entered: with the enterprise (企业处理中), its matter tells more. Released: the bank may act, and no process has
    given it to the core yet. Processing (主机处理中): the core is being asked. Unknown: it did not answer; nothing is
    guessed. Clearing (在途): the money is held, and its leg is with the clearing side. In doubt: that one is silent.
    """

    ENTERED = "entered"
    RELEASED = "released"
    PROCESSING = "processing"
    UNKNOWN = "unknown"
    CLEARING = "clearing"
    IN_DOUBT = "in-doubt"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


MOVES: Mapping[State, frozenset[State]] = {
    State.ENTERED: frozenset({State.RELEASED, State.FAILED}),
    State.RELEASED: frozenset({State.PROCESSING}),
    State.PROCESSING: frozenset({State.UNKNOWN, State.CLEARING, State.SUCCEEDED, State.FAILED}),
    State.UNKNOWN: frozenset({State.CLEARING, State.SUCCEEDED, State.FAILED}),
    State.CLEARING: frozenset({State.IN_DOUBT, State.SUCCEEDED, State.FAILED}),
    State.IN_DOUBT: frozenset({State.CLEARING, State.SUCCEEDED, State.FAILED}),
    State.SUCCEEDED: frozenset(),
    State.FAILED: frozenset(),
}
"""Of transfers. One that is entered fails where it does not fit its limits on the day it was to run (O47)."""

_STEPS = (
    TransferState.WAITING_REVIEW,
    TransferState.WAITING_AUTHORIZATION,
    TransferState.WAITING_SUPERVISOR,
    TransferState.WAITING_DISPATCH,
)
WAITING = frozenset({*_STEPS, TransferState.WAITING_ADMINISTRATOR})
"""States in which a matter waits for people."""
_ENDED = frozenset({TransferState.REJECTED, TransferState.WITHDRAWN, TransferState.EXPIRED, TransferState.ENDED})
_GOES_ON = frozenset({TransferState.SCHEDULED, TransferState.PROCESSING, TransferState.FAILED})

MATTER_MOVES: Mapping[TransferState, frozenset[TransferState]] = {
    **{waiting: frozenset(_STEPS[place + 1 :]) | _GOES_ON | _ENDED for place, waiting in enumerate(_STEPS)},
    TransferState.SCHEDULED: frozenset(
        {TransferState.PROCESSING, TransferState.FAILED, TransferState.WITHDRAWN, TransferState.ENDED}
    ),
    TransferState.PROCESSING: frozenset(),
    TransferState.FAILED: frozenset(),
    **{ended: frozenset[TransferState]() for ended in sorted(_ENDED)},
}
"""Of matters (R2.18): review before authorization before dispatch; processing means that the bank may act."""

RECURRING_MOVES: Mapping[TransferState, frozenset[TransferState]] = {
    **{
        waiting: frozenset(_STEPS[place + 1 :]) | {TransferState.SCHEDULED} | _ENDED
        for place, waiting in enumerate(_STEPS)
    },
    TransferState.SCHEDULED: frozenset({TransferState.SUCCEEDED, TransferState.WITHDRAWN, TransferState.ENDED}),
    TransferState.SUCCEEDED: frozenset(),
    **{ended: frozenset[TransferState]() for ended in sorted(_ENDED)},
}
"""Of recurring orders (R4.18): scheduled while runs are to come, succeeded when none is left.

The bank never acts on the order itself, only on its runs.
"""

CHANGE_MOVES: Mapping[TransferState, frozenset[TransferState]] = {
    TransferState.WAITING_ADMINISTRATOR: frozenset({TransferState.SUCCEEDED, TransferState.FAILED}) | _ENDED,
    TransferState.SUCCEEDED: frozenset(),
    TransferState.FAILED: frozenset(),
    **{ended: frozenset[TransferState]() for ended in sorted(_ENDED)},
}
"""Of matters that are acts of administration: they wait for another administrator, and are made when that one agrees.

One that cannot be made any more then has failed.
"""


def is_final(state: State) -> bool:
    """Whether nothing leads out of the state."""
    return not MOVES[state]


def is_with_clearing(state: State) -> bool:
    """Whether its leg carries the payment on, and its order need not be looked at for it."""
    return state in (State.CLEARING, State.IN_DOUBT)


def move(before: State, after: State) -> State:
    """The state after a legal move (staying where one is is legal); ValueError for any other."""
    if after is not before and after not in MOVES[before]:
        raise ValueError(f"no move leads from {before} to {after}")
    return after


def told(state: State, matter: TransferState | None) -> TransferState:
    """What a sender is told of a transfer in `state` whose matter, if it has one, is in the state `matter`."""
    if state is State.ENTERED and matter is not None:
        return matter
    if state in (State.ENTERED, State.RELEASED, State.CLEARING):
        return TransferState.PROCESSING
    if state is State.IN_DOUBT:
        return TransferState.UNKNOWN
    return TransferState(state.value)


def told_final(state: TransferState) -> bool:
    """Whether what was told can still change."""
    return state in _ENDED or state in (
        TransferState.SUCCEEDED,
        TransferState.PARTLY_SUCCEEDED,
        TransferState.FAILED,
        TransferState.REFUSED,
        TransferState.FENCED,
    )
