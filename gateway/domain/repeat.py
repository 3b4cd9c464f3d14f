"""What a repeated request id means: asked before everything that may refuse (design: replay and fence)."""

from gateway.domain.calendar import SHANGHAI, instant
from gateway.domain.command import Command, Refuse, Replay, Wait
from gateway.domain.facts import Request
from protocol.codes import Code
from protocol.errors import Detail

PLACE = "/Message/Head/RequestId"


def is_same(command: Command, operator_id: str, body_digest: bytes) -> bool:
    """Whether the command repeats what `operator_id` asked with a body of that digest, whatever SentAt or signature."""
    return command.head.operator_id == operator_id and command.body_digest == body_digest


def repeat(command: Command, original: Request) -> Replay | Wait | Refuse:
    """The answer to a money request whose id is used up: its reply again, patience, or a refusal that names it."""
    if original.kind == "fence":
        return Refuse(Code.REQUEST_ID_FENCED, (Detail(Code.REQUEST_ID_FENCED, PLACE, command.head.request_id),))
    if not is_same(command, original.operator_id, original.body_digest):
        at = instant(original.received_ms).astimezone(SHANGHAI).isoformat(timespec="milliseconds")
        digest = original.body_digest.hex()
        return Refuse(
            Code.REQUEST_ID_REUSED,
            (
                Detail(
                    Code.REQUEST_ID_REUSED,
                    PLACE,
                    command.head.request_id,
                    f"原请求: {original.service}, 操作员 {original.operator_id}, 收到时间 {at}, 报文体摘要 {digest}",
                    f"original: {original.service}, operator {original.operator_id}, received {at}, digest {digest}",
                ),
            ),
        )
    return Replay(original.reply) if original.reply else Wait()
