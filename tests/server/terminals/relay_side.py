"""The relay side of one terminal, without a relay: what tests ask, and what they hear."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.events import (
    BlobPart,
    RecordingFiles,
    TerminalOpens,
    TerminalRows,
    TerminalScreen,
)
from cocalc_tui.server.terminals.starting import TerminalGrounds
from cocalc_tui.server.terminals.terminals import Terminals
from cocalc_tui.terminal.cast import joined

SGR = re.compile(r"\x1b\[[0-9;:]*m")


DOC = "d0c"


class Side:
    """One life of the relay side."""

    def __init__(self, grounds: TerminalGrounds) -> None:
        self.heard: list[TerminalScreen] = []
        self.opens: list[TerminalOpens] = []
        self.terminals = Terminals(grounds, self._said)
        self.shared = SharedDocument.offline("build.term", "terminal")
        self.shared.doc = DOC

    def _said(self, _doc: str, topic: str, said: TerminalScreen | TerminalOpens) -> None:
        if isinstance(said, TerminalOpens):
            self.opens.append(said)
        else:
            self.heard.append(said)

    async def start(self) -> Side:
        await self.terminals.start()
        self.terminals.attach(self.shared)
        return self

    async def ask(self, request: m.Message, *, user: str = "ann", types: bool = True) -> object:
        return await self.terminals.serve(request, user, f"of {user}", types=types)

    async def open(self, **more: bool) -> TerminalScreen:
        screen = await self.ask(m.TerminalOpen(id=1, doc=DOC, **more))
        assert isinstance(screen, TerminalScreen)
        return screen

    async def type(self, text: str, user: str = "ann") -> None:
        await self.ask(m.TerminalType(id=1, doc=DOC, text=text), user=user)

    async def text(self) -> str:
        screen = await self.open()
        past = await self.ask(m.TerminalHistory(id=1, doc=DOC, first=0, count=1000))
        assert isinstance(past, TerminalRows)
        rows = [*past.rows[: screen.history], *(screen.rows[y] for y in sorted(screen.rows))]
        return "\n".join(SGR.sub("", row).rstrip() for row in rows)

    async def recording(self) -> str:
        """As an app that may only watch has it."""
        found = await self.ask(m.TerminalFiles(id=1, doc=DOC), user="vera", types=False)
        assert isinstance(found, RecordingFiles)
        texts = []
        for file in found.files:
            request = m.TerminalRecording(id=1, doc=DOC, name=file.name)
            part = await self.ask(request, user="vera", types=False)
            assert isinstance(part, BlobPart)
            texts.append(part.data.decode())
        return joined(texts)

    async def shows(self, words: str) -> None:
        """Wait for words, wherever the rows end: folders have names of any length."""
        async with asyncio.timeout(60):
            while "".join(words.split()) not in "".join((await self.text()).split()):
                await asyncio.sleep(0.02)


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.01)
