"""What a customer's administrators keep: operators, certificates in hand, modes and flows as they are used."""

from collections.abc import Mapping
from typing import Final

from protocol.codes import Advice, Code, Meaning, refused

MEANINGS: Final[Mapping[Code, Meaning]] = {
    Code.OPERATOR_UNKNOWN: refused(
        "没有此操作员：请以ListOperators核对代码", "There is no such operator: check its code with ListOperators"
    ),
    Code.OPERATOR_TAKEN: refused(
        "操作员代码已被使用过，不论其操作员是否已删除，均不能再次使用：请另取代码",
        "The code was used before, and is never used again, deleted or not: take another",
    ),
    Code.OPERATOR_NOT_YOURS: refused(
        "只能管理直接隶属于本人的操作员，不可越级管理，也不能管理本人：请由其直接管理者、其他管理员或银行办理",
        "An operator is kept by its direct manager alone, and nobody keeps himself: "
        "ask its manager, another administrator or the bank",
        Advice.CONTACT,
    ),
    Code.OPERATOR_NEEDED: refused(
        "转账流程或待办指令离不开该操作员，不能删除：请先删除流程、办完指令，或改为冻结",
        "A flow or a pending instruction needs the operator: delete or finish that first, or freeze the operator",
    ),
    Code.LAST_ADMINISTRATOR: refused(
        "至少须有一名正常状态的管理员：请先增设，或向银行申请",
        "A customer keeps an administrator in normal state: add another first, or apply to the bank",
        Advice.CONTACT,
    ),
    Code.SUPERVISOR_ONLY: refused(
        "副主管只管理直接隶属于其名下的操作员：请由主管或管理员办理",
        "A deputy keeps its direct operators alone: leave this to the supervisor or an administrator",
        Advice.CONTACT,
    ),
    Code.BEYOND_DEPUTY: refused(
        "副主管只能授予查询、录入、复核权限，且账户与业务须在其本人的列表之中：请去掉其余，或由主管办理",
        "A deputy gives the permissions query, enter and review alone, and accounts and services of its own lists: "
        "leave the rest to the supervisor",
    ),
    Code.PERMISSIONS_EXCLUSIVE: refused(
        "授权与强制授权权限不得授予同一操作员：请二者取一",
        "Authorize and force-authorize never go to one operator: choose one of them",
    ),
    Code.LEVEL_NOT_FITTING: refused(
        "有授权权限的操作员须有授权级别，其他操作员不设级别：请补上或去掉级别",
        "Who may authorize has a level, and nobody else has one: give it or leave it out",
    ),
    Code.ROLE_FIXED: refused(
        "操作员角色不允许修改：请删除后以新代码另行增加",
        "The role of an operator is not changed: delete it and register another under a new code",
    ),
    Code.CREDENTIAL_MISSING: refused(
        "副主管须以其名下的空卡增加操作员：请给出空卡，或由主管先行调配",
        "A deputy registers operators with a certificate of its pool: name one, or ask the supervisor for one",
    ),
    Code.CREDENTIAL_UNKNOWN: refused(
        "没有这张空卡，或不在其名下：请以ListCredentials核对",
        "There is no such certificate in hand, or not in that pool: check with ListCredentials",
    ),
    Code.CREDENTIAL_SPENT: refused(
        "该证书已分配或已注销，不可恢复：请另选空卡",
        "The certificate is assigned or cancelled, for ever: choose another",
    ),
    Code.DEPUTY_UNKNOWN: refused(
        "没有此副主管：请以ListOperators核对代码", "There is no such deputy: check its code with ListOperators"
    ),
    Code.MODE_UNKNOWN: refused(
        "没有此授权模式：请以ListModes核对编号", "There is no such mode: check its id with ListModes"
    ),
    Code.MODE_IN_USE: refused(
        "授权模式正被业务使用：请先改用其他模式", "A service follows the mode: bind it to another first"
    ),
    Code.FLOW_UNKNOWN: refused(
        "没有此转账流程：请以ListModes核对编号", "There is no such flow: check its id with ListModes"
    ),
}
