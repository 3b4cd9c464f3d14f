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
}
