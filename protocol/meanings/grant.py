"""Grants: what may be offered, and what is accepted."""

from collections.abc import Mapping
from typing import Final

from protocol.codes import Advice, Code, Meaning, refused

MEANINGS: Final[Mapping[Code, Meaning]] = {
    Code.CUSTOMER_NOT_ADVANCED: refused(
        "对外授权的双方须均为高级客户：此客户不是高级客户，请核对客户识别号或向银行申请",
        "Both sides of a grant are advanced customers and this is none: check its id, or apply at the bank",
        Advice.CONTACT,
    ),
    Code.GRANT_TO_ONESELF: refused(
        "不能授权给本客户自己，本客户的账户无须授权：请填写另一客户的识别号",
        "An account is not granted to its own customer, who needs no grant: name another customer",
    ),
    Code.GRANT_RIGHTS_EXCLUSIVE: refused(
        "转账与倒进账不能同时授权：请只选其一",
        "Transfer and collect never go into one grant: choose one",
    ),
    Code.GRANT_EXCEEDS_OWN: refused(
        "该账户没有付款权限，不能授予转账或倒进账：请只授予查询，或先开通付款权限",
        "A grant gives no more than its grantor has, and the account has no payment permission: grant the query alone, "
        "or have that permission opened first",
    ),
    Code.GRANT_EXISTS: refused(
        "该账户对此客户已有其他内容的授权：请先收回",
        "The account is offered or granted to this customer with other rights: take that back first",
    ),
    Code.GRANT_NOT_OFFERED: refused(
        "没有向本客户提供的这项授权：请用ListGrants核对",
        "No such grant is offered to this customer: see ListGrants",
    ),
    Code.GRANT_DIFFERS: refused(
        "接受的要素与所提供的不一致，各要素须完全相同：请按Detail更正",
        "The acceptance differs from the offer, and every element must be the same: correct what the Details name",
    ),
    Code.GRANT_NOT_ACCEPTED: refused(
        "该授权尚未接受，不能放弃：请勿接受即可",
        "This grant is not accepted, so there is nothing to give up: do not accept it",
    ),
}
