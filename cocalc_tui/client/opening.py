"""Opening a document: from what the relay sends to a replica, and again after a lost connection.

`Opened` comes first, then entries up to its `seq`; only when all are there is the document shown.
Where there is no checkpoint to begin with, the sealed part of a long log is read at once: key by
key it would take seconds.

A resume continues the replica that is there. Where the relay's log is another one (a restored
backup, a file replaced while nobody was looking) the replica is made anew and what was unsent is
carried over: as it is where its parents are known there, else as a difference of texts.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from cocalc_tui.chat.places import named
from cocalc_tui.client.filetext import file_text
from cocalc_tui.protocol import messages as m
from cocalc_tui.sync.blocks import extent
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.encoding import decode_block
from cocalc_tui.sync.identity import digest
from cocalc_tui.sync.opening import read_log
from cocalc_tui.sync.patch import Entry, Patch

if TYPE_CHECKING:
    from cocalc_tui.client.document import SharedDocument


def have(document: SharedDocument) -> m.Have:
    """What this app holds of a document, for a resume."""
    return m.Have(
        log=document.log,
        epoch=document.epoch,
        seq=document.numbers.upto,
        digest=digest(document.numbers.heads),
    )


LONG = 10_000
"""Entries of a sealed log that is read at once. Of a shorter one all patches are taken in: it is as
quick, and whoever comes back with older work finds those it stands on."""


class Opening:
    """One document on its way here."""

    def __init__(self, path: str, document: SharedDocument | None = None) -> None:
        self.path = path
        self.document = document
        """The one that is opened again, None for a new one."""
        self.doc = document.doc if document is not None else ""
        self.type = ""
        self.asked = False
        """Whether somebody opens it, and does not only borrow it for a moment."""
        self.told: list[tuple[str, bytes]] = []
        self.filled = False
        self.over = asyncio.Event()
        """It is open, or nothing comes of it."""
        self.text_before = ""
        """What its file would have said before another log took its place."""
        self.own_gone = False
        """Whether it knows nothing of what was typed here into the one before."""
        self.left_over: list[Patch] = []
        """Unsent patches that do not belong to the relay's log."""
        self._opened: m.Opened | None = None
        self._start: Document | None = None
        """What the checkpoint says of entries before those that come."""
        self._blocks: list[bytes] = []
        """The sealed log from entry 1 on, where there is no checkpoint, up to:"""
        self._sealed = 0
        """What comes after it is in:"""
        self._entries: list[Entry] = []
        self._upto = 0
        """Nothing is missing up to here."""
        self._done: Callable[[Opening], None] | None = None

    @property
    def begun(self) -> bool:
        """Whether the relay answered."""
        return self._opened is not None

    @property
    def complete(self) -> bool:
        """Whether everything up to the relay's number is here."""
        if self._opened is None:
            return False
        return self._upto >= self._opened.seq

    def begin(self, opened: m.Opened, done: Callable[[Opening], None]) -> None:
        """The relay's first answer; `done` is called once all entries are here.

        Raises DamagedLog where its checkpoint is not of the entries that it leaves out.
        """
        self._start = _start(opened)
        self._opened = opened
        self._done = done
        # What came before belongs to the time before, and comes again.
        self._blocks.clear()
        self._sealed = 0
        self._entries.clear()
        self._upto = opened.after
        self.doc, self.path, self.type = opened.doc, opened.path, opened.type
        self.add([], [])

    def add(self, blocks: Sequence[bytes], entries: Sequence[Entry]) -> None:
        """More of the log, in order: sealed, and entries after that.

        Raises DamagedLog.
        """
        for block in blocks:
            first, count = extent(block)
            if self._is_first and not self._entries and first == self._upto + 1:
                self._blocks.append(block)
                self._upto = self._sealed = self._upto + count
            else:
                self._take(decode_block(block))
        self._take(entries)
        if self.complete and self._done is not None:
            done, self._done = self._done, None
            done(self)

    @property
    def _is_first(self) -> bool:
        """Whether it was not open here: only then nobody can need the single patches of its log."""
        return self.document is None and self._start is None

    def _take(self, entries: Sequence[Entry]) -> None:
        self._entries.extend(entries)
        for entry in entries:
            if entry.seq == self._upto + 1:
                self._upto = entry.seq

    def fill(
        self, document: SharedDocument, me: m.Welcome | None, new_session: Callable[[], str]
    ) -> None:
        """Put what came into the document; it gets a new session where it cannot count on."""
        opened = self._opened
        assert opened is not None
        document.doc, document.path = opened.doc, opened.path
        document.readonly = opened.readonly
        if me is not None and m.Role[me.role.upper()] < m.Role.EDITOR:
            document.readonly = f"{named(opened.path)}: you may look, not change ({me.role})"
        unsent: list[Patch] = []
        if not opened.resumed:
            # Who begins a history anew on purpose counts the epoch on; nobody's work is gone then.
            lost = opened.log != document.log and opened.epoch <= document.epoch
            self.own_gone = lost and document.outbox.next_n > 0
            if self.own_gone or document.outbox:
                self.text_before = file_text(document)
            unsent = document.start_anew()
        if self._start is not None:
            document.load(self._start, opened.after)
        if self._sealed >= LONG:
            document.load(Document(read_log(self._blocks)), self._sealed)
        else:
            self._entries[:0] = [one for block in self._blocks for one in decode_block(block)]
        document.log, document.epoch = opened.log, opened.epoch
        if self._entries:
            document.arrived(self._entries)
        for topic, data in self.told:
            document.hearing.heard(topic, data)
        if unsent and not document.carry_over(unsent):
            self.left_over = unsent
        if not document.counts_on():
            document.renew_session(new_session())


def _start(opened: m.Opened) -> Document | None:
    if opened.checkpoint is None or opened.resumed:
        return None
    return Document.from_checkpoint(opened.checkpoint, opened.after)
