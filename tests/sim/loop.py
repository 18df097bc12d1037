"""An event loop in which several processes live, in virtual time and in an order the seed chooses.

Every callback belongs to the process in whose context it was made. Within a process callbacks run
first in, first out, as asyncio promises; between processes, and between a process and its threads,
any order may come. So a kill is exact (not one more line of the process runs, no `finally`), a
stopped process is one whose callbacks wait, and an hour costs nothing.

Work for a thread runs here too, all of it at one moment that is drawn; the order of calls to one
executor is kept.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import heapq
import inspect
import itertools
from asyncio import events
from collections import deque
from collections.abc import Callable, Coroutine
from random import Random
from typing import Any, TypeVar

Result = TypeVar("Result")
BURST = 4
"""Callbacks of one process in a row, at most, while another has some too."""
SLOWEST_JOB = 0.02
"""Seconds of a thread's work."""

_process: contextvars.ContextVar[Process] = contextvars.ContextVar("process")


class Process:
    """What runs and dies together."""

    def __init__(self, loop: SimLoop, name: str) -> None:
        self.name = name
        self.alive = True
        self.stopped = False
        self.ready: deque[events.Handle] = deque()
        self.tasks: dict[asyncio.Task[Any], None] = {}
        self.at_death: list[Callable[[], None]] = []
        """What the operating system does then: sockets are closed, files let go of."""
        self._loop = loop
        self.context = contextvars.copy_context()
        self.context.run(_process.set, self)

    def __repr__(self) -> str:
        return self.name

    def spawn(self, work: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
        """Begin something in this process; what it raises is a fault of the process."""
        task = self.context.copy().run(self._loop.create_task, work)
        task.add_done_callback(self._raised)
        return task

    def _raised(self, task: asyncio.Task[Any]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._loop.faults.append(f"{self.name}: {error!r}")

    def soon(self, work: Callable[[], object]) -> None:
        """Call something in this process."""
        self._loop.call_soon(work, context=self.context)

    def stop(self) -> None:
        """SIGSTOP."""
        self.stopped = True

    def go_on(self) -> None:
        """SIGCONT."""
        self.stopped = False

    def kill(self) -> None:
        """SIGKILL."""
        if self.alive:
            self.alive = False
            self.ready.clear()
            self._loop.processes.remove(self)
            self._loop.dead.append(self)
            for what in self.at_death:
                what()


def here() -> Process:
    """Return the process that runs just now."""
    return _process.get()


class SimLoop(asyncio.AbstractEventLoop):
    """See the module. Only what our code uses is there."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.processes: list[Process] = []
        self.dead: list[Process] = []
        self.faults: list[str] = []
        """What nobody caught."""
        self.steps = 0
        self._now = 0.0
        self._timers: list[tuple[float, int, events.Handle]] = []
        self._count = itertools.count()
        self._executors: dict[object, float] = {}
        self._over = False
        self.world = self.process("world")

    def process(self, name: str) -> Process:
        """Start a process."""
        process = Process(self, name)
        self.processes.append(process)
        return process

    # --- running -------------------------------------------------------------------------------

    def run(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Run until this is done, in the world's process."""
        events._set_running_loop(self)
        try:
            task = self.world.spawn(work)
            while not task.done():
                self._step()
            return task.result()
        finally:
            events._set_running_loop(None)

    def _step(self) -> None:
        ready = [one for one in self.processes if one.ready and not one.stopped]
        if not ready:
            self._advance()
            return
        process = ready[0] if len(ready) == 1 else self.random.choice(ready)
        for _ in range(self.random.randint(1, BURST) if len(ready) > 1 else len(process.ready)):
            if not process.ready or process.stopped:
                break
            handle = process.ready.popleft()
            if not handle.cancelled():
                self.steps += 1
                handle._run()

    def _advance(self) -> None:
        """Let time pass until something is due."""
        while self._timers and self._timers[0][2].cancelled():
            heapq.heappop(self._timers)
        if not self._timers:
            raise RuntimeError("everybody waits and nothing is due")
        self._now = max(self._now, self._timers[0][0])
        while self._timers and self._timers[0][0] <= self._now:
            handle = heapq.heappop(self._timers)[2]
            if not handle.cancelled():
                self._enqueue(handle)

    def _enqueue(self, handle: events.Handle) -> None:
        context: contextvars.Context = handle._context  # type: ignore[attr-defined]  # asyncio's own, which has no public word or narrower types
        process = context.get(_process, self.world)
        if process.alive:
            process.ready.append(handle)

    # --- what asyncio asks of a loop -----------------------------------------------------------

    def time(self) -> float:
        return self._now

    def is_running(self) -> bool:
        return not self._over

    def is_closed(self) -> bool:
        return self._over

    def get_debug(self) -> bool:
        return False

    def call_soon(  # type: ignore[override]  # asyncio's own, which has no public word or narrower types
        self, callback: Callable[..., object], *args: Any, context: Any = None
    ) -> events.Handle:
        handle = events.Handle(callback, args, self, context)
        self._enqueue(handle)
        return handle

    def call_later(  # type: ignore[override]  # asyncio's own, which has no public word or narrower types
        self, delay: float, callback: Callable[..., object], *args: Any, context: Any = None
    ) -> events.TimerHandle:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_at(  # type: ignore[override]  # asyncio's own, which has no public word or narrower types
        self, when: float, callback: Callable[..., object], *args: Any, context: Any = None
    ) -> events.TimerHandle:
        handle = events.TimerHandle(when, callback, args, self, context)
        heapq.heappush(self._timers, (when, next(self._count), handle))
        return handle

    def _timer_handle_cancelled(self, handle: events.TimerHandle) -> None:
        """It is passed over when its time comes."""

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(  # type: ignore[override]  # asyncio's own, which has no public word or narrower types
        self, work: Coroutine[Any, Any, Result], *, name: str | None = None, context: Any = None
    ) -> asyncio.Task[Result]:
        process = context.get(_process) if context is not None else here()
        task = asyncio.Task(work, loop=self, name=name, context=context)
        process.tasks[task] = None
        task.add_done_callback(lambda done: process.tasks.pop(done, None))
        return task

    def run_in_executor(  # type: ignore[override]  # asyncio's own, which has no public word or narrower types
        self, executor: object, work: Callable[..., Result], *args: Any
    ) -> asyncio.Future[Result]:
        future: asyncio.Future[Result] = self.create_future()
        process = here()
        when = self._now + self.random.random() * SLOWEST_JOB
        if executor is not None:
            when = self._executors[executor] = max(when, self._executors.get(executor, 0.0))

        def do() -> None:
            # A thread that has begun is not stopped by a cancel, one that has not is.
            if future.cancelled() and self.random.random() < 0.5:
                return
            try:
                result = work(*args)
            except Exception as error:
                if process.alive and not future.done():
                    future.set_exception(error)
            else:
                if process.alive and not future.done():
                    future.set_result(result)

        self.call_at(when, do)
        return future

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        if self._over:
            return
        error = context.get("exception")
        self.faults.append(f"{context.get('message')}: {error!r}")

    # --- the end -------------------------------------------------------------------------------

    def close(self) -> None:
        """Take everything apart without a word: what is killed says nothing.

        What a `finally` begins then is taken apart as well.
        """
        self._over = True
        self._timers.clear()
        events._set_running_loop(self)
        try:
            while waiting := [p for p in (*self.processes, *self.dead) if p.tasks]:
                for process in waiting:
                    process.ready.clear()
                    _take_apart(process)
        finally:
            events._set_running_loop(None)


def _take_apart(process: Process) -> None:
    task, _ = process.tasks.popitem()
    task._log_destroy_pending = False  # type: ignore[attr-defined]  # asyncio's own, which has no public word or narrower types
    work: Any = task.get_coro()
    if inspect.getcoroutinestate(work) == inspect.CORO_CREATED:
        for inner in filter(inspect.iscoroutine, inspect.getcoroutinelocals(work).values()):
            inner.close()  # it would have been awaited
    while inspect.getcoroutinestate(work) != inspect.CORO_CLOSED:
        with contextlib.suppress(BaseException):
            process.context.copy().run(work.close)
