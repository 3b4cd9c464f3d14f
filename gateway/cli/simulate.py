"""The command `yinqi simulate`: the clearing side, and what is had done there by hand."""

import argparse
import re
import sys
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gateway.cli import CommandError
from gateway.cli.shared import unusable
from gateway.settings import SettingsError
from protocol import examples
from protocol.money import parse_amount
from protocol.names import bank_code_valid, printable

if TYPE_CHECKING:
    from core_adapter.clearing.book import Book
    from core_adapter.clearing.values import Action
    from gateway.settings.clearing_simulator import ClearingFile

SETTINGS_FILE: Final = "clearing.toml"
NOT_SOUND: Final = 1
SYSTEMS: Final = ("IBPS", "BEPS", "HVPS")
UNLIMITED: Final = "unlimited"
_ACCOUNT: Final = re.compile(r"(?=.{1,32}$)[0-9A-Za-z]+(-[0-9A-Za-z]+)*")
_TEXT_CHARS_MAX: Final = 120


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    commands = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    _command(commands, "clearing", "run the clearing centre and all other banks in the foreground")
    pay = _command(commands, "pay", "have another bank pay an account of this one")
    pay.add_argument("--to", required=True, metavar="ACCOUNT", type=_account, help="the payee's account")
    pay.add_argument("--name", required=True, type=_text, help="the payee's name")
    pay.add_argument("--amount", required=True, type=_amount, metavar="YUAN", help="such as 12.34")
    pay.add_argument("--system", choices=SYSTEMS, default="IBPS", help="which system carries it (default IBPS)")
    pay.add_argument("--bank", type=_bank, default=examples.FOREIGN_BANK_CODE, help="the code of the payer's bank")
    pay.add_argument("--payer-account", type=_account, metavar="ACCOUNT", help="the payer's account")
    pay.add_argument("--payer-name", type=_text, metavar="NAME", help="the payer's name")
    pay.add_argument("--purpose", type=_text, metavar="TEXT", help="what it is for")
    state = _command(commands, "state", "put a system into a state, open being as its hours have it")
    state.add_argument("state", choices=("open", "maintenance", "closed"))
    state.add_argument("--system", choices=SYSTEMS, required=True)
    roll = _command(commands, "roll", "end the day now, whatever the clock says")
    roll.add_argument("--system", choices=SYSTEMS, help="of this system (default: of every one)")
    funds = _command(commands, "funds", "set what stands on the bank's settlement account, for HVPS")
    funds.add_argument("amount", type=_funds, metavar="YUAN", help=f"such as 1000.00, or {UNLIMITED}")
    day = _command(commands, "day-file", "write the file of a day: every credit sent and received, and totals")
    day.add_argument("--date", type=date.fromisoformat, metavar="YYYY-MM-DD", help="default: the one it is now")
    day.add_argument("out", metavar="OUT", help="the file to write, - for standard output")
    _command(commands, "check", "verify the centre's book, and say so in one line")


def run(options: argparse.Namespace) -> int:
    """Do it; 1 when a book is not sound."""
    from gateway.settings.clearing_simulator import read_clearing  # noqa: PLC0415  as below

    try:
        file = read_clearing(options.config)
    except SettingsError as error:
        raise unusable(error) from error
    match options.what:
        case "clearing":
            return _serve(file)
        case "day-file":
            return _write_day(file, options)
        case "check":
            return _check(file)
        case _:
            return _order(file, options)


def _serve(file: "ClearingFile") -> int:
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415  what serves is slow to load, and settings come first
    from twisted.internet.error import CannotListenError  # noqa: PLC0415  as above

    from core_adapter.clearing.book import BookRefused  # noqa: PLC0415  as above
    from gateway.simulator import serve  # noqa: PLC0415  as above
    from signer.keys import KeyRefused  # noqa: PLC0415  as above

    try:
        return serve(file)
    except (BookRefused, CannotListenError, KeyRefused, OSError) as error:
        raise CommandError(str(error)) from error
    except DBAPIError as error:
        raise CommandError(f"the book cannot be used: {error.orig}") from error


def _order(file: "ClearingFile", options: argparse.Namespace) -> int:
    from gateway.simulator import now  # noqa: PLC0415  as above

    actions = _actions(options, now())
    with closing(_book(file)) as book:
        book.order(actions)
    print("ordered: done by the simulator as soon as it runs")
    return 0


def _actions(options: argparse.Namespace, now: int) -> "Sequence[Action]":
    from core_adapter.channels.messages import System, SystemState  # noqa: PLC0415  as above
    from core_adapter.clearing import orders  # noqa: PLC0415  as above

    match options.what:
        case "pay":
            named = ("payer_account", "payer_name", "purpose")
            given = {name: value for name in named if (value := getattr(options, name)) is not None}
            incoming = orders.Incoming(
                system=System(options.system),
                account=options.to,
                name=options.name,
                amount=options.amount,
                bank=options.bank,
                **given,
            )
            return [orders.pay(now, incoming)]
        case "state":
            return [orders.state(now, System(options.system), SystemState(options.state))]
        case "funds":
            return [orders.funds(now, options.amount)]
        case _:
            systems = SYSTEMS if options.system is None else [options.system]
            return [orders.roll(now, System(each)) for each in systems]


def _write_day(file: "ClearingFile", options: argparse.Namespace) -> int:
    from core_adapter.clearing import day_file  # noqa: PLC0415  as above

    with closing(_book(file)) as book, book.reading() as connection:
        day = options.date or day_file.current_day(connection)
        if options.out == "-":
            day_file.write(connection, day, sys.stdout)
            return 0
        try:
            with Path(options.out).open("w", encoding="utf-8", newline="") as out:
                day_file.write(connection, day, out)
        except OSError as error:
            raise CommandError(str(error)) from error
    print(f"written: {options.out}, of {day}")
    return 0


def _check(file: "ClearingFile") -> int:
    with closing(_book(file)) as book:
        faults = book.check()
    for fault in faults:
        print(fault, file=sys.stderr)
    print(f"clearing: {'NOT SOUND: ' + faults[0] if faults else 'sound'}")
    return NOT_SOUND if faults else 0


def _book(file: "ClearingFile") -> "Book":
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415  as above

    from core_adapter.clearing.book import BookRefused, existing  # noqa: PLC0415  as above
    from gateway.simulator import now  # noqa: PLC0415  as above

    try:
        return existing(file.clearing, now())
    except (BookRefused, OSError) as error:
        raise CommandError(str(error)) from error
    except DBAPIError as error:
        raise CommandError(f"the book cannot be used: {error.orig}") from error


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, text: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=text, description=text)
    parser.add_argument(
        "-c",
        "--config",
        type=Path,
        default=Path(SETTINGS_FILE),
        metavar="FILE",
        help=f"the settings of the simulator (default: {SETTINGS_FILE} here)",
    )
    return parser


def _account(text: str) -> str:
    if _ACCOUNT.fullmatch(text) is None:
        raise argparse.ArgumentTypeError(f"{text!r} is not an account of 1 to 32 digits or letters, hyphens between")
    return text


def _text(text: str) -> str:
    if len(text) > _TEXT_CHARS_MAX or not printable(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a text of 1 to {_TEXT_CHARS_MAX} printable characters")
    return text


def _bank(text: str) -> str:
    if not bank_code_valid(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a bank code of 12 digits with a right check digit")
    return text


def _amount(text: str) -> int:
    try:
        fen = parse_amount(text)
    except ValueError:
        fen = 0
    if fen <= 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not an amount such as 12.34")
    return fen


def _funds(text: str) -> int | None:
    if text == UNLIMITED:
        return None
    try:
        fen = parse_amount(text)
    except ValueError:
        fen = -1
    if fen < 0:
        raise argparse.ArgumentTypeError(f"{text!r} is neither {UNLIMITED} nor an amount such as 1000.00")
    return fen
