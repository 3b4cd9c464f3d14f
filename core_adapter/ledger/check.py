"""The check of the book by itself: everything derivable is derived again in SQL and compared; nothing is trusted.

The rules are rows of one table: a sentence with the place of each value, and the query whose rows are the faults. The
view `entry` shows each posting twice, once as either account sees it.
"""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, text

FAULTS_MAX: Final = 20
"""Most faults reported per rule: enough to see what is wrong, few enough to read."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that must hold: `sentence` is filled from the columns of each row that `query` finds at fault."""

    sentence: str
    query: str


RULES: Final = (
    Rule(
        "account {number}: the balance is {balance} fen, its postings sum to {derived}",
        """
        SELECT account.number, balance, COALESCE(SUM(change), 0) AS derived
        FROM account LEFT JOIN entry ON account = account.number
        GROUP BY account.number, balance HAVING balance <> COALESCE(SUM(change), 0) ORDER BY account.number""",
    ),
    Rule(
        "account {number}: {sequence} entries are counted, {found} from {lowest} to {highest} are there",
        """
        SELECT account.number, account.sequence, COUNT(DISTINCT entry.sequence) AS found,
          COALESCE(MIN(entry.sequence), 0) AS lowest, COALESCE(MAX(entry.sequence), 0) AS highest
        FROM account LEFT JOIN entry ON account = account.number
        GROUP BY account.number, account.sequence
        HAVING COUNT(entry.sequence) <> account.sequence OR COUNT(DISTINCT entry.sequence) <> account.sequence
          OR COALESCE(MAX(entry.sequence), 0) <> account.sequence ORDER BY account.number""",
    ),
    Rule(
        "account {account} entry {sequence}: the balance after is {after} fen, the entries up to it sum to {derived}",
        """
        SELECT account, sequence, after, derived FROM (
          SELECT account, sequence, after, SUM(change) OVER (PARTITION BY account ORDER BY sequence) AS derived
          FROM entry
        ) AS running WHERE after <> derived ORDER BY account, sequence""",
    ),
    Rule(
        "account {number}: {held} fen are held, the holds that stand sum to {derived}",
        """
        SELECT account.number, held, COALESCE(SUM(standing.amount), 0) AS derived
        FROM account LEFT JOIN (
          SELECT payer, amount FROM move AS hold WHERE kind = 'hold' AND outcome = 'done' AND NOT EXISTS (
            SELECT 1 FROM move AS later WHERE later.instruction = hold.instruction
              AND later.hold_step = hold.step AND later.outcome = 'done')
        ) AS standing ON payer = account.number
        GROUP BY account.number, held HAVING held <> COALESCE(SUM(standing.amount), 0) ORDER BY account.number""",
    ),
    Rule(
        "account {number}: {balance} fen less {held} held is below zero",
        "SELECT number, balance, held FROM account WHERE balance < held AND number NOT LIKE '#%' ORDER BY number",
    ),
    Rule(
        "currency {currency}: all balances sum to {total} fen, not 0",
        "SELECT currency, SUM(balance) AS total FROM account GROUP BY currency HAVING SUM(balance) <> 0",
    ),
    Rule(
        "move {number} of {instruction} step {step}: it is {outcome}, and its posting is missing, extra or another",
        """
        SELECT move.number, instruction, step, outcome FROM move LEFT JOIN posting ON posting.number = move.number
        WHERE (outcome = 'done' AND kind IN ('transfer', 'post')) <> (posting.number IS NOT NULL)
          OR debit_account <> payer OR credit_account <> payee OR posting.amount <> move.amount
        ORDER BY move.number""",
    ),
    Rule(
        "posting {number}: its accounts are kept in another currency than {currency}",
        """
        SELECT posting.number, move.currency FROM posting JOIN move ON move.number = posting.number
        JOIN account AS debit ON debit.number = debit_account JOIN account AS credit ON credit.number = credit_account
        WHERE debit.currency <> move.currency OR credit.currency <> move.currency ORDER BY posting.number""",
    ),
    Rule(
        "posting {number}: there is no move of that number",
        """
        SELECT posting.number FROM posting LEFT JOIN move ON move.number = posting.number
        WHERE move.number IS NULL ORDER BY posting.number""",
    ),
    Rule(
        "the book counts {number} moves, {found} up to number {highest} are there",
        """
        SELECT book.number, (SELECT COUNT(*) FROM move) AS found, (SELECT COALESCE(MAX(number), 0) FROM move) AS highest
        FROM book WHERE book.number <> (SELECT COUNT(*) FROM move)
          OR book.number <> (SELECT COALESCE(MAX(number), 0) FROM move)""",
    ),
)


def check(connection: Connection) -> list[str]:
    """Every fault found, one sentence each, at most `FAULTS_MAX` a rule; empty when the book is sound."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
    faults = []
    for rule in RULES:
        rows = connection.execute(text(f"{rule.query} LIMIT {FAULTS_MAX}")).mappings()
        faults += [rule.sentence.format(**row) for row in rows]
    return faults
