"""The words for where customers' events are posted to."""

from gateway.cli.admin.words import Things, also, customer_or_all


def fill(things: Things) -> None:
    """Add the commands."""
    add = things.thing("push", "where customers' events are posted to, and what was put aside")
    put = add("set", "post a customer's events to an address, as one of its operators may see them", "customer")
    also(put, "operator", metavar="OPERATOR")
    also(put, "url", metavar="URL")
    also(put, "--from-start", action="store_true", help="from the first event there is, else from now on")
    add("remove", "post a customer's events no more", "customer")
    add("show", "where events are posted to, and how far that has come")
    customer_or_all(add("dead", "events that were put aside, for their receiver did not take them"))
    again = add("replay", "send what was put aside again, before what is new", "customer")
    also(again, "--first", type=int, action="append", metavar="NUMBER", help="a range by its first event; else all")
