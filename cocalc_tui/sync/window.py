"""The versions that a merge looks at, and what each patch did to the items.

A *node* is a run of patches and the items it inserted and deleted. Each lane stands at a version,
given by its heads; moving it to another means taking back the nodes of one that are not in the
other, and doing again those of the other.

A cancel switches patches off. Per lane a node counts the effective patches that cancel it; when
that leaves 0 or comes back to it, the node's items change and, if it holds cancels itself, its
targets in turn. The counts commute, so the order does not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from heapq import heapify, heappop, heappush
from typing import Final, TypeAlias

from cocalc_tui.sync.graph import Graph
from cocalc_tui.sync.items import EFFECT, Item, ItemTree
from cocalc_tui.sync.patch import Cancel, Op, Splice, TextId

Refs: TypeAlias = "list[tuple[Item, int]]"
"""Characters: so many from the start of an item on, through its rests."""

_CHEAP: Final = 16
"""Nodes that a lane may move over without asking for a lane of its own."""
_MOST_LANES: Final = 8


class Act:
    """Characters of one text that a node inserted or deleted."""

    __slots__ = ("deletes", "refs", "tree")

    def __init__(self, tree: ItemTree, refs: Refs, *, deletes: bool) -> None:
        self.tree = tree
        self.refs = refs
        self.deletes = deletes


class Node:
    """Some patches of one session, each on top of the one before; more than one make one act."""

    __slots__ = ("acts", "cancelled", "cancels", "indexes", "lanes")

    def __init__(self, indexes: Sequence[int]) -> None:
        self.indexes = indexes
        self.acts: list[Act] = []
        self.cancels: tuple[Op, ...] = ()
        """The operations of a patch with cancels."""
        self.cancelled: dict[int, int] = {}
        """By lane: how many effective patches there cancel it."""
        self.lanes = 0
        """The lanes that have it, as bits."""


Shown: TypeAlias = Callable[[ItemTree, Item, int], None]
"""Called when an item came or went in the document, with the number of characters shown."""
Switched: TypeAlias = Callable[[Node, bool], None]
"""Called when a node was switched off (True) or on in the document."""


class Window:
    """The nodes after the critical index `base`, and the lanes."""

    def __init__(self, graph: Graph, base: int, shown: Shown, switched: Switched) -> None:
        self.base = base
        self.lanes = 2
        self.trees: dict[TextId, ItemTree] = {}
        self._graph = graph
        self._shown = shown
        self._switched = switched
        self._nodes: list[Node] = []
        """By index, from `base` + 1 on; a node of several patches stands at each of them."""
        self._heads: list[tuple[int, ...]] = [(), ()]
        self._spent = 0

    def node(self, index: int) -> Node:
        """The node of a patch after `base`."""
        return self._nodes[index - self.base - 1]

    def nodes(self) -> Iterable[Node]:
        """All nodes."""
        return dict.fromkeys(self._nodes)

    def size(self) -> int:
        """How many patches there are places for."""
        return len(self._nodes)

    def reserve(self, stop: int) -> None:
        """Make places for the patches before index `stop`."""
        self._nodes += [_NOWHERE] * (stop - self.base - 1 - len(self._nodes))

    def version(self, index: int) -> tuple[int, ...]:
        """The heads of the version that a patch's author saw; nothing for `base`."""
        heads = tuple([p for p in self._graph.parents(index) if p > self.base])
        for head in heads:
            if self.node(head).indexes[-1] != head:
                self._cut(self.node(head), head, after=True)
        return heads

    def add(self, indexes: Sequence[int], lane: int) -> Node:
        """Make a node on top of a lane's version. It is in that lane and the document."""
        node = Node(indexes)
        for index in indexes:
            self._nodes[index - self.base - 1] = node
        node.lanes = 1 << lane | 1 << EFFECT
        self._heads[lane] = (indexes[-1],)
        return node

    # --- lanes ---------------------------------------------------------------------------------

    def lane_at(self, heads: tuple[int, ...]) -> int:
        """A lane that stands at the version with these heads."""
        if heads in self._heads[1:]:
            return self._heads.index(heads, 1)
        ways = [self._way(self._heads[lane], heads) for lane in range(1, self.lanes)]
        costs = [len(leave) + len(enter) for leave, enter in ways]
        cost = min(costs)
        lane = costs.index(cost) + 1
        leave, enter = ways[lane - 1]
        if cost > _CHEAP:
            self._spent += cost
            if self.lanes < _MOST_LANES and self._spent > len(self._nodes):
                self._spent = 0
                lane = self._copy_lane(lane)
        for node in leave:
            self._shift(node, lane, -1)
        for node in reversed(enter):
            self._shift(node, lane, 1)
        self._heads[lane] = heads
        return lane

    def _copy_lane(self, lane: int) -> int:
        new = self.lanes
        self.lanes += 1
        self._heads.append(self._heads[lane])
        for tree in self.trees.values():
            tree.copy_lane(lane)
        for node in set(self._nodes):
            if node.lanes >> lane & 1:
                node.lanes |= 1 << new
            if lane in node.cancelled:
                node.cancelled[new] = node.cancelled[lane]
        return new

    def _way(self, start: tuple[int, ...], goal: tuple[int, ...]) -> tuple[list[Node], list[Node]]:
        """The nodes that only the version `start` has and those that only `goal` has.

        Both from the last to the first.
        """
        only_start, only_goal, both = 1, 2, 3
        seen = dict.fromkeys(start, only_start)
        for index in goal:
            seen[index] = seen.get(index, 0) | only_goal
        heap = [-index for index in seen]
        heapify(heap)
        open_ends = sum([side != both for side in seen.values()])
        leave: list[Node] = []
        enter: list[Node] = []
        while open_ends:
            index = -heappop(heap)
            side = seen.pop(index)
            node = self._nodes[index - self.base - 1]
            if side != both:
                open_ends -= 1
                (leave if side == only_start else enter).append(node)
            for parent in self._graph.parents(node.indexes[0]):
                if parent <= self.base:
                    continue
                known = seen.get(parent, 0)
                if not known:
                    heappush(heap, -parent)
                    open_ends += side != both
                elif known != both and known | side == both:
                    open_ends -= 1
                seen[parent] = known | side
        return leave, enter

    def _shift(self, node: Node, lane: int, more: int) -> None:
        """Take a node into a lane (1) or out of it (-1), as the last one there.

        Nothing there cancels it then, so all that it did counts.
        """
        node.lanes ^= 1 << lane
        for act in node.acts:
            tree = act.tree
            for ref, missing in act.refs:
                item: Item | None = ref
                while missing and item is not None:
                    tree.add(item, lane, more)
                    missing -= item.length
                    item = item.rest
        if node.cancels:
            self.cancel(node, lane, more)

    # --- cancels -------------------------------------------------------------------------------

    def cancel(self, node: Node, lane: int, more: int) -> None:
        """Let what a node cancels be cancelled by one more (1) or one less (-1) in a lane."""
        work = [(node, more)]
        while work:
            node, more = work.pop()
            for target in self._targets(node):
                before = target.cancelled.get(lane, 0)
                target.cancelled[lane] = before + more
                if before == (0 if more == 1 else 1):
                    self._switch(target, lane, more)
                    if target.cancels:
                        work.append((target, -more))

    def _targets(self, node: Node) -> list[Node]:
        """The nodes that a node cancels, cut so that they hold nothing else."""
        found: list[Node] = []
        for op in node.cancels:
            if isinstance(op, Cancel):
                indexes = self._graph.targets(op)
                at = 0
                while at < len(indexes):
                    target = self.node(indexes[at])
                    if target.indexes[0] != indexes[at]:
                        target = self._cut(target, indexes[at], after=False)
                    if target.indexes[-1] > indexes[-1]:
                        self._cut(target, indexes[-1], after=True)
                    found.append(target)
                    at += len(target.indexes)
        return found

    def _switch(self, node: Node, lane: int, more: int) -> None:
        """Switch a node off (1) or on (-1) in a lane."""
        for act in node.acts:
            self.change(act, lane, -more if act.deletes else more)
        if lane == EFFECT:
            self._switched(node, more == 1)

    def change(self, act: Act, lane: int, more: int) -> None:
        """Change the state of an act's items in a lane."""
        for ref, missing in act.refs:
            item: Item | None = ref
            while missing and item is not None:
                shown = act.tree.add(item, lane, more)
                if shown and lane == EFFECT:
                    self._shown(act.tree, item, shown)
                missing -= item.length
                item = item.rest

    # --- cutting nodes -------------------------------------------------------------------------

    def _cut(self, node: Node, index: int, *, after: bool) -> Node:
        """Cut a node behind (or before) one of its patches; returns the later part."""
        count = node.indexes.index(index) + after
        later = Node(node.indexes[count:])
        later.lanes = node.lanes
        later.cancelled = dict(node.cancelled)
        for moved in later.indexes:
            self._nodes[moved - self.base - 1] = later
        for act in node.acts:
            later.acts.append(self._cut_act(act, node.indexes, count))
        node.indexes = node.indexes[:count]
        return later

    def _cut_act(self, act: Act, indexes: Sequence[int], count: int) -> Act:
        """Cut what the first `count` patches did from the rest; returns the rest."""
        log = self._graph.log.ops
        splices = [op for op in map(log.__getitem__, indexes) if type(op) is Splice]
        chars = sum([op.delete + len(op.insert) for op in splices[:count]])
        total = sum([op.delete + len(op.insert) for op in splices])
        if act.deletes and splices[0].pos != splices[1].pos:
            later, act.refs = _cut_refs(act.tree, act.refs, total - chars)
        else:
            act.refs, later = _cut_refs(act.tree, act.refs, chars)
        return Act(act.tree, later, deletes=act.deletes)


_NOWHERE = Node(())


def _cut_refs(tree: ItemTree, refs: Refs, chars: int) -> tuple[Refs, Refs]:
    """The first `chars` characters and the others."""
    first: Refs = []
    for at, (item, length) in enumerate(refs):
        if length > chars:
            return first + _part(item, chars), [
                (_from(tree, item, chars), length - chars),
                *refs[at + 1 :],
            ]
        first.append((item, length))
        chars -= length
    return first, []


def _part(item: Item, length: int) -> Refs:
    return [(item, length)] if length else []


def _from(tree: ItemTree, item: Item, offset: int) -> Item:
    """The item that begins `offset` characters after the start of `item`, made if need be."""
    while offset >= item.length and item.rest is not None:
        offset -= item.length
        item = item.rest
    return tree.split(item, offset) if offset else item
