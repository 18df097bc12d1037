"""The versions that a merge looks at, and what each patch did to the items.

A *node* is a run of patches and the items it inserted and deleted. Each lane stands at a version.
As a session's patches are a chain, a version is a number per session, and to move a lane to another
one means to take back, or do again, the nodes between the two numbers of each session.

A cancel switches patches off. Per lane a node counts the effective patches that cancel it; when
that leaves 0 or comes back to it, the node's items change and, if it holds cancels itself, its
targets in turn. The counts commute, so the order does not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, TypeAlias

from cocalc_tui.sync.graph import Graph
from cocalc_tui.sync.items import EFFECT, Item, ItemTree
from cocalc_tui.sync.patch import Cancel, Op, PatchId, TextId
from cocalc_tui.sync.stretch import Stretch

Refs: TypeAlias = "list[tuple[Item, int]]"
"""Characters: so many from the start of an item on, through its rests."""

Way: TypeAlias = "list[tuple[int, int, int]]"
"""By session: how many patches of it one version has and how many another."""

NOBODY: Final = -1
"""The owner of what nobody made."""
MOST_LANES: Final = 8
"""With that of the document."""


Version: TypeAlias = "dict[int, int]"
"""By session, as a place in the log's: so many of its patches. Sessions without patches after the
base of the window may be left out."""


class Act:
    """Characters of one text that a node inserted or deleted."""

    __slots__ = ("deletes", "refs", "tree")

    def __init__(self, tree: ItemTree, refs: Refs, *, deletes: bool) -> None:
        self.tree = tree
        self.refs = refs
        self.deletes = deletes


class Node:
    """Some patches of one session, each on top of the one before; more than one make one act."""

    __slots__ = ("acts", "cancelled", "cancels", "indexes", "number", "owner", "seen")

    def __init__(self, indexes: range, owner: int, number: int, seen: Version) -> None:
        self.indexes = indexes
        self.owner = owner
        """Whose: a place in the log's sessions."""
        self.number = number
        """The number of the first patch in its session, whose patches before it all had seen."""
        self.seen = seen
        """What its author had seen of the other sessions; shared, never changed."""
        self.acts: list[Act] = []
        self.cancels: tuple[Op, ...] = ()
        """The operations of a patch with cancels."""
        self.cancelled: dict[int, int] | None = None
        """By lane, where there are any: how many effective patches there cancel it."""

    def end(self) -> int:
        """The number of the patch after its last one."""
        return self.number + len(self.indexes)


Shown: TypeAlias = Callable[[ItemTree, Item, int], None]
"""Called when an item came or went in the document, with the number of characters shown."""
Switched: TypeAlias = Callable[[Node, bool], None]
"""Called when a node was switched off (True) or on in the document."""


class Lane:
    """Where a lane stands: what the author of its last patch had seen, and that one's session.

    That session's count goes before what `seen` says of it.
    """

    __slots__ = ("count", "heads", "owner", "seen")

    def __init__(self, heads: tuple[int, ...], seen: Version, owner: int, count: int) -> None:
        self.heads = heads
        """Of its version, as far as they come after the base."""
        self.seen = seen
        self.owner = owner
        self.count = count

    def has(self, owner: int) -> int | None:
        """How many patches of a session it has; None where it is as many as the base."""
        return self.count if owner == self.owner else self.seen.get(owner)

    def owners(self, other: Lane) -> Iterable[int]:
        """The sessions of which it may not have as many patches as another lane."""
        if self.seen is not other.seen:
            return {**self.seen, **other.seen, self.owner: 0, other.owner: 0}
        return (self.owner,) if self.owner == other.owner else (self.owner, other.owner)


class Window:
    """The nodes after the critical index `base`, and the lanes."""

    def __init__(self, graph: Graph, base: int, shown: Shown, switched: Switched) -> None:
        self.base = base
        self.trees: dict[TextId, ItemTree] = {}
        self._graph = graph
        self._shown = shown
        self._switched = switched
        self._nodes: list[Node] = []
        """By index, from `base` + 1 on; a node of several patches stands at each of them."""
        self._lanes = [Lane((), {}, NOBODY, 0), Lane((), {}, NOBODY, 0)]
        self._floor: Version = {NOBODY: 0}
        """The version of the base."""
        self._size = 0
        """How many patches there are."""
        self._spent = 0
        """How much way was made since there is a new lane."""

    def node(self, index: int) -> Node:
        """The node of a patch after `base`."""
        return self._nodes[index - self.base - 1]

    def nodes(self) -> Iterable[Node]:
        """All nodes."""
        return dict.fromkeys(self._nodes)

    def reserve(self, stop: int) -> None:
        """Make places for the patches before index `stop`."""
        self._nodes += [_NOWHERE] * (stop - self.base - 1 - len(self._nodes))

    def add(self, indexes: range, at: int) -> Node:
        """Make a node on top of a lane's version. It is in that lane and the document."""
        lane = self._lanes[at]
        owner = self._graph.log.owners[indexes[0]]
        number = lane.has(owner)
        if number is None:
            number = self._floor_of(owner)
        if owner != lane.owner:
            lane.seen = {**lane.seen, lane.owner: lane.count}
            lane.owner = owner
        node = Node(indexes, owner, number, lane.seen)
        start = indexes[0] - self.base - 1
        self._nodes[start : start + len(indexes)] = [node] * len(indexes)
        self._size += len(indexes)
        lane.count = number + len(indexes)
        lane.heads = (indexes[-1],)
        return node

    def _floor_of(self, owner: int) -> int:
        """How many patches of a session the base has."""
        floor = self._floor.get(owner)
        if floor is None:
            floor = self._floor[owner] = self._graph.count_at(owner, self.base)
        return floor

    # --- lanes ---------------------------------------------------------------------------------

    def lane_at(self, parents: tuple[int, ...], owner: int) -> int:
        """A lane that stands at the version with these heads, for a patch of a session.

        It is that session's last one, if there is: its author has only seen more since.
        """
        base = self.base
        heads = parents if parents[0] > base else tuple([p for p in parents if p > base])
        for at, lane in enumerate(self._lanes):
            if lane.owner == owner and at:
                if lane.heads != heads:
                    self._move(at, self._ahead(lane, heads))
                return at
        for at, lane in enumerate(self._lanes):
            if lane.heads == heads and at:
                return at
        goal = self._version(heads)
        at, way = self._nearest(goal)
        self._move(at, way)
        self._lanes[at] = goal
        return at

    def _ahead(self, lane: Lane, heads: tuple[int, ...]) -> Way:
        """Set a lane to a version that has all it has and more; returns the way there."""
        way: Way = []
        seen = lane.seen
        for head in heads:
            if head not in lane.heads:
                node = self._ending(head)
                for owner, count in (*node.seen.items(), (node.owner, node.end())):
                    have = lane.count if owner == lane.owner else seen.get(owner)
                    if have is None:
                        have = self._floor_of(owner)
                    if count > have:
                        way.append((owner, have, count))
                        seen = {**seen, owner: count}
                        lane.count = count if owner == lane.owner else lane.count
        lane.heads, lane.seen = heads, seen
        return way

    def _nearest(self, goal: Lane) -> tuple[int, Way]:
        """The lane from which it is the shortest way to a version, and that way.

        When much way was made, a lane is copied first and so stays where it was for its author.
        """
        ways = [self._way(lane, goal) for lane in self._lanes[1:]]
        lengths = [sum([abs(have - want) for _, have, want in way]) for way in ways]
        length = min(lengths)
        at = lengths.index(length) + 1
        way = ways[at - 1]
        self._spent += length
        if len(self._lanes) < MOST_LANES and self._spent > self._size // 2:
            self._spent = 0
            at = self._copy_lane(at)
        return at, way

    def _version(self, heads: tuple[int, ...]) -> Lane:
        """The version with these heads."""
        if not heads:
            return Lane((), {}, NOBODY, 0)
        if len(heads) == 1:
            node = self._ending(heads[0])
            return Lane(heads, node.seen, node.owner, node.end())
        seen: Version = {}
        for head in heads:
            node = self._ending(head)
            for owner, count in (*node.seen.items(), (node.owner, node.end())):
                seen[owner] = max(count, seen.get(owner, 0))
        return Lane(heads, seen, NOBODY, 0)

    def _ending(self, index: int) -> Node:
        """The node that ends with a patch, made if need be."""
        node = self._nodes[index - self.base - 1]
        if node.indexes[-1] != index:
            self._cut(node, index, after=True)
        return node

    def _way(self, lane: Lane, goal: Lane) -> Way:
        """What lies between a lane and a version."""
        way: Way = []
        mine, theirs = lane.seen, goal.seen
        for owner in lane.owners(goal):
            have = lane.count if owner == lane.owner else mine.get(owner)
            want = goal.count if owner == goal.owner else theirs.get(owner)
            if have != want:
                have = self._floor_of(owner) if have is None else have
                way.append((owner, have, self._floor_of(owner) if want is None else want))
        return way

    def _move(self, lane: int, way: Way) -> None:
        """Take a lane along a way."""
        leave: list[Node] = []
        enter: list[Node] = []
        for owner, have, want in way:
            if have > want:
                self._between(owner, want, have, leave)
            else:
                self._between(owner, have, want, enter)
        if self._graph.reach:
            leave.sort(key=_last, reverse=True)
            enter.sort(key=_last)
        for node in leave:
            self._shift(node, lane, -1)
        for node in enter:
            self._shift(node, lane, 1)

    def _between(self, owner: int, start: int, stop: int, nodes: list[Node]) -> None:
        """Add to `nodes` those of a session with the patches numbered `start` to `stop` - 1."""
        indexes, first = self._graph.places(owner)
        base = self.base + 1
        while start < stop:
            node = self._nodes[indexes[start - first] - base]
            nodes.append(node)
            start += len(node.indexes)

    def _copy_lane(self, at: int) -> int:
        lane, new = self._lanes[at], len(self._lanes)
        self._lanes.append(Lane(lane.heads, lane.seen, lane.owner, lane.count))
        for tree in self.trees.values():
            tree.copy_lane(at)
        for node in self.nodes():
            if node.cancelled and at in node.cancelled:
                node.cancelled[new] = node.cancelled[at]
        return new

    def tree(self, at: TextId, length: Callable[[TextId], int]) -> ItemTree:
        """The items of a text; `length` tells how long it was before the window."""
        tree = self.trees.get(at)
        if tree is None:
            tree = self.trees[at] = ItemTree(at, length(at), len(self._lanes))
        return tree

    def has(self, at: int, patch_id: PatchId) -> bool:
        """Whether a lane's version has a patch."""
        index = self._graph.index(patch_id)
        if index is None or index <= self.base:
            return index is not None
        count = self._lanes[at].has(self._graph.log.owners[index])
        return count is not None and patch_id.n < count

    def _shift(self, node: Node, lane: int, more: int) -> None:
        """Take a node into a lane (1) or out of it (-1), as the last one there.

        Nothing there cancels it then, so all that it did counts.
        """
        for act in node.acts:
            for ref, missing in act.refs:
                item: Item | None = ref
                while missing and item is not None:
                    item.add(lane, more)
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
                counts = target.cancelled = target.cancelled or {}
                before = counts.get(lane, 0)
                counts[lane] = before + more
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
                shown = item.add(lane, more)
                if shown and lane == EFFECT:
                    self._shown(act.tree, item, shown)
                missing -= item.length
                item = item.rest

    # --- cutting nodes -------------------------------------------------------------------------

    def _cut(self, node: Node, index: int, *, after: bool) -> Node:
        """Cut a node behind (or before) one of its patches; returns the later part."""
        count = node.indexes.index(index) + after
        later = Node(node.indexes[count:], node.owner, node.number + count, node.seen)
        later.cancelled = dict(node.cancelled or {})
        for moved in later.indexes:
            self._nodes[moved - self.base - 1] = later
        for act in node.acts:
            later.acts.append(self._cut_act(act, node.indexes, count))
        node.indexes = node.indexes[:count]
        return later

    def _cut_act(self, act: Act, indexes: range, count: int) -> Act:
        """Cut what the first `count` patches did from the rest; returns the rest."""
        stretch = self._graph.log.ops[indexes[0]]
        assert isinstance(stretch, Stretch)
        start, cut, stop = map(stretch.length, (indexes[0], indexes[count], indexes[-1] + 1))
        chars = cut - start
        if stretch.backward:
            later, act.refs = _cut_refs(act.tree, act.refs, stop - cut)
        else:
            act.refs, later = _cut_refs(act.tree, act.refs, chars)
        return Act(act.tree, later, deletes=act.deletes)


_NOWHERE = Node(range(0), NOBODY, 0, {})


def _last(node: Node) -> int:
    return node.indexes[-1]


def _cut_refs(tree: ItemTree, refs: Refs, chars: int) -> tuple[Refs, Refs]:
    """The first `chars` characters and the others, of which there are some."""
    at = 0
    while refs[at][1] <= chars:
        chars -= refs[at][1]
        at += 1
    item, length = refs[at]
    later = (_from(tree, item, chars), length - chars)
    return refs[:at] + _part(item, chars), [later, *refs[at + 1 :]]


def _part(item: Item, length: int) -> Refs:
    return [(item, length)] if length else []


def _from(tree: ItemTree, item: Item, offset: int) -> Item:
    """The item that begins `offset` characters after the start of `item`, made if need be."""
    while offset >= item.length and item.rest is not None:
        offset -= item.length
        item = item.rest
    return tree.split(item, offset) if offset else item
