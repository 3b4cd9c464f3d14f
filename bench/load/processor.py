"""Processor time of process trees as Linux counts it (proc(5)), so that a figure says who spent the machine."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

_TICK: Final = 1 / os.sysconf("SC_CLK_TCK")


def tree_seconds(roots: Mapping[str, Sequence[int]]) -> dict[str, float]:
    """Seconds of user and system time spent so far by the named processes and all that descend from them."""
    parents: dict[int, int] = {}
    spent: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        parents[int(entry.name)] = int(fields[1])
        spent[int(entry.name)] = (int(fields[11]) + int(fields[12])) * _TICK
    return {name: _sum(set(pids), parents, spent) for name, pids in roots.items()}


def _sum(roots: set[int], parents: Mapping[int, int], spent: Mapping[int, float]) -> float:
    return sum(seconds for pid, seconds in spent.items() if _descends(pid, roots, parents))


def _descends(pid: int, roots: set[int], parents: Mapping[int, int]) -> bool:
    while pid not in roots:
        if pid not in parents:
            return False
        pid = parents[pid]
    return True
