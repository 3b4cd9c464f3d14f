"""Modes and flows as the text of a column: JSON that gives back exactly what was written."""

import json

from gateway.domain.customer import Authorizers, Band, Flow, Mode


def write_mode(mode: Mode) -> str:
    """The definition of a mode as JSON; amounts in fen."""
    return _text(
        {
            "with_amount": mode.with_amount,
            "ordered": mode.ordered,
            "review": mode.review,
            "manual_dispatch": mode.manual_dispatch,
            "bands": [
                {"up_to": band.up_to, "authorizers": [[each.level, each.count] for each in band.authorizers]}
                for band in mode.bands
            ],
        }
    )


def read_mode(mode_id: str, text: str) -> Mode:
    """The mode of that id from its definition."""
    told = json.loads(text)
    return Mode(
        mode_id=mode_id,
        with_amount=told["with_amount"],
        ordered=told["ordered"],
        review=told["review"],
        manual_dispatch=told["manual_dispatch"],
        bands=tuple(
            Band(band["up_to"], tuple(Authorizers(level, count) for level, count in band["authorizers"]))
            for band in told["bands"]
        ),
    )


def write_flow(flow: Flow) -> str:
    """The definition of a flow as JSON, without what has a column of its own; the limit in fen."""
    return _text({"limit": flow.limit, "levels": [sorted(level) for level in flow.levels]})


def read_flow(flow_id: str, account: str | None, service: str | None, text: str) -> Flow:
    """The flow of that id, for that account or service, from its definition."""
    told = json.loads(text)
    return Flow(
        flow_id=flow_id,
        account=account,
        service=service,
        limit=told["limit"],
        levels=tuple(map(frozenset, told["levels"])),
    )


def _text(told: dict[str, object]) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
