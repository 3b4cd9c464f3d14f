"""What a decision, a withdrawal or an acknowledgement is refused for, beside the rules of the plan."""

from collections.abc import Mapping
from typing import Final

from protocol.codes import Advice, Code, Meaning, refused

MEANINGS: Final[Mapping[Code, Meaning]] = {
    Code.INSTRUCTION_NOT_FOUND: refused(
        "没有这笔指令：请核对请求号和序号",
        "There is no such instruction: check its request id and row",
    ),
    Code.DIGEST_STALE: refused(
        "摘要与待办内容不符：内容已变动或摘要有误，请重新查询待办后再审批",
        "The digest is not that of what waits: it changed or the digest is wrong; list it again before you decide",
    ),
    Code.REASON_MISSING: refused("拒绝时须说明原因：请填写Reason", "A rejection needs a reason: give one in Reason"),
    Code.CHANGE_OVERTAKEN: refused(
        "变更所替换的内容在录入后已被修改：请核对现状后重新录入",
        "What the change replaces was changed since its entry: look at it and enter the change anew",
    ),
    Code.DECIDED_AS_CHANGE: refused(
        "这是企业管理变更：请用DecideChanges审批",
        "This is a change of administration: decide it by DecideChanges",
    ),
    Code.DECIDED_AS_INSTRUCTION: refused(
        "这是交易指令：请用DecideInstructions审批",
        "This is an instruction: decide it by DecideInstructions",
    ),
    Code.NOT_WITHDRAWABLE: refused(
        "指令已由银行处理或已结束，不能撤销：请查询其状态",
        "The instruction is with the bank or has ended and cannot be withdrawn: query its state",
    ),
    Code.WITHDRAWAL_BY_OTHERS: refused(
        "待审批的指令请由录入员撤销；已预约的，请由录入员或管理员撤销（按授权模式管理的企业只由管理员撤销）",
        "This withdrawal falls to another: to who entered it while it waits for approval, then also to an "
        "administrator, and only to one where modes are used",
        Advice.CONTACT,
    ),
    Code.NOT_REJECTED: refused(
        "该指令没有被拒绝，无需确认或修改：请查询其状态",
        "The instruction was not rejected, so there is nothing to acknowledge or amend: query its state",
    ),
}
