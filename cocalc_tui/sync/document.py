"""A replica of a document: patches in, texts and records out.

The state is a function of the set of patches alone: not of the order in which they came, nor of
how they were batched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cocalc_tui.sync.buffer import TextBuffer
from cocalc_tui.sync.patch import (
    MAIN,
    Cancel,
    Change,
    DoesNotFit,
    ForgedPatch,
    Op,
    Patch,
    PatchId,
    Splice,
    TextChange,
    TextId,
)
from cocalc_tui.sync.plain import Plain
from cocalc_tui.sync.records import Records, View

__all__ = ["DoesNotFit", "Document", "ForgedPatch"]


class _Version:
    """The version of some parents."""

    def __init__(self, plain: Plain, ids: frozenset[PatchId]) -> None:
        self._plain = plain
        self._ids = ids

    def __contains__(self, id: PatchId, /) -> bool:  # noqa: A002
        return id in self._ids

    def is_cancelled(self, id: PatchId, /) -> bool:  # noqa: A002
        return not self._plain.effective(id, self._ids - self._plain.refused)


class Document:
    """A replica."""

    def __init__(self) -> None:
        self.heads: tuple[PatchId, ...] = ()
        self.clock = 0
        self.refused: set[PatchId] = set()
        self._patches: dict[PatchId, Patch] = {}
        self._texts: dict[TextId, TextBuffer] = {}
        self._waiting: dict[PatchId, Patch] = {}
        self._plain: Plain | None = None
        self.records = Records(self)

    @classmethod
    def from_checkpoint(cls, data: bytes) -> Document:
        """A replica that starts from a checkpoint."""
        raise NotImplementedError

    def __contains__(self, id: PatchId) -> bool:  # noqa: A002
        return id in self._patches

    def patch(self, id: PatchId) -> Patch:  # noqa: A002
        """The patch with this id; KeyError where it is not there."""
        return self._patches[id]

    def __len__(self) -> int:
        return len(self._patches)

    def missing(self) -> set[PatchId]:
        """The parents that waiting patches need."""
        needed = {p for patch in self._waiting.values() for p in patch.parents}
        return {p for p in needed if p not in self._patches and p not in self._waiting}

    def patches(self) -> Iterator[Patch]:
        """All patches, parents first."""
        return iter(self._patches.values())

    def text(self, at: TextId = MAIN) -> TextBuffer:
        """A text; empty where nothing was typed yet."""
        if at not in self._texts:
            self._texts[at] = TextBuffer()
        return self._texts[at]

    def is_cancelled(self, id: PatchId) -> bool:  # noqa: A002
        """Whether the patch is not effective now."""
        plain = self._merged()
        return not plain.effective(id, frozenset(plain.patches) - plain.refused)

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
        """Make a patch on top of everything here; raises DoesNotFit."""
        patch = Patch(id, time, self.heads, tuple(ops), kind, acting_for, group)
        self._check(patch)
        self.records.check(patch, self)
        return self.apply([patch])

    def amend(self, ops: Sequence[Op], time: int | None = None) -> list[Change]:
        """Extend the last own patch: it must be the only head and nobody may have seen it."""
        (head,) = self.heads
        last = self._patches[head]
        more = Patch(head, last.time if time is None else time, self.heads, tuple(ops), last.kind)
        self._check(more)
        self.records.check(more, self)
        changes: list[Change] = [*self._linear(more)]
        self._patches[head] = Patch(
            last.id,
            more.time,
            last.parents,
            last.ops + more.ops,
            last.kind,
            last.acting_for,
            last.group,
        )
        self.clock = max(self.clock, more.time)
        self._plain = None
        self.records.add(self._patches[head], self)
        return changes + self.records.settle()

    def apply(self, patches: Iterable[Patch]) -> list[Change]:
        """Take in patches, in any order; those whose parents are missing wait."""
        changes: list[Change] = []
        for patch in patches:
            known = self._patches.get(patch.id) or self._waiting.get(patch.id)
            if known is not None:
                if known != patch:
                    raise ForgedPatch(f"another patch is known as {patch.id}")
                continue
            self._waiting[patch.id] = patch
        progress = True
        while progress:
            progress = False
            for patch in list(self._waiting.values()):
                if all(p in self._patches for p in patch.parents):
                    del self._waiting[patch.id]
                    changes += self._add(patch)
                    progress = True
        changes += self.records.settle()
        return changes

    def _add(self, patch: Patch) -> list[TextChange]:
        linear = patch.parents == self.heads and not any(isinstance(op, Cancel) for op in patch.ops)
        self._patches[patch.id] = patch
        self.heads = tuple(sorted(set(self.heads) - set(patch.parents) | {patch.id}))
        self.clock = max(self.clock, patch.time)
        self._plain = None
        view: View = self
        if not linear:
            plain = self._merged()
            view = _Version(plain, plain.ancestors[patch.id])
        try:
            self.records.check(patch, view)
            if linear:
                self._check(patch)
            elif patch.id in plain.refused:
                raise DoesNotFit("positions")
        except DoesNotFit:
            self.refused.add(patch.id)
            self._plain = None
            return []
        self.records.add(patch, view)
        for op in patch.ops:
            if isinstance(op, Cancel):
                for n in range(op.first, op.last + 1):
                    self.records.switched(self._patches[PatchId(op.session, n)], patch.id)
        return self._linear(patch) if linear else self._merge(patch.id)

    def _check(self, patch: Patch) -> None:
        lengths: dict[TextId, int] = {}
        for op in patch.ops:
            if isinstance(op, Splice):
                length = lengths.get(op.at, len(self.text(op.at)))
                if op.pos < 0 or op.delete < 0 or op.pos + op.delete > length:
                    raise DoesNotFit(f"{op.pos}+{op.delete} is not within {length}")
                try:
                    op.insert.encode()
                except UnicodeEncodeError:
                    raise DoesNotFit("a lone surrogate is not text") from None
                lengths[op.at] = length + len(op.insert) - op.delete
            elif isinstance(op, Cancel) and not (
                0 <= op.first <= op.last and PatchId(op.session, op.last) in self._patches
            ):
                raise DoesNotFit("a cancel names patches that are not there")

    def _linear(self, patch: Patch) -> list[TextChange]:
        changes: list[TextChange] = []
        for op in patch.ops:
            if isinstance(op, Splice):
                self.text(op.at).splice(op.pos, op.delete, op.insert)
                changes.append(TextChange(op.at, op.pos, op.delete, op.insert, patch.id))
        return changes

    def _merged(self) -> Plain:
        if self._plain is None:
            self._plain = Plain(self._patches.values(), self.refused)
        return self._plain

    def _merge(self, by: PatchId) -> list[TextChange]:
        self._plain = None
        plain = self._merged()
        self.refused |= plain.refused
        changes: list[TextChange] = []
        for at in plain.roots:
            buffer = self.text(at)
            old, new = str(buffer), plain.text(at)
            if old == new:
                continue
            head = 0
            while head < min(len(old), len(new)) and old[head] == new[head]:
                head += 1
            tail = 0
            while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
                tail += 1
            change = TextChange(at, head, len(old) - head - tail, new[head : len(new) - tail], by)
            buffer.splice(*change[1:4])
            changes.append(change)
        return changes
