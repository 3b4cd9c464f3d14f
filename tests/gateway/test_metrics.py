"""Metrics: valid names, closed labels, and sums over workers that mean something."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from gateway.metrics import DoorMetrics, Metrics
from tests.support.need import need

COUNT = """
import sys
from prometheus_client import CollectorRegistry
from gateway.metrics import DoorMetrics, Metrics
metrics = Metrics(CollectorRegistry())
door = DoorMetrics(metrics, "tcp")
door.message()
door.flush()
door.connections.set(2)
metrics.signer_available.set(int(sys.argv[1]))
metrics.in_doubt_oldest_seconds.set(10 * int(sys.argv[1]))
sys.stdout.write("counted\\n")
sys.stdout.flush()
sys.stdin.read()
"""


def test_prometheus_finds_nothing_to_say_against_our_names() -> None:
    """Prometheus's own judge, promtool, reads them."""
    promtool = need("promtool")
    metrics = Metrics(CollectorRegistry())
    DoorMetrics(metrics, "tcp").refused("BUSY")

    verdict = subprocess.run(
        [promtool, "check", "metrics"], input=generate_latest(metrics.registry), capture_output=True, check=False
    )

    assert (verdict.returncode, verdict.stdout + verdict.stderr) == (0, b"")


def test_a_parent_sums_its_workers(tmp_path: Path) -> None:
    """Counters add up, connections add up, and of what may go wrong the worst is shown."""
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", COUNT, str(index)],
            env=os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for index in range(2)
    ]
    try:
        for worker in workers:
            assert worker.stdout is not None
            assert worker.stdout.readline() == b"counted\n"
        registry: Any = CollectorRegistry()
        collector: Any = MultiProcessCollector
        collector(registry, path=str(tmp_path))

        found = [
            registry.get_sample_value(name, labels)
            for name, labels in [
                ("yinqi_messages_total", {"door": "tcp"}),
                ("yinqi_connections", {"door": "tcp"}),
                ("yinqi_signer_available", {}),
                ("yinqi_in_doubt_oldest_seconds", {}),
            ]
        ]
    finally:
        for worker in workers:
            worker.communicate()

    assert found == [2.0, 4.0, 0.0, 10.0], json.dumps(found)
