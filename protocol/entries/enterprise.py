"""The enterprise family's entries: operators, certificates in hand, modes and flows, terms of accounts."""

from typing import Final

from protocol import examples
from protocol.messages.enterprise import LimitsItem, accounts, credentials, modes, operators
from protocol.service import Kind, Permission, Service, service


def _asked(example: object, reply: type, zh: str, en: str) -> Service:
    """A query of administrators."""
    return service(
        example, reply, Kind.QUERY, Permission.ADMINISTER, zh=zh, en=en, client=examples.ADMINISTERING_CLIENT
    )


def _changed(example: object, reply: type, zh: str, en: str) -> Service:
    """A change that administrators make."""
    return service(
        example, reply, Kind.ADMINISTRATION, Permission.ADMINISTER, zh=zh, en=en, client=examples.ADMINISTERING_CLIENT
    )


_OPERATORS: Final[tuple[Service, ...]] = (
    _asked(
        operators.ListOperators(page_size=50),
        operators.ListOperatorsReply,
        zh="操作员查询（分页）：权限、账户、业务、限额与证书",
        en="Operators with their permissions, accounts, services, limits and certificates, by pages",
    ),
    _changed(
        operators.AddOperator(
            operator=examples.NEW_OPERATOR,
            name="新出纳",
            rights=operators.Rights(permission=(Permission.QUERY, Permission.ENTER)),
            accounts=operators.AccountList(account=(examples.PAYER_ACCOUNT,)),
            limits=LimitsItem(per_transfer=5_000_000, per_day=20_000_000),
        ),
        operators.AddOperatorReply,
        zh="操作员增加",
        en="Register an operator",
    ),
    _changed(
        operators.ChangeOperator(
            operator=examples.TO_CHANGE,
            rights=operators.Rights(permission=(Permission.QUERY, Permission.ENTER)),
            accounts=operators.AccountList(account=(examples.PAYER_ACCOUNT, examples.SECOND_ACCOUNT)),
            services=operators.ServiceList(every=True),
        ),
        operators.ChangeOperatorReply,
        zh="操作员修改：权限、授权级别、可操作账户、可操作业务与限额",
        en="Change an operator's permissions, level, accounts, services and limits",
    ),
    _changed(
        operators.FreezeOperator(operator=examples.TO_FREEZE),
        operators.FreezeOperatorReply,
        zh="操作员冻结",
        en="Freeze an operator",
    ),
    _changed(
        operators.UnfreezeOperator(operator=examples.TO_UNFREEZE),
        operators.UnfreezeOperatorReply,
        zh="操作员解冻",
        en="Make a frozen operator normal again",
    ),
    _changed(
        operators.DeleteOperator(operator=examples.TO_DELETE),
        operators.DeleteOperatorReply,
        zh="操作员删除",
        en="Delete an operator for ever",
    ),
)
_CREDENTIALS: Final[tuple[Service, ...]] = (
    _asked(
        credentials.ListCredentials(page_size=50),
        credentials.ListCredentialsReply,
        zh="空卡（未分配证书）查询（分页）",
        en="Certificates in hand for operators to come, by pages",
    ),
    _changed(
        credentials.MoveCredential(fingerprint=examples.CREDENTIALS[0].fingerprint),
        credentials.MoveCredentialReply,
        zh="空卡调配：划给副主管或收回主管名下",
        en="Move a certificate in hand to a deputy's pool, or back to the supervisor's",
    ),
    _changed(
        credentials.CancelCredential(fingerprint=examples.CREDENTIALS[1].fingerprint),
        credentials.CancelCredentialReply,
        zh="空卡注销，不可恢复",
        en="Cancel a certificate in hand for ever",
    ),
)
_MODES: Final[tuple[Service, ...]] = (
    _asked(
        modes.ListModes(),
        modes.ListModesReply,
        zh="授权模式、转账流程与业务开通情况查询",
        en="Modes, flows, and what services follow",
    ),
    _changed(
        modes.SaveMode(
            mode=modes.Mode(
                mode_id="REVIEW-FIRST",
                with_amount=True,
                ordered=True,
                review=True,
                manual_dispatch=False,
                band=(
                    modes.Band(up_to=5_000_000),
                    modes.Band(above=5_000_000, authorizers=(modes.Authorizers(level=1, count=1),)),
                ),
            )
        ),
        modes.SaveModeReply,
        zh="授权模式保存（整体生效）",
        en="Make a mode or change it, whole",
    ),
    _changed(
        modes.DeleteMode(mode_id=examples.OLD_MODE),
        modes.DeleteModeReply,
        zh="授权模式删除",
        en="Delete a mode that no service follows",
    ),
    _changed(
        modes.BindService(service="SubmitTransfer", mode_id=examples.MODE),
        modes.BindServiceReply,
        zh="开通业务：设定业务使用的授权模式",
        en="Let a service follow a mode",
    ),
    _changed(
        modes.SwitchService(service="SubmitTransfer", enabled=True),
        modes.SwitchServiceReply,
        zh="业务停用或启用",
        en="Switch a service off or on",
    ),
    _changed(
        modes.SaveFlow(
            flow=modes.Flow(
                flow_id="NEW-FLOW",
                account=examples.SECOND_ACCOUNT,
                limit=100_000_000,
                level=(modes.Level(reviewer=("MGR02",)),),
            )
        ),
        modes.SaveFlowReply,
        zh="转账流程增加（整体生效）",
        en="Make a flow, whole",
    ),
    _changed(
        modes.DeleteFlow(flow_id=examples.OLD_FLOW),
        modes.DeleteFlowReply,
        zh="转账流程删除：先显示未完成单据，确认后一并删除",
        en="Delete a flow: what is unfinished is shown first, and deleted with it once confirmed",
    ),
)
_ACCOUNTS: Final[tuple[Service, ...]] = (
    _asked(
        accounts.ListAccountTerms(page_size=50),
        accounts.ListAccountTermsReply,
        zh="账户权限与限额查询（分页），含企业限额",
        en="What accounts can do and up to which amounts, and the customer's limits, by pages",
    ),
    _changed(
        accounts.SetAccountTerms(
            account=examples.SECOND_ACCOUNT,
            payment=True,
            limits=LimitsItem(per_transfer=50_000_000, per_day=200_000_000),
        ),
        accounts.SetAccountTermsReply,
        zh="账户付款、代发权限与限额设置",
        en="Switch payments or payroll of an account, set its limits",
    ),
    _changed(
        accounts.SetCustomerLimits(limits=LimitsItem(per_transfer=100_000_000, per_day=500_000_000)),
        accounts.SetCustomerLimitsReply,
        zh="企业限额设置",
        en="Set the customer's own limits",
    ),
    service(
        accounts.ListClosedPayees(account=examples.SECOND_ACCOUNT, page_size=50),
        accounts.ListClosedPayeesReply,
        Kind.QUERY,
        Permission.QUERY,
        zh="封闭转账对应关系清单查询（分页）",
        en="Whom a closed account may pay, by pages",
    ),
)

ENTRIES: Final[tuple[Service, ...]] = (*_OPERATORS, *_CREDENTIALS, *_MODES, *_ACCOUNTS)
