"""What the host side said of a document: saved, trouble, kernel, runs, live output."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from cocalc_tui.client.events import Heard, LightsChanged
from cocalc_tui.protocol.events import (
    Asking,
    CellRun,
    KernelState,
    OutputBatch,
    Runs,
    Saved,
    TerminalOpens,
    TerminalScreen,
    Trouble,
)
from cocalc_tui.sync.patch import Json

if TYPE_CHECKING:
    from cocalc_tui.client.document import SharedDocument

_TOPICS: dict[str, type[msgspec.Struct]] = {
    "saved": Saved,
    "trouble": Trouble,
    "kernel": KernelState,
    "runs": Runs,
    "output": OutputBatch,
    "asking": Asking,
    "screen": TerminalScreen,
    "open": TerminalOpens,
}


class Hearing:
    """The last word on each topic, and the live output of what runs."""

    def __init__(self, document: SharedDocument) -> None:
        self._document = document
        self.saved_seq = 0
        self.saved_at = 0
        self.trouble = ""
        self.kernel = KernelState(name="", title="", state="none")
        self.runs: dict[str, CellRun] = {}
        self.asking = Asking(cell="", run="", prompt="", password=False)
        self.screen = TerminalScreen(running=False)
        """The last frame of a terminal."""
        self.opens = TerminalOpens(places=[])
        """What was opened last from a terminal."""
        self._live: dict[str, _Live] = {}

    def heard(self, topic: str, data: bytes | msgspec.Raw) -> None:
        """The host side said something; a topic this release does not know is passed over."""
        kind = _TOPICS.get(topic)
        if kind is None:
            return
        said = msgspec.msgpack.decode(data, type=kind)
        match said:
            case Saved():
                self.saved_seq, self.saved_at = said.seq, said.at
            case Trouble():
                self.trouble = said.text
            case KernelState():
                self.kernel = said
            case Runs():
                self._run_states(said)
            case Asking():
                self.asking = said
            case OutputBatch():
                self._output(said)
            case TerminalScreen():
                self.screen = said
            case TerminalOpens():
                self.opens = said
        if topic in {"saved", "trouble"}:
            self._document.emit(LightsChanged())
        else:
            self._document.emit(Heard(topic, getattr(said, "cell", "")))

    def output(self, cell: str) -> list[dict[str, Json]] | None:
        """Live output items of the cell's run, None where it is not running."""
        run = self.runs.get(cell)
        if run is None or run.state != "running":
            return None
        live = self._live.get(run.run)
        return live.items() if live is not None else []

    def catch_up(self) -> None:
        """Ask for what running cells have printed so far, as after a new connection.

        Numbers of before mean nothing: another relay may count anew.
        """
        for run in self.runs.values():
            if run.state == "running":
                self._live.setdefault(run.run, _Live()).next = _ASKED
                self._document.missing_output(run.run, 0)

    def _run_states(self, said: Runs) -> None:
        self.runs = {run.cell: run for run in said.cells}
        running = {run.run for run in said.cells if run.state == "running"}
        for run in set(self._live) - running:
            del self._live[run]

    def _output(self, batch: OutputBatch) -> None:
        live = self._live.setdefault(batch.run, _Live())
        if batch.whole:
            self._live[batch.run] = live = _Live()
            live.next = batch.first
        elif live.next == _ASKED:
            return
        elif batch.first > live.next:
            self._document.missing_output(batch.run, live.next)
            live.next = _ASKED
            return
        live.add(batch.items[live.next - batch.first :])


_ASKED = -1
"""Stands for the next item's number while all of the output has been asked for."""


class _Live:
    """The output of one run so far."""

    def __init__(self) -> None:
        self.next = 0
        """Number of the next item."""
        from cocalc_tui.notebook.outputs import RunOutput  # the first screen does without

        self._made = RunOutput()
        self._items: list[dict[str, Json]] | None = None

    def add(self, items: list[dict[str, Json]]) -> None:
        for item in items:
            self._made.add(item)
        self.next += len(items)
        self._items = None

    def items(self) -> list[dict[str, Json]]:
        if self._items is None:
            self._items = self._made.items()
        return self._items
