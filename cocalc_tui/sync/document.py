"""A replica of a document: patches in, texts and records out.

The state is a function of the set of patches alone: not of the order in which they came, nor of
how they were batched, nor of what was opened from a checkpoint. Everybody who has the same patches
has the same document, without asking anybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cocalc_tui.sync.buffer import TextBuffer
from cocalc_tui.sync.checkpoint import Checkpoint, decode_checkpoint
from cocalc_tui.sync.columns import DamagedLog
from cocalc_tui.sync.fit import CANCELS, RECORDS, check_splices, contents
from cocalc_tui.sync.graph import Graph
from cocalc_tui.sync.intake import Intake
from cocalc_tui.sync.merger import Merger
from cocalc_tui.sync.patch import (
    MAIN,
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
    """A replica. It starts empty, or with what a checkpoint says of older patches."""

    def __init__(self, checkpoint: Checkpoint | None = None) -> None:
        if checkpoint is None:
            self._graph = Graph()
            self._merger = Merger(self._graph)
        else:
            self._graph = Graph(checkpoint.counts, checkpoint.heads, checkpoint.clock)
            self._merger = Merger(self._graph, dict(checkpoint.texts))
            self._merger.records = Records.restore(self._merger, checkpoint.records)
        self._intake = Intake(self._graph)

    @classmethod
    def from_checkpoint(cls, data: bytes, seq: int) -> Document:
        """The document after entries 1..`seq`; raises DamagedLog where it is not of those."""
        checkpoint = decode_checkpoint(data)
        if checkpoint.seq != seq:
            raise DamagedLog(f"a checkpoint of entries 1..{checkpoint.seq} is for 1..{seq}")
        return cls(checkpoint)

    def __contains__(self, id: PatchId) -> bool:  # noqa: A002 - the field's word
        return self._graph.index(id) is not None

    def __len__(self) -> int:
        return len(self._graph)

    @property
    def heads(self) -> tuple[PatchId, ...]:
        """The patches without children, sorted: the parents of what is typed next."""
        return self._graph.ids(self._graph.heads)

    @property
    def clock(self) -> int:
        """The greatest time of a patch here, milliseconds; 0 where there is none."""
        return self._graph.log.latest

    @property
    def records(self) -> Records:
        """The records, live."""
        return self._merger.records

    @property
    def refused(self) -> set[PatchId]:
        """Patches that do not fit; they count as empty, on every replica alike."""
        return {self._graph.id(index) for index in self._graph.empty}

    def text(self, at: TextId = MAIN) -> TextBuffer:
        """A text, to be read only; empty where nothing was typed yet."""
        return self._merger.texts[at]

    def texts(self) -> dict[TextId, str]:
        """Every text that is not empty."""
        return self._merger.texts.all()

    def counts(self) -> dict[str, int]:
        """How many patches there are of each session, those in the checkpoint too."""
        return self._graph.counts()

    def patch(self, id: PatchId) -> Patch:  # noqa: A002 - the field's word
        """The patch with this id; KeyError where it is not here."""
        index = self._graph.index(id)
        if index is None or index < 0:
            raise KeyError(id)
        return self._graph.patch(index)

    def patches(self) -> Iterator[Patch]:
        """All patches, parents first."""
        return self._graph.patches()

    def is_cancelled(self, id: PatchId) -> bool:  # noqa: A002 - the field's word
        """Whether what the patch did is taken back now."""
        return self._merger.is_cancelled(id)

    def missing(self) -> set[PatchId]:
        """The patches that waiting ones need and that have not come."""
        return self._intake.missing()

    # --- patches of others ---------------------------------------------------------------------

    def apply(self, patches: Iterable[Patch]) -> list[Change]:
        """Take in patches, in any order; those that need others that are not here wait for them.

        One that is here already is nothing. Another one under its id raises ForgedPatch; what else
        came with it is taken in by the next call. One that does not fit counts as empty.
        """
        first = len(self._graph)
        self._intake.offer(patches)
        self._intake.take()
        return self._merge(first)

    def _merge(self, first: int) -> list[Change]:
        stop = len(self._graph)
        if first == stop:
            return []
        changes = self._merger.merge(first, stop)
        return [*changes, *self._merger.records.settle()]

    # --- own patches ---------------------------------------------------------------------------

    def commit(
        self,
        id: PatchId,  # noqa: A002 - the field's word
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
        graph, merger = self._graph, self._merger
        if id[1] != graph.count(id[0]) or self._intake.holds(id[0]):
            raise ForgedPatch(f"the next patch of {id.session} is {graph.count(id.session)}")
        ops = tuple(ops)
        if has := contents(ops):
            patch = Patch(id, time, self.heads, ops, kind, acting_for, group)
            return self._commit(patch, has)
        check_splices(ops, merger.texts.length)
        index = graph.append(id[0], time, ops, (kind, acting_for, group))
        return [*merger.apply(index, ops, id)]

    def _commit(self, patch: Patch, has: int) -> list[Change]:
        """Commit a patch with cancels, or one that is about records."""
        merger, ops = self._merger, patch.ops
        if has & RECORDS:
            merger.records.check(patch, merger)
        if has & CANCELS:
            merger.check_cancelling(ops)
            return self.apply([patch])
        check_splices(ops, merger.texts.length)
        label = (patch.kind, patch.acting_for, patch.group)
        index = self._graph.append(patch.id.session, patch.time, ops, label)
        changes = merger.apply(index, ops, patch.id)
        merger.records.add(patch, merger)
        return [*changes, *merger.records.settle()]

    def amend(self, ops: Sequence[Op], time: int | None = None) -> list[Change]:
        """Extend the last own patch: it must be the only head and nobody may have seen it.

        Raises DoesNotFit; nothing changes then.
        """
        graph, merger = self._graph, self._merger
        (index,) = graph.heads
        ops = tuple(ops)
        has = contents(ops)
        if has & CANCELS:
            raise DoesNotFit("a cancel is not added to a patch that is there already")
        if has & RECORDS:
            merger.records.check(graph.patch(index)._replace(ops=ops), merger)
        check_splices(ops, merger.texts.length)
        graph.log.amend(index, ops, time)
        merger.forget(index)
        changes: list[Change] = [*merger.apply(index, ops, graph.id(index))]
        if has & RECORDS:
            merger.records.add(graph.patch(index), merger)
            changes += merger.records.settle()
        return changes

    def restamp(self, first: PatchId, time: int) -> list[Change]:
        """Give own patches that nobody has seen new times: `first` and all later ones.

        They get times from `time` (milliseconds) on, or such that are later than all others.
        """
        indexes = self._graph.from_number(first)
        self._graph.log.restamp(indexes, time)
        times = {first.n + i: self._graph.log.times[index] for i, index in enumerate(indexes)}
        self._merger.records.restamp(first.session, times, self._graph.id(indexes[-1]))
        return [*self._merger.records.settle()]
