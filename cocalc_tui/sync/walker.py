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
from cocalc_tui.sync.effects import Effects
from cocalc_tui.sync.fit import RECORDS, check_splice, check_splices, contents
from cocalc_tui.sync.fugue import insert
from cocalc_tui.sync.graph import Graph
from cocalc_tui.sync.items import EFFECT, Item, ItemTree
from cocalc_tui.sync.patch import MAIN, Cancel, DoesNotFit, Op, PatchId, Splice, TextId
from cocalc_tui.sync.records import Records
from cocalc_tui.sync.stretch import Run, runs
from cocalc_tui.sync.window import MOST_LANES, NOBODY, Act, Node, Refs, Window


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
        self._node = Node(range(0), NOBODY, 0, {})
        """The one that it goes over, and the id of that one's last patch once it is known."""
        self._by: PatchId | None = None

    def visit(self, stop: int, effects: Effects | None) -> None:
        """Go over the patches before index `stop` that it has not been at.

        With `effects` they are new: what they do is added to it, and those that do not fit are
        found out. Without, the document has them already.
        """
        self._effects = effects
        self._window.reserve(stop)
        graph = self._graph
        for chain in chains(graph, self.stop, stop, few=MOST_LANES - 1):
            lane = self._window.lane_at(graph.parents(chain[0]), graph.log.owners[chain[0]])
            for run in runs(graph.log.ops, chain, graph.empty):
                self._visit(run, lane)
        if effects is None and self.stop == self.base + 1:
            self.built = stop - self.stop
        self.stop = stop
        self._effects = None

    def check(self, ops: Sequence[Op]) -> None:
        """Raise DoesNotFit unless the splices among `ops` fit on top of all it has been at."""
        self._check_splices(ops, self._window.lane_at(self._graph.heads, NOBODY))

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

    def _visit(self, run: Run, lane: int) -> None:
        """Go over a run, at whose parents a lane stands."""
        indexes, splice, _ = run
        first = indexes[0]
        empty = self._graph.empty
        ops = self._graph.log.operations(first) if splice is None else (splice,)
        if self._effects is not None and not self._trusting and first not in empty:
            try:
                self._admit(indexes, ops, lane)
            except DoesNotFit:
                if len(indexes) > 1:
                    for index in indexes:
                        self._visit((range(index, index + 1), None, False), lane)
                    return
                empty.add(first)
        self._by = None
        self._node = node = self._window.add(indexes, lane)
        if first in empty:
            return
        if first in self._graph.reach:
            node.cancels = ops
            self._window.cancel(node, lane, 1)
            self._window.cancel(node, EFFECT, 1)
        for op in ops:
            if type(op) is Splice:
                self._splice(node, op, lane)

    def _admit(self, indexes: range, ops: Sequence[Op], lane: int) -> None:
        """Raise DoesNotFit unless a run fits on top of a lane; else take in its records."""
        first = ops[0] if len(ops) == 1 else None
        if type(first) is Splice and first.at == MAIN:
            check_splice(first, self._tree(MAIN).root.visible[lane])
            return
        patch = self._graph.patch
        records = self._ground.records
        view = LaneView(self._ground, self._window, lane)
        on_records = contents(ops) & RECORDS
        if on_records:
            records.check(patch(indexes[0]), view)
        self._check_splices(ops, lane)
        if on_records:
            for index in indexes:
                records.add(patch(index), view)

    def _check_splices(self, ops: Sequence[Op], lane: int) -> None:
        """Raise DoesNotFit unless the splices fit on top of a lane, after the cancels."""
        cancelling = Node(range(0), NOBODY, 0, {})
        if ops and type(ops[0]) is Cancel:
            cancelling.cancels = tuple(ops)
            self._window.cancel(cancelling, lane, 1)
        try:
            check_splices(ops, lambda at: self._tree(at).root.visible[lane])
        finally:
            self._window.cancel(cancelling, lane, -1)

    def _splice(self, node: Node, op: Splice, lane: int) -> None:
        """Do what a splice of a node does, in a lane and in the document."""
        pos, delete, text, at = op
        tree = self._tree(at)
        if delete:
            node.acts.append(Act(tree, self._delete(tree, lane, pos, delete), deletes=True))
        if text:
            session = self._graph.log.sessions[node.owner]
            item, shown = insert(tree, lane, pos, text, session)
            node.acts.append(Act(tree, [(item, item.length)], deletes=False))
            if self._effects is not None:
                self._effects.inserted(at, shown, text, self._by or self._author())

    def _delete(self, tree: ItemTree, lane: int, pos: int, delete: int) -> Refs:
        """Delete characters that are visible in a lane, there and in the document."""
        refs: Refs = []
        found, offset, before = tree.find(lane, pos)
        if offset and found.state[EFFECT] == 1:
            before += offset
        item: Item | None = tree.split(found, offset) if offset else found
        while delete and item is not None:
            if item.state[lane] == 1:
                if item.length > delete:
                    tree.split(item, delete)
                delete -= item.length
                refs.append((item, item.length))
                item.add(lane, 1)
                if item.add(EFFECT, 1) and self._effects is not None:
                    self._effects.deleted(tree.at, before, item.length, self._by or self._author())
            elif item.state[EFFECT] == 1:
                before += item.length
            item = tree.after(item)
        return refs

    def _tree(self, at: TextId) -> ItemTree:
        return self._window.tree(at, self._ground.base_length)

    # --- what the document shows ---------------------------------------------------------------

    def _shown(self, tree: ItemTree, item: Item, shown: int) -> None:
        """An item came or went in the document because of a cancel."""
        if self._effects is None:
            return
        pos = tree.position(EFFECT, item)
        by = self._by or self._author()
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
            self._ground.switched(node.indexes, self._author(), off=off)

    def _author(self) -> PatchId:
        node = self._node
        self._by = by = PatchId(self._graph.log.sessions[node.owner], node.end() - 1)
        return by


class LaneView:
    """The version at which a lane stands, as the records look at it."""

    def __init__(self, ground: Ground, window: Window, lane: int) -> None:
        self._ground = ground
        self._window = window
        self._lane = lane

    def __contains__(self, id: PatchId, /) -> bool:  # noqa: A002
        return self._window.has(self._lane, id)

    def is_cancelled(self, id: PatchId, /) -> bool:  # noqa: A002
        """Whether a patch of the version is not effective in it."""
        index = self._ground.graph.index(id)
        if index is None or index <= self._window.base:
            return self._ground.is_cancelled(id)
        return (self._window.node(index).cancelled or {}).get(self._lane, 0) > 0
