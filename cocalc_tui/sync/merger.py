"""Brings patches that the graph took in into the texts and records: directly, or by the walker.

A patch whose author had seen everything here needs no walker: its positions are those of the
document. Neither do those of a whole history where it narrows to single points. For the rest a
walker is made, as late as possible, and kept while it pays: making one goes over the window
again, so it is dropped only when the next one would have a much smaller window, or none.
"""

from __future__ import annotations

from collections.abc import Sequence

from cocalc_tui.sync.carry import carried, steps_since, taken_back
from cocalc_tui.sync.fit import RECORDS, check_splices, contents
from cocalc_tui.sync.graph import ROOT, Graph
from cocalc_tui.sync.log import Run
from cocalc_tui.sync.patch import (
    MAIN,
    DoesNotFit,
    Op,
    PatchId,
    Splice,
    TextChange,
    TextId,
)
from cocalc_tui.sync.records import Records
from cocalc_tui.sync.takebacks import TakeBacks
from cocalc_tui.sync.texts import Done, Texts
from cocalc_tui.sync.transform import Touch, Transformer
from cocalc_tui.sync.walker import Walker

_SMALL = 64
"""Patches that a walker goes over without anybody noticing."""
_MANY = 1000
"""Patches that are many at once."""
_LARGE = 1000
"""Changes that a walker takes its time for."""
_NEAR = 500
"""Patches that a transformer goes over, although it may turn out to be of no use."""


class Merger:
    """The texts and records of a document, kept in step with its graph.

    Attributes: `cancelled` holds the indexes of patches that are cancelled now.
    """

    def __init__(
        self, graph: Graph, origin: dict[TextId, str] | None = None, *, trusting: bool = False
    ) -> None:
        self.graph = graph
        self.texts = Texts()
        self.texts.load(origin or {})
        self.cancelled: set[int] = set()
        self.records = Records(self)
        self._origin = origin or {}
        self._take_backs = TakeBacks(graph)
        self._trusting = trusting
        self._transformer: Transformer | None = None
        self._walker: Walker | None = None
        self._old: dict[TextId, str] | None = None
        """The texts at the walker's base, where the journal did not reach it."""
        self._lengths: dict[TextId, int] = {}

    # --- what records and walker ask -----------------------------------------------------------

    def __contains__(self, id: PatchId, /) -> bool:  # noqa: A002 - the field's word
        return self.graph.index(id) is not None

    def is_cancelled(self, id: PatchId, /) -> bool:  # noqa: A002 - the field's word
        """Whether a patch is not effective now."""
        return self.graph.index(id) in self.cancelled

    def switched(self, indexes: Sequence[int], by: PatchId, *, off: bool) -> None:
        """Patch `by` made patches cancelled, or effective again."""
        for index in indexes:
            if off:
                self.cancelled.add(index)
            else:
                self.cancelled.discard(index)
            if not self._trusting and index not in self.graph.empty:
                self.records.switched(self.graph.patch(index), by)

    def base_length(self, at: TextId) -> int:
        """How long a text was at the walker's base, for one that the walker does not know yet."""
        if self._old is not None:
            return len(self._old.get(at, ""))
        length = self._lengths.get(at)
        return len(self.texts[at]) if length is None else length

    def base_text(self, at: TextId) -> str:
        """What a text was at the walker's base."""
        assert self._walker is not None
        base = self._walker.base
        if self._old is None and base >= self.texts.floor:
            return self.texts.before(base, at)
        if self._old is None:  # the journal was cut since the walker is kept
            self._old = self._replayed(base)
        return self._old.get(at, "")

    # --- merging -------------------------------------------------------------------------------

    def merge(self, first: int, stop: int) -> list[TextChange]:
        """Bring in the patches from index `first` on, before `stop`, all of them new."""
        if stop - first < _MANY:
            return self._merge(first, stop)
        self.texts.draft()
        changes = self._merge(first, stop)
        self.texts.write_out()
        return changes

    def _merge(self, first: int, stop: int) -> list[TextChange]:
        changes: list[TextChange] = []
        for low, high in self.graph.critical_ranges(first):
            if first < low:
                changes += self._walk(first, min(low, stop))
                first = low
            changes += self._direct(first, min(high + 1, stop))
            first = high + 1
            if first >= stop:
                return changes
        return changes + self._walk(first, stop)

    def apply(self, index: int, ops: Sequence[Op], by: PatchId) -> list[TextChange]:
        """Do splices that fit, of a patch on top of everything."""
        changes: list[TextChange] = []
        for op in ops:
            if type(op) is Splice:
                pos, delete, insert, at = op
                change = TextChange(at, pos, delete, insert, by)
                changes.append(change)
                self.texts.change(((change, index, index),))
        return changes

    def check_cancelling(self, ops: Sequence[Op]) -> None:
        """Raise DoesNotFit unless operations that begin with cancels fit on top of everything."""
        self.graph.check_cancels(ops, self.graph.heads)
        if any(isinstance(op, Splice) for op in ops):
            self._walker_for(len(self.graph), self.graph.least_target(ops)).check(ops)

    def forget(self, index: int) -> None:
        """The last patch, at `index`, is another one now."""
        self._take_backs.forget(index)
        if self._walker is not None and self._walker.stop > index:
            self._walker = None

    def _direct(self, first: int, stop: int) -> list[TextChange]:
        """Bring in patches each of which saw all before it."""
        owners = self.graph.log.owners
        changes: list[TextChange] = []
        while first < stop:
            owner = owners[first]
            end = first + 1
            while end < stop and owners[end] == owner:
                end += 1
            for run in self.graph.log.runs(first, end):
                changes += self._run(run)
            first = end
        return changes

    def _run(self, run: Run) -> list[TextChange]:
        first, last, splice = run
        patch = self.graph.patch
        if first in self.graph.empty:
            return []
        if first in self.graph.cancels.reach:
            return self._take_back(first) or self._walk_over(first, first + 1)
        ops = self.graph.log.operations(first) if splice is None else (splice,)
        if not self._trusting:
            on_records = contents(ops) & RECORDS
            try:
                if on_records:
                    self.records.check(patch(first), self)
                check_splices(ops, self.texts.length)
            except DoesNotFit:
                if last > first:
                    return [c for i in range(first, last + 1) for c in self._run((i, i, None))]
                self.graph.refuse(first)
                return []
            if on_records:
                for index in range(first, last + 1):
                    self.records.add(patch(index), self)
        if splice is None:
            return self.apply(first, ops, self.graph.id(first))
        change = TextChange(
            splice.at, splice.pos, splice.delete, splice.insert, self.graph.id(last)
        )
        self.texts.change(((change, first, last),))
        return [change]

    def _take_back(self, index: int) -> list[TextChange]:
        """Do a large undo or redo by the journal; nothing where that does not tell how."""
        found, texts = self._take_backs.find(index), self.texts
        done = texts.done(found.first, found.last) if found is not None else None
        if found is None or done is None or len(done) < _LARGE:
            return []
        by = self.graph.id(index)
        try:
            changes = carried(taken_back(done, by), steps_since(self.graph, texts, found.since))
        except Touch:
            return []
        for indexes, off in found.flips:
            self.switched(indexes, by, off=off)
        texts.change([(change, index, index) for change in changes])
        return changes

    def _undone(self, index: int) -> list[Done] | None:
        """What a cancel in the document did; None where that is not all that it means."""
        return self.texts.done(index, index) if index in self._take_backs else None

    def _walk(self, first: int, stop: int) -> list[TextChange]:
        """Bring in patches that did not see all before them, or that cancel."""
        changes: list[TextChange] = []
        while first < stop:
            cancel = self.graph.cancels.next(first, stop)
            if first < cancel:
                moved, first = self._transform(first, cancel)
                changes += moved
            back = self._take_back(cancel) if first == cancel < stop else []
            if not back:
                break
            changes += back
            first += 1
        return changes + self._walk_over(first, stop) if first < stop else changes

    def _walk_over(self, first: int, stop: int) -> list[TextChange]:
        """The same by the walker."""
        reach = self.graph.cancels.reach
        least = first
        if reach:
            least = min([reach.get(index, first) for index in range(first, stop)])
        walker = self._walker_for(first, least)
        changes = walker.visit(stop)
        self.texts.change([(change, first, stop - 1) for change in changes])
        return changes

    # --- keeping a transformer -----------------------------------------------------------------

    def _transform(self, first: int, stop: int) -> tuple[list[TextChange], int]:
        """Bring in patches by moving their positions; returns with which that stops."""
        transformer = self._transformer = self._transformer_for(first)
        if transformer is None:
            return [], first
        moves = transformer.visit(stop, self.texts.length(MAIN))
        self.texts.change(moves)
        if transformer.stop < stop:
            self._transformer = None
        return [change for change, _, _ in moves], transformer.stop

    def _transformer_for(self, first: int) -> Transformer | None:
        """A transformer that has been at all before `first`, where one can take what follows."""
        graph, found = self.graph, self._transformer
        base = graph.critical(first - 1)
        if self._walker is not None and self._pays(self._walker, base, first):
            return None
        if found is None or graph.critical(found.base) != found.base or found.stop <= base:
            found = Transformer(graph, base, self._undone)
        if first - found.stop > _NEAR:
            return None
        return found if found.catch_up(first) else None

    # --- keeping a walker ----------------------------------------------------------------------

    def _walker_for(self, stop: int, least: int) -> Walker:
        """A walker that has been at all before `stop` and has `least` in its window."""
        base = self.graph.closed(min(least, stop) - 1)
        walker = self._walker
        if walker is None or not self._pays(walker, base, stop):
            if walker is not None and walker.base > base:
                base = self.graph.closed(max(ROOT, min(2 * walker.base - stop, stop - _SMALL)))
            walker = self._walker = self._make(base)
        self._learn(walker)
        walker.catch_up(stop)
        return walker

    def _pays(self, walker: Walker, base: int, stop: int) -> bool:
        """Whether to keep a walker, where one on `base` would do."""
        if walker.base > base or self.graph.critical(walker.base) != walker.base:
            return False
        if walker.stop <= self.texts.floor:
            return False
        behind, anew = stop - walker.stop, stop - 1 - base
        size = walker.stop - walker.base
        return behind < anew and not (size > 2 * walker.built + _SMALL and 2 * anew < size)

    def _make(self, base: int) -> Walker:
        """A walker on the index `base`, where it can stand, or on one before it."""
        self._lengths = {}
        self._old = None
        if base >= self.texts.floor:
            while (boundary := self.texts.boundary(base)) != base:
                base = self.graph.closed(boundary)
        if base < self.texts.floor:
            self._old = self._replayed(base)
        return Walker(self, base, trusting=self._trusting)

    def _replayed(self, index: int) -> dict[TextId, str]:
        """All texts as they were at an index, out of the log."""
        past = Merger(self.graph, self._origin, trusting=True)
        if index > ROOT:
            past.merge(0, index + 1)
        return past.texts.all()

    def _learn(self, walker: Walker) -> None:
        """Note how long texts were at the base that change in patches the walker was not at."""
        if self._old is None:
            for at, grown in self.texts.grown_since(walker.stop - 1).items():
                if not walker.has_tree(at):
                    self._lengths[at] = len(self.texts[at]) - grown
