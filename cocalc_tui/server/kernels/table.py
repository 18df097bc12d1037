"""How the cells of a notebook stand: what is told to everybody as `runs`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from cocalc_tui.protocol.events import CellRun

OVER = frozenset({"done", "error", "stopped"})


@dataclass
class Table:
    """The last run of each cell under one kernel, and which run is going on."""

    running: str | None = None
    """The run that the kernel works at."""
    changed: bool = False
    """Somebody should be told."""
    _of: dict[str, CellRun] = field(default_factory=dict)

    def cells(self) -> list[CellRun]:
        """Return the last run of each cell."""
        return list(self._of.values())

    def has(self, run: str) -> bool:
        """Whether this is the last run of some cell."""
        return any(one.run == run for one in self._of.values())

    @property
    def active(self) -> bool:
        """Whether something runs or waits."""
        return any(run.state not in OVER for run in self._of.values())

    def put(self, row: Mapping[str, Any]) -> None:
        """Note how a run stands. An older run of a cell says nothing against a newer one."""
        run = msgspec.convert(row, CellRun, strict=False)
        if run.state == "running":
            self.running = run.run
        elif run.run == self.running and run.state in OVER:
            self.running = None
        known = self._of.get(run.cell)
        if known is None or known.run == run.run or known.asked <= run.asked:
            self._of[run.cell] = run
            self.changed = True

    def ask(self, cell: str, run: str, user: str, now: int) -> None:
        """Note that somebody wants a cell to run."""
        self._of[cell] = CellRun(cell=cell, run=run, state="queued", user=user, asked=now)
        self.changed = True

    def forget(self, cells: Collection[str]) -> None:
        """Have cells look as if they never ran, those aside that run or wait."""
        gone = [cell for cell in cells if cell in self._of and self._of[cell].state in OVER]
        for cell in gone:
            del self._of[cell]
        self.changed = self.changed or bool(gone)

    def stop_all(self, now: int, reason: str) -> list[dict[str, Any]]:
        """The kernel is gone: nothing runs or waits. Returns the rows that changed."""
        stopped = [
            msgspec.structs.replace(run, state="stopped", finished=now, reason=reason)
            for run in self._of.values()
            if run.state not in OVER
        ]
        for run in stopped:
            self._of[run.cell] = run
        self.running = None
        self.changed = self.changed or bool(stopped)
        return [msgspec.to_builtins(run) for run in stopped]
