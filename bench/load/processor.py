"""Processor time of process trees as Linux counts it (proc(5)), so that a figure says who spent the machine."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

_TICK: Final = 1 / os.sysconf("SC_CLK_TCK")


def tree_seconds(roots: Mapping[str, Sequence[int]]) -> dict[str, float]:
    """Seconds of user and system time spent so far by the named processes and all that descend from them."""
    processes = _processes()
    return {
        name: sum(each.seconds for pid, each in processes.items() if _descends(pid, set(pids), processes))
        for name, pids in roots.items()
    }


def tree_pids(root: int) -> list[int]:
    """The process and all that descend from it."""
    processes = _processes()
    return [pid for pid in processes if _descends(pid, {root}, processes)]


class _Process(NamedTuple):
    """What the kernel says of a process: its parent, and the processor time it has spent."""

    parent: int
    seconds: float


def _processes() -> dict[int, _Process]:
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        found[int(entry.name)] = _Process(int(fields[1]), (int(fields[11]) + int(fields[12])) * _TICK)
    return found


def _descends(pid: int, roots: set[int], processes: Mapping[int, _Process]) -> bool:
    while pid not in roots:
        if pid not in processes:
            return False
        pid = processes[pid].parent
    return True
