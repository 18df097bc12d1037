"""When the host side makes a checkpoint: often enough that opening never replays much."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.codec import MAX_FRAME
from cocalc_tui.sync.checkpoint import Savable, encode_checkpoint
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.patch import Change, PatchId, TextChange, TextId
from cocalc_tui.sync.records import SavedRecords

KEYSTROKES = 20_000
AT_LEAVING = 500
"""Keystrokes that are worth a checkpoint when the last person leaves."""


@dataclass(frozen=True, slots=True)
class _Records:
    saved: SavedRecords

    def save(self) -> SavedRecords:
        return self.saved


class _Taken:
    """A document as it was; a thread may encode it while people type on."""

    def __init__(self, document: Document) -> None:
        self.heads: tuple[PatchId, ...] = document.heads
        self.clock = document.clock
        self.records: Savable = _Records(document.records.save())
        self._counts = document.counts()
        self._texts = document.texts()

    def counts(self) -> Mapping[str, int]:
        return self._counts

    def texts(self) -> Mapping[TextId, str]:
        return self._texts


class Checkpoints:
    """Counts what happens to one document, and hands the relay checkpoints."""

    def __init__(self, shared: SharedDocument, send: Callable[[m.Message], object]) -> None:
        self._shared = shared
        self._send = send
        self._keystrokes = 0

    def count(self, changes: Sequence[Change]) -> None:
        """Note what happened; one change may be what many keys did."""
        self._keystrokes += sum(
            len(c.insert) + c.delete if isinstance(c, TextChange) else 1 for c in changes
        )

    async def make(self, *, leaving: bool = False) -> None:
        """Make one if it is time; nothing while the relay has yet to number something."""
        if self._keystrokes < (AT_LEAVING if leaving else KEYSTROKES):
            return
        numbers, replica = self._shared.numbers, self._shared.replica
        if numbers.heads != replica.heads:
            return
        self._keystrokes = 0
        taken, seq = _Taken(replica), numbers.upto
        data = await asyncio.to_thread(encode_checkpoint, taken, seq)
        if len(data) < MAX_FRAME - 2**20:
            self._send(m.Checkpoint(doc=self._shared.doc, seq=seq, data=data))
