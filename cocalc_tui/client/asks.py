"""What an app asks of the relay and its host side: saving, running, choosing, ending.

Each is one message and its answer. What is typed comes first: a cell runs, and a file is saved, as
it stands here.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.events import DocumentEvent
from cocalc_tui.client.requests import Requests
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.events import (
    Completion,
    Inspection,
    KeptText,
    KernelChoice,
    ProjectStatus,
)

TEXT_AT_ONCE = 200_000
"""Code points of a long output that are asked for at a time."""


class Asks:
    """The requests of `client.workspace.Workspace`; each raises RequestFailed."""

    requests: Requests

    async def save(self, document: SharedDocument) -> None:
        """Write it to disk now."""
        await self.settled(document)
        await self.requests.ask(lambda id_: m.Save(id=id_, doc=document.doc))

    async def run(
        self, document: SharedDocument, cells: list[str], *, fresh: bool, unattended: bool
    ) -> dict[str, str]:
        """Queue cells, as they are typed here; returns their runs."""
        await self.settled(document)
        return await self.requests.result(
            lambda id_: m.Run(
                id=id_, doc=document.doc, cells=cells, fresh=fresh, unattended=unattended
            ),
            dict[str, str],
        )

    async def settled(self, document: SharedDocument) -> None:
        """Wait until the relay has what is typed here: that is what is to be saved or run."""
        settled = asyncio.Event()

        def look(_: DocumentEvent) -> None:
            if document.sent:
                settled.set()

        stop = document.subscribe(look)
        try:
            if not document.sent:
                await settled.wait()
        finally:
            stop()

    async def answer(self, document: SharedDocument, run: str, text: str) -> None:
        """Give a run the line of text that it waits for."""
        await self.requests.ask(lambda id_: m.Input(id=id_, doc=document.doc, run=run, text=text))

    async def interrupt(self, document: SharedDocument) -> None:
        """Interrupt the running cell and empty the queue."""
        await self.requests.ask(lambda id_: m.Interrupt(id=id_, doc=document.doc))

    async def restart(self, document: SharedDocument, *, stop: bool) -> None:
        """End the kernel and, unless `stop`, start it anew."""
        await self.requests.ask(lambda id_: m.Restart(id=id_, doc=document.doc, stop=stop))

    async def kernels(self, document: SharedDocument) -> list[KernelChoice]:
        """Kernels to choose from."""
        return await self.requests.result(
            lambda id_: m.Kernels(id=id_, doc=document.doc), list[KernelChoice]
        )

    async def choose_kernel(self, document: SharedDocument, name: str) -> None:
        """Use this kernel from now on."""
        await self.requests.ask(lambda id_: m.ChooseKernel(id=id_, doc=document.doc, name=name))

    async def complete(self, document: SharedDocument, code: str, pos: int) -> Completion:
        """How code could go on."""
        return await self.requests.result(
            lambda id_: m.Complete(id=id_, doc=document.doc, code=code, pos=pos), Completion
        )

    async def inspect(
        self, document: SharedDocument, code: str, pos: int, detail: int
    ) -> Inspection:
        """What stands at a place."""
        return await self.requests.result(
            lambda id_: m.Inspect(id=id_, doc=document.doc, code=code, pos=pos, detail=detail),
            Inspection,
        )

    async def clear_outputs(self, document: SharedDocument, cells: list[str]) -> None:
        """Take away what cells printed."""
        await self.requests.ask(lambda id_: m.ClearOutputs(id=id_, doc=document.doc, cells=cells))

    async def copy_outputs(
        self, document: SharedDocument, source: str, cells: list[tuple[str, str]]
    ) -> None:
        """Give pasted cells their output."""
        await self.settled(document)
        await self.requests.ask(
            lambda id_: m.CopyOutputs(id=id_, doc=document.doc, source=source, pairs=cells)
        )

    async def status(self) -> ProjectStatus:
        """What runs."""
        return await self.requests.result(lambda id_: m.Status(id=id_), ProjectStatus)

    async def backup(self, to: Path) -> None:
        """Copy the log to a new file on the relay's machine."""
        await self.requests.ask(lambda id_: m.Backup(id=id_, file=str(to)))

    async def stop(self, *, everything: bool = False) -> None:
        """End the relay, and with `everything` the kernels too."""
        await self.requests.ask(lambda id_: m.Stop(id=id_, everything=everything))

    async def output_text(
        self, document: SharedDocument, cell: str, run: str, index: int, start: int
    ) -> KeptText:
        """Some of what is left out of a long output."""
        return await self.requests.result(
            lambda id_: m.OutputText(
                id=id_,
                doc=document.doc,
                cell=cell,
                run=run,
                index=index,
                start=start,
                count=TEXT_AT_ONCE,
            ),
            KeptText,
        )
