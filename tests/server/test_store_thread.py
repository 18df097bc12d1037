"""The store's thread: in order, with results and errors, whoever still waits."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from cocalc_tui.server.store.thread import Worker


@pytest.fixture
def worker() -> Iterator[Worker]:
    one = Worker("test")
    yield one
    one.close()


def fail() -> None:
    raise ValueError("no")


async def test_work_is_done_in_order_on_one_thread_that_is_not_the_loops(worker: Worker) -> None:
    done: list[int] = []
    worker.submit(done.append, 1)
    threads = await asyncio.gather(*(worker.call(threading.get_ident) for _ in range(3)))
    assert done == [1]
    assert len(set(threads)) == 1
    assert threads[0] != threading.get_ident()


async def test_what_fails_says_so_and_the_next_is_done(
    worker: Worker, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(ValueError, match="no"):
        await worker.call(fail)
    worker.submit(fail)
    assert await worker.call(len, "four") == 4
    assert "nobody waits" in caplog.text


async def test_who_is_cancelled_hears_nothing_and_the_work_is_done(worker: Worker) -> None:
    begin = threading.Event()
    done: list[int] = []

    def work() -> None:
        begin.wait()
        done.append(1)

    waiting = asyncio.create_task(worker.call(work))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    begin.set()
    await worker.call(len, "")
    assert done == [1]


def test_a_loop_that_ended_is_no_trouble(worker: Worker) -> None:
    begin = threading.Event()

    async def leave() -> None:
        task = asyncio.create_task(worker.call(begin.wait))
        await asyncio.sleep(0)
        task.cancel()

    asyncio.run(leave())
    begin.set()
    assert asyncio.run(worker.call(len, "four")) == 4


async def test_after_the_end_it_takes_no_more(worker: Worker) -> None:
    worker.close()
    with pytest.raises(RuntimeError, match="takes no more work"):
        await worker.call(len, "")
