"""What everybody is told of one kernel: how it is, how its cells stand, what they print and ask.

Small things go out at once and big ones seldom (`live`); that a run is over waits a moment for its
output to be in the document, as a cell that shows its old output in between would flicker.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import msgspec

from cocalc_tui.notebook.outputs import Item
from cocalc_tui.protocol.events import KernelInfo, KernelState, Runs
from cocalc_tui.server.keeper.registry import About
from cocalc_tui.server.kernels.inputs import NOBODY, Inputs
from cocalc_tui.server.kernels.live import Live
from cocalc_tui.server.kernels.table import Table
from cocalc_tui.server.kernels.usage import Meter

TOGETHER = 0.25
"""Seconds that the news of a run waits for its output to be in the document."""


class Say(Protocol):
    """How the runner speaks to everybody in a document; the host makes a `Tell` of it."""

    def __call__(self, doc: str, topic: str, said: msgspec.Struct, *, keep: bool) -> None:
        """Say it; `keep`: also to those who come later, until something newer is said."""


class Telling:
    """Knows how one kernel stands and tells it."""

    def __init__(self, doc: str, about: About, say: Say) -> None:
        self.table = Table()
        self.inputs = Inputs()
        self.live: Live | None = None
        """Output of the run that goes on."""
        self.state = "starting"
        self.reason = ""
        self.words: list[str] = []
        self.pid = 0
        self.rested = asyncio.Event()
        """Everything asked for is over, and everybody knows."""
        self._doc = doc
        self._about = about
        self._say = say
        self._meter = Meter()
        self._rows_due = 0.0
        self._told: KernelState | None = None
        self._told_asking = NOBODY

    # --- what becomes known --------------------------------------------------------------------

    def ask(self, runs: Sequence[Mapping[str, Any]]) -> None:
        """Cells are asked for; said before anything else happens to them."""
        self.rested.clear()
        for run in runs:
            self.table.ask(run["cell"], run["run"], run["user"], run["asked"])
        self.tell_rows()

    def row(self, row: Mapping[str, Any]) -> None:
        """A run stands so."""
        self.table.put(row)
        self._rows_due = self._rows_due or _now() + TOGETHER

    def kernel(self, said: Mapping[str, Any]) -> None:
        """The keeper says how the kernel is."""
        self.state, self.reason, self.pid = said["state"], said["reason"], said["pid"]
        self.words = said.get("words", [])
        if self.state == "dead":
            self._meter = Meter()

    def dead(self, reason: str) -> None:
        """The kernel is gone, and its keeper did not say why."""
        self.state, self.reason = "dead", reason
        self._meter = Meter()

    def show(self, item: Item) -> None:
        """The run that goes on prints something."""
        if self.live is not None:
            self.live.add(item)

    async def look_at_usage(self, seconds: float) -> bool:
        """Look what the kernel uses; tells whether that moved since `seconds` ago."""
        return bool(self.pid) and await self._meter.read(self.pid, seconds)

    # --- telling -------------------------------------------------------------------------------

    @property
    def due(self) -> list[float]:
        """When there is something to tell, by the loop's clock."""
        live = self.live.due if self.live is not None else None
        rows = self._rows_due if self.table.changed else None
        return [at for at in (live, rows) if at is not None]

    def tell(self, *, written: bool) -> None:
        """Tell what is due; `written`: the document has all of it."""
        now = _now()
        if self.live is not None and (batch := self.live.batch(now)) is not None:
            self._say(self._doc, "output", batch, keep=False)
        if self.table.changed and (written or now >= self._rows_due):
            self.tell_rows()
        if self._told != self._kernel_state():
            self.tell_kernel()
        if self._told_asking != self.inputs.asking:
            self._told_asking = self.inputs.asking
            self._say(self._doc, "asking", self._told_asking, keep=True)

    def tell_rows(self) -> None:
        """Tell how all cells stand."""
        self.table.changed, self._rows_due = False, 0.0
        self._say(self._doc, "runs", Runs(cells=self.table.cells()), keep=True)
        if not self.table.active:
            self.rested.set()

    def tell_kernel(self) -> None:
        """Tell how the kernel is."""
        self._told = self._kernel_state()
        self._say(self._doc, "kernel", self._told, keep=True)

    def _kernel_state(self) -> KernelState:
        return KernelState(
            name=self._about.name,
            title=self._about.title,
            state=self._shown_state(),
            reason=self.reason,
            note=self._about.note if self.state != "dead" else "",
            words=self.words,
            pid=self.pid,
            memory=self._meter.memory,
            cpu=self._meter.cpu,
        )

    def info(self, path: str) -> KernelInfo:
        """Return what `status` says of it."""
        return KernelInfo(
            path=path,
            name=self._about.name,
            state=self._shown_state(),
            pid=self.pid,
            keeper=self._about.pid,
            title=self._about.title,
            memory=self._meter.memory,
            cpu=self._meter.cpu,
            user=self._about.user,
            started=self._about.started,
        )

    def _shown_state(self) -> str:
        if self.state == "dead" and not self.reason:
            return "none"
        return "busy" if self.state == "idle" and self.table.running else self.state


def _now() -> float:
    return asyncio.get_running_loop().time()
