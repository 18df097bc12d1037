"""The messages of the wire, each a typed struct; `docs/protocol.md` is made from this package.

One connection carries many documents. A frame is one message in MessagePack. An unknown field is
kept out of the way, an unknown message is refused by itself: neighbouring releases work together.

Three sides speak: an **app**, the **relay** (which checks, numbers, stores and forwards) and the
**host side** (a client of the relay with the role `host`: disk, notebooks, kernels). A request has
an `id` that its answer repeats. What the relay does not serve itself it passes to the host side
as `Asked`, after checking the role in `NEEDS`.
"""

from __future__ import annotations

from cocalc_tui.protocol.messages.answers import (
    Answer,
    Failed,
)
from cocalc_tui.protocol.messages.base import (
    OLDEST,
    VERSION,
    Message,
    Role,
)
from cocalc_tui.protocol.messages.documents import (
    Ack,
    Checkpoint,
    Entries,
    Fetch,
    Fetched,
    Have,
    Open,
    Opened,
    Presence,
    Present,
    Push,
    Refused,
    Shut,
    Tell,
    Told,
    WireEntry,
    WirePatch,
)
from cocalc_tui.protocol.messages.files import (
    MAX_PART,
    CopyFile,
    DeleteFile,
    Download,
    EmptyTrash,
    ListFiles,
    ListTrash,
    MakeFile,
    RenameFile,
    RestoreFile,
    Save,
    Upload,
    UploadEnd,
    UploadPart,
)
from cocalc_tui.protocol.messages.handshake import (
    Goodbye,
    Hello,
    Welcome,
)
from cocalc_tui.protocol.messages.hosting import (
    Answered,
    Asked,
    Moved,
    Prepare,
    Ready,
    Unused,
)
from cocalc_tui.protocol.messages.notebooks import (
    ChooseKernel,
    ClearOutputs,
    Complete,
    CopyOutputs,
    Input,
    Inspect,
    Interrupt,
    Kernels,
    Outputs,
    Restart,
    Run,
)
from cocalc_tui.protocol.messages.project import (
    Members,
    People,
    Person,
    Share,
    Status,
    Stop,
)

__all__ = [
    "MAX_PART",
    "OLDEST",
    "VERSION",
    "Ack",
    "Answer",
    "Answered",
    "Asked",
    "Checkpoint",
    "ChooseKernel",
    "ClearOutputs",
    "Complete",
    "CopyFile",
    "CopyOutputs",
    "DeleteFile",
    "Download",
    "EmptyTrash",
    "Entries",
    "Failed",
    "Fetch",
    "Fetched",
    "Goodbye",
    "Have",
    "Hello",
    "Input",
    "Inspect",
    "Interrupt",
    "Kernels",
    "ListFiles",
    "ListTrash",
    "MakeFile",
    "Members",
    "Message",
    "Moved",
    "Open",
    "Opened",
    "Outputs",
    "People",
    "Person",
    "Prepare",
    "Presence",
    "Present",
    "Push",
    "Ready",
    "Refused",
    "RenameFile",
    "Restart",
    "RestoreFile",
    "Role",
    "Run",
    "Save",
    "Share",
    "Shut",
    "Status",
    "Stop",
    "Tell",
    "Told",
    "Unused",
    "Upload",
    "UploadEnd",
    "UploadPart",
    "Welcome",
    "WireEntry",
    "WirePatch",
]
