"""The queue of a kernel: which cell runs, which wait, and when a run is over.

It is in the keeper, so that cells go on one after the other while there is no relay. A run is over
when the kernel has both replied and said that it is idle; where one of the two never comes, once
the other has come and nothing has been heard for a moment. Pure: time is handed in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

QUIET = 1.0
"""Seconds of silence after which a reply (or an idle) alone ends a run."""


@dataclass
class Run:
    """One run of one cell. Times are milliseconds since 1970."""

    cell: str
    run: str
    user: str
    asked: int
    code: str = field(default="", repr=False)
    """Never written anywhere."""
    input_allowed: bool = False
    state: str = "queued"
    """As in `protocol.events.CellRun`."""
    started: int = 0
    finished: int = 0
    count: int = 0
    reason: str = ""
    """Why it was stopped, where its kernel ended."""

    def row(self) -> dict[str, object]:
        """Return what others may know of it."""
        row = asdict(self)
        del row["code"], row["input_allowed"]
        return row


class Queue:
    """Runs in the order they were asked for; at most one is running."""

    def __init__(self) -> None:
        self.running: Run | None = None
        self.waiting: list[Run] = []
        self.changed: list[Run] = []
        """Runs whose row is to be told; whoever tells them clears it."""
        self._last: dict[str, Run] = {}
        self._failed = False
        self._interrupted = False
        self._replied = False
        self._idle = False
        self._heard = 0.0

    @property
    def nearly_over(self) -> bool:
        """Whether silence alone may end what runs."""
        return self.running is not None and (self._replied or self._idle)

    def rows(self) -> list[dict[str, object]]:
        """Return the last run of each cell."""
        return [run.row() for run in self._last.values()]

    def add(self, runs: Sequence[Run]) -> None:
        """Queue runs; one of a cell that waits already takes its place."""
        for run in runs:
            for before in [r for r in self.waiting if r.cell == run.cell]:
                self.waiting.remove(before)
            self.waiting.append(run)
            self._last.pop(run.cell, None)
            self._last[run.cell] = run
            self.changed.append(run)

    def start_next(self, now_ms: int, now: float) -> Run | None:
        """Return the run to send to the kernel, None while there is none or one is running."""
        if self.running is not None or not self.waiting:
            return None
        run = self.running = self.waiting.pop(0)
        run.state, run.started = "running", now_ms
        self._failed = self._interrupted = self._replied = self._idle = False
        self._heard = now
        self.changed.append(run)
        return run

    def heard(self, run: str, now: float) -> None:
        """Something came that belongs to a run."""
        if self._is_running(run):
            self._heard = now

    def counted(self, run: str, count: int) -> None:
        """The kernel gave a run its execution count."""
        if self._is_running(run) and self.running is not None and self.running.count != count:
            self.running.count = count
            self.changed.append(self.running)

    def interrupted(self) -> None:
        """What runs was interrupted; a kernel caught at a bad moment does not even reply then."""
        self._interrupted = True

    def replied(self, run: str, status: str) -> None:
        """The kernel's reply: ok, error or aborted."""
        if self._is_running(run):
            self._replied = True
            self._failed = status != "ok"

    def idle(self, run: str) -> None:
        """The kernel says that it has done all of a run."""
        if self._is_running(run):
            self._idle = True

    def finish_if_over(self, now_ms: int, now: float) -> Run | None:
        """Return the run if it is over now. After an error its user's other cells are stopped.

        Those of other users go on: they did not ask for the cell that failed.
        """
        run = self.running
        quiet = now - self._heard >= QUIET
        both = self._replied and self._idle
        if run is None or not (both or (quiet and (self._replied or self._idle))):
            return None
        if self._interrupted and not self._replied:
            self._end_running("stopped", now_ms)
            return run
        self._end_running("error" if self._failed else "done", now_ms)
        if self._failed:
            self._stop_waiting(now_ms, [r for r in self.waiting if r.user == run.user])
        return run

    def stop_waiting(self, now_ms: int) -> None:
        """Empty the queue."""
        self._stop_waiting(now_ms, self.waiting[:])

    def stop_all(self, now_ms: int, reason: str) -> None:
        """The kernel is gone: nothing runs any more."""
        for run in self.waiting:
            run.reason = reason
        self.stop_waiting(now_ms)
        if self.running is not None:
            self.running.reason = reason
            self._end_running("stopped", now_ms)

    def _is_running(self, run: str) -> bool:
        return self.running is not None and self.running.run == run

    def _end_running(self, state: str, now_ms: int) -> None:
        assert self.running is not None
        self.running.state, self.running.finished = state, now_ms
        self.changed.append(self.running)
        self.running = None

    def _stop_waiting(self, now_ms: int, runs: Sequence[Run]) -> None:
        for run in runs:
            self.waiting.remove(run)
            run.state, run.finished = "stopped", now_ms
            self.changed.append(run)
