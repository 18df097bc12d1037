"""What the host side asks of kernels: one `Runner` for all notebooks of a project."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import secrets
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.notebook import schema
from cocalc_tui.protocol.events import (
    Completion,
    Inspection,
    KeptText,
    KernelChoice,
    KernelInfo,
    OutputBatch,
)
from cocalc_tui.protocol.messages import OutputText
from cocalc_tui.server.keeper.following import KeeperGoneError
from cocalc_tui.server.keeper.registry import About, folders, lives, read_about
from cocalc_tui.server.kernels import asking, clearing
from cocalc_tui.server.kernels.attached import Attached
from cocalc_tui.server.kernels.errors import KernelError
from cocalc_tui.server.kernels.manager import PATIENCE, KernelManager, wholly_gone
from cocalc_tui.server.kernels.overflow import prune
from cocalc_tui.server.kernels.session import Session
from cocalc_tui.server.kernels.starting import Grounds
from cocalc_tui.server.kernels.telling import Say

USAGE = 2.0
"""Seconds between two looks at what kernels use."""
MOST_TEXT = 500_000
"""Code points that are given at a time: at four bytes each they fit into a message."""
_log = logging.getLogger(__name__)

__all__ = ["KernelError", "Runner", "Say"]


class Runner:
    """Runs cells, for all notebooks of a project, and writes their output into the documents.

    Everything is called on the loop's thread. The life of a document as the host sees it:

    1. `await start()` once: finds the keepers that live, returns the (doc id, path) of notebooks
       whose kernels run or whose output is not yet in the document. The host opens each and calls
       `attach`.
    2. `attach(document)` whenever the host has a notebook open, before it says Ready.
    3. While `needs(doc)`, the host keeps the document; after that it may `detach(doc)`.
    """

    def __init__(self, grounds: Grounds, say: Say, clock: Callable[[], int]) -> None:
        """Make a runner; `clock` gives milliseconds."""
        self._grounds = grounds
        self._say = say
        self._clock = clock
        self._manager = KernelManager(grounds, say, clock)
        self._notebooks: dict[str, Attached] = {}
        self._found: dict[str, list[tuple[About, Path]]] = {}
        """Keepers of before, by document, until their notebook is attached."""
        self._tasks: set[asyncio.Task[None]] = set()

    # --- life ----------------------------------------------------------------------------------

    async def start(self) -> list[tuple[str, str]]:
        """Find the keepers of before."""
        self._spawn(self._watch_usage())
        await asyncio.to_thread(prune, self._grounds.outputs)
        for folder in folders(self._grounds.keepers):
            about = read_about(folder)
            if about is None and not lives(folder):
                await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
            elif about is not None:
                self._found.setdefault(about.doc, []).append((about, folder))
        return [(doc, found[-1][0].path) for doc, found in self._found.items()]

    def attach(self, document: SharedDocument) -> None:
        """Take a notebook in; its kernel of before, if there is one, is followed on."""
        known = self._notebooks.get(document.doc)
        if known is not None and known.document is document:
            return
        notebook = self._notebooks[document.doc] = Attached(
            document, self._say, self._grounds.outputs
        )
        found = self._found.pop(document.doc, [])
        shared = [one for one in found if not one[0].fresh]
        self._spawn(self._manager.follow_again(notebook, shared))
        for about, folder in found:
            if about.fresh:
                self._spawn(self._manager.follow_fresh(notebook, about, folder))
        if not shared:
            self._manager.say_none(notebook)

    def needs(self, doc: str) -> bool:
        """Tell whether the host has to keep the document."""
        notebook = self._notebooks.get(doc)
        return notebook is not None and notebook.needed

    def detach(self, doc: str) -> None:
        """Let a notebook go that is not needed."""
        assert not self.needs(doc)
        self._notebooks.pop(doc, None)

    async def close(self, *, everything: bool = False) -> None:
        """Put what is here into the documents and let go; with `everything` end the kernels too."""
        if everything:
            kept = [folder for folder in folders(self._grounds.keepers) if lives(folder)]
            await asyncio.gather(*map(self._manager.end_folder, kept))
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await asyncio.gather(*(session.ended.wait() for session in self._sessions()))
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(session.leave() for session in self._sessions()))

    def held_parts(self) -> set[str]:
        """Names of large parts that kernels have put into the store and may not have committed."""
        return set[str]().union(*(session.uncommitted_parts for session in self._kept()))

    @property
    def running(self) -> bool:
        """Whether a cell runs or waits somewhere."""
        return any(session.table.active for session in self._kept())

    def status(self) -> list[KernelInfo]:
        """Return the kernels that live."""
        return [session.info() for session in self._kept()]

    # --- requests ------------------------------------------------------------------------------

    async def run(
        self,
        doc: str,
        cells: Sequence[str],
        user: str,
        *,
        fresh: bool = False,
        unattended: bool = False,
    ) -> dict[str, str]:
        """Queue cells as they are now, starting the kernel where need be; returns their runs.

        `fresh`: on a kernel of their own, which ends with them. `unattended`: nobody gives input.
        Raises KernelError.
        """
        notebook = self._notebook(doc)
        runs = self._runs(notebook.document, cells, user, input_allowed=not unattended)
        if not runs:
            return {}
        if notebook.document.readonly is not None:
            raise KernelError(f"{notebook.document.readonly}; output has nowhere to go")
        if fresh:
            session = await self._manager.start(notebook, user, fresh=True)
            await self._execute(session, runs)
            self._spawn(self._manager.see_out(notebook, session))
        else:
            async with notebook.alone():
                await self._execute(await self._manager.session_for(notebook, user), runs)
        return {run["cell"]: run["run"] for run in runs}

    async def _execute(self, session: Session, runs: list[dict[str, Any]]) -> None:
        session.ask(runs)
        try:
            await session.execute(runs)
        except (KeeperGoneError, ValueError):
            await wholly_gone(session)
            reason = session.telling.reason or "the kernel just ended; run the cell again"
            raise KernelError(f"{session.document.path}: {reason}") from None

    async def answer(self, doc: str, run: str, text: str) -> None:
        """Give a run the input it waits for; raises KernelError where it does not any more."""
        session = self._notebook(doc).of_run(run)
        try:
            if session is not None:
                await session.answer(run, text)
                return
        except (KeeperGoneError, ValueError):
            pass
        raise KernelError("the cell does not wait for input any more")

    async def interrupt(self, doc: str, user: str) -> None:
        """Interrupt what runs and empty the queue."""
        for session in self._notebook(doc).sessions:
            with contextlib.suppress(KeeperGoneError):
                await session.link.ask("interrupt")

    async def restart(self, doc: str, user: str, *, stop: bool = False) -> None:
        """End the kernel and, unless `stop`, start it anew; raises KernelError."""
        notebook = self._notebook(doc)
        async with notebook.alone():
            await self._manager.end(notebook)
            if not stop:
                await self._manager.session_for(notebook, user)

    async def kernels(self, doc: str) -> list[KernelChoice]:
        """Return the kernels that a notebook could use, the one for "python3" first."""
        return (await self._manager.choices(self._notebook(doc).document)).listed()

    async def choose(self, doc: str, name: str, user: str) -> None:
        """Use this kernel from now on; one that runs is ended. Raises KernelError."""
        notebook = self._notebook(doc)
        async with notebook.alone():
            await self._manager.choose(notebook, name, user)

    def outputs(self, doc: str, run: str, after: int) -> OutputBatch:
        """Return all of a run's live output so far, folded (`whole`)."""
        session = self._notebook(doc).of_run(run)
        whole = session.whole_output(run) if session is not None else None
        return whole or OutputBatch(cell="", run=run, first=after, items=[], whole=True)

    async def output_text(self, asked: OutputText) -> KeptText:
        """Return some of what is left out of a long output."""
        overflow = self._notebook(asked.doc).overflow
        count = min(asked.count, MOST_TEXT)
        return await asyncio.to_thread(
            overflow.read, asked.cell, asked.run, asked.index, asked.start, count
        )

    async def complete(self, doc: str, code: str, pos: int) -> Completion:
        """Return how code could go on; raises KernelError."""
        return await asking.complete(self._notebook(doc).session, code, pos)

    async def inspect(self, doc: str, code: str, pos: int, detail: int) -> Inspection:
        """Return what the kernel knows of what stands at a place; raises KernelError."""
        return await asking.inspect(self._notebook(doc).session, code, pos, detail)

    async def clear(self, doc: str, cells: Sequence[str], user: str) -> None:
        """Take away the outputs of cells."""
        notebook = self._notebook(doc)
        await clearing.clear(notebook.document, notebook.session, cells, user)

    async def forget_middles(self, doc: str) -> None:
        """Keep of long outputs only what a notebook shows; none of its cells runs."""
        notebook = self._notebook(doc)
        shown = schema.outputs(notebook.document.replica).items()
        runs = {cell: set(map(schema.run_of, keys)) for cell, keys in shown}
        await asyncio.to_thread(notebook.overflow.keep, runs)

    def copy_outputs(
        self, doc: str, source: str, cells: Sequence[tuple[str, str]], user: str
    ) -> None:
        """Give pasted cells the outputs of those they were copied from; raises KernelError."""
        for notebook in self._notebooks.values():
            if notebook.document.path == source:
                clearing.copy(notebook.document, self._notebook(doc).document, cells, user)
                return
        raise KernelError(f"{source} is closed, so the cells came without their output")

    # --- kernels -------------------------------------------------------------------------------

    def _notebook(self, doc: str) -> Attached:
        try:
            return self._notebooks[doc]
        except KeyError:
            raise KernelError("no notebook is open there; open it and try again") from None

    def _sessions(self) -> list[Session]:
        return [session for one in self._notebooks.values() for session in one.sessions]

    def _kept(self) -> list[Session]:
        return [session for session in self._sessions() if not session.ended.is_set()]

    def _runs(
        self, document: SharedDocument, cells: Sequence[str], user: str, *, input_allowed: bool
    ) -> list[dict[str, Any]]:
        """Return what to tell a keeper of each cell that can be run."""
        replica, now = document.replica, self._clock()
        return [
            {
                "cell": cell,
                "run": secrets.token_hex(6),
                "user": user,
                "asked": now,
                "code": schema.source(replica, cell),
                "input_allowed": input_allowed,
            }
            for cell in cells
            if replica.records.live(cell) and schema.cell_type(replica, cell) == "code"
        ]

    async def _watch_usage(self) -> None:
        while True:
            await asyncio.sleep(USAGE)
            for session in self._kept():
                await session.look_at_usage(USAGE)

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _log.error("kernels: %r", error, exc_info=error)
