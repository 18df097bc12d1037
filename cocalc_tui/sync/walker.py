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

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from cocalc_tui.sync.effects import Effects
from cocalc_tui.sync.fit import RECORDS, check_splices, contents
from cocalc_tui.sync.fugue import insert
from cocalc_tui.sync.graph import Graph
from cocalc_tui.sync.items import EFFECT, Item, ItemTree
from cocalc_tui.sync.patch import Cancel, DoesNotFit, Op, PatchId, Splice, TextId
from cocalc_tui.sync.records import Records
from cocalc_tui.sync.runs import Run, runs
from cocalc_tui.sync.window import Act, Node, Refs, Window


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

    def is_cancelled(self, id: PatchId, /) -> bool:  # noqa: A002
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
        self._window = Window(ground.graph, base, self._shown, self._switched)
        self._base_texts: dict[TextId, str] = {}
        self._effects: Effects | None = None
        self._by = base

    def visit(self, stop: int, effects: Effects | None) -> None:
        """Go over the patches before index `stop` that it has not been at.

        With `effects` they are new: what they do is added to it, and those that do not fit are
        found out. Without, the document has them already.
        """
        self._effects = effects
        self._window.reserve(stop)
        ways = self._branches if effects is None else self._chains
        for chain in ways(self.stop, stop):
            for run in runs(self._graph.log.ops, chain, self._graph.empty):
                self._visit(run)
        if effects is None and self.stop == self.base + 1:
            self.built = stop - self.stop
        self.stop = stop
        self._effects = None

    def check(self, ops: Sequence[Op]) -> None:
        """Raise DoesNotFit unless the splices among `ops` fit on top of all it has been at."""
        heads = tuple([head for head in self._graph.heads if head > self.base])
        self._check_splices(ops, self._window.lane_at(heads))

    def has_tree(self, at: TextId) -> bool:
        """Whether any patch in the window touched this text."""
        return at in self._window.trees

    def nodes(self) -> Iterable[Node]:
        """What its patches did, for who wants to know all of it."""
        return self._window.nodes()

    def trees(self) -> Mapping[TextId, ItemTree]:
        """All characters of every text, deleted ones too."""
        return self._window.trees

    # --- the order in which to go --------------------------------------------------------------

    def _chains(self, first: int, stop: int) -> Iterator[Sequence[int]]:
        """The patches in this range in the order in which they came, as chains."""
        parents, owners = self._graph.parents, self._graph.log.owners
        while first < stop:
            end = first + 1
            owner = owners[first]
            while end < stop and owners[end] == owner and parents(end) == (end - 1,):
                end += 1
            yield range(first, end)
            first = end

    def _branches(self, first: int, stop: int) -> Iterator[Sequence[int]]:
        """The patches in this range as chains, each after its parents, branch after branch.

        What came key by key in turn would cost a walk over both branches for each key.
        """
        parents, owners = self._graph.parents, self._graph.log.owners
        waits = [0] * (stop - first)
        children: list[list[int]] = [[] for _ in waits]
        for index in range(first, stop):
            for parent in parents(index):
                if parent >= first:
                    waits[index - first] += 1
                    children[parent - first].append(index)
        ready = [index for index in range(stop - 1, first - 1, -1) if not waits[index - first]]
        while ready:
            index = ready.pop()
            chain = [index]
            after = children[index - first]
            while len(after) == 1 and owners[after[0]] == owners[index]:
                if len(parents(after[0])) != 1:
                    break
                chain += after
                after = children[after[0] - first]
            yield chain
            for child in reversed(after):
                waits[child - first] -= 1
                if not waits[child - first]:
                    ready.append(child)

    # --- one step ------------------------------------------------------------------------------

    def _visit(self, run: Run) -> None:
        """Go over a run, whose parents it has been at."""
        first = run.indexes[0]
        lane = self._window.lane_at(self._window.version(first))
        ops = self._graph.log.operations(first) if run.splice is None else (run.splice,)
        if first not in self._graph.empty and self._effects is not None and not self._trusting:
            try:
                self._admit(run, ops, lane)
            except DoesNotFit:
                if len(run.indexes) > 1:
                    for index in run.indexes:
                        self._visit(Run((index,), None))
                    return
                self._graph.empty.add(first)
        self._by = run.indexes[-1]
        node = self._window.add(run.indexes, lane)
        if first not in self._graph.empty:
            self._do(node, ops, lane)

    def _admit(self, run: Run, ops: Sequence[Op], lane: int) -> None:
        """Raise DoesNotFit unless a run fits on top of a lane; else take in its records."""
        patch = self._graph.patch
        records = self._ground.records
        view = LaneView(self._ground, self._window, lane)
        on_records = contents(ops) & RECORDS
        if on_records:
            records.check(patch(run.indexes[0]), view)
        self._check_splices(ops, lane)
        if on_records:
            for index in run.indexes:
                records.add(patch(index), view)

    def _check_splices(self, ops: Sequence[Op], lane: int) -> None:
        """Raise DoesNotFit unless the splices fit on top of a lane, after the cancels."""
        cancelling = Node(())
        if ops and type(ops[0]) is Cancel:
            cancelling.cancels = tuple(ops)
            self._window.cancel(cancelling, lane, 1)
        try:
            check_splices(ops, lambda at: self._tree(at).length(lane))
        finally:
            self._window.cancel(cancelling, lane, -1)

    def _do(self, node: Node, ops: Sequence[Op], lane: int) -> None:
        """Do what a node's patches do, in a lane and in the document."""
        if node.indexes[0] in self._graph.reach:
            node.cancels = tuple(ops)
            self._window.cancel(node, lane, 1)
            self._window.cancel(node, EFFECT, 1)
        for op in ops:
            if type(op) is not Splice:
                continue
            tree = self._tree(op.at)
            if op.delete:
                refs = self._delete(tree, lane, op.pos, op.delete)
                node.acts.append(Act(tree, refs, deletes=True))
            if op.insert:
                session = self._graph.log.session(self._by)
                item = insert(tree, lane, op.pos, op.insert, session)
                node.acts.append(Act(tree, [(item, item.length)], deletes=False))
                self._shown(tree, item, item.length)

    def _delete(self, tree: ItemTree, lane: int, pos: int, delete: int) -> Refs:
        """Delete characters that are visible in a lane, there and in the document."""
        refs: Refs = []
        found, offset = tree.find(lane, pos)
        item: Item | None = tree.split(found, offset) if offset else found
        while delete and item is not None:
            if item.state[lane] == 1:
                if item.length > delete:
                    tree.split(item, delete)
                delete -= item.length
                refs.append((item, item.length))
                tree.add(item, lane, 1)
                if shown := tree.add(item, EFFECT, 1):
                    self._shown(tree, item, shown)
            item = tree.after(item)
        return refs

    def _tree(self, at: TextId) -> ItemTree:
        trees = self._window.trees
        tree = trees.get(at)
        if tree is None:
            tree = trees[at] = ItemTree(at, self._ground.base_length(at), self._window.lanes)
        return tree

    # --- what the document shows ---------------------------------------------------------------

    def _shown(self, tree: ItemTree, item: Item, shown: int) -> None:
        """An item came or went in the document."""
        if self._effects is None:
            return
        pos = tree.position(EFFECT, item)
        by = self._graph.id(self._by)
        if shown < 0:
            self._effects.deleted(tree.at, pos, -shown, by)
        else:
            text = self._base_text(tree.at) if item.text is None else item.text
            self._effects.inserted(tree.at, pos, text[item.start : item.start + shown], by)

    def _base_text(self, at: TextId) -> str:
        if at not in self._base_texts:
            self._base_texts[at] = self._ground.base_text(at)
        return self._base_texts[at]

    def _switched(self, node: Node, off: bool) -> None:
        """A node was switched in the document."""
        if self._effects is not None:
            by = self._graph.id(self._by)
            self._ground.switched(node.indexes, by, off=off)


class LaneView:
    """The version at which a lane stands, as the records look at it."""

    def __init__(self, ground: Ground, window: Window, lane: int) -> None:
        self._ground = ground
        self._window = window
        self._lane = lane

    def __contains__(self, id: PatchId, /) -> bool:  # noqa: A002
        index = self._ground.graph.index(id)
        if index is None or index <= self._window.base:
            return index is not None
        return bool(self._window.node(index).lanes >> self._lane & 1)

    def is_cancelled(self, id: PatchId, /) -> bool:  # noqa: A002
        """Whether a patch of the version is not effective in it."""
        index = self._ground.graph.index(id)
        if index is None or index <= self._window.base:
            return self._ground.is_cancelled(id)
        return self._window.node(index).cancelled.get(self._lane, 0) > 0
