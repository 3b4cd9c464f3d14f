"""The bank directory of a demo site: invented banks with offices in real cities, under classes that no bank has.

Every code has a right check digit, every way of taking part in channels is there, and so are the two banks that the
examples of the catalogue name. No office, name or code here was copied from a directory.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from gateway.domain.banks import PayeeBank
from gateway.journal.banks import REGION
from protocol import examples
from protocol.names import bank_code_check_digit


class _Kind(NamedTuple):
    """An invented bank: `seat` is where its head office is; the others are the channels that its offices take part in.

    With `towns` it is a bank of that one place, with offices in its districts alone.
    """

    bank_class: str
    name: str
    seat: str
    ibps: bool = True
    beps: bool = True
    hvps: bool = True
    towns: bool = False


_REGIONS: Final = {
    "1000": ("北京", "东城", "西城", "朝阳", "海淀"),
    "1100": ("天津", "和平", "河西", "滨海"),
    "1210": ("石家庄", "长安", "桥西"),
    "1610": ("太原", "迎泽", "小店"),
    "2210": ("沈阳", "沈河", "铁西"),
    "2220": ("大连", "中山", "甘井子"),
    "2610": ("哈尔滨", "南岗", "道里"),
    "2900": ("上海", "黄浦", "浦东", "徐汇", "静安"),
    "3010": ("南京", "玄武", "鼓楼"),
    "3050": ("苏州", "姑苏", "吴中"),
    "3310": ("杭州", "上城", "西湖", "萧山"),
    "3320": ("宁波", "海曙", "鄞州"),
    "3610": ("合肥", "庐阳", "蜀山"),
    "3910": ("福州", "鼓楼", "台江"),
    "3930": ("厦门", "思明", "湖里"),
    "4210": ("南昌", "东湖", "红谷滩"),
    "4510": ("济南", "历下", "市中"),
    "4520": ("青岛", "市南", "崂山"),
    "4910": ("郑州", "金水", "二七"),
    "5210": ("武汉", "江岸", "武昌"),
    "5510": ("长沙", "芙蓉", "岳麓"),
    "5810": ("广州", "越秀", "天河", "番禺"),
    "5840": ("深圳", "福田", "南山", "罗湖"),
    "6510": ("成都", "锦江", "武侯"),
    "6530": ("重庆", "渝中", "江北"),
    "7910": ("西安", "碑林", "雁塔"),
}
"""By region code: the city, and districts of it."""

_BANKS: Final = (
    _Kind("881", "云帆银行股份有限公司", "1000"),
    _Kind("882", "澄江商业银行股份有限公司", "2900"),
    _Kind("883", "青禾农业发展合作银行", "5210", ibps=False),
    _Kind("884", "星河网络银行股份有限公司", "5840", hvps=False),
    _Kind("885", "瀚海银行有限公司", "2900", ibps=False, beps=False),
    _Kind("886", "望湖城市商业银行股份有限公司", "3310", towns=True),
    _Kind("887", "松涛村镇银行有限责任公司", "6510", ibps=False, hvps=False, towns=True),
)


def demo_banks() -> list[PayeeBank]:
    """Every office, by code."""
    named = (
        _office(examples.BANK_CODE, "示范银行股份有限公司", examples.BANK_CODE),
        _office(examples.FOREIGN_BANK_CODE, "远方银行股份有限公司上海浦东支行", examples.FOREIGN_BANK_CODE),
    )
    offices = (office for kind in _BANKS for office in _offices(kind))
    return sorted((*named, *offices), key=lambda office: office.code)


def _offices(kind: _Kind) -> Iterator[PayeeBank]:
    """The head office, whose branch number is 0001, then the branch of each city and its sub-branches."""
    head = _code(kind, kind.seat, 1)
    ibps = head if kind.ibps else None
    yield _office(head, kind.name, ibps, beps=kind.beps, hvps=kind.hvps)
    for region, (city, *districts) in _REGIONS.items():
        if kind.towns and region != kind.seat:
            continue
        names = [f"{city}分行", *(f"{city}{district}支行" for district in districts)]
        for number, name in enumerate(names, 10):
            yield _office(_code(kind, region, number), kind.name + name, ibps, beps=kind.beps, hvps=kind.hvps)


def _code(kind: _Kind, region: str, branch: int) -> str:
    eleven = f"{kind.bank_class}{region}{branch:04}"
    return eleven + bank_code_check_digit(eleven)


def _office(code: str, name: str, ibps: str | None, *, beps: bool = True, hvps: bool = True) -> PayeeBank:
    return PayeeBank(code=code, name=name, region=code[REGION], ibps=ibps, beps=beps, hvps=hvps)
