"""The two ends of a connection as state machines: frames in, events out; no socket, no clock.

Theory of operation::

    state      frame              the relay's end              the app's end
    GREETING   hello              Greeted, or Ended -> OVER    (sends it first)
                                  where no version is common
               welcome            (sends it) -> TALKING        Greeted -> TALKING, or
                                                               Ended -> OVER likewise
               goodbye            (sends it) -> OVER           Ended -> OVER
               anything else      Ended -> OVER                Ended -> OVER
    TALKING    a known message    Heard, or Denied where the   Heard
               of this direction  role is too low
               any other message  Denied                       Passed
               goodbye            Denied                       Ended -> OVER
    any        no message         Ended -> OVER                Ended -> OVER
    OVER       any                nothing                      nothing

What is denied is answered by itself and the connection goes on, so a newer neighbour's new message
costs its one feature and not the whole. Without one place that knows this table, each handler
would check roles for itself, and one would forget.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.codec import FrameError, MessageError, decode, encode
from cocalc_tui.protocol.patches import is_session

FOR_HOST: frozenset[type[m.Message]] = frozenset(
    {
        m.ListChats,
        m.MarkRead,
        m.ReadMarks,
        m.UnreadMessages,
        m.ListFiles,
        m.MakeFile,
        m.RenameFile,
        m.CopyFile,
        m.DeleteFile,
        m.ListTrash,
        m.RestoreFile,
        m.EmptyTrash,
        m.Upload,
        m.UploadPart,
        m.UploadEnd,
        m.Download,
        m.CountLines,
        m.SearchFiles,
        m.Save,
        m.Run,
        m.Input,
        m.Interrupt,
        m.Restart,
        m.Kernels,
        m.ChooseKernel,
        m.Outputs,
        m.TerminalEnd,
        m.TerminalFiles,
        m.TerminalHistory,
        m.TerminalKeyboard,
        m.TerminalMouse,
        m.TerminalOpen,
        m.TerminalRecording,
        m.TerminalSize,
        m.TerminalType,
        m.OutputText,
        m.Blob,
        m.ListSaves,
        m.Purge,
        m.ListCommits,
        m.ReadCommit,
        m.BrowseSnapshot,
        m.CompareSnapshots,
        m.DropSnapshot,
        m.ListSnapshots,
        m.ReadSnapshot,
        m.RestoreSnapshot,
        m.SetSnapshotRules,
        m.SnapshotRules,
        m.TakeSnapshot,
        m.Complete,
        m.Inspect,
        m.ClearOutputs,
        m.CopyOutputs,
    }
)
"""Requests that the relay passes on to the host side."""

FROM_APP: frozenset[type[m.Message]] = FOR_HOST | {
    m.Open,
    m.Shut,
    m.Push,
    m.Fetch,
    m.Presence,
    m.Share,
    m.Members,
    m.Status,
    m.Backup,
    m.HistorySizes,
    m.Stop,
}
"""What an app may say after the handshake, its role permitting."""

FROM_HOST: frozenset[type[m.Message]] = FROM_APP | {
    m.Checkpoint,
    m.Anew,
    m.Mentioned,
    m.Tell,
    m.Answered,
    m.Ready,
    m.Failed,
    m.Moved,
    m.Size,
}
"""What the host side may say."""

FROM_RELAY: frozenset[type[m.Message]] = frozenset(
    {
        m.Opened,
        m.Ack,
        m.Refused,
        m.Entries,
        m.Fetched,
        m.Present,
        m.Told,
        m.People,
        m.Asked,
        m.Prepare,
        m.Unused,
        m.Moved,
        m.Answer,
        m.Failed,
    }
)
"""What the relay says to apps and to the host side."""


class State(Enum):
    """Where a connection stands."""

    GREETING = "greeting"
    TALKING = "talking"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Greeted:
    """The other side said who it is: a `Hello` (answer it) or a `Welcome`."""

    message: m.Hello | m.Welcome
    version: int
    """The newest protocol that both speak."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A message that may be acted upon."""

    message: m.Message


@dataclass(frozen=True, slots=True)
class Denied:
    """A message that was not taken; `reply` says so to its sender."""

    reply: m.Failed | m.Refused


@dataclass(frozen=True, slots=True)
class Passed:
    """A message that this release does not know or that only apps send, passed over."""

    tag: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The connection is over; a relay sends `goodbye`, an app received it or made it up."""

    goodbye: m.Goodbye


class RelaySide:
    """The relay's end of a connection."""

    def __init__(self) -> None:
        self.state = State.GREETING
        self.role = m.Role.NOBODY
        """Checked on every message; changes at once when the access list does."""

    def receive(self, frame: bytes) -> Greeted | Heard | Denied | Ended | None:
        """Take a frame; None where it means nothing any more."""
        if self.state is State.OVER:
            return None
        try:
            message = decode(frame)
        except FrameError as error:
            return self._end("form", str(error))
        except MessageError as error:
            if self.state is State.GREETING:
                return self._end("form", f"not a hello: {error}")
            return Denied(m.Failed(id=error.id, code=_code(error), text=str(error)))
        if self.state is State.GREETING:
            return self._greeted(message)
        return self._judge(message)

    def welcome(self, welcome: m.Welcome, role: m.Role) -> bytes:
        """Let the other side in; returns the frame to send."""
        self.state = State.TALKING
        self.role = role
        return encode(welcome)

    def end(self, code: str, text: str, moved: str = "") -> bytes:
        """End the connection; returns the last frame to send."""
        self.state = State.OVER
        return encode(m.Goodbye(code=code, text=text, moved=moved))

    def _end(self, code: str, text: str) -> Ended:
        self.state = State.OVER
        return Ended(m.Goodbye(code=code, text=text))

    def _greeted(self, message: m.Message) -> Greeted | Ended:
        if not isinstance(message, m.Hello):
            return self._end("form", "the first message must be hello")
        version = min(message.newest, m.VERSION)
        if version < max(message.oldest, m.OLDEST):
            return self._end(
                "version",
                f"this relay speaks protocol {m.OLDEST} to {m.VERSION}, the app {message.oldest} "
                f"to {message.newest} (release {message.release[:40]}): update the older one",
            )
        if not is_session(message.session):
            return self._end("form", "the session in a hello must be 16 to 64 hex digits")
        return Greeted(message, version)

    def _judge(self, message: m.Message) -> Heard | Denied:
        kind = type(message)
        allowed = FROM_HOST if self.role is m.Role.HOST else FROM_APP
        if kind in allowed and self.role >= kind.NEEDS:
            return Heard(message)
        text = f"your role ({self.role.name.lower()}) does not allow this"
        if isinstance(message, m.Push) and message.patches:
            first = message.patches[0]
            return Denied(
                m.Refused(doc=message.doc, session=first.session, n=first.n, code="role", text=text)
            )
        code = "role" if kind in FROM_HOST else "unknown"
        return Denied(m.Failed(id=getattr(message, "id", 0), code=code, text=text))


class AppSide:
    """An app's end of a connection."""

    def __init__(self) -> None:
        self.state = State.GREETING

    def hello(self, session: str, release: str) -> bytes:
        """Return the first frame to send."""
        return encode(m.Hello(newest=m.VERSION, oldest=m.OLDEST, release=release, session=session))

    def receive(self, frame: bytes) -> Greeted | Heard | Passed | Ended | None:
        """Take a frame; None where it means nothing any more."""
        if self.state is State.OVER:
            return None
        try:
            message = decode(frame)
        except FrameError as error:
            return self._end(m.Goodbye(code="form", text=str(error)))
        except MessageError as error:
            if self.state is State.GREETING:
                return self._end(m.Goodbye(code="form", text=str(error)))
            return Passed(error.tag)
        if isinstance(message, m.Goodbye):
            return self._end(message)
        if self.state is State.GREETING:
            return self._welcomed(message)
        if type(message) in FROM_RELAY:
            return Heard(message)
        return Passed(str(type(message).__struct_config__.tag))

    def _end(self, goodbye: m.Goodbye) -> Ended:
        self.state = State.OVER
        return Ended(goodbye)

    def _welcomed(self, message: m.Message) -> Greeted | Ended:
        if not isinstance(message, m.Welcome):
            return self._end(m.Goodbye(code="form", text="the relay did not say welcome"))
        if not m.OLDEST <= message.version <= m.VERSION:
            return self._end(
                m.Goodbye(code="version", text="this is no relay that the app can speak to")
            )
        self.state = State.TALKING
        return Greeted(message, message.version)


def _code(error: MessageError) -> str:
    return "form" if error.known else "unknown"
