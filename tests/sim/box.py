"""The machine that serves a project: a relay process that comes and goes, over a disk that stays.

It is put together as `server.serve` does, of the real store, relay and host side; a new relay is
started whenever one has died, as the door does.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import apsw

from cocalc_tui.protocol.transport import Transport
from cocalc_tui.server.access import Access
from cocalc_tui.server.host.autosave import Pace
from cocalc_tui.server.host.host import Host
from cocalc_tui.server.relay.relay import Relay
from cocalc_tui.server.relay.surroundings import Surroundings, Whereabouts
from cocalc_tui.server.store import StoreTrouble
from cocalc_tui.server.store.sealing import SealError, Sealing, seal
from cocalc_tui.server.store.sqlite import SqliteStore
from tests.server.people import Everybody
from tests.sim.disk import Disk, SimVFS
from tests.sim.loop import Process, SimLoop
from tests.sim.network import Connection, SimLink

EPOCH = 1_700_000_000_000
OWNER = "alice"
BEHIND = 800
CUT_OFF = 5_000
"""Bytes, in the place of the relay's: so that small logs make slow readers."""


class LoopWorker:
    """Stands in for the store's thread: its work is done by the loop, in order."""

    def __init__(self, name: str) -> None:
        self._name = name

    async def call(self, work: Callable[..., Any], *args: object) -> Any:
        """Do it and wait."""
        return await asyncio.get_running_loop().run_in_executor(self, work, *args)  # type: ignore[arg-type]  # the loop's own takes anything that stands for a thread

    def submit(self, work: Callable[..., None], *args: object) -> None:
        """Do it."""
        asyncio.get_running_loop().run_in_executor(self, work, *args)  # type: ignore[arg-type]  # as above

    def close(self) -> None:
        """No more is asked."""


class Box:
    """The machine."""

    def __init__(self, loop: SimLoop, folder: Path, note: Callable[[str, str], None]) -> None:
        self.loop = loop
        self.random: Random = loop.random
        self.project = folder / "lab"
        self.state = self.project / ".cocalc-tui"
        self.state.mkdir(parents=True)
        self.disk = Disk(self.random)
        self.skew = 0
        """Milliseconds by which the machine's clock is wrong."""
        self.process: Process | None = None
        self.vfs: SimVFS | None = None
        self.relay: Relay | None = None
        """While it accepts connections."""
        self.connections: list[Connection] = []
        self.wanted = True
        self._note = note
        self._news: list[asyncio.Future[None]] = []
        self._starts = 0
        self._dark = False
        self._left_open: list[apsw.Connection] = []
        """Databases of a process that died, held until the operating system closes them: freed
        any sooner, whenever Python collects them, they would still write."""

    # --- the relay process ---------------------------------------------------------------------

    async def be_a_door(self) -> None:
        """Keep a relay running, for ever."""
        while True:
            process = self.process = self.loop.process(f"relay{self._starts}")
            self._starts += 1
            gone = self.loop.create_future()
            process.at_death.append(partial(self._died, gone))
            process.spawn(self._serve(process))
            await gone
            await asyncio.sleep(self.random.random() * 0.2)
            self._let_go()
            if self._dark:
                self._note("box", f"{self.disk.lose_power()} sectors are lost")
                self._dark = False
            while not self.wanted:
                await asyncio.sleep(0.1)

    def _died(self, gone: asyncio.Future[None]) -> None:
        self._note("box", "the relay is gone")
        self.relay = None
        self._left_open = apsw.connections()
        if self.vfs is not None:
            self.vfs.alive = False
        self.loop.call_soon(gone.set_result, None, context=self.loop.world.context)

    def _let_go(self) -> None:
        """The operating system closes a dead process's files."""
        for connection in apsw.connections():
            if connection.filename.startswith(str(self.project)):
                with contextlib.suppress(apsw.Error):
                    connection.close(True)
        self._left_open.clear()
        if self.vfs is not None:
            self.vfs.unregister()
            self.vfs = None

    async def _serve(self, process: Process) -> None:
        self.vfs = SimVFS(self.disk, process.kill)
        try:
            await self._serve_until_the_end()
        except (StoreTrouble, apsw.Error, OSError) as error:
            self._note("box", f"the relay ends: {type(error).__name__}")
            process.kill()  # while the error holds its files: let go of, they would be written to
        else:
            process.kill()

    async def _serve_until_the_end(self) -> None:
        self._end = asyncio.Event()
        store = SqliteStore(self.state / "log.sqlite", sealing=self._sealing())
        access = Access(store, OWNER, Everybody())
        relay = Relay(
            store,
            access,
            project=Whereabouts("lab"),
            clock=self.clock,
            new_id=self.new_id,
            around=Surroundings(on_broken=self._end.set),
        )
        await relay.start()

        async def connect() -> Transport:
            return relay.connect_memory(OWNER, host=True)

        host = Host(
            self.project,
            self.state,
            connect,
            session=self.new_id(),
            clock=self.clock,
            pace=Pace(quiet=0.5, longest=2.0, again=1.0),
        )
        await host.start()
        self.relay = relay
        for future in self._news:
            if not future.done():
                future.set_result(None)
        self._news.clear()
        self._note("box", "the relay accepts")
        await self._end.wait()
        await host.close()
        await relay.close()
        await store.close()

    def end(self) -> None:
        """Ask the relay to end in good order."""
        if self.process is not None and self.relay is not None:
            self.process.soon(self._end.set)

    def lose_power(self) -> None:
        """The relay is gone, and what the disk had not written."""
        if self.process is not None and self.process.alive:
            self._dark = True
            self.process.kill()

    def leave(self) -> None:
        """Let go of everything, as the simulation is over."""
        if self.vfs is not None:
            self.vfs.alive = False
        self._let_go()

    def _sealing(self) -> Sealing:
        async def seal_somewhen(block: bytes, rows: Sequence[str]) -> bytes:
            await asyncio.sleep(self.random.random() * 0.3)
            if self.random.random() < 0.1:
                raise SealError("the sealing process was killed")
            return seal(block, rows)

        return Sealing(rows=8, keep=4, most=24, seal=seal_somewhen)

    # --- what there is -------------------------------------------------------------------------

    def clock(self) -> int:
        """The machine's clock, milliseconds."""
        return EPOCH + int(self.loop.time() * 1000) + self.skew

    def new_id(self) -> str:
        """16 random hex digits."""
        return f"{self.random.getrandbits(64):016x}"

    async def accept(self, connection: Connection, user: str) -> None:
        """Take a connection, once there is a relay to take it."""
        while self.relay is None:
            future = self.loop.create_future()
            self._news.append(future)
            await future
        relay, process = self.relay, self.process
        assert process is not None
        self.connections.append(connection)

        def attend() -> None:
            process.spawn(relay.attend(SimLink(connection, BEHIND), user))

        process.soon(attend)
