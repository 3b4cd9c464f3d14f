"""What the committer decided reaches everybody who waits."""

from typing import Any, cast

from twisted.logger import capturedLogs

from gateway.journal.task import Told, Waiter
from gateway.node import _deliver
from protocol.codes import Code


def test_one_answer_that_cannot_be_made_loses_no_other() -> None:
    """It is logged, and those behind it are told."""
    heard: list[Told] = []

    def broken(_told: Told) -> None:
        raise RuntimeError("a bug")

    command = cast(Any, None)
    told = Told(b"<reply/>", Code.DONE)
    with capturedLogs() as events:
        _deliver([(Waiter(command, broken), told), (Waiter(command, heard.append), told)])

    assert heard == [told]
    assert [event["log_format"] for event in events] == ["an answer could not be delivered"]
