"""What goes into one commit."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from cocalc_tui.server.relay.committer import CROWD, MOST, TURNS, Committer, Job
from cocalc_tui.server.store import Draft, Outcome
from cocalc_tui.server.store.memory import MemoryStore
from tests.server.making import ALICE, NOW, draft, typed


class Counting(MemoryStore):
    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []

    async def append(self, drafts: Sequence[Draft], now: int) -> list[Outcome]:
        self.batches.append(len(drafts))
        return await super().append(drafts, now)


class Pushes:
    def __init__(self, committer: Committer) -> None:
        self._committer = committer
        self._n = 0
        self.outcomes: list[Outcome] = []

    def some(self, count: int, each: int = 1) -> None:
        for _ in range(count):
            drafts = [draft(typed(ALICE, self._n + at)) for at in range(each)]
            self._n += each
            self._committer.submit(Job(drafts, self.outcomes.extend))


@pytest.fixture
async def running() -> AsyncIterator[tuple[Counting, Committer, Pushes]]:
    store = Counting()
    committer = Committer(store, lambda: NOW)
    task = asyncio.ensure_future(committer.run())
    yield store, committer, Pushes(committer)
    task.cancel()


async def test_what_a_person_types_waits_for_nobody(
    running: tuple[Counting, Committer, Pushes],
) -> None:
    store, committer, pushes = running
    for _ in range(5):
        pushes.some(1)
        await committer.finished()
    assert store.batches == [1] * 5
    assert pushes.outcomes == [1, 2, 3, 4, 5]


async def test_the_answers_of_a_crowd_share_a_commit(
    running: tuple[Counting, Committer, Pushes],
) -> None:
    store, committer, pushes = running
    pushes.some(CROWD)
    await committer.finished()
    for _ in range(3):
        pushes.some(2)
        await asyncio.sleep(0)
    await committer.finished()
    assert store.batches == [CROWD, 6]


async def test_a_crowd_without_end_is_not_waited_for_without_end(
    running: tuple[Counting, Committer, Pushes],
) -> None:
    store, committer, pushes = running
    pushes.some(CROWD)
    await committer.finished()
    for _ in range(3 * TURNS):
        pushes.some(1)
        await asyncio.sleep(0)
    await committer.finished()
    assert max(store.batches) <= TURNS + 2
    assert sum(store.batches) == CROWD + 3 * TURNS


async def test_a_flood_is_cut(running: tuple[Counting, Committer, Pushes]) -> None:
    store, committer, pushes = running
    pushes.some(3, each=MOST // 2 + 1)
    await committer.finished()
    assert store.batches == [2 * (MOST // 2 + 1), MOST // 2 + 1]
