"""Why the clearing centre discards a message or does not carry out a credit: codes of both sides, with their words.

A code has the four characters of the field for it (RjctCd); codes are never reused. What keeps a message from being
read at all has codes of its own, in `core_adapter.channels.cnaps`. Texts fit the field for them: 105 characters.
"""

from dataclasses import dataclass
from typing import Final

TEXT_CHARS_MAX: Final = 105
"""Longest text of a reason in a message (RjctInf)."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A code and what it means, in Chinese and English."""

    code: str
    zh: str
    en: str

    @property
    def text(self) -> str:
        """The words that travel beside the code, in both languages."""
        return f"{self.zh} / {self.en}"


DUPLICATE: Final = Reason("RJ90", "报文标识号重复", "this message id was taken before")
NOT_A_PARTICIPANT: Final = Reason("RJ91", "发起方不是参与者", "the sender takes no part here")
WRONG_RECEIVER: Final = Reason("RJ92", "接收方不是本清算中心", "the message is for somebody else")
IN_MAINTENANCE: Final = Reason("RJ93", "系统维护中，暂停受理", "the system is in maintenance: send it again later")
CLOSED: Final = Reason("RJ94", "系统已关闭，暂停受理", "the system is closed: send it again when it opens")
NOT_FROM_A_BANK: Final = Reason("RJ95", "该报文不由参与者发起", "banks send no message of this type")
REPEATED_TX: Final = Reason("RJ96", "同一报文内明细标识号重复", "two credits of the message have one id")

PAYEE_UNKNOWN: Final = Reason("RJ01", "收款账号不存在", "there is no such payee account")
PAYEE_NAME: Final = Reason("RJ02", "收款人户名不符", "the payee account has another holder")
PAYEE_BARRED: Final = Reason("RJ03", "收款账户状态异常", "the payee account takes no money")
PAYEE_BANK: Final = Reason("RJ04", "收款行不是参与者", "the payee's bank takes no part")
PAYER_BANK: Final = Reason("RJ05", "付款行与发起方不符", "the payer's bank is not the sender")
RETURN_MISMATCH: Final = Reason("RJ06", "退汇与原业务不符", "no credit stands that this could be the return of")
EXPIRED: Final = Reason("RJ07", "清算窗口结束仍未清算，退回", "still queued when the settlement window ended")

DISCARDS: Final = (
    DUPLICATE,
    NOT_A_PARTICIPANT,
    WRONG_RECEIVER,
    IN_MAINTENANCE,
    CLOSED,
    NOT_FROM_A_BANK,
    REPEATED_TX,
)
"""Why a message is discarded whole (ccms.911): nothing of it was done, and but for DUPLICATE its id is free."""

REFUSALS: Final = (
    PAYEE_UNKNOWN,
    PAYEE_NAME,
    PAYEE_BARRED,
    PAYEE_BANK,
    PAYER_BANK,
    RETURN_MISMATCH,
    EXPIRED,
)
"""Why a credit is refused or comes back (ccms.900, or a credit of kind RETURN)."""

REASONS: Final = {reason.code: reason for reason in (*DISCARDS, *REFUSALS)}
"""Every reason by its code."""

assert len(REASONS) == len(DISCARDS) + len(REFUSALS), "a code has one meaning"
assert all(len(reason.text) <= TEXT_CHARS_MAX for reason in REASONS.values()), "a text fits its field"
