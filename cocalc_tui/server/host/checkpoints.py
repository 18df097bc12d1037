"""When the host side makes a checkpoint: often enough that opening never replays much."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cocalc_tui.client.document import SharedDocument
from cocalc_tui.protocol import messages as m
from cocalc_tui.protocol.codec import MAX_FRAME
from cocalc_tui.sync.checkpoint import encode_checkpoint
from cocalc_tui.sync.patch import Change, TextChange

KEYSTROKES = 20_000
LETTERS = 2**20
AT_LEAVING = 500
"""Keystrokes that are worth a checkpoint when the last person leaves."""


class Checkpoints:
    """Counts what happens to one document, and hands the relay checkpoints."""

    def __init__(self, shared: SharedDocument, send: Callable[[m.Message], object]) -> None:
        self._shared = shared
        self._send = send
        self._keystrokes = 0
        self._letters = 0

    def count(self, changes: Sequence[Change]) -> None:
        """Note what happened."""
        self._keystrokes += len(changes)
        self._letters += sum(len(c.insert) for c in changes if isinstance(c, TextChange))

    def make(self, *, leaving: bool = False) -> None:
        """Make one if it is time; nothing while the relay has yet to number something."""
        many = AT_LEAVING if leaving else KEYSTROKES
        if self._keystrokes < many and self._letters < LETTERS:
            return
        numbers, replica = self._shared.numbers, self._shared.replica
        if numbers.heads != replica.heads:
            return
        data = encode_checkpoint(replica, numbers.upto)
        self._keystrokes = self._letters = 0
        if len(data) < MAX_FRAME - 2**20:
            self._send(m.Checkpoint(doc=self._shared.doc, seq=numbers.upto, data=data))
