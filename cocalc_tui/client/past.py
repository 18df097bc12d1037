"""The whole log of a document, fetched from the relay, as its versions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from cocalc_tui.client.requests import Requests
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.patches import entry_from_wire
from cocalc_tui.sync.blocks import extent
from cocalc_tui.sync.patch import Entry
from cocalc_tui.sync.versions import Versions


class LogBook:
    """The log of one document, as far as it was fetched; fetches on from there."""

    def __init__(self, requests: Requests, doc: str) -> None:
        self._requests = requests
        self._doc = doc
        self._blocks: list[tuple[int, bytes]] = []
        """Each with the number of its first entry."""
        self._tail: list[Entry] = []
        self.upto = 0
        """Entries 1..upto are here."""
        self.size = 0
        """Bytes that were fetched: about what the log takes on disk."""

    async def fetch(self, upto: int, progress: Callable[[int], None] = lambda _: None) -> None:
        """Fetch what is missing up to a number; raises RequestFailed."""
        while self.upto < upto:
            found = await self._part(self.upto, upto)
            self._take(found)
            progress(self.upto)
            if found.upto <= self.upto and not (found.blocks or found.entries):
                return

    def _take(self, found: m.Fetched) -> None:
        self.size += sum(map(len, found.blocks)) + sum(len(one.patch.ops) for one in found.entries)
        for data in found.blocks:
            first, count = extent(data)
            if first <= self.upto:
                # It begins before what was asked for: entries that are here are in it too.
                self._tail = [entry for entry in self._tail if entry.seq < first]
                self._blocks = [one for one in self._blocks if one[0] < first]
            self._blocks.append((first, data))
            self.upto = first + count - 1
        for entry in map(entry_from_wire, found.entries):
            if entry.seq == self.upto + 1:
                self._tail.append(entry)
                self.upto = entry.seq

    async def _part(self, after: int, upto: int) -> m.Fetched:
        found = await self._requests.ask(
            lambda id_: m.Fetch(id=id_, doc=self._doc, after=after, upto=upto)
        )
        assert isinstance(found, m.Fetched)
        return found

    async def versions(self) -> Versions:
        """All versions; about a second for a quarter million, beside what else goes on."""
        blocks = [data for _, data in self._blocks]
        return await asyncio.to_thread(Versions, blocks, self._tail[:])
