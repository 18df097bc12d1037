"""Terminals: their screens are told to everybody in the document; typing needs the role."""

from __future__ import annotations

from typing import ClassVar

from cocalc_tui.protocol.messages.base import Request, Role

# --- terminals -----------------------------------------------------------------------------------


class TerminalOpen(Request, frozen=True, tag="terminal"):
    """The whole screen: TerminalScreen. Who may type starts the program where none runs."""

    doc: str
    again: bool = False
    """Start it though it ended."""


class TerminalType(Request, frozen=True, tag="type"):
    """Type: keys by their names, then text as it is, then what was pasted."""

    NEEDS: ClassVar[Role] = Role.RUNNER
    doc: str
    keys: list[str] = []  # noqa: RUF012 - a struct copies it
    text: str = ""
    paste: str = ""
    view: str = ""
    """Which of my views: what is opened from the terminal is shown beside that."""
    n: int = 0
    """Counts what is typed in a view from 1 on: what is sent once more, after a lost connection,
    is typed once. 0: it is typed whenever it comes."""


class TerminalMouse(Request, frozen=True, tag="terminal-mouse"):
    """The mouse, for a program that asked for it; cells from 0."""

    NEEDS: ClassVar[Role] = Role.RUNNER
    doc: str
    what: str
    """press, release or move."""
    button: int
    """1 left, 2 middle, 3 right, 4 wheel up, 5 wheel down; 0 none, while moving."""
    x: int
    y: int
    modifiers: int = 0
    """4 shift, 8 alt, 16 ctrl."""


class TerminalSize(Request, frozen=True, tag="terminal-size"):
    """How large my window of it is. The smallest of who may type counts, or somebody's alone."""

    NEEDS: ClassVar[Role] = Role.RUNNER
    doc: str
    columns: int
    lines: int
    policy: str | None = None
    """smallest, mine, or fixed: as large as this window is now; None leaves it as it is."""
    text: str = ""
    ground: str = ""
    """Its colours, `#rrggbb`, for programs that ask; "" where they are not known."""


class TerminalKeyboard(Request, frozen=True, tag="terminal-keyboard"):
    """Have the keyboard alone, or give it back to everybody who may type."""

    NEEDS: ClassVar[Role] = Role.RUNNER
    doc: str
    mine: bool


class TerminalHistory(Request, frozen=True, tag="terminal-history"):
    """Lines that scrolled out, the oldest being 0: TerminalRows."""

    doc: str
    first: int
    count: int


class TerminalFiles(Request, frozen=True, tag="terminal-files"):
    """The files of what it showed so far: RecordingFiles."""

    doc: str


class TerminalRecording(Request, frozen=True, tag="terminal-recording"):
    """Bytes of one of those files, from `start` on: BlobPart."""

    doc: str
    name: str
    start: int = 0


class TerminalEnd(Request, frozen=True, tag="terminal-end"):
    """Hang up: the program gets SIGHUP."""

    NEEDS: ClassVar[Role] = Role.RUNNER
    doc: str
