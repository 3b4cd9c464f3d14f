"""Deputies and certificates in hand, by message, through whole turns on both databases (R1.13 to R1.15)."""

from typing import Any

import pytest

from gateway.administration.places import Place
from gateway.domain.customer import Role
from protocol.codes import Code
from protocol.messages.approval import DecideChanges, DecideItem, Decision
from protocol.messages.enterprise import LimitsItem
from protocol.messages.enterprise.accounts import SetAccountTerms, SetCustomerLimits
from protocol.messages.enterprise.credentials import (
    CancelCredential,
    CancelCredentialReply,
    CredentialState,
    ListCredentials,
    ListCredentialsReply,
    MoveCredential,
    MoveCredentialReply,
)
from protocol.messages.enterprise.modes import BindService, DeleteFlow, DeleteMode, SwitchService
from protocol.messages.enterprise.operators import (
    AccountList,
    AddOperator,
    AddOperatorReply,
    ChangeOperator,
    DeleteOperator,
    FreezeOperator,
    GivenRole,
    Rights,
    ServiceList,
    UnfreezeOperator,
)
from protocol.messages.grant import ListGrants, OfferGrant, Right
from protocol.service import Permission
from tests.journal.bank import PAYER, SAVINGS, Bank
from tests.journal.replies import code, rules
from tests.journal.staff import ENTERS, Staff


@pytest.fixture
def staff(bank: Bank) -> Staff:
    """See Staff."""
    return Staff(bank)


# -- deputies


def test_R1_13_a_deputy_adds_operators_with_a_certificate_of_its_pool(staff: Staff) -> None:
    """The operator is its own, and the certificate is the operator's for ever (R1.15)."""
    card = staff.pool("DEP1")
    empty = staff.ask("DEP1", AddOperator(operator="NEW1", name="n", rights=ENTERS))
    other = staff.ask("DEP1", AddOperator(operator="NEW1", name="n", rights=ENTERS, credential=staff.pool()))

    added = staff.told("DEP1", AddOperator(operator="NEW1", name="n", rights=ENTERS, credential=card), AddOperatorReply)

    assert (rules(empty), rules(other)) == ([Code.CREDENTIAL_MISSING], [Code.CREDENTIAL_UNKNOWN])
    assert added == AddOperatorReply(operator="NEW1", manager="DEP1")
    (shown,) = staff.operators("DEP1", operator="NEW1")
    assert [each.fingerprint for each in shown.certificate] == [card]
    again = staff.ask("DEP1", AddOperator(operator="NEW2", name="n", rights=ENTERS, credential=card))
    assert rules(again) == [Code.CREDENTIAL_SPENT]
    assert "NEW2" not in staff.customer().people


def test_R1_13_a_deputy_gives_no_more_than_its_roles_and_lists(staff: Staff) -> None:
    """Neither a role nor a permission beyond entry and review, nor an account or service that it does not use."""
    services = ServiceList(service=("AddOperator", "ChangeOperator"))
    staff.ask("SUP", ChangeOperator(operator="DEP1", accounts=AccountList(account=(PAYER,)), services=services))
    body = AddOperator(
        operator="NEW1",
        name="n",
        role=GivenRole.DEPUTY,
        rights=Rights(permission=(Permission.AUTHORIZE, Permission.ADMINISTER), level=1),
        accounts=AccountList(account=(SAVINGS,)),
        credential=staff.pool("DEP1"),
    )

    refused = staff.ask("DEP1", body)
    changed = staff.ask("DEP1", ChangeOperator(operator="LED1", rights=Rights(permission=(Permission.DISPATCH,))))
    kept = staff.ask("DEP1", ChangeOperator(operator="LED1", accounts=AccountList(account=(PAYER, SAVINGS))))

    assert rules(refused) == [Code.BEYOND_DEPUTY] * 5
    assert rules(changed) == [Code.BEYOND_DEPUTY]
    assert code(kept) == Code.DONE, "what the operator had already is not given"


def test_R1_14_no_level_is_skipped(staff: Staff) -> None:
    """The supervisor keeps its direct operators, deputies among them; a deputy its own."""
    staff.add("DEP2", "query", "administer", place=Place(Role.DEPUTY))
    asked = [
        ("SUP", "LED1", Code.OPERATOR_NOT_YOURS),
        ("DEP1", "ERP1", Code.OPERATOR_NOT_YOURS),
        ("DEP2", "LED1", Code.OPERATOR_NOT_YOURS),
        ("DEP1", "DEP2", Code.OPERATOR_NOT_YOURS),
        ("DEP1", "LED1", Code.DONE),
        ("SUP", "ERP1", Code.DONE),
        ("SUP", "DEP2", Code.DONE),
    ]

    found = [code(staff.ask(who, FreezeOperator(operator=whom))) for who, whom, _ in asked]

    assert found == [wanted for _, _, wanted in asked]
    assert [item.operator for item in staff.operators("DEP1")] == ["DEP1", "LED1"]


def test_O23_the_operators_of_a_frozen_deputy_can_be_frozen(staff: Staff) -> None:
    """By the supervisor, until the deputy is back; another deputy does not."""
    staff.add("DEP2", "query", "administer", place=Place(Role.DEPUTY))
    freeze = FreezeOperator(operator="LED1")
    staff.ask("SUP", FreezeOperator(operator="DEP1"))

    other, frozen = staff.ask("DEP2", freeze), staff.ask("SUP", freeze)
    staff.ask("SUP", UnfreezeOperator(operator="DEP1"))

    assert (rules(other), code(frozen)) == ([Code.OPERATOR_NOT_YOURS], Code.DONE)
    assert staff.customer().people["LED1"].status == "frozen"
    assert rules(staff.ask("SUP", UnfreezeOperator(operator="LED1"))) == [Code.OPERATOR_NOT_YOURS]
    assert code(staff.ask("DEP1", UnfreezeOperator(operator="LED1"))) == Code.DONE


def test_R1_13_a_deputy_raises_neither_limits_above_its_own_nor_a_level(staff: Staff) -> None:
    """Also by leaving them out; what stays as it was is not given."""
    staff.add("LED2", "query", "authorize", level=1, place=Place(manager="DEP1"))
    staff.ask("SUP", ChangeOperator(operator="DEP1", limits=LimitsItem(per_transfer=100_00)))
    card = staff.pool("DEP1")
    authorizes = (Permission.QUERY, Permission.AUTHORIZE)

    def change(operator: str, **changed: Any) -> list[str]:
        return rules(staff.ask("DEP1", ChangeOperator(operator=operator, **changed)))

    assert change("LED1", limits=LimitsItem(per_transfer=100_01)) == [Code.BEYOND_DEPUTY]
    assert change("LED1", limits=LimitsItem(per_day=5_00)) == [Code.BEYOND_DEPUTY]
    assert change("LED1", limits=LimitsItem()) == []
    assert change("LED1", limits=LimitsItem(per_transfer=100_00)) == []
    assert change("LED2", rights=Rights(permission=authorizes, level=3)) == [Code.BEYOND_DEPUTY]
    assert change("LED2", rights=Rights(permission=authorizes, level=1)) == []
    unlimited = staff.ask("DEP1", AddOperator(operator="NEW1", name="n", rights=ENTERS, credential=card))
    assert rules(unlimited) == [Code.BEYOND_DEPUTY]
    assert "AddOperator/Limits<" in unlimited


def test_R1_14_the_operators_of_a_deleted_deputy_go_to_the_supervisor(staff: Staff) -> None:
    """With its pool; then the supervisor keeps them."""
    card = staff.pool("DEP1")

    deleted = staff.ask("SUP", DeleteOperator(operator="DEP1"))

    assert code(deleted) == Code.DONE
    assert staff.customer().people["LED1"].manager is None
    assert code(staff.ask("SUP", FreezeOperator(operator="LED1"))) == Code.DONE
    (item,) = staff.told("SUP", ListCredentials(), ListCredentialsReply).item
    assert (item.fingerprint, item.manager) == (card, None)


RESERVED = [
    MoveCredential(fingerprint="00" * 32),
    BindService(service="SubmitTransfer", mode_id="M1"),
    SwitchService(service="SubmitTransfer", enabled=False),
    DeleteMode(mode_id="M1"),
    DeleteFlow(flow_id="F1"),
    SetAccountTerms(account=PAYER, payment=False),
    SetCustomerLimits(limits=LimitsItem()),
    OfferGrant(account=PAYER, grantee="C2", right=(Right.QUERY,)),
    ListGrants(),
    DecideChanges(decision=Decision.APPROVE, item=(DecideItem(request_id="C1", digest="00" * 32),)),
]


def test_R1_13_a_deputy_keeps_operators_and_nothing_else(staff: Staff) -> None:
    """Whatever else administrators keep is for the supervisor."""
    refused = [staff.ask("DEP1", body) for body in RESERVED]

    assert [rules(reply) for reply in refused] == [[Code.SUPERVISOR_ONLY]] * len(RESERVED)


# -- certificates in hand


def test_R1_15_certificates_are_moved_between_the_pools_by_the_supervisor(staff: Staff) -> None:
    """To a deputy and back; a deputy sees its own pool alone."""
    card, own = staff.pool(), staff.pool("DEP1")

    moved = staff.told("SUP", MoveCredential(fingerprint=card, manager="DEP1"), MoveCredentialReply)
    shown = staff.told("DEP1", ListCredentials(), ListCredentialsReply).item
    staff.ask("SUP", MoveCredential(fingerprint=own))
    nobody = staff.ask("SUP", MoveCredential(fingerprint=own, manager="ERP1"))

    assert moved.manager == "DEP1"
    assert {item.fingerprint for item in shown} == {card, own}
    assert [item.fingerprint for item in staff.told("DEP1", ListCredentials(), ListCredentialsReply).item] == [card]
    assert rules(nobody) == [Code.DEPUTY_UNKNOWN]


def test_R1_15_a_cancelled_certificate_stays_cancelled(staff: Staff) -> None:
    """Who has it in hand cancels it; nobody ever uses it again."""
    card, other = staff.pool("DEP1"), staff.pool()

    not_own = staff.ask("DEP1", CancelCredential(fingerprint=other))
    cancelled = staff.told("DEP1", CancelCredential(fingerprint=card), CancelCredentialReply)
    again = staff.ask("SUP", CancelCredential(fingerprint=card))
    unknown = staff.ask("SUP", CancelCredential(fingerprint="00" * 32))

    assert cancelled.fingerprint == card
    assert rules(not_own) == rules(unknown) == [Code.CREDENTIAL_UNKNOWN]
    assert rules(again) == [Code.CREDENTIAL_SPENT]
    states = {item.fingerprint: item.state for item in staff.told("SUP", ListCredentials(), ListCredentialsReply).item}
    assert states == {card: CredentialState.CANCELLED, other: CredentialState.POOL}
