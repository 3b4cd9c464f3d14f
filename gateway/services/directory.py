"""The bank directory (联行号查询, R4.21): by code, which checks itself, by part of a name, by region."""

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Connection

from gateway.domain import entitlement
from gateway.domain.banks import PayeeBank
from gateway.domain.calendar import instant
from gateway.domain.command import Command, Decision, Read, Refuse, Reply
from gateway.domain.facts import Facts, Moment
from gateway.domain.slips import slips
from gateway.journal.banks import loading, read_banks
from gateway.journal.book import searched
from gateway.services.cursor import Paging, paging
from gateway.services.service import Bank, Functions, done, place, refuse
from protocol.codes import Code
from protocol.messages.directory import BankCodeCheck, BankItem, QueryBankCode, QueryBankCodeReply
from protocol.names import bank_code_valid


def _decide(command: Command, facts: Facts, _moment: Moment, bank: Bank) -> Decision:
    body: QueryBankCode = command.body
    question = ("QueryBankCode", body.bank_code, body.name, body.region)
    asked = paging(question, (int,), cursor=body.cursor, size=body.page_size, place=place("QueryBankCode"))
    if faults := [*entitlement.faults(command, facts), *asked.faults]:
        return refuse(faults)

    def read(tx: Connection) -> Reply | Refuse:
        loaded_ms = loading(tx).loaded_ms
        if loaded_ms is None:
            return Refuse(Code.DIRECTORY_EMPTY)
        check, similar = (None, None) if body.bank_code is None else _checked(tx, body.bank_code)
        page, next_cursor = asked.page(_found(tx, body, asked, bank), lambda found: (int(found.code),))
        return done(
            QueryBankCodeReply(
                check=check,
                similar=None if similar is None else _item(similar),
                bank=tuple(map(_item, page)),
                next_cursor=next_cursor,
                loaded_at=instant(loaded_ms),
            )
        )

    return Read(read)


def _found(tx: Connection, body: QueryBankCode, asked: Paging, bank: Bank) -> Sequence[PayeeBank]:
    """The offices that fit what is asked, one more than the page holds."""
    if body.bank_code is not None:
        listed = read_banks(tx, [body.bank_code]).values()
        return [each for each in listed if _fits(each, body) and asked.after is None]
    after = None if asked.after is None else int(asked.after[0])
    return bank.directory.find(tx, part=body.name, region=body.region, after=after, limit=asked.limit)


def _fits(found: PayeeBank, body: QueryBankCode) -> bool:
    named = body.name is None or searched(body.name) in searched(found.name)
    return named and body.region in (None, found.region)


def _checked(tx: Connection, code: str) -> tuple[BankCodeCheck, PayeeBank | None]:
    """What is to be said of a code; for a wrong one the office that alone can have been meant, if there is one."""
    if bank_code_valid(code):
        return BankCodeCheck.LISTED if read_banks(tx, [code]) else BankCodeCheck.UNLISTED, None
    meant = list(read_banks(tx, slips(code)).values())
    return BankCodeCheck.WRONG_CHECK_DIGIT, meant[0] if len(meant) == 1 else None


def _item(found: PayeeBank) -> BankItem:
    return BankItem(
        bank_code=found.code,
        name=found.name,
        region=found.region,
        clearing_bank_code=found.ibps,
        beps=found.beps,
        hvps=found.hvps,
    )


FUNCTIONS: Final[Mapping[str, Functions]] = {"QueryBankCode": Functions(decide=_decide, needs_core=False)}
"""By the name of the service."""
