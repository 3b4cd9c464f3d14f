"""The checks that need the databases, each with its verdict in one line."""

from pathlib import Path
from typing import Any

from gateway.control.hands import Hands
from gateway.day_file import compare
from gateway.journal.audit import audit
from gateway.journal.seals import SEALS_FILE, SealsDamaged, SealsFile
from gateway.journal.taken import count_again
from gateway.reconcile import reconcile
from gateway.settings import ReplyKey
from protocol.money import format_amount
from signer.certificates import fingerprint, from_pem
from signer.keys import SM2_ID_DEFAULT, VerifyingKey
from signer.software import verifying_key


def check_ledger(hands: Hands) -> dict[str, Any]:
    """The journal against the core's book; `sound`, `faults` and the counts are for programs."""
    found = reconcile(hands)
    agree = (
        f"each of {_count(found.succeeded, 'transfer')} that succeeded ({format_amount(found.amount)} CNY) is in the "
        f"book once; {found.failed} failed, {found.open} open; {_count(found.moves, 'move')} in the book"
    )
    return _verdict("ledger", found.faults, found.more, agree) | {
        "transfers": found.succeeded,
        "amount": format_amount(found.amount),
        "open": found.open,
        "moves": found.moves,
    }


def check_clearing(hands: Hands, *, day_file: str) -> dict[str, Any]:
    """The journal against the clearing centre's file of a day; raises AdminError for a file that cannot be read."""
    with hands.reading() as tx:
        found = compare(tx, Path(day_file), bank=hands.settings.site.bank_code)
    agree = (
        f"{found.day}, which {'has ended' if found.ended else 'is still open'}: {_count(found.sent, 'credit')} sent "
        f"({format_amount(found.sent_amount)} CNY) and {found.received} received "
        f"({format_amount(found.received_amount)} CNY) are in both books alike"
    )
    return _verdict("clearing", found.faults, found.more, agree) | {
        "day": str(found.day),
        "ended": found.ended,
        "sent": found.sent,
        "sent_amount": format_amount(found.sent_amount),
        "received": found.received,
        "received_amount": format_amount(found.received_amount),
    }


def check_limits(hands: Hands) -> dict[str, Any]:
    """The counters of limits against the orders, counted again."""
    with hands.reading() as tx:
        found = count_again(tx)
    agree = f"{_count(found.counters, 'counter')} as the orders take, counted again"
    return _verdict("limits", found.faults, found.more, agree) | {"counters": found.counters}


def check_audit(hands: Hands, *, seals: str | None = None) -> dict[str, Any]:
    """The message log against its chains and seals; `seals` names a copy of the file of seals kept elsewhere."""
    file = SealsFile(Path(seals) if seals else hands.settings.folder / SEALS_FILE)
    try:
        last = file.last()
    except SealsDamaged as error:
        return _verdict("audit", [str(error)], 0, "")
    with hands.reading() as tx:
        found = audit(tx, bundle_keys(hands.settings.reply), file, last)
    agree = (
        f"{_count(found.rows, 'row')} in {_count(found.chains, 'chain')} under {_count(found.seals, 'seal')}, "
        f"{found.unsealed} not sealed yet"
    )
    return _verdict("audit", found.faults, found.more, agree) | {
        "messages": found.rows,
        "chains": found.chains,
        "seals": found.seals,
        "unsealed": found.unsealed,
    }


def bundle_keys(reply: ReplyKey) -> dict[str, VerifyingKey]:
    """The keys of all reply certificates ever used, by fingerprint in hexadecimal; raises KeyRefused and OSError."""
    sm2_id = reply.sm2_id or SM2_ID_DEFAULT
    ders = from_pem(reply.certificate.read_bytes())
    return {fingerprint(der).hex(): verifying_key(der, sm2_id) for der in ders}


def _verdict(what: str, faults: list[str], more: int, agree: str) -> dict[str, Any]:
    count = len(faults) + more
    if count:
        agree = f"{_count(count, 'fault')}, the first: {faults[0]}"
    text = f"{what}: {'NOT SOUND' if count else 'sound'}: {agree}"
    told = [*faults, f"and {more} more"] if more else faults
    return {"text": text, "sound": count == 0, "faults": told}


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
