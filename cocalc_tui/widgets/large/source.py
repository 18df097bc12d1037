"""The bytes of a large file as they are needed: blocks fetched over the relay, the last ones kept.

Lines are found from any byte on, as `less` does it: nobody counts the lines of a file of gigabytes
before its end can be shown; the host side does it beside that (`Numbers`). What is not here raises
`Missing`; whoever needs it has it fetched and tries again.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

from cocalc_tui.protocol.messages import MAX_PART
from cocalc_tui.widgets.large.numbers import Numbers

if TYPE_CHECKING:
    from cocalc_tui.client.files import Files
    from cocalc_tui.query import Query

Progress = Callable[[int], object]
"""Hears at which byte a search is."""
KEPT = 64
"""Blocks that are kept: 8 MB."""
LONGEST = 16 * 1024
"""Bytes of a line; what is longer shows as several."""


class Missing(Exception):  # noqa: N818 - it is an answer
    """A block has to be fetched first."""

    def __init__(self, block: int) -> None:
        super().__init__(f"block {block}")
        self.block = block


class Line(NamedTuple):
    """A line of the file."""

    start: int
    """Its first byte."""
    end: int
    """Behind its line break."""
    text: str
    whole: bool = True
    """Whether a line break ends it; else the line is too long, or the file ends."""


class Source:
    """One file."""

    def __init__(self, files: Files, path: str, total: int) -> None:
        self._files = files
        self.path = path
        self.total = total
        """Bytes, as far as is known."""
        self.numbers = Numbers()
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._counting = asyncio.Lock()

    async def fetch(self, block: int) -> None:
        """Have a block here; raises RequestFailed."""
        part = await self._files.read_part(self.path, block * MAX_PART)
        self.total = part.total
        self._blocks[block] = part.data
        while len(self._blocks) > KEPT:
            self._blocks.popitem(last=False)

    async def grown(self) -> bool:
        """Whether the file is of another length now; raises RequestFailed."""
        before = self.total
        last = before // MAX_PART
        await self.fetch(last)
        if self.total != before:
            self.numbers.forget(last if self.total > before else -1)
        return self.total != before

    def read(self, start: int, end: int) -> bytes:
        """Bytes start..end, as far as there are any; raises Missing."""
        end = min(end, self.total)
        found = b""
        for block in range(start // MAX_PART, -(-end // MAX_PART) if end > start else 0):
            data = self._blocks.get(block)
            if data is None:
                raise Missing(block)
            self._blocks.move_to_end(block)
            first = block * MAX_PART
            found += data[max(start - first, 0) : max(end - first, 0)]
        return found

    # --- lines ---------------------------------------------------------------------------------

    def line(self, start: int) -> Line:
        """The line that begins at a byte; raises Missing."""
        data = self.read(start, start + LONGEST)
        end = data.find(b"\n") + 1 or len(data)
        text = data[:end].decode("utf-8", "replace").rstrip("\r\n")
        return Line(start, start + end, text, data[end - 1 : end] == b"\n")

    def begin(self, at: int) -> int:
        """Where the line begins that a byte is in; raises Missing."""
        at = max(min(at, self.total), 0)
        first = max(at - LONGEST, 0)
        found = self.read(first, at).rfind(b"\n")
        return first + found + 1 if found >= 0 else first

    def lines(self, start: int, count: int) -> list[Line]:
        """Lines from one that begins at `start`; raises Missing."""
        found: list[Line] = []
        while len(found) < count and start < self.total:
            found.append(self.line(start))
            start = found[-1].end
        return found

    def back(self, start: int, count: int) -> int:
        """Where the line begins that is `count` before the one at `start`; raises Missing."""
        for _ in range(count):
            if not start:
                break
            start = self.begin(start - 1)
        return start

    # --- numbers -------------------------------------------------------------------------------

    async def count(self) -> None:
        """Have some more lines counted; raises RequestFailed."""
        async with self._counting:
            if self.numbers.whole:
                return
            at = self.numbers.blocks * MAX_PART
            told = await self._files.count_lines(self.path, at)
            self.numbers.add(told.counts)
            self.numbers.whole = self.numbers.blocks * MAX_PART >= told.total
            self.total = told.total

    def number(self, start: int) -> int | None:
        """The number of the line at a byte, from 1; None: not counted yet. Raises Missing."""
        block = start // MAX_PART
        before = self.numbers.before(block)
        if before is None:
            return None
        return before + self.read(block * MAX_PART, start).count(b"\n") + 1

    def place(self, number: int) -> int | None:
        """Where a line begins; None: there is none, or it is not counted yet. Raises Missing."""
        if number == 1:
            return 0
        block = self.numbers.block_of(number - 1)
        if block is None:
            return None
        first = block * MAX_PART
        data = self.read(first, first + MAX_PART)
        return first + _start_of(data, number - 1 - (self.numbers.before(block) or 0))

    # --- searching -----------------------------------------------------------------------------

    async def find(self, query: Query, start: int, told: Progress) -> int | None:
        """Where the next line begins that has it, from the line at `start` on."""
        while start < self.total:
            told(start)
            data = await self.have(start, start + MAX_PART)
            end = data.rfind(b"\n") + 1 if start + len(data) < self.total else len(data)
            data = data[: end or len(data)]
            lines = _lines_with(query, data)
            if lines:
                return start + _start_of(data, lines[0])
            start += len(data)
        return None

    async def find_before(self, query: Query, end: int, told: Progress) -> int | None:
        """Where the last line begins that has it, of those that end before `end`."""
        while end > 0:
            told(end)
            first = max(end - MAX_PART, 0)
            data = await self.have(first, end)
            cut = data.find(b"\n") + 1 if first else 0
            data, first = data[cut:], first + cut
            lines = _lines_with(query, data)
            if lines:
                return first + _start_of(data, lines[-1])
            end = first if first < end else max(end - MAX_PART, 0)
        return None

    async def have(self, start: int, end: int) -> bytes:
        """Bytes start..end, fetched where need be; raises RequestFailed."""
        while True:
            try:
                return self.read(start, end)
            except Missing as missing:
                await self.fetch(missing.block)


def _lines_with(query: Query, data: bytes) -> list[int]:
    """Numbers of the lines in which something is found; raises SearchError."""
    text = data.decode("utf-8", "replace")
    found: list[int] = []
    line = at = 0
    for match in query.matches(text, patience=5.0):
        line += text.count("\n", at, match.start())
        at = match.start()
        if not found or found[-1] != line:
            found.append(line)
    return found


def _start_of(data: bytes, line: int) -> int:
    at = 0
    for _ in range(line):
        at = data.index(b"\n", at) + 1
    return at
