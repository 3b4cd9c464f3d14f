"""What the bank says of batches and payrolls: the table [batch]."""

from dataclasses import dataclass

from gateway.domain.batch import ROWS_DEFAULT
from gateway.settings.table import Table
from protocol.limits import BATCH_ROWS_MAX, PAYROLL_ROWS_MAX


@dataclass(frozen=True, slots=True)
class BatchSettings:
    """The most rows of a batch and of a payroll (R5.3), and how the numbers of the bank's credit cards begin (R5.7)."""

    rows: int
    payroll_rows: int
    credit_cards: tuple[str, ...]


def read_batch(table: Table) -> BatchSettings:
    """Read [batch]; the manuals' figures stand where nothing is said, and no number is taken for a credit card's."""
    batch = BatchSettings(
        rows=table.integer("rows", ROWS_DEFAULT, 1, BATCH_ROWS_MAX),
        payroll_rows=table.integer("payroll_rows", PAYROLL_ROWS_MAX, 1, PAYROLL_ROWS_MAX),
        credit_cards=table.texts("credit_cards", pattern=r"[0-9]{2,19}", allowed="2 to 19 digits"),
    )
    table.end()
    return batch
