"""A plain merge: the whole graph from the start, character by character, as a FugueMax tree.

Obviously right and slow; the document uses it where it has no quicker way.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cmp_to_key
from typing import Any

from cocalc_tui.sync.patch import Cancel, Patch, PatchId, Splice, TextId


class Char:
    """A node of the tree."""

    def __init__(self, char: str, by: PatchId, parent: Char | None, right: Char | None) -> None:
        self.char = char
        self.by = by
        self.parent = parent
        self.right_origin = right
        self.lefts: list[Char] = []
        self.rights: list[Char] = []
        self.deleted_by: list[PatchId] = []


def _walk(root: Char) -> list[Char]:
    out: list[Char] = []
    stack: list[tuple[Char, bool]] = [(root, False)]
    while stack:
        node, opened = stack.pop()
        if opened:
            out.append(node)
            continue
        stack.extend((child, False) for child in reversed(node.rights))
        stack.append((node, True))
        stack.extend((child, False) for child in reversed(node.lefts))
    return out


class Plain:
    """The state of a set of patches, given in an order that respects parents."""

    def __init__(self, patches: Iterable[Patch], refused: Iterable[PatchId] = ()) -> None:
        self.ancestors: dict[PatchId, frozenset[PatchId]] = {}
        self.patches: dict[PatchId, Patch] = {}
        self.refused: set[PatchId] = set(refused)
        self.roots: dict[TextId, Char] = {}
        self.cancellers: dict[PatchId, list[PatchId]] = {}
        for patch in patches:
            self.add(patch)

    def effective(self, patch: PatchId, version: frozenset[PatchId]) -> bool:
        return not any(
            by in version and self.effective(by, version) for by in self.cancellers.get(patch, ())
        )

    def add(self, patch: Patch) -> None:
        seen = frozenset(patch.parents).union(*[self.ancestors[p] for p in patch.parents])
        self.ancestors[patch.id] = seen
        self.patches[patch.id] = patch
        version = seen - self.refused
        undo: list[tuple[list[Any], Any]] = []
        if patch.id in self.refused:
            return
        if not self._apply(patch, version, undo):
            for items, item in reversed(undo):
                items.remove(item)
            self.refused.add(patch.id)

    def _apply(
        self, patch: Patch, seen: frozenset[PatchId], undo: list[tuple[list[Any], Any]]
    ) -> bool:
        if patch.id.n and PatchId(patch.id.session, patch.id.n - 1) not in self.ancestors[patch.id]:
            return False
        version = seen | {patch.id}

        def put(items: list[Any], item: object) -> None:
            items.append(item)
            undo.append((items, item))

        for op in patch.ops:
            if isinstance(op, Cancel):
                if op.first < 0 or op.last < op.first:
                    return False
                for n in range(op.first, op.last + 1):
                    target = PatchId(op.session, n)
                    if target not in self.ancestors[patch.id]:
                        return False
                    put(self.cancellers.setdefault(target, []), patch.id)
            elif isinstance(op, Splice):
                root = self.roots.setdefault(op.at, Char("", patch.id, None, None))
                if not self._splice(root, op, patch.id, version, put):
                    return False
        return True

    def _splice(
        self, root: Char, op: Splice, by: PatchId, version: frozenset[PatchId], put: Any
    ) -> bool:
        there = [n for n in _walk(root) if n is root or n.by in version]
        visible = self._visible(there, root, version)
        if op.pos < 0 or op.delete < 0 or op.pos + op.delete > len(visible):
            return False
        try:
            op.insert.encode()
        except UnicodeEncodeError:
            return False
        for node in visible[op.pos : op.pos + op.delete]:
            put(node.deleted_by, by)
        left = visible[op.pos - 1] if op.pos else root
        for char in op.insert:
            there = [n for n in _walk(root) if n is root or n.by in version]
            at = there.index(left)
            right = there[at + 1] if at + 1 < len(there) else None
            if any(child.by in version for child in left.rights):
                assert right is not None
                new = Char(char, by, right, right)
                put(right.lefts, new)
                right.lefts.sort(key=lambda n: n.by)
            else:
                new = Char(char, by, left, right)
                put(left.rights, new)
                order = {id(n): i for i, n in enumerate(_walk(root))}
                last = len(order)

                def later(a: Char, b: Char) -> int:
                    ra = order[id(a.right_origin)] if a.right_origin else last
                    rb = order[id(b.right_origin)] if b.right_origin else last
                    return rb - ra or (-1 if a.by < b.by else 1)

                left.rights.sort(key=cmp_to_key(later))
            left = new
        return True

    def _visible(self, nodes: list[Char], root: Char, version: frozenset[PatchId]) -> list[Char]:
        on: dict[PatchId, bool] = {}

        def effective(p: PatchId) -> bool:
            if p not in on:
                on[p] = self.effective(p, version)
            return on[p]

        return [
            n
            for n in nodes
            if n is not root
            and effective(n.by)
            and not any(d in version and effective(d) for d in n.deleted_by)
        ]

    def text(self, at: TextId) -> str:
        if at not in self.roots:
            return ""
        everything = frozenset(self.patches) - self.refused
        root = self.roots[at]
        return "".join(n.char for n in self._visible(_walk(root), root, everything))
