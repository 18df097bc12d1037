"""A whole log, read at once: the checkpoint that a document can begin with.

Applying 260,000 patches one by one takes seconds, and a year of a busy notebook is a million. Most
of a log needs no merge, as everybody had seen all there was: there it is gone over run by run
(`standing`). Only what people did at once is merged, on top of the state before it.
"""

from __future__ import annotations

from collections.abc import Sequence

from cocalc_tui.sync.blocks import readable
from cocalc_tui.sync.checkpoint import Checkpoint
from cocalc_tui.sync.columns import DamagedLog
from cocalc_tui.sync.document import Document
from cocalc_tui.sync.encoding import encode_block
from cocalc_tui.sync.eras import LONG, cut
from cocalc_tui.sync.patch import Entry, PatchId
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
        heads, counts, clock = _version(log)
        state = State(log)
        for pieces in cut(log, LONG):
            state.take(pieces)
        texts, records = state.saved()
    return Checkpoint(log.starts[-1], tuple(sorted(heads)), counts, clock, texts, records)


def _version(log: Shelf) -> tuple[set[PatchId], dict[str, int], int]:
    """The heads of a log, how many patches of each session it has, and its greatest time.

    Raises DamagedLog.
    """
    heads: set[PatchId] = set()
    counts: dict[str, int] = {}
    clock = 0
    for block in map(log.block, range(len(log))):
        clock = max(clock, block.latest)
        for s, n, size, parents in block.links:
            session = block.sessions[s]
            if n != counts.get(session, 0):
                raise DamagedLog(f"the log lacks patch {counts.get(session, 0)} of {session}")
            for parent in parents or ():
                if parent.n >= counts.get(parent.session, 0):
                    raise DamagedLog(f"the log lacks patch {parent.n} of {parent.session}")
            heads.difference_update(parents or ())
            heads.discard(PatchId(session, n - 1))
            heads.add(PatchId(session, n + size - 1))
            counts[session] = n + size
    return heads, counts, clock
