"""The pages about approvals: their figure shows the moves of the code, their recipe gives the digest of the gateway."""

import hashlib
import re
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from gateway.domain.command import Reply
from gateway.domain.states import CHANGE_MOVES, MATTER_MOVES, MOVES, State, told
from gateway.scribe import Echo, Scribe
from protocol import binding
from protocol.codes import Code
from protocol.head import Outcome
from protocol.limits import ROWS_MAX
from protocol.messages.approval import Content, Decision, ListPendingReply, PendingItem
from protocol.messages.matter import PlanItem, StepItem, StepKind
from protocol.messages.transfer import TransferState
from protocol.text import Encoding
from tests.docs.blocks import steps
from tests.docs.refusals import SUBJECTS
from tests.docs.states import PEOPLE, STATES, moves
from tests.docs.write import FIGURES, PAGES, PARTS, names
from tests.journal.bank import KEY
from tests.support.need import need
from tests.support.source import text_of

HEADING = re.compile(r"^(#+) ", re.MULTILINE)
ARROW = re.compile(r'<path id="([a-z-]+)--([a-z-]+)"')
NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)


@pytest.mark.parametrize("path", FIGURES)
def test_R2_18_the_figure_shows_the_moves_of_the_code_and_no_others(path: str) -> None:
    """Arrows from the box belong to every state in it, and among these any later one may follow."""
    drawn: set[tuple[TransferState, TransferState]] = set()
    order = [state for state in STATES if state in PEOPLE]
    for before, after in ARROW.findall(text_of(path)):
        if before == "waiting":
            drawn |= {(state, TransferState(after)) for state in PEOPLE}
        elif before in PEOPLE and after in PEOPLE:
            assert order.index(after) == order.index(before) + 1
            drawn |= {(TransferState(before), later) for later in order[order.index(after) :]}
        else:
            drawn.add((TransferState(before), TransferState(after)))

    assert drawn == moves()


def test_R2_18_every_state_of_an_instruction_is_on_the_page() -> None:
    """Those of matters, of changes, and those that a transfer is told in; none is listed that nothing leads to."""
    of_transfers = {told(state, None) for state in MOVES if state is not State.ENTERED}

    assert STATES.keys() == MATTER_MOVES.keys() | CHANGE_MOVES.keys() | of_transfers


def test_both_languages_say_the_same() -> None:
    """The same parts in the same order, under the same headings, with the same commands; every part is used."""
    english, chinese = (text_of(path) for path in PAGES)

    assert names(english) == names(chinese)
    assert set(names(english)) == PARTS.keys() | {f"refused {subject}" for subject in SUBJECTS}
    assert HEADING.findall(english) == HEADING.findall(chinese)
    assert steps("docs/approvals.md") == steps("docs/approvals.zh-CN.md")
    assert all(f"{ROWS_MAX:,}" in text for text in (english, chinese))


def _item(request_id: str) -> PendingItem:
    content = Content(
        customer_id="C00000001",
        request_id=request_id,
        service="SubmitTransfer",
        entry_operator="ERP01",
        payer_account="11010100000000001",
        payee_account="11010100000000202",
        payee_name='阿依古丽·买买提 & "子" <女>',
        amount=8_88,
        currency="CNY",
        purpose="货款",
        body_digest="ab" * 32,
    )
    return PendingItem(
        content=content,
        entered_at=NOW,
        state=TransferState.WAITING_REVIEW,
        expires_on=date(2026, 12, 25),
        may=(Decision.APPROVE, Decision.REJECT),
        plan=PlanItem(ordered=True, step=(StepItem(kind=StepKind.REVIEW, count=1, given=0),)),
        digest=hashlib.sha256(binding.write(content).encode()).hexdigest(),
    )


@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030"])
def test_the_recipe_gives_the_digest_that_an_approver_signs(tmp_path: Path, encoding: Encoding) -> None:
    """With a signed reply as it comes over the wire and standard tools: the digest of each item, whatever is in it."""
    need("xmllint")
    listed = ListPendingReply(item=(_item("PAY-1"), _item("PAY-2")))
    echo = Echo("C00000001", "MGR01", "L1", bytes(32), "zh", encoding)
    reply = Scribe(KEY, lambda: NOW, "n").reply(echo, Reply(Outcome(Code.DONE), binding.write(listed)))
    (tmp_path / "reply.xml").write_bytes(reply)
    (recipe,) = (step.commands for step in steps("docs/approvals.md") if step.mark == "digest")

    for number, item in enumerate(listed.item, 1):
        command = [need("bash"), "-euo", "pipefail", "-c", recipe.replace("item=1", f"item={number}")]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)

        assert done.stdout.split()[0] == item.digest
