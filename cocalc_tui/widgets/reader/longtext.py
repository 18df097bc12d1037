"""A printed text of any length, of which only what is looked at is here.

A cell may have printed hundreds of megabytes. Its document has the two ends; the middle is fetched
piece by piece where somebody reads, and let go again: an app that held it all would not run on the
machine that made it. What was not kept, as beyond the cap of a run, is a gap that says its size.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import NamedTuple, TypeAlias

from cocalc_tui.protocol.events import KeptText

FETCHED = 500_000
"""Code points that are fetched at once."""
KEPT = 8
"""Fetched parts that are kept."""

FILL = "\U0010ffff"
"""Stands for what is missing, so that places stay what they are; a code point that no text has."""

Fetch: TypeAlias = Callable[[int], Awaitable[KeptText]]
"""Gets some of the middle from a code point on; "" where nothing is kept from there on."""


class Range(NamedTuple):
    """Some of a text, by code points."""

    start: int
    end: int


class LongText:
    """A text whose middle is elsewhere."""

    def __init__(
        self,
        head: str,
        left_out: int = 0,
        tail: str = "",
        fetch: Fetch | None = None,
        missing: str = "are not kept",
    ) -> None:
        """`left_out` code points lie between the two ends; `missing` says what became of a gap."""
        self.head = head
        self.tail = tail
        self.left_out = left_out
        self._fetch = fetch
        self._missing = missing
        self._parts: OrderedDict[int, str] = OrderedDict()
        """By their number; "" for a gap."""

    def __len__(self) -> int:
        return len(self.head) + self.left_out + len(self.tail)

    def here(self, start: int, end: int) -> str | None:
        """The text of a range, None where some of it has to be fetched first."""
        head, after = len(self.head), len(self.head) + self.left_out
        found = [self.head[start : min(end, head)]] if start < head else []
        for number in self._numbers(start, end):
            if (part := self._parts.get(number)) is None:
                return None
            self._parts.move_to_end(number)
            begin = head + number * FETCHED
            found.append(part[max(0, start - begin) : max(0, end - begin)])
        if end > after:
            found.append(self.tail[max(0, start - after) : end - after])
        return "".join(found)

    def _numbers(self, start: int, end: int) -> range:
        """The parts of the middle that a range touches."""
        head = len(self.head)
        low, high = max(start - head, 0), min(end - head, self.left_out)
        return range(low // FETCHED, -(-high // FETCHED)) if low < high else range(0)

    async def fetch(self, start: int, end: int) -> str:
        """The text of a range. Raises RequestFailed and the like."""
        for number in self._numbers(start, end):
            if number not in self._parts:
                self._keep(number, await self._get(number))
        found = self.here(start, end)
        return found if found is not None else ""

    async def _get(self, number: int) -> str:
        """One part, what is not kept of it as a gap of its length."""
        start = number * FETCHED
        end = min(start + FETCHED, self.left_out)
        found: list[str] = []
        at = start
        while at < end:
            kept = await self._fetch(at) if self._fetch is not None else KeptText(start=at, text="")
            if not kept.text or kept.start >= end:
                found.append(self._gap(end - at))
                break
            if kept.start > at:
                found.append(self._gap(kept.start - at))
            text = kept.text[: end - kept.start]
            found.append(text)
            at = kept.start + len(text)
        return "".join(found)

    def _keep(self, number: int, part: str) -> None:
        self._parts[number] = part
        while len(self._parts) > KEPT:
            self._parts.popitem(last=False)

    def _gap(self, length: int) -> str:
        """What stands for text that is not to be had, as long as that is."""
        said = f"\n[{length:,} characters {self._missing}]\n"
        return said[-length:].ljust(length, FILL)
