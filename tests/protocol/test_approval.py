"""Approval as messages: what its schema takes, and the parts that several families show."""

import re
from datetime import UTC, datetime

import pytest

from protocol.binding import read, write
from protocol.entries import approval as approval_entries
from protocol.entries import orders as orders_entries
from protocol.explain import explain
from protocol.limits import ROWS_MAX
from protocol.messages import approval, matter, transfer
from protocol.messages.transfer import SubmitTransfer, SubmitTransferReply, TransferState
from protocol.service import Kind, Permission, Service
from protocol.tree import canonical, parse
from protocol.validate import validate
from tests.protocol import helpers

ENTRIES = (*approval_entries.ENTRIES, *orders_entries.ENTRIES)
DIGEST = "0123456789abcdef" * 4
ITEM = approval.DecideItem(request_id="T-1", row=7, digest=DIGEST)
PLAN = matter.PlanItem(
    mode="M1",
    ordered=False,
    step=(
        matter.StepItem(kind=matter.StepKind.REVIEW, count=1, given=1, operator=("A", "B"), named="A"),
        matter.StepItem(kind=matter.StepKind.AUTHORIZE, level=3, count=2, given=0),
    ),
)


def valid(body: object) -> bool:
    """Whether the schema takes a message with this body, an object or its XML."""
    xml = body if isinstance(body, str) else write(body)
    return validate(parse(helpers.request(xml).encode()))


def decide(items: int) -> approval.DecideInstructions:
    """A decision about so many instructions."""
    return approval.DecideInstructions(decision=approval.Decision.APPROVE, item=(ITEM,) * items)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_example_is_valid_and_read_back(entry: Service) -> None:
    """What the entries show is what the schema takes and the binding reads."""
    assert valid(entry.example)
    assert read(entry.request, parse(write(entry.example).encode())) == entry.example


def test_decisions_use_up_their_id_and_questions_do_not() -> None:
    """The plan of each instruction says who may decide, so its services ask for no permission of their own."""
    kinds = {entry.name: (entry.kind, entry.permission) for entry in ENTRIES}

    assert {name for name, (kind, _) in kinds.items() if kind is Kind.QUERY} == {
        name for name in kinds if name.startswith(("List", "Query"))
    }
    for name in ("DecideInstructions", "CancelTransfer", "NameActor", "AcknowledgeRejected"):
        assert kinds[name] == (Kind.APPROVAL, None)
    assert kinds["DecideChanges"] == (Kind.ADMINISTRATION, Permission.ADMINISTER)


@pytest.mark.parametrize(("items", "accepted"), [(0, False), (1, True), (ROWS_MAX, True), (ROWS_MAX + 1, False)])
def test_R2_22_one_or_many_are_decided_at_once(items: int, accepted: bool) -> None:  # noqa: FBT001  a table
    """Up to the most rows of any service."""
    assert valid(decide(items)) is accepted


@pytest.mark.parametrize("digest", ["", DIGEST[1:], DIGEST + "0", DIGEST.upper(), "g" + DIGEST[1:]])
def test_a_decision_names_the_digest_of_what_was_shown(digest: str) -> None:
    """Sixty-four lower-case hexadecimal digits, never left out."""
    assert not valid(write(decide(1)).replace(DIGEST, digest))
    assert not valid(write(decide(1)).replace(f"<Digest>{DIGEST}</Digest>", ""))


@pytest.mark.parametrize("row", ["0", "00", "01", "-1", "100000", "1.0", "１"])
def test_a_row_is_a_number_from_one(row: str) -> None:
    """The order as a whole has none."""
    assert valid(write(decide(1)).replace("<Row>7</Row>", ""))
    assert not valid(write(decide(1)).replace("<Row>7</Row>", f"<Row>{row}</Row>"))


@pytest.mark.parametrize("name", ["ListTransfers", "ListBatches", "ListReturns"])
@pytest.mark.parametrize("missing", ["From", "To"])
def test_R6_3_the_dates_of_submission_are_mandatory(name: str, missing: str) -> None:
    """提交日期为必输项."""
    example = write(next(entry.example for entry in ENTRIES if entry.name == name))
    without = re.sub(f"<{missing}>[^<]*</{missing}>", "", example)
    details = explain(parse(helpers.request(without).encode())).details

    assert [(detail.rule, (detail.place or "").rpartition(":")[2]) for detail in details] == [("missing", missing)]


def test_R2_23_plan_history_and_warnings_are_read_back_in_whichever_family_they_stand() -> None:
    """A part takes the namespace of the message around it, in both directions."""
    at = datetime(2026, 11, 25, 1, 2, 3, tzinfo=UTC)
    reply = SubmitTransferReply(
        request_id="T-1",
        state=TransferState.WAITING_REVIEW,
        final=False,
        plan=PLAN,
        runs_at=at,
        warning=(matter.WarningItem(code="LIMIT_DAY", text="当日限额不足"),),
    )
    query = transfer.QueryTransferReply(
        request_id="T-1",
        state=TransferState.REJECTED,
        final=True,
        plan=PLAN,
        history=(
            matter.HistoryItem(operator_id="ERP01", act=matter.ActKind.ENTER, at=at, request_id="T-1"),
            matter.HistoryItem(
                operator_id="MGR01", act=matter.ActKind.REJECT, at=at, request_id="D-1", reason="账号不符"
            ),
            matter.HistoryItem(act=matter.ActKind.EXPIRE, at=at),
        ),
    )
    named = approval.NameActorReply(request_id="T-1", row=2, state=TransferState.WAITING_REVIEW, plan=PLAN)
    for message in (reply, query, named):
        element = parse(write(message).encode())
        assert valid(message)
        assert canonical(element).decode() == write(message)
        assert read(type(message), element) == message


def test_R2_24_O4_R4_22_a_transfer_names_the_next_actor_what_it_amends_and_whether_to_keep_the_payee() -> None:
    """Three optional fields after the remark, in this order."""
    example = helpers.service("SubmitTransfer").example
    assert isinstance(example, SubmitTransfer)
    xml = write(example).replace(
        "</SubmitTransfer>",
        "<NextOperator>MGR01</NextOperator><Replaces>T-0</Replaces><SavePayee>true</SavePayee></SubmitTransfer>",
    )
    found = read(SubmitTransfer, parse(xml.encode()))

    assert valid(xml)
    assert (found.next_operator, found.replaces, found.save_payee) == ("MGR01", "T-0", True)
    assert not valid(
        xml.replace("<Replaces>T-0</Replaces>", "").replace("</SavePayee>", "</SavePayee><Replaces>T</Replaces>")
    )
    assert (example.next_operator, example.replaces, example.save_payee) == (None, None, None)
