"""The command `yinqi catalogue`: every service that the gateway offers."""

import argparse
import json

from gateway.cli.shared import show
from protocol.catalogue import OFFERED


def add_options(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--json", action="store_true", help="a JSON list, with namespaces and texts")


def run(options: argparse.Namespace) -> int:
    """Tell of every service: elements of request and reply, and the example of it in a demo site, with its sender."""
    rows = [
        {
            "body": service.name,
            "reply": service.reply,
            "kind": service.kind.value,
            "permission": service.permission.value if service.permission else None,
            "example": f"examples/{service.name}.xml",
            "example_client": service.example_client,
        }
        for service in OFFERED
    ]
    if options.json:
        more = [{"namespace": service.namespace, "zh": service.zh, "en": service.en} for service in OFFERED]
        print(json.dumps([row | extra for row, extra in zip(rows, more, strict=True)], ensure_ascii=False, indent=1))
    else:
        show({"text": "", "rows": rows}, as_json=False)
    return 0
