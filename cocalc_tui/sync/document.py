"""A replica of a document: patches in, texts and records out.

The state is a function of the set of patches alone: not of the order in which they came, nor of
how they were batched, nor of what was opened from a checkpoint. Everybody who has the same patches
has the same document, without asking anybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from cocalc_tui.sync.buffer import TextBuffer
from cocalc_tui.sync.fit import touches_records
from cocalc_tui.sync.graph import Graph
from cocalc_tui.sync.merger import Merger
from cocalc_tui.sync.patch import (
    MAIN,
    Cancel,
    Change,
    DoesNotFit,
    ForgedPatch,
    Op,
    Patch,
    PatchId,
    TextId,
)
from cocalc_tui.sync.records import Records

__all__ = ["Document", "DoesNotFit", "ForgedPatch"]


class Document:
    """A replica. It starts empty."""

    def __init__(self) -> None:
        self.clock = 0
        """The greatest time of a patch here, milliseconds."""
        self._graph = Graph()
        self._merger = Merger(self._graph)
        self._waiting: dict[PatchId, Patch] = {}
        self._wanted: dict[PatchId, list[Patch]] = {}
        """By a patch that is not here: those that wait for it first of all."""

    def __contains__(self, id: PatchId) -> bool:  # noqa: A002
        return self._graph.index(id) is not None

    def __len__(self) -> int:
        return len(self._graph)

    @property
    def heads(self) -> tuple[PatchId, ...]:
        """The patches without children, sorted: the parents of what is typed next."""
        return self._graph.ids(self._graph.heads)

    @property
    def records(self) -> Records:
        """The records, live."""
        return self._merger.records

    @property
    def refused(self) -> set[PatchId]:
        """Patches that do not fit; they count as empty, on every replica alike."""
        return {self._graph.patches[index].id for index in self._graph.empty}

    def text(self, at: TextId = MAIN) -> TextBuffer:
        """A text, to be read only; empty where nothing was typed yet."""
        return self._merger.texts[at]

    def patch(self, id: PatchId) -> Patch:  # noqa: A002
        """The patch with this id; KeyError where it is not here."""
        index = self._graph.index(id)
        if index is None or index < 0:
            raise KeyError(id)
        return self._graph.patches[index]

    def patches(self) -> Iterator[Patch]:
        """All patches, parents first."""
        return iter(self._graph.patches)

    def is_cancelled(self, id: PatchId) -> bool:  # noqa: A002
        """Whether what the patch did is taken back now."""
        return self._merger.is_cancelled(id)

    def missing(self) -> set[PatchId]:
        """The patches that waiting ones need and that have not come."""
        needed = {need for patch in self._waiting.values() for need in self._graph.needs(patch)}
        return needed - self._waiting.keys()

    # --- patches of others ---------------------------------------------------------------------

    def apply(self, patches: Iterable[Patch]) -> list[Change]:
        """Take in patches, in any order; those that need others that are not here wait for them.

        One that is here already is nothing; another one under its id raises ForgedPatch, and none
        of the patches is taken in then. One that does not fit counts as empty.
        """
        first = len(self._graph)
        for patch in self._fresh(patches):
            self._take(patch)
        return self._merge(first)

    def _fresh(self, patches: Iterable[Patch]) -> list[Patch]:
        fresh: dict[PatchId, Patch] = {}
        for patch in patches:
            index = self._graph.index(patch.id)
            if index is None:
                known = self._waiting.get(patch.id) or fresh.setdefault(patch.id, patch)
            elif index < 0:
                continue
            else:
                known = self._graph.patches[index]
            if known is not patch and known != patch:
                raise ForgedPatch(f"there is another patch {patch.id.n} of {patch.id.session}")
        return [patch for patch in fresh.values() if patch.id not in self._waiting]

    def _take(self, patch: Patch) -> None:
        """Put a patch into the graph, with those that waited for it; or let it wait."""
        ready = [patch]
        while ready:
            patch = ready.pop()
            if self._graph.add(patch) is None:
                self._waiting[patch.id] = patch
                self._wanted.setdefault(self._graph.needs(patch)[0], []).append(patch)
                continue
            self._waiting.pop(patch.id, None)
            if patch.time > self.clock:
                self.clock = patch.time
            if self._wanted:
                ready += self._wanted.pop(patch.id, ())

    def _merge(self, first: int) -> list[Change]:
        stop = len(self._graph)
        if first == stop:
            return []
        changes = self._merger.merge(first, stop)
        return [*changes, *self._merger.records.settle()]

    # --- own patches ---------------------------------------------------------------------------

    def commit(
        self,
        id: PatchId,  # noqa: A002
        time: int,
        ops: Sequence[Op],
        kind: str = "typing",
        *,
        acting_for: str | None = None,
        group: str | None = None,
    ) -> list[Change]:
        """Make a patch on top of everything here: the next one of its session.

        Raises DoesNotFit, and ForgedPatch where the number is not the next; nothing changes then.
        """
        graph = self._graph
        if id[1] != graph.count(id[0]):
            raise ForgedPatch(f"the next patch of {id.session} is {graph.count(id.session)}")
        patch = Patch(id, time, self.heads, tuple(ops), kind, acting_for, group)
        cancels = any(type(op) is Cancel for op in ops)
        on_records = touches_records(ops)
        if on_records:
            self.records.check(patch, self._merger)
        if cancels:
            self._merger.check_cancelling(ops)
        else:
            self._merger.check(ops)
        index = len(graph)
        self._take(patch)
        if cancels:
            return self._merge(index)
        return self._apply(index, ops, on_records=on_records)

    def amend(self, ops: Sequence[Op], time: int | None = None) -> list[Change]:
        """Extend the last own patch: it must be the only head and nobody may have seen it.

        Raises DoesNotFit; nothing changes then.
        """
        if len(self._graph.heads) != 1:
            raise ValueError
        index = len(self._graph) - 1
        last = self._graph.patches[index]
        if any(type(op) is Cancel for op in ops):
            raise DoesNotFit("a cancel is not added to a patch that is there already")
        on_records = touches_records(ops)
        if on_records:
            self.records.check(replace(last, ops=tuple(ops)), self._merger)
        self._merger.check(ops)
        patch = Patch(
            last.id,
            last.time if time is None else time,
            last.parents,
            last.ops + tuple(ops),
            last.kind,
            last.acting_for,
            last.group,
        )
        self._graph.patches[index] = patch
        self.clock = max(self.clock, patch.time)
        self._merger.forget(index)
        return self._apply(index, ops, on_records=on_records)

    def _apply(self, index: int, ops: Sequence[Op], *, on_records: bool) -> list[Change]:
        changes: list[Change] = [*self._merger.apply(index, ops)]
        if on_records:
            self.records.add(self._graph.patches[index], self._merger)
            changes += self.records.settle()
        return changes
