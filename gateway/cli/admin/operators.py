"""The words for operators."""

import argparse
from typing import Any

from gateway.cli.admin.words import Things, also, customer_or_all, gather, limit_options, words


def fill(things: Things) -> None:
    """Add the commands."""
    add = things.thing("operator", "operators and what they may do")
    new = add("add", "register an operator; its code is used once and for ever", "customer", "operator", "name")
    also(new, "--permissions", required=True, type=words, metavar="A,B", help="query, enter, review, authorize, ...")
    also(new, "--services", type=words, metavar="A,B", help="the services it may use (default: every one)")
    _level(new)
    also(new, "--role", choices=("operator", "deputy", "supervisor"), help="default: operator")
    _manager(new)
    changed = add("permissions", "give an operator exactly these permissions", "customer", "operator")
    also(changed, "permissions", type=words, metavar="A,B")
    _level(changed)
    placed = add("role", "where an operator stands in its company", "customer", "operator")
    also(placed, "role", choices=("operator", "deputy", "supervisor"))
    _manager(placed)
    listed = add("accounts", "the accounts that an operator sees and uses", "customer", "operator")
    also(listed, "--add", nargs="+", metavar="NUMBER")
    also(listed, "--remove", nargs="+", metavar="NUMBER")
    served = add("services", "give an operator exactly these services", "customer", "operator")
    also(served, "services", type=words, metavar="A,B|*", help="names of the catalogue, or * for every one")
    limits = add("limits", "limits of an operator", "customer", "operator", prepare=gather("limits", "transfer", "day"))
    limit_options(limits, "no limit")
    add("freeze", "the operator can do nothing until it is unfrozen", "customer", "operator")
    add("unfreeze", "the operator is normal again", "customer", "operator")
    add("delete", "delete an operator for ever", "customer", "operator")
    customer_or_all(add("list", "operators, deleted ones included"))


def _level(parser: argparse.ArgumentParser) -> None:
    also(parser, "--level", type=int, metavar="N", help="the level at which it authorizes, 1 to 9")


def _manager(parser: Any) -> None:
    also(parser, "--manager", metavar="DEPUTY", help="the deputy who manages it (default: the supervisor)")
