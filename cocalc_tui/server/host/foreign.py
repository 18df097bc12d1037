"""What others wrote to a document's file: the first time, and whenever it is not what it was.

A change of the file becomes operations on the version that it held before, and merges like
anybody's edit. What looks unfinished, or is of no use, is given time (`patience`).
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.protocol.kinds import CHAT, TERMINAL
from cocalc_tui.server.host import disk, reading
from cocalc_tui.server.host.git import is_at_it
from cocalc_tui.server.host.held import HeldFile
from cocalc_tui.server.host.moved import find_moved
from cocalc_tui.server.host.patience import BETWEEN, Patience, Sight
from cocalc_tui.server.host.root import FileError, Place
from cocalc_tui.server.host.saved import Version, hash_of
from cocalc_tui.server.host.settling import settled
from cocalc_tui.server.host.textfile import encode
from cocalc_tui.sync.patch import Patch

Push = Callable[[SharedDocument, Sequence[Patch]], Awaitable[None]]
"""Gives ready patches to the relay and returns when the document has them; raises FileError."""
Follow = Callable[[str], bool]
"""Told where the file went: the document goes along, or False where it cannot."""


class Foreign:
    """Takes in what others write to one file; to be called by one at a time."""

    def __init__(
        self, held: HeldFile, push: Push, follow: Follow, clock: Callable[[], int]
    ) -> None:
        self._held = held
        self._push = push
        self._follow = follow
        self._clock = clock
        self._spoilt: tuple[disk.Stamp, FileError] | None = None
        """Of what is in the file and cannot be taken in, and why."""

    def differs(self, stamp: disk.Stamp | None) -> bool:
        """Whether a stamp of the file tells something that is not known yet."""
        return stamp != self._held.stamp and (self._spoilt is None or stamp != self._spoilt[0])

    # --- the first time ------------------------------------------------------------------------

    async def first(self) -> None:
        """Fill an empty log with what the file holds. Raises FileError."""
        held = self._held
        place = await held.place()
        data, held.stamp = await asyncio.to_thread(self._first_read, place)
        patches, version = await self._imported_from(data)
        if patches:
            await self._push(held.shared, patches)
        held.imported = len(patches)
        held.base = replace(version, number=await held.note(version))

    def _first_read(self, place: Place) -> tuple[bytes, disk.Stamp | None]:
        """A chat or a terminal need not have a file before somebody changes it."""
        try:
            return disk.read(self._held.root, place)
        except FileError as error:
            if error.code == "missing" and self._held.content.type in {CHAT, TERMINAL}:
                return b"", None
            raise

    async def _imported_from(self, data: bytes) -> tuple[list[Patch], Version]:
        held = self._held
        return await asyncio.to_thread(reading.imported, held.content, held.path, data)

    async def guess(self, data: bytes) -> Version:
        """Find a base where nothing is noted of a file with a log: its import, else now."""
        shared, content = self._held.shared, self._held.content
        patches, version = await self._imported_from(data)
        if all(patch.id in shared.replica for patch in patches):
            return version
        await settled(shared)
        text, keys = content.write(content.take(shared), None)
        data = encode(text, version.form)
        return Version(shared.numbers.heads, text, version.form, hash_of(data), keys)

    # --- later ---------------------------------------------------------------------------------

    async def take_in(self) -> None:
        """Take in what the file holds, if it is not what it held before. Raises FileError."""
        held = self._held
        await self._begin_again()
        await self.take_in_left_over()
        now = asyncio.get_running_loop().time
        patience = Patience(held.size, now())
        tried: disk.Stamp | None = None
        while (stamp := await self._finished(patience, now)) != held.stamp:
            if stamp is None:
                assert held.stamp is not None
                if await self._moved_along(held.stamp):
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
        held.stamp, self._spoilt = stamp, None

    async def _begin_again(self) -> None:
        """Forget what the file held where the log does not have that: another log came."""
        held = self._held
        if held.base is None or held.holds(held.base):
            return
        had_file, held.base, held.stamp = held.stamp is not None, None, None
        if had_file and held.shared.numbers.upto == 0:
            await self.first()  # a log that is only begun says nothing that it could change

    async def _take_in_now(self) -> disk.Stamp:
        root, place = self._held.root, await self._held.place()
        data, stamp = await asyncio.to_thread(disk.read, root, place)
        await self.merge(data, anew=lambda: is_at_it(root.folder_of(place), stamp.changed))
        return stamp

    async def _finished(self, patience: Patience, now: Callable[[], float]) -> disk.Stamp | None:
        """Look at the file until nobody seems to be in the midst of writing it."""
        root, place = self._held.root, await self._held.place()
        while True:
            stamp = await asyncio.to_thread(disk.look, root, place)
            if stamp == self._held.stamp:
                return stamp
            sight = Sight(None)
            if stamp is not None:
                shrank = stamp.size < patience.size
                in_use = shrank and await asyncio.to_thread(disk.held, root, place)
                sight = Sight(stamp.text, stamp.size, in_use)
            if not patience.waits(sight, now()):
                return stamp
            await asyncio.sleep(BETWEEN)

    async def take_in_left_over(self) -> None:
        """Merge what a stranger wrote in the instant in which a save took its place."""
        root, place = self._held.root, await self._held.place()
        data = await asyncio.to_thread(disk.left_over, root, place)
        if data is None:
            return
        known = await self._held.known()
        if not any(reading.is_beginning(data, version) for version in known):
            await self.merge(data, in_file=False)
        await asyncio.to_thread(disk.forget_left_over, root, place)

    async def _moved_along(self, was: disk.Stamp) -> bool:
        """Go where the file went, if it is anywhere in the project."""
        held = self._held
        wanted = held.base.hash if held.base is not None else ""

        def same(path: str) -> bool:
            with contextlib.suppress(FileError):
                return hash_of(disk.read(held.root, held.root.place(path))[0]) == wanted
            return False

        to = await asyncio.to_thread(find_moved, held.root, was, same)
        return to is not None and to != held.path and self._follow(to)

    # --- merging -------------------------------------------------------------------------------

    async def merge(
        self, data: bytes, *, in_file: bool = True, anew: Callable[[], bool] = lambda: False
    ) -> None:
        """Merge what a stranger wrote; `in_file` False where a save of ours took its place.

        `anew` tells whether it was to stand as it is, and not a change of what they once read.
        """
        held = self._held
        if held.base is not None and hash_of(data) == held.base.hash:
            return
        known = await held.known()
        # Ours took its place, and stays the last of the file.
        behind = None if in_file else held.base or next(iter(known), None)
        known = reading.possible(known[0 if in_file else 1 :])
        if len(known) > 1 and known[0].done and await asyncio.to_thread(anew):
            known = known[:1]
        if not known:
            known = [held.base or await self.guess(data)]
        patches, version = await asyncio.to_thread(
            reading.changed, held.content, held.path, data, known
        )
        version = replace(version, read=True)  # whoever wrote it has it
        # Noted first: once the log has the change, it must not be found anew in the file. Where
        # the log never gets it, the note is of a version that the log does not hold.
        number = await held.note(version, behind=behind)
        if held.base is not None and behind is not None:
            held.base = replace(behind, number=number)
        await self._push_fresh(patches)
        if in_file:
            held.base = replace(version, number=number)

    async def _push_fresh(self, patches: Sequence[Patch]) -> None:
        """Give the relay those that the log does not have, as made now."""
        shared = self._held.shared
        fresh = [patch for patch in patches if patch.id not in shared.replica]
        if fresh:
            now = max(self._clock(), shared.replica.clock + 1)
            await self._push(shared, [p._replace(time=now + p.id.n) for p in fresh])
