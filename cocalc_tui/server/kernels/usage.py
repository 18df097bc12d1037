"""Memory and processor time of a kernel with all that it started, from /proc."""

from __future__ import annotations

import asyncio
import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

CPU_STEP = 5.0
"""Percent of a core that are worth telling."""
IDLE = 1.0
"""Below it a kernel rests: told however small the step, or a last few percent would stay."""
_PAGE = os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Usage:
    """At one moment. Processor time is since each process started."""

    memory: int
    """Bytes."""
    seconds: float


class Meter:
    """What a kernel uses, as it was told last: small moves are not told."""

    def __init__(self) -> None:
        self.memory = 0
        """Bytes."""
        self.cpu = 0.0
        """Percent of one core."""
        self._before = Usage(0, 0.0)

    async def read(self, pid: int, seconds: float) -> bool:
        """Look again, `seconds` after the last time; tells whether it moved."""
        before, self._before = self._before, await asyncio.to_thread(usage_of, pid)
        spent = self._before.seconds - before.seconds if before.memory else 0.0
        cpu = round(max(0.0, spent) / seconds * 100, 1)
        moved = abs(self._before.memory - self.memory) > self.memory / 20
        rests = cpu < IDLE <= self.cpu
        if not (moved or rests) and abs(cpu - self.cpu) <= CPU_STEP:
            return False
        self.memory, self.cpu = self._before.memory, cpu
        return True


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
