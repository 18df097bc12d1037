"""Runs: successive patches of one session that together are one splice.

Who types forward, or holds a delete key, makes many patches of one character at neighbouring
places. Merged as one splice they cost one step instead of many: measured on real typing, five
times fewer items and three times less work, on long offline branches more.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from cocalc_tui.sync.log import Ops
from cocalc_tui.sync.patch import Splice


class Run(NamedTuple):
    """Some patches as one splice."""

    indexes: Sequence[int]
    splice: Splice | None
    """None for a single patch that does something else than one splice."""
    backward: bool = False
    """Of deletes: from the last character to the first, as backspace does."""


def runs(log: Sequence[Ops], chain: Sequence[int], alone: Collection[int] = ()) -> Iterator[Run]:
    """Join what can be joined of a chain of indexes in the log: each patch on top of the one before, all one session's.

    The indexes in `alone` are joined with nothing and have no splice.
    """
    at = 0
    while at < len(chain):
        start = at
        op = _only_splice(log, chain[at], alone)
        at += 1
        if op is None:
            yield Run(chain[start:at], None)
        elif op.delete and op.insert:
            yield Run(chain[start:at], op)
        elif op.delete:
            at, splice = _deleted(log, chain, start, alone, op)
            yield Run(chain[start:at], splice, splice.pos != op.pos)
        else:
            at, splice = _typed(log, chain, start, alone, op)
            yield Run(chain[start:at], splice)


def _only_splice(log: Sequence[Ops], index: int, alone: Collection[int]) -> Splice | None:
    op = log[index]
    return op if type(op) is Splice and index not in alone else None


def _typed(
    log: Sequence[Ops],
    chain: Sequence[int],
    start: int,
    alone: Collection[int],
    first: Splice,
) -> tuple[int, Splice]:
    """Where in the chain typing ends that began with `first`, and all of it as one splice."""
    pos, _, insert, text_id = first
    end = pos + len(insert)
    parts = [insert]
    for at in range(start + 1, len(chain)):
        op = log[chain[at]]
        if type(op) is not Splice or op[0] != end or op[1]:
            break
        if (op[3] is not text_id and op[3] != text_id) or (alone and chain[at] in alone):
            break
        parts.append(op[2])
        end += len(op[2])
    return start + len(parts), Splice(pos, 0, "".join(parts), text_id)


def _deleted(
    log: Sequence[Ops],
    chain: Sequence[int],
    start: int,
    alone: Collection[int],
    first: Splice,
) -> tuple[int, Splice]:
    """Where in the chain deleting ends that began with `first`, and all of it as one splice."""
    pos, delete, _, text_id = first
    backward = forward = True
    at = start + 1
    while at < len(chain):
        op = _only_splice(log, chain[at], alone)
        if op is None or not op.delete or op.insert or op.at != text_id:
            break
        if forward and op.pos == pos:
            backward = False
        elif backward and op.pos + op.delete == pos:
            forward = False
            pos = op.pos
        else:
            break
        delete += op.delete
        at += 1
    return at, Splice(pos, delete, "", text_id)
