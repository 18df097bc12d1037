"""Memory and processor time of a kernel with all that it started, from /proc."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Usage:
    """At one moment. Processor time is since each process started."""

    memory: int
    """Bytes."""
    seconds: float


def usage_of(pid: int) -> Usage:
    """Return what a process and its descendants use; nothing where it is gone."""
    memory = 0
    ticks = 0
    for member in _family(pid):
        with contextlib.suppress(OSError, IndexError, ValueError):
            fields = Path(f"/proc/{member}/stat").read_text(errors="replace").rpartition(")")[2]
            values = fields.split()
            ticks += int(values[11]) + int(values[12])
            memory += int(values[21]) * _PAGE
    return Usage(memory, ticks / _TICKS)


def _family(pid: int) -> list[int]:
    """Return a process and its descendants."""
    found = [pid]
    for parent in found:
        for children in Path(f"/proc/{parent}/task").glob("*/children"):
            with contextlib.suppress(OSError):
                found += [int(word) for word in children.read_text().split()]
    return found
