"""A thread that does one thing after the other for the event loop.

Each commit goes there and back. `ThreadPoolExecutor` does that with a future more on each side and
with locks that both sides want just when the other wakes, which takes longer than the commit does
where the machine is busy.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import TypeVar

Result = TypeVar("Result")
_log = logging.getLogger(__name__)


class Worker:
    """The thread; it ends with the process, or earlier when it is closed."""

    def __init__(self, name: str) -> None:
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._closed = False
        Thread(target=self._run, name=name, daemon=True).start()

    async def call(self, work: Callable[..., Result], *args: object) -> Result:
        """Return what the work gives, or raise what it raises.

        Who is cancelled meanwhile does not hear of it; the work is done all the same.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[Result] = loop.create_future()
        self._put(partial(_do, loop, done, work, args))
        return await done

    def submit(self, work: Callable[..., None], *args: object) -> None:
        """Do something that nobody waits for."""
        self._put(partial(work, *args))

    def close(self) -> None:
        """Take nothing more; what was handed over is done."""
        self._closed = True
        self._jobs.put(None)

    def _put(self, job: Callable[[], None]) -> None:
        if self._closed:
            raise RuntimeError("the thread takes no more work")
        self._jobs.put(job)

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            except Exception:
                _log.exception("work that nobody waits for failed")
            del job  # with what it holds, until the next one comes


def _do(
    loop: asyncio.AbstractEventLoop,
    done: asyncio.Future[Result],
    work: Callable[..., Result],
    args: tuple[object, ...],
) -> None:
    try:
        result = work(*args)
    except BaseException as error:
        _tell(loop, done, partial(done.set_exception, error))
    else:
        _tell(loop, done, partial(done.set_result, result))


def _tell(
    loop: asyncio.AbstractEventLoop, done: asyncio.Future[Result], say: Callable[[], None]
) -> None:
    """Say it on the loop, if that is still there and somebody still waits."""

    def tell() -> None:
        if not done.done():
            say()

    if not loop.is_closed():
        loop.call_soon_threadsafe(tell)
