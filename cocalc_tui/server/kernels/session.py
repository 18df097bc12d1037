"""One notebook's kernel as the relay side knows it: from its keeper's spool to document and apps.

A session follows one keeper, from its start or from wherever a relay before had come to, until the
keeper is gone and all it spooled is in the document. Nothing is decided here that the keeper does
not know: if this process dies, the next one follows on.

`taking` says what each record of the spool means, `telling` what people are told and when,
`writing` when output goes into the document, `progress` what is noted in between.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.events import DocumentEvent, LightsChanged
from cocalc_tui.notebook import schema
from cocalc_tui.protocol.events import KernelInfo, OutputBatch
from cocalc_tui.server.blobs import BlobStore
from cocalc_tui.server.keeper.following import KeeperGoneError, KeeperLink, StrangeKeeperError
from cocalc_tui.server.keeper.registry import About, lives
from cocalc_tui.server.keeper.spool import SpoolReader
from cocalc_tui.server.kernels import progress
from cocalc_tui.server.kernels.intake import Intake
from cocalc_tui.server.kernels.items import decode
from cocalc_tui.server.kernels.overflow import Overflow
from cocalc_tui.server.kernels.parts import Parts
from cocalc_tui.server.kernels.starting import PAUSE
from cocalc_tui.server.kernels.table import Table
from cocalc_tui.server.kernels.taking import Taking
from cocalc_tui.server.kernels.telling import Say, Telling
from cocalc_tui.server.kernels.widgets import Shown
from cocalc_tui.server.kernels.writing import Writing

BUDGET = 2**18
"""Bytes read from the spool before others have their turn."""
PACE = 0.005
"""Seconds that output gathers while it comes fast."""
FORGET = 2**20
"""Bytes of the spool that the keeper may forget, before it is told to."""
KERNEL_RECORD = b'{"kind": "kernel"'
_log = logging.getLogger(__name__)


class Session:
    """Follows one keeper. `document` stays attached until `ended`."""

    def __init__(
        self,
        document: SharedDocument,
        about: About,
        folder: Path,
        sockets: Path,
        overflow: Overflow,
        blobs: BlobStore,
        say: Say,
        clock: Callable[[], int],
    ) -> None:
        self.document = document
        self.about = about
        self.folder = folder
        self.ended = asyncio.Event()
        """The keeper is gone, and all it spooled is in the document."""
        self.telling = Telling(document.doc, about, say)
        self.link = KeeperLink(lambda _: self._stir())
        self._sockets = sockets
        self._clock = clock
        self._stirred = asyncio.Event()
        spool = schema.SPOOL if not about.fresh else f"{schema.SPOOL}/{about.id}"
        self._intake = Intake(
            document, about.id, spool, spill=overflow, state=progress.load(folder)
        )
        self._widgets = Shown()
        self._parts = Parts(blobs, self._widgets.held)
        self._writing = Writing(document, self._intake, self._parts)
        self._reader = SpoolReader(folder, self._intake.offset)
        self._taking = Taking(
            about, self.telling, self._intake, self._widgets, self._parts, self._writing
        )
        self._noted = self._told_taken = self._intake.offset
        """All records before it are noted (`progress`), and the keeper may forget them."""
        self._read_at = 0.0
        self._task: asyncio.Task[None] | None = None

    @property
    def table(self) -> Table:
        """How the cells stand."""
        return self.telling.table

    # --- life ----------------------------------------------------------------------------------

    async def start(self) -> None:
        """Connect to the keeper, if it lives, and follow it."""
        try:
            await self.link.connect(self._sockets / "keeper.sock")
            self._taking.greeted(self.link.greeting)
        except StrangeKeeperError:
            self.telling.dead(
                "this kernel was started by a release of cocalc-tui that this one cannot talk "
                "with; restarting the kernel ends it, that release can go on with it"
            )
            self.ended.set()
            self.telling.tell_kernel()
            return
        except KeeperGoneError:
            await asyncio.to_thread(self._read_how_it_ended)
        self.telling.tell_kernel()
        self._task = asyncio.create_task(self._follow())

    def _read_how_it_ended(self) -> None:
        """Find what the keeper said last of its kernel, which may have been taken in before."""
        reader = SpoolReader(self.folder)
        while records := reader.read(BUDGET):
            for _, record in records:
                if record.startswith(KERNEL_RECORD):
                    self._taking.kernel(decode(record))
        reader.close()

    async def leave(self) -> None:
        """Put what is here into the document and let go; the keeper goes on."""
        if self._task is not None and not self.ended.is_set():
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            if self._intake.unwritten:
                await self._taking.commit()
            await self._writing.sent()
        await self.link.close()
        self._reader.close()

    def ask(self, runs: Sequence[Mapping[str, Any]]) -> None:
        """Say that these cells wait, before anything else happens to them."""
        self.telling.ask(runs)

    async def execute(self, runs: list[dict[str, Any]]) -> None:
        """Hand cells to the keeper; raises KeeperGoneError."""
        self._taking.expect(runs)
        await self.link.ask("execute", runs=runs)

    async def answer(self, run: str, text: str) -> None:
        """Give a run its input; raises KeeperGoneError, ValueError where it asks for none."""
        self.telling.inputs.give(run, text)
        await self.link.ask("input", run=run, text=text)

    def whole_output(self, run: str) -> OutputBatch | None:
        """Return the live output of a run so far, None where it is not running."""
        live = self._taking.live_of(run)
        return live.whole() if live is not None else None

    async def clear(self, cells: Sequence[str]) -> list[str]:
        """Forget that cells ran, and what the one that runs printed; returns the others."""
        run = self.table.running
        running = self._intake.cell_of(run) if run is not None else None
        if run is not None and running in cells:
            self._taking.show(run, self._intake.clear(run))
        self.table.forget(cells)
        # What is over may not be in the document yet, and would come after it was cleared.
        await self._taking.commit()
        self._stir()
        return [cell for cell in cells if cell != running]

    @property
    def uncommitted_parts(self) -> set[str]:
        """Names of large parts that may be in no log yet."""
        return self._parts.uncommitted

    def info(self) -> KernelInfo:
        """Return what `status` says of it."""
        return self.telling.info(self.document.path)

    # --- following -----------------------------------------------------------------------------

    def _stir(self) -> None:
        self._stirred.set()

    def _heard(self, event: DocumentEvent) -> None:
        if isinstance(event, LightsChanged):
            self._stir()

    async def _follow(self) -> None:
        stop = self.document.subscribe(self._heard)
        try:
            await asyncio.to_thread(self._widgets.recall, self.folder, self._intake.offset)
            await self._read_on()
            await self._finish()
        except Exception:
            _log.exception("the kernel of %s can no longer be followed", self.document.path)
            self.telling.dead("the kernel's output cannot be read; restart it")
            self.ended.set()
            self.telling.tell_kernel()
        finally:
            stop()

    async def _read_on(self) -> None:
        """Take in what is spooled until the keeper is gone and there is no more."""
        last_look = False
        while True:
            self._stirred.clear()
            records = self._reader.read(BUDGET)
            self._taking.lost(self._reader.lost)
            for offset, record in records:
                await self._take(offset, record)
            self._taking.show_widgets()
            await self._writing.commit_if_due(*self._taking.running())
            self.telling.tell(written=self.document.sent)
            await self._note_progress()
            if records:
                await self._breathe()
            elif last_look:
                return
            elif not self.link.gone:
                await self._wait()
            elif not await self._come_back():
                last_look = True

    async def _breathe(self) -> None:
        """Let others have their turn; where output comes without end, let some gather."""
        before, self._read_at = self._read_at, self._now()
        await asyncio.sleep(PACE if self._read_at - before < 2 * PACE else 0)

    async def _come_back(self) -> bool:
        """Connect again to a keeper that lives; False where it is gone."""
        if not lives(self.folder):
            return False
        try:
            await self.link.connect(self._sockets / "keeper.sock")
            self._taking.greeted(self.link.greeting)
        except KeeperGoneError:
            await asyncio.sleep(PAUSE)
        return True

    async def _wait(self) -> None:
        """Wait for the spool to grow, or for the next thing to be due."""
        writing = self._writing.due
        due = [*self.telling.due, *([writing] if writing is not None else [])]
        timeout = max(0.0, min(due) - self._now()) if due else None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._stirred.wait()

    async def _finish(self) -> None:
        """The keeper is gone: say how it ended, and forget its spool once all is written."""
        await self.link.close()
        telling = self.telling
        if telling.state != "dead":
            telling.dead(
                "the kernel's keeper was killed and the kernel ended with it; what it held is "
                "gone, run a cell to start it anew"
            )
        telling.inputs.nobody()
        for row in self.table.stop_all(self._clock(), telling.reason):
            self._intake.row(row)
        if self._intake.unwritten:
            await self._taking.commit()
        if self.about.fresh:
            self._writing.change(self._intake.forget_spool(), None)
        telling.tell_rows()
        telling.tell_kernel()
        while not self.document.sent:
            await self._writing.sent()
        self._reader.close()
        await asyncio.to_thread(shutil.rmtree, self.folder, ignore_errors=True)
        self.ended.set()
        # Said again: only now may the host let go of the document.
        telling.tell_kernel()

    async def _take(self, offset: int, record: bytes) -> None:
        try:
            await self._taking.take(decode(record), offset)
        except (ValueError, KeyError, TypeError) as error:
            # It must not keep those after it out.
            _log.warning("%s: a record makes no sense: %r", self.folder, error)
        self._intake.offset = offset

    async def _note_progress(self) -> None:
        """Note what was taken in, and let the keeper forget what is noted or in the document."""
        if self.document.sent:
            self._writing.nothing_is_unsent()
            self._noted = max(self._noted, self._intake.committed_offset)
        forgets = self._noted - self._told_taken > FORGET
        if forgets or self._intake.offset - self._noted > progress.EVERY:
            state = self._intake.state() | {"widgets": self._widgets.state()}
            with contextlib.suppress(OSError):
                await asyncio.to_thread(progress.save, self.folder, state)
                self._noted = state["offset"]
        if self._noted - self._told_taken > FORGET:
            self._told_taken = self._noted
            with contextlib.suppress(KeeperGoneError, ValueError):
                await self.link.ask("taken", offset=self._noted)

    async def look_at_usage(self, seconds: float) -> None:
        """Say what the kernel uses, where that moved since `seconds` ago."""
        if not self.ended.is_set() and await self.telling.look_at_usage(seconds):
            self._stir()

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
