"""The plainest app that a pane can live in: reads keys, does actions, shows notices.

`CocalcApp` builds on it; tests and benchmarks of one pane use it as it is, so that a pane meets
the same keys and the same cleaning of text in a test as in real life.
"""

from __future__ import annotations

from collections.abc import Sequence

from cocalc_tui.protocol.messages import Role
from cocalc_tui.widgets.actions import Keymap, KeyReader, Registry
from cocalc_tui.widgets.clean import CleanApp
from cocalc_tui.widgets.faces import Faces
from cocalc_tui.widgets.theme import DARK, THEMES


class DeskApp(CleanApp, inherit_bindings=False):
    """An app without Textual's own keys and palette."""

    ENABLE_COMMAND_PALETTE = False

    def __init__(self, registry: Registry, own: dict[str, Sequence[str]] | None = None) -> None:
        """`own`: action name to the keys that a person chose for it."""
        super().__init__()
        for theme in THEMES.values():
            self.register_theme(theme)
        self.theme = DARK.name
        self.reader = KeyReader(Keymap(registry, own))
        self.faces = Faces(lambda: self.current_theme.dark)
        self.notices: list[str] = []

    @property
    def role(self) -> Role:
        """What this person may do."""
        return Role.OWNER

    def notice(self, text: str, *, bad: bool = False) -> None:
        """Tell the person something in one line."""
        self.notices.append(text)
        self.notify(text, severity="error" if bad else "information", markup=False)

    def bars_changed(self) -> None:
        """What the bars show is another; there are none here."""
