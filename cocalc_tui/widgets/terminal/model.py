"""What a terminal pane knows of the screen: frames merged, without a widget."""

from __future__ import annotations

import msgspec

from cocalc_tui.protocol.events import TerminalScreen


class TerminalModel:
    """The last known screen."""

    def __init__(self) -> None:
        self.screen = TerminalScreen(running=False)
        self.known = False
        """Whether the whole screen came."""

    def take(self, screen: TerminalScreen) -> set[int] | None:
        """Merge a frame; returns the lines that are others now, None for all."""
        before = self.screen
        if screen.whole or not screen.running:
            stays = not screen.running and not screen.rows
            self.screen = _ended(screen, before) if stays else screen
            self.known = True
            return None
        if screen.seq <= before.seq and before.running:
            return set()
        resized = (screen.columns, screen.lines) != (before.columns, before.lines)
        rows = {y: row for y, row in {**before.rows, **screen.rows}.items() if y < screen.lines}
        self.screen = msgspec.structs.replace(screen, rows=rows)
        changed = set(screen.rows)
        for cursor in (before.cursor, screen.cursor):
            if cursor is not None:
                changed.add(cursor[1])
        return None if resized or not before.running else changed

    def missed(self, screen: TerminalScreen) -> bool:
        """Whether frames were lost before this one, so that the whole is to be asked for."""
        return not screen.whole and screen.running and screen.seq > self.screen.seq + 1


def _ended(screen: TerminalScreen, before: TerminalScreen) -> TerminalScreen:
    """That a program ended, with what it showed last."""
    return msgspec.structs.replace(
        screen, rows=before.rows, wraps=before.wraps, history=before.history
    )
