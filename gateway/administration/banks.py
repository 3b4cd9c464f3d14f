"""The bank directory (联行号) as a file: how it is read and judged, and how it takes the place of the one there was.

A CSV file, UTF-8 or GB18030, with this first line and an office a line:

    code,name,ibps,beps,hvps
    881100000018,云帆银行股份有限公司,881100000018,yes,yes

`ibps` is the code of the office's clearing participant in IBPS, itself in the file, and empty where it takes no part.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Final

from sqlalchemy import Connection

from gateway.administration.change import NAME_CHARS_MAX, AdminError
from gateway.domain.banks import PayeeBank
from gateway.journal import banks as directory
from gateway.journal.banks import REGION, Difference
from protocol.errors import shown
from protocol.names import bank_code_valid, printable

HEAD: Final = ("code", "name", "ibps", "beps", "hvps")
BANKS_MAX: Final = 300_000
"""The offices of all banks of the country are about half as many."""
FILE_BYTES_MAX: Final = 24 * 1024 * 1024
"""Such a file has 300,000 lines of 80 bytes; it also has to fit into one command to a daemon."""
FAULTS_SHOWN: Final = 1_000
"""More faults than this are counted: a file with so many is another file."""
_YES_OR_NO: Final = {"yes": True, "no": False}

Line = tuple[int, list[str]]
"""The number of a line of the file, and its fields."""


def decoded(content: bytes) -> str:
    """The text of a file in UTF-8, with or without a byte order mark, or GB18030; raises AdminError."""
    if len(content) > FILE_BYTES_MAX:
        raise AdminError(f"{len(content)} bytes: a file of a directory has at most {FILE_BYTES_MAX}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("gb18030")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise AdminError(f"line {line}: neither UTF-8 nor GB18030") from error


def read(text: str) -> dict[str, PayeeBank]:
    """The offices of a file by code; raises AdminError with every fault and its line."""
    faults: list[tuple[int, str]] = []
    lines = list(_lines(text, faults))
    if not lines or tuple(lines[0][1]) != HEAD:
        raise AdminError(f"the first line must be {','.join(HEAD)}")
    if len(lines) - 1 > BANKS_MAX:
        raise AdminError(f"{len(lines) - 1} lines: a directory has at most {BANKS_MAX}")
    found: dict[str, PayeeBank] = {}
    seen: dict[str, int] = {}
    for number, fields in lines[1:]:
        wrong = list(_faults(fields))
        if not wrong and (first := seen.setdefault(fields[0], number)) != number:
            wrong.append(f"code {fields[0]} is in line {first} already")
        faults += [(number, fault) for fault in wrong]
        if not wrong:
            found[fields[0]] = _bank(fields)
    faults += _participants(found, seen)
    if faults:
        raise AdminError(_told(sorted(faults)))
    if not found:
        raise AdminError("the file has no bank: a directory is replaced, never emptied")
    return found


def _lines(text: str, faults: list[tuple[int, str]]) -> Iterator[Line]:
    """The lines that hold anything; where the form of CSV is broken, a fault is noted and nothing follows."""
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for fields in rows:
            if fields:
                yield rows.line_num, fields
    except csv.Error as error:
        faults.append((rows.line_num, f"not CSV: {error}"))


def _faults(fields: list[str]) -> Iterator[str]:
    if len(fields) != len(HEAD):
        yield f"has {len(fields)} fields, not {len(HEAD)}"
        return
    code, name, ibps, beps, hvps = fields
    yield from _code_fault("code", code)
    if not printable(name) or len(name) > NAME_CHARS_MAX:
        yield f"name '{shown(name)}': 1 to {NAME_CHARS_MAX} printable characters without a space at either end"
    if ibps:
        yield from _code_fault("ibps", ibps)
    for what, said in (("beps", beps), ("hvps", hvps)):
        if said not in _YES_OR_NO:
            yield f"{what} '{shown(said)}': yes or no"


def _code_fault(what: str, code: str) -> Iterator[str]:
    if not bank_code_valid(code):
        yield f"{what} '{shown(code)}': 12 digits, the last one the check digit of ISO 7064 MOD 11,10"


def _bank(fields: list[str]) -> PayeeBank:
    code, name, ibps, beps, hvps = fields
    return PayeeBank(
        code=code,
        name=name,
        region=code[REGION],
        ibps=ibps or None,
        beps=_YES_OR_NO[beps],
        hvps=_YES_OR_NO[hvps],
    )


def _participants(found: dict[str, PayeeBank], seen: dict[str, int]) -> Iterator[tuple[int, str]]:
    """Clearing participants that are none: not in the file, or cleared by another themselves."""
    for code, bank in found.items():
        if bank.ibps is not None and ((head := found.get(bank.ibps)) is None or head.ibps != head.code):
            why = "is not in the file, or its line is wrong" if head is None else "is not its own clearing participant"
            yield seen[code], f"ibps {bank.ibps} {why}"


def _told(faults: list[tuple[int, str]]) -> str:
    lines = [f"\n  line {number}: {fault}" for number, fault in faults[:FAULTS_SHOWN]]
    if len(faults) > FAULTS_SHOWN:
        lines.append(f"\n  and {len(faults) - FAULTS_SHOWN} more")
    return f"faults: {len(faults)}; nothing was changed" + "".join(lines)


def written(banks: Iterable[PayeeBank]) -> str:
    """The text of a file that holds these offices."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(HEAD)
    for each in banks:
        parts = ("yes" if part else "no" for part in (each.beps, each.hvps))
        writer.writerow((each.code, each.name, each.ibps or "", *parts))
    return file.getvalue()


def replace(tx: Connection, made: Difference) -> None:
    """Make the changes of a new directory; raises AdminError where another was loaded since they were worked out."""
    if not directory.write(tx, made):
        raise AdminError("another directory was loaded meanwhile; nothing was changed: load yours again if newer")


def bank(tx: Connection, code: str) -> PayeeBank:
    """The office with that code; raises AdminError, which tells a wrong check digit from a code that is not there."""
    for fault in _code_fault("code", code):
        raise AdminError(fault)
    found = directory.read_banks(tx, [code]).get(code)
    if found is None:
        count = directory.loading(tx).banks
        raise AdminError(f"code {code} is none of the {count} in the directory, though its check digit is right")
    return found
