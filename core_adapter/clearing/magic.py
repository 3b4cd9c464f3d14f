"""Cases that partners rehearse: payee accounts, or amounts, that make the centre behave in one certain way.

No bank's account begins with sixteen zeros, so nothing here can be met by accident. The account says the case by its
last two digits; one of zeros alone leaves it to the last two digits of the amount, its fen, so that a partner can
rehearse every case with one payee. They work whatever the fault rates are. A credit that comes back (RETURN) rehearses
nothing.
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from core_adapter.channels.messages import Credit, CreditKind

PREFIX: Final = "0" * 16
"""What the account number of every case begins with."""
BY_AMOUNT: Final = PREFIX + "00"
"""The account that leaves the case to the fen of the amount."""
_ACCOUNT_DIGITS: Final = len(BY_AMOUNT)


class Magic(IntEnum):
    """The cases by their numbers, the last two digits of an account or an amount."""

    REFUSED_ACCOUNT = 1
    REFUSED_NAME = 2
    SILENT = 3
    NEVER_KNOWN = 4
    DELAYED = 5
    LATE_RETURN = 6
    QUEUED_SETTLED = 7
    QUEUED_EXPIRED = 8
    TOLD_TWICE = 9
    CONTRADICTED = 10
    OTHER_AMOUNT = 11
    FORGED = 12


@dataclass(frozen=True, slots=True)
class Meaning:
    """What happens in a case, in both languages."""

    zh: str
    en: str


MEANINGS: Final[dict[Magic, Meaning]] = {
    Magic.REFUSED_ACCOUNT: Meaning("拒绝：收款账号不存在（RJ01）", "refused: no such payee account (RJ01)"),
    Magic.REFUSED_NAME: Meaning("拒绝：收款人户名不符（RJ02）", "refused: the payee account has another holder (RJ02)"),
    Magic.SILENT: Meaning("已办理，但不主动通知，查询才答", "done, and nothing is told of it until it is asked about"),
    Magic.NEVER_KNOWN: Meaning(
        "报文首次丢失，查询答无此业务；重发后正常办理",
        "the message vanishes once: asked, the centre has none; sent again, it is done",
    ),
    Magic.DELAYED: Meaning(
        "延迟办理，秒数为金额元数的末三位",
        "looked at late, by as many seconds as the last three digits of the whole yuan say",
    ),
    Magic.LATE_RETURN: Meaning("成功，稍后退汇（RJ03）", "succeeds, and comes back a little later (RJ03)"),
    Magic.QUEUED_SETTLED: Meaning(
        "大额：先排队，后清算；其他系统正常办理", "HVPS: queued, then settled; on other systems as any credit"
    ),
    Magic.QUEUED_EXPIRED: Meaning(
        "大额：先排队，后退回（PR32）；其他系统正常办理",
        "HVPS: queued, then returned unsettled (PR32); on other systems as any credit",
    ),
    Magic.TOLD_TWICE: Meaning("成功，每次结果通知两遍", "succeeds, and every outcome is told twice"),
    Magic.CONTRADICTED: Meaning(
        "成功，稍后又通知拒绝（实际成功，以查询为准）",
        "succeeds, and a little later a refusal is told, which is not true; asked, the centre tells the truth",
    ),
    Magic.OTHER_AMOUNT: Meaning(
        "成功，通知的金额多一分（以查询为准）",
        "succeeds, told with an amount of one fen more; asked, the centre tells the truth",
    ),
    Magic.FORGED: Meaning(
        "成功，通知的签名无效（以查询为准）",
        "succeeds, told under a signature that is not valid; asked, the centre tells the truth",
    ),
}
"""What each case is."""

_BY_DIGITS: Final = {f"{case:02d}": case for case in Magic}

assert MEANINGS.keys() == set(Magic), "every case is explained"


def account_of(case: Magic) -> str:
    """The payee account of a case."""
    return f"{PREFIX}{case:02d}"


def case_of(credit: Credit) -> Magic | None:
    """The case that a credit rehearses, None for an ordinary one."""
    account = credit.payee.account
    if not account.startswith(PREFIX) or len(account) != _ACCOUNT_DIGITS or credit.kind is CreditKind.RETURN:
        return None
    digits = f"{credit.amount % 100:02d}" if account == BY_AMOUNT else account[-2:]
    return _BY_DIGITS.get(digits)


def delay_seconds(credit: Credit) -> int:
    """How late a credit of the case DELAYED is looked at."""
    return credit.amount // 100 % 1000
