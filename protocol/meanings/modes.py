"""Modes and flows as they are made: whole and valid, or not at all."""

from collections.abc import Mapping
from typing import Final

from protocol.codes import Code, Meaning, refused

MEANINGS: Final[Mapping[Code, Meaning]] = {
    Code.MODE_EMPTY: refused(
        "授权模式没有任何金额段：请至少设定一段", "The mode has no amount band: give at least one"
    ),
    Code.MODE_TOO_LARGE: refused(
        "授权模式的金额段或授权步骤过多：请合并金额段或减少步骤",
        "The mode has too many bands, or a band too many steps: join bands or leave steps out",
    ),
    Code.MODE_UNFILLABLE: refused(
        "授权模式的各步骤没有足够的不同人员可办：请先增设操作员或调整权限",
        "Different people cannot fill the steps of the mode: add operators or change permissions first",
    ),
    Code.BANDS_WITHOUT_AMOUNT: refused(
        "无金额的授权模式只有一段：请只设一段，且不设上下限",
        "A mode without amounts has one band: give one, without bounds",
    ),
    Code.BANDS_UNORDERED: refused(
        "金额段的次序不正确：请按上限由低到高排列",
        "The bands are out of order: let them stand by their upper bounds, the lowest first",
    ),
    Code.BANDS_OVERLAP: refused(
        "金额段有重叠：请使每段自前一段的上限起", "Bands overlap: let each begin where the one before it ends"
    ),
    Code.BANDS_GAP: refused(
        "金额段之间有空缺：请使每段自前一段的上限起",
        "There is a gap between bands: let each begin where the one before it ends",
    ),
    Code.BANDS_NOT_OPEN: refused(
        "最后一个金额段设了上限，超出的金额将无人可批：请去掉该上限",
        "The last band has an upper bound, so nobody could approve an amount above it: leave that bound out",
    ),
    Code.BAND_AMOUNT: refused(
        "金额段的上限超出范围：请设为大于零且不超过金额上限",
        "An upper bound is out of range: let it be above zero and no larger than amounts may be",
    ),
    Code.BAND_LEVEL: refused(
        "授权级别超出范围：请按Detail所示范围设定",
        "An authorization level is out of range: the Detail says which there are",
    ),
    Code.BAND_COUNT: refused(
        "授权人数超出范围：请按Detail所示范围设定",
        "A number of authorizers is out of range: the Detail says how many there may be",
    ),
    Code.SERVICE_TAKES_NO_MODE: refused(
        "该业务不使用授权模式：请勿为其绑定模式", "The service takes no authorization mode: bind none to it"
    ),
    Code.FLOW_TAKEN: refused(
        "转账流程编号已存在，流程不能修改：请删除后重建，或换一个编号",
        "There is a flow of this id, and a flow is not changed: delete it and make it anew, or take another id",
    ),
    Code.FLOW_SUBJECT: refused(
        "转账流程须属于一个账户或一项业务：请给出其中之一",
        "A flow belongs to one account or to one service: give one of the two",
    ),
    Code.FLOW_SERVICE: refused(
        "该业务没有单独的流程：请为付款账户设定流程",
        "This service has no flow of its own: make flows for the payer account",
    ),
    Code.FLOW_SERVICE_TAKEN: refused(
        "该业务已有流程，且只能有一个：请先删除原流程", "The service has its one flow: delete that first"
    ),
    Code.FLOW_LIMIT: refused(
        "转账流程的限额不合规：请为账户的流程设大于零的限额，业务的流程不设限额",
        "The limit of the flow is not right: give a flow of an account one above zero, a flow of a service none",
    ),
    Code.FLOW_LIMIT_TAKEN: refused(
        "该账户已有同一限额的转账流程：请换一个限额，或先删除原流程",
        "The account has a flow of the same limit already: take another limit, or delete that one first",
    ),
    Code.FLOW_EMPTY: refused(
        "转账流程缺少级别或复核员：请至少设一级，每级至少一名复核员",
        "The flow lacks levels or reviewers: give at least one level, and each at least one reviewer",
    ),
    Code.FLOW_TOO_LARGE: refused(
        "转账流程的级别或一级的复核员过多：请减少",
        "The flow has too many levels, or a level too many reviewers: leave some out",
    ),
    Code.FLOW_REVIEWER: refused(
        "所列操作员不能在该流程中复核：请按Detail更换或调整其权限",
        "An operator who is listed cannot review in this flow: put another, or change what the Detail names",
    ),
    Code.FLOW_UNFILLABLE: refused(
        "转账流程的录入与各级复核没有足够的不同人员可办：请增设操作员或调整流程",
        "Different people cannot fill entry and the levels of the flow: add operators or change the levels",
    ),
}
