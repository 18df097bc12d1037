"""The editor's pane in the plainest app."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from textual.app import ComposeResult
from textual.pilot import Pilot

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.protocol.messages import Role
from cocalc_tui.widgets.actions import Registry
from cocalc_tui.widgets.desk import DeskApp
from cocalc_tui.widgets.editor.actions import ACTIONS, SCOPES
from cocalc_tui.widgets.editor.keysets import with_own
from cocalc_tui.widgets.editor.pane import EditorPane

LINES = "".join(f"line {n}\n" for n in range(100))
CODE = "def f(x):\n    return x + 1\n"


class EditorApp(DeskApp):
    """One document, one pane."""

    def __init__(
        self, document: SharedDocument, role: Role = Role.OWNER, *, keys: str = "default"
    ) -> None:
        own = {
            name: given
            for name, given in with_own(keys, {}).items()
            if name.partition(".")[0] in {scope.name for scope in SCOPES}
        }
        super().__init__(Registry(SCOPES, ACTIONS), own)
        self.pane = EditorPane(document)
        self._role = role

    @property
    def role(self) -> Role:
        return self._role

    def compose(self) -> ComposeResult:
        yield self.pane

    def on_ready(self) -> None:
        self.pane.focus()


def rows(pane: EditorPane) -> list[str]:
    """The screen, row by row."""
    return [pane.render_line(y).text.rstrip(" ▐") for y in range(pane.size.height)]


def carets(pane: EditorPane) -> Iterator[str]:
    """What is drawn on the caret's ground."""
    look = pane.painter.look
    for y in range(pane.size.height):
        for segment in pane.render_line(y):
            if segment.style and segment.style.bgcolor == look.caret.bgcolor:
                yield segment.text


def shown(pane: EditorPane) -> list[str]:
    return [row[5:] for row in rows(pane)]


async def settled(pilot: Pilot[Any]) -> None:
    """Wait until all is painted in its colours."""
    await pilot.pause()
    pane = pilot.app.query_one(EditorPane)
    for _ in range(500):
        if not pane.colours.stale or not pane.colours.language.name:
            break
        await pilot.pause(0.01)
    await pilot.pause()


async def resized(pilot: Pilot[Any], width: int, height: int) -> None:
    """Have another window, and wait until the pane is laid out in it."""
    await pilot.resize_terminal(width, height)
    pane = pilot.app.query_one(EditorPane)
    for _ in range(500):
        if pane.size == (width, height) and pane.scroll.height == height:
            break
        await pilot.pause(0.01)
    await settled(pilot)
