"""When a notebook's output goes into its document.

When a run is over, and while it goes on after ten seconds and then more and more seldom, the more
there is the more so: each commit is a patch that the log keeps for ever, and a cell that prints for
days must not fill it (`progress` is for restarts). Never more is on its way to the relay than it
takes in one frame.
"""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, cast

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.wire import ReadOnlyError
from cocalc_tui.notebook import schema
from cocalc_tui.notebook.outputs import weight_of
from cocalc_tui.server.keeper.registry import About
from cocalc_tui.server.kernels.intake import Intake
from cocalc_tui.server.kernels.parts import Parts
from cocalc_tui.sync.patch import Create, DoesNotFit, Json, Op, Put

COMMIT = 10.0
"""Seconds until the first commit of a run's output, while it goes on ..."""
SLOWER = 1.5
"""... by how much each pause is longer than the one before ..."""
LONGEST = 900.0
"""... up to so many seconds, unless there is much to write:"""
BYTES_PER_SECOND = 100
"""what commits of runs that go on write into the log, at most, on average."""
MOST_UNSENT = 3 * 2**20
"""Bytes of output on their way to the relay."""
PATIENCE = 30.0
"""Seconds for the relay to acknowledge."""


class Writing:
    """Commits what an intake has taken in."""

    def __init__(self, document: SharedDocument, intake: Intake, parts: Parts) -> None:
        self.over_for: str | None = None
        """A run of this user is over and not in the document yet."""
        self._document = document
        self._intake = intake
        self._parts = parts
        self._unsent = 0
        self._pause = COMMIT
        self._paced: str | None = None
        """The run that goes on and sets the pace."""
        self._next = _now() + COMMIT

    @property
    def due(self) -> float | None:
        """When to commit, by the loop's clock; None while there is nothing to."""
        if self.over_for is not None:
            return 0.0
        return self._next if self._intake.unwritten else None

    async def commit_if_due(self, running: str | None, user: str | None) -> None:
        """Commit if a run is over, or it is time; `running` goes on and was asked for by `user`."""
        if self.due is not None and _now() >= self.due:
            await self.commit(running, user)

    async def commit(self, running: str | None, user: str | None) -> None:
        """Put everything taken in so far into the document, with how far that is."""
        weight = self._intake.weight
        if self._unsent + weight > MOST_UNSENT:
            await self.sent()
        on_behalf_of = self.over_for or user
        self.over_for = None
        ops = self._intake.operations()
        try:
            self.change(ops, on_behalf_of)
        except DoesNotFit:
            # Somebody took away what these operations build on. The document is right as it is.
            self.change(self._intake.spool_operations(), on_behalf_of)
        self._parts.sweep(self._intake.shown(), committed=True)
        self._intake.committed(running)
        self._unsent += weight
        same = running is not None and running == self._paced
        self._pause = min(self._pause * SLOWER, LONGEST) if same else COMMIT
        self._paced = running
        self._next = _now() + max(self._pause, sum(map(_size, ops)) / BYTES_PER_SECOND)

    def change(self, ops: list[Op], user: str | None) -> None:
        """Change the document; one that cannot be changed is shown live only."""
        with contextlib.suppress(ReadOnlyError):
            self._document.change(ops, "output", acting_for=user)

    async def sent(self) -> None:
        """Wait until the relay has it all on its disk, but not for ever."""
        acknowledged = asyncio.Event()
        stop = self._document.subscribe(lambda _: acknowledged.set())
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while not self._document.sent:
                    acknowledged.clear()
                    await acknowledged.wait()
        stop()
        self.nothing_is_unsent()

    def nothing_is_unsent(self) -> None:
        """The relay has it all, or does not take it."""
        self._unsent = 0

    def note_language(self, about: About, language_info: Any) -> None:
        """Say in a notebook that names no kernel what it has been run with."""
        replica = self._document.replica
        metadata = schema.metadata(replica)
        if "kernelspec" in metadata or not replica.records.live(schema.NOTEBOOK):
            return
        title = about.title if about.language != "python" else "Python 3 (ipykernel)"
        spec = {"display_name": title, "language": about.language, "name": about.name}
        news = {**metadata, "kernelspec": spec, "language_info": language_info}
        self.change([Put(schema.NOTEBOOK, "metadata", news)], None)


def _size(op: Op) -> int:
    """About how many bytes an operation takes in the log."""
    match op:
        case Put():
            return weight_of(op.value)
        case Create():
            return weight_of(cast(Json, op.fields))
        case _:
            return 0


def _now() -> float:
    return asyncio.get_running_loop().time()
