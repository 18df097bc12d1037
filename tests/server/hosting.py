"""A project folder with a real relay and host side on it, and people who connect."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

from cocalc_tui.client.document import SharedDocument, wall_clock
from cocalc_tui.client.workspace import Workspace
from cocalc_tui.protocol.transport import Transport
from cocalc_tui.server.access import Access
from cocalc_tui.server.host.autosave import Pace
from cocalc_tui.server.host.host import Host
from cocalc_tui.server.kernels.runner import Runner, Say
from cocalc_tui.server.relay.relay import Relay
from cocalc_tui.server.relay.surroundings import Surroundings, Whereabouts
from cocalc_tui.server.store import Member
from cocalc_tui.server.store.memory import MemoryStore
from cocalc_tui.server.terminals.terminals import Say as SayScreen
from cocalc_tui.server.terminals.terminals import Terminals
from cocalc_tui.sync.patch import MAIN, Splice
from tests.server.people import Everybody

PATIENCE = 60
QUICK = Pace(quiet=0.02, longest=0.1, again=0.05)
BY_HAND = Pace(quiet=3600, longest=3600, again=3600)
"""Nothing is saved unless somebody asks."""


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not true():
            await asyncio.sleep(0.002)


async def threads_idle() -> None:
    """Wait until no thread works for this loop: those of a killed process would be gone."""
    with ThreadPoolExecutor(1) as outside:
        executor = asyncio.get_running_loop()._default_executor  # type: ignore[attr-defined]  # asyncio tells it nobody
        if executor is not None:
            barrier = threading.Barrier(executor._max_workers + 1)
            for _ in range(executor._max_workers):
                executor.submit(barrier.wait)
            await asyncio.wrap_future(outside.submit(barrier.wait))


class Box:
    """A project, its relay and host side, and people."""

    def __init__(self, project: Path, pace: Pace) -> None:
        self.project = project
        self.state = project / ".cocalc-tui"
        self.state.mkdir(exist_ok=True)
        self.store = MemoryStore()
        self.people: list[Workspace] = []
        self.lines: dict[Workspace, Transport] = {}
        self.reachable: dict[Workspace, asyncio.Event] = {}
        self.pace = pace
        self.make_runner: Callable[[Say], Runner] | None = None
        self.make_terminals: Callable[[SayScreen], Terminals] | None = None
        self.stopped: list[bool] = []

    async def start(self) -> None:
        access = Access(self.store, "alice", Everybody())
        await self.store.put_member("ben", Member("editor"))
        await self.store.put_member("vera", Member("viewer"))
        await self.store.put_member("rune", Member("runner"))
        self.relay = Relay(
            self.store,
            access,
            project=Whereabouts("lab", root=str(self.project), machine="box"),
            clock=wall_clock,
            around=Surroundings(backup=self.copy_log, on_stop=self.stopped.append),
        )
        await self.relay.start()
        relay = self.relay

        async def connect() -> Transport:
            return relay.connect_memory("alice", host=True)

        self.host = Host(
            self.project,
            self.state,
            connect,
            session=f"{id(relay):016x}",
            clock=wall_clock,
            make_runner=self.make_runner,
            make_terminals=self.make_terminals,
            pace=self.pace,
        )
        await self.host.start()

    async def copy_log(self, to: Path) -> None:
        await asyncio.to_thread(to.touch)

    async def stop(self) -> None:
        await self.host.close()
        await self.relay.close()

    async def kill(self) -> None:
        """End relay and host side without saving anything, as kill -9 does."""
        for opened in self.host.open.values():
            opened.autosave.begun()
            if opened.autosave._task is not None:
                opened.autosave._task.cancel()
        self.host.open.clear()
        await self.stop()
        await threads_idle()

    async def opened_again(self) -> SharedDocument:
        """What the next relay shows of a.txt."""
        await self.start()
        return await (await self.person()).open("a.txt")

    def forget_notes(self) -> None:
        """Lose what was noted of saves."""
        for note in self.state.glob("saved.db*"):
            note.unlink()

    async def marked(self) -> None:
        """Wait until it is noted that something is unsaved."""
        await until(self.host.notes.saved.marked)

    async def person(self, user: str = "ben") -> Workspace:
        reachable = asyncio.Event()
        reachable.set()

        async def connect() -> Transport:
            await reachable.wait()
            transport = self.lines[workspace] = self.relay.connect_memory(user)
            return transport

        workspace = Workspace(connect, f"{len(self.people) + 1:016x}")
        self.people.append(workspace)
        self.reachable[workspace] = reachable
        workspace.start()
        await workspace.ready()
        return workspace

    async def cut_off(self, person: Workspace) -> asyncio.Event:
        """Take somebody's network away; set what is returned to give it back."""
        self.reachable[person].clear()
        await self.lines[person].close()
        await until(lambda: not person.online)
        return self.reachable[person]

    def read(self, path: str) -> str:
        return (self.project / path).read_bytes().decode()

    def write(self, path: str, text: str) -> None:
        (self.project / path).write_bytes(text.encode())

    def names(self) -> list[str]:
        return sorted(p.name for p in self.project.iterdir() if p.name != ".cocalc-tui")


@asynccontextmanager
async def running(tmp_path: Path, pace: Pace = BY_HAND) -> AsyncIterator[Box]:
    project = tmp_path / "project"
    project.mkdir(exist_ok=True)
    box = Box(project, pace)
    await box.start()
    try:
        yield box
    finally:
        for person in box.people:
            await person.close()
        await box.stop()


@asynccontextmanager
async def zero_typed(
    tmp_path: Path, held: str, pace: Pace = BY_HAND
) -> AsyncIterator[tuple[Box, SharedDocument]]:
    """Somebody typed `zero` at the top of a.txt, which held that; the relay has it."""
    async with running(tmp_path, pace) as box:
        box.write("a.txt", held)
        document = await (await box.person()).open("a.txt")
        type_in(document, 0, "zero\n")
        await until(lambda: document.sent)
        yield box, document


def text(document: SharedDocument) -> str:
    return str(document.replica.text(MAIN))


def type_in(document: SharedDocument, pos: int, insert: str, delete: int = 0) -> None:
    document.change([Splice(pos, delete, insert)], step=True)
