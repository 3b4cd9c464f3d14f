"""The approval family's entries. Who may decide is asked of each instruction's plan, so no permission stands here."""

from typing import Final

from protocol import examples
from protocol.messages import approval
from protocol.service import Kind, Permission, Service, service

_SEEN: Final = approval.DecideItem(request_id=examples.TO_DECIDE, digest=examples.TO_DECIDE_DIGEST)
_CHANGE: Final = approval.DecideItem(request_id=examples.CHANGE, digest=examples.CHANGE_DIGEST)

ENTRIES: Final[tuple[Service, ...]] = (
    service(
        approval.ListPending(payee="公司", page_size=50),
        approval.ListPendingReply,
        Kind.QUERY,
        Permission.QUERY,
        zh="待本人办理的指令查询（分页），可按录入员、收款人、业务、金额和录入时间筛选",
        en="The instructions that the asker may act on, by pages",
        client=examples.APPROVING_CLIENT,
    ),
    service(
        approval.DecideInstructions(decision=approval.Decision.APPROVE, item=(_SEEN,)),
        approval.DecideInstructionsReply,
        Kind.APPROVAL,
        None,
        zh="指令审批：同意、拒绝、强制授权或发送，可多笔",
        en="Approve, reject, force-authorize or dispatch one or many instructions",
        client=examples.APPROVING_CLIENT,
    ),
    service(
        approval.NameActor(request_id=examples.TO_NAME, operator=examples.NEXT_ACTOR),
        approval.NameActorReply,
        Kind.APPROVAL,
        None,
        zh="另行指定下一办理人",
        en="Name another next actor",
    ),
    service(
        approval.ListTodo(),
        approval.ListTodoReply,
        Kind.QUERY,
        Permission.QUERY,
        zh="待办中心：待办事项笔数与待修改的指令",
        en="To-do centre: what waits for the asker, and its rejected entries",
        client=examples.APPROVING_CLIENT,
    ),
    service(
        approval.AcknowledgeRejected(request_id=examples.REJECTED),
        approval.AcknowledgeRejectedReply,
        Kind.APPROVAL,
        None,
        zh="被拒绝的指令已阅，移出待办",
        en="Take a rejected instruction from the to-do list",
    ),
    service(
        approval.ListPendingChanges(page_size=50),
        approval.ListPendingChangesReply,
        Kind.QUERY,
        Permission.ADMINISTER,
        zh="待另一管理员审批的管理报文查询（分页）",
        en="Administration messages that wait for another administrator, by pages",
        client=examples.SECOND_ADMINISTERING_CLIENT,
    ),
    service(
        approval.DecideChanges(decision=approval.Decision.APPROVE, item=(_CHANGE,)),
        approval.DecideChangesReply,
        Kind.ADMINISTRATION,
        Permission.ADMINISTER,
        zh="管理报文审批：同意或拒绝，可多笔",
        en="Approve or reject one or many administration messages",
        client=examples.SECOND_ADMINISTERING_CLIENT,
    ),
    service(
        approval.QueryChange(request_id=examples.CHANGE),
        approval.QueryChangeReply,
        Kind.QUERY,
        None,
        zh="管理报文办理结果查询",
        en="What became of an administration message",
        client=examples.SECOND_ADMINISTERING_CLIENT,
    ),
)
