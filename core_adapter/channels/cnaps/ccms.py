"""CCMS (公共管理控制): acknowledgement, refusal, outcomes, queries, requests for returns, log-in, system status."""

from collections.abc import Callable
from datetime import date
from typing import Final

from core_adapter.channels.cnaps.form import Form, Group, Leaf, Node, Row, Values
from core_adapter.channels.cnaps.kind import GROUP_HEADER, Kind, M, Way, group_header, namespace, original
from core_adapter.channels.messages import (
    Discarded,
    Head,
    Login,
    LoginAnswer,
    Original,
    Outcome,
    Received,
    ReturnAnswer,
    ReturnRequest,
    Status,
    StatusAnswer,
    StatusQuery,
    System,
    SystemNow,
    SystemState,
    SystemStatus,
    Told,
)
from protocol.money import format_amount, parse_amount

_ANSWERED: Final = Group(
    "OrgnlGrpHdr",
    (Leaf("OrgnlMsgId", "the header's reference id"), Leaf("OrgnlInstgPty", "the header's receiver")),
)
_CODE: Final = Leaf("RjctCd", "the code of the reason", optional=True)
_TEXT: Final = Leaf("RjctInf", "the reason in words", optional=True)
_PROCESSED: Final = (
    Leaf("Sts", "the status"),
    _CODE,
    _TEXT,
    Leaf("NetgRnd", "the netting round", optional=True),
    Leaf("SttlmDt", "the channel's date of clearing", optional=True),
)
_ORIGINAL: Final = Group("OrgnlTx", original("Orgnl"))
_OUTCOME: Final = Group("TxRspn", (_ORIGINAL, Leaf("Amt", "the amount", currency=True), Group("RspnInf", _PROCESSED)))
_UNKNOWN: Final = Group("UnknwnTx", original("Orgnl"))
_SYSTEM: Final = Group(
    "SysInf",
    (
        Leaf("SysCd", "the system"),
        Leaf("SysSts", "open, maintenance or closed"),
        Leaf("SysDt", "the date of clearing on which it works"),
    ),
)
_YES: Final = {True: "Y", False: "N"}


# --- rows and back


def _original_row(told: Original) -> Row:
    return (told.sender, told.message_id, told.tx_id)


def _outcome_row(told: Outcome) -> Row:
    settled = "" if told.settled_on is None else told.settled_on.isoformat()
    amount = format_amount(told.amount)
    return (*_original_row(told.original), amount, told.status, told.code, told.text, told.round, settled)


def _outcome(row: Row) -> Outcome:
    sender, message_id, tx_id, amount, status, code, text, netting_round, settled = row
    return Outcome(
        original=Original(sender, message_id, tx_id),
        status=Status(status),
        amount=parse_amount(amount),
        code=code,
        text=text,
        settled_on=date.fromisoformat(settled) if settled else None,
        round=netting_round,
    )


def _system_row(told: SystemNow) -> Row:
    return (told.system, told.state, told.date.isoformat())


def _system(row: Row) -> SystemNow:
    return SystemNow(System(row[0]), SystemState(row[1]), date.fromisoformat(row[2]))


def _answer_opening(head: Head) -> Row:
    return (*group_header(head), head.reference_id, head.receiver)


# --- the types


def _kind(
    message_type: str,
    outer: str,
    fixed: tuple[Node, ...] = (),
    lists: tuple[Group, ...] = (),
    *,
    means: str,
    way: Way,
    values: Callable[[M], Values],
    message: Callable[[Head, Values], M],
    signed: bool = True,
    answers: bool = False,
) -> Kind[M]:
    """A type whose body opens with GROUP_HEADER, and with _ANSWERED behind it where it answers another."""
    opening = (GROUP_HEADER, _ANSWERED) if answers else (GROUP_HEADER,)
    return Kind(
        type=message_type,
        means=means,
        way=way,
        form=Form(namespace(message_type), outer, (*opening, *fixed), lists),
        opening=_answer_opening if answers else group_header,
        values=values,
        message=message,
        signed=signed,
        answers=answers,
    )


RECEIVED: Final[Kind[Received]] = _kind(
    "ccms.990.001.02",
    "ComConf",
    means="a message was taken",
    way=Way.BOTH,
    values=lambda _: Values(()),
    message=lambda head, _: Received(head=head),
    signed=False,
    answers=True,
)
DISCARDED: Final[Kind[Discarded]] = _kind(
    "ccms.911.001.02",
    "DscrdMsgNtfctn",
    (Group("RspnInf", (Leaf("RjctCd", "the code of the reason"), _TEXT)),),
    means="a message was not taken, and nothing of it is done",
    way=Way.BOTH,
    values=lambda message: Values((message.code, message.text)),
    message=lambda head, values: Discarded(head=head, code=values.fixed[0], text=values.fixed[1]),
    answers=True,
)
TOLD: Final[Kind[Told]] = _kind(
    "ccms.900.001.02",
    "PrcgConf",
    (),
    (_OUTCOME,),
    means="what became of credits",
    way=Way.CENTRE,
    values=lambda message: Values((), ([_outcome_row(told) for told in message.outcomes],)),
    message=lambda head, values: Told(head=head, outcomes=tuple(map(_outcome, values.lists[0]))),
)
STATUS_QUERY: Final[Kind[StatusQuery]] = _kind(
    "ccms.316.001.01",
    "TxStsQry",
    (),
    (_ORIGINAL,),
    means="asks what became of credits",
    way=Way.BANK,
    values=lambda message: Values((), ([_original_row(told) for told in message.originals],)),
    message=lambda head, values: StatusQuery(head=head, originals=tuple(Original(*row) for row in values.lists[0])),
)
STATUS_ANSWER: Final[Kind[StatusAnswer]] = _kind(
    "ccms.317.001.01",
    "TxStsQryRspn",
    (),
    (_OUTCOME, _UNKNOWN),
    means="what became of credits that were asked for",
    way=Way.CENTRE,
    values=lambda message: Values(
        (),
        ([_outcome_row(told) for told in message.outcomes], [_original_row(told) for told in message.unknown]),
    ),
    message=lambda head, values: StatusAnswer(
        head=head,
        outcomes=tuple(map(_outcome, values.lists[0])),
        unknown=tuple(Original(*row) for row in values.lists[1]),
    ),
    answers=True,
)
RETURN_REQUEST: Final[Kind[ReturnRequest]] = _kind(
    "ccms.318.001.01",
    "RtrReq",
    (_ORIGINAL, Leaf("Amt", "the amount", currency=True), Leaf("RtrRsnInf", "the reason in words")),
    means="asks for a credit to be returned",
    way=Way.BOTH,
    values=lambda message: Values((*_original_row(message.original), format_amount(message.amount), message.reason)),
    message=lambda head, values: ReturnRequest(
        head=head,
        original=Original(*values.fixed[:3]),
        amount=parse_amount(values.fixed[3]),
        reason=values.fixed[4],
    ),
)
RETURN_ANSWER: Final[Kind[ReturnAnswer]] = _kind(
    "ccms.319.001.01",
    "RtrReqRspn",
    (_ORIGINAL, Group("RspnInf", (Leaf("Agrd", "Y, or N for no"), _TEXT))),
    means="whether a credit is returned",
    way=Way.BOTH,
    values=lambda message: Values((*_original_row(message.original), _YES[message.agreed], message.text)),
    message=lambda head, values: ReturnAnswer(
        head=head, original=Original(*values.fixed[:3]), agreed=values.fixed[3] == "Y", text=values.fixed[4]
    ),
    answers=True,
)
LOGIN: Final[Kind[Login]] = _kind(
    "ccms.805.001.02",
    "LgnReq",
    means="a bank begins to speak on a connection",
    way=Way.BANK,
    values=lambda _: Values(()),
    message=lambda head, _: Login(head=head),
)
LOGIN_ANSWER: Final[Kind[LoginAnswer]] = _kind(
    "ccms.806.001.02",
    "LgnRspn",
    (Group("RspnInf", (Leaf("Accptd", "Y, or N for no"), _TEXT)),),
    (_SYSTEM,),
    means="whether it may, and how the systems stand",
    way=Way.CENTRE,
    values=lambda message: Values(
        (_YES[message.accepted], message.text), ([_system_row(told) for told in message.systems],)
    ),
    message=lambda head, values: LoginAnswer(
        head=head,
        accepted=values.fixed[0] == "Y",
        text=values.fixed[1],
        systems=tuple(map(_system, values.lists[0])),
    ),
    answers=True,
)
SYSTEM_STATUS: Final[Kind[SystemStatus]] = _kind(
    "ccms.801.001.02",
    "SysStsNtfctn",
    (),
    (_SYSTEM,),
    means="systems that changed, as they stand now",
    way=Way.CENTRE,
    values=lambda message: Values((), ([_system_row(told) for told in message.systems],)),
    message=lambda head, values: SystemStatus(head=head, systems=tuple(map(_system, values.lists[0]))),
)
