"""Operators as their administrators keep them by message, through whole turns on both databases."""

import pytest
from sqlalchemy import insert

from gateway.administration.certificates import add_certificate
from gateway.domain.customer import Authorizers, Band, Flow, Limits, Mode, Role
from gateway.journal.definitions import write_flow, write_mode
from gateway.journal.tables import BINDING, FLOW, MODE
from protocol.codes import Code
from protocol.messages.book import SetAccountDisplay
from protocol.messages.enterprise import LimitsItem
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
    ListOperators,
    ListOperatorsReply,
    OperatorRole,
    OperatorStatus,
    Rights,
    ServiceList,
    UnfreezeOperator,
)
from protocol.service import Permission
from signer.certificates import fingerprint
from tests.journal.asking import Asking
from tests.journal.bank import CUSTOMER_ID, PAYEE, PAYER, SAVINGS, Bank, command, transfer
from tests.journal.replies import code, rules
from tests.journal.staff import END, ENTERS, Staff, certificate


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
    der = certificate("LED1")
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
    (shown,) = one.certificate
    assert (shown.fingerprint, shown.usage) == (fingerprint(der).hex(), "sign")
    assert (shown.not_after, shown.revoked_at) == (END, None)


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


def test_a_name_that_a_message_may_hold_is_registered_and_shown(staff: Staff) -> None:
    """A full-width space within it, as names are filled up on forms, and a character of the private use area."""
    names = ("张　三", "\ue863三", "A\u00a0B")
    for number, name in enumerate(names):
        assert code(staff.ask("ADM1", AddOperator(operator=f"N{number}", name=name, rights=ENTERS))) == Code.DONE

    assert [staff.customer().people[f"N{number}"].name for number in range(3)] == list(names)
    assert code(staff.ask("ADM1", SetAccountDisplay(account=PAYER, alias="基本　户", priority=1))) == Code.DONE


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


def test_R1_16_an_operator_added_by_message_signs_nothing_before_its_certificate_was_confirmed(staff: Staff) -> None:
    """Neither does the one that came with it from the pool, where the bank put it confirmed, count any earlier."""
    card = staff.pool()
    staff.ask("ADM1", AddOperator(operator="NEW1", name="n", rights=ENTERS))
    staff.ask("ADM1", AddOperator(operator="NEW2", name="n", rights=ENTERS, credential=card))

    certificates = {item.operator: [each.fingerprint for each in item.certificate] for item in staff.operators()}

    assert (certificates["NEW1"], certificates["NEW2"]) == ([], [card])


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


def test_R1_8_every_process_notices_from_its_next_turn_on(staff: Staff) -> None:
    """What one node changes holds on another, which had remembered the customer as it was."""
    other = staff.bank.node()
    assert code(other.answer(transfer("T1"))) == Code.AWAITING_APPROVAL

    for number in range(3):
        staff.ask("ADM1", FreezeOperator(operator="ERP1"))
        assert code(other.answer(transfer(f"F{number}"))) == Code.OPERATOR_FROZEN
        staff.ask("ADM1", UnfreezeOperator(operator="ERP1"))
        assert code(other.answer(transfer(f"U{number}"))) == Code.AWAITING_APPROVAL


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
