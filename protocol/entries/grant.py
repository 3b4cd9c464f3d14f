"""The grant family's entries; administrators grant and accept."""

from typing import Final

from protocol import examples
from protocol.messages import grant
from protocol.service import Kind, Permission, Service, service

ENTRIES: Final[tuple[Service, ...]] = (
    service(
        grant.OfferGrant(
            account=examples.SECOND_ACCOUNT,
            grantee=examples.OTHER_CUSTOMER,
            right=(grant.Right.QUERY, grant.Right.COLLECT),
        ),
        grant.OfferGrantReply,
        Kind.ADMINISTRATION,
        Permission.ADMINISTER,
        zh="对外授权：向另一客户提供账户使用权",
        en="Offer the use of an account to another customer",
        client=examples.ADMINISTERING_CLIENT,
    ),
    service(
        grant.AcceptGrant(
            grantor=examples.OTHER_CUSTOMER, account=examples.OFFERED_ACCOUNT, right=(grant.Right.QUERY,)
        ),
        grant.AcceptGrantReply,
        Kind.ADMINISTRATION,
        Permission.ADMINISTER,
        zh="对外授权接受：各要素须与提供方一致",
        en="Accept what another customer offered, with every element as it was offered",
        client=examples.ADMINISTERING_CLIENT,
    ),
    service(
        grant.WithdrawGrant(account=examples.PAYER_ACCOUNT, grantee=examples.OTHER_CUSTOMER),
        grant.WithdrawGrantReply,
        Kind.ADMINISTRATION,
        Permission.ADMINISTER,
        zh="对外授权收回",
        en="Take a grant back",
        client=examples.ADMINISTERING_CLIENT,
    ),
    service(
        grant.DropGrant(grantor=examples.OTHER_CUSTOMER, account=examples.PAYEE_ACCOUNT),
        grant.DropGrantReply,
        Kind.ADMINISTRATION,
        Permission.ADMINISTER,
        zh="对外授权放弃",
        en="Give up a grant",
        client=examples.ADMINISTERING_CLIENT,
    ),
    service(
        grant.ListGrants(),
        grant.ListGrantsReply,
        Kind.QUERY,
        Permission.ADMINISTER,
        zh="对外授权查询：所提供的与所获得的",
        en="Grants given and received",
        client=examples.ADMINISTERING_CLIENT,
    ),
)
