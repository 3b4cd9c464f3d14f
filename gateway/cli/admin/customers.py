"""The words for customers and their purposes."""

from gateway.cli.admin.words import Things, also, gather, limit_options, yes_or_no


def fill(things: Things) -> None:
    """Add the commands."""
    add = things.thing("customer", "customers")
    add("add", "register a customer", "customer", "name")
    add("suspend", "nobody of the customer can do anything until it is resumed", "customer")
    add("resume", "the customer is normal again", "customer")
    form = add("form", "in which form its instructions are approved", "customer")
    also(form, "form", choices=("reviewer", "mode", "flow"))
    for name, text in (
        ("single-person", "whether one person may complete an instruction alone"),
        ("second-administrator", "whether administration by message takes a second administrator"),
        ("whole-batch", "whether the total of a batch, not each row, decides who approves it"),
        ("advanced", "whether it may grant accounts and be granted them"),
        ("free-payroll", "whether its payroll may leave closed accounts for payees off their lists"),
    ):
        also(add(name, text, "customer"), "value", type=yes_or_no, metavar="yes|no")
    own = add("limits", "its own limits, up to the bank's", "customer", prepare=gather("limits", "transfer", "day"))
    limit_options(own, "the bank's")
    caps = add("caps", "the bank's caps for this customer", "customer", prepare=gather("caps", "transfer", "day"))
    limit_options(caps, "those of the site")
    add("list", "every customer")
    add = things.thing("purpose", "purposes of payments that customers keep")
    for act, text in (("add", "keep a purpose"), ("remove", "keep a purpose no more")):
        kept = add(act, text, "customer", "text")
        also(kept, "--persons", action="store_true", help="for payments to persons, which take no other")
    add("list", "the purposes that a customer keeps", "customer")
