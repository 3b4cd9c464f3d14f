"""Which way payments to other banks take, and what they cost: the table [routing]."""

from datetime import date
from typing import Final

from gateway.domain.terms import Fee, RoutingRules, Terms
from gateway.settings.table import Table

_USUAL: Final = Terms()


def read_routing(table: Table) -> RoutingRules:
    """Read [routing] and [[routing.change]]; the manuals' figures stand where nothing is said."""
    terms = _terms(table, _USUAL)
    rules = RoutingRules(terms=terms, changes=_changes(table, terms))
    table.end()
    return rules


def _terms(table: Table, before: Terms) -> Terms:
    """The terms that a table says; what it leaves out stays as it was before."""
    return Terms(
        ibps_max=table.amount("ibps_max", before.ibps_max),
        beps_max=table.amount("beps_max", before.beps_max),
        fees=_fees(table) if "fee" in table else before.fees,
        urgent_fee=table.amount("urgent_fee", before.urgent_fee),
    )


def _fees(table: Table) -> tuple[Fee, ...]:
    """[[routing.fee]]: bands by rising amounts, the last of them for all that is more."""
    bands = table.tables("fee")
    found: list[Fee] = []
    for number, band in enumerate(bands, 1):
        is_last = number == len(bands)
        up_to = band.amount("up_to", 0) if "up_to" in band else None
        if is_last and up_to is not None:
            band.fault("up_to", "is one limit too many: the last band is for all that is more")
        if not is_last and up_to is None:
            band.fault("up_to", "is missing: only the last band goes without")
        if found and up_to is not None and up_to <= (found[-1].up_to or 0):
            band.fault("up_to", "is not more than in the band before")
        found.append(Fee(up_to, band.amount("amount")))
        band.end()
    if not bands:
        table.fault("fee", "has no band: leave it out, or say one")
    return tuple(found)


def _changes(table: Table, terms: Terms) -> tuple[tuple[date, Terms], ...]:
    """[[routing.change]]: what is different from a date on, each beside the one before it in time."""
    changes: list[tuple[date, Terms]] = []
    for since, change in table.dated("change"):
        terms = _terms(change, terms)
        change.end()
        changes.append((since, terms))
    return tuple(changes)
