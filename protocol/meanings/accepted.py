"""What is accepted: done, or not known yet."""

from collections.abc import Mapping
from typing import Final

from protocol.codes import Advice, Code, Meaning, Result

MEANINGS: Final[Mapping[Code, Meaning]] = {
    Code.DONE: Meaning(Result.ACCEPTED, True, Advice.DONE, 200, "处理完成", "Done"),
    Code.PENDING: Meaning(
        Result.ACCEPTED,
        False,
        Advice.QUERY,
        200,
        "已受理，尚无最终结果，请按原请求号查询",
        "Accepted; the final result is not known yet: query it by this request id",
    ),
    Code.AWAITING_APPROVAL: Meaning(
        Result.ACCEPTED,
        False,
        Advice.QUERY,
        200,
        "已录入，等待审批；尚未执行，请按原请求号查询",
        "Entered and waiting for approval; nothing has been carried out yet: query it by this request id",
    ),
    Code.SCHEDULED: Meaning(
        Result.ACCEPTED,
        False,
        Advice.QUERY,
        200,
        "已录入，将于预定时间执行，请按原请求号查询",
        "Entered, and carried out when its time comes: query it by this request id",
    ),
    Code.PARTLY_DONE: Meaning(
        Result.ACCEPTED,
        True,
        Advice.CORRECT,
        200,
        "并非全部办理成功，各笔结果见应答",
        "Not all of it was done; the answer tells of each by itself",
    ),
    Code.CONFIRM_NEEDED: Meaning(
        Result.ACCEPTED,
        True,
        Advice.CORRECT,
        200,
        "尚未办理：请核对应答所列事项，确认无误后以Confirm填写其笔数，用新请求号再次提交",
        "Nothing was changed: look at what the answer lists; to go on, send it anew with their number as Confirm",
    ),
}
