"""What a customer keeps for itself: payee book, purposes, templates, account groups."""

from collections.abc import Mapping
from typing import Final

from protocol.codes import Code, Meaning, refused

MEANINGS: Final[Mapping[Code, Meaning]] = {
    Code.LIST_FULL: refused(
        "该名单已满：请先删除不用的条目",
        "The list is full: delete entries that are not used any more",
    ),
    Code.NAME_TAKEN: refused(
        "该名称已被另一模板使用，其付款账号不在操作员的可操作账户列表中：请另取名称",
        "The name is taken by a template whose payer account is not on the operator's own list: choose another name",
    ),
    Code.PURPOSE_NOT_LISTED: refused(
        "付给个人的款项只能选用企业维护的对私用途：请选用ListPurposes所列的用途，或先以SavePurpose增加",
        "A payment to a person takes only a purpose from the customer's list for persons: "
        "choose one that ListPurposes shows, or add it with SavePurpose",
    ),
}
