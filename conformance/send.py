"""The command `yinqi send`: one message in, its verified reply on standard output, and a status a script can branch on.

0 means accepted, 1 a verified refusal, 2 that nothing was proven: unavailable, unsigned, not verifiable, not sent.
"""

import argparse
import sys
from pathlib import Path
from typing import Final

from conformance.client import PATIENCE, Client, Patience
from conformance.errors import ClientError, UnreachableError, UnsignedReplyError, UnverifiedReplyError
from conformance.reply import VerifiedReply
from conformance.request import SignedRequest
from protocol.codes import Result
from protocol.errors import Detail

STATUS: Final = {Result.ACCEPTED: 0, Result.REFUSED: 1, Result.UNAVAILABLE: 2}
UNPROVEN: Final = 2


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of the command, for the program that offers it."""
    parser.add_argument(
        "file", metavar="FILE", help="a Message, without Signature or signed already; - is standard input"
    )
    parser.add_argument("-c", "--client", required=True, type=Path, metavar="CLIENT.toml", help="who signs; where to")
    parser.add_argument("--tcp", action="store_true", help="send over TCP instead of HTTP")
    parser.add_argument("--encoding", choices=("UTF-8", "GB18030"), help="send in this encoding (default: the file's)")
    parser.add_argument(
        "--request-id", metavar="ID", help="the RequestId, for a retry by hand (default: the file's, or new)"
    )
    parser.add_argument("--timeout", type=float, default=45.0, metavar="SECONDS", help="longest wait for bytes (45)")


def run(options: argparse.Namespace, patience: Patience = PATIENCE) -> int:
    """Sign, send and verify as the options say; the reply goes to standard output, what to know to standard error."""
    try:
        data = _input(options.file)
        client = Client.open(options.client, tcp=options.tcp, timeout_seconds=options.timeout, patience=patience)
        prepared = client.prepare_xml(data, request_id=options.request_id, encoding=options.encoding)
    except (ClientError, OSError) as error:
        _say(f"not sent: {error}")
        return UNPROVEN
    with client:
        return _deliver(client, prepared)


def main(arguments: list[str] | None = None, patience: Patience = PATIENCE) -> int:
    """Run the command on its own."""
    parser = argparse.ArgumentParser(prog="yinqi send", description=__doc__)
    add_options(parser)
    return run(parser.parse_args(arguments), patience)


def _input(name: str) -> bytes:
    return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()


def _deliver(client: Client, prepared: SignedRequest) -> int:
    again = f"to be safe, send it again with --request-id {prepared.request_id}"
    try:
        reply = client.deliver(prepared)
    except UnreachableError as error:
        _say(f"{prepared.request_id}: {error}; whether it was received is not known: {again}")
        return UNPROVEN
    except UnsignedReplyError as error:
        _print(error.data)
        _say(f"{prepared.request_id}: an unsigned Fault, which proves nothing: {error}; {again}")
        return UNPROVEN
    except UnverifiedReplyError as error:
        _say(f"{prepared.request_id}: the reply cannot be verified and is not shown: {error}; {again}")
        return UNPROVEN
    _print(reply.raw)
    _say(_summary(reply))
    return STATUS[reply.outcome.result]


def _summary(reply: VerifiedReply) -> str:
    outcome = reply.outcome
    said = f"{outcome.result} {outcome.code}: {outcome.text}; advice: {outcome.advice}"
    faults = [_fault_line(detail) for detail in outcome.details]
    return "\n  ".join([f"{reply.envelope.request_id}: reply verified; {said}", *faults])


def _fault_line(detail: Detail) -> str:
    return " ".join(part for part in (detail.place, repr(detail.value) if detail.value else None, detail.en) if part)


def _print(raw: bytes) -> None:
    """The reply exactly as it came, so that it may be kept as evidence; a person also gets a line end."""
    sys.stdout.buffer.write(raw + b"\n" if sys.stdout.isatty() else raw)
    sys.stdout.buffer.flush()


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
