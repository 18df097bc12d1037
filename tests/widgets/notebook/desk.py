"""A desk with one notebook on it, for tests: real document, real pane, real keys."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from textual.app import ComposeResult
from textual.pilot import Pilot

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.client.places import Place
from cocalc_tui.notebook import ipynb
from cocalc_tui.notebook.model import creation
from cocalc_tui.protocol.events import CellRun
from cocalc_tui.protocol.messages import Role
from cocalc_tui.sync.patch import Op, Patch, PatchId, Splice
from cocalc_tui.widgets.actions import Registry
from cocalc_tui.widgets.desk import DeskApp
from cocalc_tui.widgets.editor import actions as editor_actions
from cocalc_tui.widgets.notebook import actions
from cocalc_tui.widgets.notebook.pane import NotebookPane
from cocalc_tui.widgets.reader import actions as reader_actions
from cocalc_tui.widgets.registry import DIALOGS, SCOPES

NOW = 1_700_000_000_000
"""What the pane takes the time to be, milliseconds."""
REGISTRY = Registry(
    [*SCOPES, *editor_actions.SCOPES, *actions.SCOPES, *reader_actions.SCOPES],
    [*DIALOGS, *editor_actions.ACTIONS, *actions.ACTIONS, *reader_actions.ACTIONS],
)


def cell(text: str, kind: str = "code", *outputs: dict[str, Any], count: int | None = None) -> Any:
    """A cell as nbformat has it."""
    made: dict[str, Any] = {"cell_type": kind, "metadata": {}, "source": text}
    if kind == "code":
        made |= {"outputs": list(outputs), "execution_count": count}
    return made


def printed(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def document_of(cells: Sequence[Any], path: str = "fit.ipynb") -> SharedDocument:
    """A document without a relay that holds these cells."""
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    whole = {"cells": list(cells), "metadata": {"kernelspec": kernel}}
    text = json.dumps(whole | {"nbformat": 4, "nbformat_minor": 4})
    return SharedDocument.offline(path, "notebook", creation(ipynb.read(text)))


class NotebookDesk(DeskApp):
    """An app with nothing but a notebook."""

    def __init__(self, document: SharedDocument, role: Role = Role.OWNER) -> None:
        super().__init__(REGISTRY)
        self.pane = NotebookPane(document, clock=lambda: NOW)
        self._role = role

    @property
    def role(self) -> Role:
        return self._role

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_mount(self) -> None:
        super().on_mount()
        self.pane.focus()


def rows(app: NotebookDesk) -> list[str]:
    """The screen as text, without the scroll bar."""
    pane = app.pane
    strips = [pane.render_line(y) for y in range(pane.size.height)]
    assert all(strip.cell_length == pane.size.width for strip in strips)
    return [strip.text[:-1].rstrip() for strip in strips]


def thumb(app: NotebookDesk) -> list[int]:
    """Rows of the screen that the scroll bar covers."""
    pane = app.pane
    return [y for y in range(pane.size.height) if pane.render_line(y).text.endswith("▐")]


def sources(document: SharedDocument) -> list[str]:
    """The texts of all cells."""
    from cocalc_tui.notebook import schema

    replica = document.replica
    return [schema.source(replica, key) for key in schema.cells(replica)]


class Somebody:
    """Another person in the document, whose patches arrive as the relay's would."""

    def __init__(self, document: SharedDocument, user: str = "bob", kind: str = "typing") -> None:
        self.document = document
        self.kind = kind
        self.user = user
        self.session = user.encode().hex().ljust(16, "0")[:16]
        self._n = 0

    def does(self, *ops: Op) -> None:
        """Commit operations against what the document holds now."""
        from cocalc_tui.client.events import Changed

        replica = self.document.replica
        patch_id, now = PatchId(self.session, self._n), replica.clock + 1
        patch = Patch(patch_id, now, tuple(replica.heads), ops, self.kind)
        self._n += 1
        changes = replica.apply([patch])
        self.document._moved(changes)
        self.document.emit(Changed(changes, local=False))

    def types(self, key: str, pos: int, text: str, delete: int = 0) -> None:
        from cocalc_tui.notebook.schema import input_of

        self.does(Splice(pos, delete, text, input_of(key)))

    def stands(self, place: Place | None) -> None:
        from cocalc_tui.client.places import Seen, to_wire

        seen = Seen(self.session, 10**9, self._n)
        wire = None if place is None else to_wire(place, seen)
        self.document.somebody_moved(f"of {self.user}", self.user, wire)


def run_of(key: str, state: str, user: str = "alice", **times: Any) -> CellRun:
    return CellRun(cell=key, run=f"run {key}", state=state, user=user, asked=0, **times)


def runs(document: SharedDocument, *cells: CellRun) -> None:
    """Have the host side say how runs stand."""
    import msgspec

    from cocalc_tui.protocol.events import Runs

    document.hearing.heard("runs", msgspec.msgpack.encode(Runs(cells=list(cells))))


def live(document: SharedDocument, key: str, first: int, *items: dict[str, Any]) -> None:
    """Have a running cell print."""
    import msgspec

    from cocalc_tui.protocol.events import OutputBatch

    batch = OutputBatch(cell=key, run=f"run {key}", first=first, items=list(items))
    document.hearing.heard("output", msgspec.msgpack.encode(batch))


Pilots = Pilot[None]
