"""The one table of services, by their body elements; its entries stand in protocol.entries, by family."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from protocol.binding import tag_of
from protocol.entries import (
    account,
    approval,
    batch,
    book,
    directory,
    enterprise,
    events,
    grant,
    help,  # noqa: A004  the family is called so
    orders,
    recurring,
    transfer,
)
from protocol.service import Kind, Permission, Service

__all__ = ["CATALOGUE", "OFFERED", "Kind", "Permission", "Service"]

_FAMILIES: Final = (
    help,
    account,
    transfer,
    recurring,
    batch,
    orders,
    approval,
    book,
    directory,
    events,
    grant,
    enterprise,
)

CATALOGUE: Final[Mapping[str, Service]] = MappingProxyType(
    {tag_of(row.request): row for family in _FAMILIES for row in family.ENTRIES}
)
"""Every service by its body element, `{namespace}Name`."""

OFFERED: Final = tuple(service for service in CATALOGUE.values() if service.offered)
"""The services that partners are told of, each with an example that is accepted."""
