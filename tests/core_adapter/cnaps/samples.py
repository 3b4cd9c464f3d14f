"""What the golden files say, as values; values at random for property tests; and a codec whose signatures are MACs."""

from dataclasses import asdict, replace
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import strategies as st

from core_adapter.channels.cnaps import Codec, Unreadable
from core_adapter.channels.messages import (
    Credit,
    CreditKind,
    Credits,
    Discarded,
    Head,
    Login,
    LoginAnswer,
    Message,
    Original,
    Outcome,
    Party,
    Priority,
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
from protocol.money import FEN_MAX
from tests.core_adapter.cnaps import second

BANK: Final = "881100000018"
CENTRE: Final = "880100000010"
OTHER: Final = "882290000026"
_GOLDEN: Final = Path(__file__).parent / "golden"


def verify(sender: str, data: bytes, signature: bytes) -> bool:
    """Whether that is the MAC of the data, by one of the senders of the samples."""
    return sender in {BANK, CENTRE, OTHER} and second.mac(data) == signature


CODEC: Final = Codec(second.mac, verify)


def golden(message_type: str) -> bytes:
    """The golden file of a type."""
    return (_GOLDEN / f"{message_type}.cnaps").read_bytes()


def fault_of(data: bytes) -> Unreadable:
    """Why that is refused, which fits into a refusal whatever the peer wrote."""
    with pytest.raises(Unreadable) as refused:
        CODEC.read(data)
    answer = Discarded(head=GOLDEN["ccms.911.001.02"].head, code=refused.value.code, text=refused.value.text)
    CODEC.write(answer, from_centre=True)
    return refused.value


def plain(value: Message) -> dict[str, Any]:
    """The value in the shape of `second.told`."""
    return {key: _plain(part) for key, part in asdict(value).items()}


def _plain(part: Any) -> Any:
    match part:
        case dict():
            return {key: _plain(inner) for key, inner in part.items()}
        case list() | tuple():
            return [_plain(inner) for inner in part]
        case datetime() | date():
            return part.isoformat()
        case StrEnum():
            return str(part)
    return part


def _head(system: System, number: str, **rest: Any) -> Head:
    """A head of the golden files, from the centre to the bank unless `rest` says otherwise."""
    usual = {"sender": CENTRE, "receiver": BANK, "sent_at": datetime(2026, 12, 1, 10, 31)}  # noqa: DTZ001  (Head's has no zone)
    return Head(system=system, message_id=number, **{**usual, **rest})


_FROM_BANK: Final = {"sender": BANK, "receiver": CENTRE}
_PAYER: Final = Party(account="6230010000000001", name="云帆机械 <上海> 有限公司", bank="881290000100")
_NETTED: Final = Outcome(
    original=Original(BANK, "2026120100000003", "1"),
    status=Status.NETTED,
    amount=1234_50,
    settled_on=date(2026, 12, 2),
    round="20261201-07",
)
_REFUSED: Final = Outcome(
    original=Original(BANK, "2026120100000003", "2"),
    status=Status.REFUSED,
    amount=50,
    code="AC01",
    text="收款账号不存在",
)

GOLDEN: Final[dict[str, Message]] = {
    "hvps.111.001.01": Credits(
        head=_head(
            System.HVPS,
            "2026120100000001",
            sent_at=datetime(2026, 12, 1, 10, 30, 59),  # noqa: DTZ001  (Head's has no zone)
            priority=Priority.URGENT,
            **_FROM_BANK,
        ),
        credits=(
            Credit(
                tx_id="42",
                kind=CreditKind.REMITTANCE,
                amount=50_000_01,
                payer=_PAYER,
                payee=Party(account="1001-22-333", name="Müller & 王氏𠮷记", bank=OTHER),
                purpose="货款 十二月",
                end_to_end_id="PO 4711/a",
            ),
        ),
    ),
    "ibps.101.001.01": Credits(
        head=_head(
            System.IBPS,
            "2026120200000777",
            sender=OTHER,
            receiver=CENTRE,
            sent_at=datetime(2026, 12, 1, 23, 59, 59),  # noqa: DTZ001  (Head's has no zone)
            reference_id="2026120100000005",
        ),
        credits=(
            Credit(
                tx_id="9000000000000001",
                kind=CreditKind.RETURN,
                amount=1,
                payer=Party(account="1001-22-333", name="王小二", bank=OTHER),
                payee=replace(_PAYER, name="云帆机械有限公司"),
                original=Original(BANK, "2026120100000005", "43"),
                reason="AC01",
                reason_text="收款账号不存在",
            ),
        ),
    ),
    "beps.121.001.01": Credits(
        head=_head(System.BEPS, "2026120100000031", sent_at=datetime(2026, 12, 1, 11)),  # noqa: DTZ001  (as above)
        credits=(
            Credit(
                tx_id="1",
                kind=CreditKind.REMITTANCE,
                amount=FEN_MAX,
                payer=Party(account="A1", name="甲", bank=OTHER),
                payee=Party(account="B2", name="乙", bank="881290000100"),
            ),
            Credit(
                tx_id="2",
                kind=CreditKind.RETURN,
                amount=1,
                payer=Party(account="C3", name="丙", bank=OTHER),
                payee=Party(account="D4", name="丁", bank="881290000100"),
                purpose="退回",
                end_to_end_id="E2",
                original=Original(BANK, "2026113000000009", "8"),
                reason="BE01",
            ),
        ),
    ),
    "ccms.990.001.02": Received(head=_head(System.HVPS, "2026120190000001", reference_id="2026120100000001")),
    "ccms.911.001.02": Discarded(
        head=_head(System.BEPS, "2026120190000002", reference_id="2026120100000002"), code="YQ06", text="报文格式有误"
    ),
    "ccms.900.001.02": Told(head=_head(System.IBPS, "2026120190000003"), outcomes=(_NETTED, _REFUSED)),
    "ccms.316.001.01": StatusQuery(
        head=_head(System.IBPS, "2026120100000044", **_FROM_BANK),
        originals=(Original(BANK, "2026120100000003", "1"), Original(BANK, "2026120100000004", "1")),
    ),
    "ccms.317.001.01": StatusAnswer(
        head=_head(System.IBPS, "2026120190000045", reference_id="2026120100000044"),
        outcomes=(_NETTED,),
        unknown=(Original(BANK, "2026120100000004", "1"),),
    ),
    "ccms.318.001.01": ReturnRequest(
        head=_head(System.HVPS, "2026120100000050", **_FROM_BANK),
        original=Original(BANK, "2026120100000001", "42"),
        amount=50_000_01,
        reason="重复付款，请予退回",
    ),
    "ccms.319.001.01": ReturnAnswer(
        head=_head(System.HVPS, "2026120190000051", reference_id="2026120100000050"),
        original=Original(BANK, "2026120100000001", "42"),
        agreed=False,
        text="收款人不同意",
    ),
    "ccms.805.001.02": Login(head=_head(System.CCMS, "2026120100000060", **_FROM_BANK)),
    "ccms.806.001.02": LoginAnswer(
        head=_head(System.CCMS, "2026120190000061", reference_id="2026120100000060"),
        accepted=True,
        systems=(
            SystemNow(System.IBPS, SystemState.OPEN, date(2026, 12, 1)),
            SystemNow(System.HVPS, SystemState.CLOSED, date(2026, 12, 2)),
        ),
    ),
    "ccms.801.001.02": SystemStatus(
        head=_head(System.CCMS, "2026120190000062"),
        systems=(SystemNow(System.BEPS, SystemState.MAINTENANCE, date(2026, 12, 1)),),
    ),
}
"""The value that each golden file says."""
FROM_BANK: Final = {name for name, value in GOLDEN.items() if value.head.sender != CENTRE}


# --- values at random

_BANKS: Final = st.from_regex("[0-9]{12}", fullmatch=True)
_IDS: Final = st.from_regex("[0-9]{16}", fullmatch=True)
_SENT: Final = st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 31)).map(lambda at: at.replace(microsecond=0))  # noqa: DTZ001  (as above)
_DAYS: Final = st.dates(date(1000, 1, 1))
_FEN: Final = st.integers(1, FEN_MAX)
_ACCOUNTS: Final = st.from_regex("[0-9A-Za-z]{1,10}(-[0-9A-Za-z]{1,10}){0,1}", fullmatch=True)
_CODES: Final = st.from_regex("[0-9A-Z]{4}", fullmatch=True)
_ROUNDS: Final = st.from_regex("[0-9A-Za-z-]{0,16}", fullmatch=True)
_END_TO_END: Final = st.from_regex("[!-~]{0,20}", fullmatch=True)
_CHARS: Final = st.one_of(st.characters(min_codepoint=0x21, max_codepoint=0x7E), st.sampled_from("户名𠮷ü·（）"))


def _texts(most: int) -> st.SearchStrategy[str]:
    """Printable text of up to so many characters, at times with a space within, often with what XML escapes."""
    return st.text(_CHARS, max_size=most - 2).map(lambda text: f"{text[:3]} {text[3:]}" if len(text) > 3 else text)


def _named(most: int) -> st.SearchStrategy[str]:
    return _texts(most).filter(bool)


def _heads(systems: list[System], *, answers: bool = False, urgent: bool = False) -> st.SearchStrategy[Head]:
    return st.builds(
        Head,
        sender=st.sampled_from([BANK, CENTRE, OTHER]),
        receiver=_BANKS,
        system=st.sampled_from(systems),
        sent_at=_SENT,
        message_id=_IDS,
        reference_id=_IDS if answers else st.one_of(st.just(""), _IDS),
        priority=st.sampled_from(list(Priority)) if urgent else st.just(Priority.NORMAL),
    ).filter(lambda head: head.reference_id != head.message_id)


_ORIGINALS: Final = st.builds(Original, _BANKS, _IDS, st.from_regex("[0-9]{1,16}", fullmatch=True))
_PARTIES: Final = st.builds(Party, account=_ACCOUNTS, name=_named(120), bank=_BANKS)


def _credits(kind: CreditKind) -> st.SearchStrategy[Credit]:
    told = {
        "tx_id": st.from_regex("[0-9]{1,16}", fullmatch=True),
        "amount": _FEN,
        "payer": _PARTIES,
        "payee": _PARTIES,
        "purpose": _texts(120),
        "end_to_end_id": _END_TO_END,
    }
    back = {"original": _ORIGINALS, "reason": _CODES, "reason_text": _texts(105)}
    return st.one_of(
        st.builds(Credit, kind=st.just(kind), **told),
        st.builds(Credit, kind=st.just(CreditKind.RETURN), **told, **back),
    )


def _carried(system: System, kind: CreditKind, most: int) -> st.SearchStrategy[Credits]:
    rows = st.lists(_credits(kind), min_size=1, max_size=most).map(tuple)
    return st.builds(Credits, head=_heads([system], urgent=True), credits=rows)


_OUTCOMES: Final = st.builds(
    Outcome,
    original=_ORIGINALS,
    status=st.sampled_from(list(Status)),
    amount=_FEN,
    code=st.one_of(st.just(""), _CODES),
    text=_texts(105),
    settled_on=st.one_of(st.none(), _DAYS),
    round=_ROUNDS,
)
_SYSTEMS: Final = st.builds(SystemNow, st.sampled_from(list(System)), st.sampled_from(list(SystemState)), _DAYS)
_ANY: Final = list(System)


def _rows(rows: st.SearchStrategy[Any], least: int, most: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(rows, min_size=least, max_size=most).map(tuple)


RANDOM: Final[dict[str, st.SearchStrategy[Message]]] = {
    "hvps.111.001.01": _carried(System.HVPS, CreditKind.REMITTANCE, 1),
    "ibps.101.001.01": _carried(System.IBPS, CreditKind.ONLINE, 1),
    "beps.121.001.01": _carried(System.BEPS, CreditKind.REMITTANCE, 4),
    "ccms.990.001.02": st.builds(Received, head=_heads(_ANY, answers=True)),
    "ccms.911.001.02": st.builds(Discarded, head=_heads(_ANY, answers=True), code=_CODES, text=_texts(105)),
    "ccms.900.001.02": st.builds(Told, head=_heads(_ANY), outcomes=_rows(_OUTCOMES, 1)),
    "ccms.316.001.01": st.builds(StatusQuery, head=_heads(_ANY), originals=_rows(_ORIGINALS, 1)),
    "ccms.317.001.01": st.builds(
        StatusAnswer,
        head=_heads(_ANY, answers=True),
        outcomes=_rows(_OUTCOMES, 0),
        unknown=_rows(_ORIGINALS, 0),
    ),
    "ccms.318.001.01": st.builds(
        ReturnRequest, head=_heads(_ANY), original=_ORIGINALS, amount=_FEN, reason=_named(105)
    ),
    "ccms.319.001.01": st.builds(
        ReturnAnswer, head=_heads(_ANY, answers=True), original=_ORIGINALS, agreed=st.booleans(), text=_texts(105)
    ),
    "ccms.805.001.02": st.builds(Login, head=_heads(_ANY)),
    "ccms.806.001.02": st.builds(
        LoginAnswer,
        head=_heads(_ANY, answers=True),
        accepted=st.booleans(),
        text=_texts(105),
        systems=_rows(_SYSTEMS, 0, 4),
    ),
    "ccms.801.001.02": st.builds(SystemStatus, head=_heads(_ANY), systems=_rows(_SYSTEMS, 1, 4)),
}
"""Values of every type, of all that it can say."""
ANY: Final = st.sampled_from(sorted(RANDOM)).flatmap(lambda name: st.tuples(st.just(name), RANDOM[name]))
"""A type, and a value of it."""
