"""What terminals show, ask for and keep."""

from __future__ import annotations

import msgspec


class TerminalScreen(msgspec.Struct, frozen=True, kw_only=True):
    """Topic `screen`: rows of a terminal that are others now, and how it is else."""

    running: bool
    whole: bool = False
    """Whether these are all rows."""
    seq: int = 0
    columns: int = 80
    lines: int = 24
    rows: dict[int, str] = {}
    """Texts with SGR sequences, by line."""
    wraps: list[int] = []
    """Lines of the screen, of all, that go on in the next: the window was too narrow for them."""
    cursor: tuple[int, int] | None = None
    """Column and line; None while it is hidden."""
    title: str = ""
    alternate: bool = False
    mouse: bool = False
    """Whether the program wants the mouse."""
    moves: bool = False
    """Whether it wants to know where the mouse is dragged, too."""
    history: int = 0
    """Lines that have scrolled out."""
    typist: str = ""
    """Who typed last."""
    size_by: str = ""
    """Whose window has the size, or its columns."""
    lines_by: str = ""
    """Whose window has the lines, where that is somebody else's."""
    policy: str = "smallest"
    """What decides on the size: smallest, mine (of `size_by`), fixed (by `size_by`)."""
    keyboard: str = ""
    """Who alone may type; "" everybody who has the role."""
    exit: int | None = None
    """The program's exit code, once it ended; negative: the signal."""
    reason: str = ""
    """Why it ended where the program did not by itself: what became of its keeper."""


class TerminalRows(msgspec.Struct, frozen=True, kw_only=True):
    """Lines that have scrolled out."""

    rows: list[str]
    wraps: list[int] = []
    """Which of these go on in the next, the first of them being 0."""
    length: int
    """Of all that have."""


class OpenPlace(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the project, and a line in it from 1 on; 0 for none."""

    path: str
    line: int = 0


class TerminalOpens(msgspec.Struct, frozen=True, kw_only=True):
    """Topic `open`: files are to be shown to who typed that in a terminal."""

    user: str = ""
    view: str = ""
    """Of theirs, as they said when they typed."""
    asks: bool = False
    """Nobody typed it just now: they are asked first."""
    places: list[OpenPlace]


class RecordingFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a terminal's recording: an asciicast, which may still grow."""

    name: str
    size: int


class RecordingFiles(msgspec.Struct, frozen=True, kw_only=True):
    """All of a terminal's recording, oldest first."""

    files: list[RecordingFile]


class TerminalInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A terminal that runs, for `status`."""

    path: str
    pid: int
    keeper: int
    """The keeper's pid."""
    title: str


class EndedTerminal(msgspec.Struct, frozen=True, kw_only=True):
    """A terminal whose program ended, for `status`."""

    path: str
    exit: int
    """Negative: the signal."""
    reason: str = ""
    """What became of its keeper, where that is why."""
