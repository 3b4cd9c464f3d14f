"""The clearing centre that this bank takes part in, and how it is waited for: the table [clearing]."""

from dataclasses import dataclass
from pathlib import Path

from gateway.settings.table import Address, Table
from protocol.names import bank_code_valid


@dataclass(frozen=True, slots=True)
class ClearingSettings:
    """Where the centre is, its 12-digit code and certificate, and the key that our messages are signed with.

    After `answer_seconds` without an answer the centre is asked, then again after pauses that grow up to
    `pause_seconds_max`; a payment of which nothing final is known after `case_minutes` becomes a case. `simulator` is
    the settings file of a simulator that `yinqi serve` runs beside itself, for trials.
    """

    address: Address
    centre: str
    key: Path
    certificate: Path
    centre_certificate: Path
    answer_seconds: float
    pause_seconds_max: float
    case_minutes: float
    simulator: Path | None


def read_clearing(table: Table) -> ClearingSettings | None:
    """Read [clearing]; None where the site is not connected to any centre."""
    if "address" not in table:
        table.end()
        return None
    centre = table.text("centre", pattern=r"[0-9]{12}", allowed="12 digits")
    if centre and not bank_code_valid(centre):
        table.fault("centre", f"{centre} has a wrong check digit")
    settings = ClearingSettings(
        address=table.address("address", "127.0.0.1:8603"),
        centre=centre,
        key=table.private_file("key"),
        certificate=table.file("certificate"),
        centre_certificate=table.file("centre_certificate"),
        answer_seconds=table.number("answer_seconds", 5.0, 0.1, 3600.0),
        pause_seconds_max=table.number("pause_seconds_max", 300.0, 0.1, 86_400.0),
        case_minutes=table.number("case_minutes", 60.0, 0.01, 100_000.0),
        simulator=table.file("simulator") if "simulator" in table else None,
    )
    table.end()
    return settings
