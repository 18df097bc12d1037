"""The versions that a merge looks at, and what each patch did to the items.

A *node* is a run of patches and the items it inserted and deleted. A *branch* is what one session
did after the base. As a session's patches are a chain, a version is a number per session, and to
move a lane from one to another means to take back, or do again, the nodes between the two numbers
of each.

A cancel switches patches off. Per lane it is counted how many effective patches cancel a node; when
that leaves 0 or comes back to it, the node's items change and, if it holds cancels itself, its
targets in turn. The counts commute, so the order does not matter.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Final, TypeAlias

from cocalc_tui.sync.graph import ROOT, Graph
from cocalc_tui.sync.items import Item, ItemTree
from cocalc_tui.sync.patch import Cancel, Op, PatchId, TextId

Refs: TypeAlias = "list[tuple[Item, int, bool]]"
"""Characters that were inserted, or (True) deleted: so many from the start of an item on, through
its rests. In the order of the operations, those of each in the order of the text."""

Version: TypeAlias = "dict[int, int]"
"""By session, as a place in the log's: so many of its patches after the base."""

NOBODY: Final = -1
"""The owner of what nobody made."""
NOW: Final = -1
"""Stands for the version of the document where a lane stands for another one."""
MOST_LANES: Final = 64
"""As many authors may type at once, patch by patch, without going to and fro between them."""


class Node:
    """Some patches of one session, each on top of the one before; more than one are a stretch."""

    __slots__ = ("end", "first", "last", "owner", "refs", "seen")

    def __init__(self, first: int, last: int, owner: int, end: int, seen: Version) -> None:
        self.first = first
        """The index of its first patch, and of its last:"""
        self.last = last
        self.owner = owner
        """Whose: a place in the log's sessions."""
        self.end = end
        """How many patches its branch has up to its last one."""
        self.seen = seen
        """What its author had seen of the other sessions; shared, never changed."""
        self.refs: Refs = []
        """What they inserted and deleted."""

    def indexes(self) -> range:
        """The indexes of its patches."""
        return range(self.first, self.last + 1)


class Branch:
    """What one session did after the base, and what its author had seen of the others by then."""

    __slots__ = ("ends", "floor", "lane", "last", "nodes", "owner", "seen", "session")

    def __init__(self, owner: int, session: str, floor: int) -> None:
        self.owner = owner
        """A place in the log's sessions."""
        self.session = session
        self.floor = floor
        """The number of its first patch after the base."""
        self.last = ROOT
        """The index of its last patch."""
        self.nodes: list[Node] = []
        self.ends: list[int] = []
        """The `end` of each."""
        self.seen: Version = {}
        self.lane = -1
        """The lane that stands there; below 0 it has none."""

    def version(self) -> Version:
        """All of it, and all that its author had seen."""
        return {**self.seen, self.owner: self.ends[-1]} if self.ends else self.seen

    def between(self, start: int, stop: int) -> list[Node]:
        """The nodes with its patches from `start` on, before `stop`; at both ends one begins."""
        return self.nodes[bisect_right(self.ends, start) : bisect_right(self.ends, stop)]


Switched: TypeAlias = Callable[[range, int, bool], None]
"""Called when patches were switched off (True) or on in the document, by the patch at an index."""


class Window:
    """The branches after the critical index `base`, and the lanes."""

    def __init__(self, graph: Graph, base: int, switched: Switched) -> None:
        self.base = base
        self.trees: dict[TextId, ItemTree] = {}
        self.branches: dict[int, Branch] = {}
        """By owner."""
        self._graph = graph
        self._switched = switched
        self._ends: dict[int, Node] = {}
        """By the index of the last patch of each."""
        self._cancels: dict[Node, tuple[Op, ...]] = {}
        """The operations of patches with cancels."""
        self._cancelled: dict[Node, dict[int, int]] = {}
        """By lane, and for `NOW`: how many effective patches cancel a node."""
        self.nobody = Branch(NOBODY, "", 0)
        """What nobody did: stands at what somebody asks about."""
        self.nobody.lane = 0
        self._lanes = [self.nobody]
        """Whose each lane is."""
        self._spent = 0
        """How much way was made since there is a new lane."""

    def nodes(self) -> Iterator[Node]:
        """All nodes."""
        return (node for branch in self.branches.values() for node in branch.nodes)

    def add(self, branch: Branch, first: int, last: int) -> Node:
        """Make a node of a branch's next patches, on top of its lane and all there is."""
        ends = branch.ends
        end = last - first + (ends[-1] + 1 if ends else 1)
        node = Node(first, last, branch.owner, end, branch.seen)
        branch.nodes.append(node)
        ends.append(end)
        return node

    def end(self, branch: Branch) -> None:
        """Note where a branch ends: somebody may go on from there."""
        node = branch.nodes[-1]
        branch.last = node.last
        self._ends[node.last] = node

    def branch(self, owner: int) -> Branch:
        """What a session did; nothing yet where it is new."""
        branch = self.branches.get(owner)
        if branch is None:
            session = self._graph.log.sessions[owner]
            floor = self._graph.count_at(session, self.base)
            branch = self.branches[owner] = Branch(owner, session, floor)
        return branch

    def plant(self, at: TextId, length: int) -> ItemTree:
        """Take in a text, which was so long before the window."""
        tree = self.trees[at] = ItemTree(at, length, len(self._lanes))
        return tree

    # --- versions ------------------------------------------------------------------------------

    def see(self, branch: Branch, heads: Iterable[int]) -> None:
        """Let the author of a branch see patches and all before them."""
        own, seen = branch.owner, branch.seen
        enter: list[Node] = []
        for head in heads:
            if head == branch.last:
                continue
            node = self._ends.get(head) or self._ending(head)
            if node is None or node.owner == own or node.end <= seen.get(node.owner, 0):
                continue
            for owner, count in ((node.owner, node.end), *node.seen.items()):
                have = seen.get(owner, 0)
                if count > have and owner != own:
                    enter += self.branches[owner].between(have, count)
                    if seen is branch.seen:
                        seen = seen.copy()
                    seen[owner] = count
        branch.seen = seen
        if enter and branch.lane >= 0:
            self._enter(branch.lane, enter)

    def take_lane(self, branch: Branch) -> int:
        """Give a branch the lane from which it is the shortest way to its version.

        When much way was made, that lane is copied first and so stays where it was. So it is where
        nobody did anything yet: that costs nothing, and others begin where the first one did.
        """
        goal = branch.version()
        ways = [_way(other.version(), goal) for other in self._lanes]
        lengths = [sum([abs(have - want) for _, have, want in way]) for way in ways]
        lane = lengths.index(min(lengths))
        way = ways[lane]
        self._spent += lengths[lane]
        size = sum([len(other.nodes) for other in self.branches.values()])
        if len(self._lanes) < MOST_LANES and (not size or self._spent > size // 2):
            self._spent = 0
            self._copy(lane)
            lane = len(self._lanes)
            self._lanes.append(branch)
        else:
            self._lanes[lane].lane = -1
            self._lanes[lane] = branch
        branch.lane = lane
        self._leave(lane, [node for step in way for node in self._between(*step, back=True)])
        self._enter(lane, [node for step in way for node in self._between(*step, back=False)])
        return lane

    def _between(self, owner: int, have: int, want: int, *, back: bool) -> list[Node]:
        """The nodes of a branch to leave (`back`) or to enter on a way."""
        if back:
            have, want = want, have
        return self.branches[owner].between(have, want) if have < want else []

    def _ending(self, index: int) -> Node | None:
        """The node that ends with a patch, made if need be; None for one in the base."""
        node = self._ends.get(index)
        if node is not None or index <= self.base:
            return node
        branch = self.branch(self._graph.log.owners[index])
        return self._cut(branch, self._graph.id(index).n + 1 - branch.floor)

    def _copy(self, lane: int) -> None:
        """Add a lane that is like another one."""
        for tree in self.trees.values():
            tree.copy_lane(lane)
        for counts in self._cancelled.values():
            counts[len(self._lanes)] = counts.get(lane, 0)

    def has(self, branch: Branch, patch_id: PatchId) -> bool:
        """Whether the version of a branch has a patch."""
        index = self._graph.index(patch_id)
        if index is None or index <= self.base:
            return index is not None
        other = self.branch(self._graph.log.owners[index])
        return patch_id.n < other.floor + branch.version().get(other.owner, 0)

    def is_cancelled(self, branch: Branch, patch_id: PatchId) -> bool:
        """Whether a patch after the base is not effective in a branch's version, which has it."""
        index = self._graph.index(patch_id)
        assert index is not None
        other = self.branch(self._graph.log.owners[index])
        node = other.nodes[bisect_right(other.ends, patch_id.n - other.floor)]
        return self._cancelled.get(node, _NEVER).get(branch.lane, 0) > 0

    # --- moving lanes --------------------------------------------------------------------------

    def _enter(self, lane: int, nodes: list[Node]) -> None:
        """Take a lane to a version that has these nodes too."""
        if self._graph.cancels.reach:
            nodes.sort(key=_first)
        for node in nodes:
            self._shift(node, lane, 1)

    def _leave(self, lane: int, nodes: list[Node]) -> None:
        """Take a lane back to a version without these nodes."""
        if self._graph.cancels.reach:
            nodes.sort(key=_first, reverse=True)
        for node in nodes:
            self._shift(node, lane, -1)

    def _shift(self, node: Node, lane: int, more: int) -> None:
        """Take a node into a lane (1) or out of it (-1), as the last one there.

        Nothing there cancels it then, so all that it did counts.
        """
        for ref, length, _ in node.refs:
            item: Item | None = ref
            while length and item is not None:
                item.add(lane, more)
                length -= item.length
                item = item.rest
        if self._cancels and node in self._cancels:
            self.cancel(self._cancels[node], lane, more, node.last)

    # --- cancels -------------------------------------------------------------------------------

    def put_cancels(self, node: Node, ops: tuple[Op, ...], lane: int) -> None:
        """Let a node, which was just added on top of a lane, cancel what these operations say."""
        self._cancels[node] = ops
        self.cancel(ops, lane, 1, node.last)
        self.cancel(ops, NOW, 1, node.last)

    def cancel(self, ops: Sequence[Op], lane: int, more: int, by: int) -> None:
        """Let what cancels name be cancelled by one more (1) or one less (-1) in a lane or `NOW`.

        That is the doing of the patch at index `by`.
        """
        work = [(ops, more)]
        while work:
            ops, more = work.pop()
            for target in self._targets(ops):
                counts = self._cancelled.setdefault(target, {})
                before = counts.get(lane, 0)
                counts[lane] = before + more
                if before == (0 if more == 1 else 1):
                    self._switch(target, lane, more, by)
                    if target in self._cancels:
                        work.append((self._cancels[target], -more))

    def _targets(self, ops: Iterable[Op]) -> Iterator[Node]:
        """The nodes that cancels name, cut so that they hold nothing else."""
        for op in ops:
            if isinstance(op, Cancel):
                branch = self.branch(self._graph.owner(op.session))
                start, stop = op.first - branch.floor, op.last + 1 - branch.floor
                self._cut(branch, start)
                self._cut(branch, stop)
                yield from branch.between(start, stop)

    def _switch(self, node: Node, lane: int, more: int, by: int) -> None:
        """Switch a node off (1) or on (-1) in a lane or `NOW`, as the patch at `by` does."""
        for ref, length, deletes in node.refs:
            step = -more if deletes else more
            item: Item | None = ref
            while length and item is not None:
                if lane == NOW:
                    item.show(step, by)
                else:
                    item.add(lane, step)
                length -= item.length
                item = item.rest
        if lane == NOW:
            self._switched(node.indexes(), by, more == 1)

    # --- cutting nodes -------------------------------------------------------------------------

    def _cut(self, branch: Branch, count: int) -> Node | None:
        """Let a node end with a branch's first `count` patches; returns it, None for no patches."""
        at = bisect_right(branch.ends, count)
        if at and branch.ends[at - 1] == count:
            return branch.nodes[at - 1]
        if not count:
            return None
        node = branch.nodes[at]
        index = node.last - (node.end - count)
        earlier = Node(node.first, index, node.owner, count, node.seen)
        self._cut_refs(earlier, node)
        node.first = index + 1
        branch.nodes.insert(at, earlier)
        branch.ends.insert(at, count)
        self._ends[index] = earlier
        if node in self._cancelled:
            self._cancelled[earlier] = dict(self._cancelled[node])
        return earlier

    def _cut_refs(self, earlier: Node, node: Node) -> None:
        """Give the earlier part of a stretch what it did."""
        log = self._graph.log
        if log.is_backward(node.first):
            later = log.length(earlier.last + 1, node.last)
            node.refs, earlier.refs = _parted(node.refs, later)
        else:
            earlier.refs, node.refs = _parted(node.refs, log.length(node.first, earlier.last))


_NEVER: dict[int, int] = {}
_first = attrgetter("first")


def _way(version: Version, goal: Version) -> list[tuple[int, int, int]]:
    """What lies between versions: by session how many patches of it one and the other have."""
    way: list[tuple[int, int, int]] = []
    for owner in version.keys() | goal.keys():
        have, want = version.get(owner, 0), goal.get(owner, 0)
        if have != want:
            way.append((owner, have, want))
    return way


def _parted(refs: Refs, chars: int) -> tuple[Refs, Refs]:
    """The first `chars` characters and the others, of which there are some."""
    at = 0
    while refs[at][1] <= chars:
        chars -= refs[at][1]
        at += 1
    item, length, deletes = refs[at]
    first: Refs = [(item, chars, deletes)] if chars else []
    later = (_from(item, chars), length - chars, deletes)
    return refs[:at] + first, [later, *refs[at + 1 :]]


def _from(item: Item, offset: int) -> Item:
    """The item that begins `offset` characters after the start of `item`, made if need be."""
    while offset >= item.length and item.rest is not None:
        offset -= item.length
        item = item.rest
    return item.split(offset) if offset else item
