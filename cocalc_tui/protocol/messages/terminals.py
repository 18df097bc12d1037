"""Terminals: their screens are told to everybody in the document; typing needs the role."""

from __future__ import annotations

from typing import ClassVar

from cocalc_tui.protocol.messages.base import Message, Role

# --- terminals -----------------------------------------------------------------------------------


class TerminalOpen(Message, frozen=True, tag="terminal"):
    """The whole screen: TerminalScreen. Who may type starts the program where none runs."""

    id: int
    doc: str
    again: bool = False
    """Start it though it ended."""


class TerminalType(Message, frozen=True, tag="type"):
    """Type: keys by their names, then text as it is, then what was pasted."""

    NEEDS: ClassVar[Role] = Role.RUNNER
    id: int
    doc: str
    keys: list[str] = []  # noqa: RUF012 - a struct copies it
    text: str = ""
    paste: str = ""
    view: str = ""
    """Which of my views: what is opened from the terminal is shown beside that."""
    n: int = 0
    """Counts what is typed in a view from 1 on: what is sent once more, after a lost connection,
    is typed once. 0: it is typed whenever it comes."""


class TerminalMouse(Message, frozen=True, tag="terminal-mouse"):
    """The mouse, for a program that asked for it; cells from 0."""

    NEEDS: ClassVar[Role] = Role.RUNNER
    id: int
    doc: str
    what: str
    """press, release or move."""
    button: int
    """1 left, 2 middle, 3 right, 4 wheel up, 5 wheel down; 0 none, while moving."""
    x: int
    y: int
    modifiers: int = 0
    """4 shift, 8 alt, 16 ctrl."""


class TerminalSize(Message, frozen=True, tag="terminal-size"):
    """How large my window of it is. The smallest of who may type counts, or somebody's alone."""

    NEEDS: ClassVar[Role] = Role.RUNNER
    id: int
    doc: str
    columns: int
    lines: int
    policy: str | None = None
    """smallest, mine, or fixed: as large as this window is now; None leaves it as it is."""


class TerminalKeyboard(Message, frozen=True, tag="terminal-keyboard"):
    """Have the keyboard alone, or give it back to everybody who may type."""

    NEEDS: ClassVar[Role] = Role.RUNNER
    id: int
    doc: str
    mine: bool


class TerminalHistory(Message, frozen=True, tag="terminal-history"):
    """Lines that scrolled out, the oldest being 0: TerminalRows."""

    id: int
    doc: str
    first: int
    count: int


class TerminalFiles(Message, frozen=True, tag="terminal-files"):
    """The files of what it showed so far: RecordingFiles."""

    id: int
    doc: str


class TerminalRecording(Message, frozen=True, tag="terminal-recording"):
    """Bytes of one of those files, from `start` on: BlobPart."""

    id: int
    doc: str
    name: str
    start: int = 0


class TerminalEnd(Message, frozen=True, tag="terminal-end"):
    """Hang up: the program gets SIGHUP."""

    NEEDS: ClassVar[Role] = Role.RUNNER
    id: int
    doc: str
