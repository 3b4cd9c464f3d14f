"""Modes, flows and services as administrators keep them by message, through whole turns on both databases."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.administration.presets import PRESETS
from gateway.domain.approval import Decision
from protocol.codes import Advice, Code
from protocol.meanings import MEANINGS
from protocol.messages.approval import (
    DecideChanges,
    DecideChangesReply,
    DecideInstructions,
    DecideItem,
    ListPending,
    ListPendingChanges,
    ListPendingChangesReply,
    ListPendingReply,
    QueryChange,
    QueryChangeReply,
)
from protocol.messages.book import ListChange
from protocol.messages.enterprise.modes import (
    ApprovalForm,
    Authorizers,
    Band,
    BindService,
    BindServiceReply,
    DeleteFlow,
    DeleteFlowReply,
    DeleteMode,
    DeleteModeReply,
    Flow,
    Level,
    ListModes,
    ListModesReply,
    Mode,
    SaveFlow,
    SaveFlowReply,
    SaveMode,
    SaveModeReply,
    SwitchService,
    SwitchServiceReply,
)
from protocol.messages.transfer import QueryTransfer, QueryTransferReply, TransferState
from tests.journal.asking import Asking
from tests.journal.bank import PAYEE, PAYER, Bank, command, query, transfer
from tests.journal.replies import code, rules, state, told

ONE = (Authorizers(level=1, count=1),)
MODE = Mode(
    mode_id="M1",
    with_amount=True,
    ordered=True,
    review=True,
    manual_dispatch=False,
    band=(Band(up_to=50_000_00), Band(above=50_000_00, authorizers=ONE)),
)
FLOW = Flow(flow_id="F1", account=PAYER, limit=100_000_00, level=(Level(reviewer=("REV1",)),))


class Company(Asking):
    """A customer in form 002 with a reviewer and an authorizer; nothing is bound yet."""

    def __init__(self, bank: Bank) -> None:
        super().__init__(bank)
        self.add("REV1", "query", "review")
        self.add("AUTH1", "query", "authorize", level=1)
        self.put(form="mode")

    def modes(self) -> ListModesReply:
        """How instructions are approved."""
        return self.told("ADM1", ListModes(), ListModesReply)

    def save(self, mode: Mode) -> ListChange:
        """What saving a mode did."""
        return self.told("ADM1", SaveMode(mode=mode), SaveModeReply).change

    def bound(self, mode: Mode = MODE) -> None:
        """Let transfers follow a mode."""
        self.save(mode)
        self.told("ADM1", BindService(service="SubmitTransfer", mode_id=mode.mode_id), BindServiceReply)


@pytest.fixture
def company(bank: Bank) -> Company:
    """See Company."""
    return Company(bank)


# -- modes


def test_R2_17_a_mode_arrives_whole_and_takes_the_place_of_the_one_of_its_id(company: Company) -> None:
    """Added, unchanged, changed; it is told as it was made, but for the beginnings of its bands."""
    other = replace(MODE, manual_dispatch=True)
    company.add("SEND1", "query", "dispatch")

    changes = [company.save(mode) for mode in (MODE, MODE, other)]

    assert changes == [ListChange.ADDED, ListChange.UNCHANGED, ListChange.CHANGED]
    told_modes = company.modes()
    assert told_modes.mode == (replace(other, band=tuple(replace(band, above=None) for band in other.band)),)
    assert (told_modes.form, told_modes.single_person) == (ApprovalForm.MODE, False)


def test_R2_17_a_mode_with_faults_is_refused_with_all_of_them_and_nothing_of_it_is_kept(company: Company) -> None:
    """Each at its band; a valid mode of the same id stays as it was."""
    company.save(MODE)
    bands = (
        Band(up_to=50_000_00, authorizers=ONE),
        Band(above=60_000_00, up_to=40_000_00, authorizers=ONE),
        Band(above=10_00, up_to=100_000_00, authorizers=ONE),
    )

    refused = company.ask("ADM1", SaveMode(mode=replace(MODE, band=bands)))

    assert rules(refused) == [Code.BANDS_GAP, Code.BANDS_UNORDERED, Code.BANDS_OVERLAP, Code.BANDS_NOT_OPEN]
    assert all(f"SaveMode/Mode/Band[{number}]" in refused for number in (2, 3))
    assert len(company.customer().modes["M1"].bands) == 2


def test_R2_4_a_mode_that_nobody_could_complete_is_refused_when_made(company: Company) -> None:
    """No authorizer of level 3 is there; the band and the step are named."""
    high = replace(MODE, band=(Band(authorizers=(Authorizers(level=3, count=1),)),))

    refused = company.ask("ADM1", SaveMode(mode=high))

    assert rules(refused) == [Code.MODE_UNFILLABLE]
    assert "Band[1]" in refused


def test_R2_8_preset_modes_are_shown_and_may_be_saved(company: Company) -> None:
    """The bank supplies them; a customer takes one as its own."""
    presets = {mode.mode_id: mode for mode in company.modes().preset}

    assert presets.keys() == PRESETS.keys()
    assert company.save(presets["ONE-LEVEL"]) is ListChange.ADDED


def test_R2_8_a_mode_serves_what_it_is_bound_to(company: Company) -> None:
    """Without amounts no transfers; it takes its amounts away from none that it serves."""
    plain = replace(MODE, mode_id="M2", with_amount=False, band=(Band(authorizers=ONE),))
    company.bound()
    company.save(plain)

    refused = [
        company.ask("ADM1", body)
        for body in (
            BindService(service="SubmitTransfer", mode_id="M2"),
            BindService(service="SubmitTransfer", mode_id="M9"),
            BindService(service="QueryAccounts", mode_id="M1"),
            BindService(service="Fly", mode_id="M1"),
            SaveMode(mode=replace(plain, mode_id="M1")),
        )
    ]

    assert [rules(reply) for reply in refused] == [
        [Code.MODE_WITHOUT_AMOUNT],
        [Code.MODE_UNKNOWN],
        [Code.SERVICE_TAKES_NO_MODE],
        [Code.SERVICE_UNKNOWN],
        [Code.MODE_WITHOUT_AMOUNT],
    ]
    (service,) = [item for item in company.modes().service if item.service == "SubmitTransfer"]
    assert (service.mode_id, service.enabled) == ("M1", True)
    assert state(company.node.answer(transfer("T1"))) == "waiting-review"


def test_R2_10_a_mode_is_deleted_once_nothing_follows_it_and_what_is_under_way_goes_on(company: Company) -> None:
    """Changing and deleting it touches no instruction that was entered under it."""
    company.bound()
    company.node.answer(transfer("T1"))
    in_use = company.ask("ADM1", DeleteMode(mode_id="M1"))
    company.bound(replace(MODE, mode_id="M2"))

    deleted = company.told("ADM1", DeleteMode(mode_id="M1"), DeleteModeReply)
    unknown = company.ask("ADM1", DeleteMode(mode_id="M1"))

    assert rules(in_use) == [Code.MODE_IN_USE]
    assert deleted.mode_id == "M1"
    assert rules(unknown) == [Code.MODE_UNKNOWN]
    assert told(company.node.answer(query("T1")), QueryTransferReply).state is TransferState.WAITING_REVIEW
    (item,) = company.told("REV1", ListPending(), ListPendingReply).item
    body = DecideInstructions(decision=Decision.APPROVE, item=(DecideItem(request_id="T1", digest=item.digest),))
    assert code(company.ask("REV1", body)) == Code.DONE


def test_R2_9_a_service_is_switched_off_and_on_at_once_and_what_is_pending_goes_on(company: Company) -> None:
    """Off it takes nothing new (O40); saying so twice is no fault; only services that take a mode are switched."""
    company.bound()
    company.node.answer(transfer("T1"))

    off = [
        company.told("ADM1", SwitchService(service="SubmitTransfer", enabled=False), SwitchServiceReply)
        for _ in range(2)
    ]
    refused = company.node.answer(transfer("T2"))
    wrong = company.ask("ADM1", SwitchService(service="SwitchService", enabled=False))
    on = company.told("ADM1", SwitchService(service="SubmitTransfer", enabled=True), SwitchServiceReply)

    assert [each.enabled for each in (*off, on)] == [False, False, True]
    assert code(refused) == Code.SERVICE_OFF
    assert rules(wrong) == [Code.SERVICE_TAKES_NO_MODE]
    assert state(company.node.answer(query("T1"))) == "waiting-review"
    assert state(company.node.answer(transfer("T2"))) == "waiting-review"


def test_R2_9_switching_on_what_is_on_changes_nothing_also_where_no_mode_is_bound(company: Company) -> None:
    """It is answered, and no process reads the register anew for it."""
    version = company.version()

    on = company.told("ADM1", SwitchService(service="SubmitBatch", enabled=True), SwitchServiceReply)
    wrong = company.ask("ADM1", SwitchService(service="SwitchService", enabled=True))

    assert (on.enabled, company.version()) == (True, version)
    assert rules(wrong) == [Code.SERVICE_TAKES_NO_MODE]


# -- flows


def test_R2_12_a_flow_is_made_whole_and_never_changed(company: Company) -> None:
    """It is told as it was made; another of its id, or of its limit, is refused (R2.15)."""
    company.put(form="flow")
    made = company.told("ADM1", SaveFlow(flow=FLOW), SaveFlowReply)
    again = company.ask("ADM1", SaveFlow(flow=FLOW))

    assert made.flow_id == "F1"
    assert rules(again) == [Code.FLOW_TAKEN, Code.FLOW_LIMIT_TAKEN]
    assert company.modes().flow == (FLOW,)


def test_R2_17_a_flow_with_faults_is_refused_with_all_of_them(company: Company) -> None:
    """Reviewers who cannot, by their level; an account of somebody else; one flow for a service (R2.16)."""
    wrong = replace(FLOW, level=(Level(reviewer=("REV1", "AUTH1")), Level(reviewer=("NOBODY",))))
    service = Flow(flow_id="F2", service="SubmitPayroll", level=FLOW.level)

    refused = company.ask("ADM1", SaveFlow(flow=wrong))
    foreign = company.ask("ADM1", SaveFlow(flow=replace(FLOW, account=PAYEE)))
    company.ask("ADM1", SaveFlow(flow=service))
    second = company.ask("ADM1", SaveFlow(flow=replace(service, flow_id="F3")))

    assert rules(refused) == [Code.FLOW_REVIEWER, Code.FLOW_REVIEWER]
    assert "SaveFlow/Flow/Level[1]" in refused
    assert "SaveFlow/Flow/Level[2]" in refused
    assert rules(foreign) == [Code.ACCOUNT_NOT_ATTACHED]
    assert rules(second) == [Code.FLOW_SERVICE_TAKEN]


@pytest.fixture
def flowing(company: Company) -> Company:
    """A customer in form 003 with one flow and two transfers that wait under it."""
    company.put(form="flow")
    company.ask("ADM1", SaveFlow(flow=FLOW))
    for name in ("T1", "T2"):
        assert state(company.node.answer(transfer(name, 1234))) == "waiting-review"
    return company


def test_R2_15_a_flow_is_shown_first_and_deleted_with_what_is_unfinished_once_confirmed(flowing: Company) -> None:
    """Unconfirmed nothing changes; confirmed, the instructions end and give their limits back, all at once."""
    version = flowing.version()
    shown = flowing.ask("ADM1", DeleteFlow(flow_id="F1"))
    unchanged = flowing.version()
    deleted = flowing.told("ADM1", DeleteFlow(flow_id="F1", confirm=2), DeleteFlowReply)

    listed = told(shown, DeleteFlowReply)
    assert code(shown) == Code.CONFIRM_NEEDED
    assert MEANINGS[Code.CONFIRM_NEEDED].advice is Advice.CORRECT
    assert (listed.deleted, listed.count, unchanged) == (False, 2, version)
    assert [(each.request_id, each.state) for each in listed.instruction] == [
        ("T1", "waiting-review"),
        ("T2", "waiting-review"),
    ]
    assert (deleted.deleted, deleted.count) == (True, 2)
    assert {each.state for each in deleted.instruction} == {TransferState.ENDED}
    queried = flowing.told("ERP1", QueryTransfer(request_id="T1"), QueryTransferReply)
    assert (queried.state, queried.final) == (TransferState.ENDED, True)
    assert (queried.history[-1].operator_id, queried.history[-1].act) == ("ADM1", "end")
    assert "F1" in (queried.history[-1].reason or "")
    assert set(flowing.bank.usage().values()) == {0}
    assert rules(flowing.ask("ADM1", DeleteFlow(flow_id="F1"))) == [Code.FLOW_UNKNOWN]


def test_R2_15_more_than_was_shown_does_not_end_with_a_flow(flowing: Company) -> None:
    """What was entered after the administrator looked is not deleted unseen; with their number it is."""
    flowing.node.answer(transfer("T3", 1234))

    refused = flowing.ask("ADM1", DeleteFlow(flow_id="F1", confirm=2))
    kept = state(flowing.node.answer(query("T1")))
    deleted = flowing.told("ADM1", DeleteFlow(flow_id="F1", confirm=3), DeleteFlowReply)

    assert (rules(refused), kept) == ([Code.CHANGE_OVERTAKEN], "waiting-review")
    assert "/DeleteFlow/Confirm" in refused
    assert (deleted.deleted, deleted.count) == (True, 3)


def test_R2_15_what_is_done_under_a_flow_does_not_end_with_it(flowing: Company) -> None:
    """An instruction that was reviewed is with the bank; only the other one is unfinished."""
    shown = flowing.told("REV1", ListPending(), ListPendingReply).item
    (digest,) = [item.digest for item in shown if item.content.request_id == "T1"]
    body: Any = DecideInstructions(decision=Decision.APPROVE, item=(DecideItem(request_id="T1", digest=digest),))
    flowing.ask("REV1", body)

    deleted = flowing.told("ADM1", DeleteFlow(flow_id="F1", confirm=2), DeleteFlowReply)

    assert [each.request_id for each in deleted.instruction] == ["T2"]
    assert state(flowing.node.answer(query("T1"))) in ("processing", "succeeded")


def test_R2_15_an_instruction_is_approved_or_ended_with_its_flow_but_never_both(flowing: Company) -> None:
    """While one node deletes the flow another approves under it: each instruction has one end, and one act of it."""
    other = flowing.bank.node()
    names = [f"C{number}" for number in range(30)]
    for name in names:
        flowing.node.answer(transfer(name, 100))
    shown = flowing.told("REV1", ListPending(page_size=100), ListPendingReply).item
    decisions = [
        command(
            DecideInstructions(
                decision=Decision.APPROVE,
                item=(DecideItem(request_id=item.content.request_id, digest=item.digest),),
            ),
            f"D-{item.content.request_id}",
            operator="REV1",
        )
        for item in shown
    ]

    answers = [other.ask(decision) for decision in decisions[: len(decisions) // 2]]
    deletion = flowing.node.ask(command(DeleteFlow(flow_id="F1", confirm=32), "DELETE", operator="ADM1"))
    answers += [other.ask(decision) for decision in decisions[len(decisions) // 2 :]]

    assert code(bytes(deletion.result(30)).decode()) == Code.DONE  # type: ignore[arg-type]  # a reply, or the test fails
    approved = [code(bytes(answer.result(30)).decode()) for answer in answers]  # type: ignore[arg-type]  # as above
    assert set(approved) <= {Code.DONE, Code.MATTER_OVER}
    ends = {request_id: [act.kind for act in acts[1:]] for request_id, acts in flowing.bank.acts().items()}
    assert {tuple(kinds) for kinds in ends.values()} <= {("review",), ("end",)}
    assert sum(kinds == ["review"] for kinds in ends.values()) == approved.count(Code.DONE)


# -- under a second administrator


def test_R2_15_a_deletion_that_waits_for_a_second_administrator_ends_nothing_before(flowing: Company) -> None:
    """What would end is shown at once; it ends when the second administrator agrees, by the author's hand."""
    flowing.add("ADM2", "query", "administer")
    flowing.put(second_administrator=True)

    shown = flowing.ask("ADM1", DeleteFlow(flow_id="F1"))
    unknown = flowing.ask("ADM1", DeleteFlow(flow_id="F9", confirm=2))
    entered = flowing.ask("ADM1", DeleteFlow(flow_id="F1", confirm=2), "D1")
    still = state(flowing.node.answer(query("T1")))
    (item,) = flowing.told("ADM2", ListPendingChanges(), ListPendingChangesReply).item
    decision = DecideChanges(decision=Decision.APPROVE, item=(DecideItem(request_id="D1", digest=item.digest),))
    decided = flowing.told("ADM2", decision, DecideChangesReply)

    assert (code(shown), code(entered)) == (Code.CONFIRM_NEEDED, Code.AWAITING_APPROVAL)
    assert rules(unknown) == [Code.FLOW_UNKNOWN]
    assert still == "waiting-review"
    assert decided.result[0].state is TransferState.SUCCEEDED
    queried = flowing.told("ERP1", QueryTransfer(request_id="T1"), QueryTransferReply)
    assert queried.state is TransferState.ENDED
    assert (queried.history[-1].operator_id, queried.history[-1].request_id) == ("ADM1", "D1")
    result = flowing.told("ADM1", QueryChange(request_id="D1"), QueryChangeReply)
    assert result.state is TransferState.SUCCEEDED
    assert "<Count>2<" in (result.answer or "")
    assert set(flowing.bank.usage().values()) == {0}
    assert flowing.customer().flows == ()


def test_a_change_that_another_made_meanwhile_fails_when_it_is_approved(flowing: Company) -> None:
    """Of two deletions of one flow the second finds none: it fails, with that reason, and the first stands."""
    flowing.add("ADM2", "query", "administer")
    flowing.put(second_administrator=True)
    for name in ("D1", "D2"):
        flowing.ask("ADM1", DeleteFlow(flow_id="F1", confirm=2), name)
    items = flowing.told("ADM2", ListPendingChanges(), ListPendingChangesReply).item

    decided = flowing.ask(
        "ADM2",
        DecideChanges(
            decision=Decision.APPROVE,
            item=tuple(DecideItem(request_id=item.content.request_id, digest=item.digest) for item in items),
        ),
    )

    results = told(decided, DecideChangesReply).result
    assert [(each.code, each.state) for each in results] == [
        ("DONE", TransferState.SUCCEEDED),
        (Code.FLOW_UNKNOWN, TransferState.FAILED),
    ]
    assert code(decided) == Code.PARTLY_DONE
    assert state(flowing.node.answer(query("T1"))) == "ended"
    assert flowing.bank.requests()["T1"].due_ms is None
