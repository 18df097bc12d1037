"""What is known of one terminal: what runs for its document, whose size it has, who may type.

A terminal is known from the first word of it on, running or not, with its document open or not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.events import TerminalScreen
from cocalc_tui.server.daemon import last_line
from cocalc_tui.server.terminals.last import Last, write_last
from cocalc_tui.server.terminals.session import USUAL, TerminalSession

HANGUP = -1
"""How a program ends whose keeper went: by SIGHUP, as where a line is cut."""


@dataclass
class KnownTerminal:
    """A terminal's document, and what runs for it."""

    path: str
    shared: SharedDocument | None = None
    session: TerminalSession | None = None
    sizes: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    """User, columns and lines by connection; only of those who may type. A window may tell its size
    before it is known who sits at it."""
    here: frozenset[str] = frozenset()
    """Connections that are known to be in the document."""
    policy: str = "smallest"
    """smallest, mine or fixed."""
    size_by: str = ""
    """Whose windows count, or who fixed the size; "" with smallest."""
    fixed: tuple[int, int] = USUAL
    """Columns and lines, with fixed."""
    colours: tuple[str, str] | None = None
    """Of text and ground in the window that was told of last, `#rrggbb`."""
    keyboard: str = ""
    """Who alone may type."""
    size: tuple[int, int] = USUAL
    """Columns and lines that it had when its program ended."""
    folder: Path | None = None
    """Of the keeper of the program that ended."""
    exit: int | None = None
    reason: str = ""
    """Why it ended, where its keeper went."""
    starting: asyncio.Lock = field(default_factory=asyncio.Lock)
    resizing: asyncio.TimerHandle | None = None

    def are_here(self, connections: Iterable[str]) -> None:
        """Who is in the document now; the windows of who left count no more."""
        now = frozenset(connections)
        for gone in self.here - now:
            self.sizes.pop(gone, None)
        self.here = now

    def ended(self, code: int | None, folder: Path) -> None:
        """Its program ended, or (None) its keeper went without a word of that."""
        if self.session is not None:
            self.size = self.session.state["columns"], self.session.state["lines"]
            if code is None:
                write_last(folder, Last(self.session.state, [], []))
        self.session, self.folder = None, folder
        self.exit = code if code is not None else HANGUP
        self.reason = "" if code is not None else _last_words(folder)

    def described(self, screen: TerminalScreen) -> TerminalScreen:
        """A screen, with whose it is and how it ended."""
        by, lines_by = self.size_by, ""
        if self.policy == "smallest":
            by, lines_by = self._smallest
        exit_ = self.exit if self.session is None else None
        return msgspec.structs.replace(
            screen,
            size_by=by,
            lines_by=lines_by,
            policy=self.policy,
            keyboard=self.holder,
            exit=exit_,
            reason=self.reason if self.session is None else "",
        )

    # --- the keyboard --------------------------------------------------------------------------

    @property
    def holder(self) -> str:
        """Who has the keyboard alone; who left has it no more."""
        if self.shared is not None and self.keyboard:
            here = {other.user for other in self.shared.others}
            if self.keyboard not in here:
                self.keyboard = ""
        return self.keyboard

    def refuse(self, user: str) -> None:
        """Raise ValueError where somebody else has the keyboard."""
        holder = self.holder
        if holder not in {"", user}:
            raise ValueError(f"{holder} has the keyboard")

    # --- sizes ---------------------------------------------------------------------------------

    @property
    def present(self) -> list[tuple[str, int, int]]:
        """The windows of who is there and may type."""
        if self.shared is None:
            return []
        return [size for at, size in self.sizes.items() if at in self.here]

    @property
    def _smallest(self) -> tuple[str, str]:
        """Whose window is the narrowest, and whose is lower than that; "" for nobody's."""
        if not (present := self.present):
            return "", ""
        by, _, lines = min(present, key=lambda one: (one[1], one[2], one[0]))
        lowest, _, fewest = min(present, key=lambda one: (one[2], one[0]))
        return by, lowest if fewest < lines and lowest != by else ""

    @property
    def wanted(self) -> tuple[int, int] | None:
        """Columns and lines that it is to have; None where nobody's window counts."""
        if self.policy == "fixed":
            return self.fixed
        sizes = self.present
        mine = [one for one in sizes if one[0] == self.size_by]
        if not (mine or sizes):
            return None
        columns = min(one[1] for one in mine or sizes)
        return columns, min(one[2] for one in mine or sizes)

    def choose(self, user: str, request: m.TerminalSize) -> None:
        """Have another policy."""
        self.policy = request.policy if request.policy in {"mine", "fixed"} else "smallest"
        self.size_by = user if self.policy != "smallest" else ""
        self.fixed = request.columns, request.lines


def _last_words(folder: Path) -> str:
    """What became of a keeper that went without a word of its program."""
    words = last_line(folder / "keeper.log")
    return f"its keeper ended, {words}" if words else "its keeper was killed"
