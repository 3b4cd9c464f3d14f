"""The rows of a batch counted by their states, and the state of the batch that follows from them (R5.10)."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.domain.states import told_final
from protocol.messages.orders import BatchState
from protocol.messages.transfer import TransferState

BATCHES = ("SubmitBatch", "SubmitInterbankBatch", "SubmitPayroll")
"""The services whose orders have rows."""


@dataclass(frozen=True, slots=True)
class Tally:
    """By state: how many rows, and their sum in fen."""

    rows: Mapping[TransferState, tuple[int, int]]

    def count(self, *states: TransferState) -> int:
        """How many rows are in these states; in any, where none is named."""
        return sum(count for state, (count, _) in self.rows.items() if not states or state in states)

    @property
    def total(self) -> int:
        """The sum of all rows, in fen."""
        return sum(total for _, total in self.rows.values())

    @property
    def state(self) -> BatchState:
        """Where the batch is: that of its rows while they are alike, processing until each has its result.

        Rows that are approved one by one may be at many places: the batch is where its least advanced row is.
        """
        open_rows = [state for state in _ORDER if self.rows.get(state) and not told_final(state)]
        if open_rows:
            least = open_rows[0]
            return BatchState.PROCESSING if least is TransferState.UNKNOWN else BatchState(least.value)
        succeeded = self.count(TransferState.SUCCEEDED)
        if succeeded == self.count():
            return BatchState.SUCCEEDED
        if succeeded:
            return BatchState.PARTLY_SUCCEEDED
        ends = [state for state in _ENDS if self.rows.get(state)]
        return BatchState(ends[0].value) if len(self.rows) == 1 else BatchState.FAILED


_ORDER = (
    TransferState.WAITING_REVIEW,
    TransferState.WAITING_AUTHORIZATION,
    TransferState.WAITING_SUPERVISOR,
    TransferState.WAITING_DISPATCH,
    TransferState.SCHEDULED,
    TransferState.PROCESSING,
    TransferState.UNKNOWN,
)
_ENDS = (
    TransferState.FAILED,
    TransferState.REJECTED,
    TransferState.WITHDRAWN,
    TransferState.EXPIRED,
    TransferState.ENDED,
)
