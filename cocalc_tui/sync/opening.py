"""A whole log, read at once: the checkpoint that a document can begin with.

Applying 260,000 patches one by one takes seconds, and a year of a busy notebook is a million. Most
of a log needs no merge, as everybody had seen all there was: there it is gone over run by run
(`standing`). Only what people did at once is merged, on top of the state before it.
"""

from __future__ import annotations

from collections.abc import Sequence

from cocalc_tui.sync.blocks import readable
from cocalc_tui.sync.checkpoint import Checkpoint
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.encoding import encode_block
from cocalc_tui.sync.eras import LONG, cut
from cocalc_tui.sync.narrows import outline
from cocalc_tui.sync.patch import Entry
from cocalc_tui.sync.shelf import Shelf
from cocalc_tui.sync.standing import State


def open_log(blocks: Sequence[bytes], tail: Sequence[Entry] = ()) -> Document:
    """A document as blocks and the entries after them give it; raises DamagedLog.

    It is one that begins with a checkpoint: for a patch that did not see all of the log, or that
    cancels a part of it, its patches must be applied one by one instead.
    """
    return Document(read_log(blocks, tail))


def read_log(blocks: Sequence[bytes], tail: Sequence[Entry] = ()) -> Checkpoint:
    """The state that blocks and the entries after them give; raises DamagedLog."""
    with readable():
        log = Shelf([*blocks, *([encode_block(tail)] if tail else ())])
        of = outline(log)
        state = State(log)
        for pieces in cut(log, of, LONG):
            state.take(pieces)
        texts, records = state.saved()
    return Checkpoint(log.starts[-1], tuple(of.heads), of.counts, of.clock, texts, records)
