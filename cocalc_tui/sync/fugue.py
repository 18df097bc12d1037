"""Where an insert belongs: the order of characters that FugueMax gives.

Two people who type at one place at once have not seen each other's text, and everybody must see
both in the same order. Each character knows what stood left and right of it when it was typed.
The rule (FugueMax, in the form known as YjsMod) orders concurrent inserts by those, then by
session: what one person typed in a row stays in a row, forward or backward, and the order is the
same whatever came first.

Source: Weidner & Kleppmann, "The Art of the Fugue: Minimizing Interleaving in Collaborative Text
Editing" (2023), and the reference implementations it compares.
"""

from __future__ import annotations

from cocalc_tui.sync.items import Item, ItemTree


def insert(tree: ItemTree, lane: int, pos: int, text: str, session: str, by: int) -> Item:
    """Put `text` before visible character `pos` of a lane, visible there and in the document."""
    state = [0] * len(tree.root.visible)
    state[lane] = 1
    item = Item(text, 0, len(text), state, session, by)
    if pos:
        block, at, offset = tree.find(lane, pos - 1)
        item.left = left = block.items[at]
        item.left_end = offset = offset + 1
        at += 1
        if offset < left.length:
            left.split(offset)
            block = left.block
            at = block.items.index(left) + 1
    else:
        block, at = tree.first(), 0
    right = block.item(at) if block.items else None
    if right is not None and not right.state[lane]:
        place = _among_concurrent(lane, item, right)
        if place is not None:
            block = place.block
            at = block.items.index(place) + 1
    else:
        item.right = right
    block.insert(item, at, lane)
    return item


def _among_concurrent(lane: int, item: Item, first: Item) -> Item | None:
    """The item behind which `item` goes, when items its author had not seen stand at its place.

    They begin with `first`. Sets what stood right of `item` for its author.
    """
    others: list[Item] = []
    right: Item | None = first
    while right is not None and not right.state[lane]:
        others.append(right)
        right = right.following()
    item.right = right
    count = _passed(item, others)
    return others[count - 1] if count else item.left


def _passed(item: Item, others: list[Item]) -> int:
    """How many of the items that its author had not seen go before `item`."""
    passed: set[Item] = set()
    undecided = False
    count = 0
    for number, other in enumerate(others, 1):
        left, end = other.before()
        if left is item.left and end == item.left_end:
            if other.right is item.right and item.session < other.session:
                break
            undecided = _comes_first(other.right, item.right)
        elif left not in passed:
            break
        if not undecided:
            count = number
        passed.add(other)
    return count


def _comes_first(one: Item | None, other: Item | None) -> bool:
    """Whether the item `one` stands before `other`, None being the end of the text."""
    if one is other or one is None:
        return False
    return other is None or one.precedes(other)
