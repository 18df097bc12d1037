"""Where a log narrows to one point: the versions that all later patches have seen.

Such a *critical* version has also seen all before it, and nothing after it cancels what is before.
So what comes after can be looked at without what came before, given the state it left: a long log
falls into parts that have nothing to do with each other.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from cocalc_tui.sync.blocks import CANCEL, Block
from cocalc_tui.sync.columns import DamagedLog
from cocalc_tui.sync.patch import Cancel
from cocalc_tui.sync.shelf import Shelf


class _Session:
    """The links of one session: the number of the first patch of each, rising, and its entry's."""

    __slots__ = ("end", "firsts", "last", "seqs")

    def __init__(self) -> None:
        self.end = 0
        """The number behind its last patch."""
        self.last = 0
        """The number of the entry that has its last patch."""
        self.firsts = array("q")
        self.seqs = array("q")


def _number(sessions: Mapping[str, _Session], session: str, n: int) -> int:
    """The number of an entry; 0 where it is not here."""
    found = sessions.get(session)
    at = bisect_right(found.firsts, n) - 1 if found is not None else -1
    return found.seqs[at] + n - found.firsts[at] if found is not None and at >= 0 else 0


def wide(log: Shelf) -> list[tuple[int, int]]:
    """The ranges (both ends included) of numbers of versions that are not critical, rising."""
    joined: list[tuple[int, int]] = []
    for first, last in sorted(_passed_over(log)):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = joined[-1][0], max(last, joined[-1][1])
        else:
            joined.append((first, last))
    return joined


def _passed_over(log: Shelf) -> Iterator[tuple[int, int]]:
    """The versions between a patch and the ones that it is on top of, or that it cancels.

    Also those after one that nobody is on top of.
    """
    known: dict[str, _Session] = {}
    heads: set[tuple[str, int]] = set()
    last: tuple[tuple[str, int], ...] | None = None
    """The last patch before."""
    seq = 1
    for place in range(len(log)):
        first = seq
        block = log.block(place)
        names = block.sessions
        here = [known.setdefault(name, _Session()) for name in names]
        for s, n, size, parents in [block.first_link()] if block.is_line else block.links:
            one, session = here[s], names[s]
            if n != one.end:
                raise _lacking(one, session)
            one.firsts.append(n)
            one.seqs.append(seq)
            if parents is None:
                heads.discard((session, n - 1))
                least = one.last
            elif parents == last:
                heads.discard(parents[0])
                least = seq - 1
            else:
                heads.difference_update(parents)
                least = min([_number(known, *parent) for parent in parents], default=0)
            if least + 1 < seq:
                yield least + 1, seq - 1
            seq += size
            one.end, one.last = n + size, seq - 1
            last = ((session, n + size - 1),)
            heads.add(last[0])
        if block.is_line:
            heads.difference_update(last or ())
            seq = _along(block, here, seq)
            last = ((names[block.owners[-1]], block.firsts[-1] + block.sizes[-1] - 1),)
            heads.add(last[0])
        for by, cancel in _cancels(log, place) if block.cancels else ():
            by += first
            if (target := _number(known, cancel.session, cancel.first)) < by:
                yield max(target, 1), by - 1
    for head in heads:
        if (number := _number(known, *head)) < seq - 1:
            yield number, seq - 1


def _along(block: Block, here: Sequence[_Session], seq: int) -> int:
    """Note the links of a block that is a line, which the first goes before.

    Returns the number of the entry behind it.
    """
    links = zip(block.owners, block.firsts, block.sizes, strict=True)
    for s, n, size in islice(links, 1, None):
        one = here[s]
        if n != one.end:
            raise _lacking(one, block.sessions[s])
        one.firsts.append(n)
        one.seqs.append(seq)
        seq += size
        one.end, one.last = n + size, seq - 1
    return seq


def _lacking(one: _Session, session: str) -> DamagedLog:
    return DamagedLog(f"the log lacks patch {one.end} of {session}")


def _cancels(log: Shelf, place: int) -> Iterator[tuple[int, Cancel]]:
    """The cancels of a block, each with the place of its patch."""
    runs = log.runs(place)
    patches = (runs.patch(run) for run, kind in enumerate(runs.kinds) if kind == CANCEL)
    return zip(patches, runs.block.cancels, strict=True)
