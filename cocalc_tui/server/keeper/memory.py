"""Why a kernel that was killed was: whether for want of memory.

Nobody is told who sends a SIGKILL, and the system's log may be read by root only. But the system
counts whom it kills for want of memory, for each control group (the share of the machine that a
login, a container or a job has) or for the whole machine, and says of a process that ended how much
it ever took. Others are killed, too: what counts is that one was just now, and as near to it as is
counted.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

CONTROL = Path("/sys/fs/cgroup")
_COUNTS = ("memory.events", "memory.oom_control")
"""Of a control group: those killed in it, in the newer and the older form."""
_LIMITS = ("memory.max", "memory.limit_in_bytes")
_GB = 10**9


class Memory:
    """What memory there is for a process, from its start on."""

    def __init__(self, pid: int) -> None:
        # Not at its end: what has ended is in no group any more.
        self._groups = _groups(pid)
        self._before = self._long_before = _kills(self._groups)

    def look(self) -> None:
        """Count anew, every now and then: those killed up to the look before are others."""
        self._long_before, self._before = self._before, _kills(self._groups)

    def why(self, taken: int) -> str:
        """Say why it was killed, if it was; `taken`: the most bytes that it ever had."""
        limit = _limit(self._groups)
        how_much = f"it had taken {in_words(taken)} of {in_words(limit)}"
        if _kills(self._groups) > self._long_before:
            return f"the system had no memory left; {how_much}"
        if taken > limit / 2:
            return f"probably for want of memory; {how_much}"
        return f"by somebody or by the system; {how_much}"


def in_words(count: int) -> str:
    """Bytes for people: 14.2 GB, 81 MB."""
    return f"{count / _GB:.1f} GB" if count >= _GB else f"{count / 10**6:.0f} MB"


def _kills(groups: Sequence[Path]) -> int:
    """How many were killed for want of memory: in the innermost group that counts, or at all."""
    counts = [group / name for group in groups for name in _COUNTS]
    for path in (*counts, Path("/proc/vmstat")):
        with contextlib.suppress(OSError, ValueError):
            for line in path.read_text().splitlines():
                name, _, count = line.partition(" ")
                if name == "oom_kill":
                    return int(count)
    return 0


def _limit(groups: Sequence[Path]) -> int:
    """The most bytes that a process in them can have."""
    found = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for path in (group / name for group in groups for name in _LIMITS):
        with contextlib.suppress(OSError, ValueError):
            found = min(found, int(path.read_text()))
    return found


def _groups(pid: int) -> list[Path]:
    """The control groups that a process is in, the inner before those around them."""
    found = []
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if controllers in ("", "memory"):
                root = CONTROL / controllers
                folder = root / path.lstrip("/")
                found += [one for one in (folder, *folder.parents) if one.is_relative_to(root)]
    return found
