"""The settings of a clearing simulator, clearing.toml: read into the plain values that it takes, and files of keys."""

import tomllib
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any, Final

from core_adapter.channels.messages import System
from core_adapter.clearing.settings import CHANNELS, Channel, Clearing, Faults, Span
from gateway.settings.file import SettingsError
from gateway.settings.table import OPTIONAL, Source, Table
from gateway.settings.work import read_log
from protocol.names import bank_code_valid
from signer.keys import SM2_ID_DEFAULT

_USUAL: Final = Faults()
_DAY_SECONDS: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class ClearingFile:
    """What clearing.toml says: the simulator, the files of the centre's key and of both sides' certificates.

    `bank_certificate` is a bundle of all certificates that the bank may sign with. An SM2 key of either side has the
    signer id `centre_sm2_id` or `bank_sm2_id`.
    """

    clearing: Clearing
    key: Path
    certificate: Path
    bank_certificate: Path
    centre_sm2_id: str
    bank_sm2_id: str
    log_level: str


def read_clearing(path: Path) -> ClearingFile:
    """Read a clearing.toml; raises SettingsError with every fault of it."""
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(path, (str(error),)) from error
    source = Source(path.absolute().parent, None, [])
    found = _file(values, source)
    if source.faults:
        raise SettingsError(path, tuple(source.faults))
    return found


def _file(values: dict[str, Any], source: Source) -> ClearingFile:
    top = Table(values, "", source)
    centre, bank, timing = top.table("centre"), top.table("bank"), top.table("timing")
    address = centre.address("listen", "127.0.0.1:8603")
    tables = {system: top.table(system.lower()) for system in CHANNELS}
    gross = tables[System.HVPS]
    funds = gross.amount("funds") if "funds" in gross else None
    channels = {system: _channel(table, system) for system, table in tables.items()}
    clearing = Clearing(
        host=address.host,
        port=address.port,
        book=source.folder / centre.text("book", "clearing.db"),
        centre=_code(centre),
        bank=_code(bank),
        channels=channels,
        faults=_faults(top.table("faults")),
        funds=funds,
        resend_seconds=timing.number("resend_seconds", 5.0, 0.1, 3600.0),
        magic_seconds=timing.number("magic_seconds", 2.0, 0.0, 3600.0),
        return_seconds=timing.number("return_seconds", 0.5, 0.0, 3600.0),
    )
    if clearing.centre and clearing.centre == clearing.bank:
        bank.fault("code", "is the code of the centre, too")
    found = ClearingFile(
        clearing=clearing,
        key=centre.private_file("key"),
        certificate=centre.file("certificate"),
        bank_certificate=bank.file("certificate"),
        centre_sm2_id=centre.text("sm2_id", SM2_ID_DEFAULT),
        bank_sm2_id=bank.text("sm2_id", SM2_ID_DEFAULT),
        log_level=read_log(top.table("log")).level,
    )
    for table in (centre, bank, timing, top):
        table.end()
    return found


def _code(table: Table) -> str:
    code = table.text("code", pattern=r"[0-9]{12}", allowed="a code of 12 digits")
    if code and not bank_code_valid(code):
        table.fault("code", f"{code!r} has a wrong check digit (ISO 7064 MOD 11,10)")
    return code


def _channel(table: Table, system: System) -> Channel:
    """Read [ibps], [beps] or [hvps]."""
    is_gross = system is System.HVPS
    channel = Channel(
        round_seconds=1.0 if is_gross else table.number("round_seconds", 1.0, 0.05, _DAY_SECONDS),
        window_seconds=table.number("window_seconds", 1.0, 0.0, _DAY_SECONDS) if is_gross else 0.0,
        day_end=_clock(table, "day_end") if "day_end" in table else None,
        open=_hours(table),
        maintenance=tuple(_span(each) for each in table.tables("maintenance")),
    )
    table.end()
    return channel


def _hours(table: Table) -> Span | None:
    """Read `opens` and `closes`, which come together or not at all."""
    given = [key for key in ("opens", "closes") if key in table]
    if len(given) == 1:
        table.fault(given[0], "needs the other of opens and closes beside it")
    opens, closes = (_clock(table, key) if key in table else _at_midnight(table, key) for key in ("opens", "closes"))
    return Span(opens, closes) if len(given) == 2 else None


def _span(table: Table) -> Span:
    """Read one of [[….maintenance]]."""
    span = Span(_clock(table, "from"), _clock(table, "to"))
    if span.start == span.end:
        table.fault("to", "is the same as from")
    table.end()
    return span


def _clock(table: Table, key: str) -> time:
    if key not in table:
        table.fault(key, "is missing")
        return time()
    return table.clock(key, time())


def _at_midnight(table: Table, key: str) -> time:
    """Know a key that may be left out."""
    table.text(key, OPTIONAL)
    return time()


def _faults(table: Table) -> Faults:
    """Read [faults]: rates from 0.0 to 1.0, and times."""

    def rate(key: str) -> float:
        return table.number(key, 0.0, 0.0, 1.0)

    def seconds(key: str) -> float:
        return table.number(key, getattr(_USUAL, key), 0.0, _DAY_SECONDS)

    faults = Faults(
        seed=table.integer("seed", _USUAL.seed, 0, 2**63 - 1),
        loss=rate("loss"),
        duplicate=rate("duplicate"),
        reorder=rate("reorder"),
        delay=rate("delay"),
        refusal=rate("refusal"),
        silence=rate("silence"),
        late_return=rate("late_return"),
        queue=rate("queue"),
        reorder_seconds=seconds("reorder_seconds"),
        delay_seconds=seconds("delay_seconds"),
        late_return_seconds=seconds("late_return_seconds"),
        queue_seconds=seconds("queue_seconds"),
    )
    table.end()
    return faults
