"""A customer under a second administrator: what waits for one, what it decides, and what became of it."""

from sqlalchemy import select

from gateway.journal.tables import PURPOSE
from protocol.messages.approval import (
    DecideChanges,
    DecideItem,
    Decision,
    ListPendingChanges,
    ListPendingChangesReply,
    PendingChange,
    QueryChange,
    QueryChangeReply,
)
from tests.journal.asking import Asking
from tests.journal.bank import Bank


class Company(Asking):
    """A customer with a second administrator, ADM2."""

    def __init__(self, bank: Bank) -> None:
        super().__init__(bank)
        self.add("ADM2", "query", "administer")
        self.put(second_administrator=True)

    def pending(self, operator: str = "ADM2") -> dict[str, PendingChange]:
        """What waits for an administrator, by request id."""
        reply = self.told(operator, ListPendingChanges(), ListPendingChangesReply)
        return {item.content.request_id: item for item in reply.item}

    def decide(self, operator: str, decision: Decision, *request_ids: str, reason: str | None = None) -> str:
        """A decision about changes with the digests that the operator is shown."""
        shown = self.pending(operator)
        items = tuple(
            DecideItem(request_id=each, digest=shown[each].digest if each in shown else "00" * 32)
            for each in request_ids
        )
        return self.ask(operator, DecideChanges(decision=decision, reason=reason, item=items))

    def result(self, request_id: str, operator: str = "ERP1") -> QueryChangeReply:
        """What became of a change."""
        return self.told(operator, QueryChange(request_id=request_id), QueryChangeReply)

    def purposes(self) -> set[str]:
        """The purposes that are kept."""
        with self.bank.journal().connect() as tx:
            return set(tx.execute(select(PURPOSE.c.text)).scalars())
