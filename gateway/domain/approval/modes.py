"""Whether a mode may be made and bound (R2.2 to R2.4, R2.8, R2.17, O38): every fault at once, by its band.

A Detail has its place within the mode: its band by number, 1 the first.
"""

from collections.abc import Iterator, Mapping

from gateway.domain.approval.filling import gap, present
from gateway.domain.approval.making import band_steps, without_amount
from gateway.domain.approval.names import step_name
from gateway.domain.approval.services import needs_amounts, service_called
from gateway.domain.customer import Band, Mode, Person
from protocol.codes import Code
from protocol.errors import Detail, shown
from protocol.limits import BAND_AUTHORIZERS_MAX, BAND_STEPS_MAX, LEVEL_MAX, MODE_BANDS_MAX
from protocol.money import FEN_MAX, format_amount


def mode_faults(mode: Mode, people: Mapping[str, Person]) -> list[Detail]:
    """Why the customer whose people these are cannot make the mode; a mode arrives whole and is valid as a whole.

    Whether one person may complete it depends on the customer and the bank, and is asked at entry (R2.11, O41).
    """
    if not mode.bands:
        return [Detail(Code.MODE_EMPTY, None, mode.mode_id, "请至少给出一个金额段", "give at least one band")]
    found = [*_sizes(mode), *_bounds(mode)]
    return found or list(_unfillable(mode, people))


def binding_faults(mode: Mode, service: str) -> list[Detail]:
    """Why the mode cannot be bound to the service of that name (R2.8)."""
    row = service_called(service)
    if row is None:
        return [Detail(Code.SERVICE_UNKNOWN, None, shown(service), "没有这项业务", "there is no such service")]
    if not row.takes_mode:
        return [
            Detail(
                Code.SERVICE_TAKES_NO_MODE,
                None,
                service,
                f"业务{service}不使用授权模式",
                f"service {service} takes no authorization mode",
            )
        ]
    if not mode.with_amount and needs_amounts(service):
        return [without_amount(mode, service)]
    return []


def _sizes(mode: Mode) -> Iterator[Detail]:
    if len(mode.bands) > MODE_BANDS_MAX:
        yield Detail(
            Code.MODE_TOO_LARGE,
            None,
            str(len(mode.bands)),
            f"金额段至多{MODE_BANDS_MAX}个",
            f"at most {MODE_BANDS_MAX} bands",
        )
    for number, band in enumerate(mode.bands, start=1):
        yield from _sizes_of(band, number)


def _sizes_of(band: Band, number: int) -> Iterator[Detail]:
    if len(band.authorizers) > BAND_STEPS_MAX:
        yield _fault(
            Code.MODE_TOO_LARGE,
            number,
            str(len(band.authorizers)),
            (f"授权步骤至多{BAND_STEPS_MAX}个", f"at most {BAND_STEPS_MAX} authorizing steps"),
        )
    for wanted in band.authorizers:
        if not 1 <= wanted.level <= LEVEL_MAX:
            words = (f"授权级别为1至{LEVEL_MAX}", f"levels are 1 to {LEVEL_MAX}")
            yield _fault(Code.BAND_LEVEL, number, str(wanted.level), words)
        if not 1 <= wanted.count <= BAND_AUTHORIZERS_MAX:
            words = (f"授权人数为1至{BAND_AUTHORIZERS_MAX}", f"1 to {BAND_AUTHORIZERS_MAX} authorizers")
            yield _fault(Code.BAND_COUNT, number, str(wanted.count), words)


def _bounds(mode: Mode) -> Iterator[Detail]:
    """The bands one after the other: in order, without overlap or gap, the last without end (O38)."""
    last = len(mode.bands)
    if not mode.with_amount:
        if last > 1 or mode.bands[0].up_to is not None or mode.bands[0].above:
            yield Detail(
                Code.BANDS_WITHOUT_AMOUNT,
                None,
                mode.mode_id,
                "无金额的模式只有一段，不设上下限",
                "a mode without amounts has one band, without bounds",
            )
        return
    before: int | None = 0
    for number, band in enumerate(mode.bands, start=1):
        yield from _start(band, number, before)
        if band.up_to is not None and not 0 < band.up_to <= FEN_MAX:
            words = (
                "上限须大于零且不超过金额上限",
                "its end is above zero and no larger than an amount may be",
            )
            yield _fault(Code.BAND_AMOUNT, number, _yuan(band.up_to), words)
        elif band.up_to is not None and number == last:
            words = ("最后一段不得设上限", "the last band has no upper bound")
            yield _fault(Code.BANDS_NOT_OPEN, number, _yuan(band.up_to), words)
        before = band.up_to


def _start(band: Band, number: int, before: int | None) -> Iterator[Detail]:
    """Where a band begins, beside `before`, the end of the one before it: 0 for the first, None for no end."""
    if before is None:
        words = ("前一段没有上限，已包含本段", "the band before has no upper bound, so it holds this one too")
        yield _fault(Code.BANDS_OVERLAP, number, _yuan(band.up_to), words)
        return
    if band.above is not None and band.above < before:
        words = (f"起点低于前一段的上限{_yuan(before)}", f"it begins below the end of the band before, {_yuan(before)}")
        yield _fault(Code.BANDS_OVERLAP, number, _yuan(band.above), words)
    if band.above is not None and band.above > before:
        words = (f"起点高于前一段的上限{_yuan(before)}", f"it begins above the end of the band before, {_yuan(before)}")
        yield _fault(Code.BANDS_GAP, number, _yuan(band.above), words)
    if band.up_to is not None and number > 1 and band.up_to <= before:
        words = (
            f"上限须高于前一段的上限{_yuan(before)}",
            f"its end must be above that before it, {_yuan(before)}",
        )
        yield _fault(Code.BANDS_UNORDERED, number, _yuan(band.up_to), words)


def _unfillable(mode: Mode, people: Mapping[str, Person]) -> Iterator[Detail]:
    """Each band that different people cannot complete from its entry on, whatever their lists (R2.4, O41)."""
    workers = present(people)
    for number, band in enumerate(mode.bands, start=1):
        found = gap(band_steps(mode, band), workers, with_entry=True)
        if found is not None:
            zh, en = step_name(found.step)
            words = (
                f"{zh}步骤没有足够的、与其他角色不同的人员",
                f"too few people for the step {en} who have no other role",
            )
            yield _fault(Code.MODE_UNFILLABLE, number, mode.mode_id, words)


def _fault(code: Code, number: int, value: str, words: tuple[str, str]) -> Detail:
    zh, en = words
    return Detail(code, f"Band[{number}]", shown(value), f"第{number}段：{zh}", f"band {number}: {en}")


def _yuan(fen: int | None) -> str:
    return "-" if fen is None else format_amount(max(-FEN_MAX, min(fen, FEN_MAX)))
