"""Why channels were passed over, in words: what a preview tells of each, and what refuses a payment without any."""

from collections.abc import Mapping
from typing import Final

from gateway.domain.routing import NoChannel, PassedOver, Reason
from protocol.codes import Code
from protocol.errors import Detail

_WORDS: Final[Mapping[Reason, tuple[str, str]]] = {
    Reason.NOT_A_MEMBER: ("收款行未参加该通道", "the payee's bank takes no part in it"),
    Reason.ABOVE_CAP: ("金额超过该通道限额", "the amount is more than it takes"),
    Reason.NOT_FOR_REAL_TIME: ("该通道仅用于普通到账和批量", "it is for normal arrival and batches"),
    Reason.BELOW_THRESHOLD: ("该金额有更快捷的通道", "an amount like this has another way"),
    Reason.SUITS_BEPS: ("普通到账走小额支付", "normal arrival goes by BEPS"),
    Reason.CLOSED: ("本行未开通该通道", "this bank does not run it"),
    Reason.MAINTENANCE: ("清算行已退出", "it is in maintenance"),
    Reason.BRANCH_MISSING: ("须填写收款网点的行号", "it needs the code of the payee's branch"),
    Reason.HVPS_OPEN: ("大额支付开放中", "HVPS is open"),
    Reason.NOT_OPEN_NOW: ("该通道当前未开放", "it is not open now"),
    Reason.YEAR_MISSING: ("该年度工作日历尚未载入", "the working days of that year are not known yet"),
}
"""In Chinese and in English."""


def why(passed: PassedOver, language: str) -> str:
    """Why a channel is passed over, in that language."""
    return _WORDS[passed.reason][language == "en"]


def no_channel(way: NoChannel, bank_code: str, place: str | None = None) -> Detail:
    """What refuses a payment, or makes it fail, where no channel takes it: each channel, its rule and the reason."""
    zh, en = (
        joint.join(f"{each.channel} ({each.rule}): {why(each, language)}" for each in way.passed)
        for joint, language in (("；", "zh"), ("; ", "en"))
    )
    return Detail(Code.NO_CHANNEL, place, bank_code, zh, en)
