"""The words for the cases that bank staff must look at."""

from gateway.cli.admin.words import Things, also


def fill(things: Things) -> None:
    """Add the commands."""
    add = things.thing("cases", "what the gateway would have to guess, and asks bank staff about")
    also(add("show", "the open cases"), "--closed", action="store_true", help="those that were closed")
    closed = add("close", "close a case with evidence")
    also(closed, "number", type=int, metavar="NUMBER")
    also(closed, "--by", required=True, metavar="NAME", help="who closes it")
    also(closed, "--evidence", required=True, metavar="TEXT", help="what proves it: a day file, a letter, a call")
    also(closed, "--outcome", choices=("succeeded", "failed"), help="the final word that the payment waits for")
    told = "when a payment that succeeded was settled, by the channel's own date"
    also(closed, "--settled-on", metavar="DATE", help=told)
