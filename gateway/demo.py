"""Who is on a demo site: two customers, their operators with keys of every kind, accounts in every state; examples.

The parties are those of `protocol.examples`, so that each example of the catalogue is accepted on the fresh site.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from core_adapter.core import AccountStatus
from core_adapter.ledger import NewAccount
from gateway.domain.calendar import SHANGHAI
from gateway.template import quoted
from protocol import examples
from protocol.binding import write
from protocol.catalogue import OFFERED, Permission, Service
from protocol.writing import write_request
from signer.issue import make_key, self_signed
from signer.keys import SM2_ID_DEFAULT, SigningKey
from signer.software import load_signing_key

BANK_NAME: Final = "示范银行"
OTHER_CUSTOMER_NAME: Final = examples.PAYEE_NAME


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator of the demo, with the kind of its key and the name of its client file."""

    client: str
    customer: str
    operator: str
    name: str
    kind: str
    permissions: tuple[Permission, ...]
    level: int | None = None


_ENTERS: Final = (Permission.QUERY, Permission.ENTER)
_REVIEWS: Final = (Permission.QUERY, Permission.REVIEW)
_AUTHORIZES: Final = (Permission.QUERY, Permission.AUTHORIZE)
_DISPATCHES: Final = (Permission.QUERY, Permission.DISPATCH)
_APPROVES: Final = (Permission.QUERY, Permission.REVIEW, Permission.AUTHORIZE, Permission.DISPATCH)
_ADMINISTERS: Final = (Permission.QUERY, Permission.ADMINISTER)

OPERATORS: Final = (
    Operator("erp01", examples.CUSTOMER, "ERP01", "财务系统", "rsa", _ENTERS),
    Operator("mgr01", examples.CUSTOMER, "MGR01", "王主管", "ecdsa", (*_APPROVES, Permission.ADMINISTER), 1),
    Operator("mgr02", examples.CUSTOMER, "MGR02", "李经理", "ecdsa", _APPROVES, 2),
    Operator("sm2erp01", examples.CUSTOMER, "SM2ERP01", "国密财务系统", "sm2", _ENTERS),
    Operator("rev01", examples.CUSTOMER, "REV01", "陈复核", "ecdsa", _REVIEWS),
    Operator("aut01", examples.CUSTOMER, "AUT01", "周授权", "ecdsa", _AUTHORIZES, 1),
    Operator("snd01", examples.CUSTOMER, "SND01", "吴出纳", "sm2", _DISPATCHES),
    Operator("c2erp01", examples.OTHER_CUSTOMER, "ERP01", "物流财务系统", "ecdsa", _ENTERS),
    Operator("c2mgr01", examples.OTHER_CUSTOMER, "MGR01", "孙主管", "ecdsa", _ADMINISTERS),
    Operator("c2mgr02", examples.OTHER_CUSTOMER, "MGR02", "郑主管", "ecdsa", _ADMINISTERS),
)

_NORMAL: Final = AccountStatus.NORMAL
ACCOUNTS: Final[Mapping[str, tuple[NewAccount, ...]]] = MappingProxyType(
    {
        examples.CUSTOMER: (
            NewAccount(examples.PAYER_ACCOUNT, examples.CUSTOMER_NAME, "CNY", _NORMAL, 1_000_000_000),
            NewAccount(examples.SECOND_ACCOUNT, examples.CUSTOMER_NAME, "CNY", _NORMAL, 100_000_000),
            NewAccount("11010100000000003", examples.CUSTOMER_NAME, "CNY", AccountStatus.LOST, 5_000_000),
            NewAccount("11010100000000004", examples.CUSTOMER_NAME, "CNY", AccountStatus.FROZEN, 5_000_000),
            NewAccount("11010100000000005", examples.CUSTOMER_NAME, "CNY", AccountStatus.CLOSED, 0),
            NewAccount("11010100000000006", examples.CUSTOMER_NAME, "CNY", _NORMAL, 10_000),
        ),
        examples.OTHER_CUSTOMER: (
            NewAccount(examples.PAYEE_ACCOUNT, OTHER_CUSTOMER_NAME, "CNY", _NORMAL, 10_000_000),
            NewAccount(examples.OFFERED_ACCOUNT, OTHER_CUSTOMER_NAME, "CNY", _NORMAL, 10_000_000),
        ),
        "": (
            NewAccount("11010100000000201", "张三", "CNY", _NORMAL, 0),
            NewAccount("11010100000000202", "阿依古丽·买买提", "CNY", _NORMAL, 0),
            NewAccount("11010100000000203", "李四", "CNY", AccountStatus.LOST, 0),
            NewAccount("11010100000000204", "赵六", "CNY", AccountStatus.FROZEN, 0),
            NewAccount("11010100000000205", "钱七", "CNY", AccountStatus.CLOSED, 0),
        ),
    }
)
"""By the customer they are attached to; those under the empty name are of holders who do not use the gateway."""

_CLIENT: Final = """\
# A client of the demo site: `yinqi send -c THIS_FILE MESSAGE.xml`. Paths are relative to this file's folder.
[gateway]
http = "http://127.0.0.1:{http}/v1/messages"
tcp = "127.0.0.1:{tcp}"
certificate = "../gateway.crt"

[identity]
customer = {customer}
operator = {operator}
key = "{client}.key"
certificate = "{client}.crt"
{sm2_id}
[roles]
{roles}"""

_ROLES: Final = MappingProxyType(
    {"enterer": "erp01", "approver": "mgr01", "second_approver": "mgr02", "sm2": "sm2erp01", "other": "c2erp01"}
)
_SENT_AT: Final = re.compile(r"(?<=<SentAt>)[^<]*(?=</SentAt>)")


def client_files(port_base: int, not_before: datetime, not_after: datetime) -> Iterator[tuple[str, bytes]]:
    """Name and content of every client's settings, private key and certificate; keys are made anew."""
    for operator in OPERATORS:
        key = make_key(operator.kind)
        common_name = f"{operator.customer} {operator.operator}"
        yield f"{operator.client}.key", key
        yield f"{operator.client}.crt", self_signed(key, common_name, not_before, not_after)
        yield f"{operator.client}.toml", _client_text(operator, port_base).encode()


def _client_text(operator: Operator, port_base: int) -> str:
    return _CLIENT.format(
        http=port_base,
        tcp=port_base + 1,
        customer=quoted(operator.customer),
        operator=quoted(operator.operator),
        client=operator.client,
        sm2_id=f"sm2_id = {quoted(SM2_ID_DEFAULT)}\n" if operator.kind == "sm2" else "",
        roles="".join(f'{role} = "{client}.toml"\n' for role, client in _ROLES.items()),
    )


def client_key(folder: Path, operator: Operator) -> SigningKey:
    """The key of an operator, out of the folder of the clients."""
    key, certificate = ((folder / f"{operator.client}{end}").read_bytes() for end in (".key", ".crt"))
    return load_signing_key(key, certificate)


def all_accounts() -> list[NewAccount]:
    """Every account to open in the ledger."""
    return [account for accounts in ACCOUNTS.values() for account in accounts]


def example_files(now: datetime) -> Iterator[tuple[str, bytes]]:
    """Name and content of one request per service, without Signature and with empty RequestId and SentAt."""
    for service in OFFERED:
        yield f"{service.name}.xml", _example(service, now).encode()


def _example(service: Service, now: datetime) -> str:
    sender = next(operator for operator in OPERATORS if operator.client == service.example_client)
    days = (now.astimezone(SHANGHAI).date() - examples.DAY).days
    body_xml = write(_moved(service.example, timedelta(days=days)))
    text = write_request(sender.customer, sender.operator, "", now, body_xml=body_xml)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + _SENT_AT.sub("", text, count=1) + "\n"


def _moved(example: Any, by: timedelta) -> object:
    """The example with its dates and times moved, so that what is to come is still to come."""
    said = {field.name: getattr(example, field.name) for field in fields(example)}
    return replace(example, **{name: value + by for name, value in said.items() if isinstance(value, date)})
