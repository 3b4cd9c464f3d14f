"""The one table of services: element, kind, permission, types, texts, an example; who serves them is not known here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from protocol import examples
from protocol.binding import namespace_of, tag_of
from protocol.messages import account, transfer
from protocol.messages import help as help_family


class Kind(StrEnum):
    """What a service does; money, approval and administration use up their request id, queries and help do not."""

    QUERY = "query"
    MONEY = "money"
    APPROVAL = "approval"
    ADMINISTRATION = "administration"
    HELP = "help"


class Permission(StrEnum):
    """What an operator may do."""

    QUERY = "query"
    ENTER = "enter"
    REVIEW = "review"
    AUTHORIZE = "authorize"
    DISPATCH = "dispatch"
    ADMINISTER = "administer"
    FORCE_AUTHORIZE = "force-authorize"


@dataclass(frozen=True, slots=True)
class Service:
    """One service: `permission` None means any registered operator; `example_client` names who sends the example."""

    name: str
    namespace: str
    reply: str
    kind: Kind
    permission: Permission | None
    takes_mode: bool
    takes_limits: bool
    request: type
    reply_type: type
    zh: str
    en: str
    example: object
    example_client: str

    @property
    def uses_up_id(self) -> bool:
        """Whether a journaled request of this service uses up its request id."""
        return self.kind in (Kind.MONEY, Kind.APPROVAL, Kind.ADMINISTRATION)


def _service(
    example: object,
    reply_type: type,
    kind: Kind,
    permission: Permission | None,
    *,
    zh: str,
    en: str,
    controlled: bool = False,
    client: str = examples.ENTERING_CLIENT,
) -> Service:
    request = type(example)
    return Service(
        name=request.__name__,
        namespace=namespace_of(request),
        reply=reply_type.__name__,
        kind=kind,
        permission=permission,
        takes_mode=controlled,
        takes_limits=controlled,
        request=request,
        reply_type=reply_type,
        zh=zh,
        en=en,
        example=example,
        example_client=client,
    )


_SERVICES: Final = (
    _service(
        help_family.SelfTest(),
        help_family.SelfTestReply,
        Kind.HELP,
        None,
        zh="自检：返回网关所见的编码、摘要、算法、证书与时钟差",
        en="Self-test: what the gateway saw of encoding, digest, algorithm, certificate and clock",
    ),
    _service(
        account.QueryAccounts(),
        account.QueryAccountsReply,
        Kind.QUERY,
        Permission.QUERY,
        zh="账户列表查询",
        en="The accounts that the customer may query",
    ),
    _service(
        account.QueryBalance(account=(examples.PAYER_ACCOUNT, examples.SECOND_ACCOUNT)),
        account.QueryBalanceReply,
        Kind.QUERY,
        Permission.QUERY,
        zh="账户余额查询",
        en="Balances of accounts",
    ),
    _service(
        account.QueryTransactions(
            account=examples.PAYER_ACCOUNT,
            from_date=date(2026, 10, 1),
            to_date=date(2026, 10, 31),
            page_size=50,
        ),
        account.QueryTransactionsReply,
        Kind.QUERY,
        Permission.QUERY,
        zh="账户明细查询（分页）",
        en="Entries of an account, by pages",
    ),
    _service(
        transfer.SubmitTransfer(
            payer_account=examples.PAYER_ACCOUNT,
            payee_account=examples.PAYEE_ACCOUNT,
            payee_name=examples.PAYEE_NAME,
            amount=123450,
            currency="CNY",
            purpose="货款",
            end_to_end_id="PO-2026-0001",
        ),
        transfer.SubmitTransferReply,
        Kind.MONEY,
        Permission.ENTER,
        controlled=True,
        zh="单笔转账",
        en="One transfer",
    ),
    _service(
        transfer.QueryTransfer(request_id="EXAMPLE-0001"),
        transfer.QueryTransferReply,
        Kind.QUERY,
        Permission.QUERY,
        zh="转账结果查询，可封闭未收到的请求号",
        en="What became of a transfer; may fence an id that was never received",
    ),
)

CATALOGUE: Final[Mapping[str, Service]] = MappingProxyType({tag_of(row.request): row for row in _SERVICES})
"""Every service by its body element, `{namespace}Name`."""
