"""The directory family's entry."""

from typing import Final

from protocol.messages import directory
from protocol.service import Kind, Permission, Service, service

ENTRIES: Final[tuple[Service, ...]] = (
    service(
        directory.QueryBankCode(name="云帆银行", region="2900", page_size=50),
        directory.QueryBankCodeReply,
        Kind.QUERY,
        Permission.QUERY,
        zh="联行号查询：按行号（自检校验位）、行名的一部分或地区",
        en="The bank directory by code, which is checked, by part of a name, by region",
    ),
)
