"""The states of a transfer and their legal moves: a table; a move that is not in it is a bug, never an answer."""

from collections.abc import Mapping

from protocol.messages.transfer import TransferState

MOVES: Mapping[TransferState, frozenset[TransferState]] = {
    TransferState.PROCESSING: frozenset({TransferState.UNKNOWN, TransferState.SUCCEEDED, TransferState.FAILED}),
    TransferState.UNKNOWN: frozenset({TransferState.SUCCEEDED, TransferState.FAILED}),
    TransferState.SUCCEEDED: frozenset(),
    TransferState.FAILED: frozenset(),
}
"""Processing (银行处理中): the core is to be asked or has been. Unknown: it did not answer; nothing is guessed."""


def is_final(state: TransferState) -> bool:
    """Whether nothing leads out of the state."""
    return not MOVES[state]


def move(before: TransferState, after: TransferState) -> TransferState:
    """The state after a legal move (staying where one is is legal); ValueError for any other."""
    if after is not before and after not in MOVES[before]:
        raise ValueError(f"no move leads from {before} to {after}")
    return after
