"""The words for grants."""

from gateway.cli.admin.words import Things, also, customer_or_all, words


def fill(things: Things) -> None:
    """Add the commands."""
    add = things.thing("grant", "accounts that customers let others use")
    letter = add("letter", "record a grant by a signed letter that the bank holds", "grantor", "number", "grantee")
    also(letter, "--rights", required=True, type=words, metavar="A,B", help="query, and transfer or collect")
    also(letter, "--letter", required=True, metavar="NUMBER", help="by which the letter is filed")
    add("withdraw", "take a grant back for its grantor, accepted or not", "grantor", "number", "grantee")
    customer_or_all(add("list", "grants, ended ones included"))
