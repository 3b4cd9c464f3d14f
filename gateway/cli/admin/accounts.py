"""The words for accounts and closed transfers."""

import argparse

from gateway.cli.admin.words import Things, also, customer_or_all, fen, gather, limit_options, yes_or_no


def fill(things: Things) -> None:
    """Add the commands."""
    add = things.thing("account", "accounts that customers use")
    attached = add("attach", "let a customer use accounts, which nobody's list has at first", "customer")
    also(attached, "numbers", nargs="+", metavar="NUMBER")
    _abilities(attached, "default: yes", "default: no")
    add("detach", "take the use of an account from a customer", "customer", "number")
    opened = add("opened", "what the bank opens on an account", "customer", "number", prepare=_given)
    _abilities(opened)
    left = add("permissions", "what is switched on of what the bank opened", "customer", "number", prepare=_given)
    _abilities(left)
    limits = add("limits", "limits of an account", "customer", "number", prepare=gather("limits", "transfer", "day"))
    limit_options(limits, "no limit")
    shown = add("display", "how an account is shown to its customer", "customer", "number")
    also(shown, "--alias", metavar="NAME", help="another name for it; an empty one takes it away")
    also(shown, "--priority", type=int, metavar="N", help="9 (shown first) to 0")
    customer_or_all(add("list", "attached accounts"))
    made = add("open", "open an account in the embedded ledger", "number", "name")
    opening = "the opening balance in CNY, such as 1000.00"
    also(made, "--opening", type=fen, default=0, metavar="AMOUNT", help=opening)
    states = "normal, lost, frozen, closed"
    add("status", f"set the status of an account in the embedded ledger: {states}", "number", "status")
    _closed(things)


def _closed(things: Things) -> None:
    add = things.thing("closed", "closed transfers: accounts that pay only those of a list")
    add("on", "the account pays only those of its list", "customer", "number")
    add("off", "the account pays everybody; its list is kept", "customer", "number")
    new = add("add", "put a payee on the list of an account", "customer", "number", "payee", "name")
    gone = add("remove", "take a payee off the list of an account", "customer", "number", "payee")
    for parser in (new, gone):
        also(parser, "--bank", metavar="CODE", help="the 12 digits of the payee's bank (default: this bank)")
    also(add("list", "the lists of a customer, or of one account", "customer"), "number", nargs="?", metavar="NUMBER")


_given = gather("abilities", "pay", "wages")


def _abilities(parser: argparse.ArgumentParser, pay: str = "", wages: str = "") -> None:
    also(parser, "--pay", type=yes_or_no, metavar="yes|no", help=f"payments; {pay}".rstrip("; "))
    also(parser, "--wages", type=yes_or_no, metavar="yes|no", help=f"payroll and reimbursement; {wages}".rstrip("; "))
