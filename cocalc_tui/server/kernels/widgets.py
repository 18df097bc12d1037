"""Widgets that outputs show: their text follows what the kernel says of them.

A progress bar moves hundreds of times a second; its output is made anew when others have their
turn anyway. A relay that comes later knows of widgets only what is said from then on, so those it
did not see open stay as they were.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from cocalc_tui.notebook.outputs import Item, display_id
from cocalc_tui.notebook.widgets import MOST, Widgets, view_of
from cocalc_tui.server.kernels.items import wholesome
from cocalc_tui.sync.patch import Json

COMMS = frozenset({"comm_open", "comm_msg", "comm_close"})
"""Types of messages that tell of widgets."""


class Shown:
    """Which widgets are shown where."""

    def __init__(self) -> None:
        self._widgets = Widgets()
        self._items: dict[str, tuple[str, Item]] = {}
        """By widget: the run, and what it displayed."""
        self._changed: set[str] = set()

    def take(self, kind: str, content: Mapping[str, Any]) -> None:
        """Take in what a kernel says of a widget."""
        said = cast("dict[str, Json]", wholesome(dict(content)))
        self._changed |= self._widgets.take(kind, said) & self._items.keys()

    def displayed(self, run: str, item: Item) -> Item:
        """An output comes; returns it with what the widget holds that it may show."""
        if not (model := view_of(item.get("data"))):
            return item
        name = display_id(item) or f"widget {model}"
        named: Item = {**item, "transient": {"display_id": name}}
        self._items.pop(model, None)
        self._items[model] = run, named
        if len(self._items) > MOST:
            del self._items[next(iter(self._items))]
        return self._with_text(model, named)

    def updates(self) -> list[tuple[str, Item]]:
        """What changed since it was asked last, by run."""
        changed, self._changed = self._changed, set()
        found = []
        for model in sorted(changed):
            run, item = self._items[model]
            update = {**self._with_text(model, item), "output_type": "update_display_data"}
            found.append((run, update))
        return found

    def _with_text(self, model: str, item: Item) -> Item:
        text = self._widgets.text(model)
        data = item.get("data")
        if text is None or not isinstance(data, dict):
            return item
        return {**item, "data": {**data, "text/plain": text}}
