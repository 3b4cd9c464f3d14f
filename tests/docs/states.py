"""The life of an instruction as a figure and a table, both worked out from the tables of moves in the code."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from gateway.domain.states import CHANGE_MOVES, MATTER_MOVES, MOVES, WAITING, State, told, told_final
from protocol.codes import Language
from protocol.messages.transfer import TransferState as S
from tests.docs.markdown import pick, rows

Move = tuple[S, S]


class Words(NamedTuple):
    """A state in both languages: its name in Chinese, what it means."""

    zh: str
    means_en: str
    means_zh: str


STATES: Final[Mapping[S, Words]] = {
    S.WAITING_REVIEW: Words("等待复核", "a reviewer is waited for", "等待复核员办理"),
    S.WAITING_AUTHORIZATION: Words(
        "等待授权",
        "one or more authorizers are waited for; one force-authorizer may stand in",
        "等待授权员办理，或由强制授权员办理",
    ),
    S.WAITING_SUPERVISOR: Words(
        "等待主管审批", "the amount is above every flow: the supervisor decides", "金额超过最高流程限额，等待主管审批"
    ),
    S.WAITING_ADMINISTRATOR: Words(
        "等待管理员审批", "an administration message waits for a second administrator", "管理报文等待另一管理员审批"
    ),
    S.WAITING_DISPATCH: Words("等待发送", "everything is approved; somebody sends it off", "审批已全部完成，等待发送"),
    S.SCHEDULED: Words("等待系统处理", "nobody is waited for; it runs when its time comes", "无需再办理，到时自动执行"),
    S.PROCESSING: Words(
        "处理中", "the bank is carrying it out; nobody can withdraw it any more", "银行正在处理，不可再撤销"
    ),
    S.UNKNOWN: Words(
        "不明",
        "the core has not answered; it is asked until it does, and nothing is sent twice",
        "核心尚未答复；网关持续查询，不会重复发送",
    ),
    S.SUCCEEDED: Words("成功", "the money has been moved; a change was made", "款项已划转；变更已生效"),
    S.FAILED: Words(
        "失败",
        "the bank refused it, or it did not fit its limits on the day; no money was moved, no change made",
        "银行未能办理，或执行当日超过限额；款项未划转，变更未生效",
    ),
    S.REJECTED: Words("已拒绝审批", "an approver rejected it, with a reason", "审批人拒绝，附原因"),
    S.WITHDRAWN: Words("已撤销", "it was withdrawn before the bank acted", "银行处理前已撤销"),
    S.EXPIRED: Words("已过期", "it waited until the end of the 30th day", "等待至第30日日终未办完"),
    S.ENDED: Words("已终止", "it ended with its flow or with the grant that it used", "随其流程或对外授权一并终止"),
}
"""The states that moves lead to; what QueryTransfer says beside them (refused, fenced, not-found) is of request ids."""


PEOPLE: Final = WAITING - {S.WAITING_ADMINISTRATOR}
"""The states in which an instruction waits for people."""


def moves() -> set[Move]:
    """Every move of an instruction between what a sender can be told, from the tables of matters and of transfers."""
    of_matters = {(before, after) for before, later in MATTER_MOVES.items() for after in later}
    of_transfers = {
        (told(before, None), told(after, None))
        for before, later in MOVES.items()
        if before is not State.ENTERED
        for after in later
    }
    return of_matters | {(before, after) for before, after in of_transfers if before is not after}


# -- the table


def table(language: Language) -> str:
    """Each state: what it means, what it may become, whether it is the end."""
    possible = moves() | {(before, after) for before, later in CHANGE_MOVES.items() for after in later}
    lines = []
    for state, words in STATES.items():
        later = pick(language, ", ", "、").join(f"`{other}`" for other in STATES if (state, other) in possible)
        means = pick(language, words.means_en, words.means_zh)
        final = pick(language, "yes", "是") if told_final(state) else ""
        lines.append([f"`{state}`", words.zh, means, later, final])
    return rows(
        pick(
            language,
            ["state", "in Chinese", "means", "may become", "final"],
            ["状态", "名称", "含义", "此后可变为", "最终"],
        ),
        lines,
    )


# -- the figure

_WIDTH, _HEIGHT = 980, 600
_BOX: Final = (150, 46)
_PLACES: Final[Mapping[S, tuple[int, int]]] = {
    S.WAITING_REVIEW: (110, 116),
    S.WAITING_AUTHORIZATION: (363, 116),
    S.WAITING_SUPERVISOR: (616, 116),
    S.WAITING_DISPATCH: (870, 116),
    S.REJECTED: (100, 250),
    S.EXPIRED: (268, 250),
    S.WITHDRAWN: (436, 250),
    S.ENDED: (604, 250),
    S.SCHEDULED: (772, 250),
    S.PROCESSING: (872, 360),
    S.UNKNOWN: (872, 450),
    S.FAILED: (700, 550),
    S.SUCCEEDED: (872, 550),
}
"""Where the middle of each box is."""
_BORDER: Final = (20, 62, 960, 154)
"""The box around the states that wait for people: left, top, right, bottom."""
_PATHS: Final[Mapping[Move, str]] = {
    (S.SCHEDULED, S.PROCESSING): "M 815 273 L 845 333",
    (S.SCHEDULED, S.WITHDRAWN): "M 740 273 Q 590 330 450 277",
    (S.SCHEDULED, S.FAILED): "M 745 273 L 706 523",
    (S.PROCESSING, S.FAILED): "M 815 383 L 722 523",
    (S.PROCESSING, S.SUCCEEDED): "M 947 365 Q 985 455 949 540",
    (S.UNKNOWN, S.FAILED): "M 815 473 L 748 523",
}
"""Arrows that do not simply go from one box to the next."""
_STYLE: Final = (
    "text{font-family:sans-serif;font-size:13px;text-anchor:middle;fill:#1c2733}.small{font-size:11px;fill:#5a6875}"
    "rect{fill:#fff;stroke:#44576b;stroke-width:1.2}.end{fill:#eef1f4}.good{fill:#e3f3e6}.people{fill:#f4f8fd}"
    "path{fill:none;stroke:#44576b;stroke-width:1.3;marker-end:url(#tip)}"
)

_TIP: Final = (
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
    '<path d="M 0 0 L 8 4 L 0 8 z" style="fill:#44576b;stroke:none;marker-end:none"/></marker></defs>'
)


def figure(language: Language) -> str:
    """The moves as a picture; those that all waiting states share begin at the box around them."""
    shared = {after for after in STATES if all((before, after) in moves() for before in PEOPLE)}
    size = f'width="{_WIDTH}" height="{_HEIGHT}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {_WIDTH} {_HEIGHT}">',
        f"<style>{_STYLE}</style>",
        _TIP,
        f'<rect {size} style="stroke:none"/>',
        *_border(language),
        *_entry(),
        *(_shared_arrow(after) for after in STATES if after in shared),
        *_arrows(shared),
        *(line for state in _PLACES for line in _box(state, language)),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


def _border(language: Language) -> Iterator[str]:
    left, top, right, bottom = _BORDER
    yield f'<rect class="people" x="{left}" y="{top}" width="{right - left}" height="{bottom - top}" rx="10"/>'
    words = pick(
        language,
        "with the enterprise: from left to right, without what the plan does not ask",
        "企业处理中：依次办理，计划没有的步骤跳过",
    )
    yield f'<text class="small" x="{(left + right) // 2}" y="{top + 19}">{words}</text>'
    x, y = _PLACES[S.PROCESSING]
    yield f'<text class="small" x="{x + 44}" y="{y - 32}">{pick(language, "with the bank", "银行处理中")}</text>'


def _entry() -> Iterator[str]:
    yield '<circle cx="110" cy="22" r="8" style="fill:#1c2733"/>'
    yield '<path d="M 110 30 L 110 60"/>'


def _shared_arrow(after: S) -> str:
    """From the border straight down to a state."""
    x, y = _PLACES[after]
    return _path("waiting", after, f"M {x} {_BORDER[3]} L {x} {y - _BOX[1] // 2 - 2}")


def _arrows(shared: set[S]) -> Iterator[str]:
    """The other moves; among waiting states only from one to the next, since any later one may come instead."""
    order = [state for state in STATES if state in PEOPLE]
    for before, after in sorted(moves()):
        if before in PEOPLE and after in PEOPLE:
            assert order.index(before) < order.index(after)
            if order.index(after) - order.index(before) == 1:
                yield _path(before, after, _straight(before, after))
        elif before not in PEOPLE or after not in shared:
            yield _path(before, after, _PATHS.get((before, after)) or _straight(before, after))


def _path(before: str, after: str, drawn: str) -> str:
    return f'<path id="{before}--{after}" d="{drawn}"/>'


def _straight(before: S, after: S) -> str:
    """From the side of one box to that of one beside, above or below it."""
    (x, y), (to_x, to_y) = _PLACES[before], _PLACES[after]
    width, height = _BOX[0] // 2, _BOX[1] // 2
    if y == to_y:
        side = 1 if to_x > x else -1
        return f"M {x + side * width} {y} L {to_x - side * (width + 2)} {to_y}"
    assert x == to_x, f"no straight way from {before} to {after}"
    side = 1 if to_y > y else -1
    return f"M {x} {y + side * height} L {to_x} {to_y - side * (height + 2)}"


def _box(state: S, language: Language) -> Iterator[str]:
    x, y = _PLACES[state]
    width, height = _BOX
    kind = "good" if state is S.SUCCEEDED else "end" if told_final(state) else "open"
    yield f'<rect class="{kind}" x="{x - width // 2}" y="{y - height // 2}" width="{width}" height="{height}" rx="6"/>'
    if language == "zh":
        yield f'<text x="{x}" y="{y - 3}">{STATES[state].zh}</text>'
        yield f'<text class="small" x="{x}" y="{y + 14}">{state}</text>'
    else:
        yield f'<text x="{x}" y="{y + 5}">{state}</text>'
