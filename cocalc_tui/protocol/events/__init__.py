"""What the host side says (`Tell`, `Told`) and answers, by topic; a module for each subject."""

from __future__ import annotations

from cocalc_tui.protocol.events.chats import (
    ChatNews,
    ChatRead,
    ChatState,
)
from cocalc_tui.protocol.events.documents import (
    ANEW,
    FOLLOWED,
    Saved,
    Trouble,
)
from cocalc_tui.protocol.events.files import (
    FileInfo,
    FilePart,
    LineCounts,
    Trashed,
)
from cocalc_tui.protocol.events.histories import (
    CommitInfo,
    HistorySize,
    OverLimit,
    Purged,
    SaveInfo,
    Upkeep,
)
from cocalc_tui.protocol.events.kernels import (
    Completion,
    Inspection,
    KernelChoice,
    KernelInfo,
    KernelState,
    Match,
)
from cocalc_tui.protocol.events.project import (
    OpenDocument,
    ProjectStatus,
)
from cocalc_tui.protocol.events.runs import (
    Asking,
    BlobPart,
    CellRun,
    KeptText,
    OutputBatch,
    Runs,
)
from cocalc_tui.protocol.events.searching import (
    Said,
    SearchedFile,
    SearchLine,
    SearchPart,
)
from cocalc_tui.protocol.events.snapshots import (
    SnapshotDifference,
    SnapshotFile,
    SnapshotInfo,
    SnapshotPart,
    SnapshotProgress,
    SnapshotRestored,
)
from cocalc_tui.protocol.events.terminals import (
    EndedTerminal,
    OpenPlace,
    RecordingFile,
    RecordingFiles,
    TerminalInfo,
    TerminalOpens,
    TerminalRows,
    TerminalScreen,
)

__all__ = [
    "ANEW",
    "FOLLOWED",
    "Asking",
    "BlobPart",
    "CellRun",
    "ChatNews",
    "ChatRead",
    "ChatState",
    "CommitInfo",
    "Completion",
    "EndedTerminal",
    "FileInfo",
    "FilePart",
    "HistorySize",
    "Inspection",
    "KeptText",
    "KernelChoice",
    "KernelInfo",
    "KernelState",
    "LineCounts",
    "Match",
    "OpenDocument",
    "OpenPlace",
    "OutputBatch",
    "OverLimit",
    "ProjectStatus",
    "Purged",
    "RecordingFile",
    "RecordingFiles",
    "Runs",
    "Said",
    "SaveInfo",
    "Saved",
    "SearchLine",
    "SearchPart",
    "SearchedFile",
    "SnapshotDifference",
    "SnapshotFile",
    "SnapshotInfo",
    "SnapshotPart",
    "SnapshotProgress",
    "SnapshotRestored",
    "TerminalInfo",
    "TerminalOpens",
    "TerminalRows",
    "TerminalScreen",
    "Trashed",
    "Trouble",
    "Upkeep",
]
