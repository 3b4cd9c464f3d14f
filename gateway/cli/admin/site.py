"""The words for the site as a whole."""

from gateway.cli.admin.words import Things, also, fen, gather


def fill(things: Things) -> None:
    """Add the commands."""
    add = things.thing("caps", "the bank's caps where nothing else is said of a customer")
    add("show", "the caps")
    caps = add("set", "set caps", prepare=gather("caps_given", "transfer", "day", "payroll"))
    for name, what in (
        ("--transfer", "a customer's limit per transaction"),
        ("--day", "a customer's limit per day"),
        ("--payroll", "the total of a payroll batch"),
    ):
        also(caps, name, type=fen, metavar="AMOUNT", help=f"how high {what} may go, such as 1000000.00")
