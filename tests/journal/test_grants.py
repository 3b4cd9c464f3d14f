"""Grants through whole turns: offered, accepted as offered, ended by either side, listed (R1.18 to R1.21)."""

import pytest
from sqlalchemy import insert, select, update

from gateway.administration.change import raise_version
from gateway.administration.customers import add_customer
from gateway.administration.lists import change_accounts
from gateway.administration.operators import add_operator
from gateway.journal.tables import ACCOUNT_GRANT, ATTACHED_ACCOUNT, CUSTOMER, OPERATOR_ACCOUNT
from gateway.services import grants as services
from protocol.catalogue import Permission
from protocol.codes import Code
from protocol.messages.account import QueryBalance
from protocol.messages.approval import DecideInstructions, DecideItem, Decision, ListPending, ListPendingReply
from protocol.messages.grant import (
    AcceptGrantReply,
    DropGrant,
    DropGrantReply,
    GrantChange,
    GrantSide,
    GrantState,
    ListGrants,
    ListGrantsReply,
    OfferGrant,
    OfferGrantReply,
    Right,
    WithdrawGrant,
    WithdrawGrantReply,
)
from protocol.messages.recurring import QueryRecurring, QueryRecurringReply
from protocol.messages.transfer import QueryTransfer, QueryTransferReply
from tests.journal.bank import CUSTOMER_ID, OPENING, PAYEE, PAYER, SAVINGS, Bank, command, transfer
from tests.journal.company import until
from tests.journal.granting import GROUP, Side, add_people, grant, two_sides
from tests.journal.plans import recurring
from tests.journal.replies import code, rules, told
from tests.journal.scheduling import MONDAY, TUESDAY

QUERY_ONLY = (Right.QUERY,)


@pytest.fixture
def sides(bank: Bank) -> tuple[Side, Side]:
    """Two advanced customers: the owner of two accounts and its group's head."""
    return two_sides(bank)


def _balance(side: Side) -> str:
    return code(side.ask(QueryBalance(account=(PAYER,))))


def test_R1_20_a_grant_works_only_after_it_was_accepted_as_offered(bank: Bank, sides: tuple[Side, Side]) -> None:
    """Before the acceptance, and after one that differs, the account is none of the grantee's; then it is."""
    owner, group = sides

    assert told(owner.offer(Right.QUERY, Right.COLLECT), OfferGrantReply).change is GrantChange.OFFERED
    assert _balance(group) == Code.ACCOUNT_NOT_ATTACHED
    differs = group.accept(Right.QUERY)
    assert (code(differs), rules(differs)) == (Code.GRANT_DIFFERS, [Code.GRANT_DIFFERS])
    assert "query collect" in differs
    assert _balance(group) == Code.ACCOUNT_NOT_ATTACHED
    assert told(group.accept(Right.COLLECT, Right.QUERY), AcceptGrantReply).change is GrantChange.ACCEPTED
    assert _balance(group) == Code.ACCOUNT_NOT_LISTED
    with bank.journal().begin() as tx:
        change_accounts(tx, GROUP, "ADM1", add=[PAYER])
    assert _balance(group) == Code.DONE


def test_R1_20_what_was_never_offered_cannot_be_accepted(sides: tuple[Side, Side]) -> None:
    """Nor what is offered to somebody else, of which nothing is told; another element of an own offer is named."""
    owner, group = sides

    assert rules(group.accept(Right.QUERY)) == [Code.GRANT_NOT_OFFERED]
    owner.offer(Right.QUERY)
    assert rules(owner.accept(Right.QUERY)) == [Code.GRANT_NOT_OFFERED]
    wrong = group.accept(Right.QUERY, account=SAVINGS)
    assert rules(wrong) == [Code.GRANT_DIFFERS]
    assert PAYER in wrong
    assert rules(group.accept(Right.TRANSFER, grantor="C9")) == [Code.GRANT_DIFFERS, Code.GRANT_DIFFERS]


def test_an_offer_or_acceptance_that_is_made_already_changes_nothing(sides: tuple[Side, Side]) -> None:
    """The same terms again find it done; other terms take that what is there is taken back first."""
    owner, group = sides
    owner.offer(Right.QUERY)

    assert told(owner.offer(Right.QUERY), OfferGrantReply).change is GrantChange.UNCHANGED
    assert rules(owner.offer(Right.TRANSFER)) == [Code.GRANT_EXISTS]
    group.accept(Right.QUERY)
    assert told(group.accept(Right.QUERY), AcceptGrantReply).change is GrantChange.UNCHANGED
    assert told(owner.offer(Right.QUERY), OfferGrantReply).change is GrantChange.UNCHANGED
    assert rules(owner.offer(Right.TRANSFER)) == [Code.GRANT_EXISTS]
    assert [grant.state for grant in group.grants()] == [GrantState.ACCEPTED]


@pytest.mark.parametrize("accepted", [False, True])
def test_R1_21_the_grantor_takes_a_grant_back_at_any_time(bank: Bank, sides: tuple[Side, Side], accepted: bool) -> None:  # noqa: FBT001  a row
    """Accepted or not: it works no more from the next message on, and the account is on nobody's list again."""
    owner, group = sides
    take_back = WithdrawGrant(account=PAYER, grantee=GROUP)
    owner.offer(Right.QUERY)
    if accepted:
        group.accept(Right.QUERY)
        with bank.journal().begin() as tx:
            change_accounts(tx, GROUP, "ADM1", add=[PAYER])
        assert _balance(group) == Code.DONE

    assert told(owner.ask(take_back), WithdrawGrantReply).change is GrantChange.WITHDRAWN
    assert told(owner.ask(take_back), WithdrawGrantReply).change is GrantChange.ABSENT
    assert _balance(group) == Code.ACCOUNT_NOT_ATTACHED
    assert rules(group.accept(Right.QUERY)) == [Code.GRANT_NOT_OFFERED]
    with bank.journal().connect() as tx:
        lists = tx.execute(select(OPERATOR_ACCOUNT).where(OPERATOR_ACCOUNT.c.customer_id == GROUP)).all()
    assert lists == []
    assert told(owner.offer(Right.TRANSFER), OfferGrantReply).change is GrantChange.OFFERED


def test_R1_21_the_grantee_drops_only_what_it_accepted(sides: tuple[Side, Side]) -> None:
    """An offer is not dropped but left alone; an accepted grant is given up, once; a stranger's is absent."""
    owner, group = sides
    drop = DropGrant(grantor=CUSTOMER_ID, account=PAYER)
    owner.offer(Right.QUERY)

    assert rules(group.ask(drop)) == [Code.GRANT_NOT_ACCEPTED]
    group.accept(Right.QUERY)
    assert told(owner.ask(drop), DropGrantReply).change is GrantChange.ABSENT
    assert told(group.ask(drop), DropGrantReply).change is GrantChange.DROPPED
    assert told(group.ask(drop), DropGrantReply).change is GrantChange.ABSENT
    assert told(group.ask(WithdrawGrant(account=PAYER, grantee=GROUP)), WithdrawGrantReply).change is GrantChange.ABSENT
    assert [grant.state for grant in owner.grants()] == [GrantState.DROPPED]


@pytest.fixture
def working(bank: Bank, sides: tuple[Side, Side]) -> tuple[Side, Side]:
    """Two customers with a reviewer each; one of the group enters."""
    add_people(bank)
    return sides


def _entered(bank: Bank, sides: tuple[Side, Side], right: Right) -> None:
    """Grant the account and enter T1 under it, which then waits for a reviewer; T2 does under the owner's own name."""
    owner, _ = sides
    grant(bank, sides, right)
    entered = owner.node.answer(command(transfer("T1").body, "T1", customer=GROUP))
    own = owner.node.answer(transfer("T2"))
    assert [code(reply) for reply in (entered, own)] == [Code.AWAITING_APPROVAL] * 2


def _state(side: Side, request_id: str) -> str:
    return told(side.ask(QueryTransfer(request_id=request_id), "ERP1"), QueryTransferReply).state


@pytest.mark.parametrize("right", [Right.TRANSFER, Right.COLLECT])
def test_O22_what_waits_under_a_grant_ends_when_it_is_taken_back(
    bank: Bank, working: tuple[Side, Side], right: Right
) -> None:
    """Whoever was to approve it; the reason stands in its history, and the owner's own instructions go on."""
    owner, group = working
    _entered(bank, working, right)

    reply = told(owner.ask(WithdrawGrant(account=PAYER, grantee=GROUP)), WithdrawGrantReply)

    assert (reply.change, reply.ended_instructions) == (GrantChange.WITHDRAWN, 1)
    assert (_state(group, "T1"), _state(owner, "T2")) == ("ended", "waiting-review")
    history = group.ask(QueryTransfer(request_id="T1"), "ERP1")
    assert "the grant was taken back" in history
    people = GROUP if right is Right.TRANSFER else CUSTOMER_ID
    assert ("C1/ADM1" in history) is (people == GROUP)
    assert bank.balance(PAYER) == OPENING


def test_O22_what_waits_under_a_grant_ends_when_it_is_dropped(bank: Bank, working: tuple[Side, Side]) -> None:
    """As when it is taken back, by the grantee's own act."""
    owner, group = working
    _entered(bank, working, Right.TRANSFER)

    reply = told(group.ask(DropGrant(grantor=CUSTOMER_ID, account=PAYER)), DropGrantReply)

    assert (reply.change, reply.ended_instructions) == (GrantChange.DROPPED, 1)
    assert (_state(group, "T1"), _state(owner, "T2")) == ("ended", "waiting-review")


def test_O22_a_recurring_transfer_under_a_grant_ends_when_it_is_taken_back(
    bank: Bank, working: tuple[Side, Side]
) -> None:
    """A live one too, whatever of it was made before; its next run is never made."""
    owner, group = working
    bank.set_clock(f"{MONDAY} 08:00")
    _entered(bank, working, Right.TRANSFER)
    group.ask(recurring(100), "ERP1", "R1")
    shown = told(group.ask(ListPending(service="SubmitRecurring"), "REV1"), ListPendingReply).item
    item = DecideItem(request_id="R1", digest=shown[0].digest)
    group.ask(DecideInstructions(decision=Decision.APPROVE, item=(item,)), "REV1")
    bank.set_clock(f"{MONDAY} 09:00")
    until(owner.node, lambda: "R1" in bank.transfers() and bank.transfers()["R1"].state == "succeeded")

    reply = told(owner.ask(WithdrawGrant(account=PAYER, grantee=GROUP)), WithdrawGrantReply)

    assert (reply.change, reply.ended_instructions) == (GrantChange.WITHDRAWN, 2)
    bank.set_clock(f"{TUESDAY} 09:00")
    ended = told(group.ask(QueryRecurring(request_id="R1"), "ERP1"), QueryRecurringReply)
    assert (ended.state, ended.final, ended.next_run) == ("ended", True, None)
    assert bank.balance(PAYER) == OPENING - 100


def test_R1_18_both_must_be_advanced_when_it_is_offered_and_when_it_is_accepted(
    bank: Bank, sides: tuple[Side, Side]
) -> None:
    """Whoever is not, or does not exist, is named at its place."""
    owner, group = sides

    def advanced(customer: str, *, yes: bool) -> None:
        with bank.journal().begin() as tx:
            raise_version(tx)
            tx.execute(update(CUSTOMER).where(CUSTOMER.c.customer_id == customer).values(advanced=yes))

    advanced(GROUP, yes=False)
    plain, nobody = owner.offer(Right.QUERY), owner.offer(Right.QUERY, grantee="C9")
    advanced(GROUP, yes=True)
    owner.offer(Right.QUERY)
    advanced(CUSTOMER_ID, yes=False)
    late = group.accept(Right.QUERY)
    own = owner.offer(Right.QUERY, account=SAVINGS)

    assert [rules(reply) for reply in (plain, nobody, late, own)] == [[Code.CUSTOMER_NOT_ADVANCED]] * 4
    assert "OfferGrant/Grantee" in plain
    assert "AcceptGrant/Grantor" in late
    assert "Head/CustomerId" in own
    assert [grant.state for grant in group.grants()] == [GrantState.OFFERED]


def test_R1_7_an_offer_beyond_the_grantor_s_own_rights_is_refused(bank: Bank, sides: tuple[Side, Side]) -> None:
    """No payments from an account without the payment permission, and nothing of an account that is another's."""
    owner, group = sides
    with bank.journal().begin() as tx:
        raise_version(tx)
        tx.execute(update(ATTACHED_ACCOUNT).where(ATTACHED_ACCOUNT.c.account == PAYER).values(may_pay=False))

    assert rules(owner.offer(Right.QUERY, Right.TRANSFER)) == [Code.GRANT_EXCEEDS_OWN]
    assert rules(owner.offer(Right.QUERY, Right.COLLECT)) == [Code.GRANT_EXCEEDS_OWN]
    assert code(owner.offer(Right.QUERY)) == Code.DONE
    group.accept(Right.QUERY)
    assert rules(group.offer(Right.QUERY, grantee=CUSTOMER_ID)) == [Code.ACCOUNT_NOT_ATTACHED]


def test_R1_2_grants_take_the_permission_to_administer(sides: tuple[Side, Side]) -> None:
    """Who only enters neither offers nor lists, and uses up no id."""
    owner, _ = sides

    for body in (OfferGrant(account=PAYER, grantee=GROUP, right=QUERY_ONLY), ListGrants()):
        assert rules(owner.ask(body, "ERP1")) == [Code.NOT_PERMITTED]
    assert owner.grants() == ()


def test_grants_are_listed_for_both_sides_with_what_became_of_them(sides: tuple[Side, Side]) -> None:
    """Given and received, ended ones too, a page at a time; nothing of what is between others."""
    owner, group = sides
    owner.offer(Right.QUERY)
    owner.ask(WithdrawGrant(account=PAYER, grantee=GROUP))
    owner.offer(Right.TRANSFER)
    group.accept(Right.TRANSFER)
    group.offer(Right.QUERY, account=PAYEE, grantee=CUSTOMER_ID)

    states = [(grant.account, grant.right, grant.state) for grant in owner.grants()]
    assert states == [
        (PAYER, (Right.QUERY,), GrantState.WITHDRAWN),
        (PAYER, (Right.TRANSFER,), GrantState.ACCEPTED),
        (PAYEE, (Right.QUERY,), GrantState.OFFERED),
    ]
    assert owner.grants() == group.grants()
    assert [grant.account for grant in owner.grants(side=GrantSide.RECEIVED)] == [PAYEE]
    assert [grant.account for grant in owner.grants(side=GrantSide.GIVEN)] == [PAYER, PAYER]
    assert [grant.account for grant in owner.grants(state=GrantState.OFFERED)] == [PAYEE]
    withdrawn, granted, offered = owner.grants()
    assert (withdrawn.ended_at is None, granted.accepted_at is None, offered.accepted_at is None) == (
        False,
        False,
        True,
    )
    first = told(owner.ask(ListGrants(page_size=2)), ListGrantsReply)
    rest = told(owner.ask(ListGrants(page_size=2, cursor=first.next_cursor)), ListGrantsReply)
    assert (first.grant + rest.grant, rest.next_cursor) == (owner.grants(), None)


def test_another_customer_s_grants_are_not_told(bank: Bank, sides: tuple[Side, Side]) -> None:
    """A third customer sees nothing, neither in the list nor by accepting."""
    owner, _ = sides
    owner.offer(Right.QUERY)
    with bank.journal().begin() as tx:
        add_customer(tx, "C3", "丙公司")
        add_operator(tx, "C3", "ADM1", "管理员", permissions=(Permission.QUERY, Permission.ADMINISTER))
        tx.execute(update(CUSTOMER).values(advanced=True))
    third = Side(owner.node, "C3")

    assert third.grants() == ()
    assert rules(third.accept(Right.QUERY)) == [Code.GRANT_NOT_OFFERED]


def test_one_customer_gives_so_many_grants_and_no_more(
    sides: tuple[Side, Side], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last can be offered, one more is refused, and what has ended leaves room."""
    monkeypatch.setattr(services, "GRANTS_GIVEN_MAX", 1)
    owner, _ = sides

    assert code(owner.offer(Right.QUERY)) == Code.DONE
    assert rules(owner.offer(Right.QUERY, account=SAVINGS)) == [Code.LIST_FULL]
    owner.ask(WithdrawGrant(account=PAYER, grantee=GROUP))
    assert code(owner.offer(Right.QUERY, account=SAVINGS)) == Code.DONE


def test_R1_22_a_grant_by_letter_is_listed_with_its_letter(bank: Bank, sides: tuple[Side, Side]) -> None:
    """What the bank recorded by a signed letter is a grant like any other and names the letter."""
    owner, group = sides
    key = {"grantor": CUSTOMER_ID, "account": PAYER, "grantee": GROUP, "number": 1}
    with bank.journal().begin() as tx:
        raise_version(tx)
        row = {"rights": "query", "state": "accepted", "letter": "授权书2026-7", "offered_ms": 1, "accepted_ms": 1}
        tx.execute(insert(ACCOUNT_GRANT), key | row)

    (listed,) = group.grants()

    assert (listed.letter, listed.state) == ("授权书2026-7", GrantState.ACCEPTED)
    assert told(owner.ask(WithdrawGrant(account=PAYER, grantee=GROUP)), WithdrawGrantReply).change is (
        GrantChange.WITHDRAWN
    )
