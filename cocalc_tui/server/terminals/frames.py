"""What a keeper tells of its screen: the rows that changed since it told before, or all of them.

Whoever takes in a whole frame and all changes told after it has the screen, whenever they came.
"""

from __future__ import annotations

from typing import Any

from cocalc_tui.server.terminals.screen import Frame, Screen

MOST_TITLE = 200
"""Characters."""


class Frames:
    """The frames of one screen."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._told: Frame | None = None
        self._more = "", 0, screen.size
        """Who typed last, how many lines had scrolled out, and the size, when it was told."""
        self._state: dict[str, Any] = {}
        """How it is else, as of the moment it was told."""
        self._seq = 0

    def changed(self, typist: str) -> dict[str, Any] | None:
        """The next frame, None where nothing is other; `typist` typed last."""
        before, frame = self._told, self._screen.frame()
        more = typist, self._screen.history_length, self._screen.size
        if frame == before and more == self._more:
            return None
        self._told, self._more = frame, more
        self._seq += 1
        rows = {
            str(y): row
            for y, row in enumerate(frame.rows)
            if before is None or y >= len(before.rows) or before.rows[y] != row
        }
        self._state = self._described(frame, typist)
        return {**self._state, "rows": rows}

    def whole(self, typist: str) -> dict[str, Any]:
        """The screen as it was told last, for who comes late."""
        frame = self._told or self._screen.frame()
        state = self._state or self._described(frame, typist)
        return {**state, "rows": {str(y): row for y, row in enumerate(frame.rows)}}

    def _described(self, frame: Frame, typist: str) -> dict[str, Any]:
        columns, lines = self._screen.size
        return {
            "seq": self._seq,
            "columns": columns,
            "lines": lines,
            "cursor": frame.cursor,
            "title": frame.title[:MOST_TITLE],
            "alternate": frame.alternate,
            "mouse": frame.mouse,
            "moves": frame.moves,
            "history": self._screen.history_length,
            "wraps": frame.wraps,
            "typist": typist,
        }
