"""The command `yinqi admin`: the register of customers, operators, certificates and accounts, and a sandbox's clock.

A running daemon on SQLite does what is asked itself; other processes notice a change of the register within seconds.
"""

import argparse
import base64
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from gateway.cli import CommandError
from gateway.cli.shared import add_site, carry_out

REFUSED: Final = 1
Add = Callable[..., argparse.ArgumentParser]

_SPAN: Final = re.compile(r"(?:(?P<days>\d{1,4})d)?(?:(?P<hours>\d{1,5})h)?(?:(?P<minutes>\d{1,6})m)?", re.ASCII)
_PEM: Final = re.compile(rb"-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of every command below this one."""
    add_site(parser)
    parser.add_argument("--json", action="store_true", help="answer in JSON")
    things = parser.add_subparsers(metavar="WHAT", required=True)
    for thing, text, fill in (
        ("customer", "customers", _customers),
        ("operator", "operators and what they may do", _operators),
        ("certificate", "certificates of operators", _certificates),
        ("account", "accounts that customers use", _accounts),
    ):
        acts = things.add_parser(thing, help=text, description=text).add_subparsers(metavar="ACT", required=True)
        fill(_adder(acts, thing))
    _clock(_adder(things))


def run(options: argparse.Namespace) -> int:
    """Carry out the command."""
    arguments: dict[str, Any] = {name: getattr(options, name) for name in options.arguments}
    prepare = options.prepare
    if prepare is not None:
        arguments = prepare(arguments)
    command = options.command(arguments) if callable(options.command) else options.command
    return carry_out(options, command, arguments)


def _adder(acts: Any, thing: str = "") -> Add:
    def add(act: str, text: str, *names: str, prepare: Callable[..., Any] | None = None) -> argparse.ArgumentParser:
        """A command with positional arguments of these names; more arguments may be added to what it returns."""
        parser: argparse.ArgumentParser = acts.add_parser(act, help=text, description=text)
        add_site(parser, default=argparse.SUPPRESS)
        parser.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="answer in JSON")
        for name in names:
            parser.add_argument(name, metavar=name.upper())
        parser.set_defaults(command=f"{thing} {act}".lstrip(), arguments=list(names), prepare=prepare)
        return parser

    return add


def _also(parser: argparse.ArgumentParser | argparse._MutuallyExclusiveGroup, name: str, **options: Any) -> None:
    """A further argument of a command."""
    parser.add_argument(name, **options)
    parser.get_default("arguments").append(options.get("dest", name.lstrip("-").replace("-", "_")))


def _customers(add: Add) -> None:
    add("add", "register a customer", "customer", "name")
    add("suspend", "nobody of the customer can do anything until it is resumed", "customer")
    add("resume", "the customer is normal again", "customer")
    add("list", "every customer")


def _operators(add: Add) -> None:
    new = add("add", "register an operator; its code is used once and for ever", "customer", "operator", "name")
    _also(new, "--permissions", required=True, type=_words, metavar="A,B", help="query, enter, review, authorize, ...")
    changed = add("permissions", "give an operator exactly these permissions", "customer", "operator")
    _also(changed, "permissions", type=_words, metavar="A,B")
    add("freeze", "the operator can do nothing until it is unfrozen", "customer", "operator")
    add("unfreeze", "the operator is normal again", "customer", "operator")
    add("delete", "delete an operator for ever", "customer", "operator")
    _also(add("list", "operators, deleted ones included"), "customer", nargs="?", metavar="CUSTOMER")


def _certificates(add: Add) -> None:
    new = add(
        "add",
        "register a certificate; without --confirm its fingerprint is shown, to be read back over a second channel",
        "customer",
        "operator",
        prepare=_read_certificate,
    )
    _also(new, "file", type=Path, metavar="FILE", help="one X.509 certificate, PEM or DER")
    _also(new, "--confirm", metavar="FINGERPRINT", help="the SHA-256 fingerprint as the operator read it back")
    _also(new, "--purpose", choices=("sign", "tls"), default="sign", help="what it is used for (default sign)")
    _also(new, "--sm2-id", metavar="ID", help="the signer id of an SM2 key, if not 1234567812345678")
    add("revoke", "revoke a certificate, named by its fingerprint or the beginning of it", "fingerprint")
    _also(add("list", "certificates, revoked ones included"), "customer", nargs="?", metavar="CUSTOMER")


def _accounts(add: Add) -> None:
    _also(add("attach", "let a customer use accounts", "customer"), "numbers", nargs="+", metavar="NUMBER")
    add("detach", "take the use of an account from a customer", "customer", "number")
    _also(add("list", "attached accounts"), "customer", nargs="?", metavar="CUSTOMER")
    opened = add("open", "open an account in the embedded ledger", "number", "name")
    _also(
        opened, "--opening", type=_fen, default=0, metavar="AMOUNT", help="the opening balance in CNY, such as 1000.00"
    )
    add(
        "status",
        "set the status of an account in the embedded ledger: normal, lost, frozen, closed",
        "number",
        "status",
    )


def _clock(add: Add) -> None:
    shown = add(
        "clock",
        "show the business clock of a sandbox, or move it: forward, or back to the real clock",
        prepare=_given,
    )
    shown.set_defaults(command=lambda arguments: "clock move" if arguments else "clock")
    ways = shown.add_mutually_exclusive_group()
    _also(ways, "--to", type=_moment, metavar="TIME", help="such as 2026-12-01T09:30, on the clock in Shanghai")
    _also(ways, "--by", dest="by_ms", type=_span, metavar="SPAN", help="such as 2h, 30m or 1d12h")
    _also(ways, "--reset", action="store_true", help="back to the real clock, while nothing bears a later date")


def _given(arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments that were given; a span of nothing is one."""
    return {name: value for name, value in arguments.items() if value is not None and value is not False}


def _moment(text: str) -> str:
    """A moment in ISO 8601 as the command takes it, with its offset; without one it is Shanghai's."""
    from gateway.domain.calendar import SHANGHAI  # noqa: PLC0415  as above

    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is no date and time such as 2026-12-01T09:30") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)).isoformat()


def _span(text: str) -> int:
    """A span such as 1d12h in milliseconds."""
    found = _SPAN.fullmatch(text)
    if found is None or not text:
        raise argparse.ArgumentTypeError(f"{text!r} is no span such as 2h, 30m or 1d12h")
    span = timedelta(**{unit: int(count) for unit, count in found.groupdict(default="0").items()})
    return span // timedelta(milliseconds=1)


def _words(text: str) -> list[str]:
    return [word for word in text.replace(",", " ").split() if word]


def _fen(text: str) -> int:
    from protocol.money import parse_amount  # noqa: PLC0415  only this argument needs it

    return parse_amount(text)


def _read_certificate(arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments with the certificate's content for its file; without confirmation only what is in it is told."""
    path: Path = arguments.pop("file")
    try:
        der = _der(path.read_bytes())
    except (OSError, ValueError) as error:
        raise CommandError(f"{path}: {error}") from error
    if arguments["confirm"] is None:
        raise CommandError(_unconfirmed(arguments, der), REFUSED)
    return arguments | {"der": der.hex()}


def _der(content: bytes) -> bytes:
    blocks = _PEM.findall(content)
    if len(blocks) > 1:
        raise ValueError(f"holds {len(blocks)} certificates; each is registered by itself")
    return base64.b64decode(blocks[0]) if blocks else content


def _unconfirmed(arguments: dict[str, Any], der: bytes) -> str:
    from gateway.administration.certificates import examined, readable  # noqa: PLC0415  as above
    from gateway.administration.change import AdminError  # noqa: PLC0415  as above

    customer, operator = arguments["customer"], arguments["operator"]
    try:
        entry = examined(customer, operator, der, sm2_id=arguments["sm2_id"])
    except AdminError as error:
        return str(error)
    fingerprint = readable(entry.fingerprint.hex())
    return (
        f"not registered yet: a certificate of {entry.algorithm}, valid until {entry.not_after:%Y-%m-%d}.\n"
        f"Have operator {operator} of customer {customer} read its SHA-256 fingerprint to you over a second channel:\n"
        f"  {fingerprint}\n"
        "If it is the same, give the command again with --confirm and what you heard."
    )
