"""The settings file as a whole: read once into one value, with every fault of it told at once."""

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.domain.hours import ScheduleRules
from gateway.domain.terms import RoutingRules
from gateway.settings.batch import BatchSettings, read_batch
from gateway.settings.clearing import ClearingSettings, read_clearing
from gateway.settings.doors import Door, Limits, Operations, read_door, read_limits, read_operations
from gateway.settings.push import Push, read_push
from gateway.settings.reply import ReplyKey, read_reply
from gateway.settings.routing import read_routing
from gateway.settings.schedule import CalendarSettings, read_calendar, read_schedule
from gateway.settings.site import CoreSettings, Site, read_core, read_site
from gateway.settings.table import Address, Source, Table
from gateway.settings.work import Log, Work, read_log, read_work


class SettingsError(Exception):
    """A file of settings cannot be used; `faults` has one line for each thing to put right."""

    def __init__(self, path: Path, faults: tuple[str, ...]) -> None:
        super().__init__(f"{path}: " + "; ".join(faults))
        self.path = path
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that one settings file says, checked; `folder` is where relative paths start."""

    folder: Path
    site: Site
    reply: ReplyKey
    http: Door
    tcp: Door
    operations: Operations
    core: CoreSettings
    limits: Limits
    work: Work
    calendar: CalendarSettings
    schedule: ScheduleRules
    routing: RoutingRules
    batch: BatchSettings
    clearing: ClearingSettings | None
    push: Push
    log: Log


def read(path: Path) -> Settings:
    """Read a settings file; raises SettingsError with every fault of it."""
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(path, (str(error),)) from error
    credentials = os.environ.get("CREDENTIALS_DIRECTORY")
    source = Source(path.absolute().parent, Path(credentials) if credentials else None, [])
    settings = _settings(values, source)
    if source.faults:
        raise SettingsError(path, tuple(source.faults))
    return settings


def _settings(values: dict[str, Any], source: Source) -> Settings:
    top = Table(values, "", source)
    site = read_site(top.table("site"), source.folder)
    settings = Settings(
        folder=source.folder,
        site=site,
        reply=read_reply(top.table("reply")),
        http=read_door(top.table("http"), "127.0.0.1:8600"),
        tcp=read_door(top.table("tcp"), "127.0.0.1:8601"),
        operations=read_operations(top.table("operations")),
        core=read_core(top.table("core"), site, source.folder),
        limits=read_limits(top.table("limits")),
        work=read_work(top.table("work")),
        calendar=read_calendar(top.table("calendar")),
        schedule=read_schedule(top.table("schedule")),
        routing=read_routing(top.table("routing")),
        batch=read_batch(top.table("batch")),
        clearing=read_clearing(top.table("clearing")),
        push=read_push(top.table("push")),
        log=read_log(top.table("log")),
    )
    _check_ports(top, settings)
    top.end()
    return settings


def _check_ports(top: Table, settings: Settings) -> None:
    """No two doors may listen at one place."""
    seen: dict[Address, str] = {}
    for name in ("http", "tcp", "operations"):
        door = getattr(settings, name)
        address = Address(door.host, door.port)
        if address.port and address in seen:
            top.fault(name, f"listens at {address.host}:{address.port}, and so does {seen[address]}")
        seen.setdefault(address, name)
