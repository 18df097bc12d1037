"""One document and its file: opened together, looked at, saved.

The log is the truth and the file follows it. A change of the file from outside becomes operations
on the version that the file held before, and merges like anybody's edit; so neither a shell, nor
git, nor an editor left open costs anybody a word. Everything the disk does happens in threads.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.protocol.events import SaveInfo
from cocalc_tui.protocol.kinds import CHAT
from cocalc_tui.server.host import disk, reading
from cocalc_tui.server.host.content import Contents
from cocalc_tui.server.host.foreign import Follow, Foreign, Push
from cocalc_tui.server.host.held import HeldFile
from cocalc_tui.server.host.patience import BETWEEN
from cocalc_tui.server.host.root import FileError, Place, Root
from cocalc_tui.server.host.saved import SavedVersions, Version, hash_of
from cocalc_tui.server.host.settling import settled
from cocalc_tui.server.host.textfile import encode
from cocalc_tui.sync.patch import PatchId

_HOLD = 1.0
"""Seconds for which a save waits for who has the file open for writing."""


class _Draft(NamedTuple):
    """What the file is to hold."""

    version: Version
    """Not `done` yet."""
    data: bytes
    save: SaveInfo


class HostDocument:
    """A document that the host side has open."""

    def __init__(
        self,
        shared: SharedDocument,
        root: Root,
        saved: SavedVersions,
        contents: Contents,
        push: Push,
        follow: Follow,
        clock: Callable[[], int],
    ) -> None:
        self.shared = shared
        self.saved_seq = -1
        """The file holds entries 1..saved_seq; -1 while that is not known."""
        self.measured = (0, 0)
        """The last entry of what was to be saved last, and how many bytes people made of it."""
        self.busy = asyncio.Lock()
        """Held while the file is read or written."""
        self._left = False
        self._root = root
        self._saved = saved
        self._clock = clock
        self._contents = contents
        self._file = HeldFile(shared, root, saved, contents)
        self._foreign = Foreign(self._file, push, follow, clock)
        self._marking = asyncio.Lock()

    @property
    def path(self) -> str:
        """Where the file is now."""
        return self.shared.path

    @property
    def type(self) -> str:
        """Text or notebook."""
        return self._file.content.type

    @property
    def stamp(self) -> disk.Stamp | None:
        """Of the file as it was seen last, None where there is none."""
        return self._file.stamp

    @property
    def untouched(self) -> bool:
        """Whether nobody ever changed it."""
        return self._file.untouched

    async def attach(self) -> str | None:
        """Bring document and file together; returns why nobody may change it, None where they may.

        Raises FileError where it cannot be opened: not what was typed once, whatever the file is.
        """
        async with self.busy:
            if self.shared.numbers.upto == 0 and self._file.base is None:
                await self._foreign.first()
            else:
                self._file.content = self._contents.of_kind(self.shared.type)
                with contextlib.suppress(FileError):  # `look` says it to everybody
                    await self._find_base()
                    await self._foreign.take_in()
            await self._note_saved()
        with contextlib.suppress(FileError):
            place = await self._file.place()
            if self.stamp and not await asyncio.to_thread(disk.writable, self._root, place):
                return f"{self.path}: the project's account may not write this file"
        return None

    async def look(self) -> None:
        """Take in what others did to the file. Raises FileError where that cannot be done."""
        async with self.busy:
            if self._left:
                return
            await self._find_base()
            await self._foreign.take_in()
            await self._note_saved()

    def differs(self, stamp: disk.Stamp | None) -> bool:
        """Whether a stamp of the file tells something that is not known yet."""
        return self._foreign.differs(stamp)

    @property
    def closed(self) -> str:
        """Why the file is not to be written, as it was seen last; "" where it may be."""
        if self.stamp is None or self.stamp.mode & 0o222:
            return ""
        return f"{self.path}: the file is read-only now (mode {self.stamp.mode:03o})"

    async def leave(self) -> None:
        """Let whoever reads or writes the file now be the last to do so from here.

        From then on nothing is heard of what others type: to write would take it out of the file.
        """
        async with self.busy:
            self._left = True

    async def _note_saved(self) -> None:
        await self._file.note_file()
        base = self._file.base
        if base is not None and base.heads == self.shared.numbers.heads:
            self.saved_seq = self.shared.numbers.upto

    # --- notes ---------------------------------------------------------------------------------

    async def saves(self) -> list[SaveInfo]:
        """When the file was written, oldest first."""
        return await asyncio.to_thread(self._saved.saves, self.shared.doc)

    async def mark(self, *, unsaved: bool) -> None:
        """Note for the next relay whether there is something to save."""
        path = self.path if unsaved else None
        async with self._marking:
            await asyncio.to_thread(self._saved.mark, self.shared.doc, path)

    def forget(self) -> None:
        """Keep no note of a file that was only looked at."""
        self._saved.forget(self.shared.doc)

    async def note_another_log(self, heads: tuple[PatchId, ...]) -> Version | None:
        """Note that another log with these heads, that says the same, may take this one's place.

        To be called with `busy` held, in the moment in which the other log is made; what comes of
        it is to be told by `another_log`. Where it never is, as the relay was killed, the note is
        of a version that the log holds or does not hold.
        """
        taken, base = self._file.content.take(self.shared), self._file.base
        if base is None:
            return None
        version, _ = await asyncio.to_thread(reading.written, self._file.content, taken, base)
        # What the file holds may be older, and is nobody's change.
        version = replace(version, heads=heads, hash=base.hash, done=True, read=True)
        return replace(version, number=await self._file.note(version))

    async def another_log(self, noted: Version | None, *, came: bool) -> None:
        """Whether it took this one's place: then keep nothing of what the file held before."""
        if came:
            self._file.base = noted
            await asyncio.to_thread(self._saved.keep_only, self.shared.doc, noted)
        elif noted is not None:
            await asyncio.to_thread(self._saved.settle, noted.number, written=False)

    # --- coming back ---------------------------------------------------------------------------

    async def _find_base(self) -> None:
        """Find out which version the file held last, also after a crash in the midst of a save."""
        file = self._file
        if file.base is not None:
            return
        await settled(self.shared)  # what began from a checkpoint may still lack something
        known, seen = await file.known(), await file.read()
        strange: bytes | None = None
        if known and not known[0].done:
            await self._foreign.take_in_left_over()  # before the note of what is ours in it goes
            known, strange = await asyncio.to_thread(self._after_crash, await file.known(), seen)
        if known:
            file.base = known[0]
        elif seen is not None:
            file.base = await self._foreign.guess(seen[0])
        if strange is not None:
            await self._take_in_displaced(strange)

    def _after_crash(
        self, known: list[Version], seen: tuple[bytes, disk.Stamp] | None
    ) -> tuple[list[Version], bytes | None]:
        """Settle a save of which only the beginning is noted, given what the file was seen to hold.

        Returns what is known then, and what a stranger wrote since it was seen, where the save was
        done again.
        """
        last, before = known[0], known[1] if len(known) > 1 else None
        data, stamp = seen or (b"", None)
        found, strange = hash_of(data), None
        written = found == last.hash
        if not written and before is not None and stamp is not None and found != before.hash:
            old, new = encode(before.text, before.form), encode(last.text, last.form)
            if not disk.torn(data, new, old):
                return known, None
            strange = disk.write(self._root, self._root.place(self.path), new, stamp).found
            written = True
        self._saved.settle(last.number, written=written)
        return [replace(last, done=True), *known[1:]] if written else known[1:], strange

    # --- saving --------------------------------------------------------------------------------

    async def save(self, *, asked: bool = False, by: str = "") -> None:
        """Make the file hold what the document holds now, `by` whom it is noted. Raises FileError.

        A file that somebody deleted is made again where somebody changed the document since, or
        (`asked`) wants it.
        """
        now = asyncio.get_running_loop().time
        async with self.busy:
            if self._left:
                return
            await self._find_base()
            until = now() + _HOLD
            while not await self._save_once(asked=asked, by=by, patient=now() < until):
                pass
            await self._file.note_file()

    async def _save_once(self, *, asked: bool, by: str, patient: bool) -> bool:
        """Write the document as it is now; False where a foreign change came up meanwhile.

        While `patient` it waits for who has the file open for writing.
        """
        await self._foreign.take_in()
        await settled(self.shared)
        if self.type == CHAT and not self.shared.numbers.upto and self.stamp is None:
            return True  # nobody has spoken yet
        draft = await self._draft(by)
        base = self._file.base
        same = base is not None and draft.version.hash == base.hash
        if same and not (asked and self.stamp is None):
            self.saved_seq = draft.save.seq
            if by:
                await asyncio.to_thread(self._saved.note_save, self.shared.doc, draft.save)
            return True
        if not await self._write(draft, patient=patient):
            return False
        self.saved_seq = draft.save.seq
        return True

    async def _draft(self, by: str) -> _Draft:
        """Put down what the document holds now."""
        file, seq, heads = self._file, self.shared.numbers.upto, self.shared.numbers.heads
        taken = file.content.take(self.shared)
        version, data = await asyncio.to_thread(reading.written, file.content, taken, file.base)
        self.measured = (seq, file.content.size(taken, data))
        save = SaveInfo(seq=seq, at=self._clock(), user=by)
        return _Draft(replace(version, heads=heads, done=False), data, save)

    async def _write(self, draft: _Draft, *, patient: bool) -> bool:
        """Put it into the file; False where that is to be done again, as others write there."""
        place = await self._file.place()
        number = await self._file.note(draft.version)
        written = await self._replace(place, draft, number, patient=patient)
        if written is None:
            await asyncio.sleep(BETWEEN)
            return False
        if written.found is not None:
            await self._take_in_displaced(written.found)
            return False
        return True

    async def _take_in_displaced(self, found: bytes) -> None:
        """Merge what a stranger wrote in the last instant before a write of ours."""
        await self._foreign.merge(found, in_file=False)
        await asyncio.to_thread(disk.forget_left_over, self._root, await self._file.place())

    async def _replace(
        self, place: Place, draft: _Draft, number: int, *, patient: bool
    ) -> disk.Written | None:
        """Replace the file, and settle the note; None where somebody is writing it."""
        try:
            written = await asyncio.to_thread(
                disk.write, self._root, place, draft.data, self.stamp, patient=patient
            )
        except (FileError, disk.HeldError) as error:
            await asyncio.to_thread(self._saved.settle, number, written=False)
            if isinstance(error, FileError):
                raise
            return None
        # First of all, so that what is in the file now is known whatever the notes' disk does.
        before, self._file.stamp = self._file.base, written.stamp
        self._file.base = replace(draft.version, done=True, number=number)
        await asyncio.to_thread(self._saved.settle, number, written=True)
        await asyncio.to_thread(self._saved.note_save, self.shared.doc, draft.save)
        if written.read and before is not None:
            await asyncio.to_thread(self._saved.was_read, before.number)
        return written
