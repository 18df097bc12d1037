"""Output widgets: what a cell prints within one is the widget's, wherever that is shown.

In `with out:` the kernel says that `out` listens to the run. What the run prints until the kernel
says that it does no more goes into `out`, and is seen where `out` is: marked as its own (`within`),
so that clearing it clears nothing else there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cocalc_tui.notebook.outputs import Item, Output, RunOutput

MOST = 200
"""Output widgets of which is kept what they hold."""


class Captured:
    """What the output widgets of a kernel hold, and which listens to which run."""

    def __init__(self) -> None:
        self._listening: dict[str, list[str]] = {}
        """By run, the innermost last."""
        self._held: dict[str, RunOutput] = {}

    def listen(self, widget: str, run: str, *, begins: bool) -> None:
        """A widget begins to listen to a run, or listens no more."""
        for widgets in self._listening.values():
            if widget in widgets:
                widgets.remove(widget)
        if begins:
            self._listening.setdefault(run, []).append(widget)

    def listener(self, run: str) -> str:
        """The widget that has what a run prints, "" for none."""
        widgets = self._listening.get(run)
        return widgets[-1] if widgets else ""

    def over(self, run: str) -> None:
        """A run is over: nobody listens to it any more."""
        self._listening.pop(run, None)

    def add(self, widget: str, item: Item) -> list[Item]:
        """Add to what a widget holds; returns the items that do it where it is shown."""
        held = self._of(widget)
        waited = held.clearing
        held.add(item)
        is_clear = item["output_type"] == "clear_output"
        if is_clear and held.clearing:
            return []
        more = [] if is_clear else [_within(widget, item)]
        return [clearing(widget), *more] if is_clear or waited else more

    def _of(self, widget: str) -> RunOutput:
        held = self._held.pop(widget, None) or RunOutput()
        self._held[widget] = held
        if len(self._held) > MOST:
            del self._held[next(iter(self._held))]
        return held

    def update(self, item: Item) -> None:
        """Give displays of a name new data."""
        for held in self._held.values():
            held.update(item)

    def items(self, widget: str) -> list[Item]:
        """What a widget holds, as it is shown."""
        held = self._held.get(widget)
        return [] if held is None else [_within(widget, item) for item in held.items()]

    def all(self) -> Iterator[Item]:
        """Everything that is held."""
        for held in self._held.values():
            yield from held.items()

    def state(self) -> dict[str, Any]:
        """Return what `resume` goes on from."""
        held = {
            widget: [one.clearing, [output.as_record() for output in one.outputs]]
            for widget, one in self._held.items()
        }
        return {"listening": self._listening, "held": held}

    def resume(self, state: Mapping[str, Any]) -> None:
        """Go on from what was known."""
        self._listening = {run: list(widgets) for run, widgets in state["listening"].items()}
        for widget, (clearing, records) in state["held"].items():
            outputs = [Output.from_record(fields) for fields in records]
            self._held[widget] = RunOutput(outputs, clearing=clearing)


def clearing(widget: str) -> Item:
    """Make what takes away all that a widget shows."""
    return {"output_type": "clear_output", "wait": False, "within": widget}


def _within(widget: str, item: Item) -> Item:
    return {**item, "within": widget}
