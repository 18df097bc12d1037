"""A notebook that the runner has, and its kernels.

There is one kernel that everybody shares, and there may be fresh ones: a run that wants to know
whether the notebook works from its top gets a kernel of its own, writes into the same document, and
disturbs nobody's variables. How cells stand is told as if one kernel ran them all.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.protocol.events import CellRun, Runs
from cocalc_tui.server.kernels.overflow import Overflow
from cocalc_tui.server.kernels.session import Session
from cocalc_tui.server.kernels.telling import Say

SHARED = ""
"""Stands for the kernel that everybody shares."""


class Attached:
    """One notebook."""

    def __init__(self, document: SharedDocument, say: Say, outputs: Path) -> None:
        """`outputs` is the folder for what is left out of long outputs."""
        self.document = document
        self.overflow = Overflow(outputs / document.doc)
        self.session: Session | None = None
        """Of the shared kernel."""
        self.fresh: list[Session] = []
        self.met = asyncio.Event()
        """The shared kernel of before is followed, or there was none."""
        self._lock = asyncio.Lock()
        self._say = say
        self._runs: dict[str, list[CellRun]] = {}
        """What each kernel said last of its cells."""

    @property
    def sessions(self) -> list[Session]:
        """All of its kernels."""
        return [*([self.session] if self.session is not None else []), *self.fresh]

    @property
    def kept(self) -> bool:
        """Whether the shared kernel is followed."""
        return self.session is not None and not self.session.ended.is_set()

    @property
    def needed(self) -> bool:
        """Whether the document has to stay open."""
        changing = self._lock.locked() or not self.met.is_set()
        return changing or any(not one.ended.is_set() for one in self.sessions)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Have nobody else start or end the shared kernel; that of before is met by then."""
        await self.met.wait()
        async with self._lock:
            yield

    def of_run(self, run: str) -> Session | None:
        """The session that has a run, None where none has it under way."""
        found = [session for session in self.sessions if session.table.has(run)]
        return found[0] if found else None

    def voice(self, kernel: str = SHARED) -> Say:
        """How one of its kernels speaks to everybody."""

        def say(doc: str, topic: str, said: msgspec.Struct, *, keep: bool) -> None:
            if isinstance(said, Runs):
                self._runs[kernel] = said.cells
                self._say(doc, topic, self._all_runs(), keep=keep)
            elif topic not in ("kernel", "asking") or kernel == SHARED:
                self._say(doc, topic, said, keep=keep)

        return say

    def _all_runs(self) -> Runs:
        """The last run of each cell, under whichever kernel."""
        last: dict[str, CellRun] = {}
        for run in sorted((run for runs in self._runs.values() for run in runs), key=_asked):
            last[run.cell] = run
        return Runs(cells=list(last.values()))


def _asked(run: CellRun) -> int:
    return run.asked
