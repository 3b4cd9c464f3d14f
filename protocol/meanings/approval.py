"""Which plan an instruction is entered under, and who may act on it."""

from collections.abc import Mapping
from typing import Final

from protocol.codes import Advice, Code, Meaning, refused

MEANINGS: Final[Mapping[Code, Meaning]] = {
    Code.MODE_NOT_BOUND: refused(
        "该业务未开通授权模式：请由管理员在开通业务中设定",
        "No authorization mode is bound to the service: an administrator binds one",
        Advice.CONTACT,
    ),
    Code.MODE_WITHOUT_AMOUNT: refused(
        "无金额的授权模式不能用于转账业务：请改用有金额的模式",
        "A mode without amounts does not serve transfers: bind one with amounts",
        Advice.CONTACT,
    ),
    Code.FLOW_MISSING: refused(
        "没有设定转账流程：请由主管设定", "There is no flow to follow: the supervisor makes one", Advice.CONTACT
    ),
    Code.SINGLE_PERSON: refused(
        "银行未准许本客户由一人完成指令：请设定由他人办理的步骤，或向银行申请",
        "The bank did not allow this customer instructions by one person: let a step beside entry fall to "
        "another, or apply to the bank",
        Advice.CONTACT,
    ),
    Code.PLAN_UNFILLABLE: refused(
        "没有足够的不同人员完成各步骤，同一指令一人只任一个角色：请增设操作员或调整权限",
        "There are not enough different people for the steps, and on one instruction a person plays one "
        "role: add operators or change permissions",
        Advice.CONTACT,
    ),
    Code.ACTOR_NOT_ENTITLED: refused(
        "指定的下一办理人不能办理该步骤：请指定他人，或不作指定",
        "The next actor named may not take the next step: name another, or nobody",
    ),
    Code.MATTER_OVER: refused(
        "指令没有待办步骤（已办完、被拒绝、已撤销或已过期）：请查询其状态",
        "No step of the instruction is open, for it is complete, rejected, withdrawn or expired: query its state",
    ),
    Code.OWN_ENTRY: refused(
        "录入员不能审批自己录入的指令，同一指令一人只任一个角色：请由他人审批",
        "Who entered an instruction does not approve it, for a person plays one role on it: leave it to another",
    ),
    Code.FORCE_OWN_ENTRY: refused(
        "录入员不能强制授权自己录入的指令：请由他人办理",
        "Who entered an instruction never force-authorizes it: leave it to another",
    ),
    Code.ALREADY_ACTED: refused(
        "操作员已办理过该指令，同一指令一人只任一个角色：请由他人办理",
        "The operator has acted on the instruction, and a person plays one role on it: leave it to another",
    ),
    Code.OUT_OF_TURN: refused(
        "尚未轮到该操作员办理：请等前面的步骤办完", "It is not this operator's turn: the steps before come first"
    ),
    Code.STEP_FILLED: refused(
        "该操作员可办理的步骤已由他人办完：请查询其状态，无需再办",
        "The step that this operator may take was taken by others: nothing is left to do here",
    ),
    Code.OTHER_NAMED: refused(
        "该步骤已指定由另一操作员办理：请由其办理，或由录入员、管理员另行指定",
        "Another operator was named for this step: it acts, or the entry operator or an administrator names another",
    ),
    Code.LEVEL_DIFFERS: refused(
        "授权级别不符，级别须恰好相等：请由该级别的授权员办理",
        "The authorization level is another one, and levels are exact: leave it to an authorizer of that level",
        Advice.CONTACT,
    ),
    Code.REVIEWER_NOT_LISTED: refused(
        "操作员不在转账流程该级的复核员之列：请由所列复核员办理",
        "The operator is not among the reviewers of this level of the flow: leave it to one of those",
    ),
    Code.NOT_SUPERVISOR: refused(
        "该步骤须由主管审批：请由主管办理", "This step falls to the supervisor alone: leave it to the supervisor"
    ),
    Code.APPROVE_NOT_DUE: refused(
        "指令不在等待审批：请按其状态办理", "The instruction does not wait for an approval: act as its state asks"
    ),
    Code.FORCE_NOT_DUE: refused(
        "只有等待授权的指令才能强制授权：请按其状态办理",
        "Only an instruction that waits for authorization can be force-authorized: act as its state asks",
    ),
    Code.DISPATCH_NOT_DUE: refused(
        "只有等待发送的指令才能发送：请按其状态办理",
        "Only an instruction that waits for dispatch can be dispatched: act as its state asks",
    ),
    Code.NAMING_NOT_YOURS: refused(
        "只有录入员或管理员可以另行指定办理人：请由其指定",
        "Only the entry operator or an administrator names another actor: ask one of them",
    ),
}
