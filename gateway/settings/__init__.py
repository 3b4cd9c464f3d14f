"""The settings of one site: one TOML file read into one frozen value, with every fault of the file told at once.

Paths are relative to the file's folder. Secrets (passwords, PINs, private keys) are named by file, never written in the
settings themselves, and never shown by `repr`. Knows no reactor, no database and no key material beyond a PIN's text.
A module for each subject; whoever uses settings takes them from here.
"""

from gateway.settings.batch import BatchSettings
from gateway.settings.doors import Door, Limits, Operations, Tls
from gateway.settings.file import Settings, SettingsError, read
from gateway.settings.push import Push
from gateway.settings.reply import Pkcs11, ReplyKey
from gateway.settings.schedule import CalendarSettings
from gateway.settings.site import CoreSettings, Site
from gateway.settings.table import Address, Source, Table
from gateway.settings.work import Log, Work

__all__ = [
    "Address",
    "BatchSettings",
    "CalendarSettings",
    "CoreSettings",
    "Door",
    "Limits",
    "Log",
    "Operations",
    "Pkcs11",
    "Push",
    "ReplyKey",
    "Settings",
    "SettingsError",
    "Site",
    "Source",
    "Table",
    "Tls",
    "Work",
    "read",
]
