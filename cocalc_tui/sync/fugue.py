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
    state = [0] * len(tree.root.weights)
    state[lane] = 1
    item = Item(text, 0, len(text), state, session, by)
    if pos:
        block, at, offset = tree.find(lane, pos - 1)
        item.left = left = block.items[at]
        item.left_end = offset = offset + 1
        at += 1
        if offset < left.length:  # amid what came together: there is nobody to be put in order with
            item.right = tail = block.split(at - 1, offset)
            tail.ahead = session  # nobody else typed there yet
            if left.block is not block:
                block = left.block
                at = block.items.index(left) + 1
            block.insert(item, at, lane)
            tree.finger = lane, pos, item
            return item
    else:
        block, at = tree.first(), 0
    following = right = block.item(at) if block.items else None
    if right is not None and not right.state[lane]:
        right = block.known_from(at, lane)
    item.right = right
    first = right if right is not None and right.is_behind(item.left, item.left_end) else None
    """`right`, where nothing that stayed stood between `left` and it when it was typed either."""
    if following is not right:  # what its author had not seen stands at the same place
        if first is not None and session > first.ahead:  # last of them all, without a look at them
            block = first.block
            at = block.items.index(first)
        elif (before := _last_before(item, following)) is not None:
            block = before.block
            at = block.items.index(before) + 1
    if first is not None and session > first.ahead:
        first.ahead = session
    block.insert(item, at, lane)
    tree.finger = lane, pos, item
    return item


def _last_before(item: Item, other: Item | None) -> Item | None:
    """The last item that goes before `item` of those at its place that its author had not seen.

    They begin with `other`. None where none of them does.
    """
    last: Item | None = None
    among: set[Item] = set()
    undecided = False
    while other is not None and other is not item.right:
        if other.is_behind(item.left, item.left_end):
            if other.right is item.right and item.session < other.session:
                break
            undecided = _comes_first(other.right, item.right)
        elif other.left not in among:
            break
        among.add(other)
        if not undecided:
            last = other
        other = other.following()
    return last


def _comes_first(one: Item | None, other: Item | None) -> bool:
    """Whether the item `one` stands before `other`, None being the end of the text."""
    if one is other or one is None:
        return False
    return other is None or one.precedes(other)
