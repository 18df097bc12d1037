"""Searching the project's files: each part of a search is a child's work (`server.search`)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec

from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.codec import encode
from cocalc_tui.protocol.events import SearchPart
from cocalc_tui.server.children import child
from cocalc_tui.server.daemon import python_command
from cocalc_tui.server.host.root import FileError

AT_ONCE = 2
"""Children that search; whoever asks more waits for one of them."""
PATIENCE = 30.0
"""Seconds after which a part has failed: a disk hangs, or a pattern does."""


class Searching:
    """The searches in one project."""

    def __init__(self, project: Path) -> None:
        self._project = project
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def search(self, request: m.SearchFiles) -> SearchPart:
        """One part of a search; raises FileError."""
        started = child(
            *python_command("cocalc_tui.server.main", "search", str(self._project)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        async with self._turn, started as searcher:
            try:
                async with asyncio.timeout(PATIENCE):
                    said, wrong = await searcher.communicate(encode(request))
            except TimeoutError:
                raise FileError("busy", f"the search took more than {PATIENCE:.0f} s") from None
        if searcher.returncode:
            lines = wrong.decode(errors="replace").strip().splitlines()
            raise FileError("form", lines[-1] if lines else "the search was ended; try again")
        return msgspec.msgpack.decode(said, type=SearchPart)
