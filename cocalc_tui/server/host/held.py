"""The file of an open document: where it is, what it held when it was seen last, and notes of that.

A file changes under a document's feet. What is taken in, and what is written, is always told from
what the file held before; without that nobody could say which half of a difference is whose.
"""

from __future__ import annotations

import asyncio

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.server.host import disk
from cocalc_tui.server.host.content import Contents
from cocalc_tui.server.host.root import FileError, Place, Root
from cocalc_tui.server.host.saved import FileNote, SavedVersions, Version


class HeldFile:
    """One document's file; everything that it asks of the disk happens in threads."""

    def __init__(
        self, shared: SharedDocument, root: Root, saved: SavedVersions, contents: Contents
    ) -> None:
        self.shared = shared
        self.root = root
        self.saved = saved
        self.content = contents.at(shared.path)
        self.stamp: disk.Stamp | None = None
        """Of the file as it was seen last, None where there is none."""
        self.base: Version | None = None
        """What the file held then."""
        self.imported = 0
        """Entries of the log that only say what was in the file."""
        self._noted: FileNote | None = None

    @property
    def path(self) -> str:
        """Where the file is now."""
        return self.shared.path

    @property
    def untouched(self) -> bool:
        """Whether nobody ever changed the document."""
        return self.shared.numbers.upto <= self.imported

    @property
    def size(self) -> int:
        """How many bytes the file has, about, if it is as it was seen or noted last."""
        if self.stamp is not None:
            return self.stamp.size
        return len(self.base.text) if self.base is not None else 0

    def holds(self, version: Version) -> bool:
        """Whether the log still has a version; another log of the file may have come."""
        return all(head in self.shared.replica for head in version.heads)

    # --- the disk ------------------------------------------------------------------------------

    async def place(self) -> Place:
        """Find the file; its folder may be on a disk that does not answer. Raises FileError."""
        return await asyncio.to_thread(self.root.place, self.path)

    async def read(self) -> tuple[bytes, disk.Stamp] | None:
        """Read the file; None where there is none. Raises FileError."""
        place = await self.place()
        try:
            return await asyncio.to_thread(disk.read, self.root, place)
        except FileError as error:
            if error.code == "missing":
                return None
            raise

    # --- notes ---------------------------------------------------------------------------------

    async def known(self) -> list[Version]:
        """What is noted of the file, the last first."""
        known = await asyncio.to_thread(self.saved.of, self.shared.doc)
        return list(filter(self.holds, known))

    async def note(self, version: Version, *, behind: Version | None = None) -> int:
        """Note a version, before that of `behind` if given; returns the number of the last."""
        number = behind.number if behind is not None else None
        return await asyncio.to_thread(self.saved.note, self.shared.doc, version, behind=number)

    async def note_file(self) -> None:
        """Note which file it is, to be known again where it is moved while nobody looks."""
        if self.stamp is None or self.base is None or self.untouched:
            return
        of = self.stamp
        note = FileNote(self.shared.doc, self.path, of.device, of.inode, of.size, self.base.hash)
        if note != self._noted:
            await asyncio.to_thread(self.saved.note_file, note)
            self._noted = note
