"""Patches of this app that the relay has not acknowledged, and the numbers of those it has.

The first patch leaves at once; what is typed while patches are on their way is grouped and leaves
with the acknowledgement. Nothing is forgotten before the relay says it is on disk, so a broken
connection costs only sending again, which is harmless.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cocalc_tui.sync.document import Document
from cocalc_tui.sync.patch import Op, Patch, PatchId, Splice

MAX_AMENDED = 200
"""Operations grouped into one patch; more than somebody types during one round trip."""
MAX_TEXT = 500_000
"""Code points of text in one patch, and about as many more in one message: at four bytes each they
stay below what the relay takes."""
MAX_OPS = 5_000
"""Operations in one patch, and in one message: a word that is replaced all over a large file leaves
piece by piece, and neither the relay nor anybody's app is busy with it for long at a time."""


def follow_on(replica: Document, unsent: Sequence[Patch]) -> list[Patch] | None:
    """Those of unsent patches that a log does not have; None where they do not belong in it.

    They belong where everything that they follow is there, their own session's patches included.
    """
    fresh = [patch for patch in unsent if patch.id not in replica]
    known = {patch.id for patch in fresh}
    counts = replica.counts()
    for patch in fresh:
        session, n = patch.id
        if n != counts.get(session, 0):
            return None
        counts[session] = n + 1
        if any(parent not in known and parent not in replica for parent in patch.parents):
            return None
    return fresh


def pieces(ops: Sequence[Op]) -> Iterator[list[Op]]:
    """Split operations so that each part can be a patch: a large paste is several."""
    part: list[Op] = []
    room = MAX_TEXT
    for op in ops:
        for small in _split(op):
            size = text_size([small])
            if part and (size > room or len(part) == MAX_OPS):
                yield part
                part, room = [], MAX_TEXT
            part.append(small)
            room -= size
    yield part


def _split(op: Op) -> Iterator[Op]:
    if not isinstance(op, Splice) or len(op.insert) <= MAX_TEXT:
        yield op
        return
    for start in range(0, len(op.insert), MAX_TEXT):
        text = op.insert[start : start + MAX_TEXT]
        yield Splice(op.pos + start, 0 if start else op.delete, text, op.at)


def text_size(ops: Iterable[Op]) -> int:
    """Code points that the operations insert."""
    return sum(len(op.insert) for op in ops if isinstance(op, Splice))


class Outbox:
    """Own patches, oldest first: `sent` of them are on their way."""

    def __init__(self, session: str, first: int = 0) -> None:
        self.session = session
        self.next_n = first
        self.patches: list[Patch] = []
        self._sent = 0
        self._firm = first
        self._left = first
        """Patches below this number left once: the relay may have them though the connection was
        lost before it said so."""

    def __bool__(self) -> bool:
        return bool(self.patches)

    def add(self, patch: Patch) -> None:
        """A new patch of this session."""
        self.patches.append(patch)
        self.next_n = patch.id.n + 1

    def replace_last(self, patch: Patch) -> None:
        """The last patch, which has not left yet, has grown."""
        self.patches[-1] = patch

    def open_patch(self) -> Patch | None:
        """The last patch, if it has not left yet and may still grow."""
        if len(self.patches) == self._sent:
            return None
        last = self.patches[-1]
        if last.id.n < max(self._firm, self._left):
            return None
        grows = len(last.ops) < MAX_AMENDED and text_size(last.ops) < MAX_TEXT // 2
        return last if grows else None

    def firm(self, last: int) -> list[Patch]:
        """Patches up to number `last` that were not asked for before; they grow no more.

        What is written down elsewhere must stay as it is: a patch's id stands for its content.
        """
        found = [patch for patch in self.patches if self._firm <= patch.id.n <= last]
        self._firm = max(self._firm, min(last + 1, self.next_n))
        return found

    def take(self) -> list[Patch]:
        """What should leave now: as much as fits a message, unless something is on its way."""
        if self._sent:
            return []
        room, places = MAX_TEXT, MAX_OPS
        for patch in self.patches:
            room -= text_size(patch.ops)
            places -= len(patch.ops)
            self._sent += 1
            if room <= 0 or places <= 0:
                break
        if self._sent:
            self._left = max(self._left, self.patches[self._sent - 1].id.n + 1)
        return self.patches[: self._sent]

    def acknowledged(self, numbers: set[int]) -> None:
        """These are on disk."""
        flying, waiting = self.patches[: self._sent], self.patches[self._sent :]
        flying = [patch for patch in flying if patch.id.n not in numbers]
        self._sent = len(flying)
        self.patches = [*flying, *waiting]

    def retry(self) -> None:
        """The connection is new: all of it leaves again."""
        self._sent = 0

    def begins_with(self, n: int) -> bool:
        """Whether patch `n` is the oldest that waits."""
        return self.patches[:1] != [] and self.patches[0].id.n == n

    def resend(self, patches: Iterable[Patch]) -> None:
        """All of it leaves again, as these patches say it now: nobody has seen them yet."""
        self.patches = list(patches)
        self._sent = 0

    def drop_from(self, n: int) -> list[Patch]:
        """The relay refused patch `n`, and so all after it; they are handed back."""
        kept = [patch for patch in self.patches if patch.id.n < n]
        gone = self.patches[len(kept) :]
        self.patches = kept
        self._sent = min(self._sent, len(kept))
        return gone


class Numbers:
    """The relay's numbers of patches: up to where they are known without a gap.

    Own patches get theirs by acknowledgement and those of others by broadcast, and the two may
    overtake each other; a resume must name the number below which nothing is missing, and the
    heads there.
    """

    def __init__(self, upto: int = 0, heads: Iterable[PatchId] = ()) -> None:
        self.upto = upto
        """Entries 1..upto are held."""
        self._heads = set(heads)
        self._ahead: dict[int, Patch] = {}
        self._of: dict[PatchId, int] = {}

    @property
    def heads(self) -> tuple[PatchId, ...]:
        """The heads of entries 1..upto, sorted."""
        return tuple(sorted(self._heads))

    def learn(self, patch: Patch, seq: int) -> None:
        """The relay numbered this patch."""
        self._of[patch.id] = seq
        if seq > self.upto:
            self._ahead[seq] = patch
        while (following := self._ahead.pop(self.upto + 1, None)) is not None:
            self.upto += 1
            self._heads.difference_update(following.parents)
            self._heads.add(following.id)

    def of(self, patch: PatchId) -> int | None:
        """A patch's number, None while it has none (or came with the document)."""
        return self._of.get(patch)
