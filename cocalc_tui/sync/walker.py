"""The event-graph walker: what patches do to texts that others changed meanwhile.

A patch says positions in the text its author saw. The walker keeps every character that matters,
deleted ones too, and for each whether it is visible in the version at hand. It goes over the
patches parents first, brings that version to each patch's parents (taking back what its author
had not seen), finds the characters meant there, and so their positions in the document.

Beyond the source:
- A *cancel* switches a patch off in all versions that have the cancel: what it inserted is hidden
  once more, what it deleted once less. Counting makes that commute with everything else.
- Several versions are kept at once. Two long branches that arrive key by key in turn would
  otherwise cost a walk over a whole branch for every key.
- A run of patches is one step, and cut when somebody turns out to have seen half of it.

Only patches after a critical index are looked at, and what of the text nobody touches since then
is one item, so the cost is that of what is concurrent, not of the document.

Source: Gentle & Kleppmann, "Collaborative Text Editing with Eg-walker: Better, Faster, Smaller"
(EuroSys 2025).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from cocalc_tui.sync.branches import chains
from cocalc_tui.sync.effects import effects
from cocalc_tui.sync.fit import RECORDS, check_splices, contents, is_text
from cocalc_tui.sync.fugue import insert
from cocalc_tui.sync.graph import ROOT, Graph
from cocalc_tui.sync.items import ItemTree
from cocalc_tui.sync.patch import (
    MAIN,
    Cancel,
    DoesNotFit,
    Op,
    PatchId,
    Splice,
    TextChange,
    TextId,
)
from cocalc_tui.sync.records import Records
from cocalc_tui.sync.window import Branch, Node, Window

_FEW = 7
"""Sessions whose patches are gone over as they came; of more, branch after branch."""


class Ground(Protocol):
    """What the walker asks of the document and tells it."""

    graph: Graph
    records: Records

    def base_length(self, at: TextId) -> int:
        """How long a text was before the window."""
        ...

    def base_text(self, at: TextId) -> str:
        """What a text was before the window."""
        ...

    def switched(self, indexes: Sequence[int], by: PatchId, *, off: bool) -> None:
        """Patch `by` made patches cancelled in the document, or effective again."""
        ...

    def is_cancelled(self, id: PatchId, /) -> bool:  # noqa: A002 - the field's word
        """Whether a patch is cancelled in the document."""
        ...


class Walker:
    """Goes over the patches after the critical index `base`.

    A `trusting` one takes it as known which patches are empty.
    """

    def __init__(self, ground: Ground, base: int, *, trusting: bool = False) -> None:
        self.base = base
        self.stop = base + 1
        """The index of the first patch it has not been at."""
        self.built = 0
        """How many patches it went over because it was made late."""
        self._ground = ground
        self._graph = ground.graph
        self._trusting = trusting
        self._window = Window(ground.graph, base, self._switched)
        self._trees = self._window.trees
        self._base_texts: dict[TextId, str] = {}
        self._strict = False
        """Whether what it goes over is new to the document, and so may not fit."""

    def visit(self, stop: int) -> list[TextChange]:
        """Go over the patches before index `stop` that it has not been at: new ones.

        Those that do not fit are found out. Returns what they do to the texts.
        """
        self._strict = not self._trusting
        self._go(stop)
        changes: list[TextChange] = []
        for tree in self._window.trees.values():
            if tree.root.touched:
                changes += effects(tree, self._graph, self._base_text)
        return changes

    def catch_up(self, stop: int) -> None:
        """Go over the patches before index `stop` that the document has, but it was not at."""
        if self.stop == stop:
            return
        if self.stop == self.base + 1:
            self.built = stop - self.stop
        self._strict = False
        self._go(stop)
        for tree in self._window.trees.values():
            for _ in tree.changes():
                pass

    def _go(self, stop: int) -> None:
        window, graph, log = self._window, self._graph, self._graph.log
        strict, empty = self._strict, graph.empty
        for start, end in chains(graph, self.stop, stop, few=_FEW):
            owner = log.owners[start]
            branch = window.branches.get(owner) or window.branch(owner)
            window.see(branch, graph.joins.get(start) or (start - 1,))
            lane = branch.lane if branch.lane >= 0 else window.take_lane(branch)
            self._put_fingers_away()
            for first, last, op in log.runs(start, end):
                if op is not None and first not in empty:
                    tree = self._trees.get(op[3]) or self._tree(op[3])
                    if not strict or _fits(op, tree.length(lane)):
                        _splice(window.add(branch, first, last), op, tree, branch)
                        continue
                self._visit(first, last, op, branch)
            window.end(branch)
        self.stop = stop

    def check(self, ops: Sequence[Op]) -> None:
        """Raise DoesNotFit unless the splices among `ops` fit on top of all it has been at."""
        nobody = self._window.nobody
        self._window.see(nobody, self._graph.heads)
        self._check_splices(ops, nobody)

    def has_tree(self, at: TextId) -> bool:
        """Whether any patch in the window touched this text."""
        return at in self._window.trees

    def nodes(self) -> Iterable[Node]:
        """What its patches did, for who wants to know all of it."""
        return self._window.nodes()

    def trees(self) -> Mapping[TextId, ItemTree]:
        """All characters of every text, deleted ones too."""
        return self._window.trees

    # --- one step ------------------------------------------------------------------------------

    def _visit(self, first: int, last: int, op: Splice | None, branch: Branch) -> None:
        """Go over patches that are more than a splice that fits, or less."""
        graph = self._graph
        ops = graph.log.operations(first) if op is None else (op,)
        if self._strict and first not in graph.empty:
            try:
                self._admit(range(first, last + 1), ops, branch)
            except DoesNotFit:
                if last > first:
                    for index in range(first, last + 1):
                        self._visit(index, index, None, branch)
                    return
                graph.refuse(first)
        node = self._window.add(branch, first, last)
        if first in graph.empty:
            return
        if first in graph.cancels.reach:
            self._window.put_cancels(node, ops, branch.lane)
            self._put_fingers_away()
        for one in ops:
            if type(one) is Splice:
                _splice(node, one, self._tree(one.at), branch)

    def _admit(self, indexes: range, ops: Sequence[Op], branch: Branch) -> None:
        """Raise DoesNotFit unless a run fits on top of a branch; else take in its records."""
        patch = self._graph.patch
        records = self._ground.records
        view = BranchView(self._ground, self._window, branch)
        on_records = contents(ops) & RECORDS
        if on_records:
            records.check(patch(indexes[0]), view)
        self._check_splices(ops, branch)
        if on_records:
            for index in indexes:
                records.add(patch(index), view)

    def _check_splices(self, ops: Sequence[Op], branch: Branch) -> None:
        """Raise DoesNotFit unless the splices fit on top of a branch, after the cancels."""
        lane = branch.lane if branch.lane >= 0 else self._window.take_lane(branch)
        if not (ops and type(ops[0]) is Cancel):
            check_splices(ops, lambda at: self._tree(at).length(lane))
            return
        self._window.cancel(ops, lane, 1, ROOT)
        try:
            check_splices(ops, lambda at: self._tree(at).length(lane))
        finally:
            self._window.cancel(ops, lane, -1, ROOT)

    def _put_fingers_away(self) -> None:
        """Lanes moved."""
        for tree in self._trees.values():
            tree.finger = None

    def _tree(self, at: TextId) -> ItemTree:
        """The items of a text."""
        return self._trees.get(at) or self._window.plant(at, self._ground.base_length(at))

    def _base_text(self, at: TextId) -> str:
        if at not in self._base_texts:
            self._base_texts[at] = self._ground.base_text(at)
        return self._base_texts[at]

    def _switched(self, indexes: range, by: int, off: bool) -> None:
        """Patches were switched in the document, by the one at index `by`."""
        if self._strict:
            self._ground.switched(indexes, self._graph.id(by), off=off)


def _fits(op: Splice, length: int) -> bool:
    """Whether a splice is one of the main text, which is so long, and fits it."""
    pos, delete, text, at = op
    fits = 0 <= pos <= pos + delete <= length
    return fits and (at is MAIN or at == MAIN) and (text.isascii() or is_text(text))


def _splice(node: Node, op: Splice, tree: ItemTree, branch: Branch) -> None:
    """Do what a splice of a node does, on top of its branch and in the document."""
    pos, delete, text, _ = op
    if delete:
        _delete(node, tree, branch.lane, pos, delete)
    if text:
        item = insert(tree, branch.lane, pos, text, branch.session, node.last)
        node.refs.append((item, item.length, False))


def _delete(node: Node, tree: ItemTree, lane: int, pos: int, delete: int) -> None:
    """Delete characters that are visible in a lane, there and in the document."""
    refs, by = node.refs, node.last
    block, at, offset = tree.find(lane, pos)
    found = block.items[at]
    item = block.split(at, offset) if offset else found
    tree.finger = (lane, pos - offset, found) if offset else None
    while True:
        if item.state[lane] == 1:
            if item.length > delete:
                item.split(delete)
            refs.append((item, item.length, True))
            item.add(lane, 1)
            item.show(1, by)
            delete -= item.length
            if not delete:
                return
        following = item.following()
        assert following is not None
        item = following


class BranchView:
    """All of a branch and what its author had seen, as the records look at it."""

    def __init__(self, ground: Ground, window: Window, branch: Branch) -> None:
        self._ground = ground
        self._window = window
        self._branch = branch

    def __contains__(self, id: PatchId, /) -> bool:  # noqa: A002 - the field's word
        return self._window.has(self._branch, id)

    def is_cancelled(self, id: PatchId, /) -> bool:  # noqa: A002 - the field's word
        """Whether a patch of the version is not effective in it."""
        index = self._ground.graph.index(id)
        if index is None or index <= self._window.base:
            return self._ground.is_cancelled(id)
        return self._window.is_cancelled(self._branch, id)
