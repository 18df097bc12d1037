"""An open document with all that belongs to it: its file, its saving, what is said about that."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

import msgspec

from cocalc_tui.client.events import Changed, DocumentEvent
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.events import Saved, Trouble
from cocalc_tui.server.host.autosave import AutoSave, Pace
from cocalc_tui.server.host.checkpoints import Checkpoints
from cocalc_tui.server.host.disk import Stamp
from cocalc_tui.server.host.documents import HostDocument
from cocalc_tui.server.host.root import FileError
from cocalc_tui.server.host.wording import in_one_line
from cocalc_tui.server.kernels.runner import Say


class Opened:
    """A document that the host side takes part in."""

    def __init__(
        self,
        document: HostDocument,
        *,
        say: Say,
        send: Callable[[m.Message], object],
        clock: Callable[[], int],
        pace: Pace,
    ) -> None:
        self.document = document
        self.shared = document.shared
        self.autosave = AutoSave(self._save, self._failed, pace)
        self.used = False
        """Whether an app has it open."""
        self._say = say
        self._clock = clock
        self._send = send
        self._checkpoints = Checkpoints(self.shared, send)
        self._troubles: dict[str, str] = {}
        """What is the matter, by what it is the matter with."""
        self._trouble = ""
        self._gone = False
        self._had_file = document.stamp is not None
        """Chats and terminals have none before somebody changes them."""
        self._told = -1
        self._marked = False
        """Whether it is noted that there is something to save."""
        self._marking: asyncio.Task[None] | None = None
        self._stop = self.shared.subscribe(self._heard)
        self.tell_saved()

    def _heard(self, event: DocumentEvent) -> None:
        if isinstance(event, Changed) and event.changes:
            self._checkpoints.count(event.changes)
            self.autosave.changed()
            if not self._marked:
                self._marked = True
                self._marking = asyncio.create_task(self._mark())

    async def _mark(self) -> None:
        """Note that there is something to save; where that fails, the next change tries again."""
        try:
            await self.document.mark(unsaved=True)
        except FileError:
            self._marked = False

    async def save(self, *, asked: bool = True, by: str = "") -> None:
        """Save now, perhaps because somebody (`by`) asks; raises FileError."""
        try:
            await self._save(asked=asked, by=by)
        except Exception as error:
            self._failed(error)
            self.autosave.changed()
            raise

    async def _save(self, *, asked: bool = False, by: str = "") -> None:
        self.autosave.begun()
        try:
            await self.document.save(asked=asked, by=by)
        finally:
            self._tell_size()
        if self._marking is not None:
            await self._marking
        if self._marked and not self.autosave.due:
            self._marked = False
            await self.document.mark(unsaved=False)
        self.trouble("", about="saving")
        self._look_at_file()
        self.tell_saved()
        await self._checkpoints.make()

    async def look(self) -> None:
        """Take in what others did to the file, and say how it stands with it."""
        try:
            await self.document.look()
        except FileError as error:
            self.trouble(f"{error.text} (what you type is safe in the log)")
            return
        self._look_at_file()
        self.tell_saved()

    def wants_look(self, stamp: Stamp | None) -> bool:
        """Whether a look at the file may bring something, given its stamp."""
        if self.document.busy.locked():
            return False  # whoever is at it looks too, and the next round comes soon
        return "file" in self._troubles or self.document.differs(stamp)

    def gone(self, by: str = "") -> None:
        """Say that there is no file any more; who took it away is said first and stays said."""
        if not self._gone:
            self._gone = True
            what = f"{by} deleted this file" if by else "this file was deleted"
            self.trouble(f"{self.shared.path}: {what}; it is made again when it is edited")

    def _look_at_file(self) -> None:
        if self.document.stamp is None:
            if self._had_file:
                self.gone()
            return
        self._gone, self._had_file = False, True
        closed = self.document.closed
        if not closed and "file" in self._troubles and self._troubles.pop("saving", ""):
            self.autosave.changed()  # perhaps that was why
        self.trouble(f"{closed}; what you type is safe in the log" if closed else "")

    def tell_saved(self) -> None:
        """Say which version the file holds, where that is news."""
        seq = self.document.saved_seq if self.document.stamp is not None else 0
        if seq >= 0 and seq != self._told:
            self._told = seq
            self._say(self.shared.doc, "saved", Saved(seq=seq, at=self._clock()), keep=True)

    def _tell_size(self) -> None:
        """Tell the relay how much may still be added, whether or not there is room on the disk."""
        seq, size = self.document.measured
        self._send(m.Size(doc=self.shared.doc, seq=seq, size=size))

    def say_again(self) -> None:
        """Say all of it to a relay that may have missed it."""
        self._told = -1
        self.tell_saved()
        self._tell_size()
        self._trouble = ""
        self.trouble("", about="")

    def _failed(self, error: Exception) -> None:
        _code, text = in_one_line(error, self.shared.path)
        self.trouble(f"{text} (not saved; what you type is safe in the log)", about="saving")

    def trouble(self, text: str, *, about: str = "file") -> None:
        """Say what everybody in the document should know, "" when it is over.

        What is the matter with the file tells more than that saving failed for it.
        """
        self._troubles.pop(about, None)
        if text:
            self._troubles[about] = text
        text = self._troubles.get("file") or self._troubles.get("saving", "")
        if text != self._trouble:
            self._trouble = text
            said: msgspec.Struct = Trouble(text=text)
            self._say(self.shared.doc, "trouble", said, keep=True)

    async def close(self) -> None:
        """Save and leave."""
        await self.autosave.finish()
        self._stop()
        if self.document.untouched:
            with contextlib.suppress(FileError):  # a note too many does no harm
                self.document.forget()
        else:
            await self._checkpoints.make(leaving=True)
        await self.document.leave()
        self.shared.close()
