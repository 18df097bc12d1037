"""The characters of a text that a merge has to look at, as runs in one order for all versions.

An *item* is a run of characters that came together, in the text or deleted from it. The items of
a text stand in document order in a tree of blocks, each block with the number of its visible
characters, so a position becomes an item and an item a position in a few steps.

The walker looks at several versions of the text at once. Each is a *lane*: lane 0 is what the
document shows, the others are what authors had before them. In a lane an item has a state: 0 not
there yet, 1 visible, above 1 hidden, by so many deletes and cancels less one.

Items are split and never joined. The tail of a split is chained to its head, so whoever holds an
item and a length finds all of it later, and no index by id is needed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from cocalc_tui.sync.patch import TextId

_MOST_ITEMS: Final = 12
_MOST_BLOCKS: Final = 10

EFFECT: Final = 0
"""The lane of what the document shows."""


class Item:
    """A run of characters with one history so far."""

    __slots__ = (
        "block",
        "left",
        "left_end",
        "length",
        "rest",
        "right",
        "session",
        "start",
        "state",
        "text",
    )
    block: Block

    def __init__(self, length: int, state: list[int], session: str) -> None:
        self.length = length
        self.state = state
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
        self.text: str | None = None
        """Where the characters are written, from `start` on; None is the text as it was before
        the window."""
        self.start = 0

    def add(self, lane: int, more: int) -> int:
        """Change the state in a lane; returns how many characters that shows (or hides, minus)."""
        old = self.state[lane]
        new = self.state[lane] = old + more
        if new == 1:
            shown = self.length
        elif old == 1:
            shown = -self.length
        else:
            return 0
        block: Block | None = self.block
        while block is not None:
            block.visible[lane] += shown
            block = block.parent
        return shown

    def before(self) -> tuple[Item | None, int]:
        """The item that now has the character before the first, and that one's place in it."""
        left, end = self.left, self.left_end
        while left is not None and end > left.length:
            end -= left.length
            left = left.rest
        self.left, self.left_end = left, end
        return left, end


class Block:
    """A node of the tree: some items in a row, or some blocks."""

    __slots__ = ("blocks", "items", "next", "parent", "visible")

    def __init__(self, visible: list[int]) -> None:
        self.items: list[Item] = []
        self.blocks: list[Block] = []
        self.parent: Block | None = None
        self.next: Block | None = None
        """Of blocks of items: the following one."""
        self.visible = visible
        """Visible characters by lane."""


class ItemTree:
    """The items of one text. It begins as the text before the window, one item of `length`."""

    def __init__(self, at: TextId, length: int, lanes: int) -> None:
        self.at = at
        self.root = self.first = Block([0] * lanes)
        if length:
            self.put(Item(length, [1] * lanes, ""), None, range(lanes))

    def items(self) -> Iterator[Item]:
        """All items in document order."""
        block: Block | None = self.first
        while block is not None:
            yield from block.items
            block = block.next

    def after(self, item: Item | None) -> Item | None:
        """The next item; the first one after None."""
        block = self.first if item is None else item.block
        at = 0 if item is None else block.items.index(item) + 1
        if at < len(block.items):
            return block.items[at]
        return block.next.items[0] if block.next is not None else None

    def find(self, lane: int, pos: int) -> tuple[Item, int, int]:
        """The item that has visible character `pos` of a lane, and that one's place in it.

        Also, how many characters of the document stand before the item.
        """
        block = self.root
        shown = 0
        while block.blocks:
            blocks, at = block.blocks, 0
            while pos >= (visible := blocks[at].visible)[lane]:
                pos -= visible[lane]
                shown += visible[EFFECT]
                at += 1
            block = blocks[at]
        items, at = block.items, 0
        while True:
            item = items[at]
            state = item.state
            if state[lane] == 1:
                if pos < item.length:
                    return item, pos, shown
                pos -= item.length
            if state[EFFECT] == 1:
                shown += item.length
            at += 1

    def position(self, lane: int, item: Item) -> int:
        """How many visible characters of a lane stand before an item."""
        block = item.block
        pos = 0
        for other in block.items[: block.items.index(item)]:
            if other.state[lane] == 1:
                pos += other.length
        parent = block.parent
        while parent is not None:
            for child in parent.blocks[: parent.blocks.index(block)]:
                pos += child.visible[lane]
            block, parent = parent, parent.parent
        return pos

    def precedes(self, item: Item, other: Item) -> bool:
        """Whether `item` stands before `other`."""
        return self._path(item) < self._path(other)

    def _path(self, item: Item) -> list[int]:
        block = item.block
        path = [block.items.index(item)]
        while block.parent is not None:
            path.append(block.parent.blocks.index(block))
            block = block.parent
        path.reverse()
        return path

    def put(self, item: Item, before: Item | None, lanes: Iterable[int]) -> None:
        """Insert an item, which is visible in these lanes, behind another or at the start."""
        if before is None:
            block = self.first
            block.items.insert(0, item)
        else:
            block = before.block
            block.items.insert(block.items.index(before) + 1, item)
        item.block = block
        length = item.length
        above: Block | None = block
        while above is not None:
            visible = above.visible
            for lane in lanes:
                visible[lane] += length
            above = above.parent
        if len(block.items) > _MOST_ITEMS:
            self._halve(block)

    def split(self, item: Item, offset: int) -> Item:
        """Cut an item in two; returns the tail, which begins `offset` characters in."""
        tail = Item(item.length - offset, item.state[:], item.session)
        tail.rest, item.rest = item.rest, tail
        tail.left, tail.left_end, tail.right = item, offset, item.right
        tail.text, tail.start = item.text, item.start + offset
        item.length = offset
        block = tail.block = item.block
        block.items.insert(block.items.index(item) + 1, tail)
        if len(block.items) > _MOST_ITEMS:
            self._halve(block)
        return tail

    def copy_lane(self, lane: int) -> None:
        """Add a lane that is like `lane`."""
        for item in self.items():
            item.state.append(item.state[lane])
        blocks = [self.root]
        while blocks:
            for block in blocks:
                block.visible.append(block.visible[lane])
            blocks = [child for block in blocks for child in block.blocks]

    def _halve(self, block: Block) -> None:
        """Give the second half of a block that grew too long a block of its own."""
        new = Block([])
        if block.blocks:
            half = len(block.blocks) // 2
            new.blocks = block.blocks[half:]
            del block.blocks[half:]
            for child in new.blocks:
                child.parent = new
            counts = [child.visible for child in new.blocks]
            new.visible = [sum(lane) for lane in zip(*counts, strict=True)]
        else:
            half = len(block.items) // 2
            new.items = block.items[half:]
            del block.items[half:]
            for item in new.items:
                item.block = new
            new.visible = [
                sum([item.length for item in new.items if item.state[lane] == 1])
                for lane in range(len(block.visible))
            ]
            new.next, block.next = block.next, new
        self._adopt(block, new)

    def _adopt(self, block: Block, new: Block) -> None:
        """Put a block that was split off beside the one it comes from."""
        parent = block.parent
        if parent is None:
            parent = self.root = Block(block.visible[:])
            parent.blocks = [block]
            block.parent = parent
        block.visible = [a - b for a, b in zip(block.visible, new.visible, strict=True)]
        new.parent = parent
        parent.blocks.insert(parent.blocks.index(block) + 1, new)
        if len(parent.blocks) > _MOST_BLOCKS:
            self._halve(parent)
