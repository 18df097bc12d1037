"""Between the relay and the host side."""

from __future__ import annotations

from typing import ClassVar

import msgspec

from cocalc_tui.protocol.messages.base import Message, Role

# --- the host side -------------------------------------------------------------------------------


class Asked(Message, frozen=True, tag="asked"):
    """The relay passes a request on to the host side, role already checked."""

    NEEDS: ClassVar[Role] = Role.HOST
    connection: str
    user: str
    role: str
    request: msgspec.Raw


class Answered(Message, frozen=True, tag="answered"):
    """The host side answers a passed-on request."""

    NEEDS: ClassVar[Role] = Role.HOST
    connection: str
    answer: msgspec.Raw
    """An encoded `Answer` or `Failed`."""


class Prepare(Message, frozen=True, tag="prepare"):
    """Relay to host side: somebody opens this path; make its document ready."""

    NEEDS: ClassVar[Role] = Role.HOST
    id: int
    path: str
    doc: str


class Ready(Message, frozen=True, tag="ready"):
    """Host side to relay: the document can be served."""

    NEEDS: ClassVar[Role] = Role.HOST
    id: int
    doc: str
    type: str
    readonly: str | None = None


class Size(Message, frozen=True, tag="size"):
    """Host side to relay: how large a document is after entries 1..`seq`, in bytes.

    Of a notebook it is what people type: outputs may be larger than a file that can be opened.
    """

    NEEDS: ClassVar[Role] = Role.HOST
    doc: str
    seq: int
    size: int


class Unused(Message, frozen=True, tag="unused"):
    """Relay to host side: the last app has left the document."""

    NEEDS: ClassVar[Role] = Role.HOST
    doc: str


class Moved(Message, frozen=True, tag="moved"):
    """A file or folder has another path: host side to relay, which tells every app.

    Documents at the path and below it follow.
    """

    NEEDS: ClassVar[Role] = Role.HOST
    path: str
    to: str
