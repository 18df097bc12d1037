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


class TerminalSize(Message, frozen=True, tag="terminal-size"):
    """How large my window of it is. The smallest of who may type counts, or somebody's alone."""

    NEEDS: ClassVar[Role] = Role.RUNNER
    id: int
    doc: str
    columns: int
    lines: int
    policy: str | None = None
    """smallest or mine; None leaves it as it is."""


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
