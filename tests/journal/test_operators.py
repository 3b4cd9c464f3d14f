"""Operators as their administrators keep them by message, through whole turns on both databases."""

from typing import Any

import pytest
from sqlalchemy import insert

from gateway.administration.certificates import add_certificate
from gateway.administration.credentials import pool_certificate
from gateway.administration.places import Place
from gateway.domain.customer import Authorizers, Band, Flow, Limits, Mode, Role
from gateway.journal.definitions import write_flow, write_mode
from gateway.journal.tables import BINDING, FLOW, MODE
from protocol.codes import Code
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
    ChangeOperatorReply,
    DeleteOperator,
    DeleteOperatorReply,
    FreezeOperator,
    FreezeOperatorReply,
    GivenRole,
    ListOperators,
    ListOperatorsReply,
    OperatorItem,
    OperatorRole,
    OperatorStatus,
    Rights,
    ServiceList,
    UnfreezeOperator,
)
from protocol.service import Permission
from signer.certificates import fingerprint, from_pem
from signer.issue import make_key, self_signed
from tests.journal.asking import Asking
from tests.journal.bank import _START, CUSTOMER_ID, PAYEE, PAYER, SAVINGS, Bank, command, transfer
from tests.journal.replies import code, rules

END = _START.replace(year=2126)
ENTERS = Rights(permission=(Permission.QUERY, Permission.ENTER))
UNDER_DEPUTY = Place(manager="DEP1")


class Staff(Asking):
    """A customer whose supervisor is SUP, with a deputy DEP1 and an operator of either."""

    def __init__(self, bank: Bank) -> None:
        super().__init__(bank)
        self.add("SUP", "query", "administer", place=Place(Role.SUPERVISOR))
        self.add("DEP1", "query", "review", "administer", place=Place(Role.DEPUTY))
        self.add("LED1", "query", "enter", place=UNDER_DEPUTY)

    def operators(self, asker: str = "SUP", **asked: Any) -> list[OperatorItem]:
        """The operators that somebody is shown."""
        return list(self.told(asker, ListOperators(**asked), ListOperatorsReply).item)

    def pool(self, manager: str = "") -> str:
        """A certificate in the pool of a manager; its fingerprint."""
        der = from_pem(self_signed(make_key("ecdsa"), "card", _START, END))[0]
        name = fingerprint(der).hex()
        with self.bank.journal().begin() as tx:
            return pool_certificate(tx, CUSTOMER_ID, der, confirm=name, manager=manager)


@pytest.fixture
def staff(bank: Bank) -> Staff:
    """See Staff."""
    return Staff(bank)


@pytest.fixture
def modes(bank: Bank) -> Asking:
    """A customer in form 002: a review, then an authorizer of level 1; one operator for each, and an administrator."""
    asking = Asking(bank)
    asking.add("REV1", "query", "review")
    asking.add("AUTH1", "query", "authorize", level=1)
    mode = Mode(
        mode_id="M1",
        with_amount=True,
        ordered=True,
        review=True,
        manual_dispatch=False,
        bands=(Band(None, (Authorizers(1, 1),)),),
    )
    with bank.journal().begin() as tx:
        tx.execute(insert(MODE), {"customer_id": CUSTOMER_ID, "mode_id": "M1", "definition": write_mode(mode)})
        tx.execute(insert(BINDING), {"customer_id": CUSTOMER_ID, "service": "SubmitTransfer", "mode_id": "M1"})
    asking.put(form="mode")
    return asking


# -- listing


def test_R1_17_operators_are_told_with_certificate_accounts_services_and_limits(staff: Staff) -> None:
    """Everything that an administrator keeps of them, by code, a page at a time or one alone."""
    der = from_pem(self_signed(make_key("ecdsa"), "LED1", _START, END))[0]
    with staff.bank.journal().begin() as tx:
        add_certificate(tx, CUSTOMER_ID, "LED1", der, confirm=fingerprint(der).hex(), purpose="sign", sm2_id=None)
    first = staff.told("SUP", ListOperators(page_size=3), ListOperatorsReply)
    second = staff.told("SUP", ListOperators(page_size=3, cursor=first.next_cursor), ListOperatorsReply)
    (one,) = staff.operators(operator="LED1")

    assert [item.operator for item in (*first.item, *second.item)] == ["ADM1", "DEP1", "ERP1", "LED1", "LOOK1", "SUP"]
    assert second.next_cursor is None
    assert (one.status, one.role, one.manager) == (OperatorStatus.NORMAL, OperatorRole.OPERATOR, "DEP1")
    assert (one.rights, one.accounts) == (ENTERS, AccountList(account=(PAYER, SAVINGS)))
    assert (one.services, one.limits) == (ServiceList(every=True), LimitsItem())
    (certificate,) = one.certificate
    assert (certificate.fingerprint, certificate.usage) == (fingerprint(der).hex(), "sign")
    assert (certificate.not_after, certificate.revoked_at) == (END, None)


def test_only_administrators_see_and_keep_operators(staff: Staff) -> None:
    """Who enters is refused, and uses up no id."""
    refused = staff.ask("ERP1", ListOperators()), staff.ask("ERP1", FreezeOperator(operator="LOOK1"))

    assert [code(each) for each in refused] == [Code.NOT_PERMITTED] * 2


# -- adding


def test_R1_10_an_operator_is_added_and_works_from_the_next_message_on(staff: Staff) -> None:
    """With what it is given and no more; running processes notice, for the register's version rises."""
    version = staff.version()
    body = AddOperator(
        operator="NEW1",
        name="新出纳",
        rights=ENTERS,
        accounts=AccountList(account=(PAYER,)),
        services=ServiceList(service=("SubmitTransfer", "QueryTransfer")),
        limits=LimitsItem(per_transfer=100_00),
    )

    added = staff.told("ADM1", body, AddOperatorReply)

    assert added == AddOperatorReply(operator="NEW1")
    assert staff.version() > version
    person = staff.customer().people["NEW1"]
    assert (person.name, person.role, person.manager) == ("新出纳", Role.OPERATOR, None)
    assert (person.accounts, person.limits) == (frozenset({PAYER}), Limits(100_00, None))
    assert person.services == frozenset({"SubmitTransfer", "QueryTransfer"})
    paid = staff.node.answer(command(transfer("T1", 100_00).body, "T1", operator="NEW1"))
    over = staff.node.answer(command(transfer("T2", 100_01).body, "T2", operator="NEW1"))
    assert (code(paid), code(over)) == (Code.AWAITING_APPROVAL, Code.OPERATOR_LIMIT)


def test_R1_10_a_code_once_used_is_never_used_again(staff: Staff) -> None:
    """Neither while its operator is there, nor once it is deleted."""
    staff.ask("ADM1", DeleteOperator(operator="LOOK1"))
    replies = [staff.ask("ADM1", AddOperator(operator=name, name="n", rights=ENTERS)) for name in ("ERP1", "LOOK1")]

    assert [rules(reply) for reply in replies] == [[Code.OPERATOR_TAKEN]] * 2
    assert all("AddOperator/Operator<" in reply for reply in replies)
    assert "never used again" in replies[1]


def test_R1_2_every_fault_of_an_operator_to_be_added_is_told_at_once(staff: Staff) -> None:
    """Permissions that exclude each other, a missing level, unknown accounts and services; nothing is kept."""
    body = AddOperator(
        operator="NEW1",
        name="n",
        rights=Rights(permission=(Permission.AUTHORIZE, Permission.FORCE_AUTHORIZE)),
        accounts=AccountList(account=(PAYER, PAYEE)),
        services=ServiceList(service=("SubmitTransfer", "Fly")),
    )

    refused = staff.ask("ADM1", body)

    assert rules(refused) == [
        Code.PERMISSIONS_EXCLUSIVE,
        Code.LEVEL_NOT_FITTING,
        Code.ACCOUNT_NOT_ATTACHED,
        Code.SERVICE_UNKNOWN,
    ]
    assert all(f"AddOperator/{element}<" in refused for element in ("Rights", "Accounts", "Services"))
    assert "NEW1" not in staff.customer().people


# -- changing


def test_R1_12_a_change_names_the_modes_and_instructions_that_would_hang(modes: Asking) -> None:
    """It is made all the same; what hangs waits until somebody may act on it again."""
    modes.node.answer(transfer("T1"))

    stripped = modes.told(
        "ADM1",
        ChangeOperator(operator="AUTH1", rights=Rights(permission=(Permission.QUERY,))),
        ChangeOperatorReply,
    )
    back = modes.told(
        "ADM1",
        ChangeOperator(operator="AUTH1", rights=Rights(permission=(Permission.AUTHORIZE,), level=1)),
        ChangeOperatorReply,
    )

    assert (stripped.hanging.mode, stripped.hanging.count) == (("M1",), 1)
    (left,) = stripped.hanging.instruction
    assert (left.request_id, left.service, left.entry_operator, left.state) == (
        "T1",
        "SubmitTransfer",
        "ERP1",
        "waiting-review",
    )
    assert (back.hanging.mode, back.hanging.count) == ((), 0)
    assert modes.customer().people["AUTH1"].level == 1


def test_R1_5_the_lists_of_an_operator_are_replaced_whole(staff: Staff) -> None:
    """What is given takes the place of what was there; what is left out stays."""
    staff.ask("ADM1", ChangeOperator(operator="ERP1", accounts=AccountList(account=(SAVINGS,))))
    staff.ask("ADM1", ChangeOperator(operator="ERP1", services=ServiceList(service=("SubmitTransfer",))))
    staff.ask("ADM1", ChangeOperator(operator="ERP1", limits=LimitsItem(per_day=5_00)))
    staff.ask("ADM1", ChangeOperator(operator="LOOK1", accounts=AccountList()))

    person = staff.customer().people["ERP1"]
    assert (person.accounts, person.limits) == (frozenset({SAVINGS}), Limits(None, 5_00))
    assert person.services == frozenset({"SubmitTransfer"})
    assert person.permissions == frozenset({"enter", "query"})
    assert staff.customer().people["LOOK1"].accounts == frozenset()


def test_R1_10_in_form_003_role_and_code_stay(staff: Staff) -> None:
    """Who enters does not become a reviewer; in place of that it is deleted and made anew."""
    staff.put(form="flow")
    reviews = Rights(permission=(Permission.QUERY, Permission.REVIEW))

    refused = staff.ask("SUP", ChangeOperator(operator="ERP1", rights=reviews))

    assert rules(refused) == [Code.ROLE_FIXED]
    assert code(staff.ask("SUP", ChangeOperator(operator="ERP1", rights=ENTERS))) == Code.DONE


# -- states


def test_R1_8_a_frozen_operator_can_do_nothing_until_it_is_unfrozen(staff: Staff) -> None:
    """At once; doing it twice changes nothing and is no fault."""
    first = staff.ask("ADM1", FreezeOperator(operator="ERP1"))
    version = staff.version()
    again = staff.ask("ADM1", FreezeOperator(operator="ERP1"))
    refused = staff.node.answer(transfer("T1"))
    unfrozen = [staff.ask("ADM1", UnfreezeOperator(operator="ERP1")) for _ in range(2)]

    assert [code(each) for each in (first, again, *unfrozen)] == [Code.DONE] * 4
    assert staff.version() == version + 1
    assert code(refused) == Code.OPERATOR_FROZEN
    assert code(staff.node.answer(transfer("T1"))) == Code.AWAITING_APPROVAL


def test_O23_freezing_is_always_allowed_and_names_what_waits_for_it(modes: Asking) -> None:
    """The only reviewer is frozen: its mode and what waits for review are named, and it waits on."""
    modes.node.answer(transfer("T1"))

    frozen = modes.told("ADM1", FreezeOperator(operator="REV1"), FreezeOperatorReply)

    assert (frozen.hanging.mode, frozen.hanging.count) == (("M1",), 1)


def test_R1_1_nobody_administers_itself_so_the_last_administrator_stays(staff: Staff) -> None:
    """Neither its state nor its rights; the supervisor is the bank's to change."""
    replies = [
        staff.ask("ADM1", FreezeOperator(operator="ADM1")),
        staff.ask("ADM1", DeleteOperator(operator="ADM1")),
        staff.ask("ADM1", ChangeOperator(operator="ADM1", rights=ENTERS)),
        staff.ask("ADM1", FreezeOperator(operator="SUP")),
    ]

    assert [rules(reply) for reply in replies] == [[Code.OPERATOR_NOT_YOURS]] * 4
    assert rules(staff.ask("ADM1", FreezeOperator(operator="NOBODY"))) == [Code.OPERATOR_UNKNOWN]


def test_R1_11_who_is_needed_is_not_deleted(modes: Asking) -> None:
    """The only one on a level of a flow, or for a step of a pending instruction; each is named."""
    modes.node.answer(transfer("T1"))
    flow = Flow(flow_id="F1", account=PAYER, service=None, limit=100_00, levels=(frozenset({"REV1"}),))
    with modes.bank.journal().begin() as tx:
        row = {"customer_id": CUSTOMER_ID, "flow_id": "F1", "account": PAYER, "definition": write_flow(flow)}
        tx.execute(insert(FLOW), row)

    refused = modes.ask("ADM1", DeleteOperator(operator="REV1"))
    deleted = modes.told("ADM1", DeleteOperator(operator="LOOK1"), DeleteOperatorReply)

    assert rules(refused) == [Code.OPERATOR_NEEDED, Code.OPERATOR_NEEDED]
    assert "F1" in refused
    assert f"{CUSTOMER_ID}/T1" in refused
    assert modes.customer().people["REV1"].accounts == {PAYER, SAVINGS}, "a refusal leaves everything"
    assert deleted.hanging.count == 0
    assert "LOOK1" not in modes.customer().people


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
