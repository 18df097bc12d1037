"""What the host side said of a document: saved, trouble, kernel, runs, live output."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from cocalc_tui.client.events import Heard, LightsChanged
from cocalc_tui.protocol.events import (
    CellRun,
    KernelState,
    OutputBatch,
    Runs,
    Saved,
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
        self._live: dict[str, list[dict[str, Json]]] = {}

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
            case OutputBatch():
                self._output(said)
        if topic in {"saved", "trouble"}:
            self._document.emit(LightsChanged())
        else:
            self._document.emit(Heard(topic, getattr(said, "cell", "")))

    def output(self, cell: str) -> list[dict[str, Json]] | None:
        """Live output items of the cell's run, None where it is not running."""
        run = self.runs.get(cell)
        if run is None or run.state != "running":
            return None
        return self._live.get(run.run, [])

    def catch_up(self) -> None:
        """Ask for what running cells have printed so far, as after a new connection."""
        for run in self.runs.values():
            if run.state == "running":
                self._document.missing_output(run.run, len(self._live.get(run.run, ())))

    def _run_states(self, said: Runs) -> None:
        self.runs = {run.cell: run for run in said.cells}
        running = {run.run for run in said.cells if run.state == "running"}
        for run in set(self._live) - running:
            del self._live[run]

    def _output(self, batch: OutputBatch) -> None:
        live = self._live.setdefault(batch.run, [])
        if batch.first > len(live):
            self._document.missing_output(batch.run, len(live))
            return
        live.extend(batch.items[len(live) - batch.first :])
