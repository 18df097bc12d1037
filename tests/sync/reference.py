"""What a set of patches means, said as plainly as possible: the engine is judged by this.

Versions are sets of ids. A text is a FugueMax tree with a node per character (Weidner & Kleppmann,
"The Art of the Fugue", 2023, algorithm 2 and section 5), walked whole for every question. Nothing
here is shared with the engine: no walker, no runs, no window, no incremental anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cmp_to_key, partial
from typing import Any

from cocalc_tui.sync.cancels import MOST_CANCELS
from cocalc_tui.sync.patch import Cancel, Patch, PatchId, Splice, TextId

Version = frozenset[PatchId]


class Char:
    """A node of the tree. The root stands for the start of the text."""

    def __init__(self, char: str, by: PatchId | None, right_origin: Char | None = None) -> None:
        self.char = char
        self.by = by
        self.right_origin = right_origin
        self.lefts: list[Char] = []
        self.rights: list[Char] = []
        self.deleted_by: list[PatchId] = []


def in_order(root: Char) -> list[Char]:
    out: list[Char] = []
    stack: list[tuple[Char, bool]] = [(root, False)]
    while stack:
        node, expanded = stack.pop()
        if expanded:
            out.append(node)
        else:
            stack += [(child, False) for child in reversed(node.rights)]
            stack.append((node, True))
            stack += [(child, False) for child in reversed(node.lefts)]
    return out


class Reference:
    """The state of patches given in an order that respects parents."""

    def __init__(self, patches: Iterable[Patch]) -> None:
        self.ancestors: dict[PatchId, Version] = {}
        self.refused: set[PatchId] = set()
        self.roots: dict[TextId, Char] = {}
        self.cancels: list[tuple[PatchId, PatchId]] = []
        """Which patch cancels which."""
        self.heights: dict[PatchId, int] = {}
        """How high cancels are piled up, of those that fit."""
        for patch in patches:
            self._add(patch)

    def text(self, at: TextId) -> str:
        return self.text_in(at, frozenset(self.ancestors))

    def text_in(self, at: TextId, version: Version) -> str:
        root = self.roots.get(at)
        return "".join([char.char for char in self._visible(root, version)]) if root else ""

    def is_cancelled(self, patch: PatchId) -> bool:
        return not self._effective(patch, frozenset(self.ancestors))

    def _effective(self, patch: PatchId, version: Version) -> bool:
        return not any(
            target == patch and by in version and self._effective(by, version)
            for by, target in self.cancels
        )

    def _add(self, patch: Patch) -> None:
        session, n = patch.id
        parents = set(patch.parents)
        seen = frozenset(parents).union(*[self.ancestors[parent] for parent in parents])
        undo: list[Callable[[], None]] = []
        before = PatchId(session, n - 1)
        if n > 0 and before not in seen:
            seen |= {before} | self.ancestors[before]
            fits = False
        else:
            fits = self._do(patch, seen, undo)
        self.ancestors[patch.id] = seen
        if not fits:
            self.refused.add(patch.id)
            for take_back in reversed(undo):
                take_back()

    def _do(self, patch: Patch, seen: Version, undo: list[Callable[[], None]]) -> bool:
        """Do what a patch says; False where it does not fit."""
        cancels = [op for op in patch.ops if isinstance(op, Cancel)]
        if any(not isinstance(op, Cancel) for op in patch.ops[: len(cancels)]):
            return False
        for cancel in cancels:
            session, first, last = cancel
            if not 0 <= first <= last or PatchId(session, last) not in seen:
                return False
        targets = [PatchId(s, n) for s, first, last in cancels for n in range(first, last + 1)]
        if targets:
            height = 1 + max(self.heights.get(target, 0) for target in targets)
            if height > MOST_CANCELS:
                return False
            self.heights[patch.id] = height
            self.cancels += [(patch.id, target) for target in targets]
            undo.append(partial(drop, self.cancels, len(targets)))
        for op in patch.ops:
            if isinstance(op, Splice) and not self._splice(op, patch.id, seen, undo):
                return False
        return True

    def _splice(
        self, op: Splice, by: PatchId, seen: Version, undo: list[Callable[[], None]]
    ) -> bool:
        root = self.roots.setdefault(op.at, Char("", None))
        version = seen | {by}
        visible = self._visible(root, version)
        if op.pos < 0 or op.delete < 0 or op.pos + op.delete > len(visible):
            return False
        if any(0xD800 <= ord(char) <= 0xDFFF for char in op.insert):
            return False
        for char in visible[op.pos : op.pos + op.delete]:
            char.deleted_by.append(by)
            undo.append(partial(drop, char.deleted_by, 1))
        left = visible[op.pos - 1] if op.pos else root
        for letter in op.insert:
            left = self._type(root, letter, by, left, version, undo)
        return True

    def _type(
        self,
        root: Char,
        letter: str,
        by: PatchId,
        left: Char,
        version: Version,
        undo: list[Callable[[], None]],
    ) -> Char:
        """Insert a character right after `left`, as FugueMax does."""
        known = [char for char in in_order(root) if char is root or char.by in version]
        after = known[known.index(left) + 1 :]
        right = after[0] if after else None
        new = Char(letter, by, right)
        if right is None or not any(child.by in version for child in left.rights):
            siblings = left.rights
            siblings.append(new)
            order = [id(char) for char in in_order(root)]

            def place(char: Char) -> int:
                origin = char.right_origin
                return len(order) if origin is None else order.index(id(origin))

            def compare(a: Char, b: Char) -> int:
                return place(b) - place(a) or (-1 if session(a) < session(b) else 1)

            siblings.sort(key=cmp_to_key(compare))
        else:
            siblings = right.lefts
            siblings.append(new)
            siblings.sort(key=session)
        undo.append(lambda: siblings.remove(new))
        return new

    def _visible(self, root: Char, version: Version) -> list[Char]:
        on = {patch: self._effective(patch, version) for patch in version}
        return [
            char
            for char in in_order(root)
            if char is not root
            and on.get(author(char))
            and not any(on.get(patch) for patch in char.deleted_by)
        ]


def author(char: Char) -> PatchId:
    assert char.by is not None
    return char.by


def session(char: Char) -> str:
    return author(char).session


def drop(items: list[Any], count: int) -> None:
    del items[len(items) - count :]
