"""Commands on grants, as the bank keeps them."""

from collections.abc import Mapping, Sequence
from typing import Final

from gateway.administration import grants
from gateway.control.commands.command import Answer, Command, listed
from gateway.control.hands import Hands


def _letter(hands: Hands, *, grantor: str, number: str, grantee: str, rights: Sequence[str], letter: str) -> Answer:
    terms = grants.read_terms(grantor, number, grantee, rights)
    hands.write(lambda tx: grants.record_letter(tx, terms, letter))
    return {
        "text": f"account {number} of customer {grantor} granted to {grantee} by letter; on nobody's list until it is "
        f"added there: yinqi admin operator accounts {grantee} OPERATOR --add {number}"
    }


def _withdraw(hands: Hands, *, grantor: str, number: str, grantee: str) -> Answer:
    ended = hands.write(lambda tx: grants.withdraw(tx, grantor, number, grantee))
    return {"text": f"account {number} of customer {grantor} taken back from {grantee}; orders ended with it: {ended}"}


def _list(hands: Hands, *, customer: str | None = None) -> Answer:
    with hands.reading() as tx:
        return listed("grant", grants.list_grants(tx, customer))


COMMANDS: Final[Mapping[str, Command]] = {
    "grant letter": Command(_letter),
    "grant withdraw": Command(_withdraw),
    "grant list": Command(_list, changes=False),
}
"""By their words."""
