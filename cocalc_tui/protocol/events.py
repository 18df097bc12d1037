"""What the host side says (`Tell`, `Told`) and answers, by topic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from cocalc_tui.sync.patch import Json
else:
    Json = Any  # msgspec has no recursive aliases


class FileInfo(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of a folder."""

    path: str
    """Relative to the project."""
    kind: str
    """file, folder, link or other."""
    size: int = 0
    modified: int = 0
    """Milliseconds."""
    link: bool = False
    """Whether it is a link to what is described."""


class Trashed(msgspec.Struct, frozen=True, kw_only=True):
    """Something in the project's trash."""

    name: str
    """By which it is taken out again."""
    path: str
    """Where it was."""
    kind: str
    """As of `FileInfo`."""
    size: int
    """Bytes of a file; 0 for a folder."""
    user: str
    """Who deleted it."""
    at: int
    """Milliseconds of the relay's clock."""


class FilePart(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a file."""

    data: bytes
    total: int
    """Bytes of the whole file."""
    stamp: str
    """The same for two parts of a file that nobody wrote in between."""


class SearchLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line with something that was searched for, or one beside it."""

    number: int
    """From 1, in the file or the cell."""
    text: str
    """Its beginning, or from `cut` on."""
    spans: list[tuple[int, int]] = []
    """First and last column of each place in the whole line; none in a line of context."""
    cell: int = 0
    """Of a notebook, from 1; 0 in a text."""
    cut: int = 0
    """Characters left out at its beginning."""


class SearchedFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file with something that was searched for."""

    path: str
    lines: list[SearchLine]
    count: int
    """Places."""
    more: bool = False
    """Whether there are more than were counted."""


class SearchPart(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to `SearchFiles`: what was found in the files looked at in this part."""

    files: list[SearchedFile]
    after: str
    """What to ask on with; "" where that was all."""
    looked: int
    """Files looked at."""
    size: int
    """Bytes looked at."""
    left_out: dict[str, int] = {}
    """How many files were left out, by why: large, binary, unreadable."""
    troubles: list[str] = []
    """A line for each file in which the pattern took too long."""


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """Topic `saved`: the file on disk holds version `seq`."""

    seq: int
    at: int
    """Milliseconds of the relay's clock."""


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """Topic `trouble`: something everybody in the document should know; `text` "" when over."""

    text: str


class KernelState(msgspec.Struct, frozen=True, kw_only=True):
    """Topic `kernel`: the notebook's kernel."""

    name: str
    title: str
    state: str
    """none, starting, idle, busy, dead."""
    reason: str = ""
    """Why it is dead or labelled: cause, exit code, last words, next step."""
    words: list[str] = []
    """The last lines that it wrote to its standard error, where it died."""
    pid: int = 0
    memory: int = 0
    """Bytes."""
    cpu: float = 0.0
    """Percent of one core."""


class CellRun(msgspec.Struct, frozen=True, kw_only=True):
    """One cell's place in the queue, or its last run."""

    cell: str
    run: str
    state: str
    """queued, running, done, error, stopped."""
    user: str
    asked: int
    started: int = 0
    finished: int = 0
    count: int = 0
    """The execution count, once known."""
    reason: str = ""
    """Why it was stopped, where its kernel ended."""


class Runs(msgspec.Struct, frozen=True, kw_only=True):
    """Topic `runs`: all cells that are queued, running, or ran under this kernel."""

    cells: list[CellRun]


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """Topic `asking`: a cell waits for a line of text (`Input`); `run` "" when none does."""

    cell: str
    run: str
    prompt: str
    password: bool
    """What is typed is not to be seen."""


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
    """Whose window has the size."""
    policy: str = "smallest"
    """What decides on the size: smallest, mine (of `size_by`), fixed (by `size_by`)."""
    keyboard: str = ""
    """Who alone may type; "" everybody who has the role."""
    exit: int | None = None
    """The program's exit code, once it ended; negative: the signal."""


class TerminalRows(msgspec.Struct, frozen=True, kw_only=True):
    """Lines that have scrolled out."""

    rows: list[str]
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


class ChatNews(msgspec.Struct, frozen=True, kw_only=True):
    """Topic `chat`, told in the project: somebody said something, or mentions somebody more."""

    doc: str
    path: str
    key: str
    """Of the message."""
    user: str
    text: str
    """The beginning of it."""
    names: list[str]
    """Who is mentioned that was not before; `all` is everybody."""
    edited: bool = False


class ChatState(msgspec.Struct, frozen=True, kw_only=True):
    """A chat, as it is for who asked."""

    doc: str
    path: str
    messages: int
    unread: int
    mentions: int
    """Of them, those that mention who asked."""
    at: int
    """Of the last message, milliseconds."""
    user: str
    text: str


class SnapshotInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A snapshot of the project folder."""

    id: str
    """Its time in UTC, `20261125-181500`."""
    at: int
    """Milliseconds."""
    user: str
    kind: str
    """automatic, named, before (a restore)."""
    title: str
    files: int = 0
    left_out: int = 0
    """Files that are only named in it: too large, or not to be read."""


class SnapshotFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file or folder in a snapshot."""

    path: str
    kind: str
    """file, folder, link, or left out."""
    size: int = 0
    note: str = ""
    """Why it was left out."""


class SnapshotPart(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a file in a snapshot."""

    size: int
    """Bytes of the whole file."""
    data: bytes


class CommitInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A git commit that changed a file."""

    id: str
    author: str
    at: int
    """When it was written, milliseconds."""
    title: str
    """The first line of its message."""
    path: str
    """The file's name in it."""


ANEW = "anew"
"""Topic of a document, without data: another log took the place of its log; open it again."""


class HistorySize(msgspec.Struct, frozen=True, kw_only=True):
    """What the history of a document takes."""

    path: str
    patches: int
    sealed: int
    """Bytes in blocks."""
    rows: int
    """Bytes that are not sealed yet."""


class Purged(msgspec.Struct, frozen=True, kw_only=True):
    """Topic `purged`, told in the project: the history of a document was forgotten."""

    path: str
    user: str


class SnapshotDifference(msgspec.Struct, frozen=True, kw_only=True):
    """A file that is not the same in two snapshots."""

    path: str
    how: str
    """added, removed, changed."""


class SnapshotRestored(msgspec.Struct, frozen=True, kw_only=True):
    """What putting back came to."""

    written: int
    """Files."""
    troubles: list[str]
    """A line for each that could not be written."""
    kept: str | None
    """The snapshot of what was there before; None where that was like the last one."""


class SnapshotProgress(msgspec.Struct, frozen=True, kw_only=True):
    """Topic `snapshot`, told in the project: a snapshot is being taken."""

    files: int
    """Looked at so far."""
    read: int
    """Bytes read so far."""
    done: bool = False


class OutputBatch(msgspec.Struct, frozen=True, kw_only=True):
    """Topic `output`: items `first`, `first + 1` ... of a run's live output.

    An item is an nbformat output dict, `{"output_type": "clear_output", "wait": bool}` or
    `{"output_type": "update_display_data", ...}`; consecutive stream items are to be joined.
    """

    cell: str
    run: str
    first: int
    items: list[dict[str, Json]]
    whole: bool = False
    """The answer to `Outputs`: all of the run's output so far, folded. It replaces what was heard;
    the next batch begins at `first` + the number of these items."""


class KeptText(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to `OutputText`; "" where nothing is kept from there on."""

    start: int
    """Where it begins, in code points of the middle: later than asked for, after a gap."""
    text: str


class BlobPart(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to `Blob`."""

    size: int
    """Bytes of all of it; 0 where it is not there."""
    data: bytes


class KernelChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A kernel that a notebook could use."""

    name: str
    title: str
    language: str
    where: str
    """Path of its interpreter or specification."""
    note: str = ""
    """A label, such as the line that mends a missing project kernel."""


class Match(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A way that code could go on."""

    text: str
    """What stands in the place of `start`..`end`."""
    kind: str = ""
    """function, module, keyword ... in the kernel's words."""


class Completion(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to `Complete`."""

    start: int
    """Code points of the code asked about ..."""
    end: int
    """... that a match replaces."""
    matches: list[Match]


class Inspection(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to `Inspect`."""

    data: dict[str, str]
    """Mime type to text: text/plain, perhaps with ANSI colours, or text/markdown. Empty where
    nothing is known."""


class KernelInfo(msgspec.Struct, frozen=True, kw_only=True):
    """A kernel that lives, for `status`."""

    path: str
    name: str
    state: str
    pid: int
    keeper: int
    """The keeper's pid."""
    title: str = ""
    memory: int = 0
    """Bytes."""
    cpu: float = 0.0
    """Percent of one core."""
    user: str = ""
    """Who started it."""
    started: int = 0
    """Milliseconds since 1970."""


class OpenDocument(msgspec.Struct, frozen=True, kw_only=True):
    """A document that somebody has open, for `status`."""

    path: str
    people: list[str]
    seq: int


class ProjectStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to `Status`."""

    project: str
    pid: int
    door: int
    started: int
    people: list[str]
    """Everybody who is connected, the connection that asks aside."""
    documents: list[OpenDocument]
    kernels: list[KernelInfo]
    terminals: list[TerminalInfo] = []
