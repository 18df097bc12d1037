"""The characters of a text that a merge has to look at, as runs in one order for all versions.

An *item* is a run of characters that came together, in the text or deleted from it. The items of
a text stand in document order in a tree of blocks.

The walker looks at several versions of the text at once: that of the document, and one for each
*lane*, which is what an author had before them. In each an item has a state: 0 not there yet, 1
visible, above 1 hidden, by so many deletes and cancels less one. By lane a block has the weight of
each of its parts: how many visible characters there are, so a position becomes an item in a few
steps, and how many hidden items, so what an author had not seen is passed over in a few steps too,
be it all that others typed in a day. For the document a block only has whether anything changed
since everybody was told.

Items are split and never joined. The tail of a split is chained to its head, so whoever holds an
item and a length finds all of it later, and no index by id is needed.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate
from typing import Final

from cocalc_tui.sync.patch import TextId

_MOST_ITEMS: Final = 32
_MOST_BLOCKS: Final = 32

_HIDDEN: Final = 2.0**-24
"""What a hidden item weighs. A visible character weighs 1, and what is not there nothing, so a sum
is exact and tells both: Python adds floats faster than integers of two digits."""


class Item:
    """A run of characters with one history so far."""

    __slots__ = (
        "ahead",
        "block",
        "by",
        "left",
        "left_end",
        "length",
        "now",
        "rest",
        "right",
        "session",
        "shown",
        "start",
        "state",
        "text",
    )
    block: Block

    def __init__(
        self, text: str | None, start: int, length: int, state: list[int], session: str, by: int
    ) -> None:
        self.text = text
        """Where the characters are written, from `start` on; None is the text as it was before
        the window."""
        self.start = start
        self.length = length
        self.state = state
        """By lane."""
        self.now = 1
        """The state in the document."""
        self.shown = False
        """Whether everybody was told that the document shows it."""
        self.by = by
        """The index of the patch that showed or hid it last."""
        self.session = session
        """Whose characters they are: the tie between concurrent inserts at one place."""
        self.rest: Item | None = None
        """The tail that was split off."""
        self.left: Item | None = None
        """The character before the first one when it was typed is character `left_end` - 1 of the
        item `left` and its rest; None is the start of the text."""
        self.left_end = 0
        self.right: Item | None = None
        """The item whose first character came next then, hidden ones too; None is the end."""
        self.ahead = ""
        """The greatest session of what was typed right before it, after all that was there."""

    def add(self, lane: int, more: int) -> None:
        """Change the state in a lane."""
        state, block = self.state, self.block
        state[lane] = new = state[lane] + more
        weight = float(self.length) if new == 1 else new and _HIDDEN
        weights, at = block.weights[lane], block.items.index(self)
        grown = weight - weights[at]
        if grown:
            weights[at] = weight
            block.grow(lane, grown)

    def show(self, more: int, by: int) -> None:
        """Change the state in the document, as the patch at this index does."""
        old = self.now
        self.now = old + more
        if old == 1 or old + more == 1:
            self.by = by
            if not self.block.touched:
                self.block.touch()

    def split(self, offset: int) -> Item:
        """Cut it in two; returns the tail, which begins `offset` characters in."""
        return self.block.split(self.block.items.index(self), offset)

    def following(self) -> Item | None:
        """The next item of the text."""
        return self.block.item(self.block.items.index(self) + 1)

    def precedes(self, other: Item) -> bool:
        """Whether it stands before another item of the text."""
        return _path(self) < _path(other)

    def is_behind(self, item: Item | None, end: int) -> bool:
        """Whether that is character `end` - 1 of this item, which has it now, before the first."""
        left, at = self.left, self.left_end
        if left is item and at == end:
            return True
        while left is not None and at > left.length:
            at -= left.length
            left = left.rest
        self.left, self.left_end = left, at
        return left is item and at == end


class Block:
    """A node of the tree: some items in a row, or some blocks."""

    __slots__ = ("above", "at", "blocks", "items", "length", "next", "touched", "weights")

    def __init__(self, lanes: int) -> None:
        self.items: list[Item] = []
        self.blocks: list[Block] = []
        self.above: Block | None = None
        """The block that has it, at place:"""
        self.at = 0
        self.next: Block | None = None
        """Of blocks of items: the following one."""
        self.weights: list[list[float]] = [[] for _ in range(lanes)]
        """By lane, and by part: the sum of what its items weigh."""
        self.length = 0
        """How many characters of it everybody was told that the document shows."""
        self.touched = False
        """Whether that is not so any more."""

    def item(self, at: int) -> Item | None:
        """The item at a place; behind the last one the first of the following block."""
        if at < len(self.items):
            return self.items[at]
        return self.next.items[0] if self.next is not None else None

    def insert(self, item: Item, at: int, lane: int) -> None:
        """Insert what was typed in a lane: it is visible there and in the document."""
        for weights in self.weights:
            weights.insert(at, 0.0)
        self.weights[lane][at] = weight = float(item.length)
        self.grow(lane, weight)
        if not self.touched:
            self.touch()
        item.block = self
        self.items.insert(at, item)
        if len(self.items) > _MOST_ITEMS:
            self._halve()

    def split(self, at: int, offset: int) -> Item:
        """Cut an item, at a place, in two; returns the tail, `offset` characters in."""
        items = self.items
        head = items[at]
        length = head.length - offset
        tail = Item(head.text, head.start + offset, length, head.state[:], head.session, head.by)
        tail.now, tail.shown = head.now, head.shown
        tail.left, tail.left_end, tail.right = head, offset, head.right
        tail.rest, head.rest = head.rest, tail
        tail.block = self
        head.length = offset
        at += 1
        items.insert(at, tail)
        for lane, weights in enumerate(self.weights):
            weight = weights[at - 1]
            if weight >= 1:
                weights[at - 1] = float(offset)
                weights.insert(at, weight - offset)
            else:
                weights.insert(at, weight)
                if weight:
                    self.grow(lane, weight)
        if len(items) > _MOST_ITEMS:
            self._halve()
        return tail

    def grow(self, lane: int, weight: float) -> None:
        """Say to the blocks above that this has so much more weight."""
        block = self
        while (above := block.above) is not None:
            above.weights[lane][block.at] += weight
            block = above

    def known_from(self, at: int, lane: int) -> Item | None:
        """The first item from a place on that is there in a lane."""
        block = self
        weights = block.weights[lane]
        while True:
            for place in range(at, len(weights)):
                if weights[place]:
                    break
            else:
                if block.above is None:
                    return None
                at, block = block.at + 1, block.above
                weights = block.weights[lane]
                continue
            if block.items:
                return block.items[place]
            at, block = 0, block.blocks[place]
            weights = block.weights[lane]

    def touch(self) -> None:
        """Say that something in this came or went in the document."""
        block: Block | None = self
        while block is not None and not block.touched:
            block.touched = True
            block = block.above

    def tell(self, length: int) -> None:
        """Everybody was told that the document shows so many more characters of it."""
        block: Block | None = self
        while block is not None:
            block.length += length
            block = block.above

    def _halve(self) -> None:
        """Give the second half of its parts to a new block beside it."""
        above = self.above
        if above is None:
            self._deepen()
            return
        new = self._cut((len(self.items) or len(self.blocks)) // 2)
        new.next, self.next = self.next, new
        new.above = above
        at = self.at + 1
        above.blocks.insert(at, new)
        for place in range(at, len(above.blocks)):
            above.blocks[place].at = place
        for weights, mine in zip(above.weights, new.weights, strict=True):
            weight = sum(mine)
            weights[at - 1] -= weight
            weights.insert(at, weight)
        if len(above.blocks) > _MOST_BLOCKS:
            above._halve()

    def _deepen(self) -> None:
        """Put a block between the root and its parts, and halve that."""
        child = self._cut(0)
        child.above = self
        self.blocks = [child]
        self.weights = [[sum(weights)] for weights in child.weights]
        self.length += child.length
        child._halve()

    def _cut(self, at: int) -> Block:
        """A new block with the parts from a place on, which go from this one."""
        new = Block(0)
        new.weights = [weights[at:] for weights in self.weights]
        for weights in self.weights:
            del weights[at:]
        new.items, self.items = self.items[at:], self.items[:at]
        new.blocks, self.blocks = self.blocks[at:], self.blocks[:at]
        for item in new.items:
            item.block = new
        for place, block in enumerate(new.blocks):
            block.above, block.at = new, place
        new.touched = self.touched
        new.length = sum([item.length for item in new.items if item.shown])
        new.length += sum([block.length for block in new.blocks])
        self.length -= new.length
        return new


class ItemTree:
    """The items of one text. It begins as the text before the window, one item of `length`."""

    def __init__(self, at: TextId, length: int, lanes: int) -> None:
        self.at = at
        self.root = Block(lanes)
        self.finger: tuple[int, int, Item] | None = None
        """A lane, an item that is visible in it, and where that begins (second): who types goes on
        near it. To be put away where the lane changes otherwise."""
        if length:
            item = Item(None, 0, length, [1] * lanes, "", -1)
            item.shown = True
            item.block = self.root
            self.root.items.append(item)
            self.root.weights = [[float(length)] for _ in range(lanes)]
            self.root.length = length

    def length(self, lane: int) -> int:
        """How many visible characters a lane has."""
        return int(sum(self.root.weights[lane]))

    def first(self) -> Block:
        """The first block of items."""
        block = self.root
        while block.blocks:
            block = block.blocks[0]
        return block

    def items(self) -> Iterator[Item]:
        """All items in document order."""
        block: Block | None = self.first()
        while block is not None:
            yield from block.items
            block = block.next

    def find(self, lane: int, pos: int) -> tuple[Block, int, int]:
        """Where visible character `pos` of a lane is: the block and the place in it of its item.

        Also, its place in that item.
        """
        if self.finger is not None:
            whose, start, item = self.finger
            if whose == lane and start <= pos < start + item.length:
                return item.block, item.block.items.index(item), pos - start
        block = self.root
        wanted = pos + 1.0
        while True:
            sums = list(accumulate(block.weights[lane]))
            at = bisect_left(sums, wanted)
            if at:
                wanted -= int(sums[at - 1])
            if not block.blocks:
                return block, at, int(wanted) - 1
            block = block.blocks[at]

    def changes(self) -> Iterator[tuple[int, Item]]:
        """The items that came or went in the document, from left to right, each once.

        With each, where it is, or was: in the text as the ones before it left it.
        """
        pos = 0
        ahead = [self.root]
        while ahead:
            block = ahead.pop()
            if not block.touched:
                pos += block.length
                continue
            block.touched = False
            if block.blocks:
                ahead += block.blocks[::-1]
                continue
            start = pos
            for item in block.items:
                if item.now == 1:
                    if not item.shown:
                        item.shown = True
                        yield pos, item
                    pos += item.length
                elif item.shown:
                    item.shown = False
                    yield pos, item
            block.tell(pos - start - block.length)

    def copy_lane(self, lane: int) -> None:
        """Add a lane that is like `lane`."""
        for item in self.items():
            item.state.append(item.state[lane])
        blocks = [self.root]
        while blocks:
            for block in blocks:
                block.weights.append(block.weights[lane][:])
            blocks = [child for block in blocks for child in block.blocks]


def _path(item: Item) -> list[int]:
    """The places from the root down to an item."""
    block = item.block
    path = [block.items.index(item), block.at]
    while block.above is not None:
        block = block.above
        path.append(block.at)
    path.reverse()
    return path
