"""One document and its file: reading it in, saving it, taking in what others wrote to it.

The log is the truth and the file follows it. A change of the file from outside becomes operations
on the version that the file held before, and merges like anybody's edit; so neither a shell, nor
git, nor an editor left open costs anybody a word. Everything the disk does happens in threads.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.protocol.events import SaveInfo
from cocalc_tui.protocol.kinds import CHAT, TERMINAL
from cocalc_tui.server.host import disk, reading
from cocalc_tui.server.host.content import Contents
from cocalc_tui.server.host.git import is_at_it
from cocalc_tui.server.host.moved import find_moved
from cocalc_tui.server.host.patience import BETWEEN, Patience, Sight
from cocalc_tui.server.host.root import FileError, Place, Root
from cocalc_tui.server.host.saved import FileNote, SavedVersions, Version, hash_of
from cocalc_tui.server.host.settling import settled
from cocalc_tui.server.host.textfile import encode
from cocalc_tui.sync.patch import Patch, PatchId

Push = Callable[[SharedDocument, Sequence[Patch]], Awaitable[None]]
"""Gives ready patches to the relay and returns when the document has them; raises FileError."""
Follow = Callable[[str], bool]
"""Told where the file went: the document goes along, or False where it cannot."""
_HOLD = 1.0
"""Seconds for which a save waits for who has the file open for writing."""


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
        self.stamp: disk.Stamp | None = None
        """Of the file as it was seen last, None where there is none."""
        self.saved_seq = -1
        """The file holds entries 1..saved_seq; -1 while that is not known."""
        self.busy = asyncio.Lock()
        """Held while the file is read or written."""
        self._root = root
        self._saved = saved
        self._push = push
        self._follow = follow
        self._clock = clock
        self._contents = contents
        self._content = contents.at(shared.path)
        self._spoilt: tuple[disk.Stamp, FileError] | None = None
        """Of what is in the file and cannot be taken in, and why."""
        self._base: Version | None = None
        """What the file held then."""
        self._imported = 0
        """Entries of the log that only say what was in the file."""
        self._marking = asyncio.Lock()
        self._noted: FileNote | None = None

    @property
    def path(self) -> str:
        """Where the file is now."""
        return self.shared.path

    @property
    def type(self) -> str:
        """Text or notebook."""
        return self._content.type

    @property
    def untouched(self) -> bool:
        """Whether nobody ever changed it."""
        return self.shared.numbers.upto <= self._imported

    async def attach(self) -> str | None:
        """Bring document and file together; returns why nobody may change it, None where they may.

        Raises FileError where it cannot be opened: not what was typed once, whatever the file is.
        """
        async with self.busy:
            if self.shared.numbers.upto == 0 and self._base is None:
                await self._import()
            else:
                self._content = self._contents.of_kind(self.shared.type)
                with contextlib.suppress(FileError):  # `look` says it to everybody
                    await self._find_base()
                    await self._take_in()
            await self._note_saved()
        with contextlib.suppress(FileError):
            place = await self._place()
            if self.stamp and not await asyncio.to_thread(disk.writable, self._root, place):
                return f"{self.path}: the project's account may not write this file"
        return None

    async def look(self) -> None:
        """Take in what others did to the file. Raises FileError where that cannot be done."""
        async with self.busy:
            await self._find_base()
            await self._take_in()
            await self._note_saved()

    def differs(self, stamp: disk.Stamp | None) -> bool:
        """Whether a stamp of the file tells something that is not known yet."""
        return stamp != self.stamp and (self._spoilt is None or stamp != self._spoilt[0])

    @property
    def closed(self) -> str:
        """Why the file is not to be written, as it was seen last; "" where it may be."""
        if self.stamp is None or self.stamp.mode & 0o222:
            return ""
        return f"{self.path}: the file is read-only now (mode {self.stamp.mode:03o})"

    async def _note_saved(self) -> None:
        await self._note_file()
        if self._base is not None and self._base.heads == self.shared.numbers.heads:
            self.saved_seq = self.shared.numbers.upto

    async def saves(self) -> list[SaveInfo]:
        """When the file was written, oldest first."""
        return await asyncio.to_thread(self._saved.saves, self.shared.doc)

    async def save(self, *, asked: bool = False, by: str = "") -> None:
        """Make the file hold what the document holds now, `by` whom it is noted. Raises FileError.

        A file that somebody deleted is made again where somebody changed the document since, or
        (`asked`) wants it.
        """
        now = asyncio.get_running_loop().time
        async with self.busy:
            await self._find_base()
            until = now() + _HOLD
            while not await self._save_once(asked=asked, by=by, patient=now() < until):
                pass
            await self._note_file()

    async def mark(self, *, unsaved: bool) -> None:
        """Note for the next relay whether there is something to save."""
        path = self.path if unsaved else None
        async with self._marking:
            await asyncio.to_thread(self._saved.mark, self.shared.doc, path)

    async def _note_file(self) -> None:
        """Note which file it is, to be known again where it is moved while nobody looks."""
        if self.stamp is None or self._base is None or self.untouched:
            return
        of = self.stamp
        note = FileNote(self.shared.doc, self.path, of.device, of.inode, of.size, self._base.hash)
        if note != self._noted:
            await asyncio.to_thread(self._saved.note_file, note)
            self._noted = note

    def forget(self) -> None:
        """Keep no note of a file that was only looked at."""
        self._saved.forget(self.shared.doc)

    async def note_another_log(self, heads: tuple[PatchId, ...]) -> Version | None:
        """Note that another log with these heads, that says the same, may take this one's place.

        To be called with `busy` held, in the moment in which the other log is made; what comes of
        it is to be told by `another_log`. Where it never is, as the relay was killed, the note is
        of a version that the log holds or does not hold.
        """
        taken, base = self._content.take(self.shared), self._base
        if base is None:
            return None
        version, _ = await asyncio.to_thread(reading.written, self._content, taken, base)
        # What the file holds may be older, and is nobody's change.
        version = replace(version, heads=heads, hash=base.hash, done=True, read=True)
        number = await asyncio.to_thread(self._saved.note, self.shared.doc, version)
        return replace(version, number=number)

    async def another_log(self, noted: Version | None, *, came: bool) -> None:
        """Whether it took this one's place: then keep nothing of what the file held before."""
        if came:
            self._base = noted
            await asyncio.to_thread(self._saved.keep_only, self.shared.doc, noted)
        elif noted is not None:
            await asyncio.to_thread(self._saved.settle, noted.number, written=False)

    # --- the first time ------------------------------------------------------------------------

    async def _import(self) -> None:
        place = await self._place()
        data, self.stamp = await asyncio.to_thread(self._first_read, place)
        patches, version = await self._imported_from(data)
        if patches:
            await self._push(self.shared, patches)
        self._imported = len(patches)
        await self._note(version)

    def _first_read(self, place: Place) -> tuple[bytes, disk.Stamp | None]:
        """A chat or a terminal need not have a file before somebody changes it."""
        try:
            return disk.read(self._root, place)
        except FileError as error:
            if error.code == "missing" and self.type in {CHAT, TERMINAL}:
                return b"", None
            raise

    async def _imported_from(self, data: bytes) -> tuple[list[Patch], Version]:
        return await asyncio.to_thread(reading.imported, self._content, self.path, data)

    # --- coming back ---------------------------------------------------------------------------

    async def _find_base(self) -> None:
        """Find out which version the file held last, also after a crash in the midst of a save."""
        if self._base is not None:
            return
        await settled(self.shared)  # what began from a checkpoint may still lack something
        known = await self._known()
        data = await self._data()
        if known and not known[0].done:
            await self._take_in_left_over()  # before the note of what is ours in it goes
            known = await asyncio.to_thread(self._after_crash, await self._known(), data)
        if known:
            self._base = known[0]
        elif data is not None:
            self._base = await self._guess(data)

    async def _known(self) -> list[Version]:
        """What is noted of the file, the last first."""
        known = await asyncio.to_thread(self._saved.of, self.shared.doc)
        return list(filter(self._holds, known))

    def _holds(self, version: Version) -> bool:
        """Whether the log still has a version; another log of the file may have come."""
        return all(head in self.shared.replica for head in version.heads)

    async def _place(self) -> Place:
        """Find the file; its folder may be on a disk that does not answer."""
        return await asyncio.to_thread(self._root.place, self.path)

    async def _data(self) -> bytes | None:
        """Read the file; None where there is none."""
        place = await self._place()
        try:
            data, _ = await asyncio.to_thread(disk.read, self._root, place)
        except FileError as error:
            if error.code == "missing":
                return None
            raise
        return data

    def _after_crash(self, known: list[Version], data: bytes | None) -> list[Version]:
        """Settle a save of which only the beginning is noted."""
        last, before = known[0], known[1] if len(known) > 1 else None
        found = hash_of(data or b"")
        written = found == last.hash
        if not written and before is not None and data is not None:
            old, new = encode(before.text, before.form), encode(last.text, last.form)
            if disk.torn(data, new, old):
                place = self._root.place(self.path)
                stamp = disk.look(self._root, place)
                disk.write(self._root, place, new, stamp)
                written = True
            elif found != before.hash:
                return known
        self._saved.settle(last.number, written=written)
        return [replace(last, done=True), *known[1:]] if written else known[1:]

    async def _guess(self, data: bytes) -> Version:
        """Find a base where nothing is noted of a file with a log: its import, else now."""
        patches, version = await self._imported_from(data)
        if all(patch.id in self.shared.replica for patch in patches):
            return version
        await settled(self.shared)
        text, keys = self._content.write(self._content.take(self.shared), None)
        data = encode(text, version.form)
        return Version(self.shared.numbers.heads, text, version.form, hash_of(data), keys)

    # --- what others wrote ---------------------------------------------------------------------

    async def _take_in(self) -> None:
        """Take in what the file holds, if it is not what it held before. Raises FileError."""
        if self._base is not None and not self._holds(self._base):
            had_file, self._base, self.stamp = self.stamp is not None, None, None
            if had_file and self.shared.numbers.upto == 0:
                await self._import()  # a log that is only begun says nothing that it could change
        await self._take_in_left_over()
        now = asyncio.get_running_loop().time
        patience = Patience(self.stamp.size if self.stamp else self._size(), now())
        tried: disk.Stamp | None = None
        while (stamp := await self._finished(patience, now)) != self.stamp:
            if stamp is None:
                assert self.stamp is not None
                if await self._moved_along(self.stamp):
                    continue
                break
            if self._spoilt is not None and stamp == self._spoilt[0]:
                raise self._spoilt[1]
            try:
                if stamp != tried:
                    tried = stamp
                    stamp = await self._take_in_now()
                    break
            except FileError as error:
                if error.code != "form":
                    raise
                spoilt = (stamp, error)
            if not patience.hopes(now()):
                self._spoilt = spoilt
                raise spoilt[1]
            await asyncio.sleep(BETWEEN)
        self.stamp, self._spoilt = stamp, None

    async def _take_in_now(self) -> disk.Stamp:
        place = await self._place()
        data, stamp = await asyncio.to_thread(disk.read, self._root, place)
        await self._merge(data, anew=lambda: is_at_it(self._root.folder_of(place), stamp.changed))
        return stamp

    def _size(self) -> int:
        """How many bytes the file has, about, if it holds what is noted."""
        return len(self._base.text) if self._base is not None else 0

    async def _finished(self, patience: Patience, now: Callable[[], float]) -> disk.Stamp | None:
        """Look at the file until nobody seems to be in the midst of writing it."""
        place = await self._place()
        while True:
            stamp = await asyncio.to_thread(disk.look, self._root, place)
            if stamp == self.stamp:
                return stamp
            sight = Sight(None)
            if stamp is not None:
                shrank = stamp.size < patience.size
                held = shrank and await asyncio.to_thread(disk.held, self._root, place)
                sight = Sight(stamp.text, stamp.size, held)
            if not patience.waits(sight, now()):
                return stamp
            await asyncio.sleep(BETWEEN)

    async def _take_in_left_over(self) -> None:
        """Merge what a stranger wrote in the instant in which a save took its place."""
        place = await self._place()
        data = await asyncio.to_thread(disk.left_over, self._root, place)
        if data is None:
            return
        if not any(reading.is_beginning(data, version) for version in await self._known()):
            await self._merge(data, in_file=False)
        await asyncio.to_thread(disk.forget_left_over, self._root, place)

    async def _moved_along(self, was: disk.Stamp) -> bool:
        """Go where the file went, if it is anywhere in the project."""
        wanted = self._base.hash if self._base is not None else ""

        def same(path: str) -> bool:
            with contextlib.suppress(FileError):
                return hash_of(disk.read(self._root, self._root.place(path))[0]) == wanted
            return False

        to = await asyncio.to_thread(find_moved, self._root, was, same)
        return to is not None and to != self.path and self._follow(to)

    async def _merge(
        self, data: bytes, *, in_file: bool = True, anew: Callable[[], bool] = lambda: False
    ) -> None:
        """Merge what a stranger wrote; `in_file` False where a save of ours took its place.

        `anew` tells whether it was to stand as it is, and not a change of what they once read.
        """
        if self._base is not None and hash_of(data) == self._base.hash:
            return
        known = await self._known()
        # Ours took its place, and stays the last of the file.
        behind = None if in_file else self._base or next(iter(known), None)
        known = reading.possible(known[0 if in_file else 1 :])
        if len(known) > 1 and known[0].done and await asyncio.to_thread(anew):
            known = known[:1]
        if not known:
            known = [self._base or await self._guess(data)]
        patches, version = await asyncio.to_thread(
            reading.changed, self._content, self.path, data, known
        )
        version = replace(version, read=True)  # whoever wrote it has it
        # Noted first: once the log has the change, it must not be found anew in the file. Where
        # the log never gets it, the note is of a version that the log does not hold.
        number = await asyncio.to_thread(
            self._saved.note,
            self.shared.doc,
            version,
            behind=behind.number if behind is not None else None,
        )
        if self._base is not None and behind is not None:
            self._base = replace(behind, number=number)
        fresh = [patch for patch in patches if patch.id not in self.shared.replica]
        if fresh:
            now = max(self._clock(), self.shared.replica.clock + 1)
            await self._push(self.shared, [p._replace(time=now + p.id.n) for p in fresh])
        if in_file:
            self._base = replace(version, number=number)

    async def _note(self, version: Version) -> None:
        number = await asyncio.to_thread(self._saved.note, self.shared.doc, version)
        self._base = replace(version, number=number)

    # --- saving --------------------------------------------------------------------------------

    async def _save_once(self, *, asked: bool, by: str, patient: bool) -> bool:
        """Write the document as it is now; False where a foreign change came up meanwhile.

        While `patient` it waits for who has the file open for writing.
        """
        await self._take_in()
        await settled(self.shared)
        seq, heads = self.shared.numbers.upto, self.shared.numbers.heads
        if self.type == CHAT and not seq and self.stamp is None:
            return True  # nobody has spoken yet
        taken = self._content.take(self.shared)
        version, data = await asyncio.to_thread(reading.written, self._content, taken, self._base)
        version = replace(version, heads=heads, done=False)
        same = self._base is not None and version.hash == self._base.hash
        save = SaveInfo(seq=seq, at=self._clock(), user=by)
        if same and not (asked and self.stamp is None):
            self.saved_seq = seq
            if by:
                await asyncio.to_thread(self._saved.note_save, self.shared.doc, save)
            return True
        place = await self._place()
        number = await asyncio.to_thread(self._saved.note, self.shared.doc, version)
        try:
            written = await asyncio.to_thread(
                disk.write, self._root, place, data, self.stamp, patient=patient
            )
        except (FileError, disk.HeldError) as error:
            await asyncio.to_thread(self._saved.settle, number, written=False)
            if isinstance(error, FileError):
                raise
            await asyncio.sleep(BETWEEN)
            return False
        # First of all, so that what is in the file now is known whatever the notes' disk does.
        before = self._base
        self._base, self.stamp = replace(version, done=True, number=number), written.stamp
        await asyncio.to_thread(self._saved.settle, number, written=True)
        await asyncio.to_thread(self._saved.note_save, self.shared.doc, save)
        if written.read and before is not None:
            await asyncio.to_thread(self._saved.was_read, before.number)
        if written.found is not None:
            await self._merge(written.found, in_file=False)
            await asyncio.to_thread(disk.forget_left_over, self._root, place)
            return False
        self.saved_seq = seq
        return True
