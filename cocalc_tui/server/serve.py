"""The relay process: store, relay core and host side put together, and when it ends.

It can be killed at any moment: what it acknowledged is on disk, kernels are their keepers', and the
door starts another. By itself it ends when nobody is there and nothing runs, or when the owner says
so; then it saves everything first.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from cocalc_tui.garbage import garbage
from cocalc_tui.peers import user_name
from cocalc_tui.protocol.transport import Transport
from cocalc_tui.server.access import Access
from cocalc_tui.server.anchor import Anchor
from cocalc_tui.server.blobs import BlobStore
from cocalc_tui.server.door import STOPPED
from cocalc_tui.server.environment import clean
from cocalc_tui.server.guests import Guest
from cocalc_tui.server.holding import hold
from cocalc_tui.server.host.host import Host
from cocalc_tui.server.kernels.runner import Runner
from cocalc_tui.server.kernels.starting import Grounds
from cocalc_tui.server.paths import Places, open_to_guests, places
from cocalc_tui.server.relay.relay import Relay
from cocalc_tui.server.relay.surroundings import Processes, Surroundings, Whereabouts
from cocalc_tui.server.store import StoreTrouble
from cocalc_tui.server.store.archive import NAME as ARCHIVE
from cocalc_tui.server.store.keeping import FILE, KeepingFile
from cocalc_tui.server.store.sqlite import SqliteStore
from cocalc_tui.server.successor import Successors
from cocalc_tui.server.terminals.starting import TerminalGrounds
from cocalc_tui.server.terminals.terminals import Terminals

TAKEN_AWAY = (
    "somebody took the project's log away (.cocalc-tui); it is written anew, so nothing typed is "
    "lost, but snapshots, the trash and large outputs are gone"
)
RESTED = 2.0
"""Seconds without a message that count as a pause."""
IDLE = 5.0
"""Seconds without anybody after which the relay ends, where nothing runs."""


def clock() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def serve(project: Path, umask: int, listener: int, door: Sequence[str] = ()) -> int:
    """Be the relay of a project until there is nothing to do; returns the exit code.

    `door` is how it may be replaced when it is killed, as `Successors.of` reads it.
    """
    where = places(project)
    with socket.socket(fileno=listener) as at:
        successors = Successors.of(door, where.project, umask, listener)
        try:
            return asyncio.run(_Service(where, umask, successors).run(at))
        except StoreTrouble as trouble:
            # The last line of the log is what the door tells those who wait.
            print(trouble, file=sys.stderr)  # noqa: T201 - this is the talk
            return 1


class _Service:
    """One relay process."""

    def __init__(self, where: Places, umask: int, doors: Successors | None) -> None:
        self._where = where
        self._doors = doors
        self._umask = umask
        self._started = clock()
        self._end = asyncio.Event()
        self._stopped = False
        self._everything = False
        self._project = Anchor(where.project)

    async def run(self, at: socket.socket) -> int:
        """Serve until the end; returns the exit code."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._end.set)
        self._holding = await asyncio.to_thread(hold, self._where.state)
        keeping = KeepingFile(self._where.state / FILE)

        before_anything: list[Callable[[], None]] = []

        def taken_away() -> None:
            for mend in before_anything:
                mend()
            access.tell()
            relay.announce(TAKEN_AWAY)

        store = self._open_store(keeping, taken_away)
        host_user = user_name(self._where.host)
        access = Access(store, host_user, told=self._share)
        relay = self._make_relay(store, access, keeping)
        await relay.start()
        self._host = await self._start_host(relay, host_user)
        before_anything.append(self._host.notes.ensure_in_place)
        await relay.serve_unix(at)
        garbage.settle()
        watch = asyncio.create_task(self._watch(relay))
        if self._doors is not None:
            self._doors.watch()
        await self._end.wait()
        watch.cancel()
        await self._leave(relay, store)
        return STOPPED if self._stopped else 0

    def _open_store(self, keeping: KeepingFile, taken_away: Callable[[], None]) -> SqliteStore:
        state = self._where.state
        folder = Path(keeping().archive_folder or state)
        return SqliteStore(
            state / "log.sqlite",
            archive=folder / ARCHIVE,
            keeping=keeping,
            on_taken_away=taken_away,
        )

    def _make_relay(self, store: SqliteStore, access: Access, keeping: KeepingFile) -> Relay:
        project = Whereabouts(
            self._where.project.name or "/",
            root=str(self._where.project),
            machine=socket.gethostname(),
            place=self._project.name,
        )
        around = Surroundings(
            processes=self._processes,
            keeping=keeping,
            trouble=lambda: keeping.mistake or store.trouble,
            backup=store.backup,
            on_stop=self._stop,
            on_broken=self._end.set,
        )
        return Relay(store, access, project=project, clock=clock, around=around)

    async def _leave(self, relay: Relay, store: SqliteStore) -> None:
        """Save all, say the last word, and let the project go to whoever is next."""
        await self._host.close(everything=self._everything)
        await relay.close(None if self._project.in_place else self._project.where())
        await store.close()
        if self._holding is not None:
            await asyncio.to_thread(self._holding.release)
        if self._stopped and self._doors is not None:
            self._doors.end()

    async def _start_host(self, relay: Relay, host_user: str) -> Host:
        async def connect() -> Transport:
            return relay.connect_memory(host_user, host=True)

        grounds = Grounds(
            self._where.project,
            self._where.keepers,
            self._where.outputs,
            BlobStore(self._where.blobs),
            self._where.kernel_sockets,
            clean(os.environ),
            self._umask,
        )
        host = Host(
            self._where.project,
            self._where.state,
            connect,
            session=secrets.token_hex(8),
            clock=clock,
            make_runner=lambda say: Runner(grounds, say, clock),
            make_terminals=lambda say: Terminals(self._terminal_grounds(), say),
            umask=self._umask,
        )
        await host.start()
        return host

    async def _watch(self, relay: Relay) -> None:
        """End when nobody is there or the project is elsewhere, and tidy up in pauses."""
        empty_since = heard_at = time.monotonic()
        heard = visits = 0
        while True:
            await asyncio.sleep(0.5)
            if relay.heard != heard:
                heard, heard_at = relay.heard, time.monotonic()
            elif time.monotonic() - heard_at > RESTED:
                garbage.pause()
            if self._holding is not None and not await asyncio.to_thread(self._holding.renew):
                self._lost()
            if not self._project.in_place:
                self._end.set()
            if relay.people or relay.visits != visits or self._host.busy:
                empty_since, visits = time.monotonic(), relay.visits
            elif time.monotonic() - empty_since > IDLE:
                self._end.set()

    @staticmethod
    def _lost() -> None:
        """Another machine took over, as while this one slept: not one more byte is written."""
        print("another machine serves this project now", file=sys.stderr)  # noqa: T201 - this is the talk
        os._exit(1)

    def _share(self, guests: Sequence[Guest]) -> None:
        """Where the runtime folder was cleaned away, the door has another relay say it again."""
        with contextlib.suppress(OSError):
            open_to_guests(self._where, guests)

    def _terminal_grounds(self) -> TerminalGrounds:
        where = self._where
        return TerminalGrounds(
            where.project, where.terminals, where.kernel_sockets, clean(os.environ), self._umask
        )

    def _processes(self) -> Processes:
        kernels = self._host.runner.status() if self._host.runner is not None else []
        terminals = self._host.terminals
        door = self._doors.door if self._doors is not None else os.getppid()
        found = Processes(os.getpid(), door, self._started, kernels)
        if terminals is None:
            return found
        return replace(found, terminals=terminals.running, ended=terminals.ended)

    def _stop(self, everything: bool) -> None:
        self._stopped = True
        self._everything = everything
        self._end.set()
