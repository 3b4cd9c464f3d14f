"""The book family's entries: lists kept by operators who enter, and groups of accounts kept by administrators."""

from datetime import date
from typing import Final

from protocol import examples
from protocol.messages import book
from protocol.service import Kind, Permission, Service, service

_PAYEES: Final[tuple[Service, ...]] = (
    service(
        book.ListPayees(text="物流", page_size=50),
        book.ListPayeesReply,
        Kind.QUERY,
        Permission.QUERY,
        zh="收款人名册查询，可按账号或户名的一部分",
        en="Payees of the book, by part of account or name",
    ),
    service(
        book.SavePayee(account=examples.PAYEE_ACCOUNT, name=examples.PAYEE_NAME),
        book.SavePayeeReply,
        Kind.KEEPING,
        Permission.ENTER,
        zh="收款人增加或修改",
        en="Keep a payee, or change it",
    ),
    service(
        book.DeletePayee(account=examples.PAYEE_ACCOUNT, bank_code=examples.BANK_CODE),
        book.DeletePayeeReply,
        Kind.KEEPING,
        Permission.ENTER,
        zh="收款人删除",
        en="Take a payee from the book",
    ),
)
_PURPOSES: Final[tuple[Service, ...]] = (
    service(
        book.ListPurposes(for_persons=True),
        book.ListPurposesReply,
        Kind.QUERY,
        Permission.QUERY,
        zh="汇款用途查询",
        en="Purposes to choose from",
    ),
    service(
        book.SavePurpose(text="差旅费报销", for_persons=True),
        book.SavePurposeReply,
        Kind.ADMINISTRATION,
        Permission.ADMINISTER,
        zh="汇款用途增加",
        en="Keep a purpose",
        client=examples.ADMINISTERING_CLIENT,
    ),
    service(
        book.DeletePurpose(text="稿费", for_persons=True),
        book.DeletePurposeReply,
        Kind.ADMINISTRATION,
        Permission.ADMINISTER,
        zh="汇款用途删除",
        en="Take a purpose away",
        client=examples.ADMINISTERING_CLIENT,
    ),
)
_TEMPLATES: Final[tuple[Service, ...]] = (
    service(
        book.ListTemplates(),
        book.ListTemplatesReply,
        Kind.QUERY,
        Permission.QUERY,
        zh="转账模板查询",
        en="Templates of transfers",
    ),
    service(
        book.SaveTemplate(
            template=book.Template(
                name="每月房租",
                payer_account=examples.PAYER_ACCOUNT,
                payee_account=examples.PAYEE_ACCOUNT,
                payee_name=examples.PAYEE_NAME,
                currency="CNY",
                purpose="房租",
            )
        ),
        book.SaveTemplateReply,
        Kind.KEEPING,
        Permission.ENTER,
        zh="转账模板保存",
        en="Keep a template of a transfer",
    ),
    service(
        book.DeleteTemplate(name="旧模板"),
        book.DeleteTemplateReply,
        Kind.KEEPING,
        Permission.ENTER,
        zh="转账模板删除",
        en="Take a template away",
    ),
)
_GROUPS: Final[tuple[Service, ...]] = (
    service(
        book.ListAccountGroups(),
        book.ListAccountGroupsReply,
        Kind.QUERY,
        Permission.QUERY,
        zh="账户分组查询",
        en="Groups of accounts",
    ),
    service(
        book.SaveAccountGroup(name="结算账户", account=(examples.PAYER_ACCOUNT, examples.SECOND_ACCOUNT)),
        book.SaveAccountGroupReply,
        Kind.KEEPING,
        Permission.ADMINISTER,
        zh="账户分组保存",
        en="Keep a group of accounts",
        client=examples.ADMINISTERING_CLIENT,
    ),
    service(
        book.DeleteAccountGroup(name="旧分组"),
        book.DeleteAccountGroupReply,
        Kind.KEEPING,
        Permission.ADMINISTER,
        zh="账户分组删除",
        en="Take a group of accounts away",
        client=examples.ADMINISTERING_CLIENT,
    ),
    service(
        book.SetAccountDisplay(account=examples.SECOND_ACCOUNT, alias="备用金", priority=5),
        book.SetAccountDisplayReply,
        Kind.ADMINISTRATION,
        Permission.ADMINISTER,
        zh="账户别名与显示优先级设置",
        en="Alias and display priority of an account",
        client=examples.ADMINISTERING_CLIENT,
    ),
)
_OPERATIONS: Final[tuple[Service, ...]] = (
    service(
        book.ListOperations(from_date=date(2026, 10, 1), to_date=date(2026, 10, 31), page_size=50),
        book.ListOperationsReply,
        Kind.QUERY,
        None,
        zh="操作日志查询：操作员查本人，主管与管理员查全部",
        en="The operation log: an operator's own, everyone's for the supervisor and administrators",
    ),
)

ENTRIES: Final[tuple[Service, ...]] = (*_PAYEES, *_PURPOSES, *_TEMPLATES, *_GROUPS, *_OPERATIONS)
