"""Batches and their rows; any of these refuses the whole batch, and nothing of it is entered (R5.1, O51)."""

from collections.abc import Mapping
from typing import Final

from protocol.codes import Code, Meaning, refused

MEANINGS: Final[Mapping[Code, Meaning]] = {
    Code.COUNT_DIFFERS: refused(
        "总笔数与各行实际笔数不符，整批未受理：请核对后更正总笔数或补齐各行",
        "The stated count is not that of the rows, nothing of the batch was entered: correct the count or the rows",
    ),
    Code.TOTAL_DIFFERS: refused(
        "总金额与各行金额之和不符，整批未受理：请核对后更正总金额或各行金额",
        "The stated total is not the sum of the rows, nothing of the batch was entered: correct the total or the rows",
    ),
    Code.ROWS_TOO_MANY: refused(
        "笔数超过一批的上限，整批未受理：请分批提交",
        "There are more rows than a batch may have, nothing of it was entered: submit them as several batches",
    ),
    Code.ROW_ID_REPEATED: refused(
        "同一批内行标识重复，整批未受理：请为每一行使用不同的行标识，并核对是否重复付款",
        "A row id stands twice in the batch, nothing of it was entered: give every row an id of its own, and see "
        "whether a payment stands twice",
    ),
    Code.PAYEE_CREDIT_CARD: refused(
        "代发代报销只能付至本行结算账户，不能付至信用卡（贷记卡）：请改用员工的结算账户",
        "Pay and expenses go to settlement accounts of this bank only, not to credit cards: use the employee's "
        "settlement account",
    ),
    Code.PAYEE_AT_THIS_BANK: refused(
        "收款行为本行，不属于跨行转账：请将该行放入批量行内转账（SubmitBatch）",
        "The payee's bank is this bank, so the row is no interbank transfer: put it into an in-bank batch "
        "(SubmitBatch)",
    ),
}
