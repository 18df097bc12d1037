"""The line in which somebody answers a cell's `input()` or `getpass()`."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key
from textual.widgets import Input, Static

from cocalc_tui.protocol.events import Asking
from cocalc_tui.widgets.dialogs import CSS, Dialog
from cocalc_tui.widgets.glyphs import safe

_ROWS = 6
"""Lines of a prompt that are shown."""


class Answer(Dialog[str | None], inherit_bindings=False):
    """Asks for what the cell asks for: any text, also none; None when it was cancelled."""

    DEFAULT_CSS = (
        CSS.replace("NAME", "Answer")
        + """
    Answer Input { border: none; height: 1; padding: 0; margin-top: 1; background: $raised; }
    Answer Input:focus { border: none; background: $raised; background-tint: $raised 0%; }
    """
    )

    def __init__(self, asking: Asking) -> None:
        super().__init__()
        lines = asking.prompt.split("\n")[-_ROWS:]
        self._prompt = "\n".join(map(safe, lines)) or "The cell waits for input"
        self._seen = "enter answer  esc later"
        if asking.password:
            self._seen = f"not shown, kept nowhere  {self._seen}"
        self._input = Input(password=asking.password, select_on_focus=False, compact=True)

    def compose(self) -> ComposeResult:
        """The cell's words and a line."""
        with Vertical():
            yield Static(self._prompt, id="question", markup=False)
            yield self._input
            yield Static(self._seen, id="keys", markup=False)

    def on_mount(self) -> None:
        """A caret that does not blink."""
        self._input.cursor_blink = False

    def on_key(self, event: Key) -> None:
        """Answer, or leave the cell waiting."""
        if event.key == "enter":
            self.give(self._input.value)
        elif event.key in {"escape", "ctrl+q", "ctrl+w"}:
            self.give(None)
        else:
            self.take_text(event, self._input)
            return
        event.stop()
        event.prevent_default()
