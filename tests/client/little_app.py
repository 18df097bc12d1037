"""An app without a screen, as a process that can be stopped and killed.

Reads orders from stdin, one a line, and answers each with a line of JSON:
`open PATH`, `type WORDS` (at the end of the document), `look`.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

from cocalc_tui.client import pulse
from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.events import NotKept, WorkRefused, WorkSent
from cocalc_tui.client.journal import Journal
from cocalc_tui.client.link import connect_unix
from cocalc_tui.client.workspace import Workspace
from cocalc_tui.protocol.transport import Transport
from cocalc_tui.sync.patch import Splice


class LittleApp:
    """One app on one socket."""

    def __init__(self, socket: Path, project: str) -> None:
        async def connect() -> Transport:
            return await connect_unix(socket, os.geteuid())

        session = os.urandom(8).hex()
        self.workspace = Workspace(connect, session, journal=Journal(project, session))
        self.document: SharedDocument | None = None
        self.news: list[str] = []
        self.workspace.subscribe(self._heard)
        self.workspace.start()

    def _heard(self, event: object) -> None:
        if isinstance(event, WorkSent | WorkRefused | NotKept):
            self.news.append(type(event).__name__)

    async def obey(self, word: str, rest: str) -> dict[str, object]:
        """Do what is ordered; returns how it stands then."""
        if word == "open":
            await self.workspace.ready()
            self.document = await self.workspace.open(rest)
        elif word == "type":
            assert self.document is not None
            end = len(self.document.replica.text())
            self.document.change([Splice(end, 0, rest + " ")])
        document = self.document
        return {
            "online": self.workspace.online,
            "since": self.workspace.offline_since,
            "text": str(document.replica.text()) if document is not None else None,
            "sent": document.sent if document is not None else None,
            "session": document.session if document is not None else None,
            "news": self.news,
        }


def hurry() -> None:
    """Notice a dead line sooner than a person needs; the order of things stays."""
    pulse.EVERY, pulse.PATIENCE, pulse.ASLEEP, pulse.WOKEN = 1.0, 3.0, 1.5, 1.0


async def main(socket: str, project: str) -> None:
    """Obey until there are no more orders."""
    hurry()
    app = LittleApp(Path(socket), project)
    reader = asyncio.StreamReader()
    protocol = asyncio.StreamReaderProtocol(reader)
    await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, sys.stdin)
    while line := await reader.readline():
        word, _, rest = line.decode().strip().partition(" ")
        print(json.dumps(await app.obey(word, rest)), flush=True)
    await app.workspace.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
