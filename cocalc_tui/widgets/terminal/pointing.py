"""The mouse in a terminal: the program's, where it asked for it; else it looks back and selects."""

from __future__ import annotations

from typing import Literal

from textual import events

from cocalc_tui.protocol.messages import Role
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.terminal.browsing import WHEEL, Browsing
from cocalc_tui.widgets.terminal.typing import Kind


class Pointing(Browsing):
    """Part of the pane: the mouse."""

    _mouse_at = (-1, -1, 0)
    """Where the program was told last that it is: column, row and button."""

    def do_type(self, kind: Kind, what: str) -> None:
        """Type into the program, see `TerminalPane`."""
        raise NotImplementedError

    def _is_programs(self) -> bool:
        """Whether the mouse is the program's, and I may give it that."""
        screen = self.model.screen
        return screen.mouse and self.look is None and desk(self).role >= Role.RUNNER

    def _give(self, what: Literal["press", "release", "move"], event: events.MouseEvent) -> None:
        """Give the program the mouse; what it was given last and did not take yet is dropped."""
        event.stop()
        button = event.button
        more = 4 * event.shift + 8 * event.meta + 16 * event.ctrl
        if isinstance(event, events.MouseScrollUp | events.MouseScrollDown):
            button = 4 if isinstance(event, events.MouseScrollUp) else 5
        screen = self.model.screen
        x, y = self.window.left + event.x, self.window.top + event.y
        if 0 <= x < screen.columns and 0 <= y < screen.lines:
            self.do_ask(self.terminal.mouse(what, button, x, y, more))

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """The program's, or the beginning of a selection."""
        if self._is_programs():
            self._give("press", event)
        elif event.button == 1 and self.model.known:
            event.stop()
            self.press_at(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """The program's, or the selection's other end."""
        if self._is_programs():
            cell = (event.x, event.y, event.button)
            if self.model.screen.moves and cell != self._mouse_at:
                self._mouse_at = cell
                self._give("move", event)
        elif event.button:
            self.drag_to(event)

    def on_mouse_up(self, event: events.MouseUp) -> None:
        """The program's, or the end of a selection."""
        if self._is_programs():
            self._give("release", event)
        elif event.button == 1:
            self.let_go()

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        """The program's; else look back."""
        event.stop()
        if self._is_programs():
            self._give("press", event)
        elif self.model.screen.alternate:
            self._wheel("up")
        else:
            self.scroll_by(-WHEEL)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        """The program's; else come nearer."""
        event.stop()
        if self._is_programs():
            self._give("press", event)
        elif self.model.screen.alternate and self.look is None:
            self._wheel("down")
        else:
            self.scroll_by(WHEEL)

    def _wheel(self, key: str) -> None:
        """A full-screen program has no scrollback: the wheel is its arrow keys, as in xterm."""
        if desk(self).role >= Role.RUNNER and self.model.screen.running:
            for _ in range(WHEEL):
                self.do_type("key", key)
