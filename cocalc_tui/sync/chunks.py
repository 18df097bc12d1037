"""A text as chunks: splices one after the other, as a log is read, cost little in a long one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cocalc_tui.sync.fit import is_text
from cocalc_tui.sync.patch import DoesNotFit

_CHUNK: Final = 2048
"""Characters of a chunk as it is made; twice as many split it."""


class Chunks:
    """A text on which splices are done one after the other, mostly near the last one."""

    def __init__(self, chunks: Sequence[str] = ()) -> None:
        self._chunks = list(chunks) or [""]
        self._at = 0
        """The chunk of the last splice."""
        self._start = 0
        """Where it begins."""
        self._length = sum(map(len, self._chunks))

    def all(self) -> tuple[str, ...]:
        """Its chunks."""
        return tuple(self._chunks)

    def part(self, start: int, stop: int) -> str:
        """What stands from a place to another, as far as there is so much."""
        at, begin = self._place(start)
        found = self._chunks[at][start - begin : stop - begin]
        for chunk in self._chunks[at + 1 :] if stop > begin + len(self._chunks[at]) else ():
            found += chunk[: stop - start - len(found)]
        return found

    def _place(self, pos: int) -> tuple[int, int]:
        """The chunk that a place is in, or at the end of, and where it begins."""
        chunks, at, start = self._chunks, self._at, self._start
        while pos < start:
            at -= 1
            start -= len(chunks[at])
        while pos > start + len(chunks[at]):
            start += len(chunks[at])
            at += 1
        return at, start

    def splice(self, pos: int, delete: int, insert: str) -> None:
        """Replace `delete` characters from `pos` by `insert`; raises DoesNotFit."""
        if not 0 <= pos <= pos + delete <= self._length:
            raise DoesNotFit("a splice is not within its text")
        if not insert.isascii() and not is_text(insert):
            raise DoesNotFit("half a surrogate pair is not a character")
        chunks, at, start = self._chunks, self._at, self._start
        if not start <= pos <= start + len(chunks[at]):
            at, start = self._place(pos)
        first, stop = pos - start, pos - start + delete
        chunk = chunks[at]
        if stop > len(chunk):
            last, end = at, len(chunk)
            while end < stop:
                last += 1
                end += len(chunks[last])
            chunk = "".join(chunks[at : last + 1])
            del chunks[at + 1 : last + 1]
        chunks[at] = chunk = chunk[:first] + insert + chunk[stop:]
        if len(chunk) > 2 * _CHUNK:
            chunks[at : at + 1] = chunks_of(chunk)
        self._at, self._start = at, start
        self._length += len(insert) - delete


def chunks_of(text: str) -> list[str]:
    """A text as chunks."""
    return [text[i : i + _CHUNK] for i in range(0, len(text), _CHUNK)]
