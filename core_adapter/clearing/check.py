"""The check of the centre's book by itself: what can be derived is derived again in SQL and compared.

The rules are rows of one table: a sentence with the place of each value, and the query whose rows are the faults.
"""

from typing import Final, NamedTuple

from sqlalchemy import Connection, text

FAULTS_MAX: Final = 20
"""Most faults reported per rule."""


class Rule(NamedTuple):
    """One thing that must hold: `sentence` is filled from the columns of each row that `query` finds at fault."""

    sentence: str
    query: str


RULES: Final = (
    Rule(
        "credit {tx_id} of message {message_id} from {sender} is booked {times} times",
        """
        SELECT sender, message_id, tx_id, COUNT(*) AS times FROM credit
        GROUP BY sender, message_id, tx_id HAVING COUNT(*) > 1 ORDER BY MIN(number)""",
    ),
    Rule(
        "{credits} credits are counted, {found} up to number {highest} are there",
        """
        SELECT credits, (SELECT COUNT(*) FROM credit) AS found, (SELECT COALESCE(MAX(number), 0) FROM credit) AS highest
        FROM book WHERE credits <> (SELECT COUNT(*) FROM credit)
          OR credits <> (SELECT COALESCE(MAX(number), 0) FROM credit)""",
    ),
    Rule(
        "HVPS has brought the bank {flow} fen by count, its settled credits sum to {derived}",
        """
        SELECT flow, derived FROM book, (
          SELECT COALESCE(SUM(change), 0) AS derived FROM flow JOIN book ON participant = bank WHERE system = 'HVPS')
        WHERE flow <> derived""",
    ),
    Rule(
        "the net positions of {system} on {cleared_on} sum to {total} fen, not 0",
        "SELECT system, cleared_on, SUM(change) AS total FROM flow GROUP BY system, cleared_on HAVING SUM(change) <> 0",
    ),
    Rule(
        "credit {number} has the status {status}, which {system} does not give",
        """
        SELECT number, system, status FROM credit WHERE status NOT IN ('PR00', 'PR04', 'PR09')
          AND NOT (system = 'IBPS' AND status = 'PR03') AND NOT (system = 'BEPS' AND status IN ('PR03', 'PR11'))
          AND NOT (system = 'HVPS' AND status IN ('PR12', 'PR32')) ORDER BY number""",
    ),
    Rule(
        "credit {number} is {status} without a netting round",
        """
        SELECT number, status FROM credit
        WHERE system <> 'HVPS' AND status IN ('PR03', 'PR04') AND round = '' ORDER BY number""",
    ),
    Rule(
        "credit {number} is {status}, and nothing will ever be done about it",
        """
        SELECT number, status FROM credit JOIN system ON system.system = credit.system
        WHERE (status = 'PR00' OR (status = 'PR12' AND waits = 'action'))
          AND NOT EXISTS (SELECT 1 FROM action WHERE action.credit = credit.number AND kind IN
            ('decide', 'settle', 'expire'))
          OR (status IN ('PR03', 'PR11') AND round_at IS NULL) ORDER BY number""",
    ),
    Rule(
        "credit {number} comes back, and the credit it names does not stand with that amount",
        """
        SELECT back.number FROM credit AS back LEFT JOIN credit AS first
          ON first.message_id = back.original_message_id AND first.tx_id = back.original_tx_id
          AND first.sender = back.original_sender
        WHERE back.kind = 'A105' AND back.status <> 'PR09'
          AND (first.number IS NULL OR first.amount <> back.amount OR first.status NOT IN ('PR03', 'PR04'))
        ORDER BY back.number""",
    ),
    Rule(
        "credit {number} is to come back, and neither has nor will",
        """
        SELECT first.number FROM credit AS first WHERE first.returned_by <> ''
          AND NOT EXISTS (SELECT 1 FROM credit AS back WHERE back.original_message_id = first.message_id
            AND back.original_tx_id = first.tx_id AND back.original_sender = first.sender AND back.status <> 'PR09')
          AND NOT EXISTS (SELECT 1 FROM action WHERE action.credit = first.number AND kind = 'return')
        ORDER BY first.number""",
    ),
    Rule(
        "delivery of message {message_id}: no credit for the bank is in it",
        """
        SELECT delivery.message_id FROM delivery LEFT JOIN credit ON credit.number = delivery.credit
        WHERE credit.number IS NULL OR credit.message_id <> delivery.message_id
          OR payee_bank <> (SELECT bank FROM book) ORDER BY delivery.message_id""",
    ),
)


def check(connection: Connection) -> list[str]:
    """Every fault found, one sentence each, at most `FAULTS_MAX` a rule; empty when the book is sound."""
    faults = []
    for rule in RULES:
        rows = connection.execute(text(f"{rule.query} LIMIT {FAULTS_MAX}")).mappings()
        faults += [rule.sentence.format(**row) for row in rows]
    return faults
