"""A project with a past, for the pictures of history: the same people, words and times every time.

A relay in this process without a host side; three people write a text, a notebook and a chat over
two days by a clock that is set by hand. Cyd writes some of it without a connection.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from textual.pilot import Pilot

from cocalc_tui.app import CocalcApp
from cocalc_tui.chat import schema as chat
from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.workspace import Workspace
from cocalc_tui.notebook import ipynb, schema
from cocalc_tui.notebook.model import creation
from cocalc_tui.protocol.transport import Transport
from cocalc_tui.server.access import Access
from cocalc_tui.server.accounts import Accounts
from cocalc_tui.server.relay.relay import Relay
from cocalc_tui.server.relay.surroundings import Whereabouts
from cocalc_tui.server.store import Member
from cocalc_tui.server.store.memory import MemoryStore
from cocalc_tui.sync.patch import MAIN, Op, Splice

NINE = 1_795_424_400_000
"""Monday, 23 November 2026, 9:00 UTC, in milliseconds."""
MINUTE = 60_000
NOTES = """\
# Decay of sample 7

The counter was warmed up for an hour.
The first run looks fine.
The second run was stopped early.
"""
NOTEBOOK = """\
{"cells": [
 {"cell_type": "markdown", "id": "c1", "metadata": {}, "source": "# Fitting the decay"},
 {"cell_type": "code", "id": "c2", "metadata": {}, "outputs": [], "execution_count": null,
  "source": "data = load(\\"run1.csv\\")\\nlen(data)"},
 {"cell_type": "code", "id": "c3", "metadata": {}, "outputs": [], "execution_count": null,
  "source": "fit(data, model=\\"exp\\")"}],
 "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
"""


class Everybody(Accounts):
    """A machine that has every user."""

    def user_id(self, name: str) -> int:
        """A number for a name."""
        return 1000 + sum(name.encode())


class Past:
    """The project, its clock and its people."""

    def __init__(self) -> None:
        self.now = NINE
        store = MemoryStore()
        self._access = Access(store, "alice", Everybody())
        self._store = store
        self.relay = Relay(
            store, self._access, project=Whereabouts("decay"), clock=lambda: self.now, hosted=False
        )
        self._people: dict[str, Workspace] = {}
        self._lines: dict[str, Transport] = {}
        self._reachable: dict[str, asyncio.Event] = {}

    async def start(self) -> None:
        """Let people in."""
        for user in ("bob", "cyd"):
            await self._store.put_member(user, Member("editor"))
        await self.relay.start()
        await self.person("kernel", host=True)
        for user in ("alice", "bob", "cyd"):
            await self.person(user)

    async def person(self, user: str, *, host: bool = False) -> Workspace:
        """Connect somebody."""
        reachable = self._reachable[user] = asyncio.Event()
        reachable.set()

        async def connect() -> Transport:
            await reachable.wait()
            name = "alice" if host else user
            self._lines[user] = line = self.relay.connect_memory(name, host=host)
            return line

        session = f"{len(self._people) + 1:016x}"
        workspace = Workspace(connect, session, clock=lambda: self.now)
        self._people[user] = workspace
        workspace.start()
        await workspace.ready()
        return workspace

    async def close(self) -> None:
        """Let everybody go."""
        for workspace in self._people.values():
            await workspace.close()
        await self.relay.close()

    async def open(self, user: str, path: str) -> SharedDocument:
        """Somebody's side of a document."""
        return await self._people[user].open(path)

    async def cut_off(self, user: str) -> None:
        """Take somebody's network away."""
        self._reachable[user].clear()
        await self._lines[user].close()
        await until(lambda: not self._people[user].online)

    async def back(self, user: str, document: SharedDocument) -> None:
        """Give it back, and wait until all that was typed is here."""
        self._reachable[user].set()
        await until(lambda: self._people[user].online and document.sent)

    # --- writing -------------------------------------------------------------------------------

    async def change(
        self, user: str, path: str, ops: list[Op], kind: str = "typing", *, after: float = 0.1
    ) -> None:
        """Somebody changes something, `after` minutes after the last change."""
        self.now += int(after * MINUTE)
        document = await self.open(user, path)
        document.change(ops, kind, step=True)
        await self._people[user].settled(document)
        await self._everywhere(path, document.numbers.upto)

    async def _everywhere(self, path: str, upto: int) -> None:
        def there(workspace: Workspace) -> bool:
            found = (one for one in workspace.documents.values() if one.path == path)
            return not workspace.online or all(one.numbers.upto >= upto for one in found)

        await until(lambda: all(map(there, self._people.values())))

    async def write(
        self, user: str, path: str, before: str, text: str, *, delete: int = 0, after: float = 0.1
    ) -> None:
        """Somebody writes word by word, behind the first `before`."""
        document = await self.open(user, path)
        pos = str(document.replica.text(MAIN)).index(before) + len(before)
        for word in text.split(" "):
            add = word if word == text.split(" ")[-1] else f"{word} "
            ops: list[Op] = [Splice(pos, delete, add)]
            await self.change(user, path, ops, after=after)
            pos, delete, after = pos + len(add), 0, 0.01


async def write_notes(past: Past) -> None:
    """Two days of a text."""
    path = "notes.md"
    await past.change("alice", path, [Splice(0, 0, NOTES)], "import")
    await past.write("alice", path, "looks fine.", "\nIts background is 31 counts.", after=5)
    await past.write("bob", path, "# Decay of sample 7", ", second series", after=45)
    cyd = await past.open("cyd", path)
    await past.cut_off("cyd")
    past.now += MINUTE
    for word in ("Cyd: ", "what ", "about ", "the ", "dead ", "time?\n"):
        cyd.change([Splice(len(str(cyd.replica.text(MAIN))), 0, word)])
    await past.write("alice", path, "warmed up for an hour.", " It is stable to 0.2 %.", after=20)
    await past.back("cyd", cyd)
    await past.change("bob", path, [Splice(0, 0, "<!-- draft -->\n")], "paste", after=300)
    await past.write(
        "bob", path, "The second run was ", "repeated with twice the time",
        delete=len("stopped early"), after=1200,
    )  # fmt: skip


async def write_notebook(past: Past) -> None:
    """A notebook, run and changed."""
    path = "fit.ipynb"
    await past.change("alice", path, creation(ipynb.read(NOTEBOOK, "c")), "import")
    document = await past.open("alice", path)
    _, load, fit = schema.cells(document.replica)
    await past.open("kernel", path)
    output = {
        "output_type": "execute_result", "data": {"text/plain": "981"}, "metadata": {},
        "execution_count": 1,
    }  # fmt: skip
    await past.change("kernel", path, schema.create_output(load, "0" * 16, 0, output), "output")
    ops: list[Op] = [Splice(4, 4, "data, start=(1, 0.5)", schema.input_of(fit))]
    await past.change("bob", path, ops, after=30)
    source = schema.source(document.replica, load)
    ops = [Splice(source.index("1"), 1, "2", schema.input_of(load))]
    await past.change("alice", path, ops, after=2)
    again = output | {"data": {"text/plain": "744"}, "execution_count": 2}
    await past.change("kernel", path, schema.create_output(fit, "1" * 16, 0, again), "output")


async def write_chat(past: Past) -> None:
    """A chat."""
    path = "talk.chat"
    said = [
        ("alice", "The second run was stopped early.", 0.1),
        ("bob", "I repeat it with twice the time.", 3),
        ("alice", "Good. Then plot both.", 2),
        ("bob", "They agree within 2 %.", 90),
    ]
    for number, (user, words, after) in enumerate(said):
        at = past.now + int(after * MINUTE)
        ops = chat.say(f"{number:016x}", user, at, words)
        await past.change(user, path, ops, after=after)


@asynccontextmanager
async def past() -> AsyncIterator[Past]:
    """The project with its past."""
    made = Past()
    await made.start()
    try:
        yield made
    finally:
        await made.close()


@contextmanager
def utc() -> Iterator[None]:
    """Times as in UTC, wherever the pictures are taken."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = "UTC"
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()


WRITERS = {"notes.md": write_notes, "fit.ipynb": write_notebook, "talk.chat": write_chat}


@asynccontextmanager
async def app(path: str) -> AsyncIterator[CocalcApp]:
    """Alice's app with a document open that has a past."""
    with utc():
        async with past() as made:
            await WRITERS[path](made)

            async def connect() -> Transport:
                return made.relay.connect_memory("alice")

            mine = Workspace(connect, "a" * 16, clock=lambda: made.now)
            yield CocalcApp(mine, "decay", [path])


@asynccontextmanager
async def history_of(path: str, size: tuple[int, int]) -> AsyncIterator[Pilot[None]]:
    """The history screen of a document, its newest version showing."""
    async with app(path) as screen, screen.run_test(size=size) as pilot:
        await until(lambda: screen.main.tiles.document is not None)
        await pilot.press("f4")
        await until(lambda: getattr(screen.screen, "version", 0) > 0)
        await pilot.pause()
        yield pilot


async def until(true: Callable[[], object]) -> None:
    """Wait for something to become true."""
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110 - nothing tells of all the states that are waited for
            await asyncio.sleep(0.002)
