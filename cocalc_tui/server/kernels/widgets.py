"""Widgets that outputs show: their text follows what the kernel says of them.

A progress bar moves hundreds of times a second; its output is made anew when others have their
turn anyway. What is known here is noted with the progress of the spool, as the kernel says each
thing once: `recall` makes a relay that comes later know it, too.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, cast

from cocalc_tui.notebook.outputs import Item, display_id
from cocalc_tui.notebook.widgets import MOST, Widgets, view_of
from cocalc_tui.server.keeper.spool import SpoolReader
from cocalc_tui.server.kernels import progress
from cocalc_tui.server.kernels.capturing import Captured, clearing
from cocalc_tui.server.kernels.items import decode, item_from, wholesome
from cocalc_tui.server.kernels.table import OVER
from cocalc_tui.sync.patch import Json

COMMS = frozenset({"comm_open", "comm_msg", "comm_close"})
"""Types of messages that tell of widgets."""


class Display(NamedTuple):
    """Where a widget was displayed last."""

    run: str
    item: Item
    inside: Sequence[str]
    """The widget and those in it whose outputs stand below it."""


class Shown:
    """Which widgets are shown where."""

    def __init__(self) -> None:
        self._widgets = Widgets()
        self._captured = Captured()
        self._displays: dict[str, Display] = {}
        """By widget; the last displayed is the last."""
        self._changed: set[str] = set()

    def take(self, run: str, kind: str, content: Mapping[str, Any]) -> None:
        """Take in what a kernel says of a widget while a run goes on."""
        said = cast("dict[str, Json]", wholesome(dict(content)))
        self._changed |= self._widgets.take(kind, said) & self._displays.keys()
        data = said.get("data")
        state = data.get("state") if isinstance(data, dict) else None
        if isinstance(state, dict) and isinstance(listens := state.get("msg_id"), str):
            self._captured.listen(str(said.get("comm_id")), run, begins=bool(listens))

    def over(self, run: str) -> None:
        """A run is over."""
        self._captured.over(run)

    def placed(self, run: str, item: Item) -> list[tuple[str, Item]]:
        """An output comes; returns what is to be shown for it, and at which runs."""
        kind = item["output_type"]
        if kind == "update_display_data":
            self._captured.update(item)
            return [(run, item)]
        if widget := self._captured.listener(run):
            return self._printed_into(widget, self._captured.add(widget, item))
        if kind == "clear_output":
            self._displays = {name: at for name, at in self._displays.items() if at.run != run}
        return self._seen(run, item)

    def _printed_into(self, widget: str, items: Iterable[Item]) -> list[tuple[str, Item]]:
        """What comes into a widget, where that was shown last, by itself or in a box."""
        around = self._widgets.around(widget)
        for model, display in reversed(self._displays.items()):
            if model in around and widget in self._widgets.inside(model):
                return self._below(model, display, widget, items)
        return []

    def _below(
        self,
        model: str,
        display: Display,
        widget: str,
        items: Iterable[Item],
        outer: frozenset[str] = frozenset(),
    ) -> list[tuple[str, Item]]:
        """What a widget holds, below the display that it is in."""
        below: Json = [display_id(display.item), self._widgets.inside(model).index(widget)]
        seen = (self._seen(display.run, {**one, "below": below}, outer) for one in items)
        return [two for found in seen for two in found]

    def _seen(
        self, run: str, item: Item, outer: frozenset[str] = frozenset()
    ) -> list[tuple[str, Item]]:
        """An output where it is seen; one that shows widgets, with what those hold."""
        if not (model := view_of(item.get("data"))):
            return [(run, item)]
        name = display_id(item) or f"widget {model}"
        named: Item = {**item, "transient": {"display_id": name}}
        display = Display(run, named, self._widgets.inside(model))
        self._displays.pop(model, None)
        self._displays[model] = display
        if len(self._displays) > MOST:
            del self._displays[next(iter(self._displays))]
        found = [(run, self._with_text(model, named))]
        for widget in display.inside:
            if widget not in outer:
                held = self._captured.items(widget)
                found += self._below(model, display, widget, held, outer | {widget})
        return found

    def updates(self) -> list[tuple[str, Item]]:
        """What changed since it was asked last, by run."""
        changed, self._changed = self._changed & self._displays.keys(), set()
        found: list[tuple[str, Item]] = []
        for model in sorted(changed):
            run, item, _ = self._displays[model]
            update = {**self._with_text(model, item), "output_type": "update_display_data"}
            found += [(run, update), *self._moved(model)]
        return found

    def _moved(self, model: str) -> list[tuple[str, Item]]:
        """What goes with widgets that left a box which is displayed, and comes with new ones."""
        run, item, before = self._displays[model]
        now = self._widgets.inside(model)
        self._displays[model] = display = Display(run, item, now)
        held = {widget: self._captured.items(widget) for widget in {*before} ^ {*now}}
        found = [(run, clearing(widget)) for widget in before if held.get(widget)]
        for widget in now:
            found += self._below(model, display, widget, held.get(widget, ()))
        return found

    def _with_text(self, model: str, item: Item) -> Item:
        text = self._widgets.text(model)
        data = item.get("data")
        if text is None or not isinstance(data, dict):
            return item
        return {**item, "data": {**data, "text/plain": text}}

    def held(self) -> Iterator[Item]:
        """What output widgets hold, shown or not."""
        return self._captured.all()

    # --- from one relay to the next -------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """Return all that is known, for `progress`."""
        return {
            "states": self._widgets.states(),
            "items": [[model, at.run, at.item] for model, at in self._displays.items()],
            "captured": self._captured.state(),
        }

    def recall(self, folder: Path, upto: int) -> None:
        """Know what is noted beside a spool, and what that says since up to an offset."""
        start = 0
        if (noted := progress.load(folder)) is not None and "widgets" in noted:
            start = noted["offset"]
            self._resume(noted["widgets"])
        reader = SpoolReader(folder, start)
        while records := reader.read():
            for offset, record in records:
                if offset <= upto:
                    with contextlib.suppress(ValueError, KeyError, TypeError):
                        self._again(decode(record))
            if reader.offset >= upto:
                break
        reader.close()
        self._changed.clear()

    def _resume(self, state: Mapping[str, Any]) -> None:
        self._widgets.resume(state["states"])
        self._displays = {
            model: Display(run, item, self._widgets.inside(model))
            for model, run, item in state["items"]
        }
        self._captured.resume(state["captured"])

    def _again(self, said: Mapping[str, Any]) -> None:
        """Take in a record of which the document has what it meant to it."""
        if said["kind"] == "row" and said["row"]["state"] in OVER:
            self.over(said["row"]["run"])
        elif said["kind"] == "io" and said["type"] in COMMS:
            self.take(said["run"], said["type"], said["content"])
        elif said["kind"] == "io":
            self.placed(said["run"], item_from(said["type"], said["content"]))
