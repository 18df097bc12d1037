"""The line in which somebody answers a cell's `input()` or `getpass()`."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from cocalc_tui.protocol.events import Asking
from cocalc_tui.widgets.dialogs import LINE_CSS, LineDialog
from cocalc_tui.widgets.glyphs import safe
from cocalc_tui.widgets.line import Line

_ROWS = 6
"""Lines of a prompt that are shown."""


class Answer(LineDialog[str | None], inherit_bindings=False):
    """Asks for what the cell asks for: any text, also none; None when it was cancelled."""

    DEFAULT_CSS = (
        LINE_CSS.replace("NAME", "Answer")
        + """
    Answer #hidden { color: $text-dim; margin-top: 1; }
    """
    )

    def __init__(self, asking: Asking) -> None:
        super().__init__()
        lines = asking.prompt.split("\n")[-_ROWS:]
        self._prompt = "\n".join(map(safe, lines)) or "The cell waits for input"
        self._hidden = asking.password
        self._input = Line(password=asking.password, select_on_focus=False, compact=True)

    def compose(self) -> ComposeResult:
        """The cell's words and a line."""
        with Vertical():
            yield Static(self._prompt, id="question", markup=False)
            yield self._input
            if self._hidden:
                yield Static("not shown, kept nowhere", id="hidden", markup=False)
            yield self.keys_bar()

    def scopes(self) -> Sequence[str]:
        """Its own."""
        return ("answer",)

    def do_give(self) -> None:
        """Answer."""
        self.give(self._input.value)

    def do_later(self) -> None:
        """Leave the cell waiting."""
        self.give(None)
