"""The texts of a document as they are now, and as they were a while ago.

What was done to them is kept in a journal, with the text that was removed, as far back as most
merges and undos look. Whoever needs an older state replays the log.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from contextlib import suppress
from operator import itemgetter
from typing import TypeAlias

from cocalc_tui.sync.buffer import TextBuffer
from cocalc_tui.sync.graph import ROOT
from cocalc_tui.sync.patch import MAIN, TextChange, TextId

_KEEP = 10_000
"""Entries that are kept when the journal is cut; it is when it has so many more."""
_LAST = 100
"""Patches whose entries are kept, however many those are, up to:"""
_MOST = 300_000
"""As many as to replace a word all over a large file makes: whoever undoes that needs them."""

_SHORT = 50_000
"""Characters of a draft at most: what is behind a change is moved for it."""

_PLAIN = "latin-1"
"""The encoding of a draft: a byte for each character."""


Move: TypeAlias = "tuple[TextChange, int, int]"
"""A change of the document, and the first and last index of the patches that made it."""

Done: TypeAlias = "tuple[int, int, TextId, int, str, int]"
"""One change: the first and last index it belongs to, where, what it removed, how much came."""

_first = itemgetter(0)


class Texts:
    """All texts by id; one that nobody wrote to is empty."""

    def __init__(self) -> None:
        self.floor = ROOT
        """How far back, as an index, the journal reaches."""
        self._buffers: dict[TextId, TextBuffer] = {}
        self._draft: bytearray | None = None
        """The main text, while it is not in a buffer."""
        self._journal: list[Done] = []
        self._full = 2 * _KEEP
        """How long the journal is when it is cut next."""

    def __getitem__(self, at: TextId) -> TextBuffer:
        if self._draft is not None:
            self.write_out()
        buffer = self._buffers.get(at)
        if buffer is None:
            buffer = self._buffers[at] = TextBuffer()
        return buffer

    def all(self) -> dict[TextId, str]:
        """Every text that is not empty."""
        self.write_out()
        return {at: str(buffer) for at, buffer in self._buffers.items() if len(buffer)}

    def load(self, texts: dict[TextId, str]) -> None:
        """Begin with these."""
        self._buffers = {at: TextBuffer(text) for at, text in texts.items()}

    def length(self, at: TextId) -> int:
        """How long a text is."""
        if self._draft is not None and at == MAIN:
            return len(self._draft)
        buffer = self._buffers.get(at)
        return 0 if buffer is None else len(buffer)

    def change(self, moves: Iterable[Move]) -> None:
        """Do changes, each of which belongs to the patches from an index to another."""
        journal = self._journal
        for (at, pos, delete, insert, _), first, last in moves:
            if self._draft is not None and at == MAIN:
                removed = self._change_draft(self._draft, pos, delete, insert)
            else:
                removed = self[at].splice(pos, delete, insert)
            journal.append((first, last, at, pos, removed, len(insert)))
        if len(journal) > self._full:
            self._cut()

    def _cut(self) -> None:
        """Forget the older part of the journal."""
        journal = self._journal
        last = bisect_left(journal, journal[-1][0] - _LAST, key=_first)
        stop = max(len(journal) - _MOST, min(len(journal) - _KEEP, last))
        if stop > 0:
            self.floor = max([self.floor, *(entry[1] for entry in journal[:stop])])
            del journal[:stop]
        self._full = len(journal) + _KEEP

    def draft(self) -> None:
        """Many changes of the main text come: let it be one run of bytes, if it is short."""
        if self._draft is None and self.length(MAIN) <= _SHORT:
            with suppress(UnicodeEncodeError):
                self._draft = bytearray(str(self[MAIN]).encode(_PLAIN))

    def _change_draft(self, draft: bytearray, pos: int, delete: int, insert: str) -> str:
        """Do a change there, and leave the draft where it is no place for it; what it removed."""
        try:
            plain = insert.encode(_PLAIN)
        except UnicodeEncodeError:
            return self[MAIN].splice(pos, delete, insert)
        end = pos + delete
        removed = draft[pos:end].decode(_PLAIN) if delete else ""
        draft[pos:end] = plain
        if len(draft) > _SHORT:
            self.write_out()
        return removed

    def write_out(self) -> None:
        """Have no draft any more."""
        draft, self._draft = self._draft, None
        if draft is not None:
            self[MAIN].load(draft.decode(_PLAIN))

    def boundary(self, index: int) -> int:
        """The greatest index, at most `index`, at which the journal can stop on its way back."""
        for first, last, *_ in reversed(self._journal):
            if last <= index:
                break
            index = min(index, first - 1)
        return index

    def grown_since(self, index: int) -> dict[TextId, int]:
        """By how much each text that changed after a boundary has grown since."""
        grown: dict[TextId, int] = {}
        for _, _, at, _, removed, inserted in self._since(index):
            grown[at] = grown.get(at, 0) + inserted - len(removed)
        return grown

    def before(self, index: int, at: TextId) -> str:
        """A text as it was at a boundary."""
        buffer = TextBuffer(str(self[at]))
        for _, _, changed, pos, removed, inserted in self._since(index):
            if changed == at:
                buffer.splice(pos, inserted, removed)
        return str(buffer)

    def done(self, first: int, last: int) -> list[Done] | None:
        """What the patches from an index to another did; None where the journal does not tell."""
        before, journal = first - 1, self._journal
        if before < self.floor or self.boundary(last) != last or self.boundary(before) != before:
            return None
        start, stop = (bisect_left(journal, index, key=_first) for index in (first, last + 1))
        return journal[start:stop]

    def _since(self, index: int) -> list[Done]:
        """The entries after a boundary, the last one first."""
        found: list[Done] = []
        for entry in reversed(self._journal):
            if entry[1] <= index:
                break
            found.append(entry)
        return found
