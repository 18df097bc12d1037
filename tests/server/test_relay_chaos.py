"""Random people on a relay that comes and goes: nothing acknowledged is lost, all hear the same."""

from __future__ import annotations

import asyncio
import random
import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.patches import to_wire
from cocalc_tui.protocol.transport import TransportClosed
from cocalc_tui.server.relay import Relay
from cocalc_tui.server.store import Store
from cocalc_tui.server.store.memory import MemoryStore
from cocalc_tui.server.store.sealing import Sealing
from cocalc_tui.server.store.sqlite import SqliteStore
from cocalc_tui.sync.encoding import decode_block
from cocalc_tui.sync.identity import digest
from cocalc_tui.sync.patch import Patch, PatchId, Splice
from tests.server.apps import App, Box
from tests.server.test_store_sqlite import seal_here

WORDS = 40


class Writer:
    """Types patches, keeps them until they are acknowledged, and comes back when cut off."""

    def __init__(self, number: int) -> None:
        self.session = f"{number:016x}"
        self.log: dict[int, PatchId] = {}
        self.parents_of: dict[PatchId, list[tuple[str, int]]] = {}
        self.made: list[m.WirePatch] = []
        self.acknowledged = 0
        self.app: App | None = None
        self.opened: m.Opened | None = None

    @property
    def heads(self) -> list[PatchId]:
        ids = set(self.log.values())
        return sorted(ids - {PatchId(*one) for i in ids for one in self.parents_of[i]})

    def make(self, now: int) -> None:
        n = len(self.made)
        parents = {one for one in self.heads if one.session != self.session}
        if n:
            parents.add(PatchId(self.session, n - 1))
        patch = Patch(
            PatchId(self.session, n), now, tuple(sorted(parents)), (Splice(0, 0, f"{n} "),)
        )
        self.made.append(to_wire(patch))

    async def connect(self, relay: Relay) -> None:
        self.app = App(relay.connect_memory("alice"), self.session)
        await self.app.hello()
        have = None
        if self.opened is not None:
            heads = digest(self.heads)
            log, epoch = self.opened.log, self.opened.epoch
            have = m.Have(log=log, epoch=epoch, seq=len(self.log), digest=heads)
        self.opened = await self.app.open(have=have)
        assert self.opened.resumed == (have is not None)
        await self.send(self.acknowledged)

    async def send(self, first: int) -> None:
        assert self.app is not None
        assert self.opened is not None
        if self.made[first:]:
            await self.app.push(self.opened.doc, *self.made[first:])

    def take(self) -> None:
        """Learn what came."""
        assert self.app is not None
        for message in self.app.heard:
            if isinstance(message, m.Ack):
                self.acknowledged = max(self.acknowledged, message.seqs[-1][0] + 1)
            elif isinstance(message, m.Entries):
                self._learn(message)
            elif isinstance(message, m.Refused):
                # What was sent twice over an old and a new connection may come in the wrong order.
                assert message.code == "gap"
        self.app.heard.clear()

    def _learn(self, message: m.Entries) -> None:
        for block in message.blocks:
            for entry in decode_block(block):
                self._entry(entry.seq, entry.patch.id, list(entry.patch.parents))
        for one in message.entries:
            self._entry(one.seq, PatchId(one.patch.session, one.patch.n), one.patch.parents)

    def _entry(self, seq: int, patch: PatchId, parents: list[tuple[str, int]]) -> None:
        assert self.log.setdefault(seq, patch) == patch
        assert seq == 1 or seq - 1 in self.log, "a gap"
        self.parents_of[patch] = list(parents)

    async def leave(self) -> None:
        if self.app is not None:
            self.take()
            await self.app.leave()
            self.app = None


class Chaos(Box):
    def __init__(self, store: Store, seed: int) -> None:
        super().__init__(store)
        self.random = random.Random(seed)
        self.writers = [Writer(number) for number in range(1, 5)]

    async def play(self, steps: int) -> None:
        await self.relay.start()
        for _ in range(steps):
            self.now += self.random.choice([0, 1, 1000, -5000])
            act: Callable[[], object] = self.random.choices(
                [self.type, self.breathe, self.cut, self.restart], [10, 10, 3, 1]
            )[0]
            await act()  # type: ignore[misc]  # all four are coroutines
            await self.store.tend(self.now)
        await self.settle()

    async def type(self) -> None:
        writer = self.random.choice(self.writers)
        first = len(writer.made)
        for _ in range(self.random.randint(1, 5)):
            writer.make(self.now)
        if writer.app is None:
            await writer.connect(self.relay)
        else:
            try:
                await writer.send(first)
            except TransportClosed:
                await writer.leave()

    async def breathe(self) -> None:
        for _ in range(self.random.randint(0, 30)):
            await asyncio.sleep(0)
        for writer in self.writers:
            if writer.app is not None:
                writer.take()

    async def cut(self) -> None:
        await self.random.choice(self.writers).leave()

    async def restart(self) -> None:
        await self.relay.close()
        for writer in self.writers:
            await writer.leave()
        self.relay = Box(self.store).relay
        await self.relay.start()

    async def settle(self) -> None:
        """Everybody comes back and sends what is not acknowledged."""
        total = sum(len(writer.made) for writer in self.writers)
        for writer in self.writers:
            await writer.leave()
            await writer.connect(self.relay)
        for writer in self.writers:
            app = writer.app
            assert app is not None

            def done(writer: Writer = writer) -> bool:
                writer.take()
                return len(writer.log) == total and writer.acknowledged == len(writer.made)

            await app.until(done)
        await self.relay.close()
        for writer in self.writers:
            await writer.leave()


async def play(store: Store, seed: int) -> None:
    chaos = Chaos(store, seed)
    await chaos.play(WORDS)
    logs = [writer.log for writer in chaos.writers]
    assert all(log == logs[0] for log in logs)
    made = {(w.session, n) for w in chaos.writers for n in range(len(w.made))}
    assert set(logs[0].values()) == made
    assert sorted(logs[0]) == list(range(1, len(made) + 1))
    await store.close()


@given(st.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
def test_nothing_is_lost_in_memory(seed: int) -> None:
    asyncio.run(play(MemoryStore(), seed))


@given(st.integers(0, 2**32))
@settings(max_examples=15, deadline=None)
def test_nothing_is_lost_on_disk(seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        sealing = Sealing(rows=7, keep=3, most=20, seal=seal_here)
        asyncio.run(play(SqliteStore(Path(folder) / "log.db", sealing=sealing), seed))
