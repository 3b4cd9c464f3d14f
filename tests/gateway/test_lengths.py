"""What a schema lets in must fit into the columns it goes to, on a database that counts characters too."""

import re
from importlib import resources

import pytest
from sqlalchemy import Column, String

from core_adapter.ledger.tables import MOVE
from gateway.journal.tables import (
    ACCOUNT_GRANT,
    ACCOUNT_GROUP,
    ATTACHED_ACCOUNT,
    CLOSED_PAYEE,
    FLOW,
    MODE,
    OPERATOR,
    OPERATOR_ACCOUNT,
    PAYEE,
    PURPOSE,
    REQUEST,
    TEMPLATE,
    TRANSFER,
    USAGE,
)

TYPES = "".join((resources.files("schemas") / name).read_text("utf-8") for name in ("common-1.xsd", "book-1.xsd"))


def _longest(name: str) -> int:
    """The most characters that a simple type of the schemas allows."""
    body = TYPES.partition(f'<xs:simpleType name="{name}">')[2].partition("</xs:simpleType>")[0]
    found = re.search(r'<xs:maxLength value="(\d+)"/>|\{1,(\d+)\}"', body)
    assert found, name
    return int(found[1] or found[2])


@pytest.mark.parametrize(
    ("kind", "column"),
    [
        ("RequestId", REQUEST.c.request_id),
        ("PartyId", REQUEST.c.customer_id),
        ("PartyId", REQUEST.c.operator_id),
        ("AccountNumber", TRANSFER.c.payer_account),
        ("AccountNumber", TRANSFER.c.payee_account),
        ("HolderName", TRANSFER.c.payee_name),
        ("Purpose", TRANSFER.c.purpose),
        ("Remark", TRANSFER.c.remark),
        ("EndToEndId", TRANSFER.c.end_to_end_id),
        ("PartyId", OPERATOR.c.manager),
        ("PartyId", OPERATOR_ACCOUNT.c.account_owner),
        ("PartyId", ACCOUNT_GRANT.c.grantee),
        ("PartyId", MODE.c.mode_id),
        ("PartyId", FLOW.c.flow_id),
        ("AccountNumber", ATTACHED_ACCOUNT.c.account),
        ("AccountNumber", CLOSED_PAYEE.c.payee_account),
        ("HolderName", CLOSED_PAYEE.c.payee_name),
        ("AccountAlias", ATTACHED_ACCOUNT.c.alias),
        ("Purpose", PURPOSE.c.text),
        ("AccountNumber", PAYEE.c.account),
        ("HolderName", PAYEE.c.name),
        ("Label", TEMPLATE.c.name),
        ("AccountNumber", TEMPLATE.c.payer_account),
        ("AccountNumber", TEMPLATE.c.payee_account),
        ("HolderName", TEMPLATE.c.payee_name),
        ("Purpose", TEMPLATE.c.purpose),
        ("Remark", TEMPLATE.c.remark),
        ("Label", ACCOUNT_GROUP.c.name),
        ("PartyId", USAGE.c.customer_id),
        ("PartyId", USAGE.c.subject),
        ("AccountNumber", USAGE.c.subject),
        ("AccountNumber", MOVE.c.payer),
        ("HolderName", MOVE.c.payee_name),
        ("Purpose", MOVE.c.purpose),
        ("RequestId", MOVE.c.request_id),
    ],
    ids=str,
)
def test_what_a_schema_allows_fits_its_column(kind: str, column: Column[str]) -> None:
    """The longest value of the type is no longer than the column."""
    assert isinstance(column.type, String)
    assert column.type.length is not None
    assert _longest(kind) <= column.type.length
