"""Modes and flows as they are made: whole and valid, or not at all."""

from collections.abc import Mapping
from typing import Final

from protocol.codes import Code, Meaning, refused

MEANINGS: Final[Mapping[Code, Meaning]] = {
    Code.MODE_EMPTY: refused("授权模式没有任何金额段", "The mode has no amount band"),
    Code.MODE_TOO_LARGE: refused(
        "授权模式的金额段或授权步骤过多", "The mode has too many bands, or a band too many steps"
    ),
    Code.MODE_UNFILLABLE: refused(
        "授权模式的各步骤没有足够的不同人员可办：请先增设操作员或调整权限",
        "Different people cannot fill the steps of the mode: add operators or change permissions first",
    ),
    Code.BANDS_WITHOUT_AMOUNT: refused(
        "无金额的授权模式只有一段，且不设上限", "A mode without amounts has one band, without an upper bound"
    ),
    Code.BANDS_UNORDERED: refused("金额段须按上限由低到高排列", "Bands stand in order of their upper bounds"),
    Code.BANDS_OVERLAP: refused("金额段有重叠", "Bands overlap"),
    Code.BANDS_GAP: refused("金额段之间有空缺", "There is a gap between bands"),
    Code.BANDS_NOT_OPEN: refused(
        "最后一个金额段不得设上限，否则超出的金额无人可批",
        "The last band has no upper bound, or nobody could approve an amount above it",
    ),
    Code.BAND_AMOUNT: refused(
        "金额段的上限须大于零且不超过金额上限", "An upper bound is above zero and no larger than amounts may be"
    ),
    Code.BAND_LEVEL: refused("授权级别超出范围", "An authorization level is out of range"),
    Code.BAND_COUNT: refused("授权人数超出范围", "A number of authorizers is out of range"),
    Code.SERVICE_TAKES_NO_MODE: refused("该业务不使用授权模式", "The service takes no authorization mode"),
    Code.FLOW_TAKEN: refused(
        "转账流程编号已存在：流程不能修改，只能删除后重建",
        "There is a flow of this id: a flow is not changed, only deleted and made anew",
    ),
    Code.FLOW_SUBJECT: refused(
        "转账流程须属于一个账户或一项业务，二者取一", "A flow belongs to one account or to one service, not to both"
    ),
    Code.FLOW_SERVICE: refused("该业务没有单独的流程", "This service has no flow of its own"),
    Code.FLOW_SERVICE_TAKEN: refused(
        "该业务已有流程：只能有一个，须先删除", "The service has its one flow: delete that first"
    ),
    Code.FLOW_LIMIT: refused(
        "账户的转账流程须有大于零的限额，业务的流程不设限额",
        "A flow of an account has a limit above zero, a flow of a service has none",
    ),
    Code.FLOW_LIMIT_TAKEN: refused("该账户已有同一限额的转账流程", "The account has a flow of the same limit already"),
    Code.FLOW_EMPTY: refused(
        "转账流程至少有一个复核级别，每级至少有一名复核员",
        "A flow has at least one level, and each level at least one reviewer",
    ),
    Code.FLOW_TOO_LARGE: refused(
        "转账流程的级别或一级的复核员过多", "The flow has too many levels, or a level too many reviewers"
    ),
    Code.FLOW_REVIEWER: refused("所列操作员不能在该流程中复核", "An operator who is listed cannot review in this flow"),
    Code.FLOW_UNFILLABLE: refused(
        "转账流程的录入与各级复核没有足够的不同人员可办",
        "Different people cannot fill entry and the levels of the flow",
    ),
}
