"""The load generator's process: `python -m bench.load` with what to send where; prints its figures as one JSON line."""

import argparse
import gc
import itertools
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.load.door import Door, door
from bench.load.figures import Figures, percentile
from bench.load.judge import Judge, fault_of, fault_of_echo
from bench.load.loop import Loop, Plan, Tally
from bench.load.processor import tree_seconds
from bench.messages import request_id


def main(arguments: Sequence[str] | None = None) -> int:
    """Run once; 0 whatever was found, for the figures say it."""
    wanted = _parse(arguments)
    host, _, port = wanted.address.rpartition(":")
    way = door(wanted.door, host, int(port))
    messages = _messages(wanted, way)
    judge = Judge(wanted.certificate.read_bytes()) if wanted.certificate else None
    plan = Plan((host, int(port)), wanted.connections, wanted.warm_up, wanted.seconds, wanted.keep_every)
    watched = dict(_group(text) for text in wanted.watch)
    spent: list[dict[str, float]] = []

    def look() -> None:
        spent.append({**tree_seconds(watched), "load": time.process_time()})

    gc.freeze()
    tally = Loop(plan, way, messages, fault_of_echo if wanted.echo else fault_of).run(look, look)
    _verify(tally, judge)
    figures = _figures(tally, spent[0], spent[1])
    sys.stdout.write(figures.to_json() + "\n")
    return 0


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.load", description=__doc__)
    parser.add_argument("--door", choices=("http", "tcp"), default="http")
    parser.add_argument("--address", required=True, help="HOST:PORT")
    parser.add_argument("--pool", type=Path, required=True, help="a file with one signed message a line")
    parser.add_argument("--prefix", required=True, help="what the request ids of the pool begin with")
    parser.add_argument("--first", type=int, default=0, help="the first message of the pool to send")
    parser.add_argument("--count", type=int, required=True, help="how many messages may be sent")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--warm-up", type=float, default=1.0, help="seconds")
    parser.add_argument("--seconds", type=float, default=5.0, help="length of the timed window")
    parser.add_argument("--certificate", type=Path, help="the gateway's, PEM; without it signatures are not verified")
    parser.add_argument("--echo", action="store_true", help="the server sends back what it gets")
    parser.add_argument("--keep-every", type=int, default=10, help="verify every so many replies")
    parser.add_argument("--watch", action="append", default=[], metavar="NAME=PID,PID", help="count processor time too")
    return parser.parse_args(arguments)


def _messages(wanted: argparse.Namespace, way: Door) -> Iterator[tuple[str, bytes]]:
    """All messages, wrapped before the clock starts."""
    with wanted.pool.open("rb") as file:
        lines = itertools.islice(file, wanted.first, wanted.first + wanted.count)
        wrapped = [way.wrap(line[:-1]) for line in lines]
    ids = [request_id(wanted.prefix, wanted.first + number) for number in range(len(wrapped))]
    return iter(list(zip(ids, wrapped, strict=True)))


def _group(text: str) -> tuple[str, list[int]]:
    name, _, pids = text.partition("=")
    return name, [int(pid) for pid in pids.split(",")]


def _verify(tally: Tally, judge: Judge | None) -> None:
    """Check the kept replies' signatures; a bad one is a wrong reply."""
    if judge is None:
        tally.kept.clear()
    for body in tally.kept:
        fault = judge.fault_of(body) if judge else None
        if fault is not None:
            tally.wrong += 1
            tally.note(fault)


def _figures(tally: Tally, before: dict[str, float], after: dict[str, float]) -> Figures:
    ordered = sorted(tally.latencies)
    replies = len(ordered)
    return Figures(
        replies=replies,
        seconds=tally.seconds,
        p50_ms=percentile(ordered, 0.50) * 1000,
        p99_ms=percentile(ordered, 0.99) * 1000,
        dropped=tally.dropped,
        wrong=tally.wrong,
        verified=len(tally.kept),
        exhausted=tally.exhausted,
        sent=tally.sent,
        cpu_us={name: (after[name] - before[name]) * 1e6 / max(1, replies) for name in after},
        faults=tally.faults,
    )


if __name__ == "__main__":
    sys.exit(main())
