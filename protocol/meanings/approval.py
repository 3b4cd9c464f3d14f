"""Which plan an instruction is entered under, and who may act on it."""

from collections.abc import Mapping
from typing import Final

from protocol.codes import Advice, Code, Meaning, refused

MEANINGS: Final[Mapping[Code, Meaning]] = {
    Code.SERVICE_OFF: refused(
        "该业务已停用，不受理新指令：请由管理员启用",
        "The service is switched off and takes no new instruction: an administrator switches it on",
        Advice.CONTACT,
    ),
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
        "银行未准许本客户由一人完成指令：除录入外至少须有一个由他人办理的步骤",
        "The bank did not allow this customer instructions by one person: a step beside entry must fall to another",
        Advice.CONTACT,
    ),
    Code.PLAN_UNFILLABLE: refused(
        "没有足够的不同人员完成各步骤：同一指令一人只任一个角色",
        "There are not enough different people for the steps: on one instruction a person plays one role",
        Advice.CONTACT,
    ),
    Code.ACTOR_NOT_ENTITLED: refused(
        "指定的下一办理人不能办理该步骤", "The next actor named may not take the next step"
    ),
    Code.MATTER_OVER: refused(
        "指令已无待办步骤：已办完、已拒绝、已撤销或已过期",
        "No step of the instruction is open: it is complete, rejected, withdrawn or expired",
    ),
    Code.OWN_ENTRY: refused(
        "录入员不能审批自己录入的指令：同一指令一人只任一个角色",
        "Who entered an instruction does not approve it: on one instruction a person plays one role",
    ),
    Code.FORCE_OWN_ENTRY: refused(
        "录入员不能强制授权自己录入的指令", "Who entered an instruction never force-authorizes it"
    ),
    Code.ALREADY_ACTED: refused(
        "操作员已办理过该指令：同一指令一人只任一个角色",
        "The operator has acted on the instruction: on one instruction a person plays one role",
    ),
    Code.OUT_OF_TURN: refused(
        "尚未轮到该操作员办理：请等前面的步骤办完", "It is not this operator's turn: the steps before come first"
    ),
    Code.STEP_FILLED: refused(
        "该操作员可办理的步骤已由他人办完", "The step that this operator may take was taken by others"
    ),
    Code.OTHER_NAMED: refused(
        "该步骤已指定由另一操作员办理：请由其办理，或由录入员、管理员另行指定",
        "Another operator was named for this step: it acts, or the entry operator or an administrator names another",
    ),
    Code.LEVEL_DIFFERS: refused(
        "授权级别不符：级别须恰好相等，高级别不能代替低级别",
        "The authorization level is another one: levels are exact, a higher one does not stand in for a lower",
        Advice.CONTACT,
    ),
    Code.REVIEWER_NOT_LISTED: refused(
        "操作员不在转账流程该级的复核员之列", "The operator is not among the reviewers of this level of the flow"
    ),
    Code.NOT_SUPERVISOR: refused("该步骤须由主管审批", "This step falls to the supervisor alone"),
    Code.ACCOUNT_NOT_LISTED: refused(
        "账号不在操作员的可操作账户之列", "The account is not on the operator's list of accounts", Advice.CONTACT
    ),
    Code.SERVICE_NOT_LISTED: refused(
        "业务不在操作员的可操作业务之列", "The service is not on the operator's list of services", Advice.CONTACT
    ),
    Code.APPROVE_NOT_DUE: refused(
        "指令不在等待审批：请按其状态办理", "The instruction does not wait for an approval: act as its state asks"
    ),
    Code.FORCE_NOT_DUE: refused(
        "只有等待授权的指令才能强制授权", "Only an instruction that waits for authorization can be force-authorized"
    ),
    Code.DISPATCH_NOT_DUE: refused(
        "只有等待发送的指令才能发送", "Only an instruction that waits for dispatch can be dispatched"
    ),
    Code.NAMING_NOT_YOURS: refused(
        "只有录入员或管理员可以另行指定办理人", "Only the entry operator or an administrator names another actor"
    ),
}
