"""Times, summed up alike in every benchmark."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

TICK = os.sysconf("SC_CLK_TCK")


class Times(msgspec.Struct):
    """Milliseconds."""

    p50: float
    p99: float


def times_of(seconds: Sequence[float]) -> Times:
    """The middle one, and the hundredth worst."""
    if not seconds:
        return Times(float("nan"), float("nan"))
    ordered = sorted(seconds)
    worst = ordered[min(int(len(ordered) * 0.99), len(ordered) - 1)]
    return Times(statistics.median(ordered) * 1000, worst * 1000)


def missed(over: bool) -> str:
    """What stands behind a bar that is not reached."""
    return " **missed**" if over else ""


def fsync(folder: Path | None = None, times: int = 200) -> Times:
    """Time of fdatasync after a small append."""
    found: list[float] = []
    with tempfile.NamedTemporaryFile(dir=folder) as file:
        for _ in range(times):
            os.write(file.fileno(), b"x" * 200)
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            found.append(time.perf_counter() - began)
    return times_of(found)


def cpu_of(pid: int) -> float:
    """Seconds that a process has used so far, all its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def memory_of(pid: int) -> float:
    """Megabytes of a process that are in memory (RSS)."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise ProcessLookupError(pid)
