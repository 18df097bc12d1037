"""What a terminal runs first: the text of its document, edited by everybody at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.widgets import Static

from cocalc_tui.widgets.acting import Acting
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.leaving import Leaving

if TYPE_CHECKING:
    from cocalc_tui.client.document import SharedDocument


class ScriptScreen(Acting, Leaving[None], inherit_bindings=False):
    """An editor of it."""

    DEFAULT_CSS = """
    ScriptScreen { background: $background; }
    ScriptScreen Static { height: 1; width: 1fr; padding: 0 1; background: $bar; }
    """

    def __init__(self, document: SharedDocument) -> None:
        super().__init__()
        self._document = document

    def compose(self) -> ComposeResult:
        """What this is, and the editor."""
        from cocalc_tui.widgets.editor.pane import EditorPane

        name = safe(self._document.path)
        yield Static(f"{name} runs this first, then the shell   F12 back", markup=False)
        yield EditorPane(self._document)

    def scopes(self) -> Sequence[str]:
        """Its own."""
        return ("script",)

    def on_mount(self) -> None:
        """Give the editor the keyboard."""
        from cocalc_tui.widgets.editor.pane import EditorPane

        self.set_focus(self.query_one(EditorPane).keyboard())

    def do_close(self) -> None:
        """Back to the terminal."""
        self.dismiss(None)
