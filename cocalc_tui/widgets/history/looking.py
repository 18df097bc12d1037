"""Ways to look at a version: differences, who wrote it, when a text came, other pasts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from cocalc_tui.history.pasts import Edition, Editions
from cocalc_tui.history.searching import Search
from cocalc_tui.widgets.acting import desk
from cocalc_tui.widgets.history.acts import HistoryActs

TURN = 0.1
"""Seconds that a search goes on before it is asked how far it is."""
SAID = 0.3
"""Seconds until it says so."""


class Looking(HistoryActs):
    """Part of the history screen: what one sees."""

    word = ""
    """What was looked for last."""
    _left = 0
    """Where in its own log one was before going through another past."""

    def do_difference(self) -> None:
        """Show what differs, or the text alone."""
        self.difference = not self.difference
        self.show()

    def do_beside(self) -> None:
        """Show old and new side by side, or in one column."""
        self.columns = not self.columns
        self.difference = True
        self.show()

    def do_mark(self) -> None:
        """Compare with this version from now on; once more with the step before."""
        self.mark = None if self.mark is not None else self.version
        self.with_now = False
        self.show()

    def do_with_now(self) -> None:
        """Compare with the document as it is now; once more with the step before."""
        self.with_now, self.mark = not self.with_now, None
        self.difference = True
        self.show()

    def do_blame(self) -> None:
        """Show who wrote which line, or do not."""
        self.blames = not self.blames
        self.show()

    async def do_person(self) -> None:
        """Step through what one person did only."""
        from cocalc_tui.widgets.picker import Choice

        if self.past is None:
            return
        choices = [Choice("", "everybody")]
        found = await asyncio.to_thread(self.past.line.people)
        choices += [Choice(name, name) for name in found]
        chosen = await desk(self._screen).pick("Whose steps", choices)
        if chosen is not None:
            self.person = chosen
            self.show()

    # --- finding -------------------------------------------------------------------------------

    async def do_find(self) -> None:
        """Go back to where a text came or went."""
        word = await desk(self._screen).ask("Find when a text came or went", self.word)
        if word:
            self.word = word
            await self._find(-1, self.version)

    async def do_find_earlier(self) -> None:
        """Go further back to where the same text came or went."""
        await self._find(-1, max(self.version - 1, 0))

    async def do_find_later(self) -> None:
        """Go on to where the same text came or went."""
        await self._find(1, self.version)

    async def _find(self, way: int, last: int) -> None:
        past, word, here = self.past, self.word, self.version
        if past is None or not word:
            return
        await past.fetch(last)
        search = Search(past, word, last, way)
        said = time.monotonic() + SAID
        # Whoever goes elsewhere has no more use for it.
        while self.past is past and self.version == here:
            if search.waits:
                await past.fetch(search.wants)
            if await asyncio.to_thread(search.go_on, _after(TURN)):
                self._tell(search)
                return
            if time.monotonic() > said:
                self.say(f"looking for {word}: version {search.last:,} …   any step stops it")

    def _tell(self, search: Search) -> None:
        """Show what a search came to."""
        if search.found is None:
            never = "from the beginning" if search.way < 0 else "to the end"
            absent = "never before" if search.way < 0 else "never after"
            desk(self._screen).notice(f"{search.word}: {never if search.there else absent}")
            self.show()
            return
        self.go(search.found)
        self.body.sought = search.word
        said = "went" if search.there == (search.way > 0) else "came"
        desk(self._screen).notice(f"here it {said}: {search.word}")

    # --- other pasts ---------------------------------------------------------------------------

    async def do_commits(self) -> None:
        """Go through the git commits that changed the file; once more: back to the log."""
        from cocalc_tui.client.commits import NO_COMMIT, Commits

        commits, path = Commits(self.project.requests), self.document.path

        async def find() -> list[Edition]:
            return [
                Edition(one.id, one.author, one.at, one.title, one.older)
                for one in await commits.of(path)
            ]

        await self._go_through("commit", find, lambda one: commits.read(one.id, path), NO_COMMIT)

    async def do_snapshots(self) -> None:
        """Go through the snapshots in which the file changed; once more: back to the log."""
        from cocalc_tui.client.snapshots import Snapshots

        snapshots, path = Snapshots(self.project.requests), self.document.path

        async def find() -> list[Edition]:
            return [
                Edition(one.id, one.user, one.at, one.title) for one in await snapshots.all(path)
            ]

        nothing = "no snapshot has it"
        await self._go_through("snapshot", find, lambda one: snapshots.read(one.id, path), nothing)

    async def _go_through(
        self,
        kind: str,
        find: Callable[[], Awaitable[list[Edition]]],
        read: Callable[[Edition], Awaitable[bytes]],
        nothing: str,
    ) -> None:
        """Show another past, of which `find` gives the editions, the newest first."""
        if self._back_from(kind):
            return
        self.say(f"looking for each {kind} …")
        try:
            editions = (await find())[::-1]
        finally:
            self.show()
        if editions:
            if self.past is self.own:
                self._left = self.version
            self.choose_past(Editions(self.document.type, editions, read, kind, self.seen))
        else:
            desk(self._screen).notice(f"{self.document.path}: {nothing}")

    def _back_from(self, kind: str) -> bool:
        """Leave a past that shows already."""
        if self.kind != kind:
            return False
        if self.own is not None:
            self.choose_past(self.own, self._left)
        return True

    async def change_past(self, kind: str) -> None:
        """Go through the past of a kind, if there is one; raises RequestFailed."""
        if kind == "commit":
            await self.do_commits()
        elif kind == "snapshot":
            await self.do_snapshots()
        elif self.own is not None:
            self.choose_past(self.own, self._left)


def _after(seconds: float) -> Callable[[], bool]:
    """Says when some time is over."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end
