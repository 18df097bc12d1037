"""The screen model of a terminal, behind our own interface: bytes in, rows out.

pyghostty is young and may be replaced: nothing else but `grid`, `replies`, `keyform` and `mouse`
imports it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from pyghostty import Terminal
from pyghostty._ffi import union_fn
from pyghostty.core import ffi
from pyghostty.core import lib as ghostty

from cocalc_tui.server.terminals.grid import Grid
from cocalc_tui.server.terminals.keyform import Form, KeyForm
from cocalc_tui.server.terminals.mouse import CELL, Mouse
from cocalc_tui.server.terminals.replies import Colours, Replies
from cocalc_tui.terminal.cast import marked

HISTORY_BYTES = 12 * 2**20
"""About 18,000 lines of 80 columns, 9,000 of 160."""
NEVER = 2**20
"""Lines: the library takes six times as long for what comes where that limit is the nearer one."""
UNKNOWN_BYTES = 64 * 2**10
"""Of a sequence that only we know."""
CLUSTERS = b"\x1b[?2027h"
"""Has the model count an emoji of several code points as the two cells that other programs do."""


class Frame(NamedTuple):
    """A screen at one moment."""

    rows: tuple[str, ...]
    """Each a text with SGR sequences, complete in itself, as wide as it is filled."""
    cursor: tuple[int, int] | None
    """Column and row; None while it is hidden."""
    title: str
    alternate: bool
    """Whether a full-screen program shows."""
    mouse: bool
    """Whether the program wants the mouse."""
    moves: bool
    """Whether it wants to know where the mouse is dragged, too."""
    wraps: tuple[int, ...]
    """Rows whose line goes on in the next."""


class Screen:
    """One terminal's screen and what has scrolled out of it."""

    def __init__(
        self, columns: int, lines: int, unknown: Callable[[bytes], None] | None = None
    ) -> None:
        """`unknown` is told of OSC sequences that no terminal knows, without their frame."""
        self._size = columns, lines
        self._terminal = Terminal(columns, lines, scrollback=NEVER)
        self._grid = Grid(self._terminal)
        self._about = Replies(self._terminal)
        self._keys = KeyForm(self._terminal)
        self.mouse = Mouse(self._terminal)
        self._set("SCROLLBACK_MAX_BYTES", "size_t", HISTORY_BYTES)
        # No app shows them: programs that ask are to draw with characters, and none fills memory.
        self._set("KITTY_IMAGE_STORAGE_LIMIT", "uint64_t", 0)
        self._replies: list[bytes] = []
        self._terminal.on_reply(self._replies.append)
        self._terminal.feed(CLUSTERS)
        if unknown is not None:
            self._terminal.on_unknown_sequence(
                lambda said: (
                    unknown(said.content) if said.kind == "osc" and not said.truncated else None
                ),
                UNKNOWN_BYTES,
            )
        self._mark: Any = None
        """Moves with the line that was topmost when `scrolled` was asked last."""

    def _set(self, name: str, kind: str, value: int) -> None:
        option = getattr(ghostty, f"GHOSTTY_TERMINAL_OPT_{name}")
        ghostty.ghostty_terminal_set(self._terminal._t[0], option, ffi.new(f"{kind}*", value))

    @property
    def size(self) -> tuple[int, int]:
        """Columns and lines."""
        columns, lines = self._terminal.size
        return int(columns), int(lines)

    def feed(self, data: bytes) -> bytes:
        """Take in what the program wrote; returns what the terminal answers.

        DEL is nothing in what a program writes; the library would show it.
        """
        self._terminal.feed(data.replace(b"\x7f", b""))
        return self._answer()

    def _answer(self) -> bytes:
        answer = b"".join(self._replies)
        self._replies.clear()
        return answer

    def resize(self, columns: int, lines: int) -> bytes:
        """Have another size; what does not fit any more is wrapped anew or scrolls out.

        Returns what a program is told that asked to be told of it.
        """
        self._size = columns, lines
        self._fit()
        return self._answer()

    def _fit(self) -> None:
        self._terminal.resize(*self._size, *CELL)
        self._mark = None

    def colour(self, colours: Colours) -> bytes:
        """Have these colours, for programs that ask.

        Returns what a program is told that asked to be told of others.
        """
        return self._about.have(colours)

    def frame(self) -> Frame:
        """The screen as it is now.

        The size is people's affair: a program that took 132 columns (DECCOLM) has none of them.
        """
        if self.size != self._size:
            self._fit()
        columns, lines = self._size
        rows, wraps = self._grid.screen(columns, lines)
        visible = self._terminal.get("cursor_visible", "bool")
        return Frame(
            rows,
            tuple(self._terminal.cursor) if visible else None,
            self._title(),
            bool(self._terminal.get("active_screen", "int")),
            self.mouse.wanted,
            self.mouse.drags,
            wraps,
        )

    @property
    def pastes(self) -> bool:
        """Whether the program wants to be told what is pasted."""
        return bool(self._terminal.mode(2004))

    @property
    def application_keys(self) -> bool:
        """Whether cursor keys are to be sent in their application form."""
        return bool(self._terminal.mode(1))

    @property
    def key_form(self) -> Form:
        """The form that the program asked for of keys that are alike in the old one."""
        return self._keys.wanted

    @property
    def history_length(self) -> int:
        """Lines that have scrolled out."""
        return int(self._terminal.get("scrollback_rows", "size_t"))

    def history(self, first: int, count: int) -> tuple[str, ...]:
        """Lines first .. first + count - 1 of those that scrolled out, the oldest being 0."""
        first, count = self._kept(first, count)
        return self._grid.history(first, count, self.size[0]) if count else ()

    def history_wraps(self, first: int, count: int) -> tuple[int, ...]:
        """Which of these go on in the next, the first of them being 0."""
        first, count = self._kept(first, count)
        return self._grid.wraps(first, count)

    def _kept(self, first: int, count: int) -> tuple[int, int]:
        """The same, of lines that are there."""
        first = max(first, 0)
        return first, max(min(count, self.history_length - first), 0)

    def scrolled(self, most: int) -> tuple[str, ...] | None:
        """Lines that went out above since this was asked last, as they are recorded.

        None where they are more than `most`, or it is not known, as after another size.
        """
        mark, self._mark = self._mark, self._top()
        place = ffi.new("GhosttyPointCoordinate*")
        if mark is None or self._mark is None:
            return None
        tag = ghostty.GHOSTTY_POINT_TAG_SCREEN
        if ghostty.ghostty_tracked_grid_ref_point(mark[0], tag, place) or place.x:
            return None
        length = self.history_length
        count = length - int(place.y)
        return self._recorded(length - count, count) if 0 <= count <= most else None

    def _recorded(self, first: int, count: int) -> tuple[str, ...]:
        """Lines that scrolled out; only of such as may be full it is asked whether they go on."""
        rows, full = self.history(first, count), self.size[0] - 1
        doubtful = [at for at, row in enumerate(rows) if len(row.encode()) >= full]
        return marked(rows, {at for at in doubtful if self._grid.wraps(first + at, 1)})

    def _top(self) -> Any:
        """A mark on the topmost line; None while a full-screen program shows."""
        if self._terminal.get("active_screen", "int"):
            return None
        track = union_fn(
            "ghostty_terminal_grid_ref_track",
            "GhosttyResult(*)(GhosttyTerminal, GhosttyPointS, GhosttyTrackedGridRef*)",
        )
        point, mark = ffi.new("GhosttyPointS*"), ffi.new("GhosttyTrackedGridRef*")
        point.tag = ghostty.GHOSTTY_POINT_TAG_ACTIVE
        if track(self._terminal._t[0], point[0], mark):
            return None
        return ffi.gc(mark, lambda mark: ghostty.ghostty_tracked_grid_ref_free(mark[0]))

    def _title(self) -> str:
        text: Any = self._terminal.get("title", "GhosttyString")
        return bytes(ffi.buffer(text.ptr, text.len)).decode("utf-8", "replace") if text.len else ""
