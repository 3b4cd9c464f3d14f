"""Batches and payrolls of any length, for any test."""

from typing import Any

from protocol import examples
from protocol.messages.batch import BatchRow, PayrollKind, PayrollRow, SubmitBatch, SubmitPayroll

NAMES = ("张小明", "李小明", "王小明", "赵小明")


def batch(rows: int, **changed: Any) -> SubmitBatch:
    """An in-bank batch of so many rows whose count and total are right, but for what is changed."""
    given = tuple(
        BatchRow(f"R{n:06d}", f"6230{n:015d}", NAMES[n % 4], 500000 + n, "货款", None, f"第{n}行") for n in range(rows)
    )
    return SubmitBatch(**_stated(changed.pop("row", given)) | changed)


def payroll(rows: int, **changed: Any) -> SubmitPayroll:
    """A payroll of so many rows whose count and total are right, but for what is changed."""
    given = tuple(
        PayrollRow(f"R{n:06d}", f"E{n:06d}", f"6230{n:015d}", NAMES[n % 4], 500000 + n % 300000, "十一月工资")
        for n in range(rows)
    )
    return SubmitPayroll(**_stated(changed.pop("row", given)) | {"kind": PayrollKind.PAYROLL} | changed)


def _stated(rows: tuple[Any, ...]) -> dict[str, Any]:
    """What stands in front of the rows; without any it is what a sender of none would have to write."""
    total = sum(row.amount for row in rows) or 1
    return {
        "payer_account": examples.PAYER_ACCOUNT,
        "currency": "CNY",
        "count": len(rows) or 1,
        "total": total,
        "row": rows,
    }
